"""Decompose: a change of poverty into growth and redistribution; a measure into its groups.

Reads   two distributions (fits with .headcount(z) and a mean, or arrays of incomes) and a line; incomes with groups
Gives   growth_redistribution → Change (.growth, .redistribution, .residual); subgroup → Groups (parts that add up)
Not     the measures themselves (poverty, inequality, grouped)
Keeps   the parts always add up to the whole; two bases are never mixed
Source  Datt and Ravallion 1992; Shapley form: Kolenikov and Shorrocks 2005; Shorrocks 1980 for entropy measures
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fangpin.methods import poverty
from fangpin.methods.arrays import F, numbers, refuse, weights_of
from fangpin.methods.estimate import Estimate
from fangpin.methods.estimates import Estimates, Measured, Result, Said, finish
from fangpin.methods.poverty import positive
from fangpin.methods.records import Records, read
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

Measure = Literal["headcount", "poverty_gap", "squared_gap"]
_ALPHA = {"headcount": 0, "poverty_gap": 1, "squared_gap": 2}
_NAMES = {
    "headcount": Text("贫困发生率", "headcount ratio"),
    "poverty_gap": Text("差距率", "poverty gap index"),
    "squared_gap": Text("平方差距", "squared poverty gap"),
}
_WAYS = {
    "datt_ravallion": Text("Datt–Ravallion（以前期为基准）", "Datt–Ravallion, base: the first period"),
    "shapley": Text("Shapley（两个基准的平均）", "Shapley: mean over both bases"),
}


@dataclass(frozen=True)
class Change:
    """A change of poverty and what made it; ``growth + redistribution + residual`` is ``total``.

    Attributes:
        total: After less before.
        growth: Because the mean moved.
        redistribution: Because the Lorenz curve moved.
        residual: What neither alone explains; nought by construction with ``shapley``.
        before: The measure before.
        after: The measure after.
    """

    total: Estimate
    growth: Estimate
    redistribution: Estimate
    residual: Estimate
    before: Estimate
    after: Estimate

    def to_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Plain values (JSON)."""
        return {name: getattr(self, name).to_dict(lang) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class _Side:
    """One period: its mean, its basis, and the measure at a line for its own distribution."""

    mean: float
    at: Callable[[float], float]
    basis: Any
    year: int | None


def growth_redistribution(
    before: Any,
    after: Any,
    z: float,
    measure: Measure = "headcount",
    method: Literal["datt_ravallion", "shapley"] = "datt_ravallion",
    *,
    weights: tuple[Any, Any] = (None, None),
) -> Change:
    """The change of a poverty measure, split into growth of the mean and movement of the Lorenz curve.

    Args:
        before: A fit of grouped data, or incomes.
        after: The same of the later period.
        z: The line, in the money of both.
        measure: ``headcount``, ``poverty_gap`` or ``squared_gap``.
        method: ``datt_ravallion`` (base: the first period, with a residual) or ``shapley`` (no residual).
        weights: Weights of the incomes, before and after.

    Raises:
        Refused: a line of zero or less, a mean not above zero, one by household and one by person, unknown names.

    Examples:
        >>> found = growth_redistribution([100, 200, 400], [150, 300, 600], z=180)
        >>> round(float(found.growth), 4), round(float(found.redistribution), 4)
        (0.0, 0.0)
    """
    if measure not in _ALPHA:
        raise refuse("070", "measure 没有这个取值", "measure has no such value", read=repr(measure))
    if method not in _WAYS:
        raise refuse("070", "method 没有这个取值", "method has no such value", read=repr(method))
    if not 0 < float(z) < float("inf"):
        raise refuse("032", "收入线应大于零", "z must be above zero", read=repr(z))
    one, two = _side(before, measure, weights[0]), _side(after, measure, weights[1])
    if one.basis and two.basis and one.basis != two.basis:
        raise refuse("068", "前后两期一个按户、一个按人，不能相比", "one period counts households, the other persons")
    # only z/mean matters: the distribution of one period with the mean of the other is the same as another line
    old, new = one.at(z), two.at(z)
    grown = one.at(z * one.mean / two.mean)  # the later mean, the earlier curve
    moved = two.at(z * two.mean / one.mean)  # the earlier mean, the later curve
    growth, shift = grown - old, moved - old
    if method == "shapley":
        growth, shift = (growth + new - moved) / 2, (shift + new - grown) / 2
    rest = new - old - growth - shift if method == "datt_ravallion" else 0.0
    how, name = _WAYS[method], _NAMES[measure]
    years = {"data": two.year} if two.year is not None else {}

    def said(value: float, zh: str, en: str) -> Estimate:
        return Estimate(value, Text(f"{name.zh}{zh}", f"{name.en}{en}"), how, one.basis or two.basis, years=years)

    return Change(
        said(new - old, "的变化", ": change"),
        said(growth, "：增长部分", ": growth"),
        said(shift, "：再分配部分", ": redistribution"),
        said(rest, "：残差", ": residual"),
        said(old, "（前）", " before"),
        said(new, "（后）", " after"),
    )


def _side(given: Any, measure: str, weights: Any) -> _Side:
    """A period, from a fit or from incomes."""
    if hasattr(given, measure):
        table = getattr(given, "table", given)
        mean = getattr(given, "mean", getattr(table, "mean", None))
        mean = mean() if callable(mean) else mean
        if mean is None:
            raise refuse("071", "拟合没有均值", "the fit has no mean")
        basis, year = (getattr(given, name, getattr(table, name, None)) for name in ("basis", "year"))
        return _checked(float(mean), lambda z: float(getattr(given, measure)(z)), basis, year)
    incomes = numbers(given, "income")
    weight = weights_of(weights, len(incomes))
    mean = float(np.average(incomes, weights=weight))

    def at(z: float) -> float:
        found = poverty.fgt(incomes, z, weight, alpha=_ALPHA[measure])
        return float(found.value)

    return _checked(mean, at, None, None)


def _checked(mean: float, at: Callable[[float], float], basis: Any, year: int | None) -> _Side:
    if not mean > 0:
        raise refuse("072", "均值不大于零，无法分解", "a mean not above zero cannot be decomposed", read=f"{mean:g}")
    return _Side(mean, at, basis, year)


@dataclass(frozen=True)
class Groups:
    """A measure and its groups.

    Attributes:
        total: Of all.
        value: Of each group.
        share: Of people in each group.
        contribution: Of each group to the total: they add up to ``within``.
        within: What would be left if all groups had the same mean; for poverty measures the whole.
        between: The rest; None for poverty measures, which have none.
    """

    total: Estimate
    value: Estimates
    share: Mapping[Any, float]
    contribution: Mapping[Any, float]
    within: Estimate
    between: Estimate | None


def subgroup(
    income: Any,
    by: Any,
    measure: Literal["fgt", "theil_t", "mld"] = "fgt",
    *,
    line: Any = None,
    alpha: float = 0,
    weights: Any = None,
    design: Design | None = None,
) -> Groups:
    """A measure of all, of each group, and what each group adds.

    Args:
        income: Income of each record. Shape (n,).
        by: Group of each record.
        measure: ``fgt`` (with line and alpha), ``theil_t`` or ``mld`` (within and between).
        line: For ``fgt``.
        alpha: For ``fgt``.
        weights: Weight of each record; or else a design.
        design: How the records were drawn.

    Raises:
        Refused: as the measures themselves.
    """
    from fangpin.methods import inequality

    if measure == "fgt":

        def one(**more: Any) -> Result:
            return poverty.fgt(income, line, weights, design, alpha=alpha, **more)
    elif measure in ("theil_t", "mld"):

        def one(**more: Any) -> Result:
            return getattr(inequality, measure)(income, weights, design, **more)  # type: ignore[no-any-return]
    else:
        raise refuse("070", "measure 没有这个取值", "measure has no such value", read=repr(measure))
    total, parts = one(), one(by=by)
    assert isinstance(total, Estimate) and isinstance(parts, Estimates)
    records = read(income, weights, design, by)
    assert records.labels is not None
    people = dict(zip(records.labels, (records.total / records.total.sum()).tolist(), strict=True))
    if measure == "theil_t":
        money = records.sum(records.weight * records.income)
        size = dict(zip(records.labels, (money / money.sum()).tolist(), strict=True))
    else:
        size = people
    added = {label: size[label] * float(parts[label]) for label in parts}
    if measure == "fgt":
        return Groups(total, parts, people, added, total, None)
    within, between = _entropy_parts(records, measure, design)
    return Groups(total, parts, people, added, within, between)


def _entropy_parts(records: Records, measure: str, design: Design | None) -> tuple[Estimate, Estimate]:
    """Within and between, each with its error."""
    positive(records, Text("熵指数", "an entropy measure"))
    own = records.spread(records.mean)
    flat = Records(records.income, records.weight, None, None, design)
    whole, amount = flat.total[0], float((records.weight * records.income).sum())
    mean = amount / whole
    y = records.income
    if measure == "theil_t":
        inner, outer = y * np.log(y / own), y * np.log(own / mean)
        size = amount
    else:
        inner, outer = np.log(own / y), np.log(mean / own)
        size = whole
    within, between = (float((records.weight * part).sum()) / size for part in (inner, outer))
    pulls: list[F | None] = [None, None]
    if flat.wants_error:
        if measure == "theil_t":
            pulls[0] = (inner - y + own - within * y) / size
            whole_pull = (y * np.log(y / mean) - y + mean - (within + between) * y) / size
        else:
            pulls[0] = (inner + y / own - 1 - within) / size
            whole_pull = (np.log(mean / y) + y / mean - 1 - within - between) / size
        pulls[1] = whole_pull - pulls[0]
    names = (Text("组内不平等", "inequality within groups"), Text("组间不平等", "inequality between groups"))
    found = [
        finish(flat, Measured(np.array([value]), pull), Said(name))
        for value, pull, name in zip((within, between), pulls, names, strict=True)
    ]
    assert isinstance(found[0], Estimate) and isinstance(found[1], Estimate)
    return found[0], found[1]
