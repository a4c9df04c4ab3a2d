"""Rules → the Standard in force at a place on a day, overlays resolved.

Reads   rules/**/standard.yaml, rules/**/overlay*.yaml, a user's overlays and drafts
Gives   standard(id, region, as_of, overlays), listing(), resolve(sources)
Keeps   the most specific region wins; two overlays of one level that contradict each other are an error naming both
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from fangpin.language import tree as t
from fangpin.language.documents import content_hash, rules_root
from fangpin.reference import regions
from fangpin.standards import lines
from fangpin.standards.compile import compiled_rules
from fangpin.standards.documents import IndicatorDocument, OverlayDocument, StandardDocument, load_overlay
from fangpin.standards.merge import document, listing
from fangpin.standards.model import Indicator, Line, Regime, Sources, Standard, Value
from fangpin.standards.overlays import covers, settings, shipped_overlays
from fangpin.standards.parameters import values_of
from fangpin.vocabulary.days import read_day
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

__all__ = ["Sources", "base_hash", "document", "listing", "read_day", "resolve", "resolve_for_reading", "standard"]


def standard(
    standard_id: str | Path,
    region: str | None = None,
    as_of: str | date | None = None,
    overlays: Sequence[str | Path] = (),
) -> Standard:
    """The standard ``standard_id`` as it holds at ``region`` on ``as_of``.

    Args:
        standard_id: An id such as ``national/seed_2021``, or the path of a draft (.yaml).
        region: A region code of 2 to 12 digits; chooses overlays and line. None: the nation.
        as_of: The day; today if it is not given.
        overlays: Further overlay files, applied after those that are shipped.

    Raises:
        UnusableInput: unknown standard or region, a day outside its period, a line that is not known there,
            overlays that contradict each other, or a document that does not load (with its place).
    """
    day = date.today() if as_of is None else read_day(as_of)
    if region is not None and not regions.exists(region):
        raise UnusableInput(
            "FP-STANDARD-006",
            Text("没有这个区划代码", "no such region code"),
            read=region,
            remedy=Text("用 2、4、6、9 或 12 位行政区划代码", "use an administrative code of 2, 4, 6, 9 or 12 digits"),
        )
    return resolve(Sources(str(standard_id), region, day, tuple(Path(o) for o in overlays)))


# -- all together -------------------------------------------------------------------------------------------
def _indicator(code: str, item: IndicatorDocument, node: t.Node, values: Mapping[str, Value]) -> Indicator:
    counts = f"{code}.counts"
    readings = tuple(Text(zh, en) for zh, en in zip(item.our_reading.zh, item.our_reading.en, strict=True))
    return Indicator(
        code,
        Text(item.name.zh, item.name.en),
        item.dimension,
        Text(item.text.zh, item.text.en),
        item.rule,
        node,
        f"{item.source.document} {item.source.place}".strip(),
        readings,
        tuple(f"{code}.{n}" for n in item.parameters),
        bool(values[counts].value) if counts in values else True,
    )


def resolve(sources: Sources) -> Standard:
    """The standard that ``sources`` make.

    Raises:
        UnusableInput: as :func:`standard`.
    """
    doc, places, path = document(sources.id)
    _in_force(doc, sources.as_of)
    overlays = _overlays(doc.id, sources)
    chosen = settings(overlays, sources.changes)
    values = values_of(doc, [s for s in chosen if s.kind == "parameter"])
    nodes = compiled_rules(doc, values, places, path)
    regime = _regime(sources) if doc.groups is None and doc.regime != "none" else None
    lower, upper = lines.lower_and_upper(doc, values, chosen, sources.region, sources.as_of)
    if doc.groups is not None:
        regime = Regime(doc.id, doc.income.concept, lower, doc.groups)
    indicators = tuple(_indicator(c, i, nodes[c], values) for c, i in doc.indicators.items())
    veto = tuple(_indicator(c, i, nodes[c], values) for c, i in doc.veto.items())
    k = int(values["k"].value) if "k" in values else None
    named = {n: Text(d.text.zh, d.text.en) for d_ in (doc.define.member, doc.define.household) for n, d in d_.items()}
    found = Standard(
        doc.id,
        Text(doc.title.zh, doc.title.en),
        sources.region,
        sources.as_of,
        doc.effective.from_,
        doc.effective.until,
        doc.income.concept,
        lower,
        upper,
        indicators,
        veto,
        values,
        k,
        regime,
        tuple(name for name, _ in overlays),
        doc,
        "",
        named,
        sources,
        resolve,
    )
    return replace(found, hash=digest_of(found))


def digest_of(standard: Standard) -> str:
    """The hash of a standard (see below)."""
    return _digest(standard.document, standard.parameters, standard.lower, standard.upper, standard.regime)


def _digest(doc: StandardDocument, values: Mapping[str, Value], lower: Line, upper: Line, regime: Regime | None) -> str:
    """The hash of all that decides: rules, values, lines, groups; not of words, sources or where a value came from."""
    rules = [{code: i.rule for code, i in items.items()} for items in (doc.indicators, doc.veto)]
    define = [{name: d.rule for name, d in scope.items()} for scope in (doc.define.member, doc.define.household)]
    official = (
        None
        if regime is None
        else [
            regime.id,
            regime.concept,
            regime.line.yuan if regime.line else None,
            regime.groups.model_dump(exclude={"names"}),
        ]
    )
    return content_hash(
        [
            doc.id,
            doc.effective.from_,
            doc.effective.until,
            doc.income.concept,
            rules,
            define,
            {name: _plain(v.value) for name, v in values.items()},
            lower.yuan,
            upper.yuan,
            official,
        ]
    )


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_force(doc: StandardDocument, day: date) -> None:
    if not doc.effective.covers(day):
        start, end = doc.effective.from_, doc.effective.until
        raise UnusableInput(
            "FP-STANDARD-001",
            Text("标准在这一天未施行", "the standard is not in force on that day"),
            read=day.isoformat(),
            expected=Text(
                f"{doc.id} 自 {start} 起{f'至 {end}（不含）' if end else ''}",
                f"{doc.id} holds from {start}{f' until {end} (excluded)' if end else ''}",
            ),
            remedy=Text(
                "改用当日施行的标准（fangpin standard list）",
                "use a standard in force on that day (fangpin standard list)",
            ),
        )


def _overlays(standard_id: str, sources: Sources) -> list[tuple[str, OverlayDocument]]:
    """The overlays that hold here and now, least specific first; the user's own among them by their level."""
    found: list[tuple[str, OverlayDocument]] = []
    for name, overlay in shipped_overlays(rules_root()):
        if (
            overlay.changes.split("@")[0] == standard_id
            and sources.region is not None
            and covers(overlay.region or "", sources.region)
            and overlay.effective.covers(sources.as_of)
        ):
            found.append((name, overlay))
    for path in sources.overlays:
        found.append((path.name, _given(path, standard_id, sources)))
    return found


