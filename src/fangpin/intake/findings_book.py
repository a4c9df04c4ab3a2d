"""The findings workbook: what was read comes back with every problem marked where it stands.

Reads   findings, counts, and the files once more
Gives   write_findings: a summary sheet first, then the same sheets, rows, headings and values as in the input, then a
        list of all findings with links to their cells; several input workbooks come back as several
Keeps   the file is replaced as a whole; text stays text (no formulas, no foreign links); the same findings give the
        same bytes; sent to `check` again, only the sheets of the input are read
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from fangpin import tables
from fangpin.intake.batch import Counts, SourceFile
from fangpin.intake.findings_marks import GRAVEST, marks
from fangpin.intake.findings_pages import Page, groups, pages
from fangpin.intake.findings_sheets import LAST_ROW, SEVERITIES, SIGN, Formats, PageWriter, Placed
from fangpin.intake.sources import stem
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

ROWS_A_SHEET = 1_000_000
LINKS = 65_000
"""Links on one sheet; a spreadsheet takes 65,530."""
MOST_CELLS = 3_000_000
"""Cells that a findings workbook shows whole; a page beyond them comes back with its marked rows only."""
Files = Sequence[tuple[str, str, str, Counts]]

_SUMMARY, _LIST = Text("〔核对汇总〕", "〔summary〕"), Text("〔问题清单〕", "〔findings〕")
_COUNTS = (
    Text("行数", "rows"),
    Text("已收", "accepted"),
    Text("已收但有问题", "accepted with findings"),
    Text("未收", "refused"),
)
_COLUMNS: tuple[tuple[Text, int], ...] = (
    (Text("程度", "severity"), 8),
    (Text("代码", "code"), 16),
    (Text("文件", "file"), 22),
    (Text("工作表", "sheet"), 14),
    (Text("行", "row"), 8),
    (Text("列", "column"), 18),
    (Text("字段", "field"), 26),
    (Text("记录", "record"), 20),
    (Text("读到", "read"), 20),
    (Text("问题", "message"), 48),
    (Text("应为", "right would be"), 34),
    (Text("依据", "who says so"), 34),
    (Text("办法", "what to do"), 44),
)
_WRAPPED = 9
_TONES = {"error": "#F4B6B6", "warning": "#FFE699", "info": "#CFE2F3"}
_HOW = (
    Text(
        "后面各表与原文件的工作表、行、列、数值相同；有问题的格子有底色，字前有符号。整行灰色（斜纹）：这一行未收。",
        "The sheets that follow have the rows, columns and values of the input; a cell with a problem has a colour, "
        "and a sign before its value. A whole row hatched in grey was refused.",
    ),
    Text(
        "指向格子看批注：问题、应为什么、依据、办法。全部问题在“〔问题清单〕”，可筛选，点“行”就到那个格子。",
        "Point at a cell to read what is wrong, what would be right, who says so and what to do. All findings stand in "
        "〔findings〕: filter them there, and click a row number to reach the cell.",
    ),
    Text(
        "就在格子里改，存盘，再核对这个文件：fangpin check 本文件.xlsx。底色、批注和带〔〕的表不会当作数据读入。",
        "Correct the cells in place, save, and check this file again: fangpin check THIS.xlsx. Colours, comments and "
        "sheets named 〔…〕 are not read as data.",
    ),
    Text(
        "各表是原文件的内容，含个人信息，请妥善保管；汇总、清单和批注里的证件号码等已遮盖。",
        "The sheets hold what was in your file, personal data included: keep them safe. In the summary, the list and "
        "the comments identity numbers are masked.",
    ),
)


def write_findings(
    path: Path,
    counts: Counts,
    findings: Sequence[Finding],
    files: Files,
    sources: Sequence[SourceFile] = (),
    lang: str = "zh",
) -> list[Path]:
    """The findings workbook at ``path``; further input workbooks come back beside it as ``NAME-2.xlsx`` and so on.

    Args:
        path: Where to write.
        counts: Rows by outcome.
        findings: All findings.
        files: Counts by table, file and sheet.
        sources: The files that were read, which are shown again.
        lang: The language of summary, list and comments.
    """
    written: list[Path] = []
    for number, group in enumerate(groups(sources) or [[]], 1):
        target = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        own = {(f.shown, f.sheet) for f in group}
        some = [f for f in findings if (f.file, f.sheet) in own or f.file in {file for file, _ in own}]
        partial = target.with_name(f".{target.name}.partial")
        try:
            _Book(partial, lang).write(counts, findings if number == 1 else some, files, group)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        written.append(target)
    return written


class _Book:
    """One workbook under construction."""

    def __init__(self, path: Path, lang: str) -> None:
        self.lang = lang
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(str(path), {**options, "constant_memory": True, "remove_timezone": True})
        self.book.set_properties({"title": _LIST(lang), "created": datetime(2000, 1, 1)})
        self.formats = Formats(self.book)
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.head = self.book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1})
        self.plain = self.book.add_format({"valign": "top"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.number = self.book.add_format({"num_format": "#,##0"})
        self.link = self.book.add_format({"font_color": "#1F4E79", "underline": 1, "valign": "top"})
        self.tones = {name: self.book.add_format({"bg_color": tone, "valign": "top"}) for name, tone in _TONES.items()}

    def write(self, counts: Counts, findings: Sequence[Finding], files: Files, group: Sequence[SourceFile]) -> None:
        """All sheets. The summary stands first and is written last, when it is known what the others hold."""
        summary = self.book.add_worksheet(_SUMMARY(self.lang))
        placed = self._pages(findings, group)
        ordered = sorted(findings, key=lambda f: GRAVEST.index(f.severity))
        notes = [note for page in placed.values() for note in page.notes]
        for number, start in enumerate(range(0, max(len(ordered), 1), ROWS_A_SHEET)):
            name = _LIST(self.lang) + (f" {number + 1}" if number else "")
            self._list(self.book.add_worksheet(name), ordered[start : start + ROWS_A_SHEET], placed)
        if len(ordered) > LINKS:
            notes.append(
                Text(
                    f"问题清单每张表只有前 {LINKS:,} 行带链接",
                    f"on each sheet of the list the first {LINKS:,} rows have links",
                )
            )
        self._summary(summary, counts, findings, files, placed, notes)
        summary.activate()
        self.book.close()

    def _pages(self, findings: Sequence[Finding], group: Sequence[SourceFile]) -> dict[tuple[str, str], Placed]:
        about: dict[tuple[str, str], list[Finding]] = {}
        for one in findings:
            about.setdefault((one.file, one.sheet), []).append(one)
        placed: dict[tuple[str, str], Placed] = {}
        taken = {_SUMMARY(self.lang).casefold(), _LIST(self.lang).casefold()}
        room = MOST_CELLS
        for page in pages(group):
            found, cells = marks(page, about.get((page.file, page.sheet), ()))
            area = page.height * max(len(page.headings), 1)
            short = area > room
            room -= 0 if short else area
            count = 1 if short else 1 + max(page.height - 2, 0) // (LAST_ROW - 1)
            names = [_name(page, taken, number, short) for number in range(1, count + 1)]
            writer = PageWriter(self.book, self.formats, page, found, self.lang)
            placed[page.file, page.sheet] = writer.write(names, cells, short)
        return placed

    def _row(self, sheet: Any, row: int, values: Iterable[object], form: Any = None) -> int:
        for column, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(row, column, value, form or self.number)
            else:
                sheet.write_string(row, column, str(value), form)
        return row + 1

    def _summary(
        self,
        sheet: Any,
        counts: Counts,
        findings: Sequence[Finding],
        files: Files,
        placed: dict[tuple[str, str], Placed],
        notes: Sequence[Text],
    ) -> None:
        lang = self.lang
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 2, 22)
        sheet.set_column(3, 6, 14)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        row = self._row(sheet, 0, [Text("读入核对结果", "what reading found")(lang)], self.title) + 1
        row = self._row(sheet, row, [c(lang) for c in _COUNTS], self.head)
        row = self._row(sheet, row, counts.to_json().values()) + 1
        row = self._how(sheet, row, notes) + 1
        heads = [Text("文件", "file"), Text("工作表", "sheet"), Text("表", "table"), *_COUNTS]
        row = self._row(sheet, row, [h(lang) for h in heads], self.head)
        for table, file, page, some in files:
            label = tables.catalogue().table(table).label(lang)
            there = placed.get((file, page))
            shown = page or (there.names[0] if there else "")
            row = self._row(sheet, row, [file, shown, f"{table} {label}", *some.to_json().values()])
            if there:
                sheet.write_url(row - 1, 1, _address(there.names[0]), self.link, shown)
        row += 1
        heads = [Text("代码", "code"), Text("程度", "severity"), Text("条数", "findings"), Text("问题", "message")]
        row = self._row(sheet, row, [h(lang) for h in heads], self.head)
        said = Counter((f.code, f.severity) for f in findings)
        first = {(f.code, f.severity): f for f in reversed(findings)}
        for (code, severity), number in sorted(said.items(), key=lambda i: (GRAVEST.index(i[0][1]), i[0][0])):
            example = first[code, severity].message(lang)
            row = self._row(sheet, row, [code, f"{SIGN[severity]} {SEVERITIES[severity](lang)}", number, example])

    def _how(self, sheet: Any, row: int, notes: Sequence[Text]) -> int:
        """How to use the workbook, what the signs mean, and what it could not hold."""
        lang = self.lang
        row = self._row(sheet, row, [Text("怎么用", "how to use this")(lang)], self.head)
        for line in (*_HOW, *notes):
            sheet.merge_range(row, 0, row, 6, "", self.wrapped)
            sheet.write_string(row, 0, line(lang), self.wrapped)
            sheet.set_row(row, 16 * (1 + len(line(lang)) // (62 if lang == "zh" else 118)))
            row += 1
        for severity in GRAVEST:
            sheet.write_string(row, 0, f"{SIGN[severity]} {SEVERITIES[severity](lang)}", self.formats.of("@", severity))
            row += 1
        sheet.write_string(row, 0, Text("未收的行", "a refused row")(lang), self.formats.of("@", None, True))
        return row + 1

    def _list(self, sheet: Any, findings: Sequence[Finding], placed: dict[tuple[str, str], Placed]) -> None:
        lang = self.lang
        for column, (label, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, label(lang), self.head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(findings), 1), len(_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        links = 0
        for row, found in enumerate(findings, 1):
            sheet.write_string(
                row, 0, f"{SIGN[found.severity]} {SEVERITIES[found.severity](lang)}", self.tones[found.severity]
            )
            page = placed.get((found.file, found.sheet))
            link = page.link(found) if page is not None and links < LINKS else ""
            for column, value in enumerate(_line(found, page, lang), 1):
                form = self.wrapped if column >= _WRAPPED else self.plain
                if column == 4 and link:
                    links += 1
                    sheet.write_url(row, column, link, self.link, str(value or found.column or "→"))
                elif isinstance(value, int):
                    sheet.write(row, column, value or "", form)
                else:
                    sheet.write_string(row, column, value[:32_000], form)


def _line(found: Finding, page: Placed | None, lang: str) -> tuple[str | int, ...]:
    """The cells of one finding in the list, after its severity."""
    return (
        found.code,
        found.file,
        found.sheet or (page.names[0] if page is not None else ""),
        found.row,
        found.column,
        _field(found.field, lang),
        found.record,
        found.read,
        found.message(lang),
        found.expected(lang),
        found.authority(lang),
        found.remedy(lang),
    )


def _address(sheet: str) -> str:
    return f"internal:'{sheet.replace(chr(39), chr(39) * 2)}'!A1"


def _name(page: Page, taken: set[str], number: int, short: bool) -> str:
    """A free name for a sheet: that of the input sheet, or that of the table file; shortened pages are furniture."""
    name = page.sheet
    if not name:
        file, table = Path(page.file), page.tables[0]
        named = tables.catalogue().table_named(stem(file)) is not None and "/" not in page.file
        name = stem(file) if named else f"{table}（{_clean(page.file)[-(29 - len(table)) :]}）"
    name = ("_" + _clean(name) if short else _clean(name))[:31]
    free = name if number == 1 else _numbered(name, number)
    while free.casefold() in taken:
        number += 1
        free = _numbered(name, number)
    taken.add(free.casefold())
    return free


def _numbered(name: str, number: int) -> str:
    """A name with a number in brackets, which still means the same table."""
    tail = f"-{number}）" if name.endswith("）") else f"（{number}）"
    return name.removesuffix("）")[: 31 - len(tail)] + tail


def _clean(name: str) -> str:
    return "".join("-" if c in "[]:*?/\\" else c for c in name).strip("'")


def _field(path: str, lang: str) -> str:
    """The field by its code and label."""
    try:
        return f"{path} {tables.catalogue().field(path).label(lang)}" if "." in path else path
    except LookupError:
        return path
