"""Rules → the Standard in force at a place on a day, overlays resolved.

Reads   rules/**/standard.yaml, rules/**/overlay*.yaml, a user's overlays and drafts
Gives   standard(id, region, as_of, overlays), listing(), resolve(sources)
Keeps   the most specific region wins; two overlays of one level that set one thing differently are an error that names both
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fangpin.language import tree as t
from fangpin.language.documents import content_hash, rules_root
from fangpin.language.parse import Context, Parameter, parse
from fangpin.language.vocabulary import vocabulary
from fangpin.reference import regions
from fangpin.standards import lines
from fangpin.standards.documents import (
    IndicatorDocument,
    OverlayDocument,
    ParameterDocument,
    StandardDocument,
    load_overlay,
)
from fangpin.standards.model import Indicator, Regime, Standard, Value
from fangpin.standards.overlays import Setting, covers, settings, shipped_overlays
from fangpin.tables.yaml_file import Places, validate
from fangpin.tables.yaml_file import parse as parse_yaml
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

MERGED = ("parameters", "indicators", "veto")


@dataclass(frozen=True)
class Sources:
    """Everything a resolved standard is made from."""

    id: str
    region: str | None
    as_of: date
    overlays: tuple[Path, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)

    def with_changes(self, changes: Mapping[str, Any]) -> Sources:
        return replace(self, changes={**self.changes, **changes})


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
    day = as_of if isinstance(as_of, date) else date.today() if as_of is None else read_day(as_of)
    if region is not None and not regions.exists(region):
        raise UnusableInput("FP-STANDARD-006", Text("没有这个区划代码", "no such region code"), read=region,
                            remedy=Text("用 2、4、6、9 或 12 位行政区划代码", "use an administrative code of 2, 4, 6, 9 or 12 digits"))
    return resolve(Sources(str(standard_id), region, day, tuple(Path(o) for o in overlays)))


def read_day(text: str) -> date:
    """A day written as 2021-06-30. Raises UnusableInput if it is not a day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnusableInput("FP-STANDARD-007", Text("不是有效的日期", "not a valid day"), read=text,
                            expected=Text("形如 2021-06-30", "such as 2021-06-30")) from error


# -- documents ----------------------------------------------------------------------------------------------
def listing() -> dict[str, Path]:
    """Ids of the standards shipped, with their files."""
    root = rules_root()
    return {p.parent.relative_to(root).as_posix(): p for p in sorted(root.glob("**/standard.yaml"))}


def path_of(standard_id: str) -> Path:
    """The file of a standard: shipped by id, or a draft by path.

    Raises:
        UnusableInput: there is none; with the nearest id.
    """
    found = listing()
    if standard_id in found:
        return found[standard_id]
    draft = Path(standard_id)
    if draft.suffix in (".yaml", ".yml") and draft.is_file():
        return draft
    guess = nearest(standard_id, found)
    raise UnusableInput("FP-STANDARD-002", Text("没有这个标准", "no such standard"), read=standard_id,
                        remedy=Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else
                        Text(f"可用：{'、'.join(found)}", f"there are: {', '.join(found)}"))


def merged_text(path: Path, chain: tuple[Path, ...] = ()) -> tuple[Any, Places]:
    """The plain data of a standard with its base worked in, and the places of its own keys.

    Raises:
        DocumentError: not YAML, or standards that are each other's base.
    """
    raw, places = parse_yaml(path.read_text("utf-8"), path.name)
    if not isinstance(raw, dict) or not isinstance(raw.get("base"), str):
        return raw, places
    base = path_of(raw["base"])
    if base.resolve() in (path.resolve(), *chain):
        line, column = places.of(("base",))
        raise DocumentError("FP-STANDARD-018", Text("标准互为基础，成了循环", "standards are each other's base: a cycle"),
                            place=f"{path.name}:{line}:{column}", read=raw["base"])
    under, _ = merged_text(base, (*chain, path.resolve()))
    return _merged(under, raw), places


@cache
def _document(path: Path, _stamp: float) -> tuple[StandardDocument, Any, Places]:
    merged, places = merged_text(path)
    return validate(merged, StandardDocument, places, path.name), merged, places


