"""Truth: apart, whole, never contradicted by the registry, and behind every blank."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from fangpin.synth.generate import TABLES

KEYS = {
    "member": ["household_id", "person_id"],
    "income_year": ["household_id", "year", "stage"],
    "measure": ["household_id", "year", "measure_kind"],
}


def both(county: Path, table: str) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Registry, truth, and the key of a table."""
    known = pl.read_parquet(county / f"{table}.parquet")
    return known, pl.read_parquet(county / "truth" / f"{table}.parquet"), KEYS.get(table, ["household_id"])


@pytest.mark.parametrize("table", TABLES)
def test_the_registry_knows_nothing_but_the_truth(county: Path, table: str) -> None:
    known, truth, key = both(county, table)
    assert truth.select(key).is_unique().all()
    joined = known.join(truth, on=key, how="left", suffix=" true", maintain_order="left")
    assert joined.height == known.height
    for name in known.columns:
        if name not in key:
            wrong = joined.filter(pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name} true")))
            assert wrong.height == 0, name


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("household", ["population", "is_ex_poor", "school_debt", "phone"]),
        (
            "member",
            [
                "name",
                "sex",
                "birth_date",
                "health_status",
                "labour_skill",
                "resident_medical",
                "employee_medical",
                "bedridden",
                "dibao",
                "tekun",
                "nutrition_judged",
                "nutrition_height_cm",
                "nutrition_weight_kg",
                "state",
            ],
        ),
        (
            "living",
            [
                "house_grade",
                "other_safe_house",
                "water_access",
                "water_safe",
                "durables",
                "internet",
                "property_car",
                "property_house",
                "property_firm",
                "property_checked_on",
            ],
        ),
        ("income_year", ["a", "b", "c", "d", "e", "net_income_pc", "adjusted_income_pc"]),
    ],
)
def test_every_blank_has_its_truth(county: Path, table: str, fields: list[str]) -> None:
    known, truth, _ = both(county, table)
    for name in fields:
        assert truth[name].null_count() == 0, name
        assert known[name].null_count() > 0, name


def test_blanks_that_follow_from_another_answer_are_blank_in_truth_too(county: Path) -> None:
    truth = pl.read_parquet(county / "truth" / "member.parquet")
    assert (truth["education_level"].is_null() != truth["student_status"].is_null()).all()
    assert (truth["work_place"].is_null() == truth["work_months"].is_null()).all()


def test_rows_are_missing_as_in_practice(county: Path) -> None:
    shares = {}
    for table in ("member", "income_year", "living"):
        known, truth, _ = both(county, table)
        shares[table] = 1 - known.height / truth.height
    assert 0 < shares["member"] < 0.01
    assert 0 < shares["living"] < 0.02
    assert 0.01 < shares["income_year"] < 0.05
    known, truth, _ = both(county, "household")
    assert known.height == truth.height


def test_rosters_are_short_in_a_few_households_and_whole_in_truth(county: Path) -> None:
    def short(members: pl.DataFrame, households: pl.DataFrame) -> float:
        gone = pl.col("state").is_in(["5", "6", "7", "8"]).fill_null(False)
        counted = households.join(members.filter(~gone).group_by("household_id").len(), on="household_id", how="left")
        return float(counted.select((pl.col("len").fill_null(0) < pl.col("population")).mean()).item())

    known, truth = (pl.read_parquet(folder / "household.parquet") for folder in (county, county / "truth"))
    members, true_members = (pl.read_parquet(folder / "member.parquet") for folder in (county, county / "truth"))
    assert short(true_members, truth) == 0
    assert 0.002 < short(members, known) < 0.02
    assert members.filter(pl.col("relation_to_head") == "01")["household_id"].n_unique() > 0.97 * known.height


def test_income_is_unknown_in_about_four_of_a_hundred(county: Path) -> None:
    rows = pl.read_parquet(county / "income_year.parquet").filter(pl.col("stage") == "2")
    households = pl.read_parquet(county / "household.parquet").height
    items = pl.all_horizontal(pl.col("a", "b", "c", "d", "e").is_not_null())
    knows = rows.filter(items | pl.col("net_income_pc").is_not_null()).height
    assert 0.02 < 1 - knows / households < 0.07
    assert 0.1 < rows.select((items & pl.col("net_income_pc").is_null()).mean()).item() < 0.25  # items only
    assert 0.05 < rows.select((~items & pl.col("net_income_pc").is_not_null()).mean()).item() < 0.2  # per head only


def test_some_villages_keep_worse_books(county: Path) -> None:
    rows = pl.read_parquet(county / "member.parquet").join(
        pl.read_parquet(county / "household.parquet", columns=["household_id", "region_code"]), on="household_id"
    )
    blank = rows.group_by("region_code").agg(pl.col("trained", "resident_medical").is_null().mean())
    assert blank["resident_medical"].max() > 2 * blank["resident_medical"].median()


def test_latent_figures_agree_with_the_truth(county: Path) -> None:
    latent = pl.read_parquet(county / "truth" / "latent.parquet")
    rows = pl.read_parquet(county / "truth" / "income_year.parquet").filter(pl.col("stage") == "2")
    joined = latent.join(rows, on="household_id")
    assert joined.height == latent.height
    off = joined.select((pl.col("income_pc") - pl.col("net_income_pc").cast(pl.Float64)).abs().max()).item()
    assert off <= 0.0051
    ranked = joined.select(pl.corr("hardship", "rank", method="spearman")).item()
    assert ranked < -0.3
