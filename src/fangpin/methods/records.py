"""Records: incomes with their weights and groups, checked once and ready to be measured.

Reads   income, weights or a design, groups, a line
Gives   Records (sums by group, order), Line (a fixed one, or a share of the records' own median or mean)
Not     the measures (poverty, inequality), what becomes of their values (estimates)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from fangpin.methods.arrays import F, I, codes, numbers, refuse, sums, weights_of
from fangpin.methods.estimate import BASES, Caution, Estimate
from fangpin.methods.order import Ordered, density, spread
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

Of = Literal["median", "mean"]


@dataclass(eq=False)
class Records:
    """Incomes of one call.

    Attributes:
        income: Shape (n,).
        weight: Shape (n,), ≥ 0.
        group: Dense group numbers, or None where the records are one group.
        labels: What the groups are called; None where there is one.
        design: How the records were drawn, if that was said.
    """

    income: F
    weight: F
    group: I | None = None
    labels: list[Any] | None = None
    design: Design | None = None
    cautions: list[Caution] = field(default_factory=list)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return 1 if self.labels is None else len(self.labels)

    def sum(self, values: F) -> F:
        """Sums by group of values that carry their weight already. Shape (groups,)."""
        return np.array([values.sum()]) if self.group is None else sums(self.group, values, self.groups)

    def spread(self, by_group: F) -> Any:
        """A value of each group as one of each record."""
        return by_group[0] if self.group is None else by_group[self.group]

    @cached_property
    def total(self) -> F:
        """Sum of weights of each group; refuses nothing (a group without weight is told by ``estimates``)."""
        return self.sum(self.weight)

    @cached_property
    def counted(self) -> I:
        """Records with a weight, by group."""
        if self.weight.all():
            return (
                np.array([len(self.weight)]) if self.group is None else np.bincount(self.group, minlength=self.groups)
            )
        return self.sum((self.weight > 0).astype(np.float64)).astype(np.intp)

    @cached_property
    def mean(self) -> F:
        """Mean income of each group."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.sum(self.weight * self.income) / self.total

    @cached_property
    def order(self) -> Ordered:
        """The records from poorest to richest within their groups."""
        return Ordered(self.income, self.weight, self.group, self.groups)

    @property
    def wants_error(self) -> bool:
        """Whether influence values are needed."""
        return self.design is not None and not self.design.census

    def density(self, at: F, by_income: bool = False) -> F:
        """The density of income at a point of each group: Gaussian kernel, width s·N^(−1/5) as R convey has it."""
        deviation = spread(self.income, self.weight, self.group, self.total, self.mean)
        width = deviation * self.total ** (-0.2)
        return density(self.income, self.weight, self.group, self.total, width, at, by_income)

    def quantile_influence(self, share: float, at: F) -> F:
        """Influence of each record on the quantile of its group."""
        height = self.spread(self.total * self.density(at))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: F = (share - (self.income <= self.spread(at))) / height
        return found


def read(income: Any, weights: Any = None, design: Design | None = None, by: Any = None) -> Records:
    """The records of a call, checked.

    Raises:
        Refused: weights and a design at once, blanks, negative weights, columns of different lengths.
    """
    values = numbers(income, "income")
    if design is not None and weights is not None:
        raise refuse(
            "030",
            "有了抽样设计就不再给权数：设计自带权数",
            "give weights or a design, not both: a design brings its own",
        )
    weight = weights_of(weights, len(values)) if design is None else design.weight_for(len(values))
    group, labels = (None, None) if by is None else codes(by, len(values), "by")
    return Records(values, weight, group, labels, design)


@dataclass(frozen=True, eq=False)
class Line:
    """The line of each group, what each record adds to it, and what it is called.

    Attributes:
        at: The line of each record: a scalar or shape (n,).
        of_group: The line of each group where there is one. Shape (groups,), or None (a line of each record).
        influence: Influence of each record on the line of its group; None for a given line.
        said: How the line is named in a definition.
    """

    at: Any
    of_group: F | None
    influence: F | None
    said: Text
    year: int | None = None
    cautions: tuple[Caution, ...] = ()


