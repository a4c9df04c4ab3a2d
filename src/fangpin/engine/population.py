"""Rules over a population: one group_by over members, one join to households, whatever the number of rules.

Reads   a plan (language.lower), household and member frames
Gives   evaluate(plan, households, members, today) → household_id and one nullable truth per rule
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from fangpin.engine.expressions import spark_name, to_narwhals
from fangpin.engine.numbers import beside
from fangpin.language.lower import Low, Plan

KEY = "household_id"


def roster(members: nw.LazyFrame[Any], plan: Plan, today: date) -> nw.LazyFrame[Any]:
    """Per household: how many belong (``__members``) and every member aggregate of the plan."""
    spark = not members.implementation.is_polars()
    cells = [to_narwhals(low, today, spark=spark).alias(name) for name, (_, low) in plan.cells.items()]
    narrow = members.select(KEY, *cells)
    hows = {name: how for name, (how, _) in plan.cells.items()}
    if narrow.implementation.is_polars():
        return nw.from_native(_aggregated(narrow.collect().to_native(), hows).lazy())
    return narrow.group_by(KEY).agg(
        nw.len().cast(nw.Int32()).alias("__members"),
        *[getattr(nw.col(name), how)().alias(name) for name, how in hows.items()],
    )


def _aggregated(cells: pl.DataFrame, hows: Mapping[str, str]) -> pl.DataFrame:
    """The cells of each household taken together: small codes run by run where households stand together by number."""
    key = cells[KEY]
    rest = [getattr(pl.col(name), how)() for name, how in hows.items()]
    if not (key.len() and key.dtype.is_integer() and not key.null_count() and key.is_sorted()):
        return cells.group_by(KEY).agg(pl.len().cast(pl.Int32).alias("__members"), *rest)
    numbers = key.to_numpy()
    starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    sizes = np.diff(np.append(starts, len(numbers))).astype(np.int32)
    columns = [pl.Series(KEY, numbers[starts]).set_sorted(), pl.Series("__members", sizes)]
    codes = [
        name
        for name, how in hows.items()
        if how == "max" and cells.schema[name] == pl.Int8 and not cells[name].null_count()
    ]
    columns += [pl.Series(name, np.maximum.reduceat(cells[name].to_numpy(), starts)) for name in codes]
    rest = [getattr(pl.col(name), how)() for name, how in hows.items() if name not in codes]
    if rest:
        columns += cells.group_by(KEY, maintain_order=True).agg(rest).drop(KEY).get_columns()
    return pl.DataFrame(columns)


def completeness(population: str = "household.population") -> nw.Expr:
    """Whether the roster has as many members as the household says it has (at least one where it does not say)."""
    needed = nw.col(population).fill_null(1)
    return (nw.col("__members") >= needed).alias("__complete")


def with_rules(households: nw.LazyFrame[Any], plan: Plan, today: date, *, each_once: bool = False) -> nw.LazyFrame[Any]:
    """``households`` (with the aggregates joined) and one column for every rule of the plan."""
    if not plan.rules:
        return households
    spark = not households.implementation.is_polars()
    rules = [to_narwhals(low, today, each_once=each_once, spark=spark).alias(name) for name, low in plan.rules.items()]
    return households.with_columns(*rules)


def evaluate(plan: Plan, households: nw.LazyFrame[Any], members: nw.LazyFrame[Any], today: date) -> nw.LazyFrame[Any]:
    """Every rule of ``plan`` for every household.

    Args:
        plan: What :func:`fangpin.language.lower.lower` gives.
        households: One row per household: ``household_id``, ``household.population``, ``table.column`` of the rules
            (on Spark with two underscores for the dot).
        members: One row per member who belongs: ``household_id`` and the columns of the rules, derived ones included.
        today: The day of the decision.

    Returns:
        ``households`` with ``__members``, ``__complete`` and one nullable boolean per rule.
    """
    rosters = roster(members, plan, today)
    polars = households.implementation.is_polars()
    if polars:
        native = beside(_each_once(households.collect().to_native()), rosters.collect().to_native())
        joined = nw.from_native(native.lazy())
    else:
        joined = households.join(rosters, on=KEY, how="left")
    joined = joined.with_columns(nw.col("__members").fill_null(0))
    said = "household.population"
    complete = completeness(said if polars else spark_name(said))
    return with_rules(joined.with_columns(complete), plan, today, each_once=polars)


def _each_once(households: pl.DataFrame) -> pl.DataFrame:
    """The households with lists that hold each item once; each distinct list is looked at once."""
    doubled = []
    for name, kind in households.schema.items():
        if isinstance(kind, pl.List):
            distinct = households[name].filter(households[name].hash().is_first_distinct())
            if not (distinct.list.n_unique() == distinct.list.len()).all():
                doubled.append(pl.col(name).list.unique(maintain_order=True))
    return households.with_columns(doubled) if doubled else households


def columns_of(low: Low) -> set[str]:
    """The stored or derived columns an expression reads."""
    if low.op == "col":
        return {low.value}
    return {name for arg in low.args for name in columns_of(arg)}
