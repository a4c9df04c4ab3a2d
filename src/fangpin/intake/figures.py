"""Figures as people write them: one text as an exact number, or the code of the finding that says why not.

Gives   decimal, figure (with the unit that a heading or profile declares), whole_in_words (三, 十二)
Keeps   a unit is applied only where it is declared; an approximate figure or a range is never taken as exact
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from fangpin.intake.units import meaning, unit_words
from fangpin.vocabulary.characters import narrow

NOT_A_NUMBER, APPROXIMATE, UNIT_IN_CELL = "FP-INTAKE-020", "FP-INTAKE-107", "FP-INTAKE-108"

_NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?")
_LEADING = re.compile(r"[+-]?[0-9.,]+")
_ABOUT = re.compile(
    r"(大约|大概|大致|约为|约|近|将近|接近|不足|不到|不超过|超过|多于|少于|大于|小于|至少|最多|[≈≥≤><~～±])+.*[0-9].*"
    r"|.*[0-9][^0-9]{0,4}(左右|上下|以上|以下|以内|之间|余|多|来|几|许)[^0-9]{0,3}"
)
_RANGE = re.compile(r"[^0-9]{0,3}[0-9][0-9.,]*[^0-9]{0,3}(-|—|–|~|～|至|到)[^0-9]{0,2}[0-9][0-9.,]*[^0-9]{0,4}")
_SIGN = re.compile(r"(¥|人民币|RMB|CNY) ?", re.IGNORECASE)

_ONES = {
    c: n
    for n, row in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in row
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def decimal(text: str) -> Decimal | None:
    """The exact number in a text (thousands may be separated by commas), or None."""
    text = narrow(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return Decimal(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else None


def figure(text: str, unit: str | None = None, times: Fraction = Fraction(1)) -> tuple[Decimal | None, str | None]:
    """The number in a text, in the unit of its field.

    Args:
        text: As written; a unit behind it (or ¥ before it) has to be the declared one.
        unit: The declared unit, None where none is declared.
        times: By what a figure in that unit is multiplied.

    Examples:
        >>> figure("3.5万元", "万元", Fraction(10000))
        (Decimal('35000'), None)
        >>> figure("3.5万元"), figure("约3000")
        ((None, 'FP-INTAKE-108'), (None, 'FP-INTAKE-107'))
    """
    value = decimal(text)
    if value is not None:
        return (value if times == 1 else _scaled(value, times)), None
    text = narrow(text)
    number, word = split(text)
    if number is not None:
        declared = unit is not None and meaning(word) == meaning(unit)
        return (_scaled(number, times), None) if declared else (None, UNIT_IN_CELL)
    return None, APPROXIMATE if _ABOUT.fullmatch(text) or _RANGE.fullmatch(text) else NOT_A_NUMBER


def _scaled(value: Decimal, times: Fraction) -> Decimal:
    value = value * times.numerator / times.denominator
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**20 else value


def split(text: str) -> tuple[Decimal | None, str]:
    """A figure and the unit written with it; None where the text is no figure with a unit that is known."""
    text = narrow(text)
    signed = _SIGN.match(text)
    rest = text[signed.end() :] if signed else text
    found = _LEADING.match(rest)
    number = decimal(found[0]) if found else None
    if found is None or number is None:
        return None, ""
    word = rest[found.end() :].strip()
    if signed and word in ("", "元"):
        return number, "元"
    return (number, word) if not signed and word and word in unit_words() else (None, "")


def whole_in_words(text: str) -> int | None:
    """The whole number below 100 million that a text in Chinese numerals says, or None.

    Examples:
        >>> [whole_in_words(t) for t in ("三", "十二", "两百零五", "一万二千", "二〇二三", "三千多", "十十")]
        [3, 12, 205, 12000, 2023, None, None]
    """
    text = narrow(text)
    if not text or any(c not in _ONES and c not in _TENS and c != "万" for c in text):
        return None
    if all(c in _ONES for c in text):
        return int("".join(str(_ONES[c]) for c in text)) if len(text) in (1, 4) else None
    head, sign, tail = text.partition("万")
    if not sign:
        return _below_ten_thousand(text)
    high, low = _below_ten_thousand(head), _below_ten_thousand(tail) if tail else 0
    return None if not high or low is None or (tail and not _full_tail(tail)) else high * 10_000 + low


def _full_tail(text: str) -> bool:
    """Whether what stands behind 万 says its own size: 一万二 is 12,000 in speech and 10,002 by its letters."""
    return text[0] in "零〇○" or any(c in _TENS for c in text)


def _below_ten_thousand(text: str) -> int | None:
    total, pending, last = 0, None, 10_000
    for place, c in enumerate(text):
        if c in _TENS:
            size = _TENS[c]
            if size >= last or (pending is None and not (size == 10 and place == 0)) or pending == 0:
                return None
            total, pending, last = total + (1 if pending is None else pending) * size, None, size
        elif _ONES[c] == 0:
            if pending is not None or place == 0:
                return None
        elif pending is not None:
            return None
        else:
            pending = _ONES[c]
    if pending is not None and last > 10 and last < 10_000 and text[-2] not in "零〇○":
        return None
    return total + (pending or 0)
