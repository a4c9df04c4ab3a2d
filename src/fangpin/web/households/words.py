"""Words of the pages: values as they are shown, the tone of a status, tables in the order of the paper.

Gives   shown(field, value, lang) → text or None where it is unknown; TONES; SECTIONS; statuses(lang)
Keeps   unknown is None and never looks like “no”; a status is a word, its tone only repeats it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fangpin import tables
from fangpin.identification.verdict import STATUSES
from fangpin.language.say import UNITS
from fangpin.language.units import is_money
from fangpin.tables import Field
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

TONES: Mapping[str, str] = {
    "low_income": "neutral",
    "needs_visit": "todo",
    "deliberate": "todo",
    "to_compare": "waiting",
    "vetoed": "waiting",
    "not_low_income": "neutral",
}
SECTIONS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (Text("收入", "Income"), ("income_year",)),
    (Text("生活条件", "Living conditions"), ("living",)),
    (Text("三保障和饮水", "Guarantees and drinking water"), ("safeguards",)),
    (Text("得到的帮扶", "Help received"), ("measure", "loan")),
    (Text("风险消除", "Removal of the risk"), ("clearing",)),
)
YES, NO = Text("是", "yes"), Text("否", "no")
NONE_OF = Text("一项也没有", "none")
MASKED_KINDS = ("id",)


def statuses(lang: str) -> list[tuple[str, str]]:
    """Every status with its word, in the order of the officer's work."""
    return [(code, said(lang)) for code, said in STATUSES.items()]


def shown(field: Field, value: Any, lang: str) -> str | None:
    """A value as it is shown; None where it is unknown."""
    if value is None:
        return None
    if isinstance(value, bool):
        return (YES if value else NO)(lang)
    if field.kind in ("code", "codes") and field.codes:
        items = tables.catalogue().codelist(field.codes)
        codes: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
        joined = ("、" if lang == "zh" else ", ").join(items.label_of(str(code), lang) for code in codes)
        return joined or NONE_OF(lang)
    if isinstance(value, date):
        return value.isoformat()
    if is_money(field.unit) and isinstance(value, int):
        return f"{to_yuan(value):,}{_unit(field, lang)}"
    if isinstance(value, int | float | Decimal):
        return f"{value:,g}{_unit(field, lang)}" if not isinstance(value, Decimal) else f"{value:,}{_unit(field, lang)}"
    return str(value)


def _unit(field: Field, lang: str) -> str:
    return UNITS.get(field.unit or "", Text("", ""))(lang)


def typed(field: Field, value: Any, lang: str) -> str:
    """A value as it stands in a form: what one would type to say it; empty where it is unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ";".join(map(str, value)) or "-"
    if is_money(field.unit) and isinstance(value, int):
        return str(to_yuan(value))
    return value.isoformat() if isinstance(value, date) else str(value)
