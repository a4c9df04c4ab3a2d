"""`ask` and `ask_least` against brute force over the answers, and counting against searching whole worlds."""

from __future__ import annotations

import random
from datetime import date

import pytest

from ask_oracle import TODAY, TooMany, brute
from fangpin.identification.ask import Asker, asked_order
from fangpin.standards import standard
from helpers import trials
from random_cases import READINGS, blanked, known_case
from random_registry import TODAY as RANDOM_DAY
from random_registry import record_of, registry
from standards_help import SEED

GOOD = {
    "birth_date": date(1980, 1, 1),
    "student_status": None,
    "education_level": "4",
    "labour_skill": "1",
    "resident_medical": True,
    "nutrition_judged": "1",
    "trained": True,
    "work_months": 12,
    "job_changes": None,
}


def test_ask_against_brute_force(seed: int) -> None:
    standards = [standard(SEED, as_of=TODAY).with_changes(r) for r in READINGS]
    askers = [Asker(s) for s in standards]
    done = open_ = 0
    trial = 0
    while done < trials(3000):
        rng = random.Random(f"{seed} {trial}")
        trial += 1
        at = rng.randrange(len(standards))
        case = blanked(rng, known_case(rng, standards[at]))
        try:
            want, fewest = brute(case, standards[at], 3000)
        except TooMany:
            continue
        done += 1
        open_ += bool(want)
        record = case.record()
        got, least = askers[at].ask(record)
        if (set(got), least) != (want, fewest) or got != asked_order(got, record):
            pytest.fail(
                f"trial {trial - 1}, {READINGS[at]}\n{case}\n"
                f"more: {set(got) - want}, fewer: {want - set(got)}; least {least}, brute force {fewest}"
            )
    assert open_ > done / 20


def test_counting_indicator_by_indicator_against_searching_whole_worlds(seed: int) -> None:
    open_ = 0
    for at, changes in enumerate([{}, {"k": 2}, {"H1.unmeasured": "unknown"}, {"H4.no_worker_counts": True}]):
        chosen = standard(SEED, as_of=RANDOM_DAY).with_changes(changes)
        folding, searching = Asker(chosen), Asker(chosen, folding=False)
        for trial in range(trials(30)):
            for row in registry(random.Random(f"{seed} {at} {trial}"), chosen):
                record = record_of(row)
                found = folding.ask(record)
                open_ += bool(found[0])
                assert found == searching.ask(record), (seed, at, trial, row)
    assert open_ > 100


def test_nothing_to_ask_though_two_answers_settle_it() -> None:
    """Between the lines and not compared: every end is the same, and no single answer reaches it."""
    chosen = standard(SEED, as_of=TODAY)
    case = known_case(random.Random(1), chosen)
    case.members = [case.members[0] | {"state": None, "pregnant": None} | GOOD]
    case.household |= {"population": 1, "school_debt": False}
    case.income = {"net_income_pc": (chosen.lower.micro + chosen.upper.micro) // 2}
    case.living |= dict.fromkeys(["house_grade", "house_grade_provisional", "durables", "internet", "other_safe_house"])
    case.living |= {"water_safe": None, "property_checked_on": None, "property_house": False}
    assert brute(case, chosen) == (set(), 2)
    assert Asker(chosen).ask(case.record()) == ([], 2)