def line_of(records: Records, line: Any, share: float | None, of: Of) -> Line:
    """The line of a call: ``line`` (a number, an estimate, one a record), or ``share`` of their own median or mean.

    Raises:
        Refused: neither or both given, a line of zero or less, a share of zero or less.
    """
    if (line is None) == (share is None):
        raise refuse(
            "031",
            "应给出收入线 line，或占中位数（均值）的比例 share，二者取一",
            "give a line, or a share of the median or mean: one of the two",
        )
    if share is not None:
        return relative(records, share, of)
    cautions: tuple[Caution, ...] = ()
    year = None
    if isinstance(line, Estimate):
        year = line.years.get("line", line.years.get("data"))
        cautions = _borrowed(line) + _mixed(line, records.design)
        line = line.value
    if np.ndim(line) == 0:
        value = _positive(line, "line")
        said = Text(f"收入低于 {value:,.2f} 元", f"income below {value:,.2f}")
        return Line(value, np.full(records.groups, value), None, said, year, cautions)
    lines = numbers(line, "line")
    if len(lines) != len(records.income):
        raise refuse("015", "line：行数与收入不同", "line: another number of rows", read=f"{len(lines)}")
    if (lines <= 0).any():
        raise refuse("032", f"收入线：{int((lines <= 0).sum())} 行不大于零", "line: not above zero in some rows")
    return Line(lines, None, None, Text("收入低于各自的收入线", "income below the record's own line"), year)


def mixed_vintages(line: int, data: int) -> Caution:
    """Say so where the line is of another year than the data."""
    said = Text(f"{line} 年的线用在 {data} 年的数据上", f"a line of {line} is laid on data of {data}")
    return Caution("mixed-vintages", said)


def _mixed(line: Estimate, design: Design | None) -> tuple[Caution, ...]:
    """Say so where the line was drawn of households and the records count persons, or the other way round."""
    if design is None or line.basis is None or line.basis == design.basis:
        return ()
    one, two = BASES[line.basis], BASES[design.basis or "person"]
    said = Text(f"线{one.zh}划定，数据{two.zh}计", f"the line is one {one.en}, the data are {two.en}")
    return (Caution("mixed-bases", said),)


def _borrowed(line: Estimate) -> tuple[Caution, ...]:
    if not line.se:
        return ()
    return (
        Caution(
            "line-estimated",
            Text(
                "收入线本身是估计值，其误差未计入",
                "the line is itself an estimate; its error is not in the standard error",
            ),
        ),
    )


def _positive(value: Any, name: str) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError) as error:
        raise refuse("032", f"{name}：应为大于零的数", f"{name}: a number above zero", read=repr(value)) from error
    if not 0 < found < float("inf"):
        raise refuse("032", f"{name}：应大于零", f"{name} must be above zero", read=f"{found:g}")
    return found


def relative(records: Records, share: float, of: Of) -> Line:
    """A share of the median or mean of each group's own records, with what each record adds to it."""
    share = _positive(share, "share")
    if of not in ("median", "mean"):
        raise refuse("033", "of：应为 median 或 mean", "of must be median or mean", read=repr(of))
    middle = records.order.quantile(0.5) if of == "median" else records.mean
    influence = None
    if records.wants_error:
        if of == "median":
            influence = share * records.quantile_influence(0.5, middle)
        else:
            influence = share * (records.income - records.spread(middle)) / records.spread(records.total)
    name = Text("中位数", "median") if of == "median" else Text("均值", "mean")
    said = Text(f"收入低于自身{name.zh}的 {share:.0%}", f"income below {share:.0%} of their own {name.en}")
    line = share * middle
    if (line[records.total > 0] <= 0).any():
        raise refuse(
            "032",
            f"{name.zh}不大于零，划不出相对收入线",
            f"the {name.en} is not above zero: there is no relative line",
            read=f"{np.nanmin(line):g}",
        )
    return Line(records.spread(line), line, influence, said)
