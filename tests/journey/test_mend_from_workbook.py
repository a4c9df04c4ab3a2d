"""Mending a file with nothing but its findings workbook: what the comments say is done, cell by cell, and sent again."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from random import Random

import openpyxl
import pytest

from damage.county import county
from damage.kinds import KINDS
from damage.plan import Work
from fangpin.intake import check
from fangpin.registry.checks import Examiner

DAY = date(2021, 12, 31)
MENDABLE = (
    "date_impossible",
    "date_words",
    "date_two_digits",
    "date_range",
    "number_words",
    "number_range",
    "number_letter",
    "number_reference",
    "code_typo",
    "bool_words",
    "bool_both",
    "bool_number",
    "id_fifteen",
    "name_dot",
    "name_blank",
    "birth_blank",
)
"""Damage whose remedy can be carried out at the desk: to write what the comment proposes, or to leave the cell blank."""


def as_the_comment_says(value: str, comment: str) -> str | None:
    """The cell after its comment was followed; None where the comment asks for something beyond the workbook."""
    if found := re.search(r"第6位后加“19”，最后加“([0-9X])”", comment):
        return value[:6] + "19" + value[6:] + found[1]
    if "改成“·”" in comment:
        return re.sub("[•‧．.]", "·", value)
    if "去掉空格" in comment:
        return re.sub(r"\s", "", value)
    for pattern in (
        r"可能是 ([0-9]{4}-[0-9]{2}-[0-9]{2})",
        r"读到：([0-9]{4}-[0-9]{2}-[0-9]{2})",
        r"是否是 (\S+?)(?: \S+)?？",
        r"写 ([0-9.]+)，单位",
    ):
        if found := re.search(pattern, comment):
            return found[1]
    return "" if "留空" in comment else None


def mended(path: Path) -> int:
    """Follow every comment of a findings workbook; how many cells were changed."""
    book = openpyxl.load_workbook(path)
    changed = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is None:
                    continue
                new = as_the_comment_says(str(cell.value or ""), cell.comment.text)
                if new is None or new == str(cell.value or ""):
                    continue
                same = [cell]
                if "每行都改" in cell.comment.text:
                    key = next(c.column for r in sheet.iter_rows(max_row=8) for c in r if c.value == "户编号")
                    home = sheet.cell(cell.row, key).value
                    rows = (r for r in range(1, sheet.max_row + 1) if sheet.cell(r, key).value == home)
                    same = [sheet.cell(r, cell.column) for r in rows]
                for one in same:
                    one.value = new or None
                changed += 1
    book.save(path)
    return changed


@pytest.mark.clause("P1.6")
def test_the_findings_workbook_alone_is_enough(tmp_path: Path) -> None:
    export = county(120, 3).export("national")
    (tmp_path / "was").mkdir()
    before = check(export.write(tmp_path / "was"), examiner=Examiner(DAY))
    touched: set[str] = set()
    plants = {}
    for kind in (k for k in KINDS if k.name in MENDABLE):
        work = Work(export, Random(kind.name), 1, touched=touched)
        kind.do(work)
        plants[kind.name] = work.plants
    assert {name for name, some in plants.items() if some} == set(MENDABLE)
    damaged = check(export.write(tmp_path), examiner=Examiner(DAY))
    book = tmp_path / "findings.xlsx"
    damaged.write_workbook(book)

    changed = mended(book)

    again = check(book, examiner=Examiner(DAY))
    errors = [
        {(f.code, f.record, f.column) for f in r.findings if f.severity == "error"} for r in (before, damaged, again)
    ]
    assert len(errors[1] - errors[0]) >= len(MENDABLE) - 4, "most of it was an error"
    assert changed >= len(MENDABLE)
    assert errors[2] - errors[0] == set()
    assert (again.counts.rows, again.counts.refused) == (before.counts.rows, 0)
