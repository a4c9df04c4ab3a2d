"""Expressions: the same measures as sums that run where the data is, in any frame narwhals knows.

Gives   fgt, watts, theil_t, mld, generalized_entropy, alkire_foster: expressions for ``select`` or ``group_by().agg``;
        sketch: the whole distribution of a frame, added up where it is
Not     errors of sampling, what needs an order and no bounds: bring those columns as arrays (poverty, inequality)
Keeps   tested equal to the array functions; blanks and incomes a logarithm cannot take are not refused here but leave
        the result blank, never a number
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from fangpin.methods.arrays import refuse
from fangpin.methods.binned import Bins
from fangpin.methods.estimate import Basis
from fangpin.methods.multidimensional import AlkireFoster
from fangpin.methods.sketch import BINS, WIDTH, Below, Lines, Sketch, Sums, named_lines


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


def sketch(
    frame: Any,
    income: str,
    weight: str | None = None,
    lines: Lines = (),
    *,
    basis: Basis | None = None,
    year: int | None = None,
    bins: int = BINS,
) -> Sketch:
    """The sketch of a frame or table that stays where it is: two queries, of which only sums and bins come back.

    Args:
        frame: Anything narwhals knows: Polars, pandas, Arrow, Spark, DuckDB.
        income: Name of a column.
        weight: Name of a column.
        lines: As Sketch.of, and so are the others.
        basis: See there.
        year: See there.
        bins: See there.

    Raises:
        Refused: blanks, weights below zero, no weight at all, and as Sketch.of.
    """
    named = named_lines(lines)
    weights = nw.lit(1.0) if weight is None else nw.col(weight).cast(nw.Float64)
    rows = nw.from_native(frame).lazy().select(y=nw.col(income).cast(nw.Float64), w=weights)
    y, w = nw.col("y"), nw.col("w")
    asked = {**_bad(y, w), **_totals(y, w)}
    for i, z in enumerate(named.values()):
        asked |= {f"{i}_{name}": summed for name, summed in _under(y, w, z).items()}
    found = rows.select(**asked).collect().rows(named=True)[0]
    first: dict[str, Any] = {name: value or 0 for name, value in found.items()}
    _refuse(first)
    sums = Sums._make(int(first[n]) if n in ("records", "not_positive") else first[n] for n in Sums._fields)
    below = {n: Below(z, *(first[f"{i}_{k}"] for k in Below._fields[1:])) for i, (n, z) in enumerate(named.items())}
    root = (y * y / 4 + 1).sqrt()
    place = nw.when(y < 0).then((root - y / 2).log() * -1).otherwise((root + y / 2).log())
    keyed = rows.filter(w > 0).with_columns(key=(place / WIDTH).floor().cast(nw.Int64), a=w * y)
    held = keyed.group_by("key").agg(nw.col("w").sum(), nw.col("a").sum()).collect()
    key, weight_of, amount = (held[c].to_numpy() for c in ("key", "w", "a"))
    return Sketch(sums, below, Bins.summed(key, weight_of, amount, WIDTH, bins), basis, year)


def _bad(y: nw.Expr, w: nw.Expr) -> dict[str, nw.Expr]:
    """How many rows cannot be used."""
    return {
        "blank_income": _count(y.is_null() | ~y.is_finite()),
        "blank_weight": _count(w.is_null() | ~w.is_finite()),
        "negative": _count(w < 0),
    }


def _refuse(found: dict[str, Any]) -> None:
    """Refuse what the array functions refuse."""
    for name, zh, column in (("blank_income", "收入", "income"), ("blank_weight", "权数", "weights")):
        if found[name]:
            count = int(found[name])
            raise refuse(
                "012", f"{zh}：{count} 行空白或不是有限的数", f"{column}: {count} rows are blank or not finite"
            )
    if found["negative"]:
        count = int(found["negative"])
        raise refuse("013", f"权数：{count} 行为负", f"weights: {count} rows are negative")
    if not found["weight"]:
        raise refuse("014", "没有一行有权数", "no row has a weight")


def _totals(y: nw.Expr, w: nw.Expr) -> dict[str, nw.Expr]:
    """The sums of a sketch, by name."""
    log = nw.when(y > 0).then(y).otherwise(1.0).log()
    return {
        "records": _count(w > 0),
        "weight": w.sum(),
        "amount": (w * y).sum(),
        "square": (w * y * y).sum(),
        "log": (w * log).sum(),
        "amount_log": (w * y * log).sum(),
        "not_positive": _count((w > 0) & (y <= 0)),
    }


def _under(y: nw.Expr, w: nw.Expr, z: float) -> dict[str, nw.Expr]:
    """The sums of a sketch below one line."""
    gap = (y - z) / -z
    depth = {"weight": w, "gap": w * gap, "square": w * gap * gap}
    depth["log"] = w * (nw.when(y > 0).then(y).otherwise(z) / z).log() * -1
    return {name: nw.when(y < z).then(value).otherwise(0.0).sum() for name, value in depth.items()}


def _count(true: nw.Expr) -> nw.Expr:
    return nw.when(true).then(1).otherwise(0).sum()
