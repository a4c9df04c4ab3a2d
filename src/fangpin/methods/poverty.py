"""Poverty: how many are below a line, how far, and how unequally.

Gives   headcount_ratio, poverty_gap_index, squared_poverty_gap, fgt, watts, sen, sst; at_risk_of_poverty,
        relative_median_gap, relative_line
Not     grouped data (grouped), many deprivations at once (multidimensional)
Keeps   below is strictly below; negative incomes count with their full gap, and are refused where a logarithm is taken
Source  Foster, Greer and Thorbecke 1984; Watts 1968; Sen 1976; Shorrocks 1995; Haughton and Khandker 2009 ch. 4;
        errors: Deville 1999, Osier 2009 (as in R convey)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from fangpin.methods.arrays import F, refuse
from fangpin.methods.estimate import Unit
from fangpin.methods.estimates import Measured, Result, Said, finish
from fangpin.methods.records import Line, Of, Records, line_of, read, relative
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

_HEADCOUNT = Text("的比例（贫困发生率，线上不算）", ": headcount ratio (strictly below)")
_NAMES = {
    0: _HEADCOUNT,
    1: Text("的差距率", ": poverty gap index"),
    2: Text("的平方差距", ": squared poverty gap"),
}


class AgainstALine(Protocol):
    """A measure of those below a line; every one is called alike."""

    __name__: str

    def __call__(
        self,
        income: Any,
        line: Any = None,
        weights: Any = None,
        design: Design | None = None,
        *,
        share: float | None = None,
        of: Of = "median",
        by: Any = None,
    ) -> Result:
        """Arguments as headcount_ratio."""


Found = tuple[Measured, Said]


def against_a_line(measure: Callable[[Records, Line], Found]) -> AgainstALine:
    """The measure of records and their line as what a caller calls: the signature of all of them stands here."""

    def called(
        income: Any,
        line: Any = None,
        weights: Any = None,
        design: Design | None = None,
        *,
        share: float | None = None,
        of: Of = "median",
        by: Any = None,
    ) -> Result:
        records = read(income, weights, design, by)
        return finish(records, *measure(records, line_of(records, line, share, of)))

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(called, name, getattr(measure, name))
    return called


@against_a_line
def headcount_ratio(records: Records, z: Line) -> Found:
    """The share strictly below the line.

    Args:
        income: Income of each record; yuan per person per year. Shape (n,).
        line: The line; a number, an estimate, or one a record.
        weights: Weight of each record; or else a design.
        design: How the records were drawn; brings its own weights, and the standard error.
        share: Instead of a line: a share of the records' own median or mean.
        of: ``median`` or ``mean``.
        by: Group of each record; then one estimate for every group.

    Returns:
        An estimate of unit ``rate``, 0–1; with ``by`` one for every group.

    Raises:
        Refused: blanks, bad weights, a line of zero or less.

    Examples:
        >>> round(float(headcount_ratio([100, 110, 150, 160], line=125)), 4)
        0.5
    """
    return _fgt(records, z, 0.0)


@against_a_line
def poverty_gap_index(records: Records, z: Line) -> Found:
    """The mean shortfall below the line as a share of it, nought for those not below. Arguments as headcount_ratio."""
    return _fgt(records, z, 1.0)


@against_a_line
def squared_poverty_gap(records: Records, z: Line) -> Found:
    """The mean squared shortfall as a share of the line. Arguments as headcount_ratio."""
    return _fgt(records, z, 2.0)


def fgt(
    income: Any,
    line: Any = None,
    weights: Any = None,
    design: Design | None = None,
    *,
    alpha: float = 0,
    share: float | None = None,
    of: Of = "median",
    by: Any = None,
) -> Result:
    """The measure of Foster, Greer and Thorbecke: the mean of ((z − y)/z)^α over all, nought for those not below z.

    Args:
        income: Income of each record; negative and zero incomes are kept.
        line: As in headcount_ratio.
        weights: As in headcount_ratio.
        design: As in headcount_ratio.
        alpha: How much distance counts; ≥ 0.
        share: As in headcount_ratio.
        of: As in headcount_ratio.
        by: As in headcount_ratio.

    Raises:
        Refused: alpha below zero, and as in headcount_ratio.
    """
    if not (isinstance(alpha, int | float | np.number) and 0 <= alpha < float("inf")):
        raise refuse("050", "alpha 应不小于零", "alpha must not be below zero", read=repr(alpha))
    measure = against_a_line(lambda records, z: _fgt(records, z, float(alpha)))
    return measure(income, line, weights, design, share=share, of=of, by=by)


def _fgt(records: Records, z: Line, alpha: float) -> Found:
    """FGT with its name."""
    found = _depths(records, z, alpha)
    tail = _NAMES.get(int(alpha)) if alpha == int(alpha) else None
    tail = tail or Text(f"的 FGT({alpha:g})", f": FGT({alpha:g})")
    unit: Unit = "rate" if alpha == 0 or float(np.nanmax(found.value, initial=0.0)) <= 1 else "index"
    return found, Said(Text(z.said.zh + tail.zh, z.said.en + tail.en), unit, z)


def _gaps(records: Records, z: Line) -> tuple[Any, F]:
    """Who is below, and the shortfall of each as a share of the line (nought for the others)."""
    below = records.income < z.at
    gap = np.maximum(1 - records.income / z.at, 0.0)
    return below, gap


def _depths(records: Records, z: Line, alpha: float) -> Measured:
    below, gap = _gaps(records, z)
    depth = below.astype(np.float64) if alpha == 0 else gap if alpha == 1 else np.where(below, gap, 0.0) ** alpha
    with np.errstate(invalid="ignore", divide="ignore"):
        value = records.sum(records.weight * depth) / records.total
    if not records.wants_error:
        return Measured(value)
    with np.errstate(invalid="ignore", divide="ignore"):
        influence = (depth - records.spread(value)) / records.spread(records.total)
        if z.influence is not None:
            assert z.of_group is not None
            influence = influence + records.spread(_steepness(records, z, below, gap, alpha)) * z.influence
    return Measured(value, influence)


def _steepness(records: Records, z: Line, below: Any, gap: F, alpha: float) -> F:
    """How fast the measure rises with the line, by group."""
    assert z.of_group is not None
    if alpha == 0:
        return records.density(z.of_group)
    rise = np.where(below, alpha * records.income / np.square(z.at) * np.where(below, gap, 1.0) ** (alpha - 1), 0.0)
    slope: F = records.sum(records.weight * rise) / records.total
    return slope


@against_a_line
def watts(records: Records, z: Line) -> Found:
    """The mean of ln(z/y) over all, nought for those not below. Arguments as headcount_ratio.

    Raises:
        Refused: incomes of zero or less (with their count), and as in headcount_ratio.
    """
    positive(records, Text("Watts 指数", "the Watts index"))
    below = records.income < z.at
    depth = np.where(below, np.log(z.at / records.income), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = records.sum(records.weight * depth) / records.total
        influence = None
        if records.wants_error:
            influence = (depth - records.spread(value)) / records.spread(records.total)
            if z.influence is not None:
                slope = records.sum(records.weight * below / z.at) / records.total
                influence = influence + records.spread(slope) * z.influence
    said = Said(Text(z.said.zh + "的 Watts 指数", z.said.en + ": Watts index"), "index", z, positive=True)
    return Measured(value, influence), said


def positive(records: Records, name: Text, floor: str = "zero") -> None:
    """Refuse incomes a measure cannot take: zero or less (``floor="zero"``), or below zero (``"negative"``).

    Records without weight are left out of the judgement and lifted to the line of one yuan, which nobody sees.
    """
    bad = records.income <= 0 if floor == "zero" else records.income < 0
    counted = bad & (records.weight > 0)
    count = int(counted.sum())
    if count:
        zh, en = ("小于零", "below zero") if floor == "negative" else ("小于或等于零", "zero or below")
        raise refuse(
            "051",
            f"{name.zh}：{count} 条记录的收入{zh}，算不出",
            f"{name.en} cannot be computed: {count} records have incomes {en}",
            Text("先剔除这些记录并写明数目，或改用 FGT、Gini", "leave them out and say how many, or use FGT or Gini"),
            read=f"{count} / {len(bad)}",
        )
    if bad.any():
        records.income = np.where(bad, 1.0, records.income)


@against_a_line
def sen(records: Records, z: Line) -> Found:
    """Sen's index P0·Gp + P1·(1 − Gp), with Gp the Gini (of the Lorenz curve) among those below. As headcount_ratio."""
    order = records.order
    at = np.broadcast_to(np.asarray(z.at, dtype=np.float64), records.income.shape)[order.place]
    if z.of_group is None:
        raise refuse("052", "Sen 指数要求同一条线", "Sen's index needs one line for all")
    poor = order.income < at
    gap = np.where(poor, 1 - order.income / at, 0.0)
    return _with_rank(records, z, gap, poor, Text("的 Sen 指数", ": Sen index"))


