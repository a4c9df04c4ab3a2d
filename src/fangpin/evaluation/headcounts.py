"""Head counts of anybody's table: one method or the accepted one, its range and bounds, gaps and inequality.

Reads   a table (methods), lines, a method where one is asked for
Gives   headcounts(table, lines, …) → Headcounts
Keeps   the range is that of the accepted methods, whatever method is asked for
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fangpin.methods.estimate import Estimate, Refused
from fangpin.methods.grouped import Comparison, Fit, GroupedIncome
from fangpin.vocabulary.text import Text


@dataclass(frozen=True)
class Headcounts:
    """The answer for one table."""

    comparison: Comparison
    estimates: tuple[Estimate, ...]
    fit: Fit

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """Rates 0–1, persons in 万 with two decimals."""
        found = self.comparison
        size = found.table.population
        zipped = zip(found.lines, self.estimates, found.ranges, found.bounds, strict=True)
        return {
            "basis": found.table.basis,
            "year": found.table.year,
            "line_year": found.year,
            "method": self.fit.name(lang),
            "accepted": self.fit.accepted,
            "parameters": self.fit.parameters,
            "lines": [
                {
                    "line": line,
                    "rate": e.value,
                    "rate_range": list(ends) if ends else None,
                    "rate_bounds": list(bounds),
                    "persons_10k": _in_10k(e.value, size),
                    "persons_10k_range": [_in_10k(end, size) for end in ends] if ends and size else None,
                    "persons_10k_bounds": [_in_10k(end, size) for end in bounds] if size else None,
                    "poverty_gap": _value(lambda line=line: self.fit.poverty_gap(line)),
                    "squared_gap": _value(lambda line=line: self.fit.squared_gap(line)),
                    "watts": _value(lambda line=line: self.fit.watts(line)),
                }
                for line, e, ends, bounds in zipped
            ],
            "gini": _value(self.fit.gini),
            "mld": _value(self.fit.mld),
            "median": _value(self.fit.median),
            "methods": found.to_dict(lang)["methods"],
            "warnings": [{"code": w.code, "message": w(lang)} for w in self.cautions],
        }

    @property
    def cautions(self) -> tuple[Any, ...]:
        """Every caution once."""
        return tuple({w.code: w for e in self.estimates for w in e.warnings}.values())


def _in_10k(rate: float, size: float | None) -> float | None:
    return None if size is None else round(rate * size / 1e4, 2)


def _value(measure: Any) -> float | None:
    """A measure's value, None where it cannot be computed (its reason is among the methods' remarks)."""
    try:
        return float(measure())
    except Refused:
        return None


def headcounts(
    table: GroupedIncome,
    lines: Sequence[float],
    line_year: int | None = None,
    method: str | None = None,
    criterion: str | None = None,
) -> Headcounts:
    """Head counts below ``lines``.

    Raises:
        Refused: no such method, a line that is not positive, or no method fits this table.
    """
    if method is None and criterion is not None:
        raise Refused("FP-LINE-005", Text("准则要和方法一起给出", "a criterion needs a method"), read=criterion)
    found = table.compare(list(lines), line_year)
    if method is None:
        best = found.best
        return Headcounts(found, found.estimates, best)
    fit = table.fit(method, criterion)
    said = [fit.headcount(line, line_year) for line in found.lines]
    ranged = [
        replace(e, interval=ends, interval_kind="range") if ends else e
        for e, ends in zip(said, found.ranges, strict=True)
    ]
    return Headcounts(found, tuple(ranged), fit)
