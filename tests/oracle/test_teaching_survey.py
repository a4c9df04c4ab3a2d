"""The World Bank's teaching survey inside `svy`: verdicts against plain pandas, and estimates against the census."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fangpin.identification.verdicts import identify
from fangpin.intake import read_batch, surveys
from fangpin.intake.profile import SHIPPED
from fangpin.registry import Registry
from fangpin.standards import Standard, standard
from fangpin.vocabulary.errors import UnusableInput

NAME = "teaching_survey"
UNSAFE = [
    "Unprotected well",
    "Unprotected spring",
    "River/dam/lake/ponds/stream/canal/irrig",
    "Tanker truck",
    "Cart with small tank",
    "Other",
]
AT_HOME = ["Piped into dwelling", "Piped to yard/plot", "Rainwater"]
LOW_SCHOOLING = ["NIU (not in universe) or no education", "Less than primary", "Primary"]


@pytest.fixture(scope="module")
def folder() -> Path:
    pytest.importorskip("svy", reason="the teaching survey is in the extra `survey`")
    return surveys.locate(NAME)


@pytest.fixture(scope="module")
def homes(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "hld_sample_wb_2023.parquet").set_index("hid")


@pytest.fixture(scope="module")
def people(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "ind_sample_wb_2023.parquet")


@pytest.fixture(scope="module")
def census(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "hld_pop_wb_2023.parquet")


@pytest.fixture(scope="module")
def rule() -> Standard:
    return standard("research/teaching_survey", as_of="2023-12-31")


@pytest.fixture(scope="module")
def registry(folder: Path) -> Registry:
    return Registry(read_batch(folder, profile=NAME))


@pytest.fixture(scope="module")
def verdicts(registry: Registry, rule: Standard) -> pl.DataFrame:
    return identify(registry, rule).to_polars()


@pytest.fixture(scope="module")
def expected(homes: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Each indicator in plain pandas: 1 true, 0 false, blank unknown."""

    def some(who: pd.Series) -> pd.Series:
        return who.groupby(people.hid).any().reindex(homes.index)

    def three(true: pd.Series, unknown: pd.Series) -> pd.Series:
        return true.astype(float).mask(unknown & ~true)

    force = people.labor_force == "Yes"
    working_age, youth = people.age.between(16, 59), people.age.between(6, 20)
    nobody = ~some(people.age >= 0)
    unsafe = homes.water.isin(UNSAFE)
    return pd.DataFrame(
        {
            "low": homes.tot_exp / homes.hhsize < 1468.17,
            "H3": three(nobody, some(people.age >= 70)),
            "H4": three(~some(working_age), some(working_age & ~force)),
            "E1": three(some(youth & force & people.educ_attain.isin(LOW_SCHOOLING)), some(youth & ~force)),
            "E2": three(some(working_age & force & (people.act_status == "Unemployed")), some(working_age)),
            "L3": three(unsafe, ~homes.water.isin(AT_HOME)),
        }
    )


def test_every_row_has_an_outcome(registry: Registry) -> None:
    counts = registry.counts
    assert (counts.rows, counts.accepted, counts.refused) == (3 * 825 + 3246, 3 * 825 + 3246, 0)
    assert not [f for f in registry.findings if f.severity == "error"]


def test_every_column_stands_in_the_profile(homes: pd.DataFrame, people: pd.DataFrame) -> None:
    words = set(re.findall(r"[A-Za-z][A-Za-z0-9_]*", (SHIPPED / f"{NAME}.yaml").read_text("utf-8")))
    assert not {"hid", *homes.columns, *people.columns} - words


def test_statuses(verdicts: pl.DataFrame) -> None:
    assert dict(verdicts.group_by("status").len().iter_rows()) == {"low_income": 117, "needs_visit": 708}
    routes = dict(verdicts.group_by("route").len().iter_rows())
    assert routes == {"income": 115, "count": 1, "both": 1, None: 708}


@pytest.mark.parametrize(
    ("code", "true", "unknown"),
    [
        ("H3", 0, 141),
        ("H4", 96, 383),
        ("E1", 81, 357),
        ("E2", 47, 682),
        ("L3", 119, 177),
        ("H1", 0, 825),
        ("H2", 0, 825),
        ("L1", 0, 825),
        ("L2", 0, 825),
        ("L4", 0, 825),
    ],
)
def test_indicators(verdicts: pl.DataFrame, code: str, true: int, unknown: int) -> None:
    assert (verdicts[code].sum(), verdicts[code].null_count()) == (true, unknown)


def test_household_by_household(verdicts: pl.DataFrame, expected: pd.DataFrame) -> None:
    ours = verdicts.to_pandas().set_index("household_id").reindex(expected.index)
    assert ((ours.income_status == "below") == expected.low).all()
    for code in ("H3", "H4", "E1", "E2", "L3"):
        differing = expected.index[~np.isclose(ours[code].astype(float), expected[code], equal_nan=True)]
        assert not len(differing), f"{code}: {list(differing[:5])}"
    true = (expected[["H3", "H4", "E1", "E2", "L3"]] == 1).sum(axis=1)
    assert (ours.count_true == true).all()
    assert ((ours.status == "low_income") == (expected.low | (true >= 3))).all()


def test_the_line_is_half_the_census_median(rule: Standard, census: pd.DataFrame) -> None:
    median = (census.tot_exp / census.hhsize).median()
    assert float(rule.lower.yuan) == pytest.approx(median / 2, abs=0.005)
    assert (rule.upper, rule.veto, rule.regime) == (rule.lower, (), None)


def test_the_design_is_the_surveys_own(registry: Registry, homes: pd.DataFrame) -> None:
    design = registry.design
    assert design is not None
    kept = design.to_pandas().set_index("household_id").reindex(homes.index)
    assert (kept.weight == homes.hhweight).all()
    assert (kept.psu == homes.ea.astype(str)).all()
    assert (kept.stratum == homes.geo1 + " " + homes.urbrur).all()
    assert (design["stratum"].n_unique(), design["psu"].n_unique()) == (7, 33)
    assert design["weight"].sum() == pytest.approx(57_867)


def test_the_sample_finds_the_census_share(
    registry: Registry, verdicts: pl.DataFrame, census: pd.DataFrame, rule: Standard
) -> None:
    """The weighted share below the line, with its error over clusters, against the census the sample was drawn from."""
    truth = float((census.tot_exp / census.hhsize < float(rule.lower.yuan)).mean())
    assert registry.design is not None
    joined = registry.design.join(verdicts, on="household_id").to_pandas()
    joined["low"] = (joined.income_status == "below").astype(float)
    share = float(np.average(joined.low, weights=joined.weight))
    joined["e"] = joined.weight * (joined.low - share) / joined.weight.sum()
    clusters = joined.groupby(["stratum", "psu"]).e.sum().reset_index()
    variance = sum(len(g) / (len(g) - 1) * ((g.e - g.e.mean()) ** 2).sum() for _, g in clusters.groupby("stratum"))
    assert (round(truth, 4), round(share, 4)) == (0.1245, 0.1209)
    assert abs(share - truth) < 2.06 * variance**0.5


def test_no_package_no_survey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "find_spec", lambda name: None)
    with pytest.raises(UnusableInput, match="fangpin\\[survey\\]"):
        surveys.locate(NAME)
