"""Published statistics of rural income, with the day each was published.

Gives   rural_median(day), the last figure published by that day; rural_mean, provincial_rural_mean,
        provincial_median_estimate, rural_quintiles, rural_population, national_population, poverty_standard,
        rural_dibao, quintile_backtest
Not     lines (standards), distributions (methods)
Keeps   every value is a Decimal as printed, in yuan per person and year; nothing is rounded
Source  data/SOURCES.md; NBS releases
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from fangpin.reference._files import number, rows, verified
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

_NATIONAL = "nbs_rural_income_national.csv"
_PROVINCIAL = "provincial_rural_mean_income.csv"
_QUINTILES = {None: "nbs_rural_quintiles.csv", "350000": "fujian_rural_quintiles.csv"}
_GROUPS = ("q1_low", "q2_lower_middle", "q3_middle", "q4_upper_middle", "q5_high")


class NotPublished(UnusableInput, LookupError):
    """No such figure is in the package: too early, too late, or a region without one."""


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as printed, with its year, the day it was published, its source and whether it was verified."""

    value: Decimal
    year: int
    published_on: date
    source: str
    verified: bool

    def overdue_on(self, day: date) -> bool:
        """Whether a newer figure must be out by ``day``: those of a year are, by the end of the next February."""
        return day > date(self.year + 2, 2, 28)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A provincial median, estimated: the national median times the ratio of means."""

    value: Decimal
    year: int
    ratio: Decimal
    note: Text


@dataclass(frozen=True, slots=True)
class Quintiles:
    """Mean income of five equal groups of rural households, poorest first; yuan per person and year."""

    means: tuple[Decimal, ...]
    year: int
    source: str
    verified: bool


PRINTED_MEDIAN = Published(
    value=Decimal(15032),
    year=2020,
    published_on=date(2021, 9, 10),  # the paper's last revision; its issue names no day
    source="程国强、邓秀新 2021，表 1（模型值，表注 2）；10.15302/J-SSCAE-2021.05.019",
    verified=True,
)
"""The base of the paper's Table 1; NBS printed 15 204 for the same year."""

PRINTED_POPULATION = (Decimal(509_790_000), Decimal(1_411_780_000))
"""Rural and total population of the census of 1 November 2020, which the paper's Table 1 uses; persons."""

