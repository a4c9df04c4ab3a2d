"""Shapes: log-normal, Singh–Maddala, Dagum and GB2, each by its Lorenz curve and its scale.

Reads   parameters
Gives   Lognormal, BetaShape (GB2; Dagum is q = 1, Singh–Maddala p = 1): cdf, quantile, lorenz, moments, gini, mld
Not     how parameters are found (criteria)
Keeps   incomes are positive; a mean exists (a·q > 1)
Source  McDonald 1984, Econometrica 52:647; Kleiber and Kotz 2003, ch. 6
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, betaincinv, betaln, digamma, expit, ndtr, ndtri

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Lognormal:
    """Log-normal with median exp(mu)."""

    mu: float
    sigma: float

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return {"mu": self.mu, "sigma": self.sigma}

    @property
    def mean(self) -> float:
        """Mean income."""
        return float(np.exp(self.mu + self.sigma**2 / 2))

    def cdf(self, z: Any) -> Array:
        """Share with income below ``z``; 0 at and below 0."""
        z = np.asarray(z, dtype=float)
        with np.errstate(divide="ignore"):
            return np.asarray(ndtr((np.log(np.maximum(z, 0.0)) - self.mu) / self.sigma))

    def quantile(self, p: Any) -> Array:
        """Income at rank ``p``."""
        return np.asarray(np.exp(self.mu + self.sigma * ndtri(np.asarray(p, dtype=float))))

    def lorenz(self, p: Any) -> Array:
        """Share of income of the poorest ``p``."""
        return np.asarray(ndtr(ndtri(np.asarray(p, dtype=float)) - self.sigma))

    def second_moment_share(self, p: Any) -> Array:
        """Share of the second moment held by the poorest ``p``."""
        return np.asarray(ndtr(ndtri(np.asarray(p, dtype=float)) - 2 * self.sigma))

    @property
    def second_moment(self) -> float:
        """Mean of income squared."""
        return float(np.exp(2 * self.mu + 2 * self.sigma**2))

    @property
    def gini(self) -> float:
        """Gini coefficient."""
        return float(2 * ndtr(self.sigma / np.sqrt(2)) - 1)

    @property
    def mld(self) -> float:
        """Mean logarithmic deviation."""
        return self.sigma**2 / 2


@dataclass(frozen=True)
class BetaShape:
    """Generalised beta of the second kind: F(x) = I_w(p, q) with w/(1−w) = (x/b)^a."""

    a: float
    b: float
    p: float
    q: float

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return {"a": self.a, "b": self.b, "p": self.p, "q": self.q}

    @property
    def mean(self) -> float:
        """Mean income."""
        return self.b * relative_mean(self.a, self.p, self.q)

    def cdf(self, z: Any) -> Array:
        """Share with income below ``z``; 0 at and below 0."""
        with np.errstate(divide="ignore"):
            odds = self.a * (np.log(np.maximum(np.asarray(z, dtype=float), 0.0)) - np.log(self.b))
        low, high = betainc(self.p, self.q, expit(odds)), betaincc(self.q, self.p, expit(-odds))
        return np.asarray(np.where(odds < 0, low, high))

    def quantile(self, p: Any) -> Array:
        """Income at rank ``p``."""
        u = np.asarray(p, dtype=float)
        with np.errstate(divide="ignore", over="ignore"):
            odds = np.log(betaincinv(self.p, self.q, u)) - np.log(betaincinv(self.q, self.p, 1 - u))
            return np.asarray(np.exp(np.log(self.b) + odds / self.a))

    def lorenz(self, p: Any) -> Array:
        """Share of income of the poorest ``p``."""
        return relative_lorenz(self.a, self.p, self.q, np.asarray(p, dtype=float))

    def second_moment_share(self, p: Any) -> Array:
        """Share of the second moment held by the poorest ``p``; needs a·q > 2."""
        w = betaincinv(self.p, self.q, np.asarray(p, dtype=float))
        return np.asarray(betainc(self.p + 2 / self.a, self.q - 2 / self.a, w))

    @property
    def second_moment(self) -> float:
        """Mean of income squared; infinite where a·q ≤ 2."""
        if self.a * self.q <= 2:
            return float("inf")
        return float(self.b**2 * np.exp(betaln(self.p + 2 / self.a, self.q - 2 / self.a) - betaln(self.p, self.q)))

    @cached_property
    def gini(self) -> float:
        """Gini coefficient, by quadrature of the Lorenz curve."""
        # p = s²(3 − 2s) takes the steep upper end apart
        s, weight = _NODES
        return float(1 - 2 * np.sum(weight * 6 * s * (1 - s) * self.lorenz(s * s * (3 - 2 * s))))

    @property
    def mld(self) -> float:
        """Mean logarithmic deviation: ln mean − mean ln."""
        return float(np.log(self.mean / self.b) - (digamma(self.p) - digamma(self.q)) / self.a)


def unit_nodes(n: int) -> tuple[Array, Array]:
    """Gauss–Legendre nodes and weights on 0–1."""
    x, w = np.polynomial.legendre.leggauss(n)
    return (x + 1) / 2, w / 2


_NODES = unit_nodes(96)


def relative_mean(a: float, p: float, q: float) -> float:
    """Mean of GB2 with b = 1."""
    return float(np.exp(betaln(p + 1 / a, q - 1 / a) - betaln(p, q)))


def relative_lorenz(a: float, p: float, q: float, u: Array) -> Array:
    """Lorenz curve of GB2 at ranks ``u``."""
    return np.asarray(betainc(p + 1 / a, q - 1 / a, betaincinv(p, q, u)))
