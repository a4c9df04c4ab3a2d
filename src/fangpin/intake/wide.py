"""Wide sheets: a sheet that a profile understands as the tables its rows hold.

Reads   a raw sheet and its Reading
Gives   tables_of → raw tables with the field of each column, and what was found out
Keeps   every row of the sheet is a row of one table and counted there; what its rows repeat of a household becomes one
        row, taken from the filled cells, and where they disagree it is blank and said
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from fangpin import tables
from fangpin.intake.columns import as_text, clean
from fangpin.intake.headings import unknown_column
from fangpin.intake.layouts import HOUSEHOLD_ID
from fangpin.intake.likeness import MOST, Likely, likeliest
from fangpin.intake.messages import finding, unusable
from fangpin.intake.places import codes, contradicted, numbered_within
from fangpin.intake.raw import Note, Origin, RawTable, Sheet, unique_names
from fangpin.intake.recognise import Reading
from fangpin.intake.values import finished, plain
from fangpin.tables import Field
from fangpin.vocabulary.findings import Finding

PERSON = "person_id"
DISAGREE, OTHER_PLACE = "FP-INTAKE-076", "FP-INTAKE-097"
REGION = "region_code"
_AT, _KEY = "\x00at", "\x00key"


def tables_of(sheet: Sheet, reading: Reading) -> tuple[list[RawTable], list[Finding]]:
    """The raw tables of a sheet: the one its rows are, and those its rows repeat.

    Raises:
        UnusableInput: the column of household ids stands twice with different contents.
    """
    sheet, reading, findings = _once(sheet, reading)
    guesses = _guesses(sheet, reading)
    findings = [said(sheet, reading), *findings]
    findings += [unknown_column(reading.spec.rows, sheet.headings[i], i, sheet.origin, g) for i, g in guesses.items()]
    columns = _finished(sheet, reading)
    placed = _placed(sheet, reading, columns, findings)
    apart = _contradicted(reading, columns)
    repeats = [name for name in reading.spec.repeats if name == "household" or any(_own(reading, name))]
    raws = [_repeated(sheet, reading, name, columns, placed, apart) for name in repeats]
    main, numbered = _rows(sheet, reading, columns, placed)
    if main.table == "household" and apart is not None:
        given = as_text(columns[_meant(reading, "household").index(REGION)])
        main = replace(main, notes=tuple(_elsewhere(apart, given)))
    if numbered:
        findings.append(finding("FP-INTAKE-077", file=sheet.origin.file, sheet=sheet.origin.sheet))
    likely = {g.field.path: sheet.headings[i] for i, g in guesses.items() if g is not None}
    return [_with_likely(raw, likely) for raw in (*raws, main)], findings


def _with_likely(raw: RawTable, likely: dict[str, str]) -> RawTable:
    own = {path.partition(".")[2]: heading for path, heading in likely.items() if path.startswith(f"{raw.table}.")}
    return replace(raw, likely=own)


def said(sheet: Sheet, reading: Reading) -> Finding:
    """That a sheet was recognised, with its score."""
    return finding(
        "FP-INTAKE-075",
        file=sheet.origin.file,
        sheet=sheet.origin.sheet,
        row=sheet.header,
        profile=reading.profile,
        title=reading.title,
        known=reading.known,
        headings=reading.headings,
    )


def _guesses(sheet: Sheet, reading: Reading) -> dict[int, Likely | None]:
    """What each column that the profile does not know most likely is."""
    own = (reading.spec.rows, *reading.spec.repeats)
    free = [f for t in own for f in tables.catalogue().table(t).columns.values() if _path(f) not in reading.paths]
    unknown = [i for i, column in enumerate(reading.columns) if not column.known]
    return {i: likeliest(sheet.headings[i], free) if n < MOST else None for n, i in enumerate(unknown)}


def _path(field: Field) -> str:
    return HOUSEHOLD_ID if field.name == HOUSEHOLD_ID else field.path


def _once(sheet: Sheet, reading: Reading) -> tuple[Sheet, Reading, list[Finding]]:
    """The sheet without columns that say again, cell by cell, what another says."""
    first: dict[str, int] = {}
    gone: set[int] = set()
    findings: list[Finding] = []
    for i, column in enumerate(reading.columns):
        if not column.path:
            continue
        before = first.setdefault(column.path, i)
        if before == i:
            continue
        same = as_text(sheet.frame.to_series(before)).equals(as_text(sheet.frame.to_series(i)), null_equal=True)
        written = f"{sheet.headings[before]}、{sheet.headings[i]}"
        if same:
            gone.add(i)
            path = reading.spec.rows + "." + HOUSEHOLD_ID if column.path == HOUSEHOLD_ID else column.path
            twice = finding("FP-INTAKE-014", field=path, headings=written, severity="info", column=sheet.headings[i])
            findings.append(replace(twice, file=sheet.origin.file, sheet=sheet.origin.sheet))
        elif column.path == HOUSEHOLD_ID:
            raise unusable("FP-INTAKE-007", place=sheet.origin.place, read=written, field=column.path, headings=written)
    if not gone:
        return sheet, reading, findings
    kept = [i for i in range(len(sheet.headings)) if i not in gone]
    frame = pl.DataFrame(
        [sheet.frame.to_series(i).alias(n) for i, n in zip(kept, unique_names(len(kept)), strict=True)]
    )
    groups = tuple(sheet.groups[i] for i in kept) if sheet.groups else ()
    sheet = replace(sheet, headings=tuple(sheet.headings[i] for i in kept), frame=frame, groups=groups)
    return sheet, replace(reading, columns=tuple(reading.columns[i] for i in kept)), findings


def _finished(sheet: Sheet, reading: Reading) -> list[pl.Series]:
    """The columns after what the profile says is done to them."""
    found: list[pl.Series] = []
    for series, column in zip(sheet.frame.get_columns(), reading.columns, strict=True):
        if column.spec is not None and column.path and column.path != HOUSEHOLD_ID:
            field = tables.catalogue().field(column.path)
            series = finished(series, column.spec, field).alias(series.name)
        found.append(series)
    return found


def _names(reading: Reading, columns: list[pl.Series]) -> dict[str, pl.Series]:
    """The columns that name places, by level."""
    return {
        column.spec.place: as_text(series)
        for series, column in zip(columns, reading.columns, strict=True)
        if column.spec is not None and column.spec.place is not None
    }


def _contradicted(reading: Reading, columns: list[pl.Series]) -> pl.Series | None:
    """For each row whose region code is of another place than its names, both in words; None where one is missing."""
    names, meant = _names(reading, columns), _meant(reading, "household")
    if not names or REGION not in meant:
        return None
    apart = contradicted(as_text(columns[meant.index(REGION)]), names)
    return apart if apart.null_count() < len(apart) else None


def _elsewhere(apart: pl.Series, given: pl.Series) -> list[Note]:
    """The note about codes that are of another place than the names beside them."""
    at = (apart.is_not_null() & given.is_not_null()).arg_true()
    if not len(at):
        return []
    return [Note(REGION, OTHER_PLACE, *(tuple(s.to_list()) for s in (at, given.gather(at), apart.gather(at))))]


def _placed(sheet: Sheet, reading: Reading, columns: list[pl.Series], findings: list[Finding]) -> dict[str, pl.Series]:
    """Fields that follow from the names of places: region codes; household numbers made whole in ``columns``."""
    names = _names(reading, columns)
    file, page = sheet.origin.file, sheet.origin.sheet
    paths = [column.path for column in reading.columns]
    below = [names[level] for level in ("county", "township", "village") if level in names]
    if below and HOUSEHOLD_ID in paths:
        at = paths.index(HOUSEHOLD_ID)
        keys = as_text(columns[at])
        if numbered_within(keys, below):
            whole = pl.concat_str([pl.Series(f"p{i}", c) for i, c in enumerate([*below, keys])], separator="-")
            columns[at] = pl.select(whole).to_series().alias(columns[at].name)
            findings.append(finding("FP-INTAKE-082", file=file, sheet=page, column=sheet.headings[at]))
    if not names or "household.region_code" in reading.paths:
        return {}
    code, places, lost = codes(names)
    shown = "、".join(lost[:5]) + ("……" if len(lost) > 5 else "")
    about = {"places": places, "found": places - len(lost), "lost": shown or "—"}
    findings.append(finding("FP-INTAKE-083", field="household.region_code", file=file, sheet=page, values=about))
    return {"household.region_code": code}


def _meant(reading: Reading, table: str) -> list[str]:
    """The field of this table that each column is."""
    return [
        HOUSEHOLD_ID if c.path == HOUSEHOLD_ID else c.path.partition(".")[2] if c.path.startswith(f"{table}.") else ""
        for c in reading.columns
    ]


def _own(reading: Reading, table: str) -> list[str]:
    """The fields of this table that columns are, the household id apart."""
    return [name for name in _meant(reading, table) if name and name != HOUSEHOLD_ID]


def _constants(reading: Reading, table: str, height: int) -> list[tuple[str, pl.Series]]:
    """Fields with the same value in every row."""
    return [
        (path.partition(".")[2], pl.Series("x", [plain(value)]).new_from_index(0, height))
        for path, value in reading.spec.values.items()
        if path.startswith(f"{table}.")
    ]


def _table(
    table: str, columns: Sequence[pl.Series], headings: Sequence[str], origin: Origin, meant: Sequence[str]
) -> RawTable:
    frame = pl.DataFrame([c.alias(n) for n, c in zip(unique_names(len(columns)), columns, strict=True)])
    return RawTable(table, frame, tuple(headings), origin, meant=tuple(meant))


def _rows(
    sheet: Sheet, reading: Reading, columns: list[pl.Series], placed: dict[str, pl.Series]
) -> tuple[RawTable, bool]:
    """The table that each row of the sheet is one row of; whether its persons were numbered."""
    table = reading.spec.rows
    meant = _meant(reading, table)
    added = _constants(reading, table, sheet.frame.height)
    added += [(path.partition(".")[2], s) for path, s in placed.items() if path.startswith(f"{table}.")]
    number = reading.spec.person_id == "order" and PERSON not in meant
    if number:
        added.append((PERSON, _order(as_text(columns[meant.index(HOUSEHOLD_ID)]))))
    raw = _table(
        table,
        [*columns, *(series for _, series in added)],
        [*sheet.headings, *("" for _ in added)],
        sheet.origin,
        [*meant, *(name for name, _ in added)],
    )
    match, in_unit = reading.spec.match is not None, _in_unit(reading)
    raw = replace(raw, surplus=sheet.surplus, short=sheet.short, typed=sheet.typed, match=match, in_unit=in_unit)
    return raw, number


def _in_unit(reading: Reading) -> frozenset[str]:
    """The paths of the fields whose unit the profile declares: what their headings say no longer counts."""
    return frozenset(c.path for c in reading.columns if c.spec is not None and c.path and c.spec.unit is not None)


def _order(keys: pl.Series) -> pl.Series:
    """The number of each row within its household, 01 first; nothing of a person goes into it."""
    number = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("key").cast(pl.String).str.zfill(2)
    return keys.alias("key").to_frame().select(pl.when(pl.col("key").is_not_null()).then(number)).to_series()


def _repeated(
    sheet: Sheet,
    reading: Reading,
    table: str,
    columns: list[pl.Series],
    placed: dict[str, pl.Series],
    apart: pl.Series | None,
) -> RawTable:
    """One row for each household, of what its rows say again and again."""
    meant = _meant(reading, table)
    own = [i for i, name in enumerate(meant) if name and name != HOUSEHOLD_ID]
    at = meant.index(HOUSEHOLD_ID)
    cells = {f"c{i}": clean(columns[i]) if columns[i].dtype == pl.String else columns[i] for i in own}
    frame = pl.DataFrame([s.alias(n) for n, s in cells.items()] + [as_text(columns[at]).alias(_KEY)])
    frame = frame.with_row_index(_AT).filter(pl.col(_KEY).is_not_null())
    filled = [pl.col(name).drop_nulls() for name in cells]
    grouped = frame.group_by(_KEY, maintain_order=True).agg(
        pl.col(_AT).first(),
        *(cell.unique(maintain_order=True).head(2).alias(name) for name, cell in zip(cells, filled, strict=True)),
    )
    notes: list[Note] = []
    made: list[pl.Series] = [grouped[_KEY]]
    for i, name in zip(own, cells, strict=True):
        several = grouped[name].list.len() > 1
        if several.any():
            where = several.arg_true()
            read = [" / ".join(map(str, pair)) for pair in grouped[name].gather(where).to_list()]
            notes.append(Note(meant[i], DISAGREE, tuple(where.to_list()), tuple(read)))
        one = pl.when(pl.col(name).list.len() == 1).then(pl.col(name).list.first())
        made.append(grouped.select(one).to_series())
    if table == "household" and apart is not None:
        notes += _elsewhere(apart.gather(grouped[_AT]), made[1 + [meant[i] for i in own].index(REGION)])
    added = _constants(reading, table, grouped.height)
    for path, series in placed.items():
        if path.startswith(f"{table}."):
            added.append((path.partition(".")[2], series.gather(grouped[_AT])))
    raw = _table(
        table,
        [*made, *(series for _, series in added)],
        [sheet.headings[at], *(sheet.headings[i] for i in own), *("" for _ in added)],
        sheet.origin.only(grouped[_AT]),
        [HOUSEHOLD_ID, *(meant[i] for i in own), *(name for name, _ in added)],
    )
    return replace(raw, typed=sheet.typed, counted=False, notes=tuple(notes), in_unit=_in_unit(reading))