def _given(path: Path, standard_id: str, sources: Sources) -> OverlayDocument:
    if not path.is_file():
        raise UnusableInput("FP-STANDARD-010", Text("没有这个调整文件", "no such overlay file"), read=str(path))
    overlay, places = load_overlay(path)
    base, _, wanted = overlay.changes.partition("@")
    line, column = places.of(("changes",))
    if base != standard_id:
        raise UnusableInput(
            "FP-STANDARD-011",
            Text("调整文件针对的是另一个标准", "the overlay changes another standard"),
            place=f"{path.name}:{line}:{column}",
            read=base,
            expected=Text(standard_id, standard_id),
        )
    if not overlay.effective.covers(sources.as_of):
        line, column = places.of(("effective",))
        raise UnusableInput(
            "FP-STANDARD-012",
            Text("调整文件在这一天未施行", "the overlay is not in force on that day"),
            place=f"{path.name}:{line}:{column}",
            read=sources.as_of.isoformat(),
        )
    if overlay.region and not regions.exists(overlay.region):
        line, column = places.of_value(("region",))
        raise UnusableInput(
            "FP-STANDARD-006",
            Text("没有这个区划代码", "no such region code"),
            read=overlay.region,
            place=f"{path.name}:{line}:{column}",
        )
    if overlay.region and sources.region and not covers(overlay.region, sources.region):
        line, column = places.of(("region",))
        raise UnusableInput(
            "FP-STANDARD-013",
            Text("调整文件属于另一个地区", "the overlay belongs to another region"),
            place=f"{path.name}:{line}:{column}",
            read=overlay.region,
            expected=Text(sources.region, sources.region),
        )
    if wanted:
        actual = base_hash(standard_id, sources.as_of)
        if not actual.startswith(wanted):
            raise UnusableInput(
                "FP-STANDARD-014",
                Text("调整文件依据的基础标准已变", "the overlay was made for another text of its base"),
                place=f"{path.name}:{line}:{column}",
                read=wanted,
                expected=Text(actual[:12], actual[:12]),
            )
    return overlay


def base_hash(standard_id: str, day: date) -> str:
    """The hash of the text of a base version, which an overlay may name after ``@``."""
    doc, _, _ = document(standard_id)
    return content_hash(doc.model_dump(mode="json", by_alias=True))


def _regime(sources: Sources) -> Regime | None:
    """The official regime of the day, with its line at the place (None where it is not known)."""
    for standard_id in listing():
        doc, _, _ = document(standard_id)
        if doc.groups is not None and doc.effective.covers(sources.as_of):
            own = replace(sources, id=standard_id, overlays=(), changes={})
            chosen = settings(_overlays(standard_id, own), {})
            line = lines.monitoring_line(doc, chosen, sources.region, sources.as_of)
            return Regime(standard_id, doc.income.concept, line, doc.groups)
    return None


def resolve_for_reading(standard_id: str, region: str | None, day: date | None, overlays: tuple[Path, ...]) -> Standard:
    """A standard to read rather than to run: on ``day``, else today where it is in force, else the last day it was."""
    doc, _, _ = document(standard_id)
    today = date.today()
    if day is None:
        until = doc.effective.until
        day = (
            today
            if doc.effective.covers(today)
            else doc.effective.from_
            if until is None
            else date.fromordinal(until.toordinal() - 1)
        )
    return standard(standard_id, region, day, overlays)
