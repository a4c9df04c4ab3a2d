"""Estimates: what a measure found, with its error, as one estimate or one for every group.

Reads   Measured (values by group, influence of each record), the records and their design
Gives   Estimate; Estimates, a mapping of group → Estimate that is also columns (.value, .se, .lower, .upper, to_frame)
Not     the measures; the variance itself (survey)
Keeps   without a design no error is claimed; a census has none; a group that cannot be computed is named, never NaN
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from fangpin.methods import intervals
from fangpin.methods.arrays import F, I, refuse
from fangpin.methods.estimate import Basis, Caution, Estimate, Unit
from fangpin.methods.records import Line, Records, mixed_vintages
from fangpin.methods.survey import Spread
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    import polars as pl

FEW = 30  # a share of fewer records is to be read as an interval
_NO_DESIGN = Caution(
    "no-design",
    Text("没有给抽样设计：不给标准误，也不知按户还是按人", "no design was given: no standard error, and basis unknown"),
)
_EMPTY = Text("权数之和为零", "its weights sum to zero")
_FEW = Caution("few-records", Text(f"不足 {FEW} 条记录，只宜看区间", f"fewer than {FEW} records: read the interval"))
_NONE_OR_ALL = Caution(
    "none-or-all",
    Text(
        "样本中无一或全部如此：区间按初级单元数取精确界",
        "none or all of the sample: exact bound by number of sampling units",
    ),
)
_NO_ERROR = Caution("no-error", Text("误差无法估计", "the error cannot be estimated"))


class Measured(NamedTuple):
    """A measure of each group, before it is an estimate.

    Attributes:
        value: Shape (groups,); NaN where it is undefined.
        influence: Of each record on the value of its group, without its weight; None where nobody asked.
        why: Why a value is undefined.
        interval: Ends of an interval that is not made of the standard error. Shape (groups,) each.
    """

    value: F
    influence: F | None = None
    why: Text | None = None
    interval: tuple[F, F] | None = None


class Said(NamedTuple):
    """How a measure is named and in what unit it comes."""

    definition: Text
    unit: Unit = "index"
    line: Line | None = None
    how: Text = Text("加权", "weighted")
    positive: bool = False  # cannot be below zero: its interval is taken on the logarithm


@dataclass(frozen=True, eq=False)
class Estimates(Mapping[Any, Estimate]):
    """One estimate for every group (or every point of a curve), in the order of ``labels``.

    ``estimates[label]`` is an :class:`Estimate`; ``value``, ``se``, ``lower``, ``upper``, ``n`` … are columns.
    Groups that cannot be computed are in ``refused`` with the reason and nowhere else.
    """

    labels: tuple[Any, ...]
    value: F
    se: F | None
    lower: F | None
    upper: F | None
    n: I
    population: F
    said: Said
    method: Text
    basis: Basis | None
    level: float = 0.95
    years: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Caution, ...] = ()
    own: tuple[tuple[Caution, ...], ...] = ()
    lines: F | None = None
    kind: Literal["confidence", "bounds"] = "confidence"
    refused: Mapping[Any, Text] = field(default_factory=dict)

    def __getitem__(self, label: Any) -> Estimate:
        try:
            return self.at(self._places[label])
        except KeyError:
            if label in self.refused:
                why = self.refused[label]
                raise refuse("040", f"{label}：{why.zh}", f"{label}: {why.en}") from None
            raise

    @property
    def _places(self) -> dict[Any, int]:
        found = self.__dict__.get("_index")
        if found is None:
            found = {label: i for i, label in enumerate(self.labels)}
            object.__setattr__(self, "_index", found)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, i: int) -> Estimate:
        """The estimate in place ``i``."""
        ends = None
        if self.lower is not None and self.upper is not None and np.isfinite(self.lower[i]):
            ends = (float(self.lower[i]), float(self.upper[i]))
        error = None if self.se is None or not np.isfinite(self.se[i]) else float(self.se[i])
        return Estimate(
            float(self.value[i]),
            self.said.definition,
            self.method,
            self.basis,
            se=error,
            interval=ends,
            interval_kind=self.kind,
            level=self.level,
            n=int(self.n[i]),
            population=float(self.population[i]),
            years=self.years,
            warnings=self.warnings + (self.own[i] if self.own else ()),
            unit=self.said.unit,
            details={} if self.lines is None else {"line": float(self.lines[i])},
        )

    def to_frame(self, name: str = "group") -> pl.DataFrame:
        """A row for each group: value, se, lower, upper, n, population."""
        import polars

        blank = [None] * len(self)
        return polars.DataFrame(
            {
                name: list(self.labels),
                "value": self.value,
                "se": blank if self.se is None else self.se,
                "lower": blank if self.lower is None else self.lower,
                "upper": blank if self.upper is None else self.upper,
                "n": self.n,
                "population": self.population,
            },
            schema_overrides=dict.fromkeys(("se", "lower", "upper"), polars.Float64),
        ).with_columns(polars.col("se", "lower", "upper").fill_nan(None))

    def to_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Plain values by group (JSON)."""
        return {str(label): self[label].to_dict(lang) for label in self}

    def __repr__(self) -> str:
        return f"<Estimates of {len(self)}: {self.said.definition.en}>"

    def _repr_html_(self) -> str:
        return str(self.to_frame()._repr_html_())


Result = Estimate | Estimates


