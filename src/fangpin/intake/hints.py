"""Hints: what would be right in one cell, said in the message of its finding.

Reads   the code of the finding, the field, and what was read
Gives   hint: a text for the place ``{hint}`` of the message; `HINTED`, the codes whose messages have one
Not     identity numbers (`identity`): those are masked, and what would be right is said without their digits
"""

from __future__ import annotations

from fangpin import tables
from fangpin.intake import cells, dates, figures, spellings
from fangpin.tables import Field
from fangpin.vocabulary.characters import narrow
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

NOTHING = Text("", "")
_LOOK_LIKE_DIGITS = str.maketrans("OoQlI|", "000111")
HINTED = frozenset(
    {
        "FP-INTAKE-020",
        "FP-INTAKE-022",
        "FP-INTAKE-023",
        "FP-INTAKE-104",
        "FP-INTAKE-108",
        "FP-INTAKE-109",
    }
)


def hint(code: str, field: Field, read: str) -> Text:
    """What would be right, as far as it can be said; an empty text where it cannot."""
    if code == "FP-INTAKE-022":
        return _impossible(read)
    if code == "FP-INTAKE-104":
        return _either([day.isoformat() for day in dates.candidates(read)])
    if code in ("FP-INTAKE-020", "FP-INTAKE-108"):
        return _figure(read)
    if code in ("FP-INTAKE-023", "FP-INTAKE-109") and field.codes:
        return _codes(field.codes, read)
    return NOTHING


def _either(words: list[str]) -> Text:
    return Text("可能是 " + " 或 ".join(words), "it could be " + " or ".join(words)) if words else NOTHING


def _impossible(read: str) -> Text:
    last = dates.last_day(read)
    if last is None:
        return NOTHING
    return Text(f"{last.year} 年 {last.month} 月只到 {last.day} 日", f"{last:%Y-%m} ends on day {last.day}")


def _figure(read: str) -> Text:
    number, unit = figures.split(read)
    if number is not None:
        return Text(f"写 {number}，单位“{unit}”写进标题", f"write {number}, and put the unit {unit} into the heading")
    squeezed = "".join(narrow(read).split())
    number = figures.decimal(squeezed)
    if number is not None:
        return Text(f"是否是 {squeezed}？", f"is it {squeezed}?")
    digits = squeezed.translate(_LOOK_LIKE_DIGITS)
    if digits != squeezed and figures.decimal(digits) is not None:
        return Text(f"是否是 {digits}？", f"is it {digits}?")
    words = figures.whole_in_words(read)
    return Text(f"是否是 {words}？", f"is it {words}?") if words is not None else NOTHING


def _codes(name: str, read: str) -> Text:
    """The codes that an earlier label could be, or the label most like what was read."""
    codes = tables.catalogue().codelist(name)
    could = spellings.superseded(name, read)
    if could:
        shown = [(code, codes.items[code]) for code in could]
        return Text(
            "可能是 " + "、".join(f"{code} {label.zh}" for code, label in shown),
            "it could be " + ", ".join(f"{code} {label.en}" for code, label in shown),
        )
    likely = nearest(narrow(read), [label.zh for label in codes.items.values()]) if not read.isascii() else None
    code = cells.code_in(codes, likely) if likely else None
    if code is None:
        return NOTHING
    label = codes.items[code]
    return Text(f"是否是 {code} {label.zh}？", f"is it {code} {label.en}?")
