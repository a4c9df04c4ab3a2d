"""Households of which nearly everything is known, to blank a few facts of, and readings of the seed standard.

Gives   known_case(rng, standard), blanked(rng, case), READINGS
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from ask_oracle import TODAY, Case
from fangpin.standards import Standard

READINGS: list[dict[str, Any]] = [
    {},
    {},
    {},
    {},
    {"k": 2},
    {"k": 4},
    {"band": "choose"},
    {"H1.unmeasured": "unknown"},
    {"H4.include_half": True},
    {"H4.no_worker_counts": True},
    {"E1.blank_debt": "no"},
    {"E1.age_max": 19},
    {"E1.stop_before": "compulsory"},
    {"L4.include_unaffordable": True},
    {"left_out": ["H1", "L2"]},
    {"E2.months_min": 9},
    {"V3.counts": True},
    {"V1.counts": False, "V2.counts": False},
]
MEMBER_FACTS = [
    "birth_date",
    "school",
    "labour_skill",
    "resident_medical",
    "employee_medical",
    "bedridden",
    "receives_pension",
    "nutrition_judged",
    "nutrition_height_cm",
    "nutrition_weight_kg",
    "trained",
    "work_months",
    "farm_months",
    "earnings",
]
LIVING_FACTS = ["house_grade", "durables", "water_access", "water_fetch_minutes", "water_safe", "internet"]


def known_member(rng: random.Random, number: int) -> dict[str, Any]:
    """A member of whom everything is known."""
    age = rng.choice([3, 8, 17, 20, 25, 40, 59, 62, 70, 80])
    school = age < 18 and rng.random() < 0.6
    return {
        "household_id": "h",
        "person_id": f"p{number}",
        "birth_date": date(TODAY.year - age, 3, 1),
        "student_status": "03" if school else None,
        "education_level": None if school else rng.choice("1234"),
        "labour_skill": rng.choice(["1", "1", "1", "3", "4", "5"]),
        "resident_medical": rng.random() < 0.7,
        "employee_medical": rng.random() < 0.1,
        "bedridden": rng.random() < 0.2,
        "receives_pension": rng.random() < 0.7,
        "nutrition_judged": rng.choice(["1", "1", "2", None, "9"]),
        "nutrition_height_cm": 165.0,
        "nutrition_weight_kg": rng.choice([48.0, 60.0]),
        "trained": rng.random() < 0.6,
        "work_months": rng.choice([0, 3, 8, 12]),
        "farm_months": rng.choice([0, 2, 6]),
        "earnings": rng.choice([0, 0, 10**10, 3 * 10**10]),
        "state": rng.choice([None, None, None, "1", "11", "5"]),
        "home_teaching": rng.choice([None, None, None, True]),
        "pregnant": rng.choice([None, None, None, True]),
        "bedridden_days": rng.choice([None, None, 10, 200]),
        "job_changes": rng.choice([None, None, 1, 5]),
    }


def known_case(rng: random.Random, chosen: Standard) -> Case:
    """A household of which everything is known."""
    members = [known_member(rng, i) for i in range(rng.choice([1, 1, 2, 2, 3]))]
    belonging = sum(m["state"] != "5" for m in members)
    household = {
        "household_id": "h",
        "population": max(belonging, 1),
        "school_debt": rng.random() < 0.3,
        "school_debt_state_loan_only": rng.choice([None, None, True]),
    }
    living = {
        "house_grade": rng.choice("AABCD"),
        "durables": rng.choice([["1"], ["1", "2", "3", "4"], []]),
        "water_access": rng.choice("1234"),
        "water_fetch_minutes": rng.choice([5.0, 40.0]),
        "water_safe": rng.random() < 0.8,
        "internet": rng.choice("12345"),
        "property_checked_on": rng.choice([None, date(2021, 1, 1), date(2022, 1, 1)]),
        "property_car": False,
        "property_house": rng.choice([False, False, False, True]),
        "property_firm": False,
        "other_safe_house": rng.choice([None, None, None, True]),
        "house_grade_provisional": rng.choice([None, None, "B"]),
        "car_exception": None,
    }
    if rng.random() < 0.8:
        living |= {"property_checked_on": date(2021, 1, 1), "property_house": False}
    people, low, high = household["population"], chosen.lower.micro, chosen.upper.micro
    pc = rng.choice([high, high, high, (low + high) // 2, low - 1])
    items = {"a": pc * people, "b": 0, "c": 0, "d": 0, "e": 0}
    return Case(household, living, rng.choice([{"net_income_pc": pc}, items]), members)


def blanked(rng: random.Random, case: Case) -> Case:
    """The case with a few facts unknown or stale, a member missing, income open."""
    if rng.random() < 0.25:
        keep = rng.choice([[], [], ["a"], ["a", "b", "c", "d"]])
        case.income = {name: value for name, value in case.income.items() if name in keep}
    if rng.random() < 0.06 and "net_income_pc" not in case.income:
        case.household["population"] = None
    stale = set()
    for _ in range(rng.choice([0, 1, 2, 2, 3, 3, 4, 5])):
        if rng.random() < 0.5 and case.members:
            member = rng.choice(case.members)
            name = rng.choice(MEMBER_FACTS)
            for column in ("student_status", "education_level") if name == "school" else (name,):
                member[column] = rng.choice([None, None, "9"]) if column == "nutrition_judged" else None
        elif rng.random() < 0.15:
            case.household["school_debt"] = None
        else:
            name = rng.choice(LIVING_FACTS)
            case.living[name] = rng.choice([None, "N"]) if name == "house_grade" else None
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        name = rng.choice([f"living.{n}" for n in LIVING_FACTS] + ["household.school_debt"])
        table, _, column = name.partition(".")
        if getattr(case, table).get(column) is not None:
            stale.add(name)
        member = rng.choice(case.members)
        column = rng.choice(
            [
                "labour_skill",
                "resident_medical",
                "bedridden",
                "trained",
                "work_months",
                "nutrition_judged",
                "education_level",
                "receives_pension",
            ]
        )
        if member.get(column) is not None and rng.random() < 0.5:
            stale.add(f"member.{column}@{member['person_id']}")
        if case.income.get("net_income_pc") is not None and rng.random() < 0.3:
            stale.add("income_year.net_income_pc")
    if rng.random() < 0.12 and case.household["population"] is not None:
        case.household["population"] += rng.choice([1, 1, 1, 2])
    case.stale = frozenset(stale)
    return case