def finish(records: Records, measured: Measured, said: Said, labels: list[Any] | None = None) -> Result:
    """The estimate, or one for every group.

    Args:
        records: What was measured.
        measured: What was found.
        said: How it is called.
        labels: Of a curve: the values are points of it and not groups.

    Raises:
        Refused: it cannot be computed (the reason), and there are no groups.
    """
    found = estimates(records, measured, said)
    if records.labels is not None:
        return found
    if found.refused:
        why = next(iter(found.refused.values()))
        raise refuse("040", f"{said.definition.zh}：{why.zh}", f"{said.definition.en}: {why.en}")
    return found.at(0)


def estimates(records: Records, measured: Measured, said: Said) -> Estimates:
    """The estimates of all groups; of one where there are no groups."""
    labels = records.labels if records.labels is not None else [None]
    value = measured.value
    sound = np.isfinite(value) & (records.total > 0)
    se, lower, upper, own, method = _errors(records, measured, said, sound)
    refused = {
        labels[i]: _EMPTY if records.total[i] <= 0 else (measured.why or _EMPTY)
        for i in np.flatnonzero(~sound).tolist()
    }
    keep = slice(None) if sound.all() else np.flatnonzero(sound)
    kept = range(len(labels)) if sound.all() else np.flatnonzero(sound).tolist()
    years, cautions = _years(records, said)
    if refused and records.labels is not None:
        cautions = (*cautions, _refused(refused))
    lines = None if said.line is None else said.line.of_group
    return Estimates(
        labels=tuple(labels[i] for i in kept),
        value=value[keep],
        se=None if se is None else se[keep],
        lower=None if lower is None else lower[keep],
        upper=None if upper is None else upper[keep],
        n=records.counted[keep],
        population=records.total[keep],
        said=said,
        method=method,
        basis=records.design.basis if records.design else None,
        level=records.design.level if records.design else 0.95,
        years=years,
        warnings=cautions,
        own=tuple(own[i] for i in kept) if own else (),
        lines=None if lines is None else lines[keep],
        refused=refused,
    )


def _refused(refused: Mapping[Any, Text]) -> Caution:
    shown = list(refused.items())[:5]
    more = f" … ({len(refused)})" if len(refused) > len(shown) else ""
    return Caution(
        "groups-refused",
        Text(
            "算不出的组：" + "；".join(f"{k}（{v.zh}）" for k, v in shown) + more,
            "groups that cannot be computed: " + "; ".join(f"{k} ({v.en})" for k, v in shown) + more,
        ),
    )


def _years(records: Records, said: Said) -> tuple[dict[str, int], tuple[Caution, ...]]:
    """The years of data and line, and what a reader must know of all groups."""
    design = records.design
    cautions = tuple(records.cautions) + ((_NO_DESIGN,) if design is None else design.cautions)
    years: dict[str, int] = {}
    data = design.year if design else None
    if data is not None:
        years["data"] = data
    if said.line is not None:
        cautions += said.line.cautions
        line = said.line.year if said.line.year is not None else data if said.line.influence is not None else None
        if line is not None:
            years["line"] = line
        if line is not None and data is not None and line != data:
            cautions += (mixed_vintages(line, data),)
    return years, cautions


def _errors(
    records: Records, measured: Measured, said: Said, sound: Any
) -> tuple[F | None, F | None, F | None, list[tuple[Caution, ...]], Text]:
    """Standard errors, ends of the intervals, cautions of each group, and the words for how."""
    design = records.design
    if design is None:
        return None, None, None, [], said.how
    if design.census:
        zero = np.zeros(len(measured.value))
        how = Text(f"{said.how.zh}；全数登记，无抽样误差", f"{said.how.en}; a full register has no sampling error")
        return zero, measured.value, measured.value, [], how
    assert measured.influence is not None
    with np.errstate(invalid="ignore", over="ignore"):
        found = design.variance(records.weight * measured.influence, records.group, records.groups)
    se = np.sqrt(found.variance)
    free = found.freedom > 0
    se = np.where(free, se, np.nan)
    own = _own(records, measured.value, se, said.unit)
    lower, upper = _ends(records, measured, se, found, said)
    how = Text(
        f"{said.how.zh}；线性化标准误，{design.units or len(records.income)} 个初级单元",
        f"{said.how.en}; linearised standard error, {design.units or len(records.income)} sampling units",
    )
    return se, lower, upper, own, how


def _own(records: Records, value: F, se: F, unit: Unit) -> list[tuple[Caution, ...]]:
    marks: list[tuple[Caution, ...]] = [()] * len(value)
    edge = (value <= 0) | (value >= 1) if unit == "rate" else np.zeros(len(value), dtype=bool)
    for mask, caution in ((records.counted < FEW, _FEW), (edge, _NONE_OR_ALL), (~np.isfinite(se), _NO_ERROR)):
        for i in np.flatnonzero(mask).tolist():
            marks[i] = (*marks[i], caution)
    return marks


def _ends(records: Records, measured: Measured, se: F, found: Spread, said: Said) -> tuple[F, F]:
    """Ends of the intervals, by what the measure is (see intervals)."""
    design, value = records.design, measured.value
    assert design is not None and measured.influence is not None
    if measured.interval is not None:
        return measured.interval
    reach = intervals.factor(found.freedom, design.level)
    if said.unit == "rate":
        return intervals.share(value, se, reach, found.units, design.level)
    if said.unit != "index":
        return intervals.plain(value, se, reach)
    with np.errstate(invalid="ignore", over="ignore"):
        shape = design.shape(records.weight * measured.influence, records.group, records.groups)
    ends = intervals.skewed(value, se, found.freedom, shape, design.level)
    known = np.isfinite(shape.skew)
    if said.positive:
        other = intervals.logarithmic(value, se, reach)
        known &= ends[0] > 0
    else:
        other = intervals.plain(value, se, reach)
    return np.where(known, ends[0], other[0]), np.where(known, ends[1], other[1])
