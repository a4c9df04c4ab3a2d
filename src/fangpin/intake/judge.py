"""Judging cells: raw tables as canonical columns, with every trouble and the place it stands.

Reads   raw tables (files, sheets, frames)
Gives   Judged: one table of canonical columns over all its files, troubles with positions in it; Places
Not     whether a row is kept (rows)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import polars as pl

from fangpin import tables
from fangpin.intake.across import row_troubles
from fangpin.intake.cells import Declared
from fangpin.intake.columns import Trouble, as_text, read_column
from fangpin.intake.headings import Headed, read_headings, same_columns
from fangpin.intake.keys import match
from fangpin.intake.quick import quick
from fangpin.intake.raw import Origin, RawTable
from fangpin.intake.region_codes import region_troubles
from fangpin.intake.units import by_heading
from fangpin.tables import Field, Table
from fangpin.tables.schemas import polars_type
from fangpin.vocabulary.findings import Finding

VERSION_COLUMNS = ("valid_from", "valid_to", "known_at")


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows of one file within a judged table: where they begin, how many, and the headings of that file.

    Rows that are not ``counted`` were made of another table's rows, which stand for them in the account.
    """

    origin: Origin
    start: int
    height: int
    headings: dict[str, str]
    counted: bool = True
    blank_key: str = "FP-INTAKE-040"


@dataclass(frozen=True, slots=True)
class Located:
    """A trouble of one field (empty: of the row), with positions in the judged table."""

    field: Field | None
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Judged:
    """One table: canonical columns by inside names, where each row stood, and what could not be read."""

    table: Table
    frame: pl.DataFrame
    segments: list[Segment]
    troubles: list[Located] = field(default_factory=list)
    superseded: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.UInt32))
    """Positions of rows that an answer has taken over: accepted, but in no frame."""
    starts: pl.Series | None = None
    """Where each household's rows begin, if they stand together and every one belongs to a household."""

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.frame.height

    def place(self, position: int) -> tuple[Segment, int]:
        """The segment and the row number of a position."""
        return place_of(self.segments, position)


