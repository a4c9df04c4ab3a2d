"""Units: factors by which a declared unit becomes the unit of a field.

Gives   factor; declared and by_heading, for a unit in the brackets of a heading; meaning and unit_words
Keeps   one unit each throughout; conversion happens here and nowhere else
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache

from fangpin.vocabulary.characters import folded

_SAME = {
    "yuan": "yuan",
    "元": "yuan",
    "yuan/year": "yuan",
    "元/年": "yuan",
    "yuan/month": "yuan/month",
    "元/月": "yuan/month",
    "month": "month",
    "月": "month",
    "year": "year",
    "年": "year",
    "day": "day",
    "天": "day",
    "km": "km",
    "公里": "km",
    "千米": "km",
    "minute": "minute",
    "分钟": "minute",
    "mu": "mu",
    "亩": "mu",
    "m2": "m2",
    "平方米": "m2",
    "cm": "cm",
    "厘米": "cm",
    "kg": "kg",
    "公斤": "kg",
    "千克": "kg",
    "pct": "pct",
    "%": "pct",
    "person": "person",
    "人": "person",
    "口": "person",
    "块": "yuan",
    "块钱": "yuan",
    "元整": "yuan",
    "人民币元": "yuan",
    "元人民币": "yuan",
    "万": "万元",
    "个月": "month",
    "岁": "year",
    "周岁": "year",
    "日": "day",
    "m²": "m2",
    "㎡": "m2",
    "平方": "m2",
    "平米": "m2",
    "分": "fen",
    "min": "minute",
    "米": "m",
    "小时": "hour",
    "厘": "cm",
    "公分": "cm",
    "次": "count",
    "百分比": "pct",
    "升": "litre",
    "L": "litre",
}
_FACTORS: dict[tuple[str, str], Fraction] = {
    ("万元", "yuan"): Fraction(10_000),
    ("千元", "yuan"): Fraction(1_000),
    ("fen", "yuan"): Fraction(1, 100),
    ("yuan/month", "yuan"): Fraction(12),
    ("yuan/day", "yuan"): Fraction(365),
    ("yuan", "yuan/month"): Fraction(1, 12),
    ("万元", "yuan/month"): Fraction(10_000, 12),
    ("万元/月", "yuan/month"): Fraction(10_000),
    ("千元/月", "yuan/month"): Fraction(1_000),
    ("万元/年", "yuan"): Fraction(10_000),
    ("千元/年", "yuan"): Fraction(1_000),
    ("year", "month"): Fraction(12),
    ("day", "month"): Fraction(12, 365),
    ("week", "month"): Fraction(84, 365),
    ("year", "day"): Fraction(365),
    ("month", "year"): Fraction(1, 12),
    ("m", "km"): Fraction(1, 1000),
    ("里", "km"): Fraction(1, 2),
    ("hour", "minute"): Fraction(60),
    ("ha", "mu"): Fraction(15),
    ("公顷", "mu"): Fraction(15),
    ("m2", "mu"): Fraction(3, 2000),
    ("acre", "mu"): Fraction(40468564224, 10**7) * Fraction(3, 2000),
    ("m", "cm"): Fraction(100),
    ("inch", "cm"): Fraction(254, 100),
    ("g", "kg"): Fraction(1, 1000),
    ("斤", "kg"): Fraction(1, 2),
    ("jin", "kg"): Fraction(1, 2),
    ("share", "pct"): Fraction(100),
    ("‰", "pct"): Fraction(1, 10),
}


def factor(unit: str, wanted: str, currency: str | None = None) -> Fraction | None:
    """What a figure in ``unit`` is multiplied by to be in ``wanted``; None where that is not known.

    Args:
        unit: As declared in the profile.
        wanted: The unit of the field.
        currency: A code that stands for yuan in this profile.

    Examples:
        >>> factor("万元", "yuan"), factor("year", "month"), factor("PKR/month", "yuan", "PKR")
        (Fraction(10000, 1), Fraction(12, 1), Fraction(12, 1))
    """
    if currency:
        unit = unit.replace(currency, "yuan")
    unit = _SAME.get(unit, unit)
    wanted = _SAME.get(wanted, wanted)
    return Fraction(1) if unit == wanted else _FACTORS.get((unit, wanted))


def known(wanted: str) -> list[str]:
    """The units that become ``wanted``."""
    wanted = _SAME.get(wanted, wanted)
    return sorted({wanted, *(a for a, b in _FACTORS if b == wanted)})


# -- units in headings and cells -------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"[（(【\[]\s*(?:单位\s*[:：]\s*)?([^（()）【】\[\]]{1,8})\s*[）)】\]]")


@cache
def unit_words() -> frozenset[str]:
    """Every word that is read as a unit."""
    return frozenset({*_SAME, *_SAME.values(), *(a for a, _ in _FACTORS)})


def meaning(word: str) -> str:
    """The unit that a word stands for; the word itself where it has no other name."""
    return _SAME.get(word, word)


def declared(heading: str) -> str | None:
    """The unit in the brackets of a heading, None where there is none that is known.

    Examples:
        >>> declared("工资性收入（万元）"), declared("耕地面积(单位：亩)"), declared("行政区划代码（村）")
        ('万元', '亩', None)
    """
    words = {folded(word): word for word in unit_words()}
    found = [words.get(folded(word)) for word in _BRACKETS.findall(heading)]
    return next((word for word in reversed(found) if word is not None), None)


def by_heading(unit: str, wanted: str) -> Fraction | None:
    """By what figures under a heading with this unit are multiplied; None where they do not become ``wanted``.

    Of a field that is per month, 元 in the heading means 元 a month.
    """
    if meaning(wanted) == "yuan/month" and meaning(unit) in ("yuan", "千元", "万元"):
        return factor("yuan/month" if meaning(unit) == "yuan" else f"{meaning(unit)}/月", wanted)
    if wanted == "minute" and unit == "分":
        return Fraction(1)
    return factor(unit, wanted)
