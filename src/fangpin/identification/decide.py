"""Verdicts of a population: facts joined once, rules run where the data is, what to ask worked out for the open.

Reads   the frames of one part on one day (registry), a standard
Gives   decide(frames, standard) → the verdict table of that part
Keeps   integer counting and integer money; the same answers as one household through the interpreter
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

import narwhals as nw
import polars as pl

from fangpin.engine.derive import HOUSE_DATES, STANDS_ON, as_it_stands, belonging
from fangpin.engine.numbers import beside, numbered
from fangpin.engine.population import columns_of, evaluate
from fangpin.identification.alike import Alike
from fangpin.identification.groups import target_group
from fangpin.identification.record import SIGNS, items_of
from fangpin.identification.verdict import schema
from fangpin.language.lower import Plan, lower
from fangpin.standards import Standard
from fangpin.vocabulary.money import MICRO

Frames = Mapping[str, pl.DataFrame]
VERSIONS = ("valid_from", "valid_to", "known_at", "source")
GROUP_FIELDS = (
    "population",
    "monitor_group",
    "is_ex_poor",
    "household_type",
    "risk_removed",
    *(f"risk_{i}" for i in range(1, 6)),
)


@lru_cache(maxsize=64)
def _plan(nodes: tuple[tuple[str, Any], ...]) -> Plan:
    return lower(dict(nodes))


def plan_of(standard: Standard) -> Plan:
    """The lowered rules of a standard, indicators and veto items together."""
    return _plan(tuple((i.code, i.node) for i in (*standard.indicators, *standard.veto)))


def needed_columns(standard: Standard) -> dict[str, set[str]]:
    """The stored columns that identification reads, by table (inside names, keys and versions apart)."""
    return columns_for(plan_of(standard))


def columns_for(plan: Plan) -> dict[str, set[str]]:
    """The stored columns that the rules of a plan, the income test and the group of the regime read, by table."""
    need: dict[str, set[str]] = {
        "household": {"region_code", *GROUP_FIELDS},
        "living": set(),
        "member": {"state"},
        "income_year": {"year", "stage", "window_from", "window_to", *SIGNS, "net_income_pc", "adjusted_income_pc"},
    }
    for low in plan.rules.values():
        for name in columns_of(low):
            table, _, column = name.partition(".")
            if table in need and column:
                need[table].add(column)
    if "house_grade" in need["living"]:
        need["living"].update(HOUSE_DATES)
    for _, low in plan.cells.values():
        for name in columns_of(low):
            need["member"].update(STANDS_ON.get(name, (name,)))
    return need


def decide(frames: Frames, standard: Standard, alike: Alike | None = None, *, asking: bool = True) -> pl.DataFrame:
    """The verdict of every household in ``frames``, ordered by ``household_id``.

    Args:
        frames: Canonical frames of one day: ``household``, ``member``, ``living`` and ``income`` (one row each
            household), with the columns of :func:`needed_columns`.
        standard: The standard.
        alike: Remembers what to ask across parts; without one each call starts anew.
        asking: Whether to work out what to ask; without it ``ask`` is empty and ``ask_least`` 0.

    Returns:
        The columns of :func:`fangpin.identification.verdict.schema`.
    """
    living = as_it_stands(frames["living"])
    frames, ids = numbered({"living": living, **{name: frames[name] for name in ("household", "member", "income")}})
    table = _judged(frames, standard)
    if not table["household_id"].is_sorted():
        table = table.sort("household_id")
    table = _with_asks(table, frames, alike or Alike(standard)) if asking else table.with_columns(_nothing_asked())
    table = table.with_columns(ids)
    table = table.with_columns(
        *[_yuan(f"__{name}_fen", name) for name in ("income", "margin", "line")], _yuan("__upper_fen", "line_upper")
    )
    wanted = schema(standard)
    return table.select([pl.col(name).cast(kind) for name, kind in wanted.items()])


def _yuan(fen: str, name: str) -> pl.Expr:
    return (pl.col(fen).cast(pl.Decimal(18, 0)) * pl.lit(Decimal("0.01"))).cast(pl.Decimal(18, 2)).alias(name)


def _judged(frames: Frames, standard: Standard) -> pl.DataFrame:
    facts = truths(frames, plan_of(standard), standard.as_of, standard.concept)
    facts = facts.with_columns(income_status_of(standard.lower.micro, standard.upper.micro).alias("income_status"))
    counted = standard.counted
    facts = facts.with_columns(
        _count([nw.col(c).fill_null(False) for c in counted]).alias("count_true"),
        _count([nw.col(c).is_null() for c in counted]).alias("count_unknown"),
        _veto(standard).alias("veto"),
    )
    facts = facts.with_columns(*_status(standard))
    facts = target_group(facts, standard)
    return facts.collect().to_native()  # type: ignore[no-any-return]


def truths(frames: Frames, plan: Plan, today: date, concept: str) -> nw.LazyFrame[Any]:
    """One row a household: its columns, one truth for every rule of ``plan``, and what the income test reads."""
    members = belonging(nw.from_native(frames["member"].lazy()), today, _derived(plan))
    facts = evaluate(plan, nw.from_native(_households(frames).lazy()), members, today)
    return facts.with_columns(*_income(concept, "__net"))


def _derived(plan: Plan) -> set[str]:
    return {name for _, low in plan.cells.values() for name in columns_of(low)} & set(STANDS_ON)


def _households(frames: Frames) -> pl.DataFrame:
    """One row per household, columns called ``table.column``."""
    own = [c for c in frames["household"].columns if c not in ("household_id", *VERSIONS)]
    found = frames["household"].select("household_id", "region_code", *[pl.col(c).alias(f"household.{c}") for c in own])
    for name, table in (("living", "living"), ("income_year", "income")):
        columns = [c for c in frames[table].columns if c not in ("household_id", *VERSIONS)]
        rows = frames[table].select("household_id", *[pl.col(c).alias(f"{name}.{c}") for c in columns])
        found = beside(found, rows)
    return found


def _income(concept: str, prefix: str) -> list[nw.Expr]:
    """``prefix_given`` and ``prefix_total`` in micro-yuan, and the population they are divided by."""
    total = reduce(lambda a, b: a + b, [nw.col(f"income_year.{n}") * SIGNS[n] for n in items_of(concept)])
    return [
        nw.col(f"income_year.{concept}").alias(f"{prefix}_given"),
        total.alias(f"{prefix}_total"),
        nw.col("household.population").cast(nw.Int64()).alias("__people"),
    ]


def below(prefix: str, line: int) -> nw.Expr:
    """Income per person below ``line`` (micro-yuan); null where it is unknown."""
    given, total = nw.col(f"{prefix}_given"), nw.col(f"{prefix}_total")
    return nw.when(~given.is_null()).then(given < line).otherwise(total < nw.col("__people") * line)


def income_status_of(lower: int, upper: int) -> nw.Expr:
    """Income against two lines in micro-yuan: ``below``, ``band``, ``above`` or ``unknown``."""
    under, under_upper = below("__net", lower), below("__net", upper)
    return (
        nw.when(under.is_null())
        .then(nw.lit("unknown"))
        .otherwise(
            nw.when(under)
            .then(nw.lit("below"))
            .otherwise(nw.when(under_upper).then(nw.lit("band")).otherwise(nw.lit("above")))
        )
    )


def _count(truths: list[nw.Expr]) -> nw.Expr:
    if not truths:
        return nw.lit(0, nw.Int32())
    return reduce(lambda a, b: a + b, [x.cast(nw.Int32()) for x in truths])


def _veto(standard: Standard) -> nw.Expr:
    items = [nw.col(i.code) for i in standard.veto if i.counts]
    return reduce(lambda a, b: a | b, items) if items else nw.lit(False)


def status_of(income: nw.Expr, true: nw.Expr, unknown: nw.Expr, veto: nw.Expr, k: int | None) -> nw.Expr:
    """The status from the income test, the counts of true and unknown, the veto (null: not compared yet) and k."""
    sure, maybe = income == "below", nw.lit(False)
    if k is not None:
        sure, maybe = sure | (true >= k), true + unknown >= k
    waiting = ~sure & ((income == "unknown") | maybe)
    band = ~sure & ~waiting & (income == "band")
    vetoed, uncompared = veto.fill_null(False), veto.is_null()
    chain = [
        ((sure | waiting | band) & vetoed, "vetoed"),
        ((sure | band) & uncompared, "to_compare"),
        (sure, "low_income"),
        (waiting, "needs_visit"),
        (band, "deliberate"),
    ]
    status: nw.Expr = nw.lit("not_low_income")
    for condition, name in reversed(chain):
        status = nw.when(condition).then(nw.lit(name)).otherwise(status)
    return status


def _status(standard: Standard) -> list[nw.Expr]:
    income, true, unknown = nw.col("income_status"), nw.col("count_true"), nw.col("count_unknown")
    status = status_of(income, true, unknown, nw.col("veto"), standard.k)
    by_income = income == "below"
    by_count = true >= standard.k if standard.k is not None else nw.lit(False)
    route = (
        nw.when(by_income & by_count)
        .then(nw.lit("both"))
        .otherwise(
            nw.when(by_income)
            .then(nw.lit("income"))
            .otherwise(nw.when(by_count).then(nw.lit("count")).otherwise(nw.lit(None, nw.String())))
        )
    )
    return [status.alias("status"), route.alias("route"), *_shown(standard)]


def _shown(standard: Standard) -> list[nw.Expr]:
    """Income, lines and margin in yuan with two decimals: whole fen, half away from zero."""
    given, total, people = nw.col("__net_given"), nw.col("__net_total"), nw.col("__people")
    fen = MICRO // 100
    size = nw.when(~given.is_null()).then(nw.lit(1, nw.Int64())).otherwise(people)
    value = nw.when(~given.is_null()).then(given).otherwise(total)
    magnitude = (value.abs() * 2 + size * fen) // (size * (2 * fen))
    income = nw.when(value < 0).then(-magnitude).otherwise(magnitude)
    low, high = standard.lower.micro // fen, standard.upper.micro // fen
    return [
        income.alias("__income_fen"),
        (income - low).alias("__margin_fen"),
        nw.lit(low, nw.Int64()).alias("__line_fen"),
        nw.lit(high, nw.Int64()).alias("__upper_fen"),
    ]


def _nothing_asked() -> list[pl.Expr]:
    return [pl.lit([], pl.List(pl.String)).alias("ask"), pl.lit(0, pl.Int32).alias("ask_least")]


def _with_asks(table: pl.DataFrame, frames: Frames, alike: Alike) -> pl.DataFrame:
    """``table`` with ``ask`` and ``ask_least``; empty and 0 where nothing is open."""
    nothing = _nothing_asked()
    waiting = table.filter(pl.col("status") == "needs_visit")
    if not waiting.height:
        return table.with_columns(nothing)
    found = alike.asks(frames, waiting)
    joined = table.join(found, on="household_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("ask").fill_null(nothing[0]), pl.col("ask_least").fill_null(0))
