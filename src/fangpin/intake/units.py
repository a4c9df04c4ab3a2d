"""Units: factors by which a declared unit becomes the unit of a field.

Gives   factor
Keeps   one unit each throughout; conversion happens here and nowhere else
"""

from __future__ import annotations

from fractions import Fraction

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
}
_FACTORS: dict[tuple[str, str], Fraction] = {
    ("万元", "yuan"): Fraction(10_000),
    ("千元", "yuan"): Fraction(1_000),
    ("分", "yuan"): Fraction(1, 100),
    ("fen", "yuan"): Fraction(1, 100),
    ("yuan/month", "yuan"): Fraction(12),
    ("yuan/day", "yuan"): Fraction(365),
    ("yuan", "yuan/month"): Fraction(1, 12),
    ("万元", "yuan/month"): Fraction(10_000, 12),
    ("year", "month"): Fraction(12),
    ("day", "month"): Fraction(12, 365),
    ("week", "month"): Fraction(84, 365),
    ("year", "day"): Fraction(365),
    ("month", "year"): Fraction(1, 12),
    ("m", "km"): Fraction(1, 1000),
    ("米", "km"): Fraction(1, 1000),
    ("里", "km"): Fraction(1, 2),
    ("hour", "minute"): Fraction(60),
    ("小时", "minute"): Fraction(60),
    ("ha", "mu"): Fraction(15),
    ("公顷", "mu"): Fraction(15),
    ("m2", "mu"): Fraction(3, 2000),
    ("acre", "mu"): Fraction(40468564224, 10**7) * Fraction(3, 2000),
    ("m", "cm"): Fraction(100),
    ("米", "cm"): Fraction(100),
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
