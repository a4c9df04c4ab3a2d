"""Models: shapes, curves and rules behind one face.

Reads   a fitted shape (shapes), Lorenz curve (curves) or rule (interpolation)
Gives   Model: share below a line, quantile, Lorenz curve, gaps, Watts, Gini, mean log deviation
Keeps   a sum that does not exist (a logarithm of an income that is not positive) is refused, never NaN
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from fangpin.methods.estimate import Refused
from fangpin.methods.grouped import povcalnet
from fangpin.methods.grouped.curves import BetaCurve, Quadratic, capped_gap
from fangpin.methods.grouped.interpolation import Piecewise
from fangpin.methods.grouped.shapes import Array, BetaShape, Lognormal, unit_nodes
from fangpin.vocabulary.text import Text

_NODES = unit_nodes(96)


@dataclass(frozen=True)
class Value:
    """A sum, and its exact value where what is published is a coarser sum."""

    value: float
    exact: float | None = None


class Model(Protocol):
    """What every fit can be asked."""

    @property
    def parameters(self) -> dict[str, float]: ...
    @property
    def mean(self) -> float: ...
    @property
    def valid(self) -> bool: ...
    @property
    def convex(self) -> bool: ...
    def cdf(self, z: Any) -> Array: ...
    def quantile(self, p: Any) -> Array: ...
    def lorenz(self, p: Any) -> Array: ...
    def gaps(self, z: float) -> tuple[float, float]: ...
    def watts(self, z: float) -> Value: ...
    def gini(self) -> Value: ...
    def mld(self) -> Value: ...


def _not_positive(share: float) -> Refused:
    return Refused(
        "FP-GROUPED-020",
        Text("有不大于零的收入，对数指标算不了", "incomes that are not positive: a log measure cannot be computed"),
        read=f"{share:.2%}",
        expected=Text("这些收入所占比例为 0", "a share of 0 of such incomes"),
        remedy=Text("用贫困缺口或平方缺口", "use the poverty gap or the squared gap"),
    )


@dataclass(frozen=True)
class ShapeModel:
    """A distribution of positive incomes."""

    shape: Lognormal | BetaShape
    valid: bool = True
    convex: bool = True

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return self.shape.parameters

    @property
    def mean(self) -> float:
        """Mean income."""
        return self.shape.mean

    def cdf(self, z: Any) -> Array:
        """Share below ``z``."""
        return self.shape.cdf(z)

    def quantile(self, p: Any) -> Array:
        """Income at rank ``p``."""
        return self.shape.quantile(p)

    def lorenz(self, p: Any) -> Array:
        """Share of income of the poorest ``p``."""
        return self.shape.lorenz(p)

    def _below(self, z: float) -> tuple[Array, Array]:
        """Incomes below ``z`` at nodes, and their weights, which add up to the head count."""
        t, weight = _NODES
        rank = float(self.shape.cdf(z))
        return self.shape.quantile(rank * t**3), rank * weight * 3 * t**2

    def gaps(self, z: float) -> tuple[float, float]:
        """Poverty gap and squared gap."""
        incomes, weight = self._below(z)
        gap = 1 - incomes / z
        return float(np.sum(weight * gap)), float(np.sum(weight * gap**2))

    def watts(self, z: float) -> Value:
        """Watts index."""
        incomes, weight = self._below(z)
        shown = incomes > 0  # a rank below the smallest double has no weight
        return Value(float(np.sum(weight[shown] * np.log(z / incomes[shown]))))

    def gini(self) -> Value:
        """Gini coefficient."""
        return Value(self.shape.gini)

    def mld(self) -> Value:
        """Mean log deviation."""
        return Value(self.shape.mld)


@dataclass(frozen=True)
class CurveModel:
    """A Lorenz curve and a mean."""

    curve: Quadratic | BetaCurve
    mean: float

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return self.curve.parameters

    @property
    def valid(self) -> bool:
        """The conditions of a Lorenz curve."""
        return self.curve.valid

    @property
    def convex(self) -> bool:
        """Whether incomes rise with rank; a Beta curve may still begin below 0."""
        return self.curve.normal if isinstance(self.curve, BetaCurve) else self.curve.valid

    def cdf(self, z: Any) -> Array:
        """Share below ``z``; refused where the regression gives no curve at all."""
        self._exists()
        lines = np.asarray(z, dtype=float)
        found = np.array([self.curve.rank(float(line) / self.mean) for line in lines.ravel()])
        return found.reshape(lines.shape)

    def quantile(self, p: Any) -> Array:
        """Income at rank ``p``."""
        return np.asarray(self.mean * self.curve.slope(p))

    def lorenz(self, p: Any) -> Array:
        """Share of income of the poorest ``p``; 1 at 1, where a GQ with a + c < 1 falls short."""
        return np.where(np.asarray(p, dtype=float) >= 1, 1.0, self.curve.value(p))

    def gaps(self, z: float) -> tuple[float, float]:
        """Poverty gap and squared gap."""
        self._exists()
        line = z / self.mean
        rank = self.curve.rank(line)
        level = float(self.curve.value(rank)) / line
        if isinstance(self.curve, BetaCurve):
            return capped_gap(rank, level), self.curve.squared_gap(rank, line)
        gap = min(max(rank - level, 0.0), rank)
        return gap, min(max(self.curve.squared_gap(rank, line), 0.0), gap)

    def _exists(self) -> None:
        if not self.curve.exists:
            raise Refused(
                "FP-GROUPED-025",
                Text("回归给出的不是洛伦兹曲线", "the regression gives no Lorenz curve"),
                read=", ".join(f"{k}={v:.4g}" for k, v in self.parameters.items()),
                remedy=Text("用 gb2", "use gb2"),
            )

    def watts(self, z: float) -> Value:
        """Watts index: the published sum; the exact one beside it."""
        self._exists()
        line = z / self.mean
        rank = self.curve.rank(line)
        steps = 200 if isinstance(self.curve, BetaCurve) else 100
        if rank <= 0:
            return Value(0.0, 0.0)
        published = povcalnet.published_watts(self.curve.slope, rank, line, steps)
        if published <= 0:
            raise _not_positive(float(self.cdf(0.0)))
        return Value(published, rank * float(np.log(line)) - self._logs(rank))

    def gini(self) -> Value:
        """Gini coefficient: for Beta the published sum, the exact one beside it."""
        if isinstance(self.curve, BetaCurve):
            return Value(povcalnet.published_gini(self.curve.value), self.curve.gini)
        return Value(self.curve.gini)

    def mld(self) -> Value:
        """Mean log deviation: the published sum; the exact one beside it."""
        return Value(povcalnet.published_mld(self.curve.slope), -self._logs(1.0))

    def _logs(self, until: float) -> float:
        """∫ ln slope over ranks that have an income."""
        s, weight = _NODES
        start = 0.0
        if isinstance(self.curve, BetaCurve) and self.curve.reaches(0.0):
            start = min(self.curve.rank(0.0), until)
        ranks = start + (until - start) * s * s * (3 - 2 * s)
        slopes = np.maximum(self.curve.slope(ranks), 1e-300)
        return float((until - start) * np.sum(weight * 6 * s * (1 - s) * np.log(slopes)))


@dataclass(frozen=True)
class RuleModel:
    """A rule that joins group means."""

    rule: Piecewise
    valid: bool = True
    convex: bool = True

    @property
    def parameters(self) -> dict[str, float]:
        """A rule has none."""
        return {}

    @property
    def mean(self) -> float:
        """Mean income of the rule carried on to ranks 0 and 1."""
        return self.rule.mean

    def cdf(self, z: Any) -> Array:
        """Share below ``z``; refused where the rule does not reach."""
        lines = np.asarray(z, dtype=float)
        low, high = self.rule.covers
        if np.any((lines < low) | (lines > high)):
            raise Refused(
                "FP-GROUPED-021",
                Text(
                    "线在首末两组均值之外，内插规则说明不了",
                    "the line lies outside the group means; the rule ends there",
                ),
                read=f"{lines[(lines < low) | (lines > high)].flat[0]:,.2f}",
                expected=Text(f"{low:,.2f}–{high:,.2f}", f"{low:,.2f}–{high:,.2f}"),
                remedy=Text("用 gb2 或 lorenz_gq 拟合，或看上下界", "fit gb2 or lorenz_gq, or see the bounds"),
            )
        return self.rule.cdf(lines)

    def quantile(self, p: Any) -> Array:
        """Income at rank ``p``."""
        return self.rule.quantile(p)

    def lorenz(self, p: Any) -> Array:
        """Share of income of the poorest ``p``."""
        return self.rule.lorenz(p)

    def gaps(self, z: float) -> tuple[float, float]:
        """Poverty gap and squared gap."""
        rank = float(self.cdf(z))
        first = self.rule.integral(lambda u: 1 - self.rule.quantile(u) / z, rank)
        return first, self.rule.integral(lambda u: (1 - self.rule.quantile(u) / z) ** 2, rank)

    def _positive(self) -> None:
        below = float(self.rule.cdf(0.0))
        if below > 0 or float(self.rule.quantile(1e-9)) < 0:
            raise _not_positive(max(below, 1e-9))

    def watts(self, z: float) -> Value:
        """Watts index."""
        self._positive()
        return Value(
            self.rule.integral(lambda u: np.log(z / np.maximum(self.rule.quantile(u), 1e-300)), float(self.cdf(z)))
        )

    def gini(self) -> Value:
        """Gini coefficient."""
        return Value(self.rule.gini)

    def mld(self) -> Value:
        """Mean log deviation."""
        self._positive()
        logs = self.rule.integral(lambda u: np.log(np.maximum(self.rule.quantile(u), 1e-300)))
        return Value(float(np.log(self.mean)) - logs)
