"""Binned: weight and income by bin of equal relative width, and what must then hold of any measure.

Reads   incomes with weights
Gives   Bins, their sum, and Ends of quantiles, FGT, Gini and the Lorenz curve
Not     exact sums (sketch)
Keeps   ends hold whatever the incomes within a bin are, and some incomes reach them (but for rounding and FGT with
        alpha between 0 and 1); joining pairs of bins depends on which bins are held and not on the order they came in
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fangpin.methods.arrays import F, sums

_ROUND = 1e-11  # edges are taken this much apart (relative), so that rounding puts no income outside
_EXACT = 1e-12  # a cumulated weight this near to the share is exactly at it, as in order
_NEAR = 1e-9  # and this near it may be on either side, by the order of adding up

Keys = NDArray[np.int32]  # four bytes: a nation of counties is held at once


class Ends(NamedTuple):
    """The lowest and the highest value that a measure can have."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins [2·sinh(k·width), 2·sinh((k+1)·width)): of equal relative width, but near nought of equal width.

    Attributes:
        key: Which bins hold somebody, rising.
        weight: Of each.
        amount: Income times weight of each.
        width: Relative width at level 0.
        most: No more bins than this.
        level: How often pairs of bins were joined.
    """

    key: Keys
    weight: F
    amount: F
    width: float
    most: int
    level: int = 0

    @classmethod
    def of(cls, values: F, weight: F, width: float, most: int) -> Bins:
        """The bins of incomes."""
        key = np.floor(np.arcsinh(values / 2) / width).astype(np.int32)
        return cls.summed(key, weight, weight * values, width, most)

    @classmethod
    def summed(cls, key: Any, weight: F, amount: F, width: float, most: int) -> Bins:
        """The bins of weights and amounts whose bin is known, in any order and several times each."""
        return cls(*_summed(key.astype(np.int32), weight, amount), width, most)._within()

    def __add__(self, other: Bins) -> Bins:
        """The bins of both."""
        level = max(self.level, other.level)
        one, two = self._at(level), other._at(level)
        key = np.concatenate([one.key, two.key])
        held = (np.concatenate([a, b]) for a, b in ((one.weight, two.weight), (one.amount, two.amount)))
        return Bins(*_summed(key, *held), self.width, self.most, level)._within()

    def _at(self, level: int) -> Bins:
        """With pairs joined up to a level."""
        if level == self.level:
            return self
        key = self.key >> (level - self.level)
        return Bins(*_summed(key, self.weight, self.amount), self.width, self.most, level)

    def _within(self) -> Bins:
        """At the lowest level that has no more than the most."""
        found = self
        while len(found.key) > found.most:
            found = found._at(found.level + 1)
        return found

    # -- edges (not kept: a nation of counties is held at once) ------------------------------------------------
    @property
    def low(self) -> F:
        """Lower edge of each bin."""
        edge: F = 2 * np.sinh(self.key * (self.width * 2.0**self.level))
        return edge - np.abs(edge) * _ROUND

    @property
    def high(self) -> F:
        """Upper edge of each bin."""
        edge: F = 2 * np.sinh((self.key + 1) * (self.width * 2.0**self.level))
        return edge + np.abs(edge) * _ROUND

    @property
    def mean(self) -> F:
        """Mean income of each bin, within its edges."""
        return np.clip(self.amount / self.weight, self.low, self.high)

    @property
    def cumulated(self) -> F:
        """Weight up to the end of each bin."""
        return np.cumsum(self.weight)

    @property
    def lowest(self) -> float:
        """Below nought if and only if some income is."""
        return -1.0 if self.key[0] < 0 else 0.0

    # -- what must hold --------------------------------------------------------------------------------------------
    def quantile(self, share: float) -> Ends:
        """Of the weighted quantile."""
        cumulated, low, high = self.cumulated, self.low, self.high
        whole, last = float(cumulated[-1]), len(cumulated) - 1
        target = share * whole
        first = min(int(np.searchsorted(cumulated, target - _EXACT * whole)), last)
        away = abs(float(cumulated[first]) - target)
        if away <= _EXACT * whole and first < last:
            return Ends(float(low[[first, first + 1]].mean()), float(high[[first, first + 1]].mean()))
        reach = [min(int(np.searchsorted(cumulated, target + s * _NEAR * whole)), last) for s in (-1, 1)]
        return Ends(float(low[min(reach[0], first)]), float(high[max(reach[1], first)]))

    def lorenz(self, share: float) -> Ends:
        """Of what the poorest share have of all income."""
        cumulated, amount = self.cumulated, np.cumsum(self.amount)
        i = min(int(np.searchsorted(cumulated, share * cumulated[-1])), len(cumulated) - 1)
        part = float(np.clip(share * cumulated[-1] - (cumulated[i] - self.weight[i]), 0, self.weight[i]))
        before, rest = amount[i] - self.amount[i], self.weight[i] - part
        low = max(part * self.low[i], self.amount[i] - rest * self.high[i])
        return Ends(float((before + low) / amount[-1]), float((before + part * self.mean[i]) / amount[-1]))

    def gini(self) -> Ends:
        """Of the Gini: nobody differs within a bin, or all lie at its two edges."""
        whole, amount = float(self.weight.sum()), float(self.amount.sum())
        rank = 2 * self.cumulated - self.weight - whole
        among = float((self.amount * rank).sum()) / (whole * amount)
        low, mean, high = self.low, self.mean, self.high
        apart = (high - mean) * (mean - low) / (high - low)
        return Ends(among, among + float((self.weight**2 * apart).sum()) / (whole * amount))

    def fgt(self, low: float, high: float, alpha: float) -> Ends:
        """Of FGT at a line between ``low`` and ``high``."""
        whole = float(self.weight.sum())
        return Ends(self._below(low, alpha, 0) / whole, self._below(high, alpha, 1) / whole)

    def _below(self, z: float, alpha: float, top: int) -> float:
        """The least (or greatest) sum of w·(1 − y/z)^alpha over incomes below z."""
        low, mean, high = self.low, self.mean, self.high
        under = high <= z
        total = self._under(under, low[under], mean[under], high[under], z, alpha, top)
        for i in np.flatnonzero(~under & (low < z)).tolist():
            ends = _across(float(low[i]), float(mean[i]), float(high[i]), z, alpha)
            total += float(self.weight[i]) * ends[top]
        return total

    def _under(self, under: Any, low: F, mean: F, high: F, z: float, alpha: float, top: int) -> float:
        """Of bins that lie wholly below."""
        w = self.weight[under]
        if alpha == 0:
            return float(w.sum())
        if alpha == 1:
            return float(w.sum() - self.amount[under].sum() / z)
        centre = np.maximum(1 - mean / z, 0) ** alpha
        part = (mean - low) / (high - low)
        chord = (1 - part) * np.maximum(1 - low / z, 0) ** alpha + part * np.maximum(1 - high / z, 0) ** alpha
        return float((w * (chord if (alpha > 1) == bool(top) else centre)).sum())


def _across(low: float, mean: float, high: float, z: float, alpha: float) -> Ends:
    """Of one unit of weight in the bin in which the line lies."""
    deepest = max(1 - low / z, 0.0)
    if alpha == 0:
        return Ends(max((z - mean) / (z - low), 0.0), min((high - mean) / (high - z), 1.0))
    at_most = (high - mean) / (high - low) * deepest**alpha if alpha >= 1 else deepest**alpha
    return Ends(max(1 - mean / z, 0.0) ** alpha if alpha >= 1 else 0.0, at_most)


def _summed(key: Keys, weight: F, amount: F) -> tuple[Keys, F, F]:
    """Weight and amount of each key, by rising key."""
    if not len(key):
        return key, weight, amount
    first = int(key.min())
    place = key - first
    size = int(place.max()) + 1
    if size > 64 * len(key) + 4096:  # few and far apart
        found, where = np.unique(key, return_inverse=True)
        return found, sums(where, weight, len(found)), sums(where, amount, len(found))
    total = sums(place, weight, size)
    held = np.flatnonzero(total)
    return (held + first).astype(np.int32), total[held], sums(place, amount, size)[held]
