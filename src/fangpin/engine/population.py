"""Rules over a population: one group_by over members, one join to households, whatever the number of rules.

Reads   a plan (language.lower), household and member frames
Gives   evaluate(plan, households, members, today) → household_id and one nullable truth per rule
"""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from fangpin.engine.expressions import to_narwhals
from fangpin.language.lower import Low, Plan

KEY = "household_id"


def roster(members: nw.LazyFrame[Any], plan: Plan, today: date) -> nw.LazyFrame[Any]:
    """Per household: how many belong (``__members``) and every member aggregate of the plan."""
    cells = [to_narwhals(low, today).alias(name) for name, (_, low) in plan.cells.items()]
    hows = [(nw.col(name).max() if how == "max" else nw.col(name).sum()).alias(name)
            for name, (how, _) in plan.cells.items()]
    narrow = members.select(KEY, *cells)
    return narrow.group_by(KEY).agg(nw.len().cast(nw.Int32()).alias("__members"), *hows)


def completeness(population: str = "household.population") -> nw.Expr:
    """Whether the roster has as many members as the household says it has (at least one where it does not say)."""
    needed = nw.col(population).fill_null(1)
    return (nw.col("__members") >= needed).alias("__complete")


def with_rules(households: nw.LazyFrame[Any], plan: Plan, today: date) -> nw.LazyFrame[Any]:
    """``households`` (with the aggregates joined) and one column for every rule of the plan."""
    if not plan.rules:
        return households
    return households.with_columns(*[to_narwhals(low, today).alias(name) for name, low in plan.rules.items()])


def evaluate(plan: Plan, households: nw.LazyFrame[Any], members: nw.LazyFrame[Any], today: date) -> nw.LazyFrame[Any]:
    """Every rule of ``plan`` for every household.

    Args:
        plan: What :func:`fangpin.language.lower.lower` gives.
        households: One row per household: ``household_id``, ``household.population``, ``table.column`` of the rules.
        members: One row per member who belongs: ``household_id`` and the columns of the rules, derived ones included.
        today: The day of the decision.

    Returns:
        ``households`` with ``__members``, ``__complete`` and one nullable boolean per rule.
    """
    joined = households.join(roster(members, plan, today), on=KEY, how="left")
    joined = joined.with_columns(nw.col("__members").fill_null(0))
    return with_rules(joined.with_columns(completeness()), plan, today)


def columns_of(low: Low) -> set[str]:
    """The stored or derived columns an expression reads."""
    if low.op == "col":
        return {low.value}
    return {name for arg in low.args for name in columns_of(arg)}
