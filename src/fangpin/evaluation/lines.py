"""Lines: the low-income line of a year and place, and how many lie below it.

Reads   published statistics (reference), the standard at the place (standards), a table of its own where one is given
Gives   lines(year, …) → Lines, each with an estimate, its accepted range and its sharp bounds, in both bases
Not     the line that decides on a household (standards; it is the same figure), fitting (methods)
Keeps   an estimated median, a distribution of another place or year, a rate of households applied to persons: each is
        said with the number; persons only where a population is known
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin.evaluation.published import PublishedTable, table_of
from fangpin.methods.estimate import Caution, Estimate
from fangpin.methods.grouped import Comparison, GroupedIncome
from fangpin.reference import regions, statistics
from fangpin.reference.statistics import NotPublished
from fangpin.standards import Line, standard
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.money import whole_fen
from fangpin.vocabulary.text import Text

STANDARD = "national/seed_2021"
SHARES = (Decimal("0.40"), Decimal("0.45"), Decimal("0.50"))
_FIRST_DAY = date(2021, 1, 1)  # of the standard


@dataclass(frozen=True)
class Below:
    """How many lie below one line, on one basis."""

    estimate: Estimate
    range: tuple[float, float] | None
    bounds: tuple[float, float]
    rural: float | None
    total: float | None

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """Rates 0–1, persons in 万 with two decimals."""
        return {
            "rate": self.estimate.value,
            "rate_range": list(self.range) if self.range else None,
            "rate_bounds": list(self.bounds),
            "persons_10k": self.in_10k(self.estimate.value),
            "persons_10k_range": [self.in_10k(end) for end in self.range] if self.range and self.rural else None,
            "persons_10k_bounds": [self.in_10k(end) for end in self.bounds] if self.rural else None,
            "share_of_rural": self.estimate.value,
            "share_of_total": self.of_total(self.estimate.value),
            "share_of_total_range": [self.of_total(end) for end in self.range] if self.range and self.total else None,
            "method": self.estimate.method(lang),
            "basis": self.estimate.basis,
        }

    def in_10k(self, rate: float) -> float | None:
        """Persons in 万."""
        return None if self.rural is None else round(rate * self.rural / 1e4, 2)

    def of_total(self, rate: float) -> float | None:
        """Share of the total population."""
        return None if self.rural is None or self.total is None else rate * self.rural / self.total


@dataclass(frozen=True)
class OneLine:
    """One line: its share of the median, its yuan, and how many lie below it."""

    share: Decimal | None
    line: Line
    households: Below | None
    persons: Below | None

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The line, the household basis at the top, the person basis beside it."""
        main = self.households or self.persons
        return {
            "share": float(self.share) if self.share is not None else None,
            "line": float(self.line.yuan),
            "line_basis": self.line.basis(lang),
            "estimated": self.line.estimated,
            **(main.to_json(lang) if main else {"rate": None, "persons_10k": None}),
            "person_basis": self.persons.to_json(lang) if self.persons and self.households else None,
        }


@dataclass(frozen=True)
class Lines:
    """The lines of a year and place."""

    year: int
    region: str | None
    median: Line
    lines: tuple[OneLine, ...]
    source: Text
    table: GroupedIncome
    cautions: tuple[Caution, ...]
    monitoring: Line | None
    rural: float | None
    total: float | None
    population_year: int | None

    def place(self, lang: str = "zh") -> str:
        """The place by name."""
        return regions.full_name(self.region, lang) if self.region else Text("全国", "the nation")(lang)

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """One JSON document."""
        return {
            "year": self.year,
            "region": self.region,
            "place": self.place(lang),
            "median": _line_json(self.median, lang),
            "lines": [line.to_json(lang) for line in self.lines],
            "distribution": {
                "source": self.source(lang),
                "basis": self.table.basis,
                "year": self.table.year,
                "group_means": list(self.table.means),
                "published_mean": self.table.mean,
                "published_median": self.table.median,
            },
            "population": {
                "rural_10k": None if self.rural is None else round(self.rural / 1e4, 2),
                "total_10k": None if self.total is None else round(self.total / 1e4, 2),
                "year": self.population_year,
            },
            "monitoring_line": _line_json(self.monitoring, lang) if self.monitoring else None,
            "warnings": [{"code": w.code, "message": w(lang)} for w in self.cautions],
        }


def _line_json(line: Line, lang: str) -> dict[str, Any]:
    return {
        "yuan": float(line.yuan),
        "basis": line.basis(lang),
        "year": line.year,
        "source": line.source,
        "estimated": line.estimated,
        "outdated": line.outdated,
        "verified": line.verified,
    }


def lines(
    year: int,
    region: str | None = None,
    shares: Sequence[Decimal] = SHARES,
    overlays: Sequence[Path] = (),
    table: GroupedIncome | None = None,
    rural: float | None = None,
    total: float | None = None,
) -> Lines:
    """The lines of ``year`` at a place.

    Args:
        year: Of the statistics the line is set on.
        region: A region code; the nation without.
        shares: Of the median.
        overlays: The place's own rules; what they set comes first.
        table: The place's own table of group means; else the published one that speaks best of it.
        rural: Rural population of the place; persons.
        total: Total population of the place; persons.

    Raises:
        UnusableInput: no statistics of that year, no such region, a share outside 0–1.
    """
    for share in shares:
        if not 0 < share <= 1:
            raise UnusableInput(
                "FP-LINE-001",
                Text("占中位数的比例应在 0 与 1 之间", "a share of the median lies between 0 and 1"),
                read=str(share),
                expected=Text("如 0.40", "such as 0.40"),
            )
    found = _set(year, region, shares, tuple(overlays))
    best = PublishedTable(table, Text("自备表格", "a table of its own"), (), False) if table else table_of(year, region)
    rural, total, of = _population(year, region, best.table, table is not None, rural, total)
    wide = best.table.with_population(rural, of)
    below = _below([line for _, line in found], wide, year, rural, total)
    cautions = _cautions(found[0][1], best, below)
    return Lines(
        year,
        region,
        _median(year, region, tuple(overlays)),
        tuple(OneLine(share, line, *pair) for (share, line), pair in zip(found, below, strict=True)),
        best.source,
        wide,
        cautions,
        _monitoring(year, region, tuple(overlays)),
        rural,
        total,
        of,
    )


