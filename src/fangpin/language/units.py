"""Units of numbers: which fit beside each other, and what a product or quotient has.

Gives   is_money(unit), combined(op, left, right), scaled(literal, unit)
Keeps   money is micro-yuan inside: a bare number beside money is yuan and is scaled once, here
"""

from __future__ import annotations

from fangpin.language import tree as t
from fangpin.vocabulary.money import to_micro

MONEY = "yuan"
PER_MONTH = "yuan/month"
LARGEST = 2**53  # up to here whole numbers are exact in every engine


class Unfit(Exception):
    """Two units that have no product or quotient in this language."""


def is_money(unit: str | None) -> bool:
    """Whether numbers of ``unit`` are held in micro-yuan."""
    return unit is not None and (unit == MONEY or unit.startswith((MONEY + "/", MONEY + "*")))


def combined(op: str, left: str | None, right: str | None) -> str | None:
    """The unit of ``left op right`` for a product or quotient.

    Raises:
        Unfit: money times money, or something else divided by money.
    """
    if right is None:
        return left
    if op == "/":
        if left == right:
            return None
        if is_money(right):
            raise Unfit
        if is_money(left) and right == "person":
            return left
        return f"{left or '1'}/{right}"
    if left is None:
        return right
    if is_money(left) and is_money(right):
        raise Unfit
    if {left, right} == {PER_MONTH, "month"}:
        return MONEY
    first, second = (right, left) if is_money(right) else (left, right)
    return f"{first}*{second}"


def scaled(literal: t.Lit, unit: str | None) -> t.Lit:
    """A bare number as it stands beside ``unit``: yuan become micro-yuan."""
    kind = t.Type("number", unit)
    return (
        t.Lit(to_micro(literal.value), kind, literal.param)
        if is_money(unit) and literal.value is not None
        else t.Lit(literal.value, kind, literal.param)
    )
