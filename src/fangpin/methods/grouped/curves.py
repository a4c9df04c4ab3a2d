"""Curves: the two Lorenz curves of PovcalNet, general quadratic (GQ) and Beta, by Datt's regressions.

Reads   ranks and Lorenz ordinates
Gives   Quadratic, BetaCurve: value, slope, rank of an income, squared gap, gini, validity; regress_quadratic,
        regress_beta
Not     which of the two to use (selection), the sums PovcalNet publishes (povcalnet), what a person is told (fit)
Keeps   Datt's closed forms; a rank is found to 1e-13, not to the 1e-4 of the old program
Source  Datt 1998, IFPRI FCND Discussion Paper 50; Villaseñor and Arnold 1989; Kakwani 1980
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import beta as beta_function
from scipy.special import betainc, hyp2f1

from fangpin.methods.grouped.shapes import Array, unit_nodes

_NODES = unit_nodes(64)


@dataclass(frozen=True)
class Quadratic:
    """L(1−L) = a(p²−L) + bL(p−1) + c(p−L)."""

    a: float
    b: float
    c: float
    errors: tuple[float, float, float] | None = None

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return {"a": self.a, "b": self.b, "c": self.c}

    @property
    def e(self) -> float:
        """−(a+b+c+1)."""
        return -(self.a + self.b + self.c + 1)

    @property
    def m(self) -> float:
        """b² − 4a."""
        return self.b**2 - 4 * self.a

    @property
    def n(self) -> float:
        """2be − 4c."""
        return 2 * self.b * self.e - 4 * self.c

    @property
    def r2(self) -> float:
        """n² − 4me²; r squared."""
        return self.n**2 - 4 * self.m * self.e**2

    def value(self, p: Any) -> Array:
        """L(p)."""
        p = np.asarray(p, dtype=float)
        root = np.sqrt(np.maximum(self.m * p**2 + self.n * p + self.e**2, 0.0))
        return np.asarray(-0.5 * (self.b * p + self.e + root))

    def slope(self, p: Any) -> Array:
        """L'(p): income at rank p over the mean."""
        p = np.asarray(p, dtype=float)
        root = np.sqrt(np.maximum(self.m * p**2 + self.n * p + self.e**2, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-self.b / 2 - (2 * self.m * p + self.n) / (4 * root))

    def rank(self, slope: float) -> float:
        """The rank whose income over the mean is ``slope``; 0 below the lowest, 1 above the highest income."""
        lowest, highest = float(self.slope(0.0)), float(self.slope(1.0))
        if np.isfinite(lowest) and slope <= lowest:
            return 0.0
        if np.isfinite(highest) and slope >= highest:
            return 1.0
        t = self.b + 2 * slope
        if abs(self.m) > 1e-9 and t * t > self.m:
            found = -(self.n + np.sqrt(self.r2) * t / np.sqrt(t * t - self.m)) / (2 * self.m)
            if 0 <= found <= 1:
                return float(found)
        return float(brentq(lambda p: float(self.slope(p)) - slope, 1e-15, 1 - 1e-15, xtol=1e-15))

    def squared_gap(self, rank: float, slope: float) -> float:
        """FGT(2) below the income ``slope`` (over the mean), whose rank is ``rank``."""
        u = 1 / slope
        level = float(self.value(rank))
        gap = rank - u * level
        r = np.sqrt(self.r2)
        s1, s2 = (r - self.n) / (2 * self.m), -(r + self.n) / (2 * self.m)
        with np.errstate(all="ignore"):
            logs = np.log((1 - rank / s1) / (1 - rank / s2))
        return float(2 * gap - rank - u**2 * (self.a * rank + self.b * level - r / 16 * logs))

    @property
    def gini(self) -> float:
        """Gini coefficient, by quadrature."""
        return _gini(self)

    @property
    def valid(self) -> bool:
        """Datt's conditions, with PovcalNet's tolerance: e ≤ 0, c ≥ 0, a + c ≥ 0.9, convex on 0–1."""
        return self.normal and self.a + self.c >= 0.9

    @property
    def exists(self) -> bool:
        """The same as ``normal``: there is no other GQ."""
        return self.normal

    @property
    def normal(self) -> bool:
        """The curve exists and is convex on 0–1."""
        m, n, e = self.m, self.n, self.e
        if self.r2 < 0 or e > 0 or self.c < 0:
            return False
        most = n**2 / (4 * e**2) if e else np.inf
        return bool(m < 0 or (0 < m < most and n >= 0) or (0 < m < -n / 2 and m < most))


@dataclass(frozen=True)
class BetaCurve:
    """L(p) = p − θ p^γ (1−p)^δ."""

    theta: float
    gamma: float
    delta: float
    errors: tuple[float, float, float] | None = None

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return {"theta": self.theta, "gamma": self.gamma, "delta": self.delta}

    def value(self, p: Any) -> Array:
        """L(p)."""
        p = np.asarray(p, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(p - self.theta * p**self.gamma * (1 - p) ** self.delta)

    def slope(self, p: Any) -> Array:
        """L'(p): income at rank p over the mean; −∞ at 0 where γ < 1."""
        p = np.asarray(p, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            inner = self.gamma * p ** (self.gamma - 1) * (1 - p) ** self.delta
            outer = self.delta * p**self.gamma * (1 - p) ** (self.delta - 1)
            return np.asarray(1 - self.theta * (inner - outer))

    def curvature(self, p: Any) -> Array:
        """L''(p)."""
        p = np.asarray(p, dtype=float)
        g, d = self.gamma, self.delta
        middle = g * (1 - g) / p**2 + 2 * g * d / (p * (1 - p)) + d * (1 - d) / (1 - p) ** 2
        return np.asarray(self.theta * p**g * (1 - p) ** d * middle)

    @property
    def lowest(self) -> float:
        """The rank of the lowest income: 0 for γ ≤ 1; above 1 the curve is concave before it."""
        if self.gamma <= 1 or float(self.curvature(0.5)) <= 0:
            return 1e-12
        return float(brentq(lambda p: float(self.curvature(p)), 1e-12, 0.5, xtol=1e-14))

    def rank(self, slope: float) -> float:
        """The rank whose income over the mean is ``slope``; 0 below the lowest, 1 above the highest income."""
        low, high = self.lowest, 1 - 1e-12
        if float(self.slope(low)) >= slope:
            return 0.0
        if float(self.slope(high)) <= slope:
            return 1.0
        return float(brentq(lambda p: float(self.slope(p)) - slope, low, high, xtol=1e-14, rtol=1e-13))

    def reaches(self, slope: float) -> bool:
        """Whether some rank has the income ``slope`` (over the mean)."""
        return float(self.slope(self.lowest)) < slope

    def squared_gap(self, rank: float, slope: float) -> float:
        """FGT(2) below the income ``slope`` (over the mean), whose rank is ``rank``."""
        if rank <= 0:
            return 0.0
        rank = min(rank, 1 - 1e-12)
        u, g, d = 1 / slope, self.gamma, self.delta
        gap = capped_gap(rank, u * float(self.value(rank)))
        squares = (
            g**2 * incomplete_beta(rank, 2 * g - 1, 2 * d + 1)
            - 2 * g * d * incomplete_beta(rank, 2 * g, 2 * d)
            + d**2 * incomplete_beta(rank, 2 * g + 1, 2 * d - 1)
        )
        found = (1 - u) * (2 * gap - (1 - u) * rank) + (self.theta * u) ** 2 * squares
        return float(max(gap - 1e-5 if found > gap else found, 0.0))

    @property
    def gini(self) -> float:
        """Gini coefficient: 2θ B(1+γ, 1+δ)."""
        return float(2 * self.theta * beta_function(1 + self.gamma, 1 + self.delta))

    @property
    def valid(self) -> bool:
        """PovcalNet's conditions: no negative income from rank 0.001 to 0.1, convex from 0.001 to 0.999."""
        steps = np.arange(0.001, 0.1, 0.05)
        return bool(np.all(self.slope(steps) >= 0)) and self.normal

    @property
    def exists(self) -> bool:
        """The curve ends at (1, 1) and lies below the diagonal."""
        return self.theta > 0 and self.gamma > 0 and self.delta > 0

    @property
    def normal(self) -> bool:
        """The curve is convex from rank 0.001 to 0.999."""
        return self.exists and bool(np.all(self.curvature(np.arange(0.001, 0.999, 0.05)) >= 0))


def capped_gap(rank: float, level: float) -> float:
    """Poverty gap ``rank − level``, kept within 0 and the head count as PovcalNet does (Beta may dip below 0)."""
    gap = rank - level
    return max(rank - 1e-5 if gap > rank else gap, 0.0)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """∫₀ˣ t^(a−1) (1−t)^(b−1) dt for a > 0, any b, x < 1; for a < 0 its analytic continuation."""
    if a > 0 and b > 0:
        return float(betainc(a, b, x) * beta_function(a, b))
    return float(x**a / a * hyp2f1(a, 1 - b, a + 1, x))


def _gini(curve: Quadratic) -> float:
    s, weight = _NODES
    return float(1 - 2 * np.sum(weight * 6 * s * (1 - s) * curve.value(s * s * (3 - 2 * s))))


def regress_quadratic(p: Array, lorenz: Array) -> Quadratic:
    """Datt's regression of GQ on the inner points (both ends left out)."""
    x = np.column_stack([p**2 - lorenz, lorenz * (p - 1), p - lorenz])
    coefficients, errors = _regress(x, lorenz * (1 - lorenz))
    return Quadratic(*coefficients, errors=errors)


def regress_beta(p: Array, lorenz: Array) -> BetaCurve:
    """Datt's regression of the Beta curve on the inner points (both ends left out)."""
    x = np.column_stack([np.ones_like(p), np.log(p), np.log1p(-p)])
    (level, gamma, delta), errors = _regress(x, np.log(p - lorenz))
    return BetaCurve(float(np.exp(level)), gamma, delta, errors=errors)


def _regress(x: Array, y: Array) -> tuple[tuple[float, float, float], tuple[float, float, float] | None]:
    found, *_ = np.linalg.lstsq(x, y, rcond=None)
    free = len(y) - 3
    errors = None
    if free > 0:
        spread = float(np.sum((y - x @ found) ** 2)) / free
        diagonal = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * spread)
        errors = (float(diagonal[0]), float(diagonal[1]), float(diagonal[2]))
    return (float(found[0]), float(found[1]), float(found[2])), errors
