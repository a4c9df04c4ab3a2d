"""Grouped income: what is fitted to a published table.

Reads   a table (table), a method and a criterion by name
Gives   GroupedIncome: fit, bounds, compare, select_lorenz; Bounds
Keeps   a fit is made once for a table; a method that cannot be fitted says why
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np

from fangpin.methods.estimate import Estimate
from fangpin.methods.grouped import words
from fangpin.methods.grouped.arguments import refused
from fangpin.methods.grouped.compare import Comparison, compare
from fangpin.methods.grouped.criteria import Points, fitted
from fangpin.methods.grouped.curves import BetaCurve, Quadratic, regress_beta, regress_quadratic
from fangpin.methods.grouped.fit import Fit, read_line
from fangpin.methods.grouped.interpolation import NAMES as RULES
from fangpin.methods.grouped.interpolation import interpolated
from fangpin.methods.grouped.models import CurveModel, Model, RuleModel, ShapeModel
from fangpin.methods.grouped.selection import quadratic_for_distribution, quadratic_for_poverty
from fangpin.methods.grouped.shapes import Array
from fangpin.methods.grouped.table import Table
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text


class Bounds(NamedTuple):
    """Sharp bounds, each an Estimate: ``low, high = table.bounds(z)``."""

    lower: Estimate
    upper: Estimate


class GroupedIncome(Table):
    """Mean income of groups ordered from poor to rich, as statistical offices publish it.

    Args:
        shares: Share of each group among the households or persons that ``basis`` names; equal groups if left out.
            Without ``means``: each equal group's share of all income, with ``mean`` the mean of all.
        means: Mean income of each group, poorest first, rising.
        basis: ``household`` or ``person``: of what the groups are shares. Must be given.
        mean: The published mean of all, for comparison (the fits use the mean the groups imply).
        median: The published median. On the household basis the acceptance rule compares with it.
        population: Persons a rate is applied to.
        year: Of the data.
        source: Where it is published.
        household_sizes: Persons per household of each group, for :meth:`to_persons`.
        population_year: Of ``population``, if not ``year``.
        lowest: The lowest possible income, for the bounds.
        rounding: How far (relatively) a mean may fall below the one before and still pass as rounded.

    Raises:
        Refused: (a ValueError) no basis, shares that do not add up to 1, falling means, a value that is no number.

    Examples:
        The paper's Table 1: 2020 lines on 2019 quintiles of households, read along a straight line.

        >>> table = GroupedIncome(means=[4262.6, 9754.1, 13984.2, 19732.4, 36049.4], basis="household", year=2019)
        >>> round(table.fit("linear_cdf").headcount(0.4 * 15032, year=2020) * 50979, 2)    # 万人
        8347.41
        >>> [w.code for w in table.fit("linear_cdf").headcount(0.4 * 15032, year=2020).warnings]
        ['interpolation', 'mixed-vintages']
        >>> fit = table.fit("gb2")
        >>> round(float(fit.headcount(0.4 * 15032)), 4), fit.accepted
        (0.1529, True)
    """

    @cached_property
    def _fits(self) -> dict[tuple[str, str | None], Fit]:
        return {}

    def fit(self, method: str = "gb2", criterion: str | None = None) -> Fit:
        """One method on this table.

        Args:
            method: ``gb2`` (default), ``dagum``, ``singh_maddala``, ``lognormal``, ``lorenz_gq``, ``lorenz_beta``,
                ``linear_cdf`` (the paper's), ``pchip``, ``loglinear_cdf``, ``probit_cdf``, ``mean_preserving``.
            criterion: ``log_means`` (default of gb2), ``lorenz`` (default of the other shapes), ``gmm``,
                ``log_means_median``; for the log-normal also ``probit``, ``median_lorenz``, ``mean_median``.

        Raises:
            Refused: no such method or criterion, too few groups, or the method cannot be fitted to this table.
        """
        known = _known_method(method)
        by = _known_criterion(known, criterion)
        if (known, by) not in self._fits:
            self._fits[known, by] = Fit(self, known, by, self._model(known, by))
        return self._fits[known, by]

    def _model(self, method: str, criterion: str | None) -> Model:
        points = self.points
        if criterion is not None:
            given = Points(points.p, points.lorenz, self.mean, self.median) if criterion == "mean_median" else points  # type: ignore[arg-type]
            if given.mean is None:
                raise refused(
                    "FP-GROUPED-035", Text("这个准则要用公布的均值", "this criterion needs the published mean")
                )
            return ShapeModel(fitted(method, criterion, given))
        if method in RULES:
            return RuleModel(interpolated(method, *self._distinct()))
        return CurveModel(self._curve(method), points.mean)

    def _distinct(self) -> tuple[Array, Array]:
        """Means and shares; a rule needs means that differ."""
        means = np.array(self.means)
        if np.any(np.diff(means) <= 0) or means[0] <= 0:
            raise refused(
                "FP-GROUPED-036",
                Text(
                    "内插需要大于零、逐组上升的均值", "interpolation needs positive means that rise from group to group"
                ),
                read=", ".join(f"{m:g}" for m in means),
            )
        return means, np.array(self.shares)

    def _curve(self, method: str) -> Quadratic | BetaCurve:
        p, lorenz = self.printed
        if len(p) < 3:
            raise refused(
                "FP-GROUPED-037",
                Text("组数太少，洛伦兹曲线拟合不了", "too few groups for a Lorenz regression"),
                read=str(len(p) + 1),
                expected=Text("至少 4 组", "at least 4 groups"),
            )
        if np.any(lorenz >= p):
            raise refused(
                "FP-GROUPED-038",
                Text("各组收入相同，没有洛伦兹曲线可拟合", "all groups have one income; no Lorenz curve to fit"),
            )
        return regress_quadratic(p, lorenz) if method == "lorenz_gq" else regress_beta(p, lorenz)

    def select_lorenz(self, z: float | None = None) -> Fit:
        """GQ or Beta, by the World Bank's rule: for the distribution, or for poverty at the line ``z``."""
        gq = cast(Quadratic, cast(CurveModel, self.fit("lorenz_gq").model).curve)
        beta = cast(BetaCurve, cast(CurveModel, self.fit("lorenz_beta").model).curve)
        p, lorenz = self.printed
        if z is None:
            quadratic = quadratic_for_distribution(gq, beta, p, lorenz)
        else:
            quadratic = quadratic_for_poverty(gq, beta, p, lorenz, z / self.points.mean)
        return self.fit("lorenz_gq" if quadratic else "lorenz_beta")

    def bounds(self, z: float, year: int | None = None) -> Bounds:
        """The least and the greatest share below ``z`` that any distribution with these group means can have.

        Raises:
            Refused: ``z`` is not a positive number.
        """
        line = read_line(z)
        low, high = self.ends(line)
        years = {k: v for k, v in (("data", self.year), ("line", year)) if v is not None}

        def end(value: float, name: Text) -> Estimate:
            return Estimate(
                value,
                name,
                Text("上下界，不假定分布形状", "sharp bounds, no shape assumed"),
                self.basis,
                n=len(self.means),
                population=self.population,
                years=years,
                warnings=(*self.warnings, *self.line_warnings(line, year)),
                source=self.source,
                details={"line": line},
            )

        return Bounds(
            end(low, Text("收入严格低于线的最小比例", "least share with income strictly below the line")),
            end(high, Text("收入严格低于线的最大比例", "greatest share with income strictly below the line")),
        )

    def compare(self, lines: float | Sequence[float] | Mapping[str, float], year: int | None = None) -> Comparison:
        """Every method at every line, the accepted range and the sharp bounds."""
        return compare(self, self.fit, lines, year)


def _known_method(method: str) -> str:
    if method not in words.METHODS:
        like = nearest(str(method), words.METHODS)
        raise refused(
            "FP-GROUPED-052",
            Text("没有这种方法", "no such method"),
            read=str(method),
            expected=Text("、".join(words.METHODS), ", ".join(words.METHODS)),
            remedy=Text(f"是否为 {like}？", f"did you mean {like}?") if like else None,
        )
    return method


def _known_criterion(method: str, criterion: str | None) -> str | None:
    allowed = words.ALLOWED.get(method, ())
    by = words.ALIASES.get(str(criterion), criterion)
    if by is None:
        return allowed[0] if allowed else None
    if by not in allowed:
        raise refused(
            "FP-GROUPED-053",
            Text("这种方法没有这个准则", "this method has no such criterion"),
            place=method,
            read=str(criterion),
            expected=Text("、".join(allowed) or "不写 criterion", ", ".join(allowed) or "no criterion"),
        )
    return by
