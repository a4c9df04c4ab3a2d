"""The rural households of Pakistan 2015-16: every figure of the survey's notes, reached through the front door."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from fangpin.identification.verdicts import identify
from fangpin.intake import read_batch, surveys
from fangpin.intake.profile import SHIPPED
from fangpin.registry import Registry
from fangpin.standards import Standard, standard
from fangpin.vocabulary.errors import UnusableInput

NAME = "pk_pslm2015"
ASKED = ["H3", "H4", "E1", "E2", "L3", "L4"]
UNSAFE = ["pound/canal/river/stream", "open well", "spring", "tanker/truck/water be arer", "others"]
FAR = ["31-45 min", "46-60 min", "60+ min"]
BELOW_TEN = ["less than 1", *(f"class {i}" for i in range(1, 10))]
PROVINCES = {  # households, share below the line, share with three or more
    "Balochistan": (605, 5.79, 37.69),
    "KP": (1887, 2.33, 26.87),
    "Punjab": (3327, 5.26, 9.20),
    "Sindh": (2264, 5.52, 16.03),
}


def percent(truths: pl.Series) -> float:
    return round(100 * int(truths.sum()) / len(truths), 2)


@pytest.fixture(scope="module")
def rule() -> Standard:
    return standard("research/pk_pslm2015", as_of="2016-06-30")


@pytest.fixture(scope="module")
def registry(pk_pslm2015: Path) -> Registry:
    return Registry(read_batch(pk_pslm2015, profile=NAME))


@pytest.fixture(scope="module")
def verdicts(registry: Registry, rule: Standard) -> pl.DataFrame:
    return identify(registry, rule).to_polars()


@pytest.fixture(scope="module")
def survey(pk_pslm2015: Path) -> pd.DataFrame:
    """The answers to expect, in plain pandas on the survey's own columns, one row a household."""
    key = {"household_id": str}
    homes = pd.read_csv(pk_pslm2015 / "household.csv.gz", dtype=key).set_index("household_id")
    people = pd.read_csv(pk_pslm2015 / "member.csv.gz", dtype=key)
    people = people[people.s1aq11 == "yes"]

    def some(who: pd.Series) -> pd.Series:
        return who.groupby(people.household_id).any().reindex(homes.index)

    def filled(column: str) -> pd.Series:
        return people[column].fillna(0)

    out = people.s2ac06 != "yes"
    able = people.age.between(16, 59) & out
    cash = filled("s1bq08") * filled("s1bq09")
    for column in ("s1bq10", "s1bq15", "s1bq17", "s1bq19"):
        cash = cash + filled(column)
    earned = cash.where(able, 0).groupby(people.household_id)
    main = able & ((cash == earned.transform("max")) | (cash >= 0.3 * earned.transform("sum")))
    left = (people.s2ac04 == "no") | people.s2ac05.isin(BELOW_TEN)
    members = people.groupby("household_id").size()
    return pd.DataFrame(
        {
            "members": members,
            "monthly": homes.NonDurable / members / 12,
            "H3": some((people.age >= 70) & (people.s1bq20 != "yes")),
            "H4": ~some(able),
            "E1": some(people.age.between(6, 19) & out & left),
            "E2": some((main & (people.s1bq09 < 6)) | (able & (people.s1bq03 == "not but seeking work"))),
            "L3": homes.S3aq06.isin(UNSAFE) | homes.S3aq11.isin(FAR),
            "L4": (homes.S3aq20A == "no") & (homes.S3aq20B == "no"),
        }
    )


def test_every_row_has_an_outcome(registry: Registry) -> None:
    counts = registry.counts
    assert (counts.rows, counts.accepted, counts.refused) == (3 * 8083 + 54629, 3 * 8083 + 54629, 0)
    left_out = [f for f in registry.findings if f.code == "FP-INTAKE-051"]
    assert len(left_out) == 1
    assert "58" in left_out[0].message.en
    assert not [f for f in registry.findings if f.severity == "error"]


def test_every_column_of_the_survey_stands_in_the_profile(pk_pslm2015: Path) -> None:
    """Mapped or listed with the reason: a column in neither place would be a silent loss."""
    text = (
        (SHIPPED / f"{NAME}.yaml")
        .read_text("utf-8")
        .replace("s2ac9a … s2ac9i", " ".join(f"s2ac9{letter}" for letter in "abcdefghi"))
    )
    words = set(re.findall(r"[A-Za-z][A-Za-z0-9_.]*", text))
    for file in ("household.csv.gz", "member.csv.gz"):
        with gzip.open(pk_pslm2015 / file, "rt", encoding="utf-8") as stream:
            missing = set(next(csv.reader(stream))) - words
        assert not missing, f"{file}: {sorted(missing)}"


def test_statuses(verdicts: pl.DataFrame) -> None:
    assert dict(verdicts.group_by("status").len().iter_rows()) == {"low_income": 1672, "needs_visit": 6411}
    routes = dict(verdicts.group_by("route").len().iter_rows())
    assert routes == {"income": 268, "count": 1293, "both": 111, None: 6411}


