"""The pages of a findings workbook: what was read, sheet by sheet, as it stood.

Reads   the files of a batch, once more
Gives   pages: for each sheet (or table file) its rows with their numbers, its heading row, what each column is
Not     what is wrong with them (findings_marks), how they look (findings_sheets)
Keeps   a row keeps its number; a sheet that is no table is a page too; our own furniture is none
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
from python_calamine import SheetVisibleEnum

from fangpin.intake import detect
from fangpin.intake.archive import members
from fangpin.intake.batch import SourceFile
from fangpin.intake.csv_file import read_bytes, unpacked
from fangpin.intake.header import ROWS, find
from fangpin.intake.headings import heading_of
from fangpin.intake.sources import ARCHIVES, PARQUET, suffix
from fangpin.intake.words import known_headings
from fangpin.intake.workbook import OURS, cell_text, open_workbook, read_sheet
from fangpin.tables import Field
from fangpin.vocabulary.errors import FangpinError

Cells = Sequence[object]
Rows = Callable[[], Iterator[tuple[int, Cells]]]
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet or table file: where its findings say it stands, and its rows (the heading among them)."""

    file: str
    sheet: str
    tables: tuple[str, ...]
    head: int
    """The number of the heading row; 0 where there is none."""
    headings: tuple[str, ...]
    height: int
    rows: Rows
    hidden: bool = False

    @property
    def fields(self) -> list[Field | None]:
        """What each column is, None where it is no known field."""
        return [
            next((f for t in self.tables if (f := heading_of(t, h)) is not None), None) if h else None
            for h in self.headings
        ]


def groups(files: Sequence[SourceFile]) -> list[list[SourceFile]]:
    """The files that share one findings workbook: tables together, each workbook and each set of answers by itself."""
    found: dict[tuple[bool, str], list[SourceFile]] = {}
    for file in files:
        found.setdefault((file.answer, file.shown if file.sheet else ""), []).append(file)
    return list(found.values())


def pages(files: Sequence[SourceFile]) -> Iterator[Page]:
    """The pages of some files, one at a time, in their order; files that are no longer there have none."""
    seen: set[str] = set()
    for file in files:
        if file.shown in seen or not (isinstance(file.path, Path) and file.path.is_file()):
            continue
        seen.add(file.shown)
        packed = _member(file)
        if suffix(Path(file.shown)) in PARQUET:
            yield _of_parquet(file, packed)
        elif file.sheet:
            yield from _of_workbook(file, [f for f in files if f.shown == file.shown], packed)
        else:
            yield _of_text(file, packed)


def _member(file: SourceFile) -> bytes | None:
    """The bytes of a file inside an archive; None for a file on disk."""
    if suffix(file.local) not in ARCHIVES or suffix(Path(file.shown)) in ARCHIVES:
        return None
    return next((m.data for m in members(file.local, file.shown)[0] if file.shown.endswith(f"/{m.name}")), b"")


def _of_workbook(file: SourceFile, read: Sequence[SourceFile], packed: bytes | None) -> Iterator[Page]:
    book = open_workbook(file.local, file.shown, packed)
    for about in book.sheets_metadata:
        sheet, hidden = about.name, about.visible != SheetVisibleEnum.Visible
        if sheet.startswith(OURS):
            continue
        try:
            rows = read_sheet(book, sheet)
        except FangpinError:  # a chart or a damaged sheet that nobody read
            continue
        named = tuple(dict.fromkeys(f.table for f in read if f.sheet == sheet))
        header = find([[cell_text(cell) or "" for cell in row] for row in rows[:ROWS]], known_headings)
        head, headings = (header.at + 1, header.headings) if header is not None else (0, ())
        yield Page(file.shown, sheet, named, head, headings, len(rows), partial(enumerate, rows, 1), hidden)


def _of_text(file: SourceFile, packed: bytes | None) -> Page:
    """A text file line by line, also what stands above its headings and beyond them."""
    data = detect.decode(
        read_bytes(file.local, file.shown) if packed is None else unpacked(packed, file.shown), file.shown
    ).data
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    declared = _DECLARED.match(data[:20].decode("utf-8", "ignore"))
    offset = 1 if declared else 0
    if declared:
        data = data[data.find(b"\n") + 1 :]
    cut = declared[1] if declared else detect.separator(detect.beginning(data), known_headings).separator
    text = data.decode("utf-8").replace("\0", "")

    def records() -> Iterator[list[str]]:
        return csv.reader(io.StringIO(text, newline=""), delimiter=cut)

    header = find(list(itertools.islice(records(), ROWS)), known_headings)
    head, headings = (header.at + 1 + offset, header.headings) if header is not None else (0, ())
    height = sum(1 for _ in records()) + offset
    return Page(file.shown, "", (file.table,), head, headings, height, lambda: enumerate(records(), 1 + offset))


def _of_parquet(file: SourceFile, packed: bytes | None) -> Page:
    opened = pq.ParquetFile(file.path if packed is None else io.BytesIO(packed))
    headings = tuple(opened.schema_arrow.names)

    def rows() -> Iterator[tuple[int, Cells]]:
        yield 1, headings
        number = 2
        for batch in opened.iter_batches(batch_size=10_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield number, row
                number += 1

    return Page(file.shown, "", (file.table,), 1, headings, opened.metadata.num_rows + 1, rows)
