"""A household's history as a story: day by day what was learned, from whom, and what it changed.

Reads   every row of one household, all its versions
Gives   story(parts, household_id) → Story: events in the order in which they became known
Keeps   nothing that was learned is left out; a correction is told as one, and so is what contradicts itself; what names
        a person is masked
Source  docs/decisions/0008-versions.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.intake.batch import Part
from fangpin.tables import Field, Table
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.masking import mask_name, mask_value
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

HOUSEHOLD = "household_id"
VERSION = ("valid_from", "valid_to", "known_at", "source")
Row = dict[str, Any]
KINDS = {
    "first": Text("登记", "recorded"),
    "change": Text("变化", "changed"),
    "correction": Text("更正", "corrected"),
    "late": Text("补记", "recorded late"),
    "end": Text("终止", "ended"),
    "contradiction": Text("互相矛盾，按未知处理", "contradicts itself: unknown"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One field of an event: what it was and what it is, as they are said."""

    field: Field
    before: Text | None
    after: Text


@dataclass(frozen=True, slots=True)
class Event:
    """One row that was learned, and what it changed of what was known before."""

    kind: str
    table: Table
    person: str
    known: date | None
    since: date | None
    until: date | None
    source: str
    told: tuple[Told, ...]

    @property
    def planned(self) -> bool:
        """Whether it was known before it was so."""
        return self.known is not None and self.since is not None and self.known < self.since

    def to_json(self, lang: str) -> dict[str, Any]:
        days = {"known_at": self.known, "valid_from": self.since, "valid_to": self.until}
        return {
            "kind": self.kind,
            "kind_label": KINDS[self.kind](lang),
            "table": self.table.name,
            "person": self.person or None,
            **{name: day.isoformat() if day else None for name, day in days.items()},
            "planned": self.planned,
            "source": self.source or None,
            "changes": [
                {
                    "field": t.field.path,
                    "label": t.field.label(lang),
                    "from": t.before(lang) if t.before is not None else None,
                    "to": t.after(lang),
                }
                for t in self.told
            ],
        }

    def text(self, lang: str) -> str:
        known = self.known.isoformat() if self.known else Text("日期不详", "undated")(lang)
        days = [Text(f"自 {self.since} 起", f"from {self.since}")(lang)] if self.since else []
        days += [Text(f"到 {self.until} 止（不含）", f"until {self.until}")(lang)] if self.until else []
        days += [Text("计划", "planned")(lang)] if self.planned else []
        days += [Text(f"来源：{self.source}", f"source: {self.source}")(lang)] if self.source else []
        about = ("，" if lang == "zh" else ", ").join(days)
        who = f" {self.person}" if self.person else ""
        head = f"{known}　{KINDS[self.kind](lang)}　{self.table.label(lang)}{who}" + (f"（{about}）" if about else "")
        return "\n".join([head, *[f"    {_said(t, lang)}" for t in self.told]])


def _said(told: Told, lang: str) -> str:
    before = f"{told.before(lang)} → " if told.before is not None else ""
    return f"{told.field.label(lang)}: {before}{told.after(lang)}"


