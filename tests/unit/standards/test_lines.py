"""Lines: in whole fen, by day and place, and what is said of how they were set."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.standards import standard
from fangpin.vocabulary.errors import UnusableInput
from standards_help import overlay

SEED, DAY = "national/seed_2021", "2021-06-30"


@pytest.mark.parametrize(
    ("day", "lower", "upper", "year"),
    [
        ("2021-06-30", "6081.60", "6841.80", 2020),
        ("2021-01-18", "6081.60", "6841.80", 2020),
        ("2021-01-17", "5755.60", "6475.05", 2019),  # the median of 2020 was published on the 18th
    ],
)
def test_the_median_last_published_by_the_day(day: str, lower: str, upper: str, year: int) -> None:
    found = standard(SEED, as_of=day)
    assert (found.lower.yuan, found.upper.yuan) == (Decimal(lower), Decimal(upper))
    assert found.lower.year == year
    assert str(year) in found.lower.basis.zh
    assert not found.lower.estimated


def test_the_median_as_printed() -> None:
    found = standard(SEED, as_of=DAY).with_changes({"median": "as_printed"})
    assert (found.lower.yuan, found.upper.yuan) == (Decimal("6012.80"), Decimal("6764.40"))
    assert "15032" in found.lower.basis.en


def test_one_line_only() -> None:
    found = standard(SEED, as_of=DAY).with_changes({"band": "choose"})
    assert found.lower == found.upper
    assert found.lower.yuan == Decimal("6081.60")


def test_lines_that_cross_are_refused() -> None:
    with pytest.raises(UnusableInput, match="FP-STANDARD-016"):
        standard(SEED, as_of=DAY).with_changes({"line_share": 0.5})
    assert standard(SEED, as_of=DAY).with_changes({"line_share": 0.45}).lower.yuan == Decimal("6841.80")


def test_a_province_is_estimated_and_says_so() -> None:
    found = standard(SEED, region="350526", as_of=DAY)
    assert found.lower.estimated
    assert not found.lower.verified
    assert "估计" in found.lower.basis.zh
    assert "estimated" in found.lower.basis.en
    assert found.lower.yuan != Decimal("6081.60")
    assert found.lower.yuan == standard(SEED, region="35", as_of=DAY).lower.yuan
    assert found.lower.yuan.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("line", "yuan"),
    [
        ({"form": "absolute_yuan", "yuan": 6000}, "6000.00"),
        ({"form": "absolute_yuan", "yuan": 6000.005}, "6000.01"),
        ({"form": "multiple_of_dibao", "multiple": 1.5, "dibao_per_month": 583.335}, "10500.03"),
    ],
)
def test_a_countys_own_line(tmp_path: Path, line: dict[str, Any], yuan: str) -> None:
    found = standard(SEED, region="350526", as_of=DAY, overlays=[overlay(tmp_path, region="350526", line=line)])
    assert found.lower == found.upper
    assert found.lower.yuan == Decimal(yuan)
    assert "县政府" in found.lower.source


@pytest.mark.parametrize(
    "line", [{"form": "absolute_yuan"}, {"form": "multiple_of_dibao", "multiple": 2}, {"form": "none"}]
)
def test_a_line_without_its_figures_is_refused(tmp_path: Path, line: dict[str, Any]) -> None:
    with pytest.raises(UnusableInput, match="FP-STANDARD-015"):
        standard(SEED, region="350526", as_of=DAY, overlays=[overlay(tmp_path, region="350526", line=line)])


def test_a_countys_own_median_once_it_is_published(tmp_path: Path) -> None:
    median = {"yuan": 20000, "year": 2020, "published_on": "2021-06-30", "source": "县统计局"}
    path = overlay(tmp_path, region="350526", median=median)
    own = standard(SEED, region="350526", as_of="2021-06-30", overlays=[path])
    assert (own.lower.yuan, own.lower.estimated, own.lower.source) == (Decimal("8000.00"), False, "县统计局")
    assert standard(SEED, region="350526", as_of="2021-06-29", overlays=[path]).lower.estimated


# -- monitoring lines -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("base", "region", "day", "yuan", "outdated"),
    [
        ("national/regime_2020", None, "2020-06-30", "5000.00", False),
        ("national/regime_2021", None, "2021-06-30", "6000.00", False),
        ("national/regime_2021", None, "2023-06-30", "6000.00", True),
        ("national/regime_2021", "420000", "2022-06-30", "6900.00", False),
        ("national/regime_2021", "420000", "2023-06-30", "7600.00", False),
        ("national/regime_2021", "420000", "2024-06-30", "7600.00", True),
        ("national/regime_2021", "350121", "2023-12-31", "10560.00", False),
        ("national/regime_2021", "350526", "2024-06-30", "19560.00", False),
        ("national/regime_2021", "350526", "2025-06-30", "19560.00", True),
        ("national/regime_2021", "632800", "2021-12-31", "6000.00", False),
        ("national/regime_2021", "620171", "2025-06-30", "8600.00", False),
        ("national/regime_2021", "530000", "2025-06-30", "8700.00", False),
        ("national/regime_2026", "350526", "2026-06-30", "19560.00", True),
    ],
)
def test_monitoring_lines_hold_until_a_later_one(
    base: str, region: str | None, day: str, yuan: str, outdated: bool
) -> None:
    found = standard(base, region=region, as_of=day)
    assert (found.lower.yuan, found.lower.outdated) == (Decimal(yuan), outdated)
    assert found.lower == found.upper
    assert found.k is None
    assert found.codes == []
    assert found.regime is not None
    assert found.regime.line == found.lower


@pytest.mark.parametrize(
    ("base", "region", "day"),
    [
        ("national/regime_2021", "350526", "2023-12-31"),
        ("national/regime_2021", "350526", "2021-06-30"),
        ("national/regime_2021", "420000", "2021-06-30"),
        ("national/regime_2026", None, "2026-06-30"),
        ("national/regime_2026", "350521", "2026-06-30"),
    ],
)
def test_a_regime_without_the_local_line_refuses(base: str, region: str | None, day: str) -> None:
    with pytest.raises(UnusableInput) as refusal:
        standard(base, region=region, as_of=day)
    assert refusal.value.code == "FP-STANDARD-004"
    assert "本地标准未录入" in refusal.value.message("zh")


def test_a_monitoring_line_of_ones_own_serves_a_regime(tmp_path: Path) -> None:
    path = overlay(
        tmp_path,
        changes="national/regime_2026",
        region="350521",
        monitoring_line={"yuan": 9000, "year": 2026},
        effective={"from": "2026-01-01", "until": None},
    )
    found = standard("national/regime_2026", region="350521", as_of="2026-06-30", overlays=[path])
    assert (found.lower.yuan, found.lower.outdated) == (Decimal("9000.00"), False)


@pytest.mark.parametrize(
    ("day", "regime", "line"),
    [
        ("2021-03-01", "national/regime_2020", "5000.00"),
        ("2021-05-13", "national/regime_2020", "5000.00"),
        ("2021-05-14", "national/regime_2021", "6000.00"),
        ("2025-12-31", "national/regime_2021", "6000.00"),
        ("2026-01-01", "national/regime_2026", None),
    ],
)
def test_the_regime_in_force_on_the_day(day: str, regime: str, line: str | None) -> None:
    found = standard(SEED, as_of=day).regime
    assert found is not None
    assert found.id == regime
    assert (found.line.yuan if found.line else None) == (Decimal(line) if line else None)


@pytest.mark.parametrize(
    ("base", "day"),
    [
        (SEED, "2020-12-31"),
        ("national/regime_2020", "2020-03-19"),
        ("national/regime_2020", "2021-05-14"),
        ("national/regime_2021", "2021-05-13"),
        ("national/regime_2021", "2026-01-01"),
        ("national/regime_2026", "2025-12-31"),
    ],
)
def test_a_day_outside_the_period_is_refused(base: str, day: str) -> None:
    with pytest.raises(UnusableInput) as refusal:
        standard(base, as_of=day)
    assert refusal.value.code == "FP-STANDARD-001"
    assert refusal.value.read == day


@pytest.mark.parametrize("bad", ["2021-02-30", "30.6.2021", "", "2021", "tomorrow"])
def test_days_that_are_none(bad: str) -> None:
    with pytest.raises(UnusableInput, match="FP-STANDARD-007"):
        standard(SEED, as_of=bad)


@pytest.mark.parametrize("region", ["999999", "35052", "x", ""])
def test_regions_that_are_none(region: str) -> None:
    with pytest.raises(UnusableInput, match="FP-STANDARD-006"):
        standard(SEED, region=region, as_of=DAY)


def test_an_unknown_standard_names_the_nearest() -> None:
    with pytest.raises(UnusableInput) as refusal:
        standard("national/seed_2012", as_of=DAY)
    assert refusal.value.code == "FP-STANDARD-002"
    assert "national/seed_2021" in refusal.value.message("zh")
