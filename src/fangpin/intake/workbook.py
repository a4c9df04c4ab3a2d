"""Workbooks: the sheets of an Excel or OpenDocument file as raw sheets.

Gives   read_sheets: a Sheet for each sheet that holds something, with what was found out about it
        .xlsx .xlsm .xls .xlsb .ods, told by their bytes and not by the name
Not     which table a sheet is (recognise)
Keeps   a row without any filled cell is no row; numbers, dates and truth values read as a person would type them;
        cells merged downwards say the same in each of their rows
"""

from __future__ import annotations

import gc
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from python_calamine import CalamineSheet, CalamineWorkbook

from fangpin.intake.csv_file import titles_said
from fangpin.intake.header import ROWS, Header, find
from fangpin.intake.messages import finding, unusable
from fangpin.intake.raw import Origin, RawTable, Sheet, unique_names
from fangpin.intake.words import known_headings
from fangpin.tables.template import CODES_SHEET, HELP_SHEET
from fangpin.vocabulary.findings import Finding

_HEAD = 65_536  # the properties of a workbook stand before its sheets
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
Row = Sequence[object]
Span = tuple[tuple[int, int], tuple[int, int]]


def open_workbook(path: Path, place: str, data: bytes | None = None) -> CalamineWorkbook:
    """The opened workbook, of a file on disk or of the bytes given.

    Raises:
        UnusableInput: it is damaged, protected by a password, or no workbook.
    """
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes() if data is None else data))
    except Exception as error:  # calamine raises many kinds, some of them only known to Rust
        raise unusable("FP-INTAKE-006", place=place, read=str(error)[:200]) from error


def read_sheets(
    path: Path, file: str, data: bytes | None = None, rows_of: Callable[[str], int | None] = lambda _: None
) -> tuple[list[Sheet], list[Finding]]:
    """The sheets that hold something, furniture of the template apart, and what was found out about them.

    Args:
        path: The file on disk.
        file: Its name as shown.
        data: Its bytes, where they were read already.
        rows_of: The number of the row of headings of a sheet, where a profile has said it.

    Raises:
        UnusableInput: the file is no workbook, or a sheet is damaged.
    """
    book = open_workbook(path, file, data)
    epoch = epoch_of(path, data)
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for name in book.sheet_names:
        if is_furniture(name):
            continue
        with _not_collecting():
            page = _page(book, name)
            rows = _rows(page, name)
            found = _sheet(rows, _spans(page), file, name, rows_of(name)) if rows else None
        if found is None:
            sheets.append(Sheet((), pl.DataFrame(), Origin(file, name), header=0, path=path))
            continue
        sheet, about = found
        sheets.append(replace(sheet, origin=replace(sheet.origin, epoch=epoch)))
        findings += about
    return sheets, findings


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Without the collector of cycles: millions of cells are made, none of which is part of one."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


OURS = "〔"
"""How names of the sheets begin that a findings workbook adds."""
FURNITURE = ("_", OURS)
"""How names of sheets begin that are never read."""


def epoch_of(path: Path, data: bytes | None = None) -> int:
    """The system of day numbers that a workbook declares: 1904 if it says so, else 1900."""
    try:
        with (
            zipfile.ZipFile(path if data is None else io.BytesIO(data)) as archive,
            archive.open("xl/workbook.xml") as part,
        ):
            head = part.read(_HEAD)
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
        return 1900
    return 1904 if re.search(rb'date1904="(1|true)"', head) else 1900


def is_furniture(sheet: str) -> bool:
    """Whether a sheet belongs to the template or a findings workbook but holds no rows (help, code lists, summary)."""
    return sheet.strip() in (HELP_SHEET, CODES_SHEET) or sheet.startswith(FURNITURE)


def read_sheet(book: CalamineWorkbook, sheet: str) -> list[Row]:
    """All rows of a sheet from its first row on, blank ones included.

    Raises:
        UnusableInput: the sheet is damaged.
    """
    return _rows(_page(book, sheet), sheet)


