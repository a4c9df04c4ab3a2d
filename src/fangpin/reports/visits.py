"""Visit sheets: one workbook a village, with only the households and facts that are asked.

Reads   a registry, a standard, its verdicts
Gives   write_visits(out_dir, …) → the workbooks
Not     how answers come back (fangpin.read), how a workbook looks (tables.template)
Keeps   keys and names are filled in so that people are recognised, identity numbers and telephones never; what is not
        asked stays blank and so comes back as no answer; the same verdicts give the same bytes
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.identification.decide import needed_columns
from fangpin.identification.open_households import records
from fangpin.identification.record import Record
from fangpin.identification.verdicts import Verdicts
from fangpin.registry import Registry
from fangpin.reports.figures import place_name
from fangpin.standards import Standard
from fangpin.tables import Field
from fangpin.tables.template import SheetSpec, write
from fangpin.vocabulary.text import Text

HOUSEHOLD, ROSTER = "household_id", "household.roster"
SHEETS = ("household", "member", "living", "income_year")
WINDOW = ("year", "stage", "window_from", "window_to")
SHOWN: Mapping[str, tuple[str, ...]] = {
    "household": ("region_code", "natural_village", "head_name", "known_at"),
    "member": ("name",),
    "living": (),
    "income_year": WINDOW,
}
NEW_MEMBER = "R"
Row = dict[str, object]
Key = tuple[str, str]


def _notes(standard: Standard) -> tuple[Text, ...]:
    """What the person who goes there must know."""
    catalogue = tables.catalogue()
    household, member = catalogue.table("household").label, catalogue.table("member").label
    learned = catalogue.field("household.known_at").label
    return (
        Text(
            f"依据：{standard.title.zh}（{standard.id}），截至 {standard.as_of}。"
            "只列规则判定为“信息不全待补”的户；规则判定不是认定。",
            f"Basis: {standard.title.en} ({standard.id}), as of {standard.as_of}. Only households whose rule result is "
            "“facts missing, needs a visit”; a rule result is not a decision.",
        ),
        Text(
            "黄色格子问到就填，问不到留空。家里一切照旧的也照样填，不要因为以前填过就空着。",
            "Fill in the yellow cells that are answered, leave blank those that are not. Where nothing has changed, "
            "fill in the answer all the same.",
        ),
        Text(
            f"“{household.zh}”里的“{learned.zh}”填入户的那一天。"
            "编号、户主和姓名已填好，只用来认人，不要改；不抄证件号码和电话。",
            f"Put the day of the visit under {learned.zh} ({learned.en}) on the sheet {household.zh} ({household.en}). "
            "Ids, heads and names are filled in so that people are recognised: leave them. Copy no identity numbers "
            "and no telephones.",
        ),
        Text(
            f"“{member.zh}”里人编号以 {NEW_MEMBER} 开头的行，是名单上还缺的家人，一人一行；没有就空着。",
            f"Rows on the sheet {member.zh} ({member.en}) whose person id begins with {NEW_MEMBER} are for members "
            "missing from the list, one row each; leave them blank if there is none.",
        ),
    )


@dataclass(frozen=True)
class VisitSheet(SheetSpec):
    """A sheet that names the head of the household in every row, so that it can be found on paper."""

    def columns(self) -> list[Field]:
        """The fields of the sheet, the head after the keys."""
        found = super().columns()
        if self.table == "household":
            return found
        own = tables.catalogue().field("household.head_name")
        head = Field(self.table, own.name, own.label, own.kind, required=own.required, privacy=own.privacy)
        keys = len(tables.catalogue().table(self.table).identity)
        return [*found[:keys], head, *found[keys:]]


@dataclass
class Visit:
    """One household to visit: who it is, what is asked of it, and of whom."""

    household_id: str
    region_code: str
    village: str
    head_name: str | None
    asks: list[str]
    window: Row
    people: dict[str, str | None] = field(default_factory=dict)
    missing: int = 0

    @property
    def key(self) -> Key:
        """The village it lies in: by its code, else by the natural village."""
        named = len(self.region_code) == 12 and not self.region_code.endswith("000")
        return (self.region_code, "" if named else self.village)

    def asked(self, table: str) -> list[str]:
        """The fields of one table that are asked of the household itself."""
        return [a.partition(".")[2] for a in self.asks if a.startswith(f"{table}.") and "@" not in a and a != ROSTER]

    def asked_of(self) -> dict[str, list[str]]:
        """The fields that are asked of each member, in the order of the roster."""
        found: dict[str, list[str]] = {}
        for fact in self.asks:
            path, _, person = fact.partition("@")
            if person:
                found.setdefault(person, []).append(path.partition(".")[2])
        return {
            p: found[p] for p in [*(p for p in self.people if p in found), *(p for p in found if p not in self.people)]
        }

    def newcomers(self) -> list[str]:
        """Ids for members who are missing from the roster, none of them in use."""
        if ROSTER not in self.asks:
            return []
        free = (f"{NEW_MEMBER}{n}" for n in range(1, 1_000) if f"{NEW_MEMBER}{n}" not in self.people)
        return [next(free) for _ in range(max(self.missing, 1))]


# -- all villages -------------------------------------------------------------------------------------------
def write_visits(
    out_dir: str | os.PathLike[str], registry: Registry, standard: Standard, verdicts: Verdicts
) -> list[Path]:
    """A workbook for each village that has a household to visit, in ``out_dir``; by village.

    Each holds the households whose status is ``needs_visit`` and of them only the facts in ``ask``. Filled in, it is
    read by :func:`fangpin.intake.read_batch` and laid over the registry by
    :func:`fangpin.read`, as one more path.

    Args:
        out_dir: The folder; it is made if need be.
        registry: What is known.
        standard: The standard of the verdicts.
        verdicts: Its verdicts of that registry.

    Raises:
        OSError: the folder cannot be written.
    """
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    villages: dict[Key, list[Visit]] = {}
    for visit in _visits(registry, standard, verdicts):
        villages.setdefault(visit.key, []).append(visit)
    names = _file_names(villages)
    return [_workbook(out / names[key], key, villages[key], standard) for key in sorted(villages)]


def _file_names(keys: Iterable[Key]) -> dict[Key, str]:
    """A file name for each village; what a file system may not take is left out, and doubles are numbered."""
    names: dict[Key, str] = {}
    for code, village in sorted(keys):
        stem = re.sub(r"[^\w-]+", "_", "-".join(p for p in (code, village) if p)) or "no-region"
        taken = {n.casefold() for n in names.values()}
        tries = (f"{stem}{f'-{n}' if n else ''}.xlsx" for n in range(len(taken) + 1))
        names[(code, village)] = next(t for t in tries if t.casefold() not in taken)
    return names


def _visits(registry: Registry, standard: Standard, verdicts: Verdicts) -> Iterator[Visit]:
    for part, (table, frames) in zip(registry.parts(), verdicts.decided(), strict=True):
        waiting = table.filter(pl.col("status") == "needs_visit").select(HOUSEHOLD, "ask")
        if not waiting.height:
            continue
        loaded = part.load({"household": {"head_name", "natural_village"}, "member": {"name"}})
        known = registry.rows_on(loaded, standard.as_of)
        ids = waiting.select(HOUSEHOLD)
        own = {r[HOUSEHOLD]: r for r in known["household"].join(ids, on=HOUSEHOLD, how="semi").iter_rows(named=True)}
        people: dict[str, dict[str, str | None]] = {}
        for row in known["member"].join(ids, on=HOUSEHOLD, how="semi", maintain_order="left").iter_rows(named=True):
            people.setdefault(row[HOUSEHOLD], {})[row["person_id"]] = row["name"]
        for record, asks in zip(records(frames, ids, standard.as_of), waiting["ask"].to_list(), strict=True):
            key = str(record.household[HOUSEHOLD])
            yield _visit(record, own.get(key, {}), people.get(key, {}), asks, standard.as_of)


def _visit(record: Record, own: Mapping[str, Any], people: dict[str, str | None], asks: list[str], day: date) -> Visit:
    return Visit(
        str(record.household[HOUSEHOLD]),
        record.household.get("region_code") or "",
        own.get("natural_village") or "",
        own.get("head_name"),
        list(asks),
        _window(record, day),
        people,
        record.missing,
    )


def _window(record: Record, day: date) -> Row:
    """The window of the income that is asked: of the row that holds, else the last whole year."""
    known: Row = {name: record.income_row[name] for name in WINDOW if record.income_row.get(name) is not None}
    if "year" in known or "window_to" in known:
        return known
    return {"year": day.year if (day.month, day.day) == (12, 31) else day.year - 1}


# -- one village --------------------------------------------------------------------------------------------
def _workbook(path: Path, key: Key, visits: Sequence[Visit], standard: Standard) -> Path:
    code, village = key
    zh, en = (place_name(code, village, lang) or word for lang, word in (("zh", "未填区划"), ("en", "no region")))
    title = Text(f"入户核查表 {zh}（{len(visits)} 户）", f"Visit sheet {en} ({len(visits)} households)")
    return write(path, _sheets(visits, village or code, standard), title=title, notes=_notes(standard))


def _sheets(visits: Sequence[Visit], suffix: str, standard: Standard) -> list[SheetSpec]:
    """The sheets of one village; those on which nothing is asked are left out, but the households are always there."""
    newcomer = _newcomer_fields(standard)
    found: list[SheetSpec] = []
    for table in SHEETS:
        rows, asked = _member_rows(visits, newcomer) if table == "member" else _household_rows(visits, table)
        if rows:
            shown = [*SHOWN[table], *_in_order(table, asked)]
            found.append(VisitSheet(table, shown, rows, asked, suffix=suffix, versions=False))
    return found


def _household_rows(visits: Sequence[Visit], table: str) -> tuple[list[Row], list[list[str]]]:
    rows: list[Row] = []
    asked: list[list[str]] = []
    for visit in visits:
        facts = visit.asked(table)
        if table == "household":
            rows.append(
                {
                    HOUSEHOLD: visit.household_id,
                    "region_code": visit.region_code or None,
                    "natural_village": visit.village or None,
                    "head_name": visit.head_name,
                }
            )
            asked.append(["known_at", *facts])
        elif facts:
            rows.append(
                {
                    HOUSEHOLD: visit.household_id,
                    "head_name": visit.head_name,
                    **(visit.window if table == "income_year" else {}),
                }
            )
            asked.append(facts)
    return rows, asked


def _member_rows(visits: Sequence[Visit], newcomer: list[str]) -> tuple[list[Row], list[list[str]]]:
    rows: list[Row] = []
    asked: list[list[str]] = []
    for visit in visits:
        for person, facts in visit.asked_of().items():
            rows.append(
                {
                    HOUSEHOLD: visit.household_id,
                    "person_id": person,
                    "head_name": visit.head_name,
                    "name": visit.people.get(person),
                }
            )
            asked.append(facts)
        for person in visit.newcomers():
            rows.append({HOUSEHOLD: visit.household_id, "person_id": person, "head_name": visit.head_name})
            asked.append(["name", *newcomer])
    return rows, asked


def _newcomer_fields(standard: Standard) -> list[str]:
    """What is asked of a member who was missing: everything about members that the rules read and people can answer."""
    read = needed_columns(standard)["member"] - {"state"}
    fields = tables.catalogue().table("member").fields.values()
    return [f.inside for f in fields if f.inside in read and f.ask is not None]


def _in_order(table: str, asked: Sequence[Sequence[str]]) -> list[str]:
    """The fields that are asked in any row, in the order of the table, those already shown left out."""
    wanted = {name for names in asked for name in names} - set(SHOWN[table])
    return [f.inside for f in tables.catalogue().table(table).fields.values() if f.inside in wanted]