@against_a_line
def sst(records: Records, z: Line) -> Found:
    """Sen–Shorrocks–Thon: P1·(1 + G), with G the Gini of the gaps of all. Arguments as headcount_ratio."""
    if z.of_group is None:
        raise refuse("052", "SST 指数要求同一条线", "the SST index needs one line for all")
    order = records.order
    at = np.broadcast_to(np.asarray(z.at, dtype=np.float64), records.income.shape)[order.place]
    gap = np.maximum(1 - order.income / at, 0.0)
    return _with_rank(records, z, gap, None, Text("的 Sen–Shorrocks–Thon 指数", ": Sen–Shorrocks–Thon index"))


def _with_rank(records: Records, z: Line, gap: F, poor: Any, tail: Text) -> Found:
    """The mean gap, and half the mean distance between the gaps of any two: of those below (Sen), or of all (SST).

    P0·Gp + P1·(1 − Gp) = P1 + (distances among those below)/(N·Np), and P1·(1 + G) = P1 + (distances)/(N·N): the first
    form divides by the mean income of those below, which may be nought or negative; the second never does.
    """
    order = records.order
    weight = order.weight if poor is None else np.where(poor, order.weight, 0.0)
    away, half = order.differences(-gap, weight)
    peers = order.within(weight)[1]
    whole = order.total
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = order.within(order.weight * gap)[1] / whole
        part = np.where(peers > 0, half / (whole * peers), 0.0)
        value = mean + part
        influence = None
        if records.wants_error:
            g = order.group
            inside = np.ones(len(gap)) if poor is None else poor.astype(np.float64)
            pull = np.where(peers[g] > 0, inside * (away / whole[g] - part[g]) / peers[g], 0.0)
            influence = order.back((gap - mean[g]) / whole[g] + pull - part[g] / whole[g])
            if z.influence is not None:
                influence = influence + records.spread(_rank_slope(records, z, gap, weight, peers, half)) * z.influence
    said = Said(Text(z.said.zh + tail.zh, z.said.en + tail.en), "index", z, positive=True)
    return Measured(value, influence), said


