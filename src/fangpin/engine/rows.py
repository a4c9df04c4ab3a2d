"""Quantifiers over the rows of other tables, and rules about single rows: for data checks.

Reads   a plan (language.lower), households with full column names, the rows of each table
Gives   decide(plan, …) → households with one truth per rule; about_rows(rules, …) → one truth per row and rule
Keeps   an absent table is unknown; a table that is there and has no row for a household says that none is recorded
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date

import narwhals as nw
import polars as pl

from fangpin.engine.expressions import to_narwhals
from fangpin.engine.population import KEY, columns_of, evaluate
from fangpin.language.lower import Low, Plan, complete_of, rows_of


def decide(
    plan: Plan, households: pl.DataFrame, rows: Mapping[str, pl.DataFrame], present: Set[str], today: date
) -> pl.DataFrame:
    """Every household rule of ``plan``.

    Args:
        plan: What :func:`fangpin.language.lower.lower` gives.
        households: One row a household, columns called ``table.column``.
        rows: The rows of each table by scope, ``member`` with those who belong.
        present: The scopes whose table was given at all.
        today: The day of the check.
    """
    for table, cells in plan.others.items():
        own = rows.get(table)
        grouped = None if own is None else _grouped(own, households, table, cells, today)
        households = _joined(households, grouped, table, cells, table in present)
    lows = [low for _, low in plan.cells.values()]
    members = with_household(rows["member"], households, lows)
    found = evaluate(plan, nw.from_native(households.lazy()), nw.from_native(members.lazy()), today)
    return found.collect().to_native()  # type: ignore[no-any-return]


def _grouped(
    rows: pl.DataFrame, households: pl.DataFrame, table: str, cells: Mapping[str, tuple[str, Low]], today: date
) -> pl.DataFrame:
    wide = nw.from_native(with_household(rows, households, [low for _, low in cells.values()]))
    narrow = wide.select(KEY, *[to_narwhals(low, today).alias(name) for name, (_, low) in cells.items()])
    grouped = narrow.group_by(KEY).agg(
        nw.len().cast(nw.Int32()).alias(rows_of(table)),
        *[getattr(nw.col(name), how)().alias(name) for name, (how, _) in cells.items()],
    )
    return grouped.to_native()


def _joined(
    households: pl.DataFrame, grouped: pl.DataFrame | None, table: str, cells: Iterable[str], present: bool
) -> pl.DataFrame:
    if grouped is None:
        blank = [pl.lit(None, pl.Float64).alias(name) for name in cells]
        households = households.with_columns(pl.lit(0, pl.Int32).alias(rows_of(table)), *blank)
    else:
        households = households.join(grouped, on=KEY, how="left", maintain_order="left")
        households = households.with_columns(pl.col(rows_of(table)).fill_null(0))
    return households.with_columns(pl.lit(present).alias(complete_of(table)))


def with_household(rows: pl.DataFrame, households: pl.DataFrame, lows: Iterable[Low]) -> pl.DataFrame:
    """The rows with those columns of their household that the expressions name in full."""
    named = {name for low in lows for name in columns_of(low) if "." in name}
    if not named:
        return rows
    return rows.join(households.select(KEY, *sorted(named)), on=KEY, how="left", maintain_order="left")


def about_rows(
    rules: Mapping[str, Low], rows: pl.DataFrame, households: pl.DataFrame, today: date
) -> Mapping[str, pl.Series]:
    """One truth per row for every rule about single rows, in the order of ``rows``."""
    wide = nw.from_native(with_household(rows, households, rules.values()))
    found = wide.select(*[to_narwhals(low, today).alias(name) for name, low in rules.items()]).to_native()
    return {name: _full(found[name], rows.height) for name in rules}


def _full(truths: pl.Series, height: int) -> pl.Series:
    """A rule without any column has one value for all rows."""
    return truths if len(truths) == height else pl.Series(truths.name, [truths[0]] * height, dtype=pl.Boolean)
