"""Sketch: a population of any size in bounded memory, read once, part by part, in any order.

Reads   incomes with weights of one part; lines that are known beforehand
Gives   Sketch.of(income, …), its sum with other sketches, and the measures of poverty and inequality with their bounds;
        sketches(…, by=) → one for every group
Not     errors of sampling (survey), the measures of records in memory (poverty, inequality): the definitions are theirs
Keeps   sums of a given line, the mean, MLD, Theil and GE(2) are exact; all else lies between bounds that hold whatever
        the incomes within a bin are; the same records in other parts or another order give the same bins
Source  bins of equal relative width as DDSketch (Masson, Rim and Lee 2019), pairs joined when there are too many as in
        UDDSketch (Epicoco et al. 2020); bounds of the Gini from group means: Gastwirth 1972
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fangpin.methods.arrays import F, codes, numbers, refuse, weights_of
from fangpin.methods.binned import Bins, Ends
from fangpin.methods.estimate import BASES, Basis, Estimate, Unit
from fangpin.methods.records import Of, mixed_vintages
from fangpin.vocabulary.text import Text

WIDTH = 1.6e-4
"""Relative width of a bin: its middle is less than 1e-4 off any income in it."""
BINS = 131_072
"""No more bins than this, by default: incomes up to ten million never reach it."""

Lines = Mapping[Any, float] | Iterable[float] | float
_EXACT = Text("一遍汇总，精确", "one pass, exact")


class Sums(NamedTuple):
    """What adds up exactly over any parts."""

    records: int
    weight: float
    amount: float
    square: float
    log: float
    amount_log: float
    not_positive: int


class Below(NamedTuple):
    """What lies below one line: the line (None where parts had different ones) and the sums of its gaps."""

    line: float | None
    weight: float
    gap: float
    square: float
    log: float


@dataclass(frozen=True, eq=False)
class Sketch:
    """A population as sums and bins; ``a + b`` is the sketch of both.

    Attributes:
        sums: Of the whole population.
        lines: By name of a line, what lies below it; a plain number is its own name.
        bins: Weight and income by bin.
        basis: ``household`` or ``person``: what the weights count.
        year: Of the data.
    """

    sums: Sums
    lines: Mapping[Any, Below]
    bins: Bins
    basis: Basis | None = None
    year: int | None = None

    @classmethod
    def of(
        cls,
        income: Any,
        weights: Any = None,
        lines: Lines = (),
        *,
        basis: Basis | None = None,
        year: int | None = None,
        bins: int = BINS,
    ) -> Sketch:
        """The sketch of one part.

        Args:
            income: Income of each record; yuan per person per year; negative and zero incomes are kept. Shape (n,).
            weights: Weight of each record; equal without.
            lines: Lines that are counted exactly: numbers, or names with a number each. A name may have another line in
                another part (a county's own).
            basis: What the weights count.
            year: Of the data.
            bins: The most bins that are kept, at least 64.

        Raises:
            Refused: blanks, bad weights, a line of zero or less, too few bins.

        Examples:
            >>> one, two = Sketch.of([1000, 2000], lines=[1500]), Sketch.of([3000], lines=[1500])
            >>> both = one + two
            >>> round(float(both.headcount_ratio(1500)), 4), float(both.mean())
            (0.3333, 2000.0)
        """
        values = numbers(income, "income")
        weight = weights_of(weights, len(values))
        if basis is not None and basis not in BASES:
            raise refuse("020", "basis：应为 household 或 person", "basis is household or person", read=repr(basis))
        if bins < 64:
            raise refuse("110", "区间至少 64 个", "at least 64 bins", read=str(bins))
        if not weight.all():
            values, weight = values[weight > 0], weight[weight > 0]
        named = {name: _below(values, weight, z) for name, z in named_lines(lines).items()}
        return cls(_sums(values, weight), named, Bins.of(values, weight, WIDTH, bins), basis, year)

    def __add__(self, other: Sketch) -> Sketch:
        """The sketch of both populations.

        Raises:
            Refused: other names of lines, another basis, another most of bins.
        """
        if not isinstance(other, Sketch):
            return NotImplemented
        if self.lines.keys() != other.lines.keys() or self.bins.most != other.bins.most:
            raise refuse("111", "两份汇总的收入线或区间数不同", "the two sketches have other lines or bins")
        if self.basis != other.basis:
            raise refuse("068", "一个按户、一个按人，不能相加", "one counts households, one persons: no sum")
        sums = Sums._make(a + b for a, b in zip(self.sums, other.sums, strict=True))
        lines = {name: _joined(held, other.lines[name]) for name, held in self.lines.items()}
        year = self.year if self.year == other.year else None
        return replace(self, sums=sums, lines=lines, bins=self.bins + other.bins, year=year)

    def __radd__(self, other: Any) -> Sketch:
        """So that ``sum(sketches)`` works."""
        return self if other == 0 else NotImplemented

    # -- exact -------------------------------------------------------------------------------------------------
    def mean(self) -> Estimate:
        """Mean income."""
        return self._said(self.sums.amount / self.sums.weight, Text("均值", "mean"), "yuan")

    def mld(self) -> Estimate:
        """The mean log deviation, as inequality.mld."""
        mean = self._positive_mean(Text("平均对数偏差 MLD", "mean log deviation"))
        return self._said(
            np.log(mean) - self.sums.log / self.sums.weight, Text("平均对数偏差 MLD", "mean log deviation")
        )

    def theil_t(self) -> Estimate:
        """Theil's T, as inequality.theil_t."""
        mean = self._positive_mean(Text("Theil T 指数", "Theil T"))
        return self._said(self.sums.amount_log / self.sums.amount - np.log(mean), Text("Theil T 指数", "Theil T"))

    def generalized_entropy(self, *, alpha: float) -> Estimate:
        """GE(0), GE(1) and GE(2), as inequality.generalized_entropy.

        Raises:
            Refused: another alpha, and as there.
        """
        if alpha in (0, 1):
            return self.mld() if alpha == 0 else self.theil_t()
        if alpha != 2:
            raise refuse("112", "一遍汇总只有 GE(0)、GE(1)、GE(2)", "one pass has GE(0), GE(1) and GE(2)")
        name = Text("广义熵 GE(2)", "generalized entropy GE(2)")
        if self.bins.lowest < 0:
            raise refuse("051", f"{name.zh}：有收入小于零", f"{name.en}: there are incomes below zero")
        mean = self._mean_above_zero(name)
        return self._said((self.sums.square / self.sums.weight / mean**2 - 1) / 2, name)

    # -- poverty -----------------------------------------------------------------------------------------------
    def fgt(
        self,
        line: Any = None,
        *,
        alpha: float = 0,
        share: float | None = None,
        of: Of = "median",
        year: int | None = None,
    ) -> Estimate:
        """The measure of Foster, Greer and Thorbecke, as poverty.fgt: exact at a line given beforehand.

        Args:
            line: A line given beforehand, by name or number; or any other number.
            alpha: 0 and above.
            share: Instead of a line: a share of their own median or mean.
            of: ``median`` or ``mean``.
            year: Of the line.

        Raises:
            Refused: as poverty.fgt; a name that is no line.
        """
        if not 0 <= alpha < float("inf"):
            raise refuse("050", "alpha 应不小于零", "alpha must not be below zero", read=repr(alpha))
        if (line is None) == (share is None):
            raise refuse("031", "收入线 line 与比例 share 二者取一", "give a line, or a share: one of the two")
        if share is not None:
            return self._dated(self._relative(share, of, alpha), self.year)
        held = self.lines.get(line)
        if held is not None and alpha in (0, 1, 2):
            own = Text("各自的收入线", "their own line") if held.line is None else _said_line(held.line)
            found = (held.weight, held.gap, held.square)[int(alpha)] / self.sums.weight
            details = {} if held.line is None else {"line": held.line}
            said = self._said(found, _fgt_name(own, alpha), "rate" if found <= 1 else "index", details)
            return self._dated(said, year)
        z = _line(line if held is None else held.line)
        said = self._between(self.bins.fgt(z, z, alpha), _fgt_name(_said_line(z), alpha), "rate", {"line": z})
        return self._dated(said, year)

    def headcount_ratio(self, line: Any = None, **more: Any) -> Estimate:
        """The share strictly below the line; ``share``, ``of``, ``year`` as in fgt."""
        return self.fgt(line, alpha=0, **more)

    def poverty_gap_index(self, line: Any = None, **more: Any) -> Estimate:
        """The mean shortfall as a share of the line; as fgt."""
        return self.fgt(line, alpha=1, **more)

    def squared_poverty_gap(self, line: Any = None, **more: Any) -> Estimate:
        """The mean squared shortfall as a share of the line; as fgt."""
        return self.fgt(line, alpha=2, **more)

    def watts(self, line: Any) -> Estimate:
        """The Watts index of a line given beforehand.

        Raises:
            Refused: another line; incomes of zero or less, with their count.
        """
        name = Text("Watts 指数", "Watts index")
        self._all_positive(name)
        held = self.lines.get(line)
        if held is None:
            raise refuse(
                "113", "Watts 指数要事先给出收入线", "the Watts index wants its line beforehand", read=repr(line)
            )
        return self._said(held.log / self.sums.weight, name, details={} if held.line is None else {"line": held.line})

    def _dated(self, found: Estimate, line: int | None) -> Estimate:
        """With the year of its line."""
        if line is None:
            return found
        apart = self.year is not None and self.year != line
        marks = (mixed_vintages(line, self.year),) if apart and self.year is not None else ()
        return replace(found, years={**found.years, "line": line}, warnings=found.warnings + marks)

    def _relative(self, share: float, of: Of, alpha: float) -> Estimate:
        """Below a share of their own median or mean, which is itself known between bounds."""
        if not share > 0 or of not in ("median", "mean"):
            raise refuse("033", "share 应大于零，of 为 median 或 mean", "share is above zero, of median or mean")
        middle = self.bins.quantile(0.5) if of == "median" else Ends(*[self.sums.amount / self.sums.weight] * 2)
        low, high = share * middle.low, share * middle.high
        if low <= 0:
            raise refuse("032", "中位数或均值不大于零，划不出相对线", "no relative line: it is not above zero")
        name = Text(f"自身{'中位数' if of == 'median' else '均值'}的 {share:.0%}", f"{share:.0%} of their own {of}")
        found = self.bins.fgt(low, high, alpha)
        return self._between(found, _fgt_name(name, alpha), "rate", {"line": (low + high) / 2})

    # -- the whole distribution ---------------------------------------------------------------------------------
    def quantile(self, q: float = 0.5) -> Estimate:
        """The weighted quantile, as inequality.quantile."""
        return self._between(self.bins.quantile(_rank(q, "q")), Text(f"{q:.0%} 分位数", f"{q:.0%} quantile"), "yuan")

    def median(self) -> Estimate:
        """The median."""
        return self.quantile(0.5)

    def gini(self) -> Estimate:
        """The Gini coefficient, as inequality.gini."""
        name = Text("Gini 系数", "Gini coefficient")
        self._mean_above_zero(name)
        return self._between(self.bins.gini(), name)

    def lorenz(self, p: float) -> Estimate:
        """The share of all income that the poorest ``p`` have, as inequality.lorenz."""
        name = Text("最低收入一端的收入份额（Lorenz 曲线）", "share of income of the poorest (Lorenz curve)")
        self._mean_above_zero(name)
        return self._between(self.bins.lorenz(_rank(p, "p")), name)

    # -- how it is said -----------------------------------------------------------------------------------------
    def _between(self, ends: Ends, name: Text, unit: Unit = "index", details: dict[str, Any] | None = None) -> Estimate:
        value = (ends.low + ends.high) / 2
        off = (ends.high - ends.low) / 2
        how = Text(
            f"一遍汇总，{len(self.bins.key)} 个区间，误差不超过 {off:.2g}",
            f"one pass, {len(self.bins.key)} bins, off by at most {off:.2g}",
        )
        unit = "index" if unit == "rate" and value > 1 else unit
        found = self._said(value, name, unit, details, how)
        return replace(found, interval=(ends.low, ends.high), interval_kind="bounds")

    def _said(
        self,
        value: float,
        name: Text,
        unit: Unit = "index",
        details: dict[str, Any] | None = None,
        how: Text = _EXACT,
    ) -> Estimate:
        return Estimate(
            float(value),
            name,
            how,
            self.basis,
            n=self.sums.records,
            population=self.sums.weight,
            years={} if self.year is None else {"data": self.year},
            unit=unit,
            details=details or {},
        )

    def _all_positive(self, name: Text) -> None:
        count = self.sums.not_positive
        if count:
            raise refuse(
                "051",
                f"{name.zh}：{count} 条记录的收入小于或等于零，算不出",
                f"{name.en} cannot be computed: {count} records have incomes zero or below",
                read=f"{count} / {self.sums.records}",
            )

    def _positive_mean(self, name: Text) -> float:
        self._all_positive(name)
        return self.sums.amount / self.sums.weight

    def _mean_above_zero(self, name: Text) -> float:
        if self.sums.amount <= 0:
            raise refuse(
                "040",
                f"{name.zh}：收入合计不大于零",
                f"{name.en}: incomes do not add up to more than zero",
            )
        return self.sums.amount / self.sums.weight


def sketches(
    income: Any,
    weights: Any = None,
    lines: Lines = (),
    *,
    by: Any,
    basis: Basis | None = None,
    year: int | None = None,
    bins: int = BINS,
) -> dict[Any, Sketch]:
    """One sketch for every group; arguments as Sketch.of, ``by`` the group of each record."""
    values = numbers(income, "income")
    weight = weights_of(weights, len(values))
    group, labels = codes(by, len(values), "by")
    order = np.argsort(group, kind="stable")
    edge = np.searchsorted(group[order], np.arange(len(labels) + 1))
    values, weight, lines = values[order], weight[order], named_lines(lines)
    found = {}
    for label, i, j in zip(labels, edge[:-1].tolist(), edge[1:].tolist(), strict=True):
        if weight[i:j].any():  # a group without weight has no measure
            found[label] = Sketch.of(values[i:j], weight[i:j], lines, basis=basis, year=year, bins=bins)
    return found


def named_lines(given: Lines) -> dict[Any, float]:
    """Lines by name."""
    if isinstance(given, Mapping):
        return {name: _line(z) for name, z in given.items()}
    many: Any = given if isinstance(given, Iterable) else [given]
    return {z: z for z in map(_line, many)}


def _line(given: Any) -> float:
    try:
        z = float(given)
    except (TypeError, ValueError) as error:
        raise refuse("032", "没有这条收入线", "there is no such line", read=repr(given)) from error
    if not 0 < z < float("inf"):
        raise refuse("032", "收入线应大于零", "the line must be above zero", read=repr(given))
    return z


def _rank(given: float, name: str) -> float:
    if not 0 <= given <= 1:
        raise refuse("053", f"{name} 应在 0 与 1 之间", f"{name} lies between 0 and 1", read=repr(given))
    return float(given)


def _said_line(z: float) -> Text:
    return Text(f"收入低于 {z:,.2f} 元", f"income below {z:,.2f}")


def _fgt_name(line: Text, alpha: float) -> Text:
    return Text(f"{line.zh}的 FGT({alpha:g})", f"{line.en}: FGT({alpha:g})")


def _sums(values: F, weight: F) -> Sums:
    above = values > 0
    bad = len(values) - int(above.sum())
    log = np.log(values if not bad else np.where(above, values, 1.0))
    amount = weight * values
    return Sums(
        len(values),
        float(weight.sum()),
        float(amount.sum()),
        float((amount * values).sum()),
        float((weight * log).sum()),
        float((amount * log).sum()),
        bad,
    )


def _below(values: F, weight: F, z: float) -> Below:
    place: NDArray[np.bool_] = values < z
    y, w = values[place], weight[place]
    gap = 1 - y / z
    log = float((w * np.log(z / np.where(y > 0, y, z))).sum())  # whoever asks while some are not above zero is refused
    return Below(z, float(w.sum()), float((w * gap).sum()), float((w * gap * gap).sum()), log)


def _joined(one: Below, two: Below) -> Below:
    line = one.line if one.line == two.line else None
    return Below(line, *(a + b for a, b in zip(one[1:], two[1:], strict=True)))
