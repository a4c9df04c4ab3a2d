"""One household against a past run: each change laid on the facts of that time alone, and the smallest sets together."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

import fangpin as fp
from ask_oracle import TODAY
from fangpin.identification.cases import one_row
from fangpin.identification.record import Record
from fangpin.reports.against import Against, Mix, World, against, attribute, status_of
from helpers import trials
from random_cases import blanked, known_case
from standards_help import SEED

LIVING = "household_id,house_grade,internet,water_safe,durables,known_at\n"
THEN = LIVING + "h1,A,1,是,1;2;3;4,2021-01-05\n"
SINCE = "h1,D,4,是,1;2;3;4,2021-08-01\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """One household well above the line, with a run on it in June."""
    county = tmp_path / "county"
    county.mkdir()
    (county / "household.csv").write_text("household_id,region_code,population\nh1,350526101201,1\n", "utf-8")
    (county / "member.csv").write_text(
        "household_id,person_id,birth_date,resident_medical,employee_medical,education_level,student_status\n"
        "h1,p1,1980-01-01,否,否,初中,\n",
        "utf-8",
    )
    (county / "income_year.csv").write_text("household_id,year,net_income_pc\nh1,2020,9000\n", "utf-8")
    (county / "living.csv").write_text(THEN, "utf-8")
    fp.identify(fp.read(county), fp.standard(SEED, as_of="2021-06-30")).write(tmp_path / "out")
    return tmp_path


def since(place: Path, day: str, changes: dict[str, object] | None = None) -> Against:
    standard = fp.standard(SEED, as_of=day).with_changes(changes or {})
    registry = fp.read(place / "county")
    return against(place / "out" / "manifest.json", fp.explain(registry, standard, "h1"), registry)


def names(found: Against) -> list[set[str]]:
    return [{c.name for c in some} for some in found.minimal]


@pytest.mark.clause("P1.3")
def test_facts_learned_since_turn_the_answer_together(place: Path) -> None:
    with (place / "county" / "living.csv").open("a", encoding="utf-8") as file:
        file.write(SINCE)
    found = since(place, "2021-09-30")
    assert (found.then, found.now) == ("needs_visit", "to_compare")
    assert names(found) == [{"living.house_grade", "living.internet"}]
    assert {c.name for c in found.needed} == {"living.house_grade", "living.internet"} and not found.alone
    assert {c.kind for c in found.changes} == {"fact", "date"}
    assert "living.house_grade + living.internet" in found.text("zh")


@pytest.mark.clause("P1.3")
def test_a_rule_turns_the_answer_alone(place: Path) -> None:
    found = since(place, "2021-06-30", {"k": 1})
    assert [c.to_json() for c in found.changes] == [{"kind": "rule", "name": "k", "from": "3", "to": "1"}]
    assert names(found) == [{"k"}] and found.alone == found.needed == found.changes


def test_input_that_is_gone_is_said_and_the_registry_of_now_serves(place: Path) -> None:
    (place / "county").rename(place / "moved")
    registry = fp.read(place / "moved")
    now = fp.explain(registry, fp.standard(SEED, as_of="2021-06-30").with_changes({"k": 1}), "h1")
    found = against(place / "out" / "manifest.json", now, registry)
    assert names(found) == [{"k"}] and "已不在" in found.untold[0].zh


def test_facts_that_were_overwritten_cannot_be_told(place: Path) -> None:
    (place / "county" / "living.csv").write_text(LIVING + "h1,D,4,是,1;2;3;4,2021-01-05\n", "utf-8")
    found = since(place, "2021-06-30")
    assert (found.then, found.now) == ("needs_visit", "to_compare")
    assert not found.minimal and any("不能复原" in u.zh for u in found.untold)


def test_the_region_is_told_in_full(place: Path) -> None:
    now = fp.explain(fp.read(place / "county"), fp.standard(SEED, as_of="2021-06-30"), "h1")
    assert now.to_json("zh")["region"].startswith("福建省泉州市德化县")


def test_minimal_sets_are_those_that_brute_force_finds(seed: int) -> None:
    base, turned = fp.standard(SEED, as_of=TODAY), 0
    for trial in range(trials(300)):
        rng = random.Random(f"{seed} {trial}")
        cases = [blanked(rng, known_case(rng, base)) for _ in range(2)]
        one, two = (Record(c.household, c.living, c.income, c.members, TODAY) for c in cases)
        rule = base.with_changes(rng.choice([{}, {"k": 2}, {"k": 4, "H4.age_max": 50}]))
        before, after = World(one, base, TODAY), World(two, rule, rng.choice([TODAY, date(2022, 6, 30)]))
        assert status_of(before) == one_row(one, base)["status"]
        mix = Mix(before, after)
        assert mix.status(frozenset()) == status_of(before)
        assert mix.status(frozenset(mix.changes)) == status_of(after)
        if status_of(before) == status_of(after) or len(mix.changes) > 16:
            continue
        turned += 1
        found = Against(Path(), "", status_of(before), status_of(after))
        attribute(found, before, after)
        turning = {
            frozenset(c.name for c in some)
            for size in (1, 2)
            for some in combinations(mix.changes, size)
            if mix.status(frozenset(some)) == status_of(after)
        }
        least = {s for s in turning if not any(other < s for other in turning)}
        assert {frozenset(s) for s in names(found) if len(s) < 3} == least
    assert turned or trials(300) < 100
