"""Table 1 of the paper: as printed, reproduced, and by every other method.

Reads   the paper's figures, quintiles, medians, the back-test (reference)
Gives   table_1() → Table1: printed, reproduced, scenarios (method × line, accepted range, bounds), back-test
Keeps   the paper's own population (census of 2020) throughout, so that columns differ by method and vintage alone
Source  Cheng and Deng 2021, Table 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fangpin.evaluation.published import national
from fangpin.methods.estimate import Caution, Estimate
from fangpin.methods.grouped import Comparison, GroupedIncome, Row
from fangpin.reference import statistics
from fangpin.reference.statistics import Backtest
from fangpin.vocabulary.text import Text

SHARES = tuple(share for share, _, _ in statistics.PRINTED_TABLE_1)


@dataclass(frozen=True)
class Printed:
    """A row of the table as printed, and what reproduces it."""

    share: Decimal
    line: int
    persons_10k: int
    exact_line: Decimal
    reproduced: Estimate

    @property
    def reproduced_10k(self) -> float:
        """Persons in 万, two decimals."""
        return round(self.reproduced.value * float(statistics.PRINTED_POPULATION[0]) / 1e4, 2)


@dataclass(frozen=True)
class Scenario:
    """One reading of the table: which quintiles, which median, which basis."""

    id: str
    title: Text
    comparison: Comparison

    @property
    def lines(self) -> tuple[float, ...]:
        """The lines; yuan."""
        return self.comparison.lines


@dataclass(frozen=True)
class Table1:
    """Everything there is to say of the paper's only quantitative result."""

    printed: tuple[Printed, ...]
    scenarios: tuple[Scenario, ...]
    backtest: tuple[Backtest, ...]
    rural: float
    total: float
    cautions: tuple[Caution, ...] = ()

    def in_10k(self, rate: float | None) -> float | None:
        """Persons in 万, two decimals."""
        return None if rate is None else round(rate * self.rural / 1e4, 2)

    def of_total(self, rate: float) -> float:
        """Share of the total population."""
        return rate * self.rural / self.total

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """One JSON document; persons in 万 with two decimals, rates 0–1."""
        return {
            "printed": [{"share": float(p.share), "line": p.line, "persons_10k": p.persons_10k} for p in self.printed],
            "reproduced": [
                {
                    "share": float(p.share),
                    "line": float(p.exact_line),
                    "rate": p.reproduced.value,
                    "persons_10k": p.reproduced_10k,
                    "share_of_total": self.of_total(p.reproduced.value),
                    "difference_10k": round(p.persons_10k - p.reproduced_10k, 2),
                }
                for p in self.printed
            ],
            "method": self.printed[0].reproduced.method(lang),
            "population": {
                "rural_10k": round(self.rural / 1e4, 2),
                "total_10k": round(self.total / 1e4, 2),
                "year": 2020,
            },
            "scenarios": [self._scenario(s, lang) for s in self.scenarios],
            "backtest": [
                {
                    "method": b.method,
                    "criterion": b.criterion,
                    "share": float(b.share),
                    "populations": b.populations,
                    "bias_pp": b.bias,
                    "mean_abs_error_pp": b.mean_abs_error,
                    "unequal_bias_pp": b.unequal_bias,
                    "unequal_mean_abs_error_pp": b.unequal_mean_abs_error,
                }
                for b in self.backtest
            ],
            "warnings": [{"code": w.code, "message": w(lang)} for w in self.cautions],
        }

    def _scenario(self, scenario: Scenario, lang: str) -> dict[str, Any]:
        found = scenario.comparison
        return {
            "id": scenario.id,
            "title": scenario.title(lang),
            "basis": found.table.basis,
            "year": found.table.year,
            "line_year": found.year,
            "shares": [float(s) for s in SHARES],
            "lines": list(found.lines),
            "methods": [self._row(row, lang) for row in found.rows],
            "accepted_range": [list(r) if r else None for r in found.ranges],
            "accepted_range_10k": [[self.in_10k(end) for end in r] if r else None for r in found.ranges],
            "bounds": [list(b) for b in found.bounds],
            "bounds_10k": [[self.in_10k(end) for end in b] for b in found.bounds],
            "share_of_total": [[self.of_total(end) for end in r] if r else None for r in found.ranges],
        }

    def _row(self, row: Row, lang: str) -> dict[str, Any]:
        return {
            "method": row.method,
            "criterion": row.criterion,
            "name": row.name(lang),
            "rates": list(row.rates),
            "persons_10k": [self.in_10k(rate) for rate in row.rates],
            "accepted": row.accepted,
            "reason": row.reason(lang) if row.reason else None,
        }


def _table(year: int) -> GroupedIncome:
    quintiles = statistics.rural_quintiles(year)
    return GroupedIncome(
        means=[float(m) for m in quintiles.means],
        basis="household",
        mean=float(statistics.rural_mean(year).value),
        median=float(statistics.rural_median_of(year).value),
        population=float(statistics.PRINTED_POPULATION[0]),
        population_year=2020,
        year=year,
        source=quintiles.source,
    )


def _lines(median: Decimal, shares: Sequence[Decimal] = SHARES) -> dict[str, float]:
    return {f"{share:.0%}": float(median * share) for share in shares}


def table_1() -> Table1:
    """The paper's Table 1 and its alternatives."""
    base, published = statistics.PRINTED_MEDIAN.value, statistics.rural_median_of(2020).value
    old, new = _table(2019), _table(2020)
    rule = old.fit("linear_cdf")
    printed = tuple(
        Printed(share, line, persons, base * share, rule.headcount(float(base * share), year=2020))
        for share, line, persons in statistics.PRINTED_TABLE_1
    )
    scenarios = (
        Scenario(
            "as_printed",
            Text(
                "论文的输入：2019 年五等份，2020 年的线（15 032 元）",
                "the paper's inputs: quintiles of 2019, lines of 2020 (15,032)",
            ),
            old.compare(_lines(base), year=2020),
        ),
        Scenario(
            "consistent_2020",
            Text(
                "同为 2020 年：2020 年五等份与公布的中位数 15 204 元",
                "all of 2020: quintiles of 2020, published median 15,204",
            ),
            new.compare(_lines(published), year=2020),
        ),
        Scenario(
            "persons_2020",
            Text(
                "同上，按人：各组人口比例由公布的均值推出",
                "the same by persons: shares inferred from the published mean",
            ),
            new.tilted().compare(_lines(published), year=2020),
        ),
    )
    rural, total = (float(n) for n in statistics.PRINTED_POPULATION)
    sources = tuple(caution for year in (2019, 2020) for caution in national(year).cautions)
    cautions = (*printed[0].reproduced.warnings, *sources)
    return Table1(printed, scenarios, statistics.quintile_backtest(), rural, total, cautions)