def place_of(segments: Sequence[Segment], position: int) -> tuple[Segment, int]:
    """The segment and the row number of a position."""
    segment = segments[bisect_right(segments, position, key=lambda s: s.start) - 1]
    return segment, segment.origin.row(position - segment.start)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the rows of an accepted frame stood, and which of them already have a finding (error or warning).

    ``kept`` are their positions in the judged table; None where every row was accepted.
    """

    segments: Sequence[Segment]
    kept: pl.Series | None
    noted: pl.Series

    def positions(self, at: pl.Series) -> pl.Series:
        """The positions in the judged table of rows of the accepted frame."""
        at = at.cast(pl.UInt32)
        return at if self.kept is None else self.kept.gather(at)

    def place(self, position: int) -> tuple[Segment, int]:
        """The segment and the row number of a position in the judged table."""
        return place_of(self.segments, position)


def wanted_fields(table: Table, columns: Iterable[str] | None) -> list[Field]:
    """The fields to read, by inside names: all, or those named with keys and version columns."""
    if columns is None:
        return list(table.columns.values())
    names = {*columns, *table.identity, *VERSION_COLUMNS}
    return [f for f in table.columns.values() if f.inside in names or f.name in names]


def judge(
    table: Table,
    raws: Sequence[RawTable],
    columns: Iterable[str] | None = None,
    *,
    check_regions: bool = True,
    households: pl.Series | None = None,
) -> tuple[Judged, list[Headed]]:
    """The raw tables of one table as canonical columns, understood by their headings.

    Args:
        table: The table.
        raws: Its rows as they stand in files, sheets or frames.
        columns: The fields to read by inside names, besides keys and version columns; None for all.
        check_regions: Whether region codes are looked up in the register.
        households: Hashes of the household ids, where the rows of each household may well stand together.

    Raises:
        UnusableInput: a key column is missing or doubled.
    """
    heads = [
        read_headings(table, raw.headings, raw.origin, same_columns(raw.frame), raw.meant, raw.in_unit) for raw in raws
    ]
    heads = [replace(h, likely={**h.likely, **raw.likely}) for raw, h in zip(raws, heads, strict=True)]
    pairs = list(zip(raws, heads, strict=True))
    return judge_headed(table, pairs, columns, check_regions=check_regions, households=households), heads


def judge_headed(
    table: Table,
    raws: Sequence[tuple[RawTable, Headed]],
    columns: Iterable[str] | None = None,
    *,
    check_regions: bool = True,
    households: pl.Series | None = None,
) -> Judged:
    """The raw tables of one table, whose columns are understood, as canonical columns; arguments as for ``judge``."""
    fields = wanted_fields(table, columns)
    pieces: list[pl.DataFrame] = []
    segments: list[Segment] = []
    troubles: list[Located] = []
    start = 0
    starts: pl.Series | None = None
    for raw, heads in raws:
        key = raw.column(heads.columns["household_id"][0])
        if households is not None and len(raws) == 1 and key.dtype == pl.String:
            starts = match(key, households)
        ready = {"household_id": key.alias("household_id")} if starts is not None else {}
        piece, found = judge_columns(raw, heads, fields, start, check_regions=check_regions, ready=ready)
        pieces.append(piece)
        troubles += found
        named = {n: h for n, (_, h) in heads.columns.items()}
        segments.append(Segment(raw.origin, start, piece.height, named, raw.counted, raw.blank_key))
        start += piece.height
    frame = pl.concat(pieces) if pieces else empty_frame(fields)
    troubles += [Located(field_, trouble) for field_, trouble in row_troubles(table, frame)]
    return Judged(table, frame, segments, _merged(troubles), starts=starts)


def empty_frame(fields: Sequence[Field]) -> pl.DataFrame:
    """A frame without rows, with these fields."""
    schema = tables.polars_schema(fields[0].table)
    return pl.DataFrame(schema={f.inside: schema[f.inside] for f in fields})


def judge_columns(
    raw: RawTable,
    heads: Headed,
    fields: Sequence[Field],
    start: int,
    *,
    check_regions: bool = True,
    ready: Mapping[str, pl.Series] | None = None,
) -> tuple[pl.DataFrame, list[Located]]:
    """The columns of one raw table as values, with troubles counted from ``start``; ``ready`` need no reading."""
    schema = tables.polars_schema(raw.table)
    columns: list[pl.Series] = []
    troubles: list[Located] = []
    there = {
        f.name: heads.columns[f.name][0] for f in fields if f.name in heads.columns and f.name not in heads.doubled
    }
    known = dict(ready or {})
    known |= quick(
        raw.frame,
        [
            (f, raw.frame.columns[there[f.name]])
            for f in fields
            if f.name in there and f.name not in known and f.name not in heads.units
        ],
        typed=raw.typed,
    )
    for field_ in fields:
        if field_.name not in there:
            blank = pl.Series(field_.inside, [None], dtype=schema[field_.inside])
            columns.append(blank.new_from_index(0, raw.frame.height))
            continue
        found: list[Trouble] = []
        if field_.name in known:
            values = known[field_.name]
        else:
            values, found = _read(raw, there[field_.name], field_, heads.units.get(field_.name))
        if check_regions and field_.kind == "region":
            found = [*found, *region_troubles(values)]
        columns.append(values)
        troubles += [Located(field_, replace(t, at=t.at.cast(pl.UInt32) + start)) for t in found]
    for note in raw.notes:
        at = pl.Series(note.at, dtype=pl.UInt32) + start
        noted = _field_of(raw.table, note.field)
        elsewhere = pl.Series(note.known, dtype=pl.String) if note.known else None
        troubles.append(Located(noted, Trouble(note.code, at, pl.Series(note.read, dtype=pl.String), known=elsewhere)))
    for code, rows in (("FP-INTAKE-030", raw.surplus), ("FP-INTAKE-033", raw.short)):
        if rows:
            at = pl.Series(rows, dtype=pl.UInt32) + start
            troubles.append(Located(None, Trouble(code, at, pl.Series([""] * len(at), dtype=pl.String))))
    return pl.DataFrame(columns), troubles


def _field_of(table: str, name: str) -> Field:
    """The field of a table."""
    return tables.catalogue().table(table).field(name)


def _read(raw: RawTable, number: int, field_: Field, unit: str | None) -> tuple[pl.Series, list[Trouble]]:
    """One column, in the unit that its heading declares; blank where that unit is none of this field."""
    column = raw.column(number)
    times = by_heading(unit, field_.unit or "") if unit else Fraction(1)
    if times is not None:
        return read_column(column, field_, Declared(unit, times, raw.origin.epoch))
    text = as_text(column)
    filled = text.is_not_null().arg_true()
    blank_ = pl.Series(field_.inside, [None], dtype=polars_type(field_)).new_from_index(0, len(column))
    return blank_, [Trouble("FP-INTAKE-111", filled, text.gather(filled))]


def _merged(troubles: list[Located]) -> list[Located]:
    """Troubles of one field and code as one, over all files."""
    groups: dict[tuple[object, ...], list[Located]] = {}
    for located in troubles:
        name, trouble = located.field.name if located.field else "", located.trouble
        groups.setdefault((name, trouble.code, trouble.said), []).append(located)
    return [group[0] if len(group) == 1 else _together(group) for group in groups.values()]


def _together(group: list[Located]) -> Located:
    troubles = [one.trouble for one in group]
    at, read = (pl.concat([getattr(t, name) for t in troubles]) for name in ("at", "read"))
    known = [t.known for t in troubles if t.known is not None]
    together = pl.concat(known) if len(known) == len(troubles) else None
    return Located(group[0].field, replace(troubles[0], at=at, read=read, known=together))


def column_findings(headed: Sequence[Headed]) -> list[Finding]:
    """What the headings of all files of one table had to say, each thing once."""
    seen: dict[tuple[str, str, str], Finding] = {}
    for heads in headed:
        for found in heads.findings:
            seen.setdefault((found.code, found.field, found.column), found)
    return list(seen.values())