@pytest.mark.parametrize(
    ("code", "true"), [("H3", 1048), ("H4", 98), ("E1", 3996), ("E2", 288), ("L3", 1519), ("L4", 7000)]
)
def test_an_indicator_is_decided_for_every_household(verdicts: pl.DataFrame, code: str, true: int) -> None:
    assert verdicts[code].sum() == true
    assert verdicts[code].null_count() == 0


@pytest.mark.parametrize("code", ["H1", "H2", "L1", "L2"])
def test_what_was_not_asked_is_unknown(verdicts: pl.DataFrame, code: str) -> None:
    assert verdicts[code].null_count() == 8083


def test_nobody_is_below_the_line_by_guess(verdicts: pl.DataFrame, survey: pd.DataFrame, rule: Standard) -> None:
    median = survey.monthly.median()
    assert median == pytest.approx(2794.208, abs=1e-3)
    assert float(rule.lower.yuan) == pytest.approx(median / 2 * 12, abs=0.005)
    assert rule.upper == rule.lower
    below = verdicts["income_status"] == "below"
    assert (below.sum(), percent(below)) == (379, 4.69)
    poor = set(verdicts.filter(below)["household_id"])
    assert poor == set(survey.index[survey.monthly < median / 2])
    persons = survey.members[survey.index.isin(poor)].sum() / survey.members.sum()
    assert round(100 * persons, 2) == 5.87


def test_counts(verdicts: pl.DataFrame) -> None:
    counts = dict(verdicts.group_by("count_true").len().iter_rows())
    assert counts == {0: 492, 1: 2785, 2: 3402, 3: 1260, 4: 140, 5: 4}
    low, many = verdicts["income_status"] == "below", verdicts["count_true"] >= 3
    assert [int((a & b).sum()) for a in (~low, low) for b in (~many, many)] == [6411, 1293, 268, 111]


@pytest.mark.parametrize(
    ("code", "share"), [("H3", 15.04), ("H4", 2.11), ("E1", 74.93), ("E2", 3.96), ("L3", 22.16), ("L4", 97.63)]
)
def test_share_among_those_below_the_line(verdicts: pl.DataFrame, code: str, share: float) -> None:
    below = verdicts.filter(pl.col("income_status") == "below")
    assert percent(below[code]) == share


@pytest.mark.parametrize("province", PROVINCES)
def test_provinces(verdicts: pl.DataFrame, province: str) -> None:
    here = verdicts.filter(pl.col("region_code") == province)
    low, many = here["income_status"] == "below", here["count_true"] >= 3
    assert (here.height, percent(low), percent(many)) == PROVINCES[province]


def test_household_by_household(verdicts: pl.DataFrame, survey: pd.DataFrame) -> None:
    """The totals are no coincidence: each answer is that of the plain calculation."""
    ours = verdicts.select("household_id", *ASKED).to_pandas().set_index("household_id").reindex(survey.index)
    for code in ASKED:
        differing = survey.index[ours[code].astype(bool) != survey[code]]
        assert not len(differing), f"{code}: {list(differing[:5])}"


def test_the_standard_names_what_it_changes(rule: Standard) -> None:
    base = standard("national/seed_2021", as_of="2021-06-30")
    other = {i.code: i for i in base.indicators}
    parameters = {n for n, v in rule.parameters.items() if v.value != base.parameters[n].value}
    assert parameters == {"E1.age_max", "E2.idle_months_max", "L3.fetch_minutes_max"}
    changed = {i.code for i in rule.indicators if (i.rule, i.text) != (other[i.code].rule, other[i.code].text)}
    assert changed == {"H3", "H4", "E1", "E2", "L3", "L4"}
    for lang in ("zh", "en"):
        said = getattr(rule.document.changes, lang)
        assert all(any(line.startswith(code) for line in said) for code in changed)
        assert len(said) == len(changed) + 2
    assert (rule.veto, rule.regime) == ((), None)


@pytest.mark.parametrize("day", [date(2015, 1, 1), date(2030, 1, 1)])
def test_a_survey_without_dates_holds_on_any_day(registry: Registry, day: date) -> None:
    frames = registry.rows_on(registry.load(), day)
    income, contradictions = registry.income_on(frames, day)
    assert (frames["household"].height, frames["member"].height, income.height) == (8083, 54629, 8083)
    assert not contradictions


def test_the_standard_holds_from_the_year_of_the_survey() -> None:
    with pytest.raises(UnusableInput) as caught:
        standard("research/pk_pslm2015", as_of="2014-12-31")
    assert caught.value.code == "FP-STANDARD-001"


def test_located_by_the_environment(pk_pslm2015: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(surveys.REAL_DATA, str(pk_pslm2015.parent))
    assert surveys.locate(NAME) == pk_pslm2015
