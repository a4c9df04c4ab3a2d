"""Lowered rules as narwhals expressions: the same text runs on Polars today and on Spark.

Reads   the lowered tree (language.lower)
Gives   to_narwhals(low, today) → narwhals expression
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import Any

import narwhals as nw

from fangpin.language.lower import Low

_EPOCH = date(1970, 1, 1).toordinal()
_NULLS: dict[str, Any] = {"bool": nw.Boolean(), "number": nw.Float64()}


def to_narwhals(low: Low, today: date, *, each_once: bool = False, spark: bool = False) -> nw.Expr:
    """The expression of one lowered rule on the day ``today``.

    Args:
        low: The rule.
        today: The day.
        each_once: No list holds an item twice.
        spark: On Spark a date is no number: days are counted from its year and day of the year; and a name has no dot.
    """

    def go(x: Low) -> nw.Expr:
        return to_narwhals(x, today, each_once=each_once, spark=spark)

    ordinal = _ordinal if spark else _since_epoch

    simple: dict[str, Callable[..., nw.Expr]] = {
        "and": lambda *a: reduce(lambda x, y: x & y, a),
        "or": lambda *a: reduce(lambda x, y: x | y, a),
        "not": lambda a: ~a,
        "lt": lambda a, b: a < b,
        "le": lambda a, b: a <= b,
        "eq": lambda a, b: a == b,
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "div": lambda a, b: nw.when(b != 0.0).then(a / b).otherwise(nw.lit(None, nw.Float64())),
        "when": lambda c, a, b: nw.when(c).then(a).otherwise(b),
        "isnull": lambda a: a.is_null(),
        "size": lambda a: (a if each_once else a.list.unique()).list.len().cast(nw.Float64()),
        "code": lambda a: (a.cast(nw.Int8()) * nw.lit(2, nw.Int8())).fill_null(nw.lit(1, nw.Int8())),
        "flag": lambda a: a.cast(nw.Int8()),
        "number": lambda a: a.cast(nw.Float64()),
        "min0": lambda a: nw.when(a > 0.0).then(nw.lit(0.0)).otherwise(a),
        "max0": lambda a: nw.when(a < 0.0).then(nw.lit(0.0)).otherwise(a),
        "ordinal": lambda a: ordinal(a) + (0.0 if spark else float(_EPOCH)),
        "days": lambda a: float(today.toordinal() - (0 if spark else _EPOCH)) - ordinal(a),
        "years": lambda a: completed_years(a, today).cast(nw.Float64()),
    }
    if (
        low.op in ("lt", "le") and low.args[0].op == "lit"
    ):  # Polars loses rows where a constant stands first and all is null
        constant, value = low.args
        found: nw.Expr = go(value) > constant.value if low.op == "lt" else go(value) >= constant.value
        return found
    if low.op in simple:
        return simple[low.op](*(go(x) for x in low.args))
    if low.op == "col":
        return nw.col(spark_name(low.value) if spark else low.value)
    if low.op == "lit":
        return nw.lit(low.value)
    if low.op == "null":
        return nw.lit(None, _NULLS[low.value])
    if low.op == "fill":
        return go(low.args[0]).fill_null(low.value)
    if low.op == "isin":
        arg = go(low.args[0])
        return reduce(lambda x, y: x | y, (arg == v for v in low.value)) if low.value else arg.is_null() & False
    if low.op == "has":
        return go(low.args[0]).list.contains(low.value)
    raise ValueError(f"no narwhals form of {low.op}")


def spark_name(name: str) -> str:
    """The name of a column on Spark, where a dot would mean a field of a struct."""
    return name.replace(".", "__")


def _since_epoch(day: nw.Expr) -> nw.Expr:
    """Days since 1970, where a date is a number."""
    return day.cast(nw.Int32()).cast(nw.Float64())


def _ordinal(day: nw.Expr) -> nw.Expr:
    """Days since the beginning of the calendar, by whole years and the day of the year."""
    before = day.dt.year().cast(nw.Int32()) - 1
    whole = before * 365 + before // 4 - before // 100 + before // 400
    return whole.cast(nw.Float64()) + day.dt.ordinal_day().cast(nw.Float64())


def completed_years(born: nw.Expr, today: date) -> nw.Expr:
    """Completed years on ``today`` of a date column, in wide integers."""
    month_day = born.dt.month().cast(nw.Int32()) * 100 + born.dt.day().cast(nw.Int32())
    not_yet = (month_day > today.month * 100 + today.day).cast(nw.Int32())
    return nw.lit(today.year, nw.Int32()) - born.dt.year().cast(nw.Int32()) - not_yet
