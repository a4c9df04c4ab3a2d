"""Robustness: does what Alkire and Foster's method says of groups hang on the cutoff or on the weights?

Reads   deprivations with groups, a measure, other measures (other cutoffs, other weights)
Gives   over_k → Curves: H and M0 at every cutoff that matters, who dominates whom; alternatives, robustness →
        Robustness: how many pairs of groups keep their order; confidence: how a household's count bears any weights
Not     the measures themselves (multidimensional)
Keeps   cutoffs are the exact scores that occur, so nothing lies between them; a difference is called one only where it
        exceeds its error, which knows that groups share villages; a full register has no error
Source  Alkire et al. 2015 ch. 8; rank measures: Kendall's tau-b, Spearman; weights drawn from Dirichlet(1, …, 1)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from fangpin.methods.arrays import F, refuse
from fangpin.methods.estimates import Estimates
from fangpin.methods.intervals import factor
from fangpin.methods.multidimensional import AlkireFoster, Deprived, exact
from fangpin.methods.survey import Design

What = Literal["headcount", "adjusted_headcount"]
_GROUPS = 400  # pairs of so many groups are still a table a person's machine holds


@dataclass(frozen=True, eq=False)
class Found:
    """A measure of every group, and the covariance of what was found (None without a design; nought for a census)."""

    value: F
    covariance: F | None
    freedom: int
    level: float

    @property
    def se(self) -> F | None:
        """Standard errors."""
        return None if self.covariance is None else np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @cached_property
    def order(self) -> NDArray[np.int8]:
        """For each pair of groups 1 where the first is higher, -1 where it is lower, 0 where they cannot be told apart:
        the difference is no larger than its error at the level. Shape (groups, groups)."""
        away = self.value[:, None] - self.value[None, :]
        reach: Any = 0.0
        if self.covariance is not None:
            own = np.diag(self.covariance)
            spread = np.maximum(own[:, None] + own[None, :] - 2 * self.covariance, 0.0)
            times = float(factor(self.freedom, self.level))
            reach = np.where(spread > 0, times * np.sqrt(spread), 0.0) if np.isfinite(times) else np.inf
        apart = np.abs(away) > np.maximum(reach, 1e-12)
        return np.where(apart, np.sign(away), 0).astype(np.int8)


@dataclass(frozen=True, eq=False)
class Curves:
    """H and M0 of every group at every cutoff at which one of them changes.

    Attributes:
        labels: Of the groups.
        cutoffs: Exact, rising; from one to the next (excluded) nothing changes.
        headcount: By cutoff.
        adjusted_headcount: By cutoff.
    """

    labels: tuple[Any, ...]
    cutoffs: tuple[Fraction, ...]
    headcount: tuple[Found, ...]
    adjusted_headcount: tuple[Found, ...]

    def to_polars(self, name: str = "group") -> pl.DataFrame:
        """A row for each group and cutoff: H and M0, with their standard errors where there is a design."""
        rows = [
            {
                name: label,
                "k": str(k),
                "k_value": float(k),
                "headcount": float(h.value[i]),
                "headcount_se": None if h.se is None else float(h.se[i]),
                "adjusted_headcount": float(m.value[i]),
                "adjusted_headcount_se": None if m.se is None else float(m.se[i]),
            }
            for k, h, m in zip(self.cutoffs, self.headcount, self.adjusted_headcount, strict=True)
            for i, label in enumerate(self.labels)
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def dominance(
        self, one: Any, two: Any, what: What = "adjusted_headcount", low: Any = None, high: Any = None
    ) -> Dominance:
        """Whether one group is poorer than another at every cutoff from ``low`` to ``high`` (all, by default).

        Raises:
            Refused: no such group or measure; no cutoff that matters lies in the range.
        """
        if what not in ("headcount", "adjusted_headcount"):
            raise refuse("070", "what 没有这个取值", "what has no such value", read=repr(what))
        try:
            i, j = self.labels.index(one), self.labels.index(two)
        except ValueError as error:
            raise refuse("100", "没有这个组", "there is no such group", read=f"{one!r}, {two!r}") from error
        first = Fraction(0) if low is None else exact(low, "low")
        last = Fraction(1) if high is None else exact(high, "high")
        # a cutoff between two scores gives what the next higher score gives
        within = [n for n, k in enumerate(self.cutoffs) if k >= first and (n == 0 or self.cutoffs[n - 1] < last)]
        if not within or first > last:
            raise refuse("101", "这个范围里没有临界值", "no cutoff that matters lies in this range")
        found = getattr(self, what)
        sign = {self.cutoffs[n]: float(np.sign(found[n].value[i] - found[n].value[j])) for n in within}
        sure = {self.cutoffs[n]: int(found[n].order[i, j]) for n in within}
        return Dominance(one, two, sign, sure)


@dataclass(frozen=True)
class Dominance:
    """Of two groups, which is poorer at each cutoff.

    Attributes:
        one: The first group.
        two: The second.
        sign: By cutoff 1 where the first is higher, -1 where lower, 0 where alike.
        sure: The same, 0 also where the difference is no larger than its error.
    """

    one: Any
    two: Any
    sign: Mapping[Fraction, float]
    sure: Mapping[Fraction, int]

    @property
    def holds(self) -> bool:
        """The first is nowhere lower, and somewhere higher."""
        return min(self.sign.values()) >= 0 and max(self.sign.values()) > 0

    @property
    def certain(self) -> bool:
        """The first is higher at every cutoff by more than the error."""
        return min(self.sure.values()) > 0

    @property
    def crossings(self) -> tuple[Fraction, ...]:
        """The cutoffs at which the first is lower."""
        return tuple(k for k, sign in self.sign.items() if sign < 0)


def over_k(
    measure: AlkireFoster, deprivations: Any, weights: Any = None, design: Design | None = None, *, by: Any
) -> Curves:
    """H and M0 by group at every cutoff that matters; the measure's own k plays no part. Arguments as
    AlkireFoster.estimate.

    Raises:
        Refused: as there; blanks with ``bounds``; more than 400 groups with a design.
    """
    held = _estimated(measure, deprivations, weights, design, by)
    scores = sorted({int(s) for s in np.unique(held.score[held.records.weight > 0]).tolist()} - {0})
    if not scores:
        raise refuse("102", "没有任何剥夺", "nobody is deprived in anything")
    size, found = measure.denominator, []
    for score in scores:
        one = replace(held, measure=replace(measure, k=Fraction(score, size)))
        one.__dict__["score"] = held.score
        found.append([_found(one, what) for what in ("headcount", "adjusted_headcount")])
    labels = _labels(held)
    return Curves(
        labels, tuple(Fraction(s, size) for s in scores), tuple(f[0] for f in found), tuple(f[1] for f in found)
    )


def alternatives(
    measure: AlkireFoster,
    ks: Iterable[Any] = (),
    dimensions: Mapping[str, Sequence[str]] | None = None,
    heavy: Any = Fraction(1, 2),
) -> dict[str, AlkireFoster]:
    """Other measures to hold one against: its weights with other cutoffs, its cutoff with one dimension heavier.

    Args:
        measure: The measure itself.
        ks: Other cutoffs, exact.
        dimensions: Names of dimensions with their indicators (every indicator in one). Each in turn gets ``heavy`` of
            the weight and the others share the rest alike, within a dimension as before. None: every indicator alone
            in turn gets twice its weight, the others the rest in their proportions.
        heavy: The weight of the heavier dimension, exact.

    Raises:
        Refused: an indicator is in no dimension or in two; a weight outside (0, 1).
    """
    found = {f"k={exact(k, 'k')}": replace(measure, k=exact(k, "k")) for k in ks}
    own = dict(measure.weights)
    if dimensions is None:
        for name, weight in own.items():
            if 2 * weight < 1:
                rest = (1 - 2 * weight) / (1 - weight)
                found[f"2×{name}"] = replace(
                    measure, weights={n: 2 * w if n == name else w * rest for n, w in own.items()}
                )
        return found
    share = exact(heavy, "heavy")
    named = [n for names in dimensions.values() for n in names]
    if sorted(named) != sorted(own) or not 0 < share < 1 or len(dimensions) < 2:
        raise refuse(
            "103",
            "每个指标应恰属一个维度，至少两个维度，heavy 在 0 与 1 之间",
            "every indicator belongs to one of at least two dimensions, heavy lies between 0 and 1",
        )
    for name in dimensions:
        weights: dict[str, Fraction] = {}
        for other, members in dimensions.items():
            mine = share if other == name else (1 - share) / (len(dimensions) - 1)
            whole = sum(own[n] for n in members)
            weights |= {n: mine * own[n] / whole for n in members}
        found[f"{name} {share}"] = replace(measure, weights={n: weights[n] for n in own})
    return found


@dataclass(frozen=True, eq=False)
class Robustness:
    """How far the order of groups hangs on cutoff and weights.

    Attributes:
        labels: Of the groups.
        what: Which measure.
        baseline: As the measure itself has it.
        others: By alternative.
    """

    labels: tuple[Any, ...]
    what: What
    baseline: Found
    others: Mapping[str, Found]

    def _kept(self, held: Sequence[Found]) -> tuple[int, int]:
        """Pairs that differ at the baseline, and those of them that differ the same way in all."""
        upper = np.triu_indices(len(self.labels), 1)
        first = self.baseline.order[upper]
        same = first != 0
        for one in held:
            same &= one.order[upper] == first
        return int((first != 0).sum()), int(same.sum())

    @property
    def pairs(self) -> float:
        """Of the pairs that differ at the baseline, the share that differs the same way in every alternative (0–1).

        Raises:
            Refused: no two groups differ.
        """
        differ, kept = self._kept(list(self.others.values()))
        if not differ:
            raise refuse("104", "没有两组有差别", "no two groups differ")
        return kept / differ

    def to_polars(self) -> pl.DataFrame:
        """A row for each alternative: share of pairs kept, Kendall's tau-b and Spearman's rho against the baseline."""
        rows = []
        for name, one in self.others.items():
            differ, kept = self._kept([one])
            flat = len(set(one.value.tolist())) < 2 or len(set(self.baseline.value.tolist())) < 2
            rows.append(
                {
                    "alternative": name,
                    "pairs": differ,
                    "kept": kept,
                    "share": kept / differ if differ else None,
                    "kendall": None if flat else float(stats.kendalltau(self.baseline.value, one.value).statistic),
                    "spearman": None if flat else float(stats.spearmanr(self.baseline.value, one.value).statistic),
                }
            )
        schema: Any = dict.fromkeys(("share", "kendall", "spearman"), pl.Float64)
        return pl.DataFrame(rows, schema_overrides=schema)

    def ranks(self) -> pl.DataFrame:
        """A row for each group: its value, its rank at the baseline (1 is the poorest), the best and worst in all."""
        placed = [stats.rankdata(-f.value, method="min").astype(int) for f in (self.baseline, *self.others.values())]
        se = self.baseline.se
        return pl.DataFrame(
            {
                "group": list(self.labels),
                "value": self.baseline.value,
                "se": [None] * len(self.labels) if se is None else se,
                "rank": placed[0],
                "lowest": np.min(placed, axis=0),
                "highest": np.max(placed, axis=0),
            },
            schema_overrides={"se": pl.Float64},
        )


def robustness(
    measure: AlkireFoster,
    others: Mapping[str, AlkireFoster],
    deprivations: Any,
    weights: Any = None,
    design: Design | None = None,
    *,
    by: Any,
    what: What = "adjusted_headcount",
) -> Robustness:
    """The order of groups by a measure, held against other cutoffs and weights. Arguments as AlkireFoster.estimate.

    Args:
        measure: The baseline.
        others: See :func:`alternatives`; of the same indicators.
        deprivations: As there.
        weights: As there.
        design: As there; then a pair differs only where its difference exceeds its error.
        by: Group of each record.
        what: ``adjusted_headcount`` (M0) or ``headcount`` (H).

    Raises:
        Refused: no alternative; other indicators; and as over_k.

    Examples:
        >>> half = Fraction(1, 2)
        >>> measure = AlkireFoster({"a": half, "b": half}, k=half)
        >>> rows, others = [[1, 1], [0, 0], [1, 0], [0, 0]], alternatives(measure, ks=[1])
        >>> robustness(measure, others, rows, by=[1, 1, 2, 2]).pairs
        1.0
    """
    if what not in ("headcount", "adjusted_headcount"):
        raise refuse("070", "what 没有这个取值", "what has no such value", read=repr(what))
    if not others or any(set(o.weights) != set(measure.weights) for o in others.values()):
        raise refuse("105", "应给出同样指标的其他测度", "other measures of the same indicators are wanted")
    held = _estimated(measure, deprivations, weights, design, by)
    found = {name: _found(replace(held, measure=other), what) for name, other in others.items()}
    return Robustness(_labels(held), what, _found(held, what), found)


def confidence(counts: Any, indicators: int, k: Any) -> F:
    """How sure a household is poor whatever the weights: the chance, over all weights that add up to 1 (Dirichlet with
    ones), that the weighted share of its deprivations reaches k. Nought for no deprivation, 1 for all.

    Args:
        counts: Number of deprivations of each household, 0 to ``indicators``. Shape (n,).
        indicators: How many indicators there are.
        k: The cutoff, exact, in (0, 1].

    Raises:
        Refused: a count out of range, a cutoff out of range or not exact.

    Examples:
        >>> confidence([0, 1, 3, 10], 10, Fraction(3, 10)).round(4).tolist()
        [0.0, 0.0404, 0.4628, 1.0]
    """
    cutoff, given = exact(k, "k"), np.asarray(counts)
    if not 0 < cutoff <= 1:
        raise refuse("063", "k 应大于 0、不大于 1", "k must lie above 0 and not above 1", read=str(k))
    whole = given.dtype.kind in "iu" or bool(np.all(given == np.floor(given)))
    if given.ndim != 1 or not whole or indicators < 1 or bool(((given < 0) | (given > indicators)).any()):
        raise refuse("106", "个数应为 0 至指标数的整数", "counts are whole numbers from 0 to the number of indicators")
    inner = np.clip(given, 1, max(indicators - 1, 1))
    found = stats.beta.sf(float(cutoff), inner, np.maximum(indicators - inner, 1))
    return np.where(given == 0, 0.0, np.where(given == indicators, 1.0, found))


def _estimated(measure: AlkireFoster, deprivations: Any, weights: Any, design: Design | None, by: Any) -> Deprived:
    """The records of a call."""
    if by is None:
        raise refuse("107", "要给出分组 by", "groups (by) are wanted")
    held = measure.estimate(deprivations, weights, design, by)
    if held.upper is not None:
        raise refuse(
            "108",
            "稳健性检验不接受 bounds：选 drop 或 not_deprived",
            "bounds are not compared: choose drop or not_deprived",
        )
    if held.records.wants_error and held.records.groups > _GROUPS:
        raise refuse("109", f"有抽样设计时至多 {_GROUPS} 组", f"with a design, at most {_GROUPS} groups")
    return held


def _labels(held: Deprived) -> tuple[Any, ...]:
    found = held.headcount
    assert isinstance(found, Estimates)
    return found.labels


def _found(held: Deprived, what: What) -> Found:
    """The measure of every group that has a weight, with covariances."""
    small = held if held.records.wants_error else held._small
    r = small.records
    own = small.poor.astype(np.float64) if what == "headcount" else small._share
    kept = r.total > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        value = r.sum(r.weight * own) / r.total
        if r.design is None:
            return Found(value[kept], None, 0, 0.95)
        if r.design.census:
            return Found(value[kept], np.zeros((int(kept.sum()),) * 2), 1, r.design.level)
        influence = np.where(r.weight > 0, r.weight * (own - r.spread(value)) / r.spread(r.total), 0.0)
    assert r.group is not None
    covariance, freedom = r.design.covariance(influence, r.group, r.groups)
    return Found(value[kept], covariance[np.ix_(kept, kept)], freedom, r.design.level)
