"""The workbook of findings: what was read, what is wrong, where, and how to mend it.

Gives   write_findings
Keeps   the file is replaced as a whole; text stays text (no formulas, no links); the same findings give the same bytes
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
from fangpin.intake.batch import Counts
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

ROWS_A_SHEET = 1_000_000
Files = Sequence[tuple[str, str, str, Counts]]

_SEVERITY = {"error": Text("错误", "error"), "warning": Text("提醒", "warning"), "info": Text("说明", "note")}
_SUMMARY, _LIST = Text("汇总", "summary"), Text("问题清单", "findings")
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
    (Text("问题", "message"), 52),
    (Text("办法", "remedy"), 52),
)
_TONES = {"error": "#F8D7DA", "warning": "#FFF3CD", "info": "#F1F3F5"}


def write_findings(path: Path, counts: Counts, findings: Sequence[Finding], files: Files, lang: str = "zh") -> Path:
    """The workbook at ``path``: a summary sheet, then the findings, gravest first within each file's order."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        book = xlsxwriter.Workbook(
            str(partial),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "constant_memory": True,
            },
        )
        book.set_properties({"title": _LIST(lang), "created": datetime(2000, 1, 1)})
        _Book(book, lang).write(counts, findings, files)
        book.close()
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


class _Book:
    """One workbook under construction."""

    def __init__(self, book: Any, lang: str) -> None:
        self.book, self.lang = book, lang
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1})
        self.plain = book.add_format({"valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0"})
        self.tones = {name: book.add_format({"bg_color": tone, "valign": "top"}) for name, tone in _TONES.items()}

    def write(self, counts: Counts, findings: Sequence[Finding], files: Files) -> None:
        """All sheets."""
        self._summary(self.book.add_worksheet(_SUMMARY(self.lang)), counts, findings, files)
        order = {"error": 0, "warning": 1, "info": 2}
        ordered = sorted(findings, key=lambda f: order[f.severity])
        for number, start in enumerate(range(0, max(len(ordered), 1), ROWS_A_SHEET)):
            name = _LIST(self.lang) + (f" {number + 1}" if number else "")
            self._list(self.book.add_worksheet(name), ordered[start : start + ROWS_A_SHEET])

    def _row(self, sheet: Any, row: int, values: Iterable[object], form: Any = None) -> int:
        for column, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(row, column, value, form or self.number)
            else:
                sheet.write_string(row, column, str(value), form)
        return row + 1

    def _summary(self, sheet: Any, counts: Counts, findings: Sequence[Finding], files: Files) -> None:
        lang = self.lang
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 2, 22)
        sheet.set_column(3, 6, 14)
        sheet.set_landscape()
        sheet.set_paper(9)
        row = self._row(sheet, 0, [Text("读入核对结果", "what reading found")(lang)], self.title) + 1
        row = self._row(sheet, row, [c(lang) for c in _COUNTS], self.head)
        row = self._row(sheet, row, counts.to_json().values()) + 1
        heads = [Text("文件", "file"), Text("工作表", "sheet"), Text("表", "table"), *_COUNTS]
        row = self._row(sheet, row, [h(lang) for h in heads], self.head)
        for table, file, page, some in files:
            label = tables.catalogue().table(table).label(lang)
            row = self._row(sheet, row, [file, page, f"{table} {label}", *some.to_json().values()])
        row += 1
        heads = [Text("问题", "message"), Text("代码", "code"), Text("程度", "severity"), Text("条数", "findings")]
        row = self._row(sheet, row, [h(lang) for h in heads], self.head)
        said = Counter((f.code, f.severity) for f in findings)
        first = {(f.code, f.severity): f for f in reversed(findings)}
        for (code, severity), number in sorted(said.items(), key=lambda item: (item[0][1] != "error", item[0])):
            example = first[code, severity].message(lang)
            row = self._row(sheet, row, [example, code, _SEVERITY[severity](lang), number])

    def _list(self, sheet: Any, findings: Sequence[Finding]) -> None:
        lang = self.lang
        for column, (label, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, label(lang), self.head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(findings), 1), len(_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        for row, found in enumerate(findings, 1):
            sheet.write_string(row, 0, _SEVERITY[found.severity](lang), self.tones[found.severity])
            cells: tuple[str | int, ...] = (
                found.code,
                found.file,
                found.sheet,
                found.row,
                found.column,
                _field(found.field, lang),
                found.record,
                found.read,
                found.message(lang),
                found.remedy(lang),
            )
            for column, value in enumerate(cells, 1):
                form = self.wrapped if column > 8 else self.plain
                if isinstance(value, int):
                    sheet.write(row, column, value or "", form)
                else:
                    sheet.write_string(row, column, value[:32_000], form)


def _field(path: str, lang: str) -> str:
    """The field by its code and label."""
    try:
        return f"{path} {tables.catalogue().field(path).label(lang)}" if "." in path else path
    except LookupError:
        return path
