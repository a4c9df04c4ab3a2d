"""Many deprivations at once: the method of Alkire and Foster, with exact weights and an exact cutoff.

Reads   deprivations, one column an indicator (1, 0, blank); weights of indicators and cutoff k as fractions
Gives   AlkireFoster.estimate → Deprived: headcount, intensity, adjusted_headcount; by indicator raw_headcount,
        censored_headcount, contribution; with normalised gaps also adjusted_gap and adjusted_squared_gap
Not     whether a household is deprived in an indicator (identification), lines of income (poverty)
Keeps   no float ever decides: scores are whole numbers over one denominator; at the cutoff is poor; what is done with
        blanks is said, and with ``bounds`` every possible answer to them lies between the two ends
Source  Alkire and Foster 2011, J. Public Econ. 95:476; Alkire et al. 2015 ch. 5 and 8
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fangpin.methods.arrays import F, answers, codes, columns, numbers, refuse, same_rows, sums, weights_of
from fangpin.methods.estimate import Caution, Estimate
from fangpin.methods.estimates import Estimates, Measured, Result, Said, finish
from fangpin.methods.records import Records
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

Missing = Literal["drop", "not_deprived", "bounds"]
_CELLS = 8_000_000  # patterns of answers times groups that are counted in one table
_NOBODY = Text("没有人达到临界值", "nobody reaches the cutoff")


def exact(value: Any, name: str) -> Fraction:
    """A fraction from a fraction, a whole number, a decimal, or text such as "1/3"; never from a float.

    Raises:
        Refused: a float, or what is no number.
    """
    if isinstance(value, Fraction | int | str | Decimal) and not isinstance(value, bool):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError, OverflowError):
            pass
    raise refuse(
        "060",
        f"{name}：应为精确的分数，如 Fraction(1, 3)；小数会在临界处出错",
        f"{name}: an exact fraction is wanted, such as Fraction(1, 3); a float errs at the cutoff",
        read=repr(value),
    )


@dataclass(frozen=True)
class AlkireFoster:
    """A multidimensional measure.

    Args:
        weights: Weight of each indicator as a fraction; together exactly 1.
        k: The cutoff: poor is whose weighted share of deprivations is at least k; 0 < k ≤ 1.
        missing: Blanks: ``drop`` leaves the record out, ``not_deprived`` counts them as no, ``bounds`` gives both ends.

    Raises:
        Refused: floats, weights that are not above zero or do not add up to 1, k outside (0, 1].

    Examples:
        >>> measure = AlkireFoster({"a": Fraction(1, 2), "b": Fraction(1, 2)}, k=Fraction(1, 2))
        >>> float(measure.estimate({"a": [1, 0, 0, 1], "b": [1, 0, 1, 0]}).headcount)
        0.75
    """

    weights: Mapping[str, Fraction]
    k: Fraction
    missing: Missing = "drop"

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "weights", {name: exact(w, name) for name, w in dict(self.weights).items()})
        put(self, "k", exact(self.k, "k"))
        if not self.weights or min(self.weights.values()) <= 0:
            raise refuse("061", "指标权重应大于零", "weights of indicators must be above zero", read=str(self.weights))
        whole = sum(self.weights.values())
        if whole != 1:
            raise refuse(
                "062",
                f"指标权重之和应为 1，现为 {whole}",
                f"weights of indicators must add up to 1, they add up to {whole}",
            )
        if not 0 < self.k <= 1:
            raise refuse("063", "k 应大于 0、不大于 1", "k must lie above 0 and not above 1", read=str(self.k))
        if self.missing not in ("drop", "not_deprived", "bounds"):
            raise refuse("064", "missing 没有这个取值", "missing has no such value", read=repr(self.missing))

    @property
    def denominator(self) -> int:
        """The common denominator of the weights."""
        return lcm(*(w.denominator for w in self.weights.values()))

    @property
    def numerators(self) -> dict[str, int]:
        """The weights as whole numbers over ``denominator``."""
        return {name: int(w * self.denominator) for name, w in self.weights.items()}

    @property
    def threshold(self) -> int:
        """The smallest whole-number score that is poor."""
        return -(-self.k.numerator * self.denominator // self.k.denominator)

    def score(self, given: Mapping[str, NDArray[np.int8]]) -> Any:
        """The whole-number score of each record (over ``denominator``)."""
        size = self.denominator
        kind: Any = np.int32 if size < 2**30 else np.int64 if size < 2**62 else object
        rows = len(next(iter(given.values())))
        total = np.zeros(rows, dtype=kind)
        for name, weight in self.numerators.items():
            total += (
                given[name].astype(kind) * kind(weight) if kind is not object else given[name].astype(object) * weight
            )
        return total

    def estimate(
        self,
        deprivations: Any,
        weights: Any = None,
        design: Design | None = None,
        by: Any = None,
        gaps: Any = None,
    ) -> Deprived:
        """The measures of a population.

        Args:
            deprivations: A frame (Polars, pandas, Arrow), a mapping of columns, or a matrix, columns as ``weights``:
                1 or true deprived, 0 or false not, blank unknown.
            weights: Weight of each record; or else a design.
            design: How the records were drawn; brings its own weights, and the standard errors.
            by: Group of each record; then every result is one estimate for every group.
            gaps: Normalised gaps (z − y)/z of the same shape, for adjusted_gap and adjusted_squared_gap.

        Raises:
            Refused: a column is missing or holds something else than yes and no; bad weights; every record is blank.
        """
        given = {name: answers(column, name) for name, column in columns(deprivations, list(self.weights)).items()}
        rows = len(next(iter(given.values())))
        if not rows:
            raise refuse("011", "没有一行", "there is no row")
        for name, column in given.items():
            same_rows(column, rows, name)
        if design is not None and weights is not None:
            raise refuse("030", "有了抽样设计就不再给权数", "give weights or a design, not both")
        weight = weights_of(weights, rows) if design is None else design.weight_for(rows)
        group, labels = (None, None) if by is None else codes(by, rows, "by")
        depth = None
        if gaps is not None:
            depth = {n: numbers(c, n) for n, c in columns(gaps, list(self.weights)).items()}
        blank = np.zeros(rows, dtype=bool)
        for column in given.values():
            if column.min() < 0:
                blank |= column < 0
        records = Records(np.zeros(rows), weight, group, labels, design)
        return self._with_blanks(given, records, blank, depth)

    def _with_blanks(
        self, given: dict[str, NDArray[np.int8]], records: Records, blank: NDArray[np.bool_], gaps: dict[str, F] | None
    ) -> Deprived:
        count = int(blank.sum())
        if not count:
            return Deprived(self, given, records, gaps)
        no = {name: np.maximum(column, 0) for name, column in given.items()}
        if self.missing == "drop":
            kept = np.where(blank, 0.0, records.weight)
            if not kept.any():
                raise refuse("065", "每一行都有空白", "every record has a blank")
            records = Records(records.income, kept, records.group, records.labels, records.design)
            records.cautions.append(_caution(count, len(blank), Text("已剔除", "were left out"), "dropped"))
            return Deprived(self, no, records, gaps)
        if self.missing == "not_deprived":
            said = Text("空白按未剥夺计", "count their blanks as not deprived")
            records.cautions.append(_caution(count, len(blank), said, "blank-not-deprived"))
            return Deprived(self, no, records, gaps)
        said = Text("空白两可：给出上下界", "have blanks: the two ends are given")
        records.cautions.append(_caution(count, len(blank), said, "bounds"))
        yes = {name: np.abs(column) for name, column in given.items()}
        return Deprived(self, no, records, gaps, upper=Deprived(self, yes, records, gaps), blanks=given)


def _caution(count: int, rows: int, what: Text, code: str) -> Caution:
    return Caution(code, Text(f"{rows} 条中 {count} 条{what.zh}", f"{count} of {rows} records {what.en}"))


@dataclass(eq=False)
class Deprived:
    """What Alkire and Foster's method finds; each result an estimate, or with groups one for every group.

    With ``missing="bounds"`` the value is the lower end (blanks are no), ``interval`` holds both ends without sampling
    error (``interval_kind`` is ``bounds``), and ``lower`` and ``upper`` are the two results themselves.
    """

    measure: AlkireFoster
    given: dict[str, NDArray[np.int8]]
    records: Records
    gaps: dict[str, F] | None = None
    upper: Deprived | None = None
    blanks: dict[str, NDArray[np.int8]] | None = field(default=None, repr=False)

    @property
    def lower(self) -> Deprived:
        """The lower end: every blank is no."""
        return replace(self, upper=None, blanks=None)

    @cached_property
    def score(self) -> Any:
        """The whole-number score of each record."""
        return self.measure.score(self.given)

    @cached_property
    def poor(self) -> NDArray[np.bool_]:
        """Who reaches the cutoff."""
        found: NDArray[np.bool_] = np.asarray(self.score >= self.measure.threshold, dtype=bool)
        return found

    @cached_property
    def _share(self) -> F:
        """The censored score of each record, 0–1."""
        return np.where(self.poor, np.asarray(self.score, dtype=np.float64) / self.measure.denominator, 0.0)

    @cached_property
    def _small(self) -> Deprived:
        """The same, one record for every pattern of answers in every group, where no error is asked."""
        r, width = self.records, len(self.given)
        if r.wants_error or self.gaps is not None or width > 16 or r.groups << width > _CELLS or len(r.weight) < 5_000:
            return self
        code = np.zeros(len(r.weight), dtype=np.int32)
        for j, column in enumerate(self.given.values()):
            code += column.astype(np.int32) << j
        if r.group is not None:
            code += r.group.astype(np.int32) << width
        size = r.groups << width
        weight = sums(code, r.weight, size)
        held = np.flatnonzero(weight)
        bits = held & ((1 << width) - 1)
        given = {name: ((bits >> j) & 1).astype(np.int8) for j, name in enumerate(self.given)}
        group = None if r.group is None else held >> width
        records = Records(np.zeros(len(held)), weight[held], group, r.labels, r.design, r.cautions)
        records.__dict__["counted"] = r.counted
        return replace(self, given=given, records=records, blanks=None)

    # -- overall ---------------------------------------------------------------------------------------------
    @cached_property
    def headcount(self) -> Result:
        """H: the share that is poor."""
        name, of = Text("多维贫困发生率 H", "multidimensional headcount ratio H"), self._small
        return of._mean(of.poor.astype(np.float64), name, "headcount")

    @cached_property
    def adjusted_headcount(self) -> Result:
        """M0 = H·A: the mean of the censored scores."""
        name, of = Text("调整后发生率 M0", "adjusted headcount ratio M0"), self._small
        return of._mean(of._share, name, "adjusted_headcount")

    @cached_property
    def intensity(self) -> Result:
        """A: the mean score of the poor.

        Raises:
            Refused: nobody is poor.
        """
        of = self._small
        r, share, poor = of.records, of._share, of.poor.astype(np.float64)
        many, depth = r.sum(r.weight * poor), r.sum(r.weight * share)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = depth / many
            influence = (share - r.spread(value) * poor) / r.spread(many) if r.wants_error else None
        said = Said(
            Text(f"贫困者的平均剥夺强度 A（k={self.measure.k}）", f"intensity A among the poor (k={self.measure.k})"),
            "rate",
        )
        found = finish(r, Measured(value, influence, _NOBODY), said)
        return self._bounded(found, *self._intensity_ends()) if self.upper is not None else found

    def _power(self, alpha: int, name: Text) -> Result:
        if self.gaps is None:
            raise refuse("066", f"{name.zh}：要有归一化差距 gaps", f"{name.en}: gaps are wanted")
        depth = sum(
            float(w) * np.where(self.poor & (self.given[n] == 1), self.gaps[n], 0.0) ** alpha
            for n, w in self.measure.weights.items()
        )
        return self._mean(
            np.asarray(depth, dtype=np.float64), name, "adjusted_gap" if alpha == 1 else "adjusted_squared_gap"
        )

    @cached_property
    def adjusted_gap(self) -> Result:
        """M1: the mean of the weighted gaps of the poor."""
        return self._power(1, Text("调整后差距 M1", "adjusted gap M1"))

    @cached_property
    def adjusted_squared_gap(self) -> Result:
        """M2: the mean of the weighted squared gaps of the poor."""
        return self._power(2, Text("调整后平方差距 M2", "adjusted squared gap M2"))

    # -- by indicator ------------------------------------------------------------------------------------------
    @cached_property
    def raw_headcount(self) -> dict[str, Result]:
        """Per indicator, the share deprived in it, poor or not (uncensored)."""
        what, of = Text("未删失剥夺率", "uncensored headcount ratio"), self._small
        return {
            n: of._mean(d.astype(np.float64), Text(f"{n}：{what.zh}", f"{n}: {what.en}"), "raw_headcount", n)
            for n, d in of.given.items()
        }

    @cached_property
    def censored_headcount(self) -> dict[str, Result]:
        """Per indicator, the share that is poor and deprived in it."""
        what, of = Text("删失剥夺率", "censored headcount ratio"), self._small
        return {
            n: of._mean(of._censored(n), Text(f"{n}：{what.zh}", f"{n}: {what.en}"), "censored_headcount", n)
            for n in of.given
        }

    @cached_property
    def contribution(self) -> dict[str, Result]:
        """Per indicator, its share of M0 (0–1; together 1).

        Raises:
            Refused: nobody is poor.
        """
        of, found = self._small, {}
        r = of.records
        whole = r.sum(r.weight * of._share)
        for n, w in self.measure.weights.items():
            part = float(w) * of._censored(n)
            with np.errstate(invalid="ignore", divide="ignore"):
                value = r.sum(r.weight * part) / whole
                influence = (part - r.spread(value) * of._share) / r.spread(whole) if r.wants_error else None
            said = Said(Text(f"{n}：对 M0 的贡献", f"{n}: contribution to M0"), "rate")
            found[n] = finish(r, Measured(value, influence, _NOBODY), said)
        return found

    def _censored(self, name: str) -> F:
        found: F = (self.poor & (self.given[name] == 1)).astype(np.float64)
        return found

    # -- means and bounds --------------------------------------------------------------------------------------
    def _mean(self, values: F, name: Text, attribute: str, indicator: str | None = None) -> Result:
        r = self.records
        with np.errstate(invalid="ignore", divide="ignore"):
            value = r.sum(r.weight * values) / r.total
            influence = (values - r.spread(value)) / r.spread(r.total) if r.wants_error else None
        k = f"k={self.measure.k}"
        found = finish(r, Measured(value, influence), Said(Text(f"{name.zh}（{k}）", f"{name.en} ({k})"), "rate"))
        if self.upper is None:
            return found
        top = getattr(self.upper, attribute)
        top = top if indicator is None else top[indicator]
        return self._bounded(found, np.atleast_1d(found.value), np.atleast_1d(top.value))

    def _bounded(self, found: Result, low: F, high: F) -> Result:
        """The estimate with both ends of what the blanks may hold."""
        if isinstance(found, Estimates):
            return replace(found, lower=low, upper=high, kind="bounds")
        return replace(found, interval=(float(low[0]), float(high[0])), interval_kind="bounds")

    def _intensity_ends(self) -> tuple[F, F]:
        """The least and the greatest mean score of the poor over all answers to the blanks, by group.

        Each record can be answered on its own, so the ratio is greatest (least) where Σ w·best(score − t) is nought.
        """
        assert self.blanks is not None
        r, names = self.records, list(self.measure.weights)
        state = np.stack([self.blanks[n] for n in names], axis=1)
        patterns, where = np.unique(state, axis=0, return_inverse=True)
        options = [self._options(p) for p in patterns.tolist()]
        mass = np.zeros((r.groups, len(patterns)))
        np.add.at(mass, (np.zeros(len(where), dtype=np.intp) if r.group is None else r.group, where.ravel()), r.weight)
        mass = mass[r.total > 0]
        ends = [np.array([_ratio_end(row, options, top) for row in mass]) for top in (False, True)]
        return ends[0], ends[1]

    def _options(self, pattern: list[int]) -> tuple[bool, float, float]:
        """For one pattern of answers: can it be not poor, and its least and greatest score when poor (NaN if never)."""
        units = [self.measure.numerators[n] for n in self.measure.weights]
        scores = {sum(u for u, d in zip(units, pattern, strict=True) if d == 1)}
        for unit, answer in zip(units, pattern, strict=True):
            if answer < 0:
                scores |= {s + unit for s in scores}
        poor = [s / self.measure.denominator for s in scores if s >= self.measure.threshold]
        return min(scores) < self.measure.threshold, min(poor, default=np.nan), max(poor, default=np.nan)


def _ratio_end(mass: F, options: list[tuple[bool, float, float]], top: bool) -> float:
    """Dinkelbach's iteration for the greatest (least) ratio Σ w·score / Σ w over the poor."""
    free = np.array([o[0] for o in options])
    best = np.array([o[2] if top else o[1] for o in options])
    can = np.isfinite(best) & (mass > 0)
    mass, best, free = mass[can], best[can], free[can]
    if not len(mass):
        return float("nan")
    sign = 1.0 if top else -1.0
    target = float(best.max() if free.all() and top else best.min() if free.all() else np.average(best, weights=mass))
    for _ in range(200):
        chosen = ~free | (sign * (best - target) > 0)
        if not chosen.any():
            return target
        ratio = float(np.average(best[chosen], weights=mass[chosen]))
        if abs(ratio - target) < 1e-15:
            return ratio
        target = ratio
    return target


def change(before: Deprived, after: Deprived, what: str = "adjusted_headcount") -> Estimate:
    """The change of a measure between two independent samples, with its error.

    Raises:
        Refused: the two count different things (household and person), or are groups.
    """
    one, two = getattr(before, what), getattr(after, what)
    if isinstance(one, Estimates) or isinstance(two, Estimates):
        raise refuse("067", "分组结果请逐组相减", "take the change of one group at a time")
    if one.basis != two.basis:
        raise refuse("068", "一个按户、一个按人，不能相减", "one counts households, one persons: no difference")
    se = None if one.se is None or two.se is None else float(np.hypot(one.se, two.se))
    value = two.value - one.value
    level = one.level
    from scipy import stats

    reach = None if se is None else float(stats.norm.ppf((1 + level) / 2)) * se
    return Estimate(
        value,
        Text(f"变化：{two.definition.zh}", f"change: {two.definition.en}"),
        Text("两个独立样本之差", "difference of two independent samples"),
        one.basis,
        se=se,
        interval=None if reach is None else (value - reach, value + reach),
        n=(one.n or 0) + (two.n or 0),
        population=two.population,
        years={**one.years, **two.years},
        warnings=tuple(dict.fromkeys(one.warnings + two.warnings)),
    )
