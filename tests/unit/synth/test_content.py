"""Content: facts that must agree with each other, and numbers that nobody has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from fangpin import synth
from fangpin.reference import regions

UNTIL = date(2021, 12, 31)
GONE = ["5", "6", "7", "8"]


@pytest.fixture(scope="module")
def member(county: Path) -> pl.DataFrame:
    age = (pl.lit(UNTIL) - pl.col("birth_date")).dt.total_days() / 365.2425
    return pl.read_parquet(county / "truth" / "member.parquet").with_columns(age=age)


@pytest.fixture(scope="module")
def household(county: Path) -> pl.DataFrame:
    return pl.read_parquet(county / "truth" / "household.parquet")


def none(frame: pl.DataFrame, wrong: pl.Expr) -> bool:
    """Whether no row is wrong."""
    return frame.filter(wrong).height == 0


def test_every_household_has_one_head_and_at_most_one_spouse(member: pl.DataFrame) -> None:
    counts = member.group_by("household_id").agg(
        head=(pl.col("relation_to_head") == "01").sum(), spouse=(pl.col("relation_to_head") == "02").sum()
    )
    assert (counts["head"] == 1).all()
    assert (counts["spouse"] <= 1).all()
    couples = (
        member.filter(pl.col("relation_to_head").is_in(["01", "02"]))
        .group_by("household_id")
        .agg(pl.len(), pl.col("sex").n_unique())
    )
    assert (couples["len"] == couples["sex"]).all()


def test_the_population_is_the_members_that_belong(household: pl.DataFrame, member: pl.DataFrame) -> None:
    counted = member.filter(~pl.col("state").is_in(GONE)).group_by("household_id").len()
    joined = household.join(counted, on="household_id")
    assert joined.height == household.height
    assert (joined["population"] == joined["len"]).all()
    assert 2.75 < joined["population"].mean() < 2.95


def test_identity_numbers_have_right_check_digits_and_name_no_county(member: pl.DataFrame) -> None:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    for number, born, sex, kind in member.select("id_number", "birth_date", "sex", "id_type").iter_rows():
        total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
        assert number[17] == "10X98765432"[total % 11]
        assert number[6:14] == f"{born:%Y%m%d}"
        assert int(number[16]) % 2 == int(sex) % 2
        assert len(number) == {"1": 18, "2": 20}[kind]
    assert member["id_number"].str.head(18).is_unique().all()
    prefixes = set(member["id_number"].str.head(6))
    assert len(prefixes) == 1
    assert not regions.exists(prefixes.pop())


def test_names_and_phones_are_marked(member: pl.DataFrame, household: pl.DataFrame) -> None:
    assert member["name"].str.contains("^.[模拟仿例].$").all()
    assert household["phone"].str.contains(r"^154\d{8}$").all()
    heads = member.filter(pl.col("relation_to_head") == "01").select("household_id", "name", "id_number")
    joined = household.join(heads, on="household_id")
    assert (joined["name"] == joined["head_name"]).all()
    assert (joined["id_number"] == joined["head_id_number"]).all()


def test_villages_lie_in_real_townships(household: pl.DataFrame) -> None:
    codes = household["region_code"].unique()
    assert (codes.str.len_chars() == 12).all()
    assert all(regions.get(code[:9]) is not None for code in codes)


def test_schooling_fits_the_age(member: pl.DataFrame) -> None:
    status, age = pl.col("student_status"), pl.col("age")
    assert none(member, (status == "03") & ~age.is_between(6, 14))
    assert none(member, status.is_in(["07", "08", "09", "10", "11", "12"]) & ~age.is_between(15, 21))
    assert none(member, status.is_in(["01", "02"]) & (age >= 7))
    assert none(member, (age < 5.9) & status.is_null())


def test_insurance_pension_and_relief_do_not_contradict(member: pl.DataFrame) -> None:
    assert none(member, pl.col("resident_medical") & pl.col("employee_medical"))
    assert none(member, pl.col("resident_pension") & pl.col("employee_pension"))
    assert none(member, pl.col("dibao") & pl.col("tekun"))
    assert none(member, pl.col("receives_pension").is_not_null() & (pl.col("age") < 60))
    insured = (
        member.filter(~pl.col("state").is_in([*GONE, "11"]))
        .select((pl.col("resident_medical") | pl.col("employee_medical")).mean())
        .item()
    )
    assert 0.94 < insured < 0.99


def test_work_fits_ability_and_pay(member: pl.DataFrame, county: Path) -> None:
    months, skill = pl.col("work_months"), pl.col("labour_skill")
    assert none(member, (months > 0) & skill.is_in(["4", "5"]))
    assert none(member, (months > 0) & pl.col("student_status").is_not_null())
    assert none(member, (months > 0) & (pl.col("employer").is_null() | pl.col("industry").is_null()))
    assert none(member, (pl.col("public_job_months") > 0) & ~pl.col("age").is_between(16, 70))
    assert none(member, pl.col("work_months").fill_null(0) + pl.col("farm_months").fill_null(0) > 12)
    paid = (
        member.with_columns(pay=months * pl.col("work_monthly_income").cast(pl.Float64))
        .group_by("household_id")
        .agg(pl.col("pay").sum())
    )
    rows = pl.read_parquet(county / "truth" / "income_year.parquet").filter(pl.col("stage") == "2")
    joined = rows.join(paid, on="household_id")
    assert (joined["a1"].cast(pl.Float64) == joined["pay"]).all()


def test_income_adds_up_to_the_fen(county: Path, household: pl.DataFrame) -> None:
    rows = pl.read_parquet(county / "truth" / "income_year.parquet").join(
        household.select("household_id", "population"), on="household_id"
    )
    money = [name for name, kind in rows.schema.items() if isinstance(kind, pl.Decimal)]
    rows = rows.with_columns((pl.col(money).cast(pl.Float64) * 100).round().cast(pl.Int64))
    column = pl.col
    assert none(rows, column("net_income") != column("a") + column("b") + column("c") + column("d") - column("e"))
    assert none(
        rows,
        column("adjusted_income") != column("net_income") + column("insurance_payout") - column("compliant_self_paid"),
    )
    assert none(rows, (column("net_income_pc") - column("net_income") / column("population")).abs() > 0.5)
    yearly = rows.filter(column("stage") == "2")
    assert none(yearly, column("a") != column("a1") + column("a4"))
    assert none(yearly, column("b") != column("b1") + column("b2") + column("b3") + column("b4"))
    assert none(yearly, column("c") != column("c1") + column("c2") + column("c5"))
    assert none(yearly, column("d") != column("d2") + column("d3") + column("d4") + column("d5") + column("d6"))
    assert none(yearly, (column("a") > 0) & (column("a") < 10_000))
    assert 0 < yearly.filter(column("net_income") < 0).height < 0.01 * yearly.height


def test_monitoring_measures_and_clearing_belong_together(county: Path, household: pl.DataFrame) -> None:
    watched = household.filter(pl.col("monitor_group").is_not_null())
    assert 0.01 < watched.height / household.height < 0.025
    assert none(watched, pl.col("risk_1").is_null() | pl.col("monitored_on").is_null())
    assert none(watched, (pl.col("monitor_group") == "1") & ~pl.col("is_ex_poor"))
    assert none(watched, (pl.col("monitor_group") == "2") & pl.col("is_ex_poor"))
    disaster = pl.any_horizontal([pl.col(f"risk_{i}").eq_missing(pl.lit("04")) for i in range(1, 6)])
    assert none(household, disaster != pl.col("disaster_kind").is_not_null())
    measures = pl.read_parquet(county / "truth" / "measure.parquet")
    assert watched.join(measures, on="household_id", how="anti").height == 0
    removed = watched.filter(pl.col("risk_removed"))
    assert none(removed, pl.col("risk_removed_on") <= pl.col("monitored_on"))
    cleared = pl.read_parquet(county / "truth" / "clearing.parquet")
    assert sorted(removed["household_id"]) == sorted(cleared["household_id"])
    assert 0.09 < household["is_ex_poor"].mean() < 0.15


def test_loans_keep_the_terms_of_micro_credit(county: Path) -> None:
    loans = pl.read_parquet(county / "truth" / "loan.parquet")
    assert loans.height > 0
    assert none(loans, pl.col("amount").cast(pl.Float64) > 50_000)
    assert none(loans, (pl.col("to") - pl.col("from")).dt.total_days() > 3 * 365)
    assert loans["contract_no"].is_unique().all()


def test_hardships_come_together(county: Path, member: pl.DataFrame) -> None:
    latent = pl.read_parquet(county / "truth" / "latent.parquet")
    living = pl.read_parquet(county / "truth" / "living.parquet")
    ill = member.group_by("household_id").agg(under=(pl.col("nutrition_judged") == "2").any())
    joined = (
        latent.join(living, on="household_id")
        .join(ill, on="household_id")
        .with_columns(few=pl.col("durables").list.len() <= 3, unsafe=pl.col("house_grade").is_in(["C", "D"]))
    )
    poor = joined.filter(pl.col("rank") < 0.15)
    for name in ("few", "unsafe", "under"):
        assert poor[name].mean() > 1.3 * joined[name].mean(), name


def test_a_minority_county_has_its_minority(tmp_path: Path) -> None:
    synth.generate(tmp_path / "c", 2000, 1, county="540123")
    groups = pl.read_parquet(tmp_path / "c" / "truth" / "member.parquet")["ethnic_group"]
    assert (groups == "04").mean() > 0.5
