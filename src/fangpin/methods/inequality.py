"""Inequality: how unequally incomes are spread.

Gives   gini, theil_t, mld, generalized_entropy, atkinson, hoover, s80_s20, palma, lorenz, quantile
Not     inequality among those below a line (poverty.sen), between and within groups (decompose.subgroup)
Keeps   scale-free in weights and money; logarithms refuse incomes of zero or less, with their count
Source  Gini: trapezoid of the Lorenz curve (R laeken); S80/S20: ratio of totals (Eurostat); errors: Deville 1999,
        Osier 2009 (as in R convey); interval of a quantile: Woodruff 1952
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from fangpin.methods.arrays import F, refuse
from fangpin.methods.estimate import Caution
from fangpin.methods.estimates import Estimates, Measured, Result, Said, estimates, finish
from fangpin.methods.poverty import positive
from fangpin.methods.records import Records, read
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

DECILES = tuple(i / 10 for i in range(11))
_NOT_POSITIVE = Text("收入合计不大于零", "incomes do not add up to more than zero")


def gini(income: Any, weights: Any = None, design: Design | None = None, *, by: Any = None) -> Result:
    """The Gini coefficient: 1 − twice the area under the Lorenz curve, by trapezoids. Negative incomes are kept.

    Args:
        income: Income of each record; yuan per person per year. Shape (n,).
        weights: Weight of each record; or else a design.
        design: How the records were drawn; brings its own weights, and the standard error.
        by: Group of each record; then one estimate for every group.

    Raises:
        Refused: blanks, bad weights, incomes that do not add up to more than zero.

    Examples:
        >>> round(float(gini([10, 15, 20, 25, 40, 20, 30, 35, 45, 90])), 6)
        0.327273
    """
    records = read(income, weights, design, by)
    order = records.order
    away, half = order.differences(order.income)
    whole, amount = order.total, order.within(order.weight * order.income)[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(amount > 0, half / (whole * amount), np.nan)
        influence = None
        if records.wants_error:
            g = order.group
            pull = away / (whole * amount)[g] - value[g] / whole[g] - value[g] * order.income / amount[g]
            influence = order.back(pull)
    return finish(records, Measured(value, influence, _NOT_POSITIVE), Said(Text("Gini 系数", "Gini coefficient")))


def theil_t(income: Any, weights: Any = None, design: Design | None = None, *, by: Any = None) -> Result:
    """Theil's T, the mean of (y/μ)·ln(y/μ); refuses incomes of zero or less. Arguments as gini."""
    return generalized_entropy(income, weights, design, alpha=1, by=by)


def mld(income: Any, weights: Any = None, design: Design | None = None, *, by: Any = None) -> Result:
    """The mean log deviation, the mean of ln(μ/y); refuses incomes of zero or less. Arguments as gini."""
    return generalized_entropy(income, weights, design, alpha=0, by=by)


_ENTROPIES = {0.0: Text("平均对数偏差 MLD", "mean log deviation"), 1.0: Text("Theil T 指数", "Theil T")}


def generalized_entropy(
    income: Any, weights: Any = None, design: Design | None = None, *, alpha: float, by: Any = None
) -> Result:
    """Generalized entropy GE(α): 0 is MLD, 1 Theil T, 2 half the squared coefficient of variation. Arguments as gini.

    Raises:
        Refused: incomes of zero or less where α ≤ 1; below zero where it is above; and as in gini.
    """
    if not np.isfinite(alpha):
        raise refuse("050", "alpha 应为有限的数", "alpha must be finite", read=repr(alpha))
    records = read(income, weights, design, by)
    name = _ENTROPIES.get(float(alpha), Text(f"广义熵 GE({alpha:g})", f"generalized entropy GE({alpha:g})"))
    positive(records, name, "zero" if alpha <= 1 else "negative")
    found = _entropy(records, float(alpha))
    return finish(records, found, Said(name, positive=True))


def _entropy(records: Records, alpha: float) -> Measured:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(records.mean > 0, records.mean, np.nan)
        ratio = records.income / records.spread(mean)
        if alpha == 0:
            term = -np.log(ratio)
        elif alpha == 1:
            term = ratio * np.log(ratio)
        else:
            term = ratio**alpha
        average = records.sum(records.weight * term) / records.total
        value = average if alpha in (0, 1) else (average - 1) / (alpha * (alpha - 1))
        if not records.wants_error:
            return Measured(value, None, _NOT_POSITIVE)
        own = records.spread(average)
        if alpha == 0:
            pull = term - own + (ratio - 1)
        elif alpha == 1:
            pull = term - own - (ratio - 1) * (own + 1)
        else:
            pull = (term - own - alpha * own * (ratio - 1)) / (alpha * (alpha - 1))
        return Measured(value, pull / records.spread(records.total), _NOT_POSITIVE)


