"""Setting aside: rows of a sheet that are no records: totals, notes, repeated headings, numbered columns.

Reads   a raw sheet
Gives   set_aside → the sheet without them, and a finding that counts and names them
Keeps   nothing is dropped in silence; a row that carries a key of its own stays a record
Source  layout.yaml › words of totals and notes (ours, from forms in use)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl

from fangpin.intake.header import normal
from fangpin.intake.messages import finding
from fangpin.intake.raw import Sheet
from fangpin.tables.yaml_file import Strict, load
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.masking import STAR
from fangpin.vocabulary.text import Text

FIRST_COLUMNS = 4
TAIL = 40
_SHOWN = 20


class LayoutWords(Strict):
    """layout.yaml: words by which rows that are no records are known."""

    totals: tuple[str, ...]
    notes: tuple[str, ...]
    source: str


@cache
def words() -> LayoutWords:
    """The words, read once."""
    return load(Path(__file__).parent / "layout.yaml", LayoutWords)


@cache
def _total() -> str:
    said = "|".join(re.escape(word) for word in words().totals)
    return rf"(?i)^(?:{said})(?:\s*[（(].*[)）])?\s*[:：]?$"


@cache
def _note() -> re.Pattern[str]:
    said = "|".join(re.escape(word) for word in words().notes)
    return re.compile(rf"^[（(【\[\s]*(?:{said})", re.IGNORECASE)


def set_aside(sheet: Sheet) -> tuple[Sheet, list[Finding]]:
    """The sheet with records only, and what was said of the other rows."""
    frame = sheet.frame
    found: dict[str, list[int]] = {}
    if frame.height and frame.width > 2:
        found["total"] = _totals(frame)
        found["note"] = _notes(frame)
        found["heading"] = _headings(frame, sheet.headings)
        found["numbers"] = _numbered(frame)
    gone = sorted({at for some in found.values() for at in some})
    findings = [_said(sheet, kind, some) for kind, some in found.items() if some]
    if not gone:
        return sheet, findings
    kept = (~pl.int_range(frame.height, dtype=pl.UInt32, eager=True).is_in(gone)).arg_true()
    places = {old: new for new, old in enumerate(kept.to_list())} if sheet.surplus or sheet.short else {}
    surplus, short = (tuple(places[at] for at in some if at in places) for some in (sheet.surplus, sheet.short))
    return replace(sheet, frame=frame[kept], origin=sheet.origin.only(kept), surplus=surplus, short=short), findings


def _texts(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns[:FIRST_COLUMNS] if frame.schema[name] == pl.String]


def _totals(frame: pl.DataFrame) -> list[int]:
    """Rows whose first filled cell is a word such as 合计."""
    names = _texts(frame)
    if not names:
        return []
    squeezed = [pl.col(n).str.replace_all(r"[\s\u3000]+", "") for n in names]
    hits = frame.select(pl.any_horizontal(cell.str.contains(_total()) for cell in squeezed).fill_null(False))
    at = hits.to_series().arg_true().to_list()
    return [i for i in at if _is_total(frame.row(i))]


def _is_total(row: Sequence[object]) -> bool:
    first = next((cell for cell in row if cell not in (None, "")), None)
    return isinstance(first, str) and re.match(_total(), "".join(first.split())) is not None


def _notes(frame: pl.DataFrame) -> list[int]:
    """Rows at the end with one or two filled cells, the first of which begins like a note."""
    found: list[int] = []
    for at in range(frame.height - 1, max(-1, frame.height - 1 - TAIL), -1):
        filled = [cell for cell in frame.row(at) if cell not in (None, "")]
        first = filled[0] if filled else None
        note = len(filled) * 3 <= frame.width + 2 and isinstance(first, str) and bool(_note().match(first.strip()))
        if not note and not (filled and _is_total(frame.row(at))):
            if not (len(filled) == 1 and isinstance(first, str) and len(first.strip()) > 24):
                break
            note = True
        if note:
            found.append(at)
    return found


def _headings(frame: pl.DataFrame, headings: Sequence[str]) -> list[int]:
    """Rows that repeat the headings, as printed sheets do on every page."""
    named = [(name, heading) for name, heading in zip(frame.columns, headings, strict=True) if heading]
    if len(named) < 2 or any(frame.schema[name] != pl.String for name, _ in named[:2]):
        return []
    first, second = ((pl.col(name).str.strip_chars() == heading) for name, heading in named[:2])
    at = frame.select((first & second).fill_null(False)).to_series().arg_true().to_list()
    wanted = {heading for _, heading in named}
    return [i for i in at if sum(normal(str(c)) in set(map(normal, wanted)) for c in frame.row(i)) * 2 > len(named)]


def _numbered(frame: pl.DataFrame) -> list[int]:
    """A first row 1, 2, 3 … that numbers the columns."""
    cells = [str(cell).removesuffix(".0") for cell in frame.row(0) if cell not in (None, "")]
    return [0] if len(cells) >= 5 and cells == [str(i + 1) for i in range(len(cells))] else []


_KINDS = {
    "total": Text("合计行", "rows of totals"),
    "note": Text("表下说明", "notes below the table"),
    "heading": Text("重复的标题行", "repeated headings"),
    "numbers": Text("栏次行", "a row that numbers the columns"),
}


def without_persons(text: str) -> str:
    """The beginning of a note or title, as it may be shown: without what follows a colon, and without long numbers.

    Examples:
        >>> without_persons("填表人：王某 13800000000"), without_persons("德化县2021年花名册")
        ('填表人：', '德化县2021年花名册')
    """
    head = re.match(r"[^:：]*[:：]?", text)
    return re.sub(r"\d{7,}", STAR * 3, head.group() if head else "")[:40]


def _said(sheet: Sheet, kind: str, at: Sequence[int]) -> Finding:
    rows = sorted(sheet.origin.row(i) for i in at)
    shown = "、".join(map(str, rows[:_SHOWN])) + ("……" if len(rows) > _SHOWN else "")
    first = next((str(cell) for cell in sheet.frame.row(min(at)) if cell not in (None, "")), "")
    return finding(
        "FP-INTAKE-071",
        file=sheet.origin.file,
        sheet=sheet.origin.sheet,
        row=rows[0],
        read=without_persons(first),
        kind=_KINDS[kind],
        count=len(rows),
        rows=shown,
    )
