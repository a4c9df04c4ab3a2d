"""Calibration: the margins of the generated county beside the published ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from fangpin import synth
from fangpin.reference import statistics
from fangpin.vocabulary.errors import UnusableInput


def test_quintiles_are_the_published_ones(county: Path) -> None:
    table = synth.calibration(county)
    rows = {row["margin"]: row for row in table.to_dicts()}
    published = statistics.rural_quintiles(2021).means
    for i, mean in enumerate(published, start=1):
        assert rows[f"quintile_{i}"]["published"] == float(mean)
        assert rows[f"quintile_{i}"]["ratio"] == pytest.approx(1, abs=0.01)
    assert rows["mean"]["ratio"] == pytest.approx(1, abs=0.06)
    assert rows["median"]["ratio"] == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize(
    ("margin", "within"),
    [
        ("persons_per_household", 0.04),
        ("share_0_14", 0.2),
        ("share_60", 0.1),
        ("share_65", 0.15),
        ("insured", 0.03),
        ("wage_share", 0.2),
        ("business_share", 0.2),
        ("property_share", 0.3),
        ("transfer_share", 0.2),
        ("car_share", 0.25),
        ("computer_share", 0.3),
    ],
)
def test_other_margins_are_near(county: Path, margin: str, within: float) -> None:
    row = synth.calibration(county).row(by_predicate=pl.col("margin") == margin, named=True)
    assert row["ratio"] == pytest.approx(1, abs=within)


def test_every_margin_is_labelled_and_sourced(county: Path) -> None:
    table = synth.calibration(county)
    assert table["margin"].is_unique().all()
    for name in ("zh", "en", "unit", "source", "verified", "year"):
        assert table[name].null_count() == 0


def test_the_quintiles_are_those_of_the_window(tmp_path: Path) -> None:
    synth.generate(tmp_path / "c", 1500, 1, until=date(2020, 6, 30))
    table = synth.calibration(tmp_path / "c")
    row = table.row(by_predicate=pl.col("margin") == "quintile_1", named=True)
    assert (row["year"], row["published"]) == (2019, 4262.6)
    assert row["ratio"] == pytest.approx(1, abs=0.01)


def test_the_calibration_stands_in_the_manifest(county: Path) -> None:
    manifest = pl.read_json((county / "MANIFEST.json").read_bytes())
    assert (
        manifest["calibration"].explode().struct.field("margin").to_list()
        == synth.calibration(county)["margin"].to_list()
    )


def test_without_truth_the_registry_is_measured(county: Path, tmp_path: Path) -> None:
    for path in county.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    row = synth.calibration(tmp_path).row(by_predicate=pl.col("margin") == "quintile_3", named=True)
    assert row["ratio"] == pytest.approx(1, abs=0.03)


def test_where_nothing_was_generated(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput):
        synth.calibration(tmp_path)
    pl.DataFrame({"household_id": ["1"]}).write_parquet(tmp_path / "household.parquet")
    with pytest.raises(UnusableInput):
        synth.calibration(tmp_path)