PRINTED_TABLE_1 = ((Decimal("0.40"), 6013, 8374), (Decimal("0.45"), 6764, 9743), (Decimal("0.50"), 7516, 11138))
"""The paper's Table 1 as printed: share of the median, line in yuan, persons in 万."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """How far a method was from the known truth, from quintile means alone; percentage points."""

    method: str
    criterion: str | None
    share: Decimal
    populations: int
    bias: float
    mean_abs_error: float
    unequal_bias: float
    unequal_mean_abs_error: float


def _absent(what: Text, place: str, read: object, known: Iterable[object]) -> NotPublished:
    have = "、".join(str(item) for item in known)
    return NotPublished(
        "FP-REFERENCE-001",
        what,
        place=place,
        read=str(read),
        expected=Text(f"已有：{have}", f"there are: {have}"),
        remedy=Text(
            "用自己的数值（本地标准中写明数值与来源），或换一个年份",
            "give your own figure with its source in an overlay, or choose another year",
        ),
    )


def _published(row: dict[str, str], column: str, state: str, scale: int = 1) -> Published:
    value = number(row[column])
    assert value is not None  # tested: the column has no blank
    return Published(
        value=value * scale,
        year=int(row["year"]),
        published_on=date.fromisoformat(row["published_on"]),
        source=row["income_source"],
        verified=verified(row[state]) and verified(row["published_on_verification"]),
    )


@cache
def _national(column: str, state: str, scale: int = 1) -> dict[int, Published]:
    """One column of the national file by year, ascending."""
    return {int(row["year"]): _published(row, column, state, scale) for row in rows(_NATIONAL)}


def _of_year(series: dict[int, Published], year: int, what: Text) -> Published:
    if year not in series:
        raise _absent(what, _NATIONAL, year, (f"{min(series)}–{max(series)}",))
    return series[year]


def rural_median(day: date) -> Published:
    """The national rural median disposable income last published by ``day``.

    Raises:
        NotPublished: nothing was published by that day (the series begins with 2013).

    Examples:
        >>> from datetime import date
        >>> str(rural_median(date(2021, 1, 17)).value), str(rural_median(date(2021, 1, 18)).value)
        ('14389', '15204')
    """
    series = _national("rural_median_disposable_yuan", "income_verification")
    out = [figure for figure in series.values() if figure.published_on <= day]
    if not out:
        first = min(figure.published_on for figure in series.values())
        raise _absent(
            Text("这一天之前没有公布过农村居民收入中位数", "no rural median had been published by that day"),
            _NATIONAL,
            day.isoformat(),
            (f"{first.isoformat()}–",),
        )
    return max(out, key=lambda figure: figure.year)


def rural_median_of(year: int) -> Published:
    """The national rural median disposable income of ``year``.

    Raises:
        NotPublished: the package has no figure for that year.
    """
    return _of_year(
        _national("rural_median_disposable_yuan", "income_verification"),
        year,
        Text("没有这一年的农村居民收入中位数", "no rural median for that year"),
    )


def rural_mean(year: int) -> Published:
    """The national rural mean disposable income of ``year``.

    Raises:
        NotPublished: the package has no figure for that year.
    """
    return _of_year(
        _national("rural_mean_disposable_yuan", "income_verification"),
        year,
        Text("没有这一年的农村居民收入均值", "no rural mean for that year"),
    )


def rural_population(year: int) -> Published:
    """Rural population at the end of ``year``; persons.

    Raises:
        NotPublished: the package has no figure for that year.
    """
    return _of_year(
        _national("rural_population_10k_yearend", "population_verification", 10_000),
        year,
        Text("没有这一年的乡村人口", "no rural population for that year"),
    )


def national_population(year: int) -> Published:
    """Total population at the end of ``year``; persons.

    Raises:
        NotPublished: the package has no figure for that year.
    """
    return _of_year(
        _national("national_population_10k_yearend", "population_verification", 10_000),
        year,
        Text("没有这一年的总人口", "no total population for that year"),
    )


@cache
def quintile_backtest() -> tuple[Backtest, ...]:
    """Head counts from quintile means against the known truth of 38 populations, by method and line."""
    return tuple(
        Backtest(
            row["method"],
            row["criterion"] or None,
            Decimal(row["line_share_of_median"]),
            int(row["populations"]),
            *(float(row[f"{part}{name}_pp"]) for part in ("", "unequal_") for name in ("bias", "mean_abs_error")),
        )
        for row in rows("quintile_backtest.csv")
    )


@cache
def _provincial() -> dict[tuple[str, int], Published]:
    return {
        (row["province_code"], int(row["year"])): Published(
            value=Decimal(row["rural_mean_disposable_yuan"]),
            year=int(row["year"]),
            published_on=date(int(row["year"]) + 1, 2, 28),  # the provinces print theirs by then; days not recorded
            source=f"NBS, China Statistical Yearbook: {row['province']}",
            verified=verified(row["verification"]),
        )
        for row in rows(_PROVINCIAL)
    }


def _province(code: str) -> str:
    return code.strip()[:2].ljust(6, "0")


def provincial_rural_mean(province_code: str, year: int) -> Published | None:
    """The rural mean disposable income of a province in ``year``, None where the package has none.

    ``province_code`` may be the code of any region inside the province.
    """
    return _provincial().get((_province(province_code), year))


def provincial_median_estimate(province_code: str, day: date) -> Estimate:
    """A province's rural median, estimated: national median × provincial mean ÷ national mean.

    The median is the one last published by ``day``; both means are of its year, or, where the province has none
    for that year, of the last year before it that has one (the note says which).

    Raises:
        NotPublished: no median by that day, or no mean of that province up to its year.
    """
    median = rural_median(day)
    code = _province(province_code)
    years = [year for (province, year) in _provincial() if province == code and year <= median.year]
    if not years:
        have = sorted(year for (province, year) in _provincial() if province == code)
        raise _absent(
            Text("没有这个省份到这一年为止的农村居民收入均值", "no rural mean of that province up to that year"),
            _PROVINCIAL,
            f"{code} {median.year}",
            have or ("—",),
        )
    year = max(years)
    province, nation = _provincial()[code, year], rural_mean(year)
    note = Text(
        f"估计值：{median.year} 年全国中位数 {median.value} × {year} 年本省均值 {province.value}"
        f" ÷ 全国均值 {nation.value}" + ("" if province.verified else "（本省均值未核实）"),
        f"estimated: national median {median.value} of {median.year} × provincial mean {province.value} "
        f"÷ national mean {nation.value} of {year}" + ("" if province.verified else " (provincial mean unverified)"),
    )
    return Estimate(median.value * province.value / nation.value, median.year, province.value / nation.value, note)


def rural_quintiles(year: int, province_code: str | None = None) -> Quintiles:
    """Group means of the rural quintiles of ``year``: of the nation, or of a province that prints them (Fujian).

    Raises:
        NotPublished: no quintiles for that province or year.
    """
    name = _QUINTILES.get(_province(province_code) if province_code else None)
    found = {int(row["year"]): row for row in rows(name)} if name else {}
    if year not in found:
        have: list[object] = [*sorted(found)] or [code for code in _QUINTILES if code]
        raise _absent(
            Text("没有这个地区这一年的五等份分组", "no quintiles for that region and year"),
            name or "rural_quintiles",
            f"{province_code or ''} {year}".strip(),
            have,
        )
    row = found[year]
    return Quintiles(
        means=tuple(Decimal(row[group]) for group in _GROUPS),
        year=year,
        source=row.get("source") or "NBS, China Statistical Yearbook",
        verified=verified(row["verification"]),
    )


def poverty_standard(year: int) -> Decimal:
    """The national poverty standard of ``year`` (2010–2020); yuan per person and year.

    Raises:
        NotPublished: the package has no figure for that year.
    """
    return _plain("poverty_standard_national.csv", "national_poverty_standard_yuan", year)


def rural_dibao(year: int) -> Decimal:
    """The national average of the rural 低保 standards in ``year``; yuan per person and year.

    Raises:
        NotPublished: the package has no figure for that year.
    """
    return _plain("rural_dibao_national_average.csv", "average_standard_yuan_per_person_year", year)


def _plain(name: str, column: str, year: int) -> Decimal:
    found = {int(row["year"]): Decimal(row[column]) for row in rows(name)}
    if year not in found:
        raise _absent(Text("没有这一年的数字", "no figure for that year"), name, year, (f"{min(found)}–{max(found)}",))
    return found[year]
