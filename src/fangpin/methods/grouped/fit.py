"""Fits: what one method says of a table, with everything that must be said along with it.

Reads   a table (table.Table) and a model fitted to it
Gives   Fit: headcount, gaps, Watts, Gini, mean log deviation, median, quantiles, Lorenz curve, valid,
        accepted, warnings
Keeps   the acceptance rule: a distribution (a convex curve) whose group means, and on the household basis whose median,
        lie within 3 % of the published ones; poor is strictly below the line
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fangpin.methods.estimate import Caution, Estimate, Refused, Unit
from fangpin.methods.grouped import words
from fangpin.methods.grouped.models import Model, RuleModel, Value
from fangpin.methods.grouped.table import Table
from fangpin.vocabulary.text import Text

TOLERANCE = 0.03
_BELOW = Text("收入严格低于线的比例", "share with income strictly below the line")


@dataclass(frozen=True)
class Fit:
    """One method on one table; every answer is an :class:`~fangpin.methods.estimate.Estimate`, rates 0–1.

    ``year=`` of a poverty measure is the year of the line: another year than the table's raises a caution that stays
    with the number. Arrays of lines or ranks give plain arrays.
    """

    table: Table
    method: str
    criterion: str | None
    model: Model

    # -- what the fit is ------------------------------------------------------------------------------------
    @property
    def name(self) -> Text:
        """Method and criterion as a person reads them."""
        return words.method_name(self.method, self.criterion)

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters by name; empty for a rule of interpolation."""
        return self.model.parameters

    @property
    def valid(self) -> bool:
        """Whether it meets every condition: for Lorenz curves those of Datt as PovcalNet checks them."""
        return self.model.valid

    @cached_property
    def group_means(self) -> tuple[float, ...]:
        """The group means it implies."""
        points = self.table.points
        return tuple(float(m) for m in self.model.mean * np.diff(self.model.lorenz(points.p)) / points.shares)

    @cached_property
    def deviations(self) -> Mapping[str, float]:
        """Largest relative deviation from the published group means, and that of the median where it is comparable."""
        published = np.asarray(self.table.points.means)
        off = np.array(self.group_means) / np.where(published == 0, np.nan, published) - 1
        off = off[np.isfinite(off)]
        found = {"group_means": float(off[np.argmax(np.abs(off))]) if len(off) else 0.0}
        if self.table.median is not None and self.table.basis == "household":
            found["median"] = float(self.model.quantile(0.5)) / self.table.median - 1
        return found

    @cached_property
    def rejection(self) -> Text | None:
        """Why the fit is not accepted; None if it is."""
        if not self.model.convex:
            return Text("不满足洛伦兹曲线的条件", "not a Lorenz curve")
        names = {"group_means": Text("组均值", "group means"), "median": Text("中位数", "median")}
        bad = [(names[k], v) for k, v in self.deviations.items() if not abs(v) <= TOLERANCE]
        if bad:
            zh = "、".join(f"{name.zh}偏离 {value:+.1%}" for name, value in bad)
            return Text(zh, ", ".join(f"{name.en} off by {value:+.1%}" for name, value in bad))
        return words.RULE_ONLY.text if isinstance(self.model, RuleModel) else None

    @property
    def accepted(self) -> bool:
        """Whether the fit passes the acceptance rule."""
        return self.rejection is None

    @cached_property
    def warnings(self) -> tuple[Caution, ...]:
        """Cautions of the table and of this fit."""
        own = self.table.warnings
        if isinstance(self.model, RuleModel):
            return (*own, words.RULE_ONLY)
        if self.rejection is not None:
            return (*own, words.rejected(self.rejection))
        return own if self.valid else (*own, words.negative_bottom(float(self.model.cdf(1e-9))))

    # -- below a line ---------------------------------------------------------------------------------------
    def headcount(self, z: Any, year: int | None = None) -> Any:
        """Share with income strictly below ``z``; ``interval`` holds the sharp bounds.

        Raises:
            Refused: ``z`` is not a positive number, or lies where a rule of interpolation ends.
        """
        if np.ndim(z):
            return self.model.cdf([read_line(line) for line in np.asarray(z, dtype=float).ravel()]).reshape(np.shape(z))
        line = read_line(z)
        rate = float(self.model.cdf(line))
        more: dict[str, Any] = {} if self.table.population is None else {"persons": rate * self.table.population}
        low, high = self.table.ends(line)
        return self._below(rate, _BELOW, line, year, more, interval=(low, high), interval_kind="bounds")

    def poverty_gap(self, z: float, year: int | None = None) -> Estimate:
        """Mean shortfall from ``z`` over ``z``, those above counted as 0."""
        line = read_line(z)
        return self._below(self.model.gaps(line)[0], Text("贫困缺口率", "poverty gap index"), line, year, ends=True)

    def squared_gap(self, z: float, year: int | None = None) -> Estimate:
        """Mean squared shortfall."""
        line = read_line(z)
        return self._below(self.model.gaps(line)[1], Text("平方贫困缺口", "squared poverty gap"), line, year, ends=True)

    def watts(self, z: float, year: int | None = None) -> Estimate:
        """Watts index: mean of ln(z/income) over all, those above counted as 0."""
        line = read_line(z)
        found = self.model.watts(line)
        return self._below(
            found.value, Text("瓦茨指数", "Watts index"), line, year, _exact(found), unit="index", ends=True
        )

    def persons_below(self, z: float, year: int | None = None) -> Estimate:
        """Persons (or households, if the table's population counts those) below ``z``.

        Raises:
            Refused: the table has no population.
        """
        rate = self.headcount(z, year)
        if self.table.population is None:
            raise Refused(
                "FP-GROUPED-022",
                Text("表中没有人口，算不出人数", "the table has no population; persons cannot be computed"),
                remedy=Text("给出 population=", "give population="),
            )
        size = self.table.population
        ends = (rate.interval[0] * size, rate.interval[1] * size)
        name = Text("收入严格低于线的人数", "persons with income strictly below the line")
        more: dict[str, Any] = {"rate": rate.value}
        return self._below(rate.value * size, name, rate.details["line"], year, more, "persons", ends, "bounds")

    # -- the whole distribution -----------------------------------------------------------------------------
    def gini(self) -> Estimate:
        """Gini coefficient."""
        found = self.model.gini()
        return self._said(found.value, Text("基尼系数", "Gini coefficient"), "index", _exact(found), self._ends())

    def mld(self) -> Estimate:
        """Mean log deviation."""
        found = self.model.mld()
        name = Text("平均对数离差", "mean log deviation")
        return self._said(found.value, name, "index", _exact(found), self._ends())

    def median(self) -> Estimate:
        """Median income."""
        return self._said(float(self.model.quantile(0.5)), Text("中位数", "median"), "yuan")

    def mean(self) -> Estimate:
        """Mean income of the fit (a criterion with a free scale need not meet the table's)."""
        return self._said(self.model.mean, Text("均值", "mean"), "yuan")

    def quantile(self, p: Any) -> Any:
        """Income at rank ``p``."""
        ranks = _ranks(p)
        if np.ndim(p):
            return self.model.quantile(ranks)
        name = Text(f"{float(ranks):g} 分位数", f"quantile at {float(ranks):g}")
        return self._said(float(self.model.quantile(ranks)), name, "yuan")

    def lorenz(self, p: Any) -> Any:
        """Share of all income that goes to the poorest ``p``."""
        ranks = _ranks(p, closed=True)
        if np.ndim(p):
            return self.model.lorenz(ranks)
        name = Text(f"最低 {float(ranks):.4g} 的收入份额", f"income share of the poorest {float(ranks):.4g}")
        return self._said(float(self.model.lorenz(ranks)), name, "rate")

    def _ends(self) -> tuple[Caution, ...]:
        """That a rule was carried on beyond what it covers, for sums that need the ends."""
        whole = not isinstance(self.model, RuleModel) or self.model.rule.covers == (0.0, np.inf)
        return () if whole else (words.ENDS_EXTENDED,)

    # -- how it is said -------------------------------------------------------------------------------------
    def _below(
        self,
        value: float,
        name: Text,
        line: float,
        year: int | None,
        more: Mapping[str, Any] | None = None,
        unit: Unit = "rate",
        interval: tuple[float, float] | None = None,
        interval_kind: Any = "confidence",
        ends: bool = False,
    ) -> Estimate:
        marks = (*self.table.line_warnings(line, year), *(self._ends() if ends else ()))
        more = {"line": line, **(more or {})}
        return self._said(value, name, unit, more, marks, year, interval, interval_kind)

    def _said(
        self,
        value: float,
        name: Text,
        unit: Unit,
        more: Mapping[str, Any] | None = None,
        marks: tuple[Caution, ...] = (),
        line_year: int | None = None,
        interval: tuple[float, float] | None = None,
        interval_kind: Any = "confidence",
    ) -> Estimate:
        years = {"data": self.table.year, "line": line_year, "population": self.table.population_year}
        return Estimate(
            value=value,
            definition=name,
            method=self.name,
            basis=self.table.basis,
            interval=interval,
            interval_kind=interval_kind,
            n=len(self.table.means),
            population=self.table.population,
            years={k: v for k, v in years.items() if v is not None},
            warnings=(*self.warnings, *marks),
            unit=unit,
            source=self.table.source,
            details=more or {},
        )

    def __repr__(self) -> str:
        state = "accepted" if self.accepted else f"not accepted: {self.rejection.en if self.rejection else ''}"
        inner = ", ".join(f"{k}={v:.6g}" for k, v in self.parameters.items())
        return f"<Fit {self.name.en}: {inner or 'no parameters'}; {state}>"


def read_line(z: Any) -> float:
    """A line above zero.

    Raises:
        Refused: it is not.
    """
    try:
        line = float(z)
    except (TypeError, ValueError):
        line = float("nan")
    if not np.isfinite(line) or line <= 0:
        raise Refused(
            "FP-GROUPED-023",
            Text("线必须大于零", "a line must be a positive number"),
            read=str(z),
            expected=Text("元/人·年，大于 0", "yuan per person and year, above 0"),
        )
    return line


def _exact(found: Value) -> dict[str, Any]:
    """The exact value, where the published sum is another."""
    return {} if found.exact is None else {"exact": found.exact}


def _ranks(p: Any, closed: bool = False) -> Any:
    ranks = np.asarray(p, dtype=float)
    inside = (ranks >= 0) & (ranks <= 1) if closed else (ranks > 0) & (ranks < 1)
    if not np.all(inside):
        raise Refused(
            "FP-GROUPED-024",
            Text("分位必须在 0 与 1 之间", "a rank must lie between 0 and 1"),
            read=str(p),
            expected=Text("0–1", "0–1"),
        )
    return ranks
