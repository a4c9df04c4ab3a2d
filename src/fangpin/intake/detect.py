"""Detecting: in which encoding and with which separator a text file is written, and by what evidence.

Reads   bytes of a file
Gives   decode → Decoded; separator → Cut
Not     what the columns mean (headings, recognise)
Keeps   what was detected is said with its evidence; a byte that fits no encoding is never dropped in silence
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fangpin.intake.messages import unusable

SEPARATORS = (",", ";", "\t", "|", "，")
SAMPLE_LINES = 1_000
_SAMPLE_BYTES = 200_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE BOM"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE BOM"),
)
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE"}
_ZEROS = 0.2
_MARK = "\ufffd"
_BROKEN = 0.01
csv.field_size_limit(2**30)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text as UTF-8, the name of its encoding as shown, how many places are broken (they read as the mark U+FFFD)
    and in which line the first of them stands."""

    data: bytes
    encoding: str
    broken: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """How lines fall into cells: the separator, and how many of the lines looked at have the same number of cells."""

    separator: str
    cells: int
    agreeing: int
    lines: int


def decode(data: bytes, place: str) -> Decoded:
    """Text from bytes: by mark, else UTF-16 by its zero bytes, else UTF-8, else GB18030.

    UTF-8 with a few broken places stays UTF-8: read as GB18030 all of it would be nonsense.

    Raises:
        UnusableInput: the bytes are none of these.
    """
    for mark, encoding, name in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding, name, place)
    wide = _zero_bytes(data)
    if wide:
        return _decoded(data, wide, _NAMES[wide], place)
    if _fits(data, "utf-8"):
        return Decoded(data, _NAMES["utf-8"])
    try:
        return Decoded(data.decode("gb18030").encode("utf-8"), _NAMES["gb18030"])
    except UnicodeDecodeError:
        pass
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        broken = text.count(_MARK)
        whole = sum(not c.isascii() for c in text) - broken
        if broken <= max(1, whole * _BROKEN) and whole > broken:
            return _mended(text, _NAMES[encoding])
    raise unusable("FP-INTAKE-006", place=place, read=data[:20].hex(" "))


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, name: str, place: str) -> Decoded:
    if encoding == "utf-8" and _fits(data, encoding):
        return Decoded(data, name)
    text = data.decode(encoding, "replace")
    if text.count(_MARK) > max(1, len(text) * _BROKEN):
        raise unusable("FP-INTAKE-006", place=place, read=data[:20].hex(" "))
    return _mended(text, name)


def _mended(text: str, name: str) -> Decoded:
    broken = text.count(_MARK)
    line = text[: text.find(_MARK)].count("\n") + 1 if broken else 0
    return Decoded(text.encode("utf-8"), name, broken, line)


def _zero_bytes(data: bytes) -> str:
    """The kind of UTF-16 without a mark, told by zero bytes on one side: digits, separators and line ends have them."""
    sample = data[:_SAMPLE_BYTES]
    if b"\0" not in sample:
        return ""
    half = max(1, len(sample) // 2)
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if odd > _ZEROS and even < odd / 10:
        return "utf-16-le"
    if even > _ZEROS and odd < even / 10:
        return "utf-16-be"
    fitting = [encoding for encoding in ("utf-16-le", "utf-16-be") if _reads(sample, encoding)]
    return fitting[0] if len(fitting) == 1 else ""


def _reads(sample: bytes, encoding: str) -> bool:
    """Whether bytes read as lines of text: a short file in Chinese has few zero bytes, some on the other side."""
    try:
        text = sample[: len(sample) // 2 * 2].decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\n" in text and not any(c < " " and c not in "\t\r\n" for c in text)


def beginning(data: bytes) -> str:
    """The first lines of a UTF-8 text, enough to look at."""
    if len(data) <= _SAMPLE_BYTES:
        return data.decode("utf-8")
    cut = data.rfind(b"\n", 0, _SAMPLE_BYTES) + 1
    return data[: cut or _SAMPLE_BYTES].decode("utf-8", "ignore")


def separator(text: str, known: Callable[[Sequence[str]], int]) -> Cut:
    """How lines fall into cells.

    Args:
        text: The beginning of a file, whole lines.
        known: How many cells of a row are headings that somebody knows.

    Returns:
        The separator that makes most headings known; else the one by which most lines have the same number of cells.
    """
    tried = [_cut(text, mark, known) for mark in SEPARATORS if mark in text[:20_000]]
    if not tried:
        return _cut(text, ",", known)[1]
    return max(tried, key=lambda one: (one[0], one[1].agreeing * (one[1].cells > 1), one[1].cells))[1]


def _cut(sample: str, mark: str, known: Callable[[Sequence[str]], int]) -> tuple[int, Cut]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample.replace("\0", ""), newline=""), delimiter=mark):
            if row:
                rows.append(row)
            if len(rows) >= SAMPLE_LINES:
                break
    except csv.Error:
        return 0, Cut(mark, 0, 0, 0)
    widths = Counter(len(row) for row in rows)
    cells, agreeing = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0])) if widths else (0, 0)
    return max((known(row) for row in rows[:40]), default=0), Cut(mark, cells, agreeing, len(rows))
