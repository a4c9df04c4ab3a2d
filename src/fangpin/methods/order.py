"""Order: records of each group from poorest to richest, and what is read off that order.

Gives   Ordered: cumulative weights and incomes, weighted quantiles, density at a point, mean absolute differences
Not     checks of the input (arrays, records), errors of sampling (survey)
Keeps   one definition of the weighted quantile everywhere: the lowest income whose cumulated weight reaches the share;
        exactly at it, the mean of it and the next
Source  shared definitions of the project (LINES §2); laeken's weighted quantile, convey's density
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from fangpin.methods.arrays import F, I, sums

_EXACT = 1e-12  # a cumulated weight this near to the share (relative to the whole) is exactly at it


class Ordered:
    """Records with a positive weight, by group and income.

    Args:
        income: Income of each record. Shape (n,).
        weight: Weight of each record. Shape (n,), ≥ 0.
        group: Dense group number of each record, or None for one group.
        groups: How many groups there are.
    """

    def __init__(self, income: F, weight: F, group: I | None, groups: int) -> None:
        place = np.argsort(income, kind="stable")
        if not weight.all():
            place = place[weight[place] > 0]
        if group is not None:
            small = group[place].astype(np.int16 if groups < 32_000 else np.int64)
            place = place[np.argsort(small, kind="stable")]
        self.place, self.income, self.weight = place, income[place], weight[place]
        self.group = np.zeros(len(place), dtype=np.intp) if group is None else group[place]
        self.single = groups == 1
        self.first = np.searchsorted(self.group, np.arange(groups))
        self.last = np.searchsorted(self.group, np.arange(groups), side="right") - 1
        self.rows = len(income)

    @cached_property
    def _cumulated(self) -> tuple[F, F]:
        return self.within(self.weight)

    def within(self, values: F) -> tuple[F, F]:
        """Values cumulated within each group, own value included; and the sum of each group."""
        running = np.cumsum(values)
        if self.single:
            return running, running[-1:]
        start = np.where(self.first > 0, running[self.first - 1], 0.0)
        return running - start[self.group], running[self.last] - start

    @property
    def below(self) -> F:
        """Weight at or below each record, within its group."""
        return self._cumulated[0]

    @property
    def total(self) -> F:
        """Weight of each group."""
        return self._cumulated[1]

    def back(self, values: F) -> F:
        """Values in the order of the records as they came; zero where the weight is."""
        found = np.zeros(self.rows)
        found[self.place] = values
        return found

    def reach(self, target: F) -> F:
        """The income where the cumulated weight of each group reaches ``target``; exactly at it, the mean of two."""
        slack = _EXACT * self.total
        where = np.empty(len(target), dtype=np.intp)
        for g, (i, j) in enumerate(zip(self.first, self.last, strict=True)):
            where[g] = i + np.searchsorted(self.below[i : j + 1], target[g] - slack[g])
        where = np.minimum(where, self.last)
        exact = (np.abs(self.below[where] - target) <= slack) & (where < self.last)
        upper = np.where(exact, np.minimum(where + 1, self.last), where)
        middle: F = (self.income[where] + self.income[upper]) / 2
        return np.where(upper > where, middle, self.income[where])

    def quantile(self, share: float) -> F:
        """The weighted quantile of each group."""
        return self.reach(share * self.total)

    def differences(self, values: F, weight: F | None = None) -> tuple[F, F]:
        """For each record the weighted sum of distances to all others of its group, and half their sum by group.

        ``values`` must be in the order of the records here, not falling within a group.
        """
        weight = self.weight if weight is None else weight
        amount, whole = self.within(weight * values)
        away = values * self.rank(weight) + whole[self.group] - 2 * amount + weight * values
        half = self.within(weight * away)[1] / 2
        return away, half

    def rank(self, weight: F) -> F:
        """Weight below each record less weight above it, within its group."""
        before, whole = self.within(weight)
        return 2 * before - weight - whole[self.group]

    def lorenz(self, share: float) -> tuple[F, F]:
        """What the poorest ``share`` of each group have of all income, along straight lines; and the income there."""
        target = share * self.total
        where = np.empty(len(target), dtype=np.intp)
        for g, (i, j) in enumerate(zip(self.first, self.last, strict=True)):
            where[g] = i + np.searchsorted(self.below[i : j + 1], target[g] * (1 - _EXACT))
        where = np.minimum(where, self.last)
        amount, whole = self.within(self.weight * self.income)
        part = target - (self.below[where] - self.weight[where])
        part = np.clip(part, 0.0, self.weight[where])
        own = self.income[where]
        with np.errstate(invalid="ignore", divide="ignore"):
            return (amount[where] - self.weight[where] * own + part * own) / whole, own


def spread(income: F, weight: F, group: I | None, total: F, mean: F) -> F:
    """The weighted standard deviation of each group."""
    centred = income - (mean if group is None else mean[group])
    square = np.array([(weight * centred**2).sum()]) if group is None else sums(group, weight * centred**2, len(total))
    return np.sqrt(square / total)


def density(income: F, weight: F, group: I | None, total: F, width: F, at: F, by_income: bool = False) -> F:
    """The density of income at a point of each group: a Gaussian kernel of ``width``.

    With ``by_income`` every record counts with its income: the density of the amounts.
    """
    point, wide = (at, width) if group is None else (at[group], width[group])
    with np.errstate(under="ignore", divide="ignore", invalid="ignore"):
        kernel = weight * np.exp(-0.5 * ((point - income) / wide) ** 2)
    if by_income:
        kernel = kernel * income
    mass = np.array([kernel.sum()]) if group is None else sums(group, kernel, len(total))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: F = mass / (total * width * np.sqrt(2 * np.pi))
    return found
