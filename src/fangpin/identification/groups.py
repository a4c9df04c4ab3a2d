"""The key group of the official regime in force on the day.

Gives   target_group(facts, standard) → columns target_group, target_group_open; `group_of` for one household
Source  INTERFACE of the project, section 3; rules/national/regime_*/standard.yaml › groups
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import narwhals as nw

from fangpin.identification.record import SIGNS, Record, items_of
from fangpin.standards import Regime, Standard

EX_POOR_TYPES = ("TPH", "TPH_X")
ORDINARY_TYPES = ("YBH",)
RISKS = tuple(f"risk_{i}" for i in range(1, 6))


def target_group(facts: nw.LazyFrame[Any], standard: Standard) -> nw.LazyFrame[Any]:
    """``facts`` with ``target_group`` (a code or null) and ``target_group_open``."""
    regime = standard.regime
    if regime is None:
        nothing = [nw.lit(None, nw.String()).alias("target_group"), nw.lit(False).alias("target_group_open")]
        return facts.with_columns(*nothing)
    recorded = _recorded(regime)
    assigned, still_open = _assigned(regime)
    group = nw.when(~recorded.is_null()).then(recorded).otherwise(assigned)
    return facts.with_columns(
        group.alias("target_group"), (recorded.is_null() & assigned.is_null() & still_open).alias("target_group_open")
    )


def _recorded(regime: Regime) -> nw.Expr:
    found: nw.Expr = nw.lit(None, nw.String())
    for code, group in regime.groups.recorded.items():
        found = (
            nw.when((nw.col("household.monitor_group") == code).fill_null(False)).then(nw.lit(group)).otherwise(found)
        )
    return found


def _below(regime: Regime) -> nw.Expr:
    assert regime.line is not None
    line, concept = regime.line.micro, regime.concept
    given = nw.col(f"income_year.{concept}")
    total = reduce(lambda a, b: a + b, [nw.col(f"income_year.{n}") * SIGNS[n] for n in items_of(concept)])
    computed = total < nw.col("household.population").cast(nw.Int64()) * line
    return nw.when(~given.is_null()).then(given < line).otherwise(computed)


def _any_of(column: str, codes: tuple[str, ...]) -> nw.Expr:
    return reduce(lambda a, b: a | b, [nw.col(column) == c for c in codes])


def _assigned(regime: Regime) -> tuple[nw.Expr, nw.Expr]:
    if regime.line is None:
        return nw.lit(None, nw.String()), nw.lit(False)
    groups, under = regime.groups, _below(regime)
    active = ~nw.col("household.risk_removed").fill_null(False)
    risk = ~nw.col("household.risk_1").is_null()
    kind = (
        nw.when(_any_of("household.household_type", EX_POOR_TYPES))
        .then(nw.lit(True))
        .otherwise(
            nw.when(_any_of("household.household_type", ORDINARY_TYPES))
            .then(nw.lit(False))
            .otherwise(nw.lit(None, nw.Boolean()))
        )
    )
    ex_poor = nw.coalesce(nw.col("household.is_ex_poor"), kind)
    same = groups.ex_poor == groups.ordinary
    by_kind = (
        nw.lit(groups.ex_poor, nw.String())
        if same
        else nw.when(ex_poor)
        .then(nw.lit(groups.ex_poor))
        .otherwise(nw.when(~ex_poor).then(nw.lit(groups.ordinary)).otherwise(nw.lit(None, nw.String())))
    )
    admitted = under.fill_null(False) & risk & active
    assigned = nw.when(admitted).then(by_kind).otherwise(nw.lit(None, nw.String()))
    possible = under.fill_null(True) & active
    if groups.sudden is None:
        return assigned, possible
    hit = [_any_of(f"household.{r}", tuple(groups.sudden_risks)).fill_null(False) for r in RISKS]
    sudden = ~under.fill_null(True) & active & reduce(lambda a, b: a | b, hit)
    return assigned, possible | sudden


def group_of(record: Record, regime: Regime | None) -> tuple[str | None, bool]:
    """The group of one household, and whether facts still unknown could assign one: the oracle of the above."""
    if regime is None:
        return None, False
    own, groups = record.household, regime.groups
    recorded = groups.recorded.get(str(own.get("monitor_group")))
    if recorded is not None:
        return recorded, False
    if regime.line is None:
        return None, False
    under = record.income(regime.concept).below(regime.line.micro)
    if own.get("risk_removed") is True:
        return None, False
    risk = own.get("risk_1") is not None
    if under is True and risk:
        group = _by_kind(record, regime)
        return group, group is None
    if under is not False:
        return None, True
    hit = groups.sudden is not None and any(own.get(r) in groups.sudden_risks for r in RISKS)
    return None, hit


def _by_kind(record: Record, regime: Regime) -> str | None:
    groups, own = regime.groups, record.household
    if groups.ex_poor == groups.ordinary:
        return groups.ex_poor
    ex_poor = own.get("is_ex_poor")
    if ex_poor is None:
        kind = own.get("household_type")
        ex_poor = True if kind in EX_POOR_TYPES else False if kind in ORDINARY_TYPES else None
    return None if ex_poor is None else groups.ex_poor if ex_poor else groups.ordinary
