"""CSV files: bytes as a raw table of text.

Gives   read_csv; UTF-8 (with or without mark), GB18030, UTF-16 with its mark; .csv and .csv.gz
Keeps   every line is a row unless it is wholly empty; cells beyond the headings are a finding, never dropped in silence
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from pathlib import Path

import polars as pl

from fangpin.intake.messages import unusable
from fangpin.intake.raw import Origin, RawTable, text_frame, unique_names

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
csv.field_size_limit(2**30)


def read_bytes(path: Path, place: str) -> bytes:
    """The bytes of a file, unpacked where it is gzip.

    Raises:
        UnusableInput: the file cannot be opened or unpacked.
    """
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        raise unusable("FP-INTAKE-006", place=place, read=type(error).__name__) from error


def decode(data: bytes, place: str) -> str:
    """Text from bytes, by mark, else UTF-8, else GB18030.

    Raises:
        UnusableInput: the bytes are none of these.
    """
    encodings = [name for mark, name in _MARKS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unusable("FP-INTAKE-006", place=place, read=data[:20].hex(" "))


def read_csv(path: Path, table: str, file: str) -> RawTable:
    """The rows of a CSV file as text.

    Args:
        path: The file.
        table: The table that its rows belong to.
        file: The name of the file as shown to a person.

    Raises:
        UnusableInput: the file is empty, damaged or in no known encoding.
    """
    data = read_bytes(path, file)
    text: str | None = None
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    elif not _is_utf8(data):
        text = decode(data, file)
        data = text.encode("utf-8")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    if not data.strip():
        raise unusable("FP-INTAKE-005", place=file)
    return _quick(data, table, file) or _careful(data.decode("utf-8"), table, file)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _heading_row(data: bytes) -> list[str] | None:
    """The headings, if the first line is a heading that needs no second thought."""
    line = data[: data.find(b"\n")] if b"\n" in data else data
    text = line.decode("utf-8", "replace").rstrip("\r")
    if text.count('"') % 2 or ("," not in text and (";" in text or "\t" in text)) or not text.strip():
        return None
    return next(csv.reader([text]), None)


def _quick(data: bytes, table: str, file: str) -> RawTable | None:
    """The rows read by Polars; None where a line is not as it should be."""
    headings = _heading_row(data)
    if headings is None:
        return None
    if b"\n" not in data.strip():
        return RawTable(table, text_frame([[] for _ in headings]), tuple(headings), Origin(file))
    schema = dict.fromkeys(unique_names(len(headings)), pl.String())
    try:
        frame = pl.read_csv(
            data, has_header=False, skip_rows=1, schema=schema, infer_schema=False, raise_if_empty=False
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(headings) or frame.select(pl.all_horizontal(pl.all().is_null())).to_series().any():
        return None
    return RawTable(table, frame, tuple(headings), Origin(file))


def _careful(text: str, table: str, file: str) -> RawTable:
    """The rows read one by one, for files with blank lines, surplus cells or open quotation marks."""
    lines = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=_delimiter(text))
    headings: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    surplus: list[int] = []
    number = 0
    for line in lines:
        if not line:
            number += 1
            continue
        number += 1
        if not headings:
            headings, number = line, 1
            continue
        if any(cell.strip() for cell in line[len(headings) :]):
            surplus.append(len(rows))
        rows.append((line + [""] * len(headings))[: len(headings)])
        numbers.append(number)
    columns: list[list[str | None]] = [[row[i] or None for row in rows] for i in range(len(headings))]
    origin = Origin(file, rows=pl.Series(numbers, dtype=pl.UInt32))
    return RawTable(table, text_frame(columns), tuple(headings), origin, tuple(surplus))


def _delimiter(text: str) -> str:
    """A comma, unless the heading has none and has semicolons or tabs instead."""
    heading = text.lstrip().partition("\n")[0]
    if "," in heading:
        return ","
    return ";" if ";" in heading else "\t" if "\t" in heading else ","
