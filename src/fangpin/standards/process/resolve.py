"""The procedure in force at a place on a day: the national document with what the place sets differently.

Reads   rules/process/monitoring.yaml, rules/**/process*.yaml
Gives   process(region, as_of) → Process, frozen and hashed; `remarks`, what does not fit together
Keeps   the most specific place wins; two of one level that set one thing differently are an error that names both; a
        national least length cannot be made shorter, a national limit not longer, except as its source says
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from fangpin.language.documents import content_hash, rules_root
from fangpin.standards.documents import Pair, text_of
from fangpin.standards.overlays import LEVELS, covers, level_of
from fangpin.standards.process import checks
from fangpin.standards.process.calendar import calendar
from fangpin.standards.process.documents import (
    FormDocument,
    FormsDocument,
    MeetingsDocument,
    ProcessDocument,
    ProcessOverlay,
)
from fangpin.standards.process.model import Process
from fangpin.tables.yaml_file import load, parse, validate
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text


@cache
def national(path: Path | None = None) -> ProcessDocument:
    """The procedure's document, checked.

    Raises:
        DocumentError: it does not load, or its parts do not fit together; with file, line and column.
    """
    path = path or rules_root() / "process" / "monitoring.yaml"
    data, places = parse(text_of(path), path.name)
    document = validate(data, ProcessDocument, places, path.name)
    checks.refuse(document, forms(), places, path.name)
    return document


def read_draft(path: Path) -> list[Text]:
    """What does not fit in a draft of the procedure, or of a county's change of it; empty if all fits.

    Raises:
        DocumentError: it does not load, or its parts do not fit together; with file, line and column.
        UnusableInput: it contradicts a change of the same place.
    """
    data, places = parse(text_of(path), path.name)
    if not isinstance(data, dict) or "changes" not in data:
        document = validate(data, ProcessDocument, places, path.name)
        checks.refuse(document, forms(), places, path.name)
        return checks.remarks(document.deadlines)
    overlay = validate(data, ProcessOverlay, places, path.name)
    base = national()
    if overlay.changes != base.id:
        line, column = places.of(("changes",))
        raise checks.no_such("changes", overlay.changes, [base.id], f"{path.name}:{line}:{column}")
    day = max(overlay.effective.from_, base.effective.from_)
    return checks.remarks(process(overlay.region, day, changes=((path.name, overlay),)).deadlines)


@cache
def forms() -> Mapping[str, FormDocument]:
    """The papers of the procedure by their numbers: name, source, what stands on them and what must not."""
    return MappingProxyType(load(rules_root() / "process" / "forms.yaml", FormsDocument).forms)


@cache
def overlays() -> tuple[tuple[str, ProcessOverlay], ...]:
    """Every overlay of the procedure under ``rules/``, with its path from there."""
    root = rules_root()
    files = [p for p in sorted(root.glob("**/process*.yaml")) if p.parent != root / "process"]
    return tuple((p.relative_to(root).as_posix(), load(p, ProcessOverlay)) for p in files)


def process(
    region: str | None = None, as_of: date | None = None, *, changes: tuple[tuple[str, ProcessOverlay], ...] = ()
) -> Process:
    """The procedure in force at a place on a day.

    Args:
        region: Region code; None is the national procedure.
        as_of: The day; today if not given.
        changes: Further overlays, by name; they count like those under ``rules/``.

    Raises:
        UnusableInput: the day lies before the procedure, or two overlays contradict each other.
    """
    day = as_of or date.today()
    document = national()
    if not document.effective.covers(day):
        raise UnusableInput(
            "FP-PROCESS-001",
            Text("这一天没有生效的程序", "no procedure is in force on this day"),
            read=day.isoformat(),
            expected=Text(f"{document.effective.from_} 起", f"from {document.effective.from_}"),
        )
    found = [
        (name, overlay)
        for name, overlay in (*overlays(), *changes)
        if overlay.changes == document.id
        and overlay.effective.covers(day)
        and region is not None
        and covers(overlay.region, region)
    ]
    found.sort(key=lambda pair: LEVELS.index(level_of(pair[1].region)))
    return _laid(document, found, region, day)


def _laid(document: ProcessDocument, found: list[tuple[str, ProcessOverlay]], region: str | None, day: date) -> Process:
    deadlines, meetings = dict(document.deadlines), list(document.meetings)
    lifted, set_by = document.veto_may_be_lifted.value, dict[str, str]()
    before: dict[tuple[str, str], tuple[str, object]] = {}
    for name, overlay in found:
        for what, value in _settings(overlay):
            place = (level_of(overlay.region), what)
            other = before.setdefault(place, (name, value))
            if other[1] != value:
                raise _contradiction(what, other[0], name)
            set_by[what] = name
        for key, change in overlay.deadlines.items():
            deadlines[key] = checks.changed(deadlines, key, change, name, overlay.source)
        if overlay.veto_may_be_lifted is not None:
            lifted = overlay.veto_may_be_lifted
        meetings = [_shares(m, overlay, name) for m in meetings]
    said = document.model_dump(mode="json", by_alias=True) | {
        "deadlines": {k: d.model_dump(mode="json", by_alias=True) for k, d in deadlines.items()},
        "veto_may_be_lifted": lifted,
        "meetings": [m.model_dump(mode="json", by_alias=True) for m in meetings],
    }
    return Process(
        id=document.id,
        title=_text(document.title),
        legal_basis=_text(document.legal_basis),
        region=region,
        as_of=day,
        states=MappingProxyType(document.states),
        actors=MappingProxyType(document.actors),
        guards=MappingProxyType(document.guards),
        actions=MappingProxyType(document.actions),
        deadlines=MappingProxyType(deadlines),
        votes=tuple(document.votes),
        veto_may_be_lifted=lifted,
        meetings=tuple(meetings),
        clear_conditions=MappingProxyType(document.clear_conditions),
        never_publish=tuple(document.never_publish),
        amber_at=document.amber_at,
        calendar=calendar(region),
        set_by=MappingProxyType(set_by),
        hash=content_hash(said),
    )


def _text(pair: Pair) -> Text:
    return Text(pair.zh, pair.en)


def _settings(overlay: ProcessOverlay) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [(f"deadlines.{k}", c) for k, c in overlay.deadlines.items()]
    found += [(f"meetings.{k}", share) for k, share in overlay.meetings.items()]
    if overlay.veto_may_be_lifted is not None:
        found.append(("veto_may_be_lifted", overlay.veto_may_be_lifted))
    return found


def _shares(meetings: MeetingsDocument, overlay: ProcessOverlay, name: str) -> MeetingsDocument:
    """The meetings with the quorums that a county sets; where the law sets one, it stays."""
    kinds = dict(meetings.kinds)
    for key, share in overlay.meetings.items():
        kind = kinds.get(key)
        if kind is None or kind.level == "national":
            continue
        kinds[key] = kind.model_copy(update={"quorum": kind.quorum.model_copy(update={"share": share})})
    unknown = [k for k in overlay.meetings if not any(k in m.kinds for m in national().meetings)]
    if unknown:
        raise checks.no_such("meetings", unknown[0], sorted(meetings.kinds), name)
    return meetings.model_copy(update={"kinds": kinds})


def _contradiction(what: str, one: str, two: str) -> UnusableInput:
    return UnusableInput(
        "FP-PROCESS-002",
        Text("两份本地调整互相矛盾", "two local changes contradict each other"),
        place=f"{one} · {two}",
        read=what,
        remedy=Text("撤下一份，或改成一致", "take one of them away, or make them agree"),
    )