def _rank_slope(records: Records, z: Line, gap: F, weight: F, peers: F, half: F) -> F:
    """How fast Sen's or the SST index rises with the line: the gaps grow, and (Sen) those at the line join."""
    order, whole = records.order, records.order.total
    assert z.of_group is not None
    place = order.group
    line = z.of_group[place]
    growth = np.where(order.income < line, order.income / line**2, 0.0)
    rank = 1 / whole[place] - order.rank(weight) / (whole * peers)[place]
    slope = order.within(weight * growth * rank)[1]
    if weight is order.weight:
        return slope
    joining = order.within(weight * gap)[1] / peers - half / peers**2
    found: F = slope + records.density(z.of_group) * joining
    return found


def at_risk_of_poverty(
    income: Any,
    share: float | None = None,
    of: Of = "median",
    weights: Any = None,
    design: Design | None = None,
    *,
    by: Any = None,
) -> Result:
    """The share strictly below ``share`` of the records' own median (or mean).

    The standard error holds that of the line: density at it by a Gaussian kernel of width s·N^(−1/5), as in R convey.
    """
    if share is None:
        raise refuse("031", "应给出比例 share", "give the share of the median")
    return headcount_ratio(income, None, weights, design, share=share, of=of, by=by)


def relative_line(
    income: Any,
    share: float | None = None,
    of: Of = "median",
    weights: Any = None,
    design: Design | None = None,
    *,
    by: Any = None,
) -> Result:
    """The line that is ``share`` of the records' own median (or mean), in yuan."""
    if share is None:
        raise refuse("031", "应给出比例 share", "give the share of the median")
    records = read(income, weights, design, by)
    z = relative(records, share, of)
    assert z.of_group is not None
    middle = Text("中位数", "median") if of == "median" else Text("均值", "mean")
    said = Said(Text(f"自身{middle.zh}的 {share:.0%}", f"{share:.0%} of their own {middle.en}"), "yuan")
    return finish(records, Measured(z.of_group, z.influence), said)


def relative_median_gap(
    income: Any,
    share: float | None = None,
    of: Of = "median",
    weights: Any = None,
    design: Design | None = None,
    *,
    line: Any = None,
    by: Any = None,
) -> Result:
    """The distance of the median income of those below to the line, as a share of it.

    Raises:
        Refused: nobody is below the line, and as in headcount_ratio.
    """
    records = read(income, weights, design, by)
    z = line_of(records, line, share, of)
    if z.of_group is None:
        raise refuse("052", "相对中位差距要求同一条线", "the relative median gap needs one line for all")
    below = records.income < z.at
    poor = records.sum(records.weight * below)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(poor > 0, records.order.reach(poor / 2), np.nan)
        value = 1 - middle / z.of_group
        influence = None
        if records.wants_error:
            influence = _median_gap_influence(records, z, below, poor, middle)
    why = Text("没有人低于收入线", "nobody is below the line")
    said = Said(
        Text(z.said.zh + "者收入中位数到线的相对距离", z.said.en + ": relative median gap of those below"), "index", z
    )
    return finish(records, Measured(value, influence, why), said)


def _median_gap_influence(records: Records, z: Line, below: Any, poor: F, middle: F) -> F:
    assert z.of_group is not None
    line, total = records.spread(z.of_group), records.spread(records.total)
    rate, centre = records.spread(poor / records.total), records.spread(middle)
    of_line = 0.0 if z.influence is None else z.influence
    of_rate = (below - rate) / total
    if z.influence is not None:
        of_rate = of_rate + records.spread(records.density(z.of_group)) * of_line
    height = records.spread(records.density(middle))
    of_middle = (of_rate / 2 - ((records.income <= centre) - rate / 2) / total) / height
    found: F = -of_middle / line + centre / line**2 * of_line
    return found
