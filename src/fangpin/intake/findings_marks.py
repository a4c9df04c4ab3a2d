"""Marks: which cells of a page have findings.

Reads   a page and the findings about it
Gives   Marks: the findings of each cell, the gravest of them, the rows that were refused
Keeps   a finding about a column marks its heading, one about a row without a column marks its first cell
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fangpin.intake.findings_pages import Page
from fangpin.intake.headings import heading_of
from fangpin.vocabulary.findings import Finding, Severity

REFUSED = frozenset(f"FP-INTAKE-0{number}" for number in range(40, 45))
"""Codes that say that a row was refused."""

GRAVEST: tuple[Severity, ...] = ("error", "warning", "info")
_LETTERS = re.compile(r"\[([A-Z]+)\]")


@dataclass
class Marks:
    """Findings by row number and column (0 is the first)."""

    cells: dict[int, dict[int, list[Finding]]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)

    def severity(self, row: int, column: int) -> Severity | None:
        """The gravest finding of a cell; None where there is none."""
        found = self.cells.get(row, {}).get(column)
        return min((f.severity for f in found), key=GRAVEST.index) if found else None

    def rows(self) -> set[int]:
        """The numbers of all rows with findings."""
        return self.cells.keys() | self.refused


def marks(page: Page, findings: Iterable[Finding]) -> tuple[Marks, dict[int, tuple[int, int]]]:
    """The marks of a page, and the cell (row, column) of each finding by its identity."""
    found = Marks()
    cells: dict[int, tuple[int, int]] = {}
    columns: dict[tuple[str, str], list[int]] = {}
    for one in findings:
        key = (one.column, one.field)
        if key not in columns:
            columns[key] = _columns(page, one)
        row, at = one.row or page.head, columns[key]
        if not row or (not one.row and not at):
            continue
        for column in at if not one.row else [next(iter(at), 0)]:
            found.cells.setdefault(row, {}).setdefault(column, []).append(one)
        cells[id(one)] = (row, next(iter(at), 0))
        if one.code in REFUSED:
            found.refused.add(one.row)
    return found, cells


def _columns(page: Page, one: Finding) -> list[int]:
    """The columns a finding is about: those of its heading, else those of its field."""
    if not one.column and not one.row:
        return []
    if one.column:
        by_heading = [i for i, h in enumerate(page.headings) if h.strip() == one.column.strip()]
        if by_heading:
            return by_heading
        if letters := _LETTERS.fullmatch(one.column):
            return [_number(letters[1])]
    table, _, name = one.field.partition(".")
    if not name or table not in page.tables:
        return []
    return [i for i, h in enumerate(page.headings) if h and (f := heading_of(table, h)) is not None and f.name == name]


def _number(letters: str) -> int:
    """The number of a spreadsheet's column: A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as stretches without a gap, both ends included.

    Examples:
        >>> runs([2, 3, 4, 9])
        [(2, 4), (9, 9)]
    """
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
