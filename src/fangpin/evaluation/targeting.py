"""Targeting: whom a rule leaves out and whom it takes in, against a benchmark the reader chooses and names.

Reads   a benchmark (income or consumption against a line; or yes/no, as a village's deliberation), and who was
        selected (yes/no, or a score with a cutoff; low scores are selected first)
Gives   Targeting: exclusion_error, inclusion_error, coverage, leakage, precision, false_positive_rate, total_error,
        cgh, differential, auc, each with its interval and for every group; roc and budget_curve as frames
Not     whether the rule is right: an error is one only against the benchmark that is named
Keeps   an open answer is neither selected nor not: it is counted and refused; strictly below the line
Source  Cornia and Stewart 1993; Coady, Grosh and Hoddinott 2004 (CGH); Ravallion 2009 (differential); DeLong 1988
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fangpin.methods.arrays import F, answers, numbers, refuse, same_rows
from fangpin.methods.estimates import Measured, Result, Said, finish
from fangpin.methods.records import Records, read
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

_BENCHMARK = Text("基准", "the benchmark")
_NONE_POOR = Text("基准之下没有人", "nobody is poor by the benchmark")
_NONE_CHOSEN = Text("没有人被选中", "nobody is selected")
_ONE_SIDE = Text("基准把所有人归为一类", "the benchmark puts all on one side")


def targeting(
    benchmark: Any,
    line: float | None = None,
    *,
    selected: Any = None,
    score: Any = None,
    cutoff: float | None = None,
    benefit: Any = None,
    weights: Any = None,
    design: Design | None = None,
    by: Any = None,
    name: Text = _BENCHMARK,
) -> Targeting:
    """A selection held against a benchmark.

    Args:
        benchmark: With a line, consumption or income per head (poor is strictly below it); without, poor yes/no.
        line: The line of the benchmark.
        selected: Who was selected, yes/no; or else ``score`` and ``cutoff``.
        score: A score; selected is strictly below ``cutoff``.
        cutoff: See ``score``.
        benefit: What each selected household gets, yuan; by default the same for all.
        weights: Weight of each record; or else a design.
        design: How the records were drawn; brings its own weights, and the intervals.
        by: Group of each record; then every result is one estimate for every group.
        name: What the benchmark is called in the results.

    Raises:
        Refused: open answers (with their count), blanks, bad weights, a line of zero or less, nothing to judge by.

    Examples:
        >>> found = targeting([2, 3, 4, 9], line=5, selected=[1, 1, 0, 1])
        >>> round(float(found.exclusion_error), 4), round(float(found.inclusion_error), 4)
        (0.3333, 0.3333)
    """
    if line is None:
        poor = _settled(benchmark, "benchmark")
        rank = 1.0 - poor
    else:
        rank = numbers(benchmark, "benchmark")
        if not 0 < float(line) < float("inf"):
            raise refuse("032", "收入线应大于零", "the line must be above zero", read=repr(line))
        poor = (rank < float(line)).astype(np.float64)
    scores = None if score is None else numbers(score, "score")
    if selected is not None:
        chosen = _settled(selected, "selected")
    elif scores is not None and cutoff is not None:
        chosen = (scores < float(cutoff)).astype(np.float64)
    else:
        raise refuse("080", "应给出 selected，或 score 与 cutoff", "give who was selected, or a score with its cutoff")
    records = read(rank, weights, design, by)
    for column, what in ((chosen, "selected"), (scores, "score")):
        if column is not None:
            same_rows(column, len(rank), what)
    amount = chosen
    if benefit is not None:
        each = numbers(benefit, "benefit") if np.ndim(benefit) else np.full(len(rank), float(benefit))
        same_rows(each, len(rank), "benefit")
        if (each < 0).any():
            raise refuse("081", "补助金额不能为负", "a benefit cannot be negative")
        amount = chosen * each
    return Targeting(records, poor, chosen, amount, scores, name)


def _settled(values: Any, name: str) -> F:
    found: NDArray[np.int8] = answers(values, name)
    still = int((found < 0).sum())
    if still:
        raise refuse(
            "082",
            f"{name}：{still} 行尚未确定，既不是“是”也不是“否”",
            f"{name}: {still} rows are open, neither yes nor no",
            Text("先剔除并写明数目，或分别按全是、全否各算一次", "leave them out and say how many, or take both ends"),
            read=f"{still} / {len(found)}",
        )
    return found.astype(np.float64)


@dataclass(eq=False)
class Targeting:
    """What a selection misses and what it takes in. Every result is an estimate, or with groups one for every group."""

    records: Records
    poor: F
    chosen: F
    amount: F
    score: F | None
    name: Text

    def _ratio(self, over: F, under: F, zh: str, en: str, why: Text) -> Result:
        """Σ w·over / Σ w·under."""
        r = self.records
        with np.errstate(invalid="ignore", divide="ignore"):
            whole = r.sum(r.weight * under)
            value = np.where(whole > 0, r.sum(r.weight * over) / whole, np.nan)
            influence = (over - r.spread(value) * under) / r.spread(whole) if r.wants_error else None
        return finish(r, Measured(value, influence, why), self._said(zh, en, "rate"))

    def _said(self, zh: str, en: str, unit: Any) -> Said:
        return Said(Text(f"{zh}（对照：{self.name.zh}）", f"{en} (against {self.name.en})"), unit)

    @cached_property
    def exclusion_error(self) -> Result:
        """Of the poor, the share not selected (under-coverage)."""
        missed = self.poor * (1 - self.chosen)
        return self._ratio(missed, self.poor, "漏评率", "exclusion error", _NONE_POOR)

    @cached_property
    def coverage(self) -> Result:
        """Of the poor, the share selected."""
        return self._ratio(self.poor * self.chosen, self.poor, "覆盖率", "coverage of the poor", _NONE_POOR)

    @cached_property
    def inclusion_error(self) -> Result:
        """Of the selected, the share not poor, by persons or households."""
        extra = self.chosen * (1 - self.poor)
        return self._ratio(extra, self.chosen, "错评率", "inclusion error", _NONE_CHOSEN)

    @cached_property
    def leakage(self) -> Result:
        """Of the benefits, the share that goes to those not poor, by yuan."""
        return self._ratio(
            self.amount * (1 - self.poor), self.amount, "漏损率（按金额）", "leakage by amount", _NONE_CHOSEN
        )

    @cached_property
    def precision(self) -> Result:
        """Of the selected, the share that is poor."""
        return self._ratio(self.chosen * self.poor, self.chosen, "精确率", "precision", _NONE_CHOSEN)

    @cached_property
    def false_positive_rate(self) -> Result:
        """Of those not poor, the share selected."""
        rich = 1 - self.poor
        return self._ratio(self.chosen * rich, rich, "非贫困者入选率", "false positive rate", _ONE_SIDE)

    @cached_property
    def total_error(self) -> Result:
        """Of all, the share on the wrong side."""
        wrong = np.abs(self.chosen - self.poor)
        return self._ratio(wrong, np.ones(len(wrong)), "总误差率", "total error", _ONE_SIDE)

    @cached_property
    def differential(self) -> Result:
        """Coverage of the poor less the false positive rate (targeting differential)."""
        r, rich = self.records, 1 - self.poor
        with np.errstate(invalid="ignore", divide="ignore"):
            many, few = r.sum(r.weight * self.poor), r.sum(r.weight * rich)
            hit, slip = r.sum(r.weight * self.poor * self.chosen) / many, r.sum(r.weight * rich * self.chosen) / few
            influence = None
            if r.wants_error:
                influence = self.poor * (self.chosen - r.spread(hit)) / r.spread(many)
                influence = influence - rich * (self.chosen - r.spread(slip)) / r.spread(few)
        said = self._said("瞄准差", "targeting differential", "index")
        return finish(r, Measured(hit - slip, influence, _ONE_SIDE), said)

    def cgh(self, q: float | None = None) -> Result:
        """Coady–Grosh–Hoddinott: the poor's share of benefits over their share of people; 1 is as good as chance.

        Args:
            q: Instead of the poor, the poorest ``q`` by the benchmark.

        Raises:
            Refused: q outside (0, 1); nobody selected or poor.
        """
        r = self.records
        target = self.poor if q is None else self._poorest(q)
        with np.errstate(invalid="ignore", divide="ignore"):
            got, all_of_it = r.sum(r.weight * self.amount * target), r.sum(r.weight * self.amount)
            many = r.sum(r.weight * target)
            value = got / all_of_it / (many / r.total)
            influence = None
            if r.wants_error:
                part = self.amount * target / r.spread(got) - self.amount / r.spread(all_of_it)
                influence = r.spread(value) * (part - target / r.spread(many) + 1 / r.spread(r.total))
        why = _NONE_POOR if bool((many <= 0).any()) else _NONE_CHOSEN
        zh, en = (
            ("CGH 指数", "CGH index")
            if q is None
            else (f"CGH 指数（最低 {q:.0%}）", f"CGH index of the poorest {q:.0%}")
        )
        return finish(r, Measured(value, influence, why), self._said(zh, en, "index"))

    def _poorest(self, q: float) -> F:
        """How much of each record is among the poorest ``q`` of its group: 1, 0, and a part at the edge."""
        if not 0 < q < 1:
            raise refuse("053", "q 应在 0 与 1 之间", "q lies between 0 and 1", read=repr(q))
        order = self.records.order
        reach = (q * order.total[order.group] - (order.below - order.weight)) / order.weight
        # those of the same benchmark share what is left alike
        tied = np.concatenate([[True], (np.diff(order.income) != 0) | (np.diff(order.group) != 0)]).cumsum() - 1
        part = np.clip(reach, 0, 1)
        mean = np.bincount(tied, part * order.weight) / np.bincount(tied, order.weight)
        return order.back(mean[tied])

    @cached_property
    def auc(self) -> Result:
        """The chance that one of the poor has a lower score than one who is not; ties count half.

        Raises:
            Refused: there is no score, or the benchmark puts all on one side.
        """
        r, score = self.records, self._scored()
        group = np.zeros(len(score), dtype=np.intp) if r.group is None else r.group
        value, influence = np.full(r.groups, np.nan), np.zeros(len(score))
        for g in range(r.groups):
            mine = np.flatnonzero(group == g)
            poor, rich = (mine[(self.poor[mine] == side) & (r.weight[mine] > 0)] for side in (1, 0))
            if not len(poor) or not len(rich):
                continue
            above, below = _half_ranks(score, r.weight, poor, rich), _half_ranks(-score, r.weight, rich, poor)
            value[g] = np.average(above, weights=r.weight[poor])
            influence[poor] = (above - value[g]) / r.weight[poor].sum()
            influence[rich] = (below - value[g]) / r.weight[rich].sum()
        said = self._said("AUC", "area under the ROC curve", "rate")
        return finish(r, Measured(value, influence if r.wants_error else None, _ONE_SIDE), said)

    def _scored(self) -> F:
        if self.score is None:
            raise refuse("083", "没有 score，画不出曲线", "there is no score: no curve can be drawn")
        return self.score

    def roc(self) -> pl.DataFrame:
        """At every cutoff (selected is at or below it), the false positive rate and the coverage of the poor."""
        return self._curve().select("cutoff", "false_positive_rate", "coverage")

    def budget_curve(self, budgets: Sequence[float] | None = None, each: float = 1.0) -> pl.DataFrame:
        """What a budget reaches when the lowest scores are served first.

        Args:
            budgets: Sums to spend, in the unit of ``each``; by default in tenths up to the cost of all.
            each: What one person (or household, as the weights count) costs.

        Returns:
            A row a budget: ``budget``, ``served`` (share of all), ``coverage`` (of the poor), ``inclusion_error``.
            Within a tie of scores people are served in part.
        """
        if not each > 0:
            raise refuse("032", "每人费用应大于零", "the cost of one must be above zero", read=repr(each))
        curve = self._curve()
        total = float(self.records.weight.sum())
        wanted = np.linspace(0, total * each, 11) if budgets is None else np.asarray(budgets, dtype=np.float64)
        if (wanted < 0).any():
            raise refuse("081", "预算不能为负", "a budget cannot be negative")
        served = np.minimum(wanted / each / total, 1.0)
        at = np.concatenate([[0.0], curve["served"].to_numpy()])
        coverage = np.interp(served, at, np.concatenate([[0.0], curve["coverage"].to_numpy()]))
        poor_share = float(np.average(self.poor, weights=self.records.weight))
        with np.errstate(invalid="ignore", divide="ignore"):
            extra = np.where(served > 0, 1 - coverage * poor_share / served, np.nan)
        frame = pl.DataFrame({"budget": wanted, "served": served, "coverage": coverage, "inclusion_error": extra})
        return frame.with_columns(pl.col("inclusion_error").fill_nan(None))

    def _curve(self) -> pl.DataFrame:
        """Cumulated shares by rising score, all groups together."""
        w = self.records.weight
        held = pl.DataFrame({"cutoff": self._scored(), "all": w, "poor": w * self.poor, "rich": w * (1 - self.poor)})
        sums = held.group_by("cutoff").agg(pl.col("all", "poor", "rich").sum()).sort("cutoff")
        if not sums["poor"].sum() > 0 or not sums["rich"].sum() > 0:
            raise refuse("084", _ONE_SIDE.zh, _ONE_SIDE.en)
        share = {"served": "all", "coverage": "poor", "false_positive_rate": "rich"}
        return sums.select("cutoff", *((pl.col(c).cum_sum() / pl.col(c).sum()).alias(n) for n, c in share.items()))


def _half_ranks(score: F, weight: F, of: Any, among: Any) -> F:
    """For each of ``of`` the share of ``among`` with a higher score; the same score counts half."""
    order = among[np.argsort(score[among], kind="stable")]
    running = np.concatenate([[0.0], np.cumsum(weight[order])])
    low = running[np.searchsorted(score[order], score[of], side="left")]
    high = running[np.searchsorted(score[order], score[of], side="right")]
    found: F = 1 - (low + high) / (2 * running[-1])
    return found
