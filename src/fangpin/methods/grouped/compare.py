"""Comparison: every method at every line, the accepted range, the bounds.

Reads   a table (table.Table), lines
Gives   compare(table, lines) → Comparison; CANDIDATES, the methods that are run
Keeps   the range is the lowest and the highest of the accepted fits, never of one method; a method that cannot be
        fitted is listed with its reason
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

import numpy as np

from fangpin.methods.estimate import Estimate, Refused
from fangpin.methods.grouped import words
from fangpin.methods.grouped.fit import Fit, read_line
from fangpin.methods.grouped.table import Table
from fangpin.vocabulary.text import Text, lang_or_default

CANDIDATES: tuple[tuple[str, str | None], ...] = (
    ("gb2", "log_means"),
    ("gb2", "lorenz"),
    ("gb2", "gmm"),
    ("gb2", "log_means_median"),
    ("dagum", "lorenz"),
    ("dagum", "gmm"),
    ("singh_maddala", "lorenz"),
    ("singh_maddala", "gmm"),
    ("lognormal", "lorenz"),
    ("lognormal", "log_means"),
    ("lognormal", "gmm"),
    ("lognormal", "probit"),
    ("lorenz_gq", None),
    ("lorenz_beta", None),
    ("linear_cdf", None),
    ("pchip", None),
    ("probit_cdf", None),
    ("mean_preserving", None),
)
_NEEDS_MEDIAN = ("log_means_median",)


@dataclass(frozen=True)
class Row:
    """One method at all lines; a rate is None where the method says nothing, with its reason."""

    method: str
    criterion: str | None
    fit: Fit | None
    rates: tuple[float | None, ...]
    refused: Text | None = None

    @property
    def name(self) -> Text:
        """Method and criterion as a person reads them."""
        return words.method_name(self.method, self.criterion)

    @property
    def accepted(self) -> bool:
        """Whether the fit passes the acceptance rule."""
        return self.fit is not None and self.fit.accepted

    @property
    def reason(self) -> Text | None:
        """Why it is not accepted or not fitted."""
        return self.refused if self.fit is None else self.fit.rejection


@dataclass(frozen=True)
class Comparison:
    """Methods × lines on one table."""

    table: Table
    labels: tuple[str, ...]
    lines: tuple[float, ...]
    rows: tuple[Row, ...]
    year: int | None = None

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """Sharp bounds at each line."""
        return tuple(self.table.ends(line) for line in self.lines)

    @cached_property
    def ranges(self) -> tuple[tuple[float, float] | None, ...]:
        """Lowest and highest rate of the accepted fits at each line; None where no fit is accepted."""
        found: list[tuple[float, float] | None] = []
        for i in range(len(self.lines)):
            rates = [rate for row in self.rows if row.accepted and (rate := row.rates[i]) is not None]
            found.append((min(rates), max(rates)) if rates else None)
        return tuple(found)

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """The first accepted fit (GB2 where it is), else the first of all, with the accepted range, else the bounds."""
        return tuple(self._estimate(self.best, i) for i in range(len(self.lines)))

    @cached_property
    def best(self) -> Fit:
        """The first accepted fit, else the first of all.

        Raises:
            Refused: no method can be fitted.
        """
        best = next((r.fit for r in self.rows if r.accepted and r.fit), None)
        best = best or next((r.fit for r in self.rows if r.fit and None not in r.rates), None)
        if best is None:
            raise Refused("FP-GROUPED-060", Text("没有一种方法能用于这张表", "no method can be fitted to this table"))
        return best

    def _estimate(self, fit: Fit, i: int) -> Estimate:
        said: Estimate = fit.headcount(self.lines[i], self.year)
        ends = self.ranges[i]
        return said if ends is None else replace(said, interval=ends, interval_kind="range")

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __str__(self) -> str:
        lang = lang_or_default(None)
        said = [f"{label}: {e.sentence(lang)}" for label, e in zip(self.labels, self.estimates, strict=True)]
        return "\n".join([*said, *(" | ".join(cells) for cells in self._cells(lang))])

    def _repr_html_(self) -> str:
        lang = lang_or_default(None)
        head, *body = self._cells(lang)
        heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        said = "".join(e._repr_html_() for e in self.estimates)
        return f"{said}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def _cells(self, lang: str) -> list[list[str]]:
        """The table as words: methods × lines, the accepted range and the bounds last."""
        rows = [[Text("方法", "method")(lang), *self.labels, Text("接受", "accepted")(lang)]]
        for row in self.rows:
            rates = ["—" if r is None else f"{100 * r:.2f} %" for r in row.rates]
            rows.append([row.name(lang), *rates, "✓" if row.accepted else ""])
        ranges = ["—" if r is None else f"{100 * r[0]:.2f}–{100 * r[1]:.2f} %" for r in self.ranges]
        bounds = [f"{100 * low:.2f}–{100 * high:.2f} %" for low, high in self.bounds]
        rows.append([Text("被接受的范围", "accepted range")(lang), *ranges, ""])
        rows.append([Text("上下界", "sharp bounds")(lang), *bounds, ""])
        return rows

    def to_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Plain values: lines, rows, ranges, bounds; persons too where the population is known."""
        size = self.table.population
        return {
            "basis": self.table.basis,
            "year": self.table.year,
            "line_year": self.year,
            "population": size,
            "lines": dict(zip(self.labels, self.lines, strict=True)),
            "methods": [
                {
                    "method": row.method,
                    "criterion": row.criterion,
                    "name": row.name(lang),
                    "rates": list(row.rates),
                    "accepted": row.accepted,
                    "reason": row.reason(lang) if row.reason else None,
                    "parameters": row.fit.parameters if row.fit else None,
                    "median": _median(row.fit),
                    "deviations": dict(row.fit.deviations) if row.fit else None,
                }
                for row in self.rows
            ],
            "accepted_range": [list(r) if r else None for r in self.ranges],
            "bounds": [list(b) for b in self.bounds],
            "warnings": [{"code": w.code, "message": w(lang)} for w in self.estimates[0].warnings],
        }


def _median(fit: Fit | None) -> float | None:
    try:
        return None if fit is None else float(fit.median())
    except Refused:
        return None


def compare(
    table: Table,
    fit: Callable[[str, str | None], Fit],
    lines: float | Sequence[float] | Mapping[str, float],
    year: int | None = None,
) -> Comparison:
    """Every candidate at every line. ``lines`` may be labelled; ``fit`` makes a fit from a method and a criterion."""
    if isinstance(lines, Mapping):
        labels, levels = [str(k) for k in lines], [read_line(v) for v in lines.values()]
    else:
        levels = [read_line(v) for v in np.atleast_1d(np.asarray(lines, dtype=object))]
        labels = [f"{v:g}" for v in levels]
    rows = []
    for method, criterion in CANDIDATES:
        if criterion in _NEEDS_MEDIAN and (table.median is None or table.basis != "household"):
            continue
        rows.append(_row(fit, method, criterion, levels))
    return Comparison(table, tuple(labels), tuple(levels), tuple(rows), year)


def _row(fit: Callable[[str, str | None], Fit], method: str, criterion: str | None, lines: Sequence[float]) -> Row:
    try:
        found = fit(method, criterion)
    except Refused as error:
        return Row(method, criterion, None, (None,) * len(lines), error.title)
    rates: list[float | None] = []
    for line in lines:
        try:
            rates.append(float(found.model.cdf(line)))
        except Refused:
            rates.append(None)
    return Row(method, criterion, found, tuple(rates))
