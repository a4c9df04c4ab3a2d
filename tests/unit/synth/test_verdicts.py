"""What the standard makes of the generated county: some are low-income, some must be visited, the truth is settled."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import fangpin as fp
from fangpin import synth
from fangpin.identification.verdicts import Verdicts

HOUSEHOLDS = 1500


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verdicts") / "county"
    synth.generate(path, HOUSEHOLDS, 3)
    return path


def verdicts(folder: Path) -> pl.DataFrame:
    """The verdicts of a folder at the end of 2021."""
    return Verdicts(fp.read(folder), fp.standard("national/seed_2021", as_of="2021-12-31")).to_polars()


def test_shares_of_the_statuses_are_plausible(folder: Path) -> None:
    found = verdicts(folder)
    shares = dict(found["status"].value_counts(normalize=True).iter_rows())
    assert found.height == HOUSEHOLDS
    assert 0.13 < shares["low_income"] < 0.25
    assert 0.06 < shares["needs_visit"] < 0.25
    assert shares["not_low_income"] > 0.5
    assert set(found["route"].drop_nulls()) == {"income", "count", "both"}


def test_in_the_truth_nothing_is_open(folder: Path) -> None:
    found = verdicts(folder / "truth")
    assert set(found["status"]) <= {"low_income", "not_low_income", "deliberate", "vetoed"}
    assert found["count_unknown"].sum() == 0
    assert found["income"].null_count() == 0


def test_whoever_is_sure_by_income_is_so_in_truth(folder: Path) -> None:
    known = verdicts(folder).filter(pl.col("route").is_in(["income", "both"]))
    true = verdicts(folder / "truth").select("household_id", true_income=pl.col("income_status"))
    joined = known.join(true, on="household_id")
    assert (joined["true_income"] == "below").all()
