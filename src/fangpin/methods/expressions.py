"""Expressions: the same measures as sums that run where the data is, in any frame narwhals knows.

Gives   fgt, watts, theil_t, mld, generalized_entropy, alkire_foster: expressions for ``select`` or ``group_by().agg``
Not     what needs an order (Gini, quantiles), errors of sampling: bring those columns as arrays (poverty, inequality)
Keeps   tested equal to the array functions; blanks and incomes a logarithm cannot take are not refused here but leave
        the result blank, never a number
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from fangpin.methods.arrays import refuse
from fangpin.methods.multidimensional import AlkireFoster


def _share(over: nw.Expr, weight: str | None, whole: nw.Expr) -> nw.Expr:
    """Σ w·over / Σ w, blank where any of ``whole`` is blank."""
    w = nw.lit(1.0) if weight is None else nw.col(weight).cast(nw.Float64)
    base = whole * 0 + w
    found = (w * over).sum() / base.sum()
    return nw.when(~whole.is_null().any()).then(found)


def fgt(income: str, line: float, alpha: float = 0, weight: str | None = None) -> nw.Expr:
    """FGT(α) of a column. Arguments are names of columns.

    Raises:
        Refused: a line of zero or less, alpha below zero.
    """
    if not line > 0 or not alpha >= 0:
        raise refuse("032", "收入线应大于零，alpha 不小于零", "the line must be above zero, alpha not below it")
    y = nw.col(income).cast(nw.Float64)
    gap = (line - y) / line
    depth: Any = nw.lit(1.0) if alpha == 0 else gap**alpha
    return _share(nw.when(y < line).then(depth).otherwise(0.0), weight, y)


def watts(income: str, line: float, weight: str | None = None) -> nw.Expr:
    """The Watts index of a column; blank where an income is zero or less."""
    if not line > 0:
        raise refuse("032", "收入线应大于零", "the line must be above zero")
    y = _positive(income)
    return _share(nw.when(y < line).then((line / y).log()).otherwise(0.0), weight, y)


def _positive(income: str) -> nw.Expr:
    y = nw.col(income).cast(nw.Float64)
    return nw.when(y > 0).then(y)


def mld(income: str, weight: str | None = None) -> nw.Expr:
    """The mean log deviation of a column; blank where an income is zero or less."""
    y = _positive(income)
    return _share(y, weight, y).log() - _share(y.log(), weight, y)


def theil_t(income: str, weight: str | None = None) -> nw.Expr:
    """Theil's T of a column; blank where an income is zero or less."""
    y = _positive(income)
    mean = _share(y, weight, y)
    return _share(y * y.log(), weight, y) / mean - mean.log()


def generalized_entropy(income: str, alpha: float, weight: str | None = None) -> nw.Expr:
    """GE(α) of a column; blank where an income is zero or less."""
    if alpha == 0:
        return mld(income, weight)
    if alpha == 1:
        return theil_t(income, weight)
    y = _positive(income)
    return (_share(y**alpha, weight, y) / _share(y, weight, y) ** alpha - 1) / (alpha * (alpha - 1))


def alkire_foster(measure: AlkireFoster, weight: str | None = None) -> dict[str, nw.Expr]:
    """H, M0 and every raw and censored headcount of yes/no columns named as the indicators; blanks leave it blank.

    Returns:
        ``headcount``, ``adjusted_headcount``, ``raw_NAME``, ``censored_NAME``.
    """
    names = list(measure.weights)
    score = nw.lit(0)
    for name, unit in measure.numerators.items():
        score = score + nw.col(name).cast(nw.Int64) * unit
    if measure.denominator >= 2**62:
        raise refuse("069", "权重的公分母过大", "the weights have too large a common denominator")
    poor = nw.when(score >= measure.threshold).then(1.0).otherwise(0.0)
    known = score.cast(nw.Float64)
    found = {
        "headcount": _share(poor, weight, known),
        "adjusted_headcount": _share(poor * known / measure.denominator, weight, known),
    }
    for name in names:
        one = nw.col(name).cast(nw.Float64)
        found[f"raw_{name}"] = _share(one, weight, known)
        found[f"censored_{name}"] = _share(poor * one, weight, known)
    return found
