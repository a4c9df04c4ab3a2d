"""Sheets of a findings workbook: a page with its problems marked where they stand.

Reads   a page, its marks
Gives   write_page → Placed: where each row and column of the page stands in the workbook
Keeps   values as they were (identity numbers, telephones, codes as text; numbers as numbers; nothing is a formula);
        marks in colour and in a sign that black-and-white print keeps; what a workbook cannot hold is said
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from fangpin.intake.findings_marks import GRAVEST, Marks, runs
from fangpin.intake.findings_pages import Cells, Page
from fangpin.intake.workbook import cell_text
from fangpin.tables import Field, hints
from fangpin.vocabulary.findings import Finding, Severity
from fangpin.vocabulary.text import Text

LAST_ROW = 1_048_576
LONGEST = 32_767
COMMENTS = 2_000
"""Comments on one sheet: a spreadsheet becomes slow with more. All findings stand in the list of findings."""
SIGNS = 2_000
"""Stretches of cells with a sign, for each severity of one sheet."""

SEVERITIES = {"error": Text("错误", "error"), "warning": Text("提醒", "warning"), "info": Text("说明", "note")}
SIGN = {"error": "×", "warning": "!", "info": "i"}
_SIGNED = '"? "General;"? "-General;"? "General;"? "@'
_TONES = {"error": "#F4B6B6", "warning": "#FFE699", "info": "#CFE2F3"}
_DEAF = {"bg_color": "#D9D9D9", "fg_color": "#7F7F7F", "pattern": 14}
"""A refused row: hatched grey."""

_AS_TEXT = frozenset({"str", "id", "region", "file"})
_TEXT_SHAPED = _AS_TEXT | {"code", "codes"}
_NUMBERS = frozenset({"int", "num", "money"})
_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]+)?")
_DIGITS = 15


@dataclass
class Placed:
    """Where a page stands: names of its sheets, and for a shortened page the row of each row it keeps."""

    names: list[str]
    cells: dict[int, tuple[int, int]]
    kept: dict[int, int] | None = None
    notes: list[Text] = field(default_factory=list)

    def link(self, finding: Finding) -> str:
        """The address of the cell of a finding, empty where it has none."""
        if id(finding) not in self.cells:
            return ""
        row, column = self.cells[id(finding)]
        sheet, row = self.place(row)
        return f"internal:'{sheet.replace(chr(39), chr(39) * 2)}'!{_letters(column)}{row}" if row else ""

    def place(self, row: int) -> tuple[str, int]:
        """Sheet and row where a row of the page stands; row 0 where it was left out."""
        if self.kept is not None:
            return self.names[0], self.kept.get(row, 0)
        if row <= LAST_ROW:
            return self.names[0], row
        number, rest = divmod(row - 2, LAST_ROW - 1)
        return self.names[number], rest + 2


def _letters(column: int) -> str:
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._made: dict[tuple[str, Severity | None, bool], Any] = {}
        self.signs = {s: book.add_format({"num_format": _SIGNED.replace("?", SIGN[s])}) for s in GRAVEST}

    def of(self, shape: str, severity: Severity | None, refused: bool = False) -> Any:
        """The format of a cell: its shape (a number format, or ``head``), its gravest finding, whether it is out."""
        key = (shape, severity, refused)
        if key not in self._made:
            self._made[key] = self.book.add_format(self._look(*key))
        return self._made[key]

    def _look(self, shape: str, severity: Severity | None, refused: bool) -> dict[str, Any]:
        look: dict[str, Any] = {"num_format": "General" if shape == "head" else shape, "valign": "top"}
        if shape == "head":
            look |= {"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"}
            look |= {"bg_color": "#1F4E79", "font_color": "#FFFFFF"} if severity is None else {}
        if refused:
            look |= _DEAF
        if severity is not None:
            look |= {"bg_color": _TONES[severity], "border": 2 if severity == "error" else 1}
            look.pop("fg_color", None)
            look.pop("pattern", None)
            if refused and severity == "error":
                look["bold"] = True
        return look


class PageWriter:
    """One page on its way into a workbook."""

    def __init__(self, book: Any, formats: Formats, page: Page, found: Marks, lang: str) -> None:
        self.book, self.formats, self.page, self.marks, self.lang = book, formats, page, found, lang
        self.fields = page.fields
        self.widths = [0] * len(page.headings)
        self.cut = 0
        self.commented: set[tuple[int, int]] = set()
        self.notes: list[Text] = []

    def write(self, names: Sequence[str], cells: dict[int, tuple[int, int]], short: bool) -> Placed:
        """The page on sheets of these names; ``short`` keeps only the heading and rows with findings."""
        sheets = [self.book.add_worksheet(name) for name in names]
        placed = Placed(list(names), cells, {} if short else None, self.notes)
        kept = self.marks.rows() | {self.page.head}
        self.commented = self._commented(short)
        last = dict.fromkeys(names, 0)
        by_name = dict(zip(names, sheets, strict=True))
        for number, row in self.page.rows():
            if placed.kept is not None:
                if number not in kept:
                    continue
                placed.kept[number] = len(placed.kept) + 1
            if number == self.page.head:
                for name in names:  # the heading stands on every sheet of a long page
                    at = placed.place(number)[1]
                    self._row(by_name[name], at - 1, number, row)
                    last[name] = at
                continue
            name, at = placed.place(number)
            self._row(by_name[name], at - 1, number, row)
            last[name] = at
        for name in names:
            self._finish(by_name[name], placed, name, last[name])
        self._say_what_is_missing(placed)
        return placed

    # -- cells

    def _row(self, sheet: Any, at: int, number: int, row: Cells) -> None:
        marked = self.marks.cells.get(number, {})
        refused = number in self.marks.refused
        head = number == self.page.head
        width = max(len(row), len(self.fields), max(marked, default=-1) + 1) if marked or refused else len(row)
        for column in range(width):
            value = row[column] if column < len(row) else None
            severity = self.marks.severity(number, column) if marked else None
            if severity is not None and (number, column) in self.commented:
                self._comment(sheet, at, column, marked[column])
            if value is None or value == "":
                if severity is not None or refused:
                    sheet.write_blank(at, column, None, self.formats.of(self._shape(column), severity, refused))
                continue
            self._cell(sheet, at, column, value, "head" if head else "", severity, refused)

    def _cell(
        self, sheet: Any, at: int, column: int, value: object, shape: str, severity: Severity | None, refused: bool
    ) -> None:
        """One value as it was, in the format of its column."""
        known = self.fields[column] if column < len(self.fields) else None
        shown = (cell_text(value) or "") if shape else _as_cell(value, known)
        if at < 300 and column < len(self.widths):
            self.widths[column] = max(self.widths[column], hints.width(str(shown)[:60]))
        if isinstance(shown, bool):
            sheet.write_boolean(at, column, shown, self.formats.of(shape or "General", severity, refused))
        elif isinstance(shown, str):
            if len(shown) > LONGEST:
                self.cut += 1
            form = self.formats.of(shape or (self._shape(column) if len(shown) < 256 else "General"), severity, refused)
            sheet.write_string(at, column, shown[:LONGEST], form)
        elif isinstance(shown, datetime | date):
            exact = isinstance(shown, datetime) and shown.time() != time()
            form = self.formats.of("yyyy-mm-dd hh:mm:ss" if exact else "yyyy-mm-dd", severity, refused)
            sheet.write_datetime(at, column, shown, form)
        else:
            sheet.write_number(at, column, shown, self.formats.of(self._shape(column), severity, refused))

    def _shape(self, column: int) -> str:
        """The number format of a column: text where digits would be lost, dates as dates."""
        known = self.fields[column] if column < len(self.fields) else None
        if known is None:
            return "General"
        return "@" if known.kind in _TEXT_SHAPED else "yyyy-mm-dd" if known.kind == "date" else "General"

    # -- what stands on the sheet as a whole

    def _finish(self, sheet: Any, placed: Placed, name: str, last: int) -> None:
        head = placed.place(self.page.head)[1] if self.page.head else 0
        for column, width in enumerate(self.widths):
            text = self.formats.of("@", None) if self._shape(column) == "@" else None
            sheet.set_column(column, column, min(max(width + 2, 9), 42), text)
        if head:
            keys = sum(1 for f in self.fields[:3] if f is not None and f.name in ("household_id", "person_id"))
            sheet.freeze_panes(head, keys)
            if self.page.headings:
                sheet.autofilter(head - 1, 0, max(last - 1, head), len(self.page.headings) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        if self.page.hidden:
            sheet.hide()
        if head:
            sheet.repeat_rows(head - 1)
        self._signs(sheet, placed, name)

    def _here(self, placed: Placed, name: str) -> list[tuple[int, int, int, list[Finding]]]:
        """The marked cells of one sheet: its row, its column, how grave, its findings."""
        found = []
        for number, cells in self.marks.cells.items():
            sheet, at = placed.place(number)
            if sheet == name and at:
                for column, some in cells.items():
                    grave = min(GRAVEST.index(f.severity) for f in some)
                    found.append((at, column, grave, some))
        return sorted(found, key=lambda cell: (cell[2], cell[0], cell[1]))

    def _signs(self, sheet: Any, placed: Placed, name: str) -> None:
        """A sign before the value of each marked cell, by a conditional format: the value and its type stay."""
        columns: dict[tuple[int, int], list[int]] = {}
        for at, column, grave, _ in self._here(placed, name):
            columns.setdefault((grave, column), []).append(at)
        for grave, severity in enumerate(GRAVEST):
            stretches = [
                (column, low, high) for (g, column), rows in columns.items() if g == grave for low, high in runs(rows)
            ]
            if not stretches:
                continue
            some = [f"{_letters(c)}{low}:{_letters(c)}{high}" for c, low, high in stretches[:SIGNS]]
            column, low, high = stretches[0]
            rule = {"type": "formula", "criteria": "=TRUE", "format": self.formats.signs[severity]}
            sheet.conditional_format(low - 1, column, high - 1, column, {**rule, "multi_range": " ".join(some)})

    def _commented(self, short: bool) -> set[tuple[int, int]]:
        """The cells that get a comment: on each sheet the gravest first, as many as it takes."""
        sheets: dict[int, list[tuple[int, int, int]]] = {}
        for number, cells in self.marks.cells.items():
            sheet = 0 if short or number <= LAST_ROW else (number - 2) // (LAST_ROW - 1)
            for column, some in cells.items():
                sheets.setdefault(sheet, []).append((min(GRAVEST.index(f.severity) for f in some), number, column))
        chosen: set[tuple[int, int]] = set()
        for here in sheets.values():
            chosen |= {(number, column) for _, number, column in sorted(here)[:COMMENTS]}
            if len(here) > COMMENTS:
                self.notes.append(
                    Text(
                        f"{self.page.sheet or self.page.file}：{len(here):,} 个格子有问题，批注只写了最重的 "
                        f"{COMMENTS:,} 个；其余见颜色和问题清单",
                        f"{self.page.sheet or self.page.file}: {len(here):,} cells have findings and the gravest "
                        f"{COMMENTS:,} have comments; for the others see the colours and the list of findings",
                    )
                )
        return chosen

    def _comment(self, sheet: Any, at: int, column: int, some: Sequence[Finding]) -> None:
        """What is wrong, what would be right, who says so and what to do."""
        text = "\n\n".join(comment(f, self.lang) for f in some[:4])[:2_000]
        lines = sum(1 + hints.width(line) // 54 for line in text.splitlines())
        options = {"width": 360, "height": min(16 + 15 * lines, 400), "font_size": 9, "author": "fangpin"}
        sheet.write_comment(at, column, text, options)

    def _say_what_is_missing(self, placed: Placed) -> None:
        if self.cut:
            self.notes.append(
                Text(
                    f"{placed.names[0]}：{self.cut:,} 个格子超过 {LONGEST:,} 字，这里只有开头；请在原文件里改",
                    f"{placed.names[0]}: {self.cut:,} cells are longer than {LONGEST:,} characters and are cut here; "
                    "mend them in the file itself",
                )
            )
        if placed.kept is not None:
            self.notes.append(
                Text(
                    f"{placed.names[0]}：原表太大，这里只有有问题的 {max(len(placed.kept) - 1, 0):,} 行；"
                    "请在原文件里改，改好后重新核对原文件",
                    f"{placed.names[0]}: the table is too large, so that only its {max(len(placed.kept) - 1, 0):,} "
                    "rows with findings stand here; mend them in the file itself and check that again",
                )
            )


def _as_cell(value: object, known: Field | None) -> str | float | bool | date | datetime:
    """A value as a cell holds it: text stays text, also where it is all digits, unless its column is one of numbers."""
    kind = known.kind if known is not None else ""
    if isinstance(value, str):
        if kind in _NUMBERS and _PLAIN.fullmatch(value) and sum(c.isdigit() for c in value) <= _DIGITS:
            return float(value)
        return value
    if isinstance(value, bool | date | datetime):
        return value if not isinstance(value, date) or value.year >= 1900 else str(value)
    if isinstance(value, int | float | Decimal):
        number = float(value)
        if not abs(number) < 1e300 or (isinstance(value, int | Decimal) and Decimal(repr(number)) != value):
            return str(value)
        if kind in _AS_TEXT and number.is_integer() and abs(number) < 10**_DIGITS:
            return str(int(number))
        return number
    if isinstance(value, list | tuple):
        return ";".join(map(str, value)) or "-"
    return str(value)


def comment(found: Finding, lang: str) -> str:
    """A finding as the comment of its cell says it; what was read stands in the cell and is repeated only where the
    message speaks of it (an offer, or two values of which the cell shows one)."""
    lines = [f"{SIGN[found.severity]} [{SEVERITIES[found.severity](lang)}] {found.code} {found.message(lang)}"]
    if found.read and "“读到”" in found.message.zh:
        lines.append(Text("读到：", "Read: ")(lang) + found.read)
    if found.expected(lang):
        lines.append(Text("应为：", "Right would be: ")(lang) + found.expected(lang))
    if found.authority(lang):
        lines.append(Text("依据：", "Says: ")(lang) + found.authority(lang))
    if found.remedy(lang) and found.remedy(lang) != found.expected(lang):
        lines.append(Text("办法：", "What to do: ")(lang) + found.remedy(lang))
    return "\n".join(lines)
