"""Interpolations: rules that join group means without a distribution behind them, the paper's among them.

Reads   group means and shares
Gives   interpolated(name, means, shares) → Piecewise: cdf, quantile, Lorenz curve, on any rule of NAMES
Keeps   a rule says how many lie below a line only within ``covers``; sums that need the ends go on as the rule ended;
        mean_preserving alone is a distribution from rank 0 to 1 whose group means are those of the table
Source  Cheng and Deng 2021, Table 1 (linear); Fritsch and Carlson 1980 (pchip)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtr, ndtri

from fangpin.methods.grouped.shapes import Array, unit_nodes

NAMES = ("linear_cdf", "pchip", "loglinear_cdf", "probit_cdf", "mean_preserving")
_NODES = unit_nodes(48)


@dataclass(frozen=True)
class Piecewise:
    """A distribution by pieces: ``breaks`` are the ranks where one piece ends, ``covers`` the incomes it speaks of."""

    cdf: Callable[[Any], Array]
    quantile: Callable[[Any], Array]
    breaks: Array
    covers: tuple[float, float]

    @property
    def parameters(self) -> dict[str, float]:
        """None but the table itself."""
        return {}

    def integral(self, f: Callable[[Array], Array], until: float = 1.0) -> float:
        """∫₀^until f(rank) d rank, piece by piece."""
        ends = np.unique(np.clip(np.r_[0.0, self.breaks, until], 0.0, until))
        s, weight = _NODES
        low, width = ends[:-1, None], np.diff(ends)[:, None]
        ranks = low + width * (s * s * (3 - 2 * s))
        return float(np.sum(width * weight * 6 * s * (1 - s) * f(ranks)))

    @cached_property
    def mean(self) -> float:
        """Mean income of the whole curve."""
        return self.integral(self.quantile)

    def lorenz(self, p: Any) -> Array:
        """Share of income of the poorest ``p``."""
        ranks = np.atleast_1d(np.asarray(p, dtype=float))
        found = np.array([self.integral(self.quantile, float(u)) / self.mean for u in ranks.ravel()])
        return found.reshape(np.shape(p))

    @cached_property
    def gini(self) -> float:
        """Gini coefficient."""
        return self.integral(lambda u: (2 * u - 1) * self.quantile(u)) / self.mean


def interpolated(name: str, means: Array, shares: Array) -> Piecewise:
    """The rule ``name`` on a table's means and shares (at least two groups, means rising)."""
    middles = np.cumsum(shares) - shares / 2
    if name == "mean_preserving":
        return _mean_preserving(means, shares)
    if name == "pchip":
        return _pchip(means, middles)
    to_x, from_x = (np.log, np.exp) if name in ("loglinear_cdf", "probit_cdf") else (np.asarray, np.asarray)
    to_y, from_y = (ndtri, ndtr) if name == "probit_cdf" else (np.asarray, np.asarray)
    return _straight(means, middles, to_x, from_x, to_y, from_y)


def _straight(means: Array, middles: Array, to_x: Any, from_x: Any, to_y: Any, from_y: Any) -> Piecewise:
    """Straight between middles after a change of scale, and on as it ended."""
    x, y = to_x(means), to_y(middles)

    def cdf(z: Any) -> Array:
        with np.errstate(divide="ignore"):
            at = to_x(np.maximum(np.asarray(z, dtype=float), 0.0) if to_x is np.log else np.asarray(z, dtype=float))
        return np.asarray(np.clip(from_y(_extended(at, x, y)), 0.0, 1.0))

    def quantile(p: Any) -> Array:
        return np.asarray(from_x(_extended(to_y(np.asarray(p, dtype=float)), y, x)))

    covers = (0.0, np.inf) if to_y is ndtri else (float(means[0]), float(means[-1]))
    return Piecewise(cdf, quantile, middles, covers)


def _extended(at: Array, x: Array, y: Array) -> Array:
    """Linear interpolation, the first and last piece going on."""
    piece = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    slope = np.diff(y) / np.diff(x)
    return np.asarray(y[piece] + slope[piece] * (at - x[piece]))


def _pchip(means: Array, middles: Array) -> Piecewise:
    """Monotone cubic through (0, 0) and the middles, straight on above the last."""
    x, y = np.r_[0.0, means], np.r_[0.0, middles]
    curve, last = PchipInterpolator(x, y), float((y[-1] - y[-2]) / (x[-1] - x[-2]))

    def cdf(z: Any) -> Array:
        at = np.asarray(z, dtype=float)
        inner = curve(np.clip(at, 0.0, x[-1]))
        return np.asarray(np.clip(inner + last * np.maximum(at - x[-1], 0), 0.0, 1.0))

    def quantile(p: Any) -> Array:
        u = np.asarray(p, dtype=float)
        low, high = np.zeros(u.shape), np.full(u.shape, x[-1])
        for _ in range(60):
            middle = (low + high) / 2
            below = curve(middle) < u
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2 + np.maximum(u - y[-1], 0) / last)

    return Piecewise(cdf, quantile, middles, (0.0, float(x[-1])))


def _mean_preserving(means: Array, shares: Array) -> Piecewise:
    """Straight in rank between borders and one knot a group, set so that the group keeps its mean.

    The knot stands at the middle rank; where that would not rise, the group is level at one end and straight beyond.
    """
    ends = np.r_[0.0, np.cumsum(shares)]
    ends[-1] = 1.0
    middles = (ends[1:] + ends[:-1]) / 2
    inner = np.interp(ends[1:-1], middles, means)
    borders = np.r_[max(0.0, 2 * means[0] - inner[0]), inner, 2 * means[-1] - inner[-1]]
    low, high = borders[:-1], borders[1:]
    half, off = (high - low) / 2, means - (high + low) / 2
    knots, at = 2 * means - (low + high) / 2, middles.copy()
    level = np.minimum(np.abs(off) / half, 1.0)
    too_low, too_high = knots < low, knots > high
    knots[too_low], knots[too_high] = low[too_low], high[too_high]
    at[too_low] = (ends[:-1] + shares * level)[too_low]
    at[too_high] = (ends[1:] - shares * level)[too_high]
    ranks, incomes = np.empty(2 * len(means) + 1), np.empty(2 * len(means) + 1)
    ranks[::2], ranks[1::2], incomes[::2], incomes[1::2] = ends, at, borders, knots

    def cdf(z: Any) -> Array:
        return np.asarray(np.interp(z, incomes, ranks, left=0.0, right=1.0))

    def quantile(p: Any) -> Array:
        return np.asarray(np.interp(p, ranks, incomes))

    return Piecewise(cdf, quantile, ranks[1:-1], (0.0, np.inf))
