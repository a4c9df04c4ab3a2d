"""Survey: how the records came to be chosen, and how far an estimate may therefore be from the truth.

Reads   weights, strata, primary sampling units, shares drawn; influence values of a measure (one a record)
Gives   Design; its variance for any group, by linearisation, with the degrees of freedom
Not     the influence values themselves (poverty, inequality, multidimensional), intervals (estimates)
Keeps   household or person is always said; a stratum with one unit is never passed over in silence; a census has none
Source  Wolter, Introduction to Variance Estimation (2007) ch. 6; Hájek's approximation where the shares drawn are known
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from fangpin.methods.arrays import F, I, codes, numbers, refuse, same_rows, sums, weights_of
from fangpin.methods.estimate import BASES, Basis, Caution
from fangpin.methods.intervals import Shape
from fangpin.vocabulary.text import Text

Lonely = Literal["centre", "certainty", "refuse"]
_DENSE = 50_000_000  # cells of a table that may be counted without sorting
_LONELY = {
    "centre": Text("以全部初级单元的均值代之", "its distance from the mean of all units is taken"),
    "certainty": Text("视为必选，不计抽样误差", "it is taken as certain and adds nothing"),
}


class Spread(NamedTuple):
    """Variance of each group, its degrees of freedom, and how many sampling units it has."""

    variance: F
    freedom: I
    units: I


@dataclass(frozen=True, eq=False)
class Design:
    """How the records were drawn.

    Args:
        weights: How many households or persons a record stands for; None for equal weights of 1.
        strata: Stratum of each record.
        psu: Primary sampling unit of each record, numbered anew in every stratum; None if each record was drawn alone.
        basis: ``household`` or ``person``: what the weights count. Must be said.
        fpc: Share of the units that was drawn, per record: one column for the first stage, or a pair with the share of
            records drawn within the unit. None: as if drawn with replacement (errors rather too large than too small).
        lonely: A stratum with a single unit: ``centre`` (its distance from the mean of all units), ``certainty`` (adds
            nothing), ``refuse``.
        census: A full register: no sampling error.
        level: Of the intervals.
        year: Of the data.

    Raises:
        Refused: no basis; bad weights; columns of different lengths; a share drawn outside (0, 1].

    Examples:
        >>> design = Design(weights=[10, 10, 20, 20], psu=[1, 1, 2, 2], basis="person")
        >>> design.rows, design.units
        (4, 2)
    """

    weights: Any = None
    strata: Any = None
    psu: Any = None
    basis: Basis | None = None
    fpc: Any = None
    lonely: Lonely = "centre"
    census: bool = False
    level: float = 0.95
    year: int | None = None
    _size: list[int] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise refuse(
                "020",
                "抽样设计必须说明按户还是按人（basis）",
                "a design must say whether its weights count households or persons (basis)",
                Text('basis="household" 或 basis="person"', 'basis="household" or basis="person"'),
                read=repr(self.basis),
            )
        if self.lonely not in ("centre", "certainty", "refuse"):
            raise refuse("021", "lonely 没有这个取值", "lonely has no such value", read=repr(self.lonely))
        if not 0 < self.level < 1:
            raise refuse("021", "置信水平应在 0 与 1 之间", "the level lies between 0 and 1", read=repr(self.level))
        given = [c for c in (self.weights, self.strata, self.psu, _first(self.fpc)) if c is not None]
        self._size.extend([len(given[0])] if given else [])
        if given:
            _ = self.weight, self._drawn, self._stratum, self._unit

    @property
    def rows(self) -> int:
        """How many records the design describes; 0 where it fits any number."""
        return self._size[0] if self._size else 0

    @cached_property
    def weight(self) -> F:
        """The weights, checked."""
        return weights_of(self.weights, self.rows)

    def weight_for(self, rows: int) -> F:
        """The weights for ``rows`` records.

        Raises:
            Refused: the design describes another number of records.
        """
        if not self.rows:
            return np.ones(rows)
        same_rows(self.weight, rows, "design")
        return self.weight

    # -- units and strata ------------------------------------------------------------------------------------
    @cached_property
    def _stratum(self) -> tuple[I | None, int]:
        if self.strata is None:
            return None, 1
        found, labels = codes(self.strata, self.rows, "strata")
        return found, len(labels)

    @cached_property
    def _unit(self) -> tuple[I | None, I | None, int]:
        """The unit of each record, the stratum of each unit, and how many units there are (0: every record is one)."""
        if self.psu is None:
            return None, None, 0
        found, labels = codes(self.psu, self.rows, "psu")
        stratum, _ = self._stratum
        if stratum is None:
            return found, np.zeros(len(labels), dtype=np.intp), len(labels)
        first = np.zeros(len(labels), dtype=np.intp)
        first[found] = stratum
        if not np.array_equal(first[found], stratum):  # numbered anew in every stratum
            pairs, found = np.unique(stratum * len(labels) + found, return_inverse=True)
            first = (pairs // len(labels)).astype(np.intp)
        return found.astype(np.intp, copy=False), first, len(first)

    @property
    def units(self) -> int:
        """How many primary sampling units there are."""
        return self._unit[2] or self.rows

    @cached_property
    def _drawn(self) -> tuple[F | None, F | None]:
        if self.fpc is None:
            return None, None
        stages = list(self.fpc) if isinstance(self.fpc, tuple) else [self.fpc]
        found = [numbers(stage, "fpc") for stage in stages[:2]]
        for stage in found:
            same_rows(stage, self.rows, "fpc")
            outside = int(((stage <= 0) | (stage > 1)).sum())
            if outside or len(stages) > 2:
                raise refuse(
                    "022",
                    f"fpc：抽取的比例应在 0 与 1 之间（{outside} 行不是），至多两级",
                    f"fpc: the shares drawn lie in (0, 1] ({outside} rows do not), for at most two stages",
                )
        return found[0], found[1] if len(found) > 1 else None

    @cached_property
    def _strata_units(self) -> I:
        """How many units each stratum has."""
        _, of_unit, _ = self._unit
        stratum, strata = self._stratum
        if of_unit is None:
            return np.bincount(stratum, minlength=strata) if stratum is not None else np.array([self.rows])
        return np.bincount(of_unit, minlength=strata)

    def members(self, rows: int) -> tuple[I, I]:
        """The unit of each record, and the stratum of each unit."""
        unit, of_unit, _ = self._unit if self.rows else (None, None, 0)
        if unit is not None and of_unit is not None:
            return unit, of_unit
        stratum = self._stratum[0] if self.rows else None
        return np.arange(rows), np.zeros(rows, dtype=np.intp) if stratum is None else stratum

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """What a reader of any estimate of this design must know."""
        if not self.rows or self.census:
            return ()
        alone = int((self._strata_units == 1).sum())
        if not alone:
            return ()
        if self.lonely == "refuse":
            raise refuse(
                "023",
                f"{alone} 个层只有一个初级单元，误差无法估计",
                f"{alone} strata have a single unit: the error cannot be estimated",
                Text("合并层，或选 lonely", "join strata, or choose lonely="),
            )
        rule = _LONELY[self.lonely]
        return (
            Caution(
                "one-unit-stratum",
                Text(
                    f"{alone} 个层只有一个初级单元：{rule.zh}",
                    f"{alone} strata have a single sampling unit: {rule.en}",
                ),
            ),
        )

    # -- variance --------------------------------------------------------------------------------------------
    def variance(self, influence: F, group: I | None = None, groups: int = 1) -> Spread:
        """The variance of an estimate by group, from weighted influence values: one a record, on its own group."""
        _ = self.cautions  # lonely="refuse" refuses here at the latest
        unit, of_unit, units = self._unit
        if not self.rows:
            unit, of_unit, units = None, None, 0
        cells = self._cells(influence, unit, units, group, groups)
        factor, share = self._factors(of_unit, len(influence))
        stratum = cells.stratum(of_unit, self._stratum[0])
        strata = self._stratum[1]
        scale = factor[cells.unit] if factor.ndim else factor
        found = cells.by_group(scale * cells.total**2)
        found -= self._centres(cells, scale, stratum, strata, factor, of_unit)
        found += self._lonely(cells, stratum, strata, share, len(influence))
        if self._drawn[1] is not None and unit is not None:
            found += self._within(influence, unit, units, cells, share)
        return Spread(np.maximum(found, 0.0), *self._freedom(cells, stratum, strata))

    def covariance(self, influence: F, group: I, groups: int) -> tuple[F, int]:
        """The covariances of the estimates of all groups, and the freedom of their differences; its diagonal is what
        variance gives. Arguments as there. Shape (groups, groups)."""
        _ = self.cautions
        unit, stratum = self.members(len(influence))
        units, counts = len(stratum), np.bincount(stratum)
        total = sums(unit * groups + group, influence, units * groups).reshape(units, groups)
        share, second = self._drawn
        first = np.zeros(units)
        if share is not None:
            first[unit] = share
        n = counts[stratum]
        scale = np.where(n > 1, n / np.maximum(n - 1, 1), 0.0) * (1 - first)
        mass = np.maximum(np.bincount(stratum, scale), 1e-300)
        mean = np.stack([np.bincount(stratum, scale * column) / mass for column in total.T], axis=1)
        away = total - mean[stratum]
        found = (scale[:, None] * away).T @ away
        if self.lonely == "centre" and (n == 1).any():
            alone = total[n == 1] - total.sum(axis=0) / units
            found += ((1 - first[n == 1])[:, None] * alone).T @ alone
        if second is not None and self.psu is not None:
            count = np.bincount(unit, minlength=units)
            part = 1 - np.bincount(unit, second, units) / count
            times = first * part * count / np.maximum(count - 1, 1)
            squares = sums(unit * groups + group, influence**2, units * groups).reshape(units, groups)
            found += np.diag((times[:, None] * squares).sum(axis=0)) - ((times / count)[:, None] * total).T @ total
        return found, units - len(counts)

    def shape(self, influence: F, group: I | None = None, groups: int = 1) -> Shape:
        """How lopsided and how heavy-tailed the units are, by group; arguments as in variance.

        Every unit of a stratum counts, those that do not hold the group with a total of nought. The shares drawn are
        left out: they make a sum less lopsided than said here.
        """
        unit, of_unit, units = self._unit if self.rows else (None, None, 0)
        cells = self._cells(influence, unit, units, group, groups)
        stratum = cells.stratum(of_unit, self._stratum[0] if self.rows else None)
        counts = (self._strata_units if self.rows else np.array([len(influence)])).astype(np.float64)
        keys, key = np.unique(stratum * cells.groups + cells.group, return_inverse=True)
        (of_stratum, of_group), size = np.divmod(keys, cells.groups), len(keys)
        n = counts[of_stratum]
        held = np.bincount(key, minlength=size)
        mean = sums(key, cells.total, size) / n
        away = cells.total - mean[key]
        second, third, fourth = (sums(key, away**p, size) + (n - held) * (-mean) ** p for p in (2, 3, 4))
        with np.errstate(all="ignore"):
            scale = n / (n - 1)
            whole = sums(of_group, np.where(n > 1, scale * second, 0.0), cells.groups)
            third = np.where(n > 2, third * n**2 / ((n - 1) * (n - 2)), np.nan)
            skew = sums(of_group, third, cells.groups) / whole**1.5
            heavy = sums(of_group, np.where(n > 1, scale**2 * fourth, 0.0), cells.groups) / whole**2
        present = np.bincount(cells.group[cells.present], minlength=cells.groups)
        return Shape(skew, heavy, present)

    def _cells(self, influence: F, unit: I | None, units: int, group: I | None, groups: int) -> _Cells:
        weight = self.weight_for(len(influence))
        if unit is None:
            mine = np.zeros(len(influence), dtype=np.intp) if group is None else group
            return _Cells(influence, np.arange(len(influence)), mine, groups, None, weight > 0)
        if group is None:
            total, present = sums(unit, influence, units), sums(unit, weight, units) > 0
            return _Cells(total, np.arange(units), np.zeros(units, dtype=np.intp), 1, unit, present)
        first = np.zeros(units, dtype=np.intp)
        first[unit] = group
        if np.array_equal(first[unit], group):  # every unit lies in one group
            total, present = sums(unit, influence, units), sums(unit, weight, units) > 0
            return _Cells(total, np.arange(units), first, groups, unit, present)
        keys, cell = np.unique(unit * groups + group, return_inverse=True)
        total, present = sums(cell, influence, len(keys)), sums(cell, weight, len(keys)) > 0
        return _Cells(total, (keys // groups).astype(np.intp), (keys % groups).astype(np.intp), groups, cell, present)

    def _factors(self, of_unit: I | None, rows: int) -> tuple[F, F | None]:
        """What the square of each unit counts: n/(n−1) of its stratum, less the share drawn."""
        counts = self._strata_units if self.rows else np.array([rows])
        by_stratum = counts / np.maximum(counts - 1, 1)
        by_stratum = np.where(counts > 1, by_stratum, 0.0)
        stratum = of_unit if of_unit is not None else self._stratum[0]
        share = self._drawn[0]
        if share is not None and of_unit is not None:
            of = np.zeros(len(of_unit))
            of[self._unit[0]] = share
            share = of
        if stratum is None:
            factor = np.asarray(by_stratum[0])
        else:
            factor = by_stratum[stratum]
        return (factor if share is None else factor * (1 - share)), share

    def _centres(self, cells: _Cells, scale: F, stratum: I, strata: int, factor: F, of_unit: I | None) -> F:
        """What the mean of each stratum takes off: (Σ f u)² / Σ f, over all its units, also those of other groups."""
        counts = self._strata_units if self.rows else np.array([len(cells.total)])
        if factor.ndim:
            home = of_unit if of_unit is not None else self._stratum[0]
            mass = np.array([factor.sum()]) if home is None else sums(home, factor, strata)
        else:
            mass = factor * counts
        if cells.groups == 1 or strata * cells.groups <= _DENSE:
            key, size = stratum * cells.groups + cells.group, strata * cells.groups
            of_stratum, of_group = np.divmod(np.arange(size), cells.groups)
        else:
            keys, key = np.unique(stratum * cells.groups + cells.group, return_inverse=True)
            (of_stratum, of_group), size = np.divmod(keys, cells.groups), len(keys)
        of_cell = sums(key, scale * cells.total, size)
        full = mass[of_stratum]
        taken = np.divide(of_cell**2, full, out=np.zeros(size), where=full > 0)
        return sums(of_group, taken, cells.groups)

    def _lonely(self, cells: _Cells, stratum: I, strata: int, share: F | None, rows: int) -> F:
        """What strata with one unit add."""
        counts = self._strata_units if self.rows else np.array([rows])
        if self.lonely != "centre" or not (counts == 1).any():
            return np.zeros(cells.groups)
        alone = counts[stratum] == 1
        centre = cells.by_group(cells.total) / counts.sum()
        away = (cells.total - centre[cells.group])[alone] ** 2
        if share is not None:
            away = away * (1 - share[cells.unit[alone]])
        return sums(cells.group[alone], away, cells.groups)

    def _within(self, influence: F, unit: I, units: int, cells: _Cells, share: F | None) -> F:
        """What the second stage adds where the shares drawn are known: records drawn within a unit."""
        second = self._drawn[1]
        assert second is not None and share is not None
        count = np.bincount(unit, minlength=units)[cells.unit]
        cell = cells.of_record if cells.of_record is not None else unit
        squares = sums(cell, influence**2, len(cells.total))
        part = sums(unit, second, units)[cells.unit] / count
        factor = share[cells.unit] * (1 - part) * count / np.maximum(count - 1, 1)
        return cells.by_group(factor * np.maximum(squares - cells.total**2 / count, 0.0))

    def _freedom(self, cells: _Cells, stratum: I, strata: int) -> tuple[I, I]:
        """Units less strata of each group, and its units; only those with a weight."""
        group, home = cells.group[cells.present], stratum[cells.present]
        units = np.bincount(group, minlength=cells.groups)
        if strata == 1:
            return np.maximum(units - 1, 0), units
        if strata * cells.groups <= _DENSE:
            seen = np.zeros(strata * cells.groups, dtype=bool)
            seen[group * strata + home] = True
            layers = seen.reshape(cells.groups, strata).sum(axis=1)
        else:
            layers = np.bincount(np.unique(group * strata + home) // strata, minlength=cells.groups)
        return np.maximum(units - layers, 0), units


class _Cells(NamedTuple):
    """Sums of influence by unit and group."""

    total: F
    unit: I
    group: I
    groups: int
    of_record: I | None
    present: Any

    def by_group(self, values: F) -> F:
        return np.array([values.sum()]) if self.groups == 1 else sums(self.group, values, self.groups)

    def stratum(self, of_unit: I | None, of_record: I | None) -> I:
        if of_unit is not None:
            return of_unit[self.unit]
        return np.zeros(len(self.total), dtype=np.intp) if of_record is None else of_record[self.unit]


def _first(fpc: Any) -> Any:
    return fpc[0] if isinstance(fpc, tuple) else fpc