def atkinson(
    income: Any, weights: Any = None, design: Design | None = None, *, epsilon: float, by: Any = None
) -> Result:
    """Atkinson's index: 1 − (equally distributed equivalent income)/μ, aversion ε. Arguments as gini.

    Raises:
        Refused: ε not above zero; incomes of zero or less where ε ≥ 1, below zero else; and as in gini.
    """
    if not 0 < epsilon < float("inf"):
        raise refuse("050", "epsilon 应大于零", "epsilon must be above zero", read=repr(epsilon))
    records = read(income, weights, design, by)
    name = Text(f"Atkinson 指数（ε={epsilon:g}）", f"Atkinson index (ε={epsilon:g})")
    positive(records, name, "zero" if epsilon >= 1 else "negative")
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(records.mean > 0, records.mean, np.nan)
        ratio = records.income / records.spread(mean)
        power = 1 - epsilon
        term = np.log(ratio) if epsilon == 1 else ratio**power
        average = records.sum(records.weight * term) / records.total
        level = np.exp(average) if epsilon == 1 else average ** (1 / power)
        influence = None
        if records.wants_error:
            own, equal = records.spread(average), records.spread(level)
            rise = (term - own) if epsilon == 1 else (term - own) / (power * own)
            influence = -equal * (rise - (ratio - 1)) / records.spread(records.total)
    return finish(records, Measured(1 - level, influence, _NOT_POSITIVE), Said(name, positive=True))


def hoover(income: Any, weights: Any = None, design: Design | None = None, *, by: Any = None) -> Result:
    """The share of all income that would have to move for all to have the mean. Arguments as gini."""
    records = read(income, weights, design, by)
    away = np.abs(records.income - records.spread(records.mean))
    amount = records.sum(records.weight * records.income)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(amount > 0, records.sum(records.weight * away) / (2 * amount), np.nan)
        influence = None
        if records.wants_error:
            mean = records.spread(records.mean)
            below = records.sum(records.weight * (records.income < mean)) / records.total
            pull = away + (2 * records.spread(below) - 1) * (records.income - mean)
            influence = pull / (2 * records.spread(amount)) - records.spread(value) * records.income / records.spread(
                amount
            )
    return finish(records, Measured(value, influence, _NOT_POSITIVE), Said(Text("Hoover 指数", "Hoover index")))


def s80_s20(income: Any, weights: Any = None, design: Design | None = None, *, by: Any = None) -> Result:
    """All income above the 80 % quantile over all income up to the 20 % quantile (totals, as Eurostat). As gini."""
    said = Said(Text("S80/S20 收入份额比", "income quintile share ratio S80/S20"))
    return _share_ratio(read(income, weights, design, by), 0.2, 0.8, said)


def palma(income: Any, weights: Any = None, design: Design | None = None, *, by: Any = None) -> Result:
    """All income above the 90 % quantile over all income up to the 40 % quantile (totals). Arguments as gini."""
    return _share_ratio(read(income, weights, design, by), 0.4, 0.9, Said(Text("Palma 比率", "Palma ratio")))


def _share_ratio(records: Records, low: float, high: float, said: Said) -> Result:
    bottom, top = records.order.quantile(low), records.order.quantile(high)
    poor, rich = records.income <= records.spread(bottom), records.income > records.spread(top)
    under, over = (records.sum(records.weight * records.income * who) for who in (poor, rich))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where((under > 0) & (over > 0), over / under, np.nan)
        influence = None
        if records.wants_error:
            of_low = records.quantile_influence(low, bottom)
            of_high = records.quantile_influence(high, top)
            # amounts at the quantile: how fast the totals change when it moves
            thick_low = records.spread(records.density(bottom, by_income=True) * records.total)
            thick_high = records.spread(records.density(top, by_income=True) * records.total)
            pull_under = records.income * poor + thick_low * of_low
            pull_over = records.income * rich - thick_high * of_high
            influence = (pull_over - records.spread(value) * pull_under) / records.spread(under)
    why = Text(
        "最低一端的收入合计不大于零，或无人在最高一端之上", "no income at the bottom, or nobody above the top quantile"
    )
    _uneven(records, poor, rich, low, high)
    return finish(records, Measured(value, influence, why), said)


