"""Text files: bytes as a raw sheet of text.

Gives   read_text → a Sheet and what was found out; read_csv, the same as one table
        UTF-8, UTF-16 and GB18030, with or without a mark; separated by , ; tab | or ，; gzip or not
Keeps   every line is a row unless it is wholly empty; cells beyond the headings are a finding, never dropped in silence
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import zlib
from dataclasses import replace
from pathlib import Path

import polars as pl

from fangpin.intake import detect
from fangpin.intake.guard import gunzip
from fangpin.intake.header import ROWS, Header, find
from fangpin.intake.messages import finding, unusable
from fangpin.intake.raw import Origin, RawTable, Sheet, text_frame, unique_names
from fangpin.intake.words import known_headings
from fangpin.vocabulary.findings import Finding

_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_FEW_SHORT = 0.05
_SHOWN = {"\t": "Tab"}
_UNIT = b"\x1f"


def read_bytes(path: Path, place: str) -> bytes:
    """The bytes of a file, unpacked where it is gzip.

    Raises:
        UnusableInput: the file cannot be opened or unpacked.
    """
    try:
        return unpacked(path.read_bytes(), place)
    except (OSError, EOFError, zlib.error) as error:
        raise unusable("FP-INTAKE-006", place=place, read=type(error).__name__) from error


def unpacked(data: bytes, place: str) -> bytes:
    """The bytes, unpacked where they are gzip, within the limits."""
    return gunzip(data, place) if data[:2] == b"\x1f\x8b" else data


def read_csv(path: Path, table: str, file: str) -> RawTable:
    """The rows of a text file as one table.

    Raises:
        UnusableInput: the file is empty, damaged or in no known encoding.
    """
    return read_text(read_bytes(path, file), file)[0].raw(table)


def read_text(data: bytes, file: str, row: int | None = None) -> tuple[Sheet, list[Finding]]:
    """The rows of a text file, and what was found out about it.

    Args:
        data: Its bytes.
        file: Its name as shown to a person.
        row: The number of the row of headings where a profile has said it.

    Raises:
        UnusableInput: the file is empty, damaged or in no known encoding.
    """
    decoded = detect.decode(data, file)
    data = decoded.data if b"\n" in decoded.data else decoded.data.replace(b"\r", b"\n")
    if not data.strip():
        raise unusable("FP-INTAKE-005", place=file)
    head = detect.beginning(data)
    declared = _DECLARED.match(head)
    if declared:
        head = head[declared.end() :]
        data = data[len(declared.group().encode("utf-8")) :]
    cut = detect.separator(head, known_headings)
    if declared:
        cut = replace(cut, separator=declared.group(1))
    offset = 1 if declared else 0
    header = find(_records(head, cut.separator), known_headings, row - offset if row else None)
    if header is None:
        raise unusable("FP-INTAKE-005", place=file)
    sheet = _quick(data, cut.separator, header, file, offset) or _careful(data, cut.separator, header, file, offset)
    return _without_blank_columns(sheet), _said(decoded, cut, header, offset, file)


def _said(decoded: detect.Decoded, cut: detect.Cut, header: Header, offset: int, file: str) -> list[Finding]:
    shown = _SHOWN.get(cut.separator, f"“{cut.separator}”")
    found = [
        finding(
            "FP-INTAKE-070",
            file=file,
            encoding=decoded.encoding,
            separator=shown,
            lines=f"{cut.lines:,}",
            agreeing=f"{cut.agreeing:,}",
            cells=cut.cells,
        )
    ]
    if decoded.broken:
        said = {"encoding": decoded.encoding, "count": decoded.broken, "line": decoded.line}
        found.append(finding("FP-INTAKE-073", file=file, row=decoded.line, values=said))
    return found + titles_said(header, offset, file)


def titles_said(header: Header, offset: int, file: str, sheet: str = "") -> list[Finding]:
    """That rows above the headings were not read, if there are any."""
    if not header.titles:
        return []
    return [
        finding(
            "FP-INTAKE-072",
            file=file,
            sheet=sheet,
            row=header.at + 1 + offset,
            read=" / ".join(re.sub(r"[:：].*|\d{7,}", "", title) for title in header.titles)[:80],
            header=header.at + 1 + offset,
            count=len(header.titles),
        )
    ]


def _records(text: str, separator: str) -> list[list[str]]:
    """The first records as a person sees them in a spreadsheet, blank ones included."""
    lines = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator)
    return list(itertools.islice(lines, ROWS))


def _quick(data: bytes, separator: str, header: Header, file: str, offset: int) -> Sheet | None:
    """The rows read by Polars; None where a line is not as it should be."""
    start = 0
    for _ in range(header.at + 1):
        line, start = start, (data.find(b"\n", start) + 1) or len(data)
        if data.count(b'"', line, start) % 2:
            return None
    width = len(header.headings)
    body = data[start:]
    if separator == "，":
        if b'"' in body or _UNIT in body:
            return None
        body, separator = body.replace("，".encode(), _UNIT), _UNIT.decode()
    row = header.at + 1 + offset
    if not body.strip():
        return Sheet(header.headings, text_frame([[] for _ in range(width)]), Origin(file, first=row + 1), header=row)
    schema = dict.fromkeys(unique_names(width), pl.String())
    try:
        frame = pl.read_csv(
            body, has_header=False, schema=schema, infer_schema=False, raise_if_empty=False, separator=separator
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != width or frame.select(pl.all_horizontal(pl.all().is_null())).to_series().any():
        return None
    if _some_short(body, separator, frame):
        return None
    return Sheet(header.headings, frame, Origin(file, first=row + 1), header.groups, row)


def _some_short(body: bytes, separator: str, frame: pl.DataFrame) -> bool:
    """Whether some line has fewer cells than the frame has columns, by counting separators."""
    if not frame.width or not frame.to_series(-1).null_count():
        return False
    count = body.count(separator.encode())
    if b'"' in body:
        texts = frame.select(pl.all().str.count_matches(separator, literal=True).sum())
        count -= sum(texts.row(0))
    return count < frame.height * (frame.width - 1)


def _odd(short: list[int], numbers: list[int], ends_blank: bool) -> tuple[int, ...]:
    """The short rows, unless all rows look as if their blank ends were cut off when the file was written."""
    return tuple(short) if ends_blank or len(short) <= max(1, len(numbers) * _FEW_SHORT) else ()


def _careful(data: bytes, separator: str, header: Header, file: str, offset: int) -> Sheet:
    """The rows read one by one, for files with blank lines, rows of uneven length or open quotation marks."""
    width = len(header.headings)
    text = io.StringIO(data.decode("utf-8").replace("\0", ""), newline="")
    rows: list[list[str]] = []
    numbers: list[int] = []
    surplus: list[int] = []
    short: list[int] = []
    ends_blank = False
    last = max((i for i, heading in enumerate(header.headings, 1) if heading), default=width)
    for at, line in enumerate(csv.reader(text, delimiter=separator)):
        if at <= header.at or not line:
            continue
        if any(cell.strip() for cell in line[width:]):
            surplus.append(len(rows))
        if len(line) < last:
            short.append(len(rows))
        elif not line[last - 1].strip():
            ends_blank = True
        rows.append((line + [""] * width)[:width])
        numbers.append(at + 1 + offset)
    columns: list[list[str | None]] = [[row[i] or None for row in rows] for i in range(width)]
    origin = Origin(file, rows=pl.Series(numbers, dtype=pl.UInt32))
    return Sheet(
        header.headings,
        text_frame(columns),
        origin,
        header.groups,
        header.at + 1 + offset,
        surplus=tuple(surplus),
        short=_odd(short, numbers, ends_blank),
    )


def _without_blank_columns(sheet: Sheet) -> Sheet:
    """The sheet without columns that have neither a heading nor a filled cell."""
    columns = sheet.frame.get_columns()
    used = [
        i
        for i, (heading, column) in enumerate(zip(sheet.headings, columns, strict=True))
        if heading or column.null_count() < len(column)
    ]
    if len(used) == len(columns):
        return sheet
    frame = pl.DataFrame([columns[i].alias(n) for i, n in zip(used, unique_names(len(used)), strict=True)])
    groups = tuple(sheet.groups[i] for i in used) if sheet.groups else ()
    return replace(sheet, headings=tuple(sheet.headings[i] for i in used), frame=frame, groups=groups)