def document(standard_id: str) -> tuple[StandardDocument, Places, Path]:
    """The document of a standard with its base worked in, the places of its own keys, and its file."""
    path = path_of(standard_id)
    found, _, places = _document(path, path.stat().st_mtime)
    return found, places, path


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` on top of ``base``: indicators, veto items, parameters (also theirs) and definitions by name, all else whole."""
    out = {**base, **own}
    for section in MERGED:
        out[section] = {**base.get(section, {})}
        for name, body in (own.get(section) or {}).items():
            before = out[section].get(name, {})
            out[section][name] = _laid_over(before, body) if isinstance(body, dict) else body
    define = {scope: {**base.get("define", {}).get(scope, {}), **own.get("define", {}).get(scope, {})}
              for scope in ("member", "household")}
    out["define"] = define
    for name in own.get("without", []):
        for section in MERGED:
            out[section].pop(name, None)
    return out


def _laid_over(before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what ``body`` says differently; of its parameters only those that ``body`` names change."""
    out = {**before, **body}
    if isinstance(body.get("parameters"), dict):
        old = before.get("parameters", {})
        out["parameters"] = {**old, **{n: {**old.get(n, {}), **p} for n, p in body["parameters"].items()}}
    return out


# -- parameters ---------------------------------------------------------------------------------------------
def _declared(doc: StandardDocument) -> dict[str, ParameterDocument]:
    found = dict(doc.parameters)
    for code, item in {**doc.indicators, **doc.veto}.items():
        found |= {f"{code}.{name}": p for name, p in item.parameters.items()}
    return found


def _values(doc: StandardDocument, chosen: Iterable[Setting]) -> dict[str, Value]:
    declared = _declared(doc)
    values = {
        name: Value(name, _frozen(p.value), p.unit, Text(p.label.zh, p.label.en), p.state, p.source, p.set_by,
                    p.direction, p.minimum, p.maximum, tuple(p.choices) if p.choices else None, _frozen(p.value))
        for name, p in declared.items()
    }
    for setting in chosen:
        name = _parameter_name(setting.name, values, setting.by)
        values[name] = _set(values[name], setting)
    return values


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _parameter_name(name: str, values: Mapping[str, Value], by: str) -> str:
    if name in values:
        return name
    short = [full for full in values if full.split(".")[-1] == name]
    if len(short) == 1:
        return short[0]
    guess = nearest(name, values)
    raise UnusableInput(
        "FP-STANDARD-003", Text("标准没有这个参数", "the standard has no such parameter"), place=by, read=name,
        remedy=Text(f"同名的有 {'、'.join(short)}，请写全名", f"write one of {', '.join(short)}") if short else
        Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None)


def _set(value: Value, setting: Setting) -> Value:
    new = _frozen(setting.value)
    problem = _misfit(value, new, setting)
    if problem is not None:
        raise UnusableInput("FP-STANDARD-008", Text("参数值不合要求", "the value of a parameter does not fit"),
                            place=f"{setting.by} › {value.name}", read=str(setting.value), expected=problem)
    return replace(value, value=new, changed_by=setting.by, source=setting.source or value.source,
                   state="local" if setting.level != "what-if" else value.state)


def _misfit(value: Value, new: Any, setting: Setting) -> Text | None:
    if not _same_kind(value.value, new):
        return Text(f"与原值同类：{value.value!r}", f"of the same kind as {value.value!r}")
    if value.choices and not set(new if isinstance(new, tuple) else (new,)) <= set(value.choices):
        return Text(f"取其一：{'、'.join(value.choices)}", f"one of {', '.join(value.choices)}")
    if isinstance(new, int | float) and not isinstance(new, bool):
        if value.minimum is not None and new < value.minimum:
            return Text(f"不小于 {value.minimum}", f"at least {value.minimum}")
        if value.maximum is not None and new > value.maximum:
            return Text(f"不大于 {value.maximum}", f"at most {value.maximum}")
        if setting.level != "what-if" and value.direction != "any" and (new > value.value) != (value.direction == "up") \
                and new != value.value:
            return Text(f"只能往{'上' if value.direction == 'up' else '下'}调", f"may only go {value.direction}")
    ranks = {"national": 0, "province": 1, "prefecture": 2, "county": 3, "what-if": -1}
    if ranks[setting.level] > {"national": 0, "province": 1, "county": 3}[value.set_by]:
        return Text(f"只有{value.set_by}级可以设定", f"only the {value.set_by} may set it")
    return None


def _same_kind(old: Any, new: Any) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, int | float):
        return isinstance(new, int | float)
    return type(old) is type(new)


# -- rules --------------------------------------------------------------------------------------------------
def _compile(doc: StandardDocument, values: Mapping[str, Value], places: Places, file: str) -> dict[str, t.Node]:
    parameters = {name: Parameter(v.value, v.unit) for name, v in values.items()}
    base = Context(vocabulary(), parameters, {}, file)
    definitions: dict[str, tuple[str, t.Node]] = {}
    for scope in ("member", "household"):
        for name, definition in getattr(doc.define, scope).items():
            at = replace(_at(base, places, ("define", scope, name, "rule")), definitions=dict(definitions))
            _clash(name, parameters, at)
            definitions[name] = (scope, parse(definition.rule, at, scope=scope))  # type: ignore[arg-type]
    nodes: dict[str, t.Node] = {}
    for section, items in (("indicators", doc.indicators), ("veto", doc.veto)):
        for code, item in items.items():
            own = {n: Parameter(values[f"{code}.{n}"].value, values[f"{code}.{n}"].unit) for n in item.parameters}
            at = _at(base, places, (section, code, "rule"))
            nodes[code] = parse(item.rule, replace(at, parameters={**parameters, **own}, definitions=definitions))
    return nodes


def check_rules(doc: StandardDocument, places: Places, file: str) -> Iterator[UnusableInput]:
    """Every rule and definition that does not parse, with its place."""
    values = _values(doc, [])
    parameters = {name: Parameter(v.value, v.unit) for name, v in values.items()}
    base = Context(vocabulary(), parameters, {}, file)
    definitions: dict[str, tuple[str, t.Node]] = {}
    for scope in ("member", "household"):
        for name, definition in getattr(doc.define, scope).items():
            at = replace(_at(base, places, ("define", scope, name, "rule")), definitions=dict(definitions))
            definitions[name] = (scope, t.UNKNOWN)
            try:
                _clash(name, parameters, at)
                definitions[name] = (scope, parse(definition.rule, at, scope=scope))  # type: ignore[arg-type]
            except UnusableInput as error:
                yield error
    for section, items in (("indicators", doc.indicators), ("veto", doc.veto)):
        for code, item in items.items():
            own = {n: parameters[f"{code}.{n}"] for n in item.parameters}
            at = _at(base, places, (section, code, "rule"))
            try:
                parse(item.rule, replace(at, parameters={**parameters, **own}, definitions=definitions))
            except UnusableInput as error:
                yield error


def _at(context: Context, places: Places, loc: tuple[str, ...]) -> Context:
    line, column = places.of_value(loc)
    return replace(context, line=line, column=column)


def _clash(name: str, parameters: Mapping[str, Parameter], at: Context) -> None:
    if name in parameters or at.vocabulary.resolve(name, "member") or at.vocabulary.resolve(name, "household"):
        raise UnusableInput("FP-STANDARD-009", Text("定义与列或参数重名", "a definition has the name of a column or parameter"),
                            place=f"{at.file}:{at.line}:{at.column}", read=name)


def _indicator(code: str, item: IndicatorDocument, node: t.Node, values: Mapping[str, Value]) -> Indicator:
    counts = f"{code}.counts"
    readings = tuple(Text(zh, en) for zh, en in zip(item.our_reading.zh, item.our_reading.en, strict=True))
    return Indicator(code, Text(item.name.zh, item.name.en), item.dimension, Text(item.text.zh, item.text.en), item.rule,
                     node, f"{item.source.document} {item.source.place}".strip(), readings,
                     tuple(f"{code}.{n}" for n in item.parameters),
                     bool(values[counts].value) if counts in values else True)


# -- all together -------------------------------------------------------------------------------------------
def resolve(sources: Sources) -> Standard:
    """The standard that ``sources`` make.

    Raises:
        UnusableInput: as :func:`standard`.
    """
    doc, places, path = document(sources.id)
    _in_force(doc, sources.as_of)
    overlays = _overlays(doc.id, sources)
    chosen = settings(overlays, sources.changes)
    values = _values(doc, [s for s in chosen if s.kind == "parameter"])
    nodes = {code: node for code, node in _compile(doc, values, places, path.name).items()}
    regime = _regime(sources) if doc.groups is None and doc.regime != "none" else None
    lower, upper = lines.lower_and_upper(doc, values, chosen, sources.region, sources.as_of)
    if doc.groups is not None:
        regime = Regime(doc.id, doc.income.concept, lower, doc.groups)
    indicators = tuple(_indicator(c, i, nodes[c], values) for c, i in doc.indicators.items())
    veto = tuple(_indicator(c, i, nodes[c], values) for c, i in doc.veto.items())
    k = int(values["k"].value) if "k" in values else None
    named = {n: Text(d.text.zh, d.text.en) for d_ in (doc.define.member, doc.define.household) for n, d in d_.items()}
    digest = content_hash([doc.id, doc.effective.from_, doc.effective.until, doc.income.concept,
                           [i.rule for i in (*indicators, *veto)],
                           [d.rule for d in (*doc.define.member.values(), *doc.define.household.values())],
                           {n: v.value for n, v in values.items()}, lower.yuan, upper.yuan,
                           None if regime is None else [regime.id, regime.line.yuan if regime.line else None]])
    return Standard(doc.id, Text(doc.title.zh, doc.title.en), sources.region, sources.as_of, doc.effective.from_,
                    doc.effective.until, doc.income.concept, lower, upper, indicators, veto, values, k, regime,
                    tuple(name for name, _ in overlays), doc, digest, named, sources)


def _in_force(doc: StandardDocument, day: date) -> None:
    if not doc.effective.covers(day):
        start, end = doc.effective.from_, doc.effective.until
        raise UnusableInput(
            "FP-STANDARD-001", Text("标准在这一天未施行", "the standard is not in force on that day"), read=day.isoformat(),
            expected=Text(f"{doc.id} 自 {start} 起{f'至 {end}（不含）' if end else ''}",
                          f"{doc.id} holds from {start}{f' until {end} (excluded)' if end else ''}"),
            remedy=Text("改用当日施行的标准（fangpin standard list）", "use a standard in force on that day (fangpin standard list)"))


def _overlays(standard_id: str, sources: Sources) -> list[tuple[str, OverlayDocument]]:
    """The overlays that hold here and now, least specific first; the user's own among them by their level."""
    found: list[tuple[str, OverlayDocument]] = []
    for name, overlay in shipped_overlays(rules_root()):
        if overlay.changes.split("@")[0] == standard_id and sources.region is not None \
                and covers(overlay.region or "", sources.region) and overlay.effective.covers(sources.as_of):
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
        raise UnusableInput("FP-STANDARD-011", Text("调整文件针对的是另一个标准", "the overlay changes another standard"),
                            place=f"{path.name}:{line}:{column}", read=base,
                            expected=Text(standard_id, standard_id))
    if not overlay.effective.covers(sources.as_of):
        line, column = places.of(("effective",))
        raise UnusableInput("FP-STANDARD-012", Text("调整文件在这一天未施行", "the overlay is not in force on that day"),
                            place=f"{path.name}:{line}:{column}", read=sources.as_of.isoformat())
    if overlay.region and sources.region and not covers(overlay.region, sources.region):
        line, column = places.of(("region",))
        raise UnusableInput("FP-STANDARD-013", Text("调整文件属于另一个地区", "the overlay belongs to another region"),
                            place=f"{path.name}:{line}:{column}", read=overlay.region,
                            expected=Text(sources.region, sources.region))
    if wanted:
        actual = base_hash(standard_id, sources.as_of)
        if not actual.startswith(wanted):
            raise UnusableInput("FP-STANDARD-014", Text("调整文件依据的基础标准已变", "the overlay was made for another text of its base"),
                                place=f"{path.name}:{line}:{column}", read=wanted, expected=Text(actual[:12], actual[:12]))
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
        day = today if doc.effective.covers(today) else doc.effective.from_ if until is None else date.fromordinal(
            until.toordinal() - 1)
    return standard(standard_id, region, day, overlays)
