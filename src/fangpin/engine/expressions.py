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


def to_narwhals(low: Low, today: date, *, each_once: bool = False) -> nw.Expr:
    """The expression of one lowered rule on the day ``today``; ``each_once``: no list holds an item twice."""

    def go(x: Low) -> nw.Expr:
        return to_narwhals(x, today, each_once=each_once)

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
        "ordinal": lambda a: a.cast(nw.Int32()).cast(nw.Float64()) + float(_EPOCH),
        "days": lambda a: float(today.toordinal() - _EPOCH) - a.cast(nw.Int32()).cast(nw.Float64()),
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
        return nw.col(low.value)
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


def completed_years(born: nw.Expr, today: date) -> nw.Expr:
    """Completed years on ``today`` of a date column, in wide integers."""
    month_day = born.dt.month().cast(nw.Int32()) * 100 + born.dt.day().cast(nw.Int32())
    not_yet = (month_day > today.month * 100 + today.day).cast(nw.Int32())
    return nw.lit(today.year, nw.Int32()) - born.dt.year().cast(nw.Int32()) - not_yet
