"""The guard: a cheap look at a file before anything reads it.

Reads   first bytes, the directory of a workbook, the footer of a Parquet file, line ends of a text; the limits
Gives   look: findings (formulas, macros, links to other files), or UnusableInput where the file is not to be read;
        gunzip, bounded; native, which turns a panic of a native reader into a message
Not     time and memory while reading (watch)
Keeps   the cost does not grow with the rows of an honest file, but for the first megabytes of a workbook's sheets
"""

from __future__ import annotations

import io
import mmap
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq

from fangpin.intake.address import Address
from fangpin.intake.messages import finding, unusable
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.limits import MEGABYTE, Limits, limits, variable
from fangpin.vocabulary.text import Text
from fangpin.vocabulary.watch import phase

ZIP, OLE, GZIP, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1"
LOOKED_AT = 32 * MEGABYTE
"""So much of the sheets of a workbook is looked through for formulas and far-off cells."""
_HEAD = 4_096
_WIDE = re.compile(rb'<c r="([A-Z]{3,})[0-9]')
_EMPTY_FORMULA = re.compile(rb"(?:</f>|<f[^>]*/>)(?:</c>|<v></v>|<v/>|<v />)")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOF = b"\x09\x08\x10\x00\x00\x06"
_FILEPASS = 0x2F
_SEPARATORS = b",;\t|"


def look(path: Path, shown: str, ending: str, data: bytes | None = None) -> list[Finding]:
    """What a look at a file tells.

    Args:
        path: The file.
        shown: Its name as shown to a person.
        ending: The kind of file that its name says: ``.xlsx``, ``.csv`` …
        data: Its bytes, where it is a member of an archive.

    Raises:
        UnusableInput: it is no file to be read: another kind than it says, protected, a bomb, beyond the limits.
    """
    most = limits()
    about = [] if data is not None else _ordinary(path, shown)
    try:
        with io.BytesIO(data) if data is not None else path.open("rb") as stream:
            head = stream.read(_HEAD)
            size = stream.seek(0, io.SEEK_END)
            if ending == ".parquet":
                _parquet(stream, shown, size, most)
            elif head.startswith(ZIP):
                about += _workbook(stream, shown, most)
            elif head.startswith(OLE):
                _ole(stream, shown)
            elif not head.startswith(GZIP):
                _told_wrong(head, shown)
                _lines(data if data is not None else stream, shown, size, most)
    except OSError as error:
        raise unusable("FP-INTAKE-006", place=shown, read=type(error).__name__) from error
    return about


def _ordinary(path: Path, shown: str) -> list[Finding]:
    """Whether it is an ordinary file, and a finding where it is a link."""
    try:
        kind = path.stat().st_mode
        link = path.is_symlink()
    except OSError as error:
        raise unusable("FP-INTAKE-006", place=shown, read=type(error).__name__) from error
    if not stat.S_ISREG(kind):
        raise unusable("FP-INTAKE-002", place=shown, read=stat.filemode(kind))
    return [finding("FP-GUARD-024", file=shown)] if link else []


# -- what the first bytes say ----------------------------------------------------------------------------------------

_XML_TABLE = r"(<\?xml[^>]*>\s*)?(<\?mso[^>]*>\s*)?<workbook|.*urn:schemas-microsoft-com:office:spreadsheet"
_WEB_PAGE = r"<!doctype html|<html|<table|<meta|<head|<body|<style|<div|<script|<center|<font"
_KINDS: tuple[tuple[str, Text], ...] = (
    (r"mime-version:|from: <saved by", Text("网页（.mht）", "a web page (.mht)")),
    (_XML_TABLE, Text("XML 表格（Excel 2003）", "an XML spreadsheet of Excel 2003")),
    (_WEB_PAGE, Text("网页（HTML）", "a web page (HTML)")),
    (r"<", Text("XML 或网页", "XML or a web page")),
    (r"%pdf", Text("PDF", "a PDF")),
    (r"{\\rtf", Text("RTF 文档", "an RTF document")),
    (r"rar!|7z\xbc\xaf", Text("另一种压缩包（RAR 或 7z）", "another kind of archive (RAR or 7z)")),
)
_RULES = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), what) for pattern, what in _KINDS)


def _told_wrong(head: bytes, shown: str) -> None:
    """Refuse a web page, XML, PDF … that is named like a table."""
    text = head.decode("utf-16", "ignore") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
    text = text.replace("\0", "").removeprefix("ï»¿").lstrip("\ufeff \t\r\n")
    for rule, what in _RULES:
        if rule.match(text):
            raise unusable("FP-GUARD-004", place=shown, read=text[:40], what=what)


