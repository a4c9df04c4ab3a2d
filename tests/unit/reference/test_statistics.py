"""Published statistics: every value is the one in the file, and comes out from the day it was published on."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from fangpin.reference import statistics
from fangpin.reference.statistics import NotPublished


def _rows(name: str) -> list[dict[str, str]]:
    text = files("fangpin.reference").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


NATIONAL = _rows("nbs_rural_income_national.csv")


@pytest.mark.parametrize("row", NATIONAL, ids=lambda row: row["year"])
def test_national_series_are_those_of_the_file(row: dict[str, str]) -> None:
    year, out = int(row["year"]), date.fromisoformat(row["published_on"])
    median = statistics.rural_median(out)
    assert (median.year, median.value, median.published_on) == (year, Decimal(row["rural_median_disposable_yuan"]), out)
    assert median == statistics.rural_median_of(year)
    assert median.verified == (row["income_verification"] == row["published_on_verification"] == "verified")
    assert median.source == row["income_source"]
    assert statistics.rural_mean(year).value == Decimal(row["rural_mean_disposable_yuan"])
    assert statistics.rural_population(year).value == Decimal(row["rural_population_10k_yearend"]) * 10_000


@pytest.mark.parametrize(
    ("day", "value", "year"),
    [
        (date(2020, 1, 16), "13066", 2018),
        (date(2020, 1, 17), "14389", 2019),
        (date(2021, 1, 17), "14389", 2019),
        (date(2021, 1, 18), "15204", 2020),
        (date(2021, 6, 30), "15204", 2020),
        (date(2022, 1, 16), "15204", 2020),
        (date(2022, 1, 17), "16902", 2021),
        (date(2024, 2, 28), "17734", 2022),
        (date(2024, 2, 29), "18748", 2023),
        (date(2025, 1, 17), "19605", 2024),
        (date(2026, 6, 30), "19605", 2024),
    ],
)
def test_the_median_last_published_by_the_day(day: date, value: str, year: int) -> None:
    median = statistics.rural_median(day)
    assert (median.value, median.year) == (Decimal(value), year)


def test_a_median_grows_overdue_when_its_successor_must_be_out() -> None:
    median = statistics.rural_median_of(2024)
    assert not median.overdue_on(date(2026, 2, 28))
    assert median.overdue_on(date(2026, 3, 1))


def test_before_the_first_publication_there_is_no_median() -> None:
    with pytest.raises(NotPublished) as caught:
        statistics.rural_median(date(2014, 2, 27))
    assert isinstance(caught.value, LookupError)
    said = caught.value.message("en")
    assert "2014-02-27" in said
    assert "nbs_rural_income_national.csv" in said
    assert "2014-02-28" in said
    assert "这一天之前没有公布过" in caught.value.message("zh")


def test_what_was_not_verified_is_marked() -> None:
    assert statistics.rural_median_of(2019).verified
    assert not statistics.rural_median_of(2018).verified
    assert not statistics.rural_population(2020).verified


def test_the_printed_median_is_the_papers_not_the_published_one() -> None:
    printed = statistics.PRINTED_MEDIAN
    assert (printed.value, printed.year) == (Decimal(15032), 2020)
    assert "表 1" in printed.source
    assert statistics.rural_median_of(2020).value == Decimal(15204)


@pytest.mark.parametrize("row", _rows("provincial_rural_mean_income.csv"), ids=lambda r: r["year"] + r["province_code"])
def test_provincial_means_are_those_of_the_file(row: dict[str, str]) -> None:
    found = statistics.provincial_rural_mean(row["province_code"], int(row["year"]))
    assert found is not None
    assert found.value == Decimal(row["rural_mean_disposable_yuan"])
    assert not found.verified


def test_a_county_stands_for_its_province_and_an_unknown_year_gives_none() -> None:
    assert statistics.provincial_rural_mean("350526", 2020) == statistics.provincial_rural_mean("350000", 2020)
    assert statistics.provincial_rural_mean("350000", 2018) is None
    assert statistics.provincial_rural_mean("710000", 2020) is None


def test_a_provincial_median_is_the_national_times_the_ratio_of_means_of_one_year() -> None:
    estimate = statistics.provincial_median_estimate("350000", date(2021, 6, 30))
    assert estimate.year == 2020
    assert estimate.ratio == Decimal("20880.3") / Decimal("17131.5")
    assert estimate.value == Decimal("15204") * Decimal("20880.3") / Decimal("17131.5")
    assert round(estimate.value, 2) == Decimal("18531.01")
    assert "15204" in estimate.note.zh
    assert "20880.3" in estimate.note.en
    assert "unverified" in estimate.note.en


def test_without_a_mean_of_that_year_the_last_ratio_before_it_is_used_and_said() -> None:
    estimate = statistics.provincial_median_estimate("530000", date(2025, 6, 30))
    assert estimate.year == 2024
    assert estimate.ratio == Decimal(16361) / Decimal(21691)
    assert "2024" in estimate.note.zh
    assert "2023" in estimate.note.zh


@pytest.mark.parametrize(("code", "day"), [("710000", date(2021, 6, 30)), ("350000", date(2019, 6, 30))])
def test_no_estimate_without_a_mean_of_the_province(code: str, day: date) -> None:
    with pytest.raises(NotPublished, match="provincial_rural_mean_income"):
        statistics.provincial_median_estimate(code, day)


def test_quintiles_of_the_nation_and_of_fujian() -> None:
    nation = statistics.rural_quintiles(2019)
    assert [str(mean) for mean in nation.means] == ["4262.6", "9754.1", "13984.2", "19732.4", "36049.4"]
    assert not nation.verified
    fujian = statistics.rural_quintiles(2020, "350526")
    assert fujian.means[0] == Decimal(7900)
    assert fujian.verified
    for row in _rows("nbs_rural_quintiles.csv"):
        means = statistics.rural_quintiles(int(row["year"])).means
        assert list(means) == sorted(means)
        assert means[2] == Decimal(row["q3_middle"])


@pytest.mark.parametrize(("year", "code"), [(2024, None), (2022, "350000"), (2020, "530000")])
def test_no_quintiles_is_said(year: int, code: str | None) -> None:
    with pytest.raises(NotPublished, match=str(year)):
        statistics.rural_quintiles(year, code)


def test_poverty_standard_and_dibao() -> None:
    assert statistics.poverty_standard(2020) == 4000
    assert statistics.poverty_standard(2010) == 2300
    assert statistics.rural_dibao(2020) == 5962
    with pytest.raises(NotPublished, match="2010–2020"):
        statistics.poverty_standard(2021)
    with pytest.raises(NotPublished, match="2012"):
        statistics.rural_dibao(2012)


@pytest.mark.parametrize("ask", [statistics.rural_mean, statistics.rural_median_of, statistics.rural_population])
def test_a_year_without_a_figure_is_said(ask: object) -> None:
    with pytest.raises(NotPublished, match="2013–2024"):
        ask(2025)  # type: ignore[operator]


def test_the_total_population_and_the_backtest_are_those_of_the_files() -> None:
    for row in NATIONAL:
        assert (
            statistics.national_population(int(row["year"])).value
            == Decimal(row["national_population_10k_yearend"]) * 10_000
        )
    printed = _rows("quintile_backtest.csv")
    assert len(statistics.quintile_backtest()) == len(printed) == 48
    for found, row in zip(statistics.quintile_backtest(), printed, strict=True):
        assert (found.method, found.criterion or "") == (row["method"], row["criterion"])
        assert (found.bias, found.unequal_bias) == (float(row["bias_pp"]), float(row["unequal_bias_pp"]))
        assert abs(found.bias) <= found.mean_abs_error and found.populations in range(34, 39)
    rural, total = statistics.PRINTED_POPULATION
    assert rural < total and len(statistics.PRINTED_TABLE_1) == 3
