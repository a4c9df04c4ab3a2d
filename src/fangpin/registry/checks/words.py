"""What a check says about one row: its message with the facts in it, and what was read.

Gives   Saying: message(values) for a check, each set of facts said once; read_text for a cell
Keeps   names, numbers and telephones are masked on the way out
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fangpin import tables
from fangpin.language import tree as t
from fangpin.language.say import value_text
from fangpin.language.units import is_money
from fangpin.registry.checks.documents import Check
from fangpin.vocabulary.masking import mask_name, mask_value
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

LONGEST = 200
REMEMBERED = 10_000


class Saying:
    """The messages of one check."""

    def __init__(self, check: Check) -> None:
        self.text = check.entry.message.text()
        self.columns = dict(check.message_columns)
        self._said: dict[tuple[Any, ...], Text] = {}

    def message(self, values: Mapping[str, Any]) -> Text:
        """The message with these facts; lists must come as tuples."""
        if not values:
            return self.text
        key = tuple(values.values())
        found = self._said.get(key)
        if found is None:
            found = self._filled(values)
            if len(self._said) < REMEMBERED:
                self._said[key] = found
        return found

    def _filled(self, values: Mapping[str, Any]) -> Text:
        zh, en = self.text
        for name, value in values.items():
            said = shown(value, self.columns.get(name))
            zh, en = zh.replace(f"{{{name}}}", said.zh), en.replace(f"{{{name}}}", said.en)
        return Text(zh, en)


def shown(value: Any, column: t.Col | None) -> Text:
    """A fact in words, masked where it names a person."""
    if column is None or (isinstance(value, str) and column.type.kind == "text"):
        said = _masked("" if value is None else str(value), column)[:LONGEST]
        return Text(said or "未知", said or "unknown")
    if isinstance(value, int) and not isinstance(value, bool) and column.type.unit is None:
        return Text(str(value), str(value))
    return value_text(list(value) if isinstance(value, tuple) else value, column)


def _masked(text: str, column: t.Col | None) -> str:
    field = _field(column)
    if field is None:
        return text
    return mask_name(text) if field.kind == "str" and field.privacy == "direct" else mask_value(text, field.privacy)


def _field(column: t.Col | None) -> tables.Field | None:
    if column is None or len(column.facts) != 1:
        return None
    return tables.catalogue().field(column.facts[0])


def read_text(value: Any, column: t.Col) -> str:
    """A cell as it was read, masked where it names a person."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return ";".join(str(v) for v in value)[:LONGEST]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and is_money(column.type.unit):
        return f"{to_yuan(int(value)):f}"
    return _masked(f"{value:g}" if isinstance(value, float) else str(value), column)[:LONGEST]