def _uneven(records: Records, poor: Any, rich: Any, low: float, high: float) -> None:
    """Say so where ties at a quantile make an end larger or smaller than its name."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [records.sum(records.weight * who) / records.total for who in (poor, rich)]
    off = max(float(np.nanmax(np.abs(s - p), initial=0.0)) for s, p in zip(shares, (low, 1 - high), strict=True))
    largest = float(np.max(records.weight)) / float(np.min(records.total[records.total > 0], initial=np.inf))
    if off > 0.01 + largest:
        records.cautions.append(
            Caution(
                "ties-at-quantile",
                Text(
                    f"分位点上有并列收入，两端的人数份额偏离 {off:.1%}",
                    f"ties at a quantile: the ends hold up to {off:.1%} more or fewer people than their names say",
                ),
            )
        )


def lorenz(
    income: Any,
    weights: Any = None,
    design: Design | None = None,
    *,
    p: float | Sequence[float] = DECILES,
    by: Any = None,
) -> Result:
    """The Lorenz curve: the share of all income that the poorest ``p`` have, along straight lines between records.

    Args:
        income: As in gini.
        weights: As in gini.
        design: As in gini.
        p: One share of people, or several (by default the deciles).
        by: As in gini; then ``p`` must be one.

    Returns:
        An estimate for one ``p``; for several a mapping of ``p`` → estimate.
    """
    records = read(income, weights, design, by)

    def point(share: float) -> Estimates:
        value, own = records.order.lorenz(share)
        amount = records.sum(records.weight * records.income)
        value = np.where(amount > 0, value, np.nan)
        influence = None
        if records.wants_error:
            at, low = records.spread(own), records.income < records.spread(own)
            pull = (records.income - at) * low + share * at - records.income * records.spread(value)
            influence = pull / records.spread(amount)
        said = Said(Text("最低收入一端的收入份额（Lorenz 曲线）", "share of income of the poorest (Lorenz curve)"))
        return estimates(records, Measured(value, influence, _NOT_POSITIVE), said)

    return _points(records, p, point, "p")


def quantile(
    income: Any, weights: Any = None, design: Design | None = None, *, q: float | Sequence[float] = 0.5, by: Any = None
) -> Result:
    """The weighted quantile: the lowest income whose cumulated weight reaches ``q``; exactly at it, the mean of it and
    the next (as R laeken).

    The standard error takes the density by a Gaussian kernel of width s·N^(−1/5); the interval is Woodruff's.

    Args:
        income: As in gini.
        weights: As in gini.
        design: As in gini.
        q: One share, or several.
        by: As in gini; then ``q`` must be one.
    """
    records = read(income, weights, design, by)

    def point(share: float) -> Estimates:
        value = records.order.quantile(share)
        influence = records.quantile_influence(share, value) if records.wants_error else None
        ends = _woodruff(records, share, value) if records.wants_error else None
        said = Said(Text(f"{share:.0%} 分位数", f"{share:.0%} quantile"), "yuan")
        return estimates(records, Measured(value, influence, None, ends), said)

    return _points(records, q, point, "q")


def _woodruff(records: Records, share: float, at: F) -> tuple[F, F]:
    """Ends of a quantile's interval: the quantiles at the ends of the interval of the share below it."""
    assert records.design is not None
    inside = (records.income <= records.spread(at)) - share
    found = records.design.variance(
        records.weight * inside / records.spread(records.total), records.group, records.groups
    )
    level = records.design.level
    factor = stats.t.ppf((1 + level) / 2, np.maximum(found.freedom, 1))
    reach = np.where(found.freedom > 0, factor * np.sqrt(found.variance), np.nan)
    order = records.order
    low, high = (order.reach(np.clip(share + sign * reach, 0, 1) * order.total) for sign in (-1, 1))
    return np.where(found.freedom > 0, low, np.nan), np.where(found.freedom > 0, high, np.nan)


def _points(records: Records, wanted: Any, point: Callable[[float], Estimates], name: str) -> Result:
    """One point, or a mapping of several."""
    many = np.ndim(wanted) > 0
    shares = [float(x) for x in np.atleast_1d(wanted)]
    if not shares or any(not 0 <= share <= 1 for share in shares):
        raise refuse("053", f"{name} 应在 0 与 1 之间", f"{name} lies between 0 and 1", read=repr(wanted))
    if many and records.labels is not None:
        raise refuse("054", f"分组时 {name} 只能取一个", f"with groups, one {name} at a time")
    found = [point(share) for share in shares]
    for one in found:
        if one.refused and records.labels is None:
            why = next(iter(one.refused.values()))
            definition = one.said.definition
            raise refuse("040", f"{definition.zh}：{why.zh}", f"{definition.en}: {why.en}")
    if not many:
        return found[0] if records.labels is not None else found[0].at(0)
    return _joined(found, shares)


def _joined(found: list[Estimates], labels: list[float]) -> Estimates:
    def column(name: str) -> Any:
        parts = [getattr(one, name) for one in found]
        return None if parts[0] is None else np.concatenate(parts)

    return replace(
        found[0],
        labels=tuple(labels),
        own=tuple(one.own[0] for one in found) if found[0].own else (),
        **{name: column(name) for name in ("value", "se", "lower", "upper", "n", "population")},
    )