def _ole(stream: IO[bytes], shown: str) -> None:
    """Refuse an old workbook, or a new one in its envelope, that has a password."""
    stream.seek(0)
    data = stream.read(64 * MEGABYTE)
    if _ENCRYPTED in data or _filepass(data):
        raise unusable("FP-GUARD-005", place=shown)


def _filepass(data: bytes) -> bool:
    """Whether the first records of an old workbook say that it is encrypted."""
    at = data.find(_BOF)
    for _ in range(12):
        if at < 0 or at + 4 > len(data):
            return False
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


# -- workbooks -------------------------------------------------------------------------------------------------------


def _workbook(stream: IO[bytes], shown: str, most: Limits) -> list[Finding]:
    """What the directory of a workbook and the beginning of its sheets tell."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as book:
            parts = book.infolist()
            _directory(parts, shown, most)
            about = _beside(parts, shown)
            return about + _sheets(book, parts, shown, most)
    except UnusableInput:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise unusable("FP-INTAKE-006", place=shown, read=f"{type(error).__name__}: {error}"[:200]) from error


def _directory(parts: list[zipfile.ZipInfo], shown: str, most: Limits) -> None:
    if len(parts) > most.members:
        raise unusable("FP-GUARD-001", place=shown, read=f"{len(parts):,} parts", **_raised("members"))
    if any(part.flag_bits & 1 for part in parts):
        raise unusable("FP-GUARD-005", place=shown)
    total, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    _unpacks(total, packed, shown, most)


def _unpacks(total: int, packed: int, shown: str, most: Limits) -> None:
    """Refuse what would unpack to too much."""
    read = f"{packed / MEGABYTE:,.1f} → {total / MEGABYTE:,.0f} MB"
    if total > most.unpacked_mb * MEGABYTE:
        raise unusable("FP-GUARD-001", place=shown, read=read, **_raised("unpacked_mb"))
    if total > most.ratio_from_mb * MEGABYTE and total > packed * most.ratio:
        raise unusable("FP-GUARD-001", place=shown, read=read, **_raised("ratio"))


def _raised(name: str) -> dict[str, str]:
    return {"variable": variable(name)}


def _beside(parts: list[zipfile.ZipInfo], shown: str) -> list[Finding]:
    names = [part.filename.lower() for part in parts]
    about = []
    if any(name.endswith(("vbaproject.bin", "macrosheets/sheet1.xml")) for name in names):
        about.append(finding("FP-GUARD-021", file=shown))
    if any("/externallinks/" in name for name in names):
        about.append(finding("FP-GUARD-022", file=shown))
    return about


def _sheets(book: zipfile.ZipFile, parts: list[zipfile.ZipInfo], shown: str, most: Limits) -> list[Finding]:
    """Whether the sheets hold formulas (some without results), or cells beyond the last column."""
    formulas = any(part.filename.lower().endswith("calcchain.xml") for part in parts)
    empty, left = 0, LOOKED_AT
    for part in parts:
        name = part.filename.lower().replace("\\", "/")
        if left <= 0 or not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
            continue
        with book.open(part) as sheet:
            tail = b""
            while left > 0 and (block := sheet.read(min(left, MEGABYTE))):
                left -= len(block)
                block, tail = tail + block, block[-64:]
                if b"<f>" in block or b"<f " in block or b"<f/" in block:
                    formulas = True
                    empty += len(_EMPTY_FORMULA.findall(block))
                _columns(max((_column(w) for w in set(_WIDE.findall(block))), default=0), shown, most)
    about = [finding("FP-GUARD-020", file=shown)] if formulas else []
    return about + ([finding("FP-GUARD-023", file=shown, count=empty)] if empty else [])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8]:
        number = number * 26 + letter - 64
    return number


def _columns(count: int, shown: str, most: Limits) -> None:
    if count > most.columns:
        values = {"count": f"{count:,}", "most": f"{most.columns:,.0f}", **_raised("columns")}
        raise unusable("FP-GUARD-002", place=shown, **values)


# -- text ------------------------------------------------------------------------------------------------------------


def _lines(source: bytes | IO[bytes], shown: str, size: int, most: Limits) -> None:
    """Refuse a line that is too long, or more columns than a table can have."""
    if not size:
        return
    if isinstance(source, bytes):
        _within(source, len(source), shown, most)
        return
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as text:
        _within(text, size, shown, most)


def _within(text: bytes | mmap.mmap, size: int, shown: str, most: Limits) -> None:
    longest = int(min(most.line_mb * MEGABYTE, size))
    end = b"\n" if text.find(b"\n", 0, longest) >= 0 else b"\r"
    at = 0
    while size - at > longest:  # the last line end within reach; a line that is twice too long is always met
        found = text.rfind(end, at, at + longest)
        if found < 0:
            raise unusable("FP-GUARD-003", place=shown, most=f"{most.line_mb:,.0f}", **_raised("line_mb"))
        at = found + 1
    at = 0
    for _ in range(40):
        found = text.find(end, at)
        line = text[at : found if found >= 0 else size]
        _columns(max(line.count(mark) for mark in _SEPARATORS) + 1, shown, most)
        if found < 0:
            return
        at = found + 1


def gunzip(data: bytes, shown: str) -> bytes:
    """What was packed by gzip, never more than the limits allow.

    Raises:
        UnusableInput: it would unpack to too much.
        EOFError, zlib.error: it is damaged.
    """
    most = limits()
    bound = int(min(most.unpacked_mb * MEGABYTE, max(most.ratio_from_mb * MEGABYTE, len(data) * most.ratio)))
    out = io.BytesIO()
    rest = data
    while rest:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            block = member.decompress(rest, MEGABYTE)
            rest = member.unconsumed_tail or member.unused_data
            if not block and not member.eof:
                raise EOFError("the packed file ends too early")
            out.write(block)
            if out.tell() > bound:
                _unpacks(bound + MEGABYTE, min(len(data), int(bound / most.ratio)), shown, most)
        rest = rest.lstrip(b"\0")
    return out.getvalue()


# -- Parquet ---------------------------------------------------------------------------------------------------------


def _parquet(stream: IO[bytes], shown: str, size: int, most: Limits) -> None:
    """Refuse a footer that cannot be true."""
    if size < 12:
        raise unusable("FP-INTAKE-006", place=shown, read="")
    stream.seek(size - 8)
    tail = stream.read(8)
    length = struct.unpack("<I", tail[:4])[0]
    if tail[4:] != PARQUET or length > size - 8:
        raise unusable("FP-INTAKE-006", place=shown, read=tail.hex(" "))
    stream.seek(0)
    with native(shown):
        try:
            metadata = pq.read_metadata(stream)
        except Exception as error:  # pyarrow raises its own kinds, OSError and ValueError
            raise unusable("FP-INTAKE-006", place=shown, read=str(error)[:200]) from error
    footer_fits(metadata, shown, size, most)


def footer_fits(metadata: pq.FileMetaData, shown: str, size: int, most: Limits | None = None) -> None:
    """Refuse a footer that names more rows, row groups or columns than a file of this size can hold.

    Raises:
        UnusableInput: it does.
    """
    most = most or limits()
    rows, groups, columns = metadata.num_rows, metadata.num_row_groups, metadata.num_columns
    values = {"rows": f"{rows:,}", "groups": f"{groups:,}"}
    _columns(columns, shown, most)
    if rows < 0 or groups > most.row_groups:
        raise unusable("FP-GUARD-009", place=shown, **values, **_raised("row_groups"))
    if rows > MEGABYTE and rows > most.rows_per_byte * size:
        raise unusable("FP-GUARD-009", place=shown, **values, **_raised("rows_per_byte"))
    if rows * columns > 50 * MEGABYTE and rows * columns > most.cells_per_byte * size:
        raise unusable("FP-GUARD-009", place=shown, **values, **_raised("cells_per_byte"))


@contextmanager
def reading(source: object) -> Iterator[None]:
    """Read and judge a source within time and memory that its size on disk allows, if this process is watched."""
    some = source if isinstance(source, Sequence) and not isinstance(source, str) else [source]
    paths = [Path(one) for one in some if isinstance(one, str | Path)]
    size = sum(_weight(path) for path in paths)
    with phase(limits().time_for(size), limits().memory_for(size), "、".join(path.name for path in paths)[:200]):
        yield


@contextmanager
def again(paths: Iterable[Path | Address], shown: str, *, times: float = 1, more: float = 0) -> Iterator[None]:
    """Read files that were accepted once more, or write what was found in them, within limits of their size.

    Args:
        paths: The files.
        shown: What is done, as shown.
        times: How many times the time of reading it may take.
        more: Further seconds.
    """
    size = sum(_weight(path) for path in paths)
    with phase(limits().time_for(size) * times + more, limits().memory_for(size), shown[:200], beside=True):
        yield


def _weight(path: Path | Address) -> int:
    """Bytes of a file, or of all files in a folder."""
    if isinstance(path, Address):
        return path.size
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(os.lstat(os.path.join(at, name)).st_size for at, _, names in os.walk(path) for name in names)
    except (OSError, ValueError):
        return 0


@contextmanager
def native(shown: str) -> Iterator[None]:
    """Turn a panic of a native reader, which is no Exception, into a message.

    Raises:
        UnusableInput: the reader panicked.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise unusable("FP-INTAKE-006", place=shown, read=str(error)[:200]) from None
