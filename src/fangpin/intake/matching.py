"""Matching: rows of a department's file found among the members by their identity number; files laid over files.

Reads   raw tables of members; raw rows that say an identity number but no household
Gives   matched → the same rows with household and person; contradicting, the households that one id stands for twice
Keeps   a number that nobody or more than one person has finds nobody: the row is refused and said; numbers stay within
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from fangpin.intake.columns import as_text
from fangpin.intake.headings import heading_of
from fangpin.intake.raw import RawTable

NOBODY = "FP-INTAKE-081"
HOUSEHOLD, PERSON, NUMBER = "household_id", "person_id", "id_number"
_BARE = r"[\s'’‘`]"
_WIDTH = 18


def field_columns(raw: RawTable, *names: str) -> dict[str, pl.Series]:
    """The columns of a raw table that are these fields, as text; of a doubled one the first."""
    meant = raw.meant or tuple(f.name if (f := heading_of(raw.table, h)) else "" for h in raw.headings)
    return {name: as_text(raw.column(meant.index(name))) for name in names if name in meant}


def matched(raw: RawTable, members: Sequence[RawTable]) -> RawTable:
    """Rows with the household and person that have their identity number; both blank where it finds nobody."""
    own = field_columns(raw, NUMBER)
    keys = _bare(own[NUMBER]).to_frame("key")
    known = [_people(one) for one in members]
    people = pl.concat([one for one in known if one is not None]) if any(k is not None for k in known) else None
    if people is None:
        blank = pl.Series([None] * raw.frame.height, dtype=pl.String)
        found = pl.DataFrame({HOUSEHOLD: blank, PERSON: blank})
    else:
        people = people.unique().filter(pl.col("key").is_not_null())
        people = people.filter(pl.col("key").is_unique())
        found = keys.join(people, on="key", how="left", maintain_order="left").select(HOUSEHOLD, PERSON)
    heading = raw.headings[(raw.meant or ()).index(NUMBER)]
    frame = raw.frame.with_columns(found[HOUSEHOLD].alias("\x00h"), found[PERSON].alias("\x00p"))
    return replace(
        raw,
        frame=frame,
        headings=(*raw.headings, heading, heading),
        meant=(*(raw.meant or ()), HOUSEHOLD, PERSON),
        blank_key=NOBODY,
        match=False,
    )


def _people(raw: RawTable) -> pl.DataFrame | None:
    columns = field_columns(raw, HOUSEHOLD, PERSON, NUMBER)
    if len(columns) < 3:
        return None
    frame = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    return frame.with_columns(_bare(frame[NUMBER]).alias("key")).select("key", HOUSEHOLD, PERSON).drop_nulls()


def _bare(numbers: pl.Series) -> pl.Series:
    """Identity numbers as they are compared: narrow, in capitals, of a disability certificate the first 18."""
    number = pl.col("x").str.normalize("NFKC").str.replace_all(_BARE, "").str.to_uppercase()
    return numbers.alias("x").to_frame().select(pl.when(number != "").then(number.str.slice(0, _WIDTH))).to_series()


def contradicting(before: Sequence[RawTable], after: Sequence[RawTable]) -> set[str]:
    """Households of which two files name different heads: one id may stand for two households."""
    first, second = _heads(before), _heads(after)
    return {key for key, name in second.items() if first.get(key, name) != name}


def _heads(raws: Sequence[RawTable]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw in raws:
        columns = field_columns(raw, HOUSEHOLD, "head_name") if raw.table == "household" else {}
        if len(columns) == 2:
            rows = pl.DataFrame([series.alias(name) for name, series in columns.items()]).drop_nulls()
            found |= {str(key): "".join(str(name).split()) for key, name in rows.rows()}
    return found


def divided(raw: RawTable, households: Collection[str]) -> tuple[RawTable, RawTable]:
    """The rows of other households, and those of these."""
    keys = field_columns(raw, HOUSEHOLD).get(HOUSEHOLD)
    if keys is None:
        return raw, raw.only(pl.Series([], dtype=pl.UInt32))
    theirs = keys.is_in(list(households)).fill_null(False)
    return raw.only((~theirs).arg_true()), raw.only(theirs.arg_true())