@dataclass(frozen=True, slots=True)
class Story:
    """The events of one household, in the order in which they became known."""

    household_id: str
    events: tuple[Event, ...]

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The story as plain data."""
        return {"household_id": self.household_id, "events": [e.to_json(lang) for e in self.events]}

    def text(self, lang: str = "zh") -> str:
        """The story in words."""
        head = Text(f"农户 {self.household_id} 的历史", f"History of household {self.household_id}")(lang)
        return "\n".join([head, "", *[e.text(lang) for e in self.events]])


def story(parts: Iterable[Part], household_id: str) -> Story:
    """Everything that was ever learned of a household.

    Raises:
        UnusableInput: nothing was.
    """
    events: list[Event] = []
    for part in parts:
        if not part.may_hold(household_id):
            continue
        loaded = part.load()
        for table in tables.catalogue().tables.values():
            rows = _own(loaded.frames[table.name], household_id)
            void = loaded.voids.get(table.name)
            events += _events(table, rows)
            events += _contradictions(table, [] if void is None else _own(void, household_id))
    if not events:
        raise UnusableInput(
            "FP-REGISTRY-003",
            Text("没有这一户", "no such household"),
            read=household_id,
            remedy=Text("核对户编号", "check the household number"),
        )
    return Story(
        household_id, tuple(sorted(events, key=lambda e: (e.known or e.since or date.min, e.since or date.min)))
    )


def _own(frame: pl.DataFrame, household_id: str) -> list[Row]:
    return frame.filter(pl.col(HOUSEHOLD) == household_id).rows(named=True)


def _subject(table: Table, row: Row) -> tuple[Any, ...]:
    """What a row is about: its key, or the window of an income; a row of another table stands for itself."""
    if table.key:
        return tuple(row[k] for k in table.key)
    if table.name == "income_year":
        return (row.get("window_to") or row.get("year"), row.get("stage"))
    return (id(row),)


def _version(row: Mapping[str, Any]) -> tuple[date, date]:
    """From when a row says something, and when it was learned."""
    return row["valid_from"] or date.min, row["known_at"] or date.min


def _events(table: Table, rows: list[Row]) -> Iterator[Event]:
    subjects: dict[tuple[Any, ...], list[Row]] = {}
    for row in sorted(rows, key=lambda r: _version(r)[::-1]):
        earlier = subjects.setdefault(_subject(table, row), [])
        yield _event(table, row, earlier)
        earlier.append(row)


def _event(table: Table, row: Row, earlier: list[Row]) -> Event:
    since = row["valid_from"] or date.min
    same = [r for r in earlier if (r["valid_from"] or date.min) == since]
    before = [r for r in earlier if (r["valid_from"] or date.min) < since]
    kind = "correction" if same else "change" if before else "late" if earlier else "first"
    past = same[-1] if same else max(before, key=_version) if before else None
    told = tuple(_told(table, row, past))
    if same and row["valid_to"] is not None and row["valid_to"] != same[-1]["valid_to"]:
        kind = "end"
        told = tuple(t for t in told if row[t.field.inside] is not None)
    return Event(
        kind,
        table,
        str(row.get("person_id") or ""),
        row["known_at"],
        row["valid_from"],
        row["valid_to"],
        row.get("source") or "",
        told,
    )


def _told(table: Table, row: Row, past: Mapping[str, Any] | None) -> Iterator[Told]:
    """The fields of a row that say something else than before."""
    for field in table.fields.values():
        name = field.inside
        if field.name in (HOUSEHOLD, "person_id") or name not in row:
            continue
        if past is None and row[name] is not None:
            yield Told(field, None, shown(field, row[name]))
        elif past is not None and row[name] != past[name]:
            yield Told(field, shown(field, past[name]), shown(field, row[name]))


def _contradictions(table: Table, rows: list[Row]) -> Iterator[Event]:
    for row in rows:
        days = (row["known_at"], row.get("valid_from"), row.get("valid_to"))
        yield Event("contradiction", table, str(row.get("person_id") or ""), *days, "", ())


def shown(field: Field, value: Any) -> Text:
    """A value as it is said: a code by its label, money in yuan, what names a person masked."""
    if value is None:
        return Text("未填", "blank")
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if field.codes:
        items = tables.catalogue().codelist(field.codes).items
        found = [items.get(str(c), Text(str(c), str(c))) for c in (value if isinstance(value, list) else [value])]
        return Text("、".join(f.zh for f in found), ", ".join(f.en for f in found)) if found else Text("无", "none")
    if field.privacy == "direct" and field.kind == "str" and not any(c.isdigit() for c in str(value)):
        return Text(mask_name(str(value)), mask_name(str(value)))
    if field.kind == "money":
        return Text(f"{to_yuan(int(value)):,} 元", f"{to_yuan(int(value)):,} yuan")
    text = mask_value(str(value), field.privacy)
    return Text(text, text)
