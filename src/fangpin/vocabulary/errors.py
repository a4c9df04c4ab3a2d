"""Errors that a person can act on: what, where, what was read, what would be right, what to do.

Gives   FangpinError (five fields and a stable code), UnusableInput and DocumentError, which end a command with exit 2
Source  EXAMPLES of the project, section "A message to a person"
"""

from __future__ import annotations

from typing import Any

from fangpin.vocabulary.text import Text

_LABELS = {
    "place": Text("位置", "where"),
    "read": Text("读到", "read"),
    "expected": Text("应为", "expected"),
    "remedy": Text("办法", "remedy"),
}


class FangpinError(Exception):
    """A problem with a stable code, said in Chinese and English.

    Args:
        code: Stable code, such as ``FP-INTAKE-001``.
        title: What happened.
        place: Where: file › sheet › row › column, or file:line:column. Empty if there is no place.
        read: What was found there (already masked where personal).
        expected: What would be right, and who says so.
        remedy: What to do next.
    """

    def __init__(
        self,
        code: str,
        title: Text,
        *,
        place: str | Text = "",
        read: str = "",
        expected: Text | None = None,
        remedy: Text | None = None,
    ) -> None:
        self.code, self.title, self.read = code, title, read
        self._place = place
        self.expected, self.remedy = expected, remedy
        super().__init__(self.message("en"))

    @property
    def place(self) -> str:
        """Where, in Chinese where the place is a name."""
        return self.placed("zh")

    def placed(self, lang: str) -> str:
        """Where, in one language."""
        return self._place if isinstance(self._place, str) else self._place(lang)

    def message(self, lang: str = "zh") -> str:
        """The message with its five fields, one a line; fields that are empty are left out."""
        lines = [f"{self.code}  {self.title(lang)}"]
        fields = {
            "place": self.placed(lang),
            "read": self.read,
            "expected": self.expected(lang) if self.expected else "",
            "remedy": self.remedy(lang) if self.remedy else "",
        }
        lines += [f"{_LABELS[name](lang)}  {value}" for name, value in fields.items() if value]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        """An error crosses processes whole."""
        fields = {"place": self._place, "read": self.read, "expected": self.expected, "remedy": self.remedy}
        return _rebuilt, (type(self), self.code, self.title, fields)

    def to_json(self, lang: str = "zh") -> dict[str, str]:
        """The five fields as plain strings, for ``--json``."""
        return {
            "code": self.code,
            "message": self.title(lang),
            "place": self.placed(lang),
            "read": self.read,
            "expected": self.expected(lang) if self.expected else "",
            "remedy": self.remedy(lang) if self.remedy else "",
        }


def _rebuilt(kind: type[FangpinError], code: str, title: Text, fields: dict[str, Any]) -> FangpinError:
    return kind(code, title, **fields)


class UnusableInput(FangpinError):
    """The call or its input cannot be used, and nothing was written (exit 2)."""


class DocumentError(UnusableInput):
    """A rule, table or profile document that does not load; ``place`` is file:line:column."""