def _page(book: CalamineWorkbook, sheet: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(sheet)
    except Exception as error:
        raise unusable("FP-INTAKE-006", place=sheet, read=str(error)[:200]) from error


def _rows(page: CalamineSheet, sheet: str) -> list[Row]:
    try:
        return list(page.to_python(skip_empty_area=False))
    except Exception as error:
        raise unusable("FP-INTAKE-006", place=sheet, read=str(error)[:200]) from error


def _spans(page: CalamineSheet) -> list[Span]:
    """Merged cells; none where the format does not say."""
    try:
        return list(page.merged_cell_ranges or ())
    except Exception:  # not every format knows them
        return []


def _sheet(
    rows: list[Row], spans: Sequence[Span], file: str, name: str, row: int | None
) -> tuple[Sheet, list[Finding]] | None:
    """A sheet with its header found; None where no row is filled."""
    header = find([[cell_text(cell) or "" for cell in line] for line in rows[:ROWS]], known_headings, row)
    if header is None:
        return None
    kept = [i for i in range(header.at + 1, len(rows)) if _filled(rows[i])]
    filled = _fill_merged(rows, spans, header, set(kept))
    columns = list(zip(*(rows[at] for at in kept), strict=False)) or [()] * len(header.headings)
    rows.clear()  # the columns have every cell; a workbook in memory twice would be too much
    used = _used(header.headings, columns)
    raw = _table([header.headings[i] for i in used], [columns[i] for i in used], kept, "", file, name)
    groups = tuple(header.groups[i] for i in used)
    sheet = Sheet(raw.headings, raw.frame, raw.origin, groups, header.at + 1)
    about = titles_said(header, 0, file, name)
    if filled:
        about.append(finding("FP-INTAKE-074", file=file, sheet=name, count=filled))
    return sheet, about


def _fill_merged(rows: list[Row], spans: Sequence[Span], header: Header, kept: set[int]) -> int:
    """Give every row of a cell merged downwards its value; how many cells were filled."""
    filled = 0
    for (top, left), (bottom, _) in spans:
        if top <= header.at or bottom <= top or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for at in range(top + 1, min(bottom + 1, len(rows))):
            if at in kept and rows[at][left] in ("", None) and value not in ("", None):
                changed = list(rows[at])
                changed[left] = value
                rows[at] = changed
                filled += 1
    return filled


def _used(headings: Sequence[str], columns: Sequence[Sequence[object]]) -> list[int]:
    """The columns with a heading or a filled cell."""
    return [
        i
        for i, (heading, cells) in enumerate(zip(headings, columns, strict=False))
        if heading or any(cell_text(cell) is not None for cell in cells)
    ]


def sheet_table(rows: Sequence[Row], table: str, file: str, sheet: str) -> RawTable:
    """All rows of a sheet (the headings first) as a raw table; columns without heading and content are left out."""
    headings = [cell_text(cell) or "" for cell in rows[0]]
    columns = list(zip(*rows[1:], strict=True)) or [()] * len(headings)
    used = _used(headings, columns)
    return _table([headings[i] for i in used], [columns[i] for i in used], range(1, len(rows)), table, file, sheet)


def _table(
    headings: Sequence[str],
    columns: Sequence[Sequence[object]],
    kept: Sequence[int],
    table: str,
    file: str,
    sheet: str,
) -> RawTable:
    """Columns of cells as a raw table; ``kept`` are the positions of the rows in the sheet."""
    made = [column_of(cells) for cells in columns]
    origin = Origin(file, sheet, pl.Series([i + 1 for i in kept], dtype=pl.UInt32))
    frame = pl.DataFrame([column.alias(name) for column, name in zip(made, unique_names(len(made)), strict=True)])
    return RawTable(table, frame, tuple(headings), origin)


_TYPES: tuple[tuple[set[type], pl.DataType], ...] = (
    ({str}, pl.String()),
    ({float, int}, pl.Float64()),
    ({bool}, pl.Boolean()),
    ({date}, pl.Date()),
    ({datetime}, pl.Datetime("us")),
)


def column_of(cells: Sequence[object]) -> pl.Series:
    """A column of cells: typed where all filled cells are of one type, else as a person would have typed them."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {str}:
        column = pl.Series("x", cells, dtype=pl.String)
        return column.to_frame().select(pl.when(pl.first() != "").then(pl.first())).to_series()
    values = [None if cell == "" else cell for cell in cells]
    kinds = set(map(type, values)) - {type(None)}
    for kind, dtype in _TYPES:
        if kinds <= kind:
            return pl.Series(values, dtype=dtype, strict=False)
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
