"""Hits: the rows on which a check fires, with what is to be said about each.

Reads   the truths of a check, or what a function found
Gives   Hits: record, place, what was read and the facts of the message, one a row
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.language import tree as t
from fangpin.registry.checks.documents import Check
from fangpin.registry.checks.facts import PartFacts
from fangpin.registry.checks.integrity import AT, PART, Function, Rows
from fangpin.registry.checks.words import read_text

KEY, READ, NAMED = "household_id", "\x00read", "\x00named"


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of one part. ``places``: table and position in its accepted frame."""

    records: list[str]
    places: list[tuple[str, int]]
    read: list[str]
    values: Sequence[Mapping[str, Any]]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.records)

    def by_table(self, kept: Sequence[int]) -> Iterator[tuple[str, pl.Series]]:
        """The positions of the hits of these numbers, table by table."""
        found: dict[str, list[int]] = {}
        for i in kept:
            table, at = self.places[i]
            found.setdefault(table, []).append(at)
        yield from ((table, pl.Series(at, dtype=pl.UInt32)) for table, at in found.items())


def of_rule(check: Check, facts: PartFacts, truth: pl.Series) -> Hits:
    """The rows where a rule is true."""
    frame = facts.frame(check.object)
    assert frame is not None
    rows = frame.filter(truth.fill_null(False))
    numbers = rows[KEY]
    records = facts.ids.gather(numbers)
    if check.object in ("member", "former_member"):
        records = records + "/" + rows["person_id"]

    def values(column: t.Col) -> list[Any]:
        if column.scope == "household" and check.object != "household":
            return facts.households[column.key].gather(numbers).to_list()
        return rows[column.key if column.scope == "household" else column.name].to_list()

    named = {name: _hashable(values(column)) for name, column in check.message_columns}
    column = check.field_column
    read = [""] * rows.height
    if column is not None:
        read = [read_text(v, column) for v in values(column)]
    said = [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)] if named else None
    return Hits(records.to_list(), _places(check, rows), read, said or [{}] * rows.height)


def _hashable(values: list[Any]) -> list[Any]:
    return [tuple(v) if isinstance(v, list) else v for v in values]


def _places(check: Check, rows: pl.DataFrame) -> list[tuple[str, int]]:
    """The row that is marked: the object's own, or of a household the row of the field's table if it has one."""
    if check.object != "household":
        own_table = "member" if check.object == "former_member" else check.object
        return [(own_table, at) for at in rows[AT].to_list()]
    table = check.entry.field.split(".")[0]
    own = f"{AT}.{'this_year' if table == 'income_year' else table}"
    home = rows[f"{AT}.household"].to_list()
    if own not in rows.columns:
        return [("household", at) for at in home]
    return [
        ("household", at) if mine is None else (table, mine) for mine, at in zip(rows[own].to_list(), home, strict=True)
    ]


def of_function(check: Check, function: Function, rows: Rows) -> Hits:
    """What a function of single households found."""
    found = function.find(function.rows(rows))
    return of_rows(check, function, _with_records(check, function, found, rows))


def crossing_rows(check: Check, function: Function, found: pl.DataFrame, rows: Rows, part: int) -> pl.DataFrame:
    """Rows that a function across households looks at, with their part, record and cell."""
    found = _with_records(check, function, found, rows)
    return found.with_columns(pl.lit(part, pl.UInt32).alias(PART))


def _with_records(check: Check, function: Function, found: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """The found rows with their record and the marked cell as text."""
    source = rows.accepted[function.table]
    at = found[AT]
    names = [name for name in (KEY, "person_id") if name in source.columns and name in _identity(function.table)]
    record = pl.select(pl.concat_str([source[n].gather(at) for n in names], separator="/")).to_series()
    field = tables.catalogue().field(check.entry.field)
    read = pl.Series(READ, [""] * found.height, dtype=pl.String)
    if field.table == function.table and field.inside in source.columns and check.field_column is not None:
        column = check.field_column
        cells = source[field.inside].gather(at)
        read = pl.Series(READ, [read_text(v, column) for v in cells.to_list()], dtype=pl.String)
    return found.with_columns(record.alias(NAMED), read.alias(READ))


def _identity(table: str) -> tuple[str, ...]:
    return tables.catalogue().table(table).identity


def of_rows(check: Check, function: Function, found: pl.DataFrame) -> Hits:
    """Rows that a function found, as hits."""
    found = found.sort(AT)
    named = found.select(function.values).rows(named=True) if function.values else [{}] * found.height
    return Hits(
        found[NAMED].to_list(), [(function.table, at) for at in found[AT].to_list()], found[READ].to_list(), named
    )
