"""Workbooks: the sheets of an .xlsx file as raw tables of text.

Gives   read_workbook: a raw table for each sheet named like a table (several of one table, told apart by a suffix in
        brackets, such as a village); findings for the other sheets
Keeps   a row without any filled cell is no row; numbers, dates and truth values read as a person would type them
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from fangpin import tables
from fangpin.intake.messages import finding, unusable
from fangpin.intake.raw import Origin, RawTable, unique_names
from fangpin.tables import Table
from fangpin.tables.template import CODES_SHEET, HELP_SHEET
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

SUFFIXES = (".xlsx", ".xlsm")
Row = Sequence[object]


def open_workbook(path: Path, place: str) -> CalamineWorkbook:
    """The opened workbook.

    Raises:
        UnusableInput: it is damaged, protected by a password, or no workbook.
    """
    try:
        return CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine raises many kinds, some of them only known to Rust
        raise unusable("FP-INTAKE-006", place=place, read=str(error)[:200]) from error


def read_workbook(path: Path, file: str) -> tuple[list[RawTable], list[Finding]]:
    """The sheets that are tables, and a finding for each other sheet that holds something.

    Raises:
        UnusableInput: the file is no workbook, or a sheet of a table has not even headings.
    """
    book = open_workbook(path, file)
    raws: list[RawTable] = []
    findings: list[Finding] = []
    for sheet in book.sheet_names:
        table = tables.catalogue().table_named(sheet)
        if table is None:
            if not is_furniture(sheet):
                findings.append(_unknown(sheet, file))
            continue
        raws.append(_raw(read_sheet(book, sheet), table, file, sheet))
    return raws, findings


def is_furniture(sheet: str) -> bool:
    """Whether a sheet belongs to the template but holds no rows (how to fill it in, code lists)."""
    return sheet.strip() in (HELP_SHEET, CODES_SHEET) or sheet.startswith("_")


def _unknown(sheet: str, file: str) -> Finding:
    known = {w: t for t in tables.catalogue().tables.values() for w in (t.name, t.label.zh, t.label.en)}
    guess = nearest(sheet, known)
    if guess is not None:
        hint = Text(f"是否是 {known[guess].label.zh}（{known[guess].name}）？", f"is it {known[guess].name}?")
    else:
        hint = Text("工作表名须是表的代码或名称", "a sheet must be named like a table")
    return finding("FP-INTAKE-010", file=file, sheet=sheet, guess=hint)


def read_sheet(book: CalamineWorkbook, sheet: str) -> list[Row]:
    """All rows of a sheet from its first row on, blank ones included.

    Raises:
        UnusableInput: the sheet is damaged.
    """
    try:
        return list(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
    except Exception as error:
        raise unusable("FP-INTAKE-006", place=sheet, read=str(error)[:200]) from error


def _raw(rows: list[Row], table: Table, file: str, sheet: str) -> RawTable:
    """The raw table of a sheet; its headings are its first row that is not blank."""
    start = next((i for i, row in enumerate(rows) if _filled(row)), None)
    if start is None:
        raise unusable("FP-INTAKE-005", place=f"{file} › {sheet}")
    kept = [i for i in range(start + 1, len(rows)) if _filled(rows[i])]
    return sheet_table([rows[start], *(rows[i] for i in kept)], kept, table.name, file, sheet)


def sheet_table(rows: Sequence[Row], kept: Sequence[int], table: str, file: str, sheet: str) -> RawTable:
    """Rows (the headings first) as a raw table; columns without heading and content are left out."""
    headings = [cell_text(cell) or "" for cell in rows[0]]
    columns = (
        [column_of(cells) for cells in zip(*rows[1:], strict=True)]
        if len(rows) > 1
        else [pl.Series([], dtype=pl.String) for _ in headings]
    )
    used = [i for i, column in enumerate(columns) if headings[i] or column.null_count() < len(column)]
    origin = Origin(file, sheet, pl.Series([i + 1 for i in kept], dtype=pl.UInt32))
    frame = pl.DataFrame([columns[i].alias(name) for i, name in zip(used, unique_names(len(used)), strict=True)])
    return RawTable(table, frame, tuple(headings[i] for i in used), origin)


_TYPES: tuple[tuple[set[type], pl.DataType], ...] = (
    ({str}, pl.String()),
    ({float}, pl.Float64()),
    ({bool}, pl.Boolean()),
    ({date}, pl.Date()),
    ({datetime}, pl.Datetime("us")),
)


def column_of(cells: Sequence[object]) -> pl.Series:
    """A column of cells: typed where all filled cells are of one type, else as a person would have typed them."""
    values = [None if cell == "" else cell for cell in cells]
    kinds = set(map(type, values)) - {type(None)}
    for kind, dtype in _TYPES:
        if kinds <= kind:
            return pl.Series(values, dtype=dtype)
    return pl.Series([cell_text(value) for value in values], dtype=pl.String)


def _filled(row: Row) -> bool:
    return any(cell not in ("", None) and (not isinstance(cell, str) or cell.strip()) for cell in row)


def _float(value: object) -> str:
    number = float(str(value))
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def _datetime(value: object) -> str:
    text = str(value)
    return text.removesuffix(" 00:00:00")


_TEXTS: dict[type, Callable[[object], str]] = {
    bool: lambda value: "true" if value else "false",
    float: _float,
    int: str,
    datetime: _datetime,
    date: str,
    time: str,
    timedelta: str,
}


def cell_text(cell: object) -> str | None:
    """A cell as a person would have typed it; None where it is blank."""
    if cell is None or cell == "":
        return None
    return cell.strip() if isinstance(cell, str) else _TEXTS.get(type(cell), str)(cell)
