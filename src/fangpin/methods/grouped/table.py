"""Tables: group means (or points of a Lorenz curve) as published, read and checked.

Reads   shares, means, basis, official mean and median, population, year, source; nothing from a file
Gives   Table: points, cautions, sharp bounds, the person basis
Not     what is fitted to it (income), which tables are published (reference)
Keeps   the basis (household | person) is never guessed; input that cannot be a table is refused with its place
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import Any, Self

import numpy as np

from fangpin.methods.estimate import BASES, Basis, Caution
from fangpin.methods.grouped import words
from fangpin.methods.grouped.arguments import (
    ROUNDING,
    numbers,
    positive,
    read_basis,
    read_shares,
    read_sizes,
    refused,
    rising,
)
from fangpin.methods.grouped.bounds import sharp_bounds
from fangpin.methods.grouped.criteria import Points
from fangpin.methods.grouped.shapes import Array
from fangpin.vocabulary.text import Text

_MEAN_DIFFERS = 0.01
_LORENZ_ROUNDING = 0.02  # ordinates are printed with few digits; the mean of a narrow group feels it


def _from_income_shares(shares: Any, mean: float | None) -> Array:
    """Means of equal groups, where only their shares of income and the mean of all are published."""
    level = positive(mean, "mean")
    if shares is None or level is None:
        raise refused(
            "FP-GROUPED-030",
            Text("没有组均值", "no group means"),
            remedy=Text(
                "给出 means=，或收入份额 shares= 与 mean=，或用 from_lorenz",
                "give means=, or shares= of income with mean=, or use from_lorenz",
            ),
        )
    parts = numbers(shares, "shares")
    if np.any(parts <= 0):
        raise refused(
            "FP-GROUPED-055", Text("收入份额必须大于零", "shares of income must be above zero"), read=f"{parts.min():g}"
        )
    exact, _ = read_shares(parts, len(parts))
    return np.asarray(exact * len(exact) * level)


class Table:
    """Mean income of groups ordered from poor to rich; see :class:`fangpin.methods.grouped.GroupedIncome`."""

    def __init__(
        self,
        shares: Any = None,
        means: Any = None,
        basis: Basis | None = None,
        mean: float | None = None,
        median: float | None = None,
        population: float | None = None,
        year: int | None = None,
        source: str | None = None,
        *,
        household_sizes: Any = None,
        population_year: int | None = None,
        lowest: float = 0.0,
        rounding: float = ROUNDING,
    ) -> None:
        self.basis: Basis = read_basis(basis)
        if means is None:
            shares, means = None, _from_income_shares(shares, mean)
        levels = numbers(means, "means")
        if len(levels) < 2:
            raise refused(
                "FP-GROUPED-031", Text("至少要有两组", "a table has at least two groups"), read=str(len(levels))
            )
        weights, rounded = read_shares(shares, len(levels))
        cautions = [words.ROUNDED_SHARES] if rounded else []
        cautions += rising(levels, rounding)
        self.shares: tuple[float, ...] = tuple(weights.tolist())
        self.means: tuple[float, ...] = tuple(levels.tolist())
        self.mean = positive(mean, "mean")
        self.median = positive(median, "median")
        self.population = positive(population, "population")
        self.year, self.source, self.population_year = year, source, population_year
        self.lowest = float(lowest)
        self.household_sizes = None if household_sizes is None else read_sizes(household_sizes, len(levels))
        self._own = tuple(cautions)

    @classmethod
    def from_lorenz(cls, p: Any, l: Any, mean: float, *, basis: Basis | None = None, **known: Any) -> Self:  # noqa: E741
        """The table behind points of a Lorenz curve.

        Args:
            p: Cumulative shares of persons or households, rising to 1 (a leading 0 may be left out).
            l: Cumulative shares of income at ``p``, rising to 1, convex.
            mean: Mean income.
            basis: ``household`` or ``person``.
            known: ``median``, ``population``, ``year``, ``source`` and the others of the class.

        Raises:
            Refused: the points are no Lorenz curve.
        """
        ranks, levels = numbers(p, "p"), numbers(l, "l")
        if len(ranks) != len(levels):
            raise refused(
                "FP-GROUPED-032",
                Text("p 与 l 个数不同", "p and l differ in length"),
                read=f"{len(ranks)}, {len(levels)}",
            )
        if len(ranks) and ranks[0] == 0:
            ranks, levels = ranks[1:], levels[1:]
        level = positive(mean, "mean")
        if level is None:
            raise refused("FP-GROUPED-054", Text("没有均值", "no mean"), remedy=Text("给出 mean", "give the mean"))
        steps = np.diff(np.r_[0.0, ranks])
        empty = (steps == 0) & (np.diff(np.r_[0.0, levels]) == 0)
        kept, heights = ranks[~empty], levels[~empty]
        if len(kept) < 2 or max(abs(kept[-1] - 1), abs(heights[-1] - 1)) > 1e-6 or np.any(steps[~empty] <= 0):
            raise refused(
                "FP-GROUPED-033",
                Text("不是洛伦兹曲线上的点", "these are no points of a Lorenz curve"),
                read=f"p {', '.join(f'{v:g}' for v in ranks[-3:])}; l {', '.join(f'{v:g}' for v in levels[-3:])}",
                expected=Text("p 递增，p 与 l 都到 1", "p rising, p and l both ending at 1"),
            )
        kept, heights = np.r_[0.0, kept / kept[-1]], np.r_[0.0, heights / heights[-1]]
        shares = np.diff(kept)
        made = cls(
            shares / shares.sum(),
            level * np.diff(heights) / shares,
            basis,
            mean=level,
            **{"rounding": _LORENZ_ROUNDING, **known},
        )
        if empty.any():
            made._own = (*made._own, words.EMPTY_GROUPS)
        made.__dict__["points"] = Points(kept, heights, level, made.median)
        made.__dict__["printed"] = (ranks[:-1], levels[:-1])
        return made

    # -- what the table says --------------------------------------------------------------------------------
    @cached_property
    def points(self) -> Points:
        """Ranks and Lorenz ordinates, both ends included."""
        shares, means = np.array(self.shares), np.array(self.means)
        total = float(np.sum(shares * means))
        if total <= 0:
            raise refused("FP-GROUPED-034", Text("总收入不大于零", "total income is not positive"), read=f"{total:g}")
        p, lorenz = np.r_[0.0, np.cumsum(shares)], np.r_[0.0, np.cumsum(shares * means) / total]
        p[-1] = lorenz[-1] = 1.0
        return Points(p, lorenz, total, self.median)

    @cached_property
    def printed(self) -> tuple[Array, Array]:
        """The inner points as printed, repeated ones included: what Datt's regressions read."""
        return self.points.p[1:-1], self.points.lorenz[1:-1]

    @cached_property
    def warnings(self) -> tuple[Caution, ...]:
        """Cautions of the table itself."""
        found = list(self._own)
        if self.mean is not None and abs(self.points.mean / self.mean - 1) > _MEAN_DIFFERS:
            found.append(words.mean_differs(self.points.mean, self.mean, self.household_sizes is not None))
        if self.basis == "household" and self.population is not None:
            found.append(words.HOUSEHOLD_RATE)
        of = self.population_year
        if self.year is not None and of is not None and of != self.year:
            found.append(words.mixed_vintages(self.year, of, Text("人口", "population")))
        return tuple(found)

    def line_warnings(self, line: float, year: int | None = None) -> tuple[Caution, ...]:
        """Cautions of a line: of another year than the data, or outside the outermost group means."""
        found = []
        if year is not None and self.year is not None and year != self.year:
            found.append(words.mixed_vintages(self.year, year, Text("收入线", "line")))
        if not self.means[0] <= line <= self.means[-1]:
            found.append(words.outside_range(line, self.means[0], self.means[-1]))
        return tuple(found)

    def ends(self, line: float) -> tuple[float, float]:
        """Sharp bounds at a line, as two numbers."""
        return sharp_bounds(np.array(self.means), np.array(self.shares), line, min(self.lowest, self.means[0]))

    def with_population(self, population: float | None, year: int | None = None) -> Self:
        """The same table with another population, of ``year``."""
        made = copy(self)
        for kept in ("warnings", "_fits"):
            made.__dict__.pop(kept, None)
        made.population, made.population_year = positive(population, "population"), year
        return made

    # -- another basis --------------------------------------------------------------------------------------
    def to_persons(self, household_sizes: Any = None) -> Self:
        """The same groups on the person basis: shares times household sizes.

        Raises:
            Refused: the table is of persons already, or no sizes are known.
        """
        if self.basis == "person":
            raise refused("FP-GROUPED-039", Text("已经是按人口径", "the table is on the person basis already"))
        sizes = self.household_sizes if household_sizes is None else read_sizes(household_sizes, len(self.means))
        if sizes is None:
            raise refused(
                "FP-GROUPED-040",
                Text("不知道各组户均人口", "household sizes are not known"),
                remedy=Text(
                    "给出 household_sizes=，或用 tilted() 按公布均值推算",
                    "give household_sizes=, or use tilted(), which infers them from the published mean",
                ),
            )
        weights = np.array(self.shares) * np.array(sizes)
        return self._again(weights / weights.sum(), "person")

    def tilted(self, mean: float | None = None) -> Self:
        """The person basis inferred: shares tilted linearly in rank so that the mean is the published one.

        Raises:
            Refused: no mean is known, or no tilt reaches it.
        """
        target = positive(mean, "mean") or self.mean
        if target is None:
            raise refused(
                "FP-GROUPED-041", Text("没有公布的均值", "no published mean"), remedy=Text("给出 mean=", "give mean=")
            )
        shares, means = np.array(self.shares), np.array(self.means)
        ranks = self.points.middles - 0.5
        slope = (target - float(shares @ means)) / float(shares @ (ranks * means))
        weights = shares * (1 + slope * ranks)
        if np.any(weights <= 0):
            raise refused(
                "FP-GROUPED-042",
                Text("均值相差太大，推不出按人的比例", "the mean is too far off to infer shares of persons"),
                read=f"{target:g}",
            )
        return self._again(weights / weights.sum(), "person", mean=target)

    def _again(self, shares: Array, basis: Basis, mean: float | None = None) -> Self:
        return type(self)(
            shares,
            self.means,
            basis,
            mean=mean or self.mean,
            median=self.median,
            population=self.population,
            year=self.year,
            source=self.source,
            population_year=self.population_year,
            lowest=self.lowest,
            rounding=_LORENZ_ROUNDING,  # was judged when it was read
        )

    def __repr__(self) -> str:
        name = f"{type(self).__name__} {self.year or ''}".strip()
        return f"<{name}: {len(self.means)} groups {BASES[self.basis].en}, mean {self.points.mean:,.1f}>"
