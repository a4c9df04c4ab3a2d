"""Findings: what reading a file had to say about a cell, a row or a column.

Gives   Finding, one problem with its place and remedy; Severity
Not     how it is found (intake) or shown (cli, reports)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fangpin.vocabulary.text import Text

Severity = Literal["error", "warning", "info"]
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in one place.

    ``field`` is ``table.field``; ``record`` is ``household_id`` or ``household_id/person_id``; ``row`` is the
    row of the file as a person counts it (the heading is row 1), 0 where the finding is about a whole column;
    ``column`` is the heading as it stands in the file; ``read`` is already masked where personal; ``expected`` is
    what would be right and ``authority`` who says so.
    """

    code: str
    severity: Severity
    message: Text
    remedy: Text
    field: str = ""
    record: str = ""
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    read: str = ""
    expected: Text = NOTHING
    authority: Text = NOTHING

    def to_json(self, lang: str = "zh") -> dict[str, object]:
        """The finding as the command ``check --json`` prints it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "field": self.field,
            "record": self.record,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "read": self.read,
            "message": self.message(lang),
            "remedy": self.remedy(lang),
            "expected": self.expected(lang),
            "authority": self.authority(lang),
        }
