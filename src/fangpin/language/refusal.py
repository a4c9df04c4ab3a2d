"""How a rule is refused: what is wrong, with file, line and column, and what was probably meant.

Gives   Refusals, the base of the parser; `Mark`, a place in a document that an offset of the rule's text stands for
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import Token, exp

from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.text import Text

SHOWN = 120  # characters of a rule that a message shows


class Mark(NamedTuple):
    """From ``offset`` of the rule's text on, the document stands at ``line`` and ``column`` (both from 1)."""

    offset: int
    line: int
    column: int


def marks_of(text: str, line: int, column: int) -> tuple[Mark, ...]:
    """The marks of a text that stands in its document as it is, from ``line`` and ``column`` on."""
    marks, at = [Mark(0, line, column)], text.find("\n")
    while at >= 0:
        marks.append(Mark(at + 1, line + len(marks), 1))
        at = text.find("\n", at + 1)
    return tuple(marks)


class Refusals:
    """Messages about one rule's text."""

    def __init__(self, text: str, file: str, marks: Sequence[Mark]) -> None:
        self.text, self.file, self.marks = text, file, marks

    def refuse(
        self, code: str, title: Text, node: exp.Expr | Token | None, read: str = "", remedy: Text | None = None
    ) -> DocumentError:
        """The error to raise about ``node``."""
        said = read or (node.sql() if isinstance(node, exp.Expr) else node.text if node is not None else self.text)
        return DocumentError(code, title, place=self._place(_start(node)), read=said[:SHOWN], remedy=remedy)

    def not_a_rule(self, error: Exception) -> DocumentError:
        """The error for a text that is no expression at all."""
        first = (getattr(error, "errors", None) or [{}])[0]
        at = self._offset(first.get("line"), first.get("col"), first.get("highlight") or "")
        return DocumentError(
            "FP-LANGUAGE-001",
            Text("不是规则语言的表达式", "not an expression of the rule language"),
            place=self._place(at),
            read=(first.get("highlight") or self.text)[:SHOWN],
            remedy=Text("按“规则语言”参考页的写法改写", "write it as the reference page of the rule language shows"),
        )

    def _offset(self, line: int | None, column: int | None, read: str) -> int:
        """Where a token begins whose last character is at ``line`` and ``column`` of the text."""
        rows = self.text.split("\n")
        if not line or not column or line > len(rows):
            return 0
        return max(sum(len(row) + 1 for row in rows[: line - 1]) + column - max(len(read), 1), 0)

    def _place(self, offset: int) -> str:
        mark = self.marks[bisect_right([m.offset for m in self.marks], offset) - 1]
        return f"{self.file}:{mark.line}:{mark.column + offset - mark.offset}"


def _start(node: exp.Expr | Token | None) -> int:
    if node is None:
        return 0
    if not isinstance(node, exp.Expr):
        return int(node.start)
    return min((n.meta["start"] for n in node.walk() if "start" in n.meta), default=0)