# -- the line itself ----------------------------------------------------------------------------------------
def _day(year: int) -> date:
    """The last day on which the median of ``year`` was the one last published: the place's own may come later."""
    statistics.rural_median_of(year)
    try:
        return statistics.rural_median_of(year + 1).published_on - timedelta(days=1)
    except NotPublished:
        return date(year + 1, 12, 31)


def _set(
    year: int, region: str | None, shares: Iterable[Decimal], overlays: tuple[Path, ...]
) -> list[tuple[Decimal | None, Line]]:
    """The lines as the standard sets them at the place; one only where the place sets its own in yuan."""
    day = _day(year)
    if day < _FIRST_DAY:  # before the standard: the same rule, by hand
        median = _median(year, region, ())
        return [(share, _share_of(median, share)) for share in shares]
    base = standard(STANDARD, region, day, overlays)
    found: list[tuple[Decimal | None, Line]] = []
    for share in shares:
        given = {"line_share": float(share), "line_share_upper": float(share)}
        line = base.with_changes(given).lower
        if line.form != "share_of_median":
            return [(None, line)]
        found.append((share, line))
    return found


def _share_of(median: Line, share: Decimal) -> Line:
    basis = Text(f"{median.basis.zh} × {share:%}", f"{median.basis.en} × {share:%}")
    return replace(median, yuan=whole_fen(median.yuan * share), basis=basis)


def _median(year: int, region: str | None, overlays: tuple[Path, ...]) -> Line:
    """The median the lines are shares of."""
    day = _day(year)
    if day >= _FIRST_DAY:
        whole = (
            standard(STANDARD, region, day, overlays).with_changes({"line_share": 1.0, "line_share_upper": 1.0}).lower
        )
        return replace(whole, basis=Text(*(said.rpartition(" × ")[0] or said for said in whole.basis)))
    published = statistics.rural_median_of(year)
    if region is None:
        basis = Text(
            f"全国农村居民 {year} 年中位数 {published.value} 元",
            f"national rural median of {year}: {published.value} yuan",
        )
        return Line(
            whole_fen(published.value), "share_of_median", basis, year, published.source, verified=published.verified
        )
    guess = statistics.provincial_median_estimate(region, published.published_on)
    return Line(
        whole_fen(guess.value), "share_of_median", guess.note, year, published.source, estimated=True, verified=False
    )


def _monitoring(year: int, region: str | None, overlays: tuple[Path, ...]) -> Line | None:
    """The official monitoring line at the end of the year, where it is known."""
    day = date(year, 12, 31)
    if day < _FIRST_DAY:
        return None
    regime = standard(STANDARD, region, day, overlays).regime
    return regime.line if regime else None


# -- below the line -----------------------------------------------------------------------------------------
def _population(
    year: int, region: str | None, table: GroupedIncome, own: bool, rural: float | None, total: float | None
) -> tuple[float | None, float | None, int | None]:
    """Rural and total population and their year: the nation's published ones, else those given."""
    if region is None and not own and rural is None:
        nation = total or float(statistics.national_population(year).value)
        return float(statistics.rural_population(year).value), nation, year
    people = rural or (table.population if own else None)
    return people, total, year if people else None


def person_basis(table: GroupedIncome) -> GroupedIncome | None:
    """The same groups as shares of persons: by household sizes, else inferred from the published mean; else None."""
    if table.basis == "person":
        return table
    if table.household_sizes is not None:
        return table.to_persons()
    if table.mean is None:
        return None
    try:
        return table.tilted()
    except ValueError:
        return None


def _below(
    found: Sequence[Line], table: GroupedIncome, year: int, rural: float | None, total: float | None
) -> list[tuple[Below | None, Below | None]]:
    yuan = [float(line.yuan) for line in found]
    if table.basis == "person":
        return [(None, one) for one in _each(table.compare(yuan, year), rural, total)]
    households: list[Below] = _each(table.compare(yuan, year), rural, total)
    other = person_basis(table)
    persons: Sequence[Below | None] = (
        _each(other.compare(yuan, year), rural, total) if other is not None else [None] * len(yuan)
    )
    return list(zip(households, persons, strict=True))


def _each(found: Comparison, rural: float | None, total: float | None) -> list[Below]:
    return [
        Below(estimate, ends, bounds, rural, total)
        for estimate, ends, bounds in zip(found.estimates, found.ranges, found.bounds, strict=True)
    ]


def _cautions(
    line: Line, best: PublishedTable, below: Sequence[tuple[Below | None, Below | None]]
) -> tuple[Caution, ...]:
    found: dict[str, Caution] = {}
    if line.estimated:
        found["estimated-line"] = Caution(
            "estimated-line",
            Text(f"线不是公布的，{line.basis.zh}", f"the line is not a published one; {line.basis.en}"),
        )
    for caution in best.cautions:
        found[caution.code] = caution
    for pair in below:
        for one in pair[:1] if pair[0] else pair[1:]:
            for caution in one.estimate.warnings if one else ():
                found.setdefault(caution.code, caution)
    return tuple(found.values())
