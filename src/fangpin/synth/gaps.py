"""Gaps: what the registry does not know, village by village.

Reads   Facts, villages (some keep worse books than others)
Gives   Gaps: cells to empty and rows to leave out, by table; the truth keeps both
Keeps   keys, version columns and monitoring are never emptied
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fangpin.synth.draw import Draw, Flags, Floats
from fangpin.synth.facts import Block, Facts
from fangpin.synth.ledgers import DERIVED, LETTERS, IncomeRows

_HOUSEHOLD = {
    "natural_village": 0.02,
    "address": 0.05,
    "head_name": 0.002,
    "head_id_number": 0.008,
    "phone": 0.05,
    "population": 0.003,
    "is_ex_poor": 0.004,
    "no_labour_whole_household": 0.01,
    "relocated": 0.01,
    "lives_in_resettlement_site": 0.01,
    "martyr_family": 0.04,
    "school_debt": 0.040,
}
_MEMBER = {
    "name": 0.002,
    "sex": 0.002,
    "birth_date": 0.006,
    "id_number": 0.012,
    "ethnic_group": 0.010,
    "political_status": 0.03,
    "relation_to_head": 0.004,
    "health_status": 0.015,
    "disability_class": 0.03,
    "disability_level": 0.05,
    "labour_skill": 0.020,
    "labour_lost_on": 0.25,
    "work_monthly_income": 0.04,
    "employer": 0.25,
    "industry": 0.05,
    "job_channel": 0.05,
    "point_to_point": 0.05,
    "work_abroad": 0.02,
    "resident_medical": 0.014,
    "employee_medical": 0.015,
    "catastrophic_insurance": 0.02,
    "commercial_medical": 0.05,
    "medical_aid": 0.02,
    "other_health_help": 0.03,
    "resident_pension": 0.02,
    "employee_pension": 0.02,
    "receives_pension": 0.025,
    "bedridden": 0.024,
    "dibao": 0.010,
    "tekun": 0.010,
    "mandarin": 0.05,
    "trained": 0.050,
    "training_kind": 0.10,
    "earnings": 0.05,
    "farm_months": 0.035,
    "state": 0.03,
}
_LIVING = {
    "farmland": 0.03,
    "road_type": 0.03,
    "road_distance_km": 0.05,
    "cooperative": 0.04,
    "leading_firm": 0.04,
    "leader_driven": 0.04,
    "house_grade": 0.04,
    "other_safe_house": 0.12,
    "house_area": 0.03,
    "fuel": 0.03,
    "electricity": 0.01,
    "tv_signal": 0.02,
    "sanitary_toilet": 0.02,
    "water_source_works": 0.10,
    "water_access": 0.02,
    "water_fetch_minutes": 0.10,
    "water_safe": 0.040,
    "durables": 0.045,
    "internet": 0.035,
    "property_car": 0.02,
    "property_house": 0.03,
    "property_firm": 0.06,
}
_SAFEGUARDS = {"housing_problem": 0.01, "school_dropout": 0.01, "water_problem": 0.01, "uninsured_member": 0.01}
_SCHOOLING, _WORK = 0.020, 0.028
_MOST = 0.6
_NO_LIVING_ROW, _SHORT_ROSTER = 0.006, 0.007
# what a yearly row of income looks like: items and per head, items only, per head only, some items, nothing, no row
_INCOME = (0.69, 0.16, 0.10, 0.014, 0.013, 0.023)
_BOTH, _ITEMS_ONLY, _HEAD_ONLY, _SOME, _NOTHING, _ABSENT = range(6)


@dataclass(slots=True)
class Gaps:
    """Cells to empty (``blanks[table][field]``) and rows to keep (``kept[table]``; absent: all)."""

    blanks: dict[str, dict[str, Flags]] = field(default_factory=dict)
    kept: dict[str, Flags] = field(default_factory=dict)


def gaps(draw: Draw, block: Block, facts: Facts, rows: IncomeRows) -> Gaps:
    """What is missing in one block."""
    factor = block.county.villages.gaps[facts.homes.village]
    member_factor = factor[facts.people.household]
    found = Gaps()
    found.blanks["household"] = _thinned(draw, _HOUSEHOLD, factor)
    found.blanks["member"] = _member(draw, facts, member_factor)
    found.blanks["living"] = _living(draw, facts, factor)
    found.blanks["safeguards"] = _thinned(draw, _SAFEGUARDS, factor)
    found.blanks["income_year"], found.kept["income_year"] = _income(draw, rows, factor)
    found.kept["living"] = ~_hit(draw, _NO_LIVING_ROW, factor)
    found.kept["member"] = _roster(draw, facts, factor)
    return found


def _hit(draw: Draw, rate: float, factor: Floats) -> Flags:
    return draw.chance(np.minimum(np.float32(rate) * factor, np.float32(_MOST)), factor.size)


def _thinned(draw: Draw, rates: dict[str, float], factor: Floats) -> dict[str, Flags]:
    return {name: _hit(draw, rate, factor) for name, rate in rates.items()}


def _member(draw: Draw, facts: Facts, factor: Floats) -> dict[str, Flags]:
    """Blank cells of members: work place with months, student with level, bodies where nobody measured."""
    found = _thinned(draw, _MEMBER, factor)
    schooling, work = _hit(draw, _SCHOOLING, factor), _hit(draw, _WORK, factor)
    found["education_level"] = found["student_status"] = schooling
    found["work_place"] = found["work_months"] = work
    found["work_monthly_income"] |= work
    unmeasured = ~_measured(draw, facts)
    judged = draw.chance(0.75, facts.people.n)
    found["nutrition_height_cm"] = found["nutrition_weight_kg"] = unmeasured
    young = facts.people.age < 20
    found["nutrition_judged"] = unmeasured | ~(judged | young)
    return found


def _measured(draw: Draw, facts: Facts) -> Flags:
    """Who was measured: elders and small children by public health, others where the household was seen."""
    age, n = facts.people.age, facts.people.n
    seen = draw.chance(0.80, facts.homes.n)[facts.people.household]
    rate = np.where(age >= 65, 0.90, np.where(age < 7, 0.92, np.where(age < 18, 0.55, 0.62)))
    routine = (age >= 65) | (age < 7)
    return draw.chance(rate.astype(np.float32), n) & (seen | routine)


def _living(draw: Draw, facts: Facts, factor: Floats) -> dict[str, Flags]:
    """Blank cells of living conditions; where property was not checked, half the answers are missing as well."""
    found = _thinned(draw, _LIVING, factor)
    low = (np.abs(facts.place) < 0.3) | facts.ex_poor | facts.monitoring.watched
    unchecked = draw.chance(np.where(low, 0.05, 0.12).astype(np.float32), factor.size)
    silent = unchecked & draw.chance(0.5, factor.size)
    found["property_checked_on"] = unchecked
    for name in ("property_car", "property_house", "property_firm"):
        found[name] = (found[name] & unchecked) | silent
    return found


def _income(draw: Draw, rows: IncomeRows, factor: Floats) -> tuple[dict[str, Flags], Flags]:
    """Blank cells of income, and the rows that are there; rows at identification are whole."""
    n, care = rows.household.size, factor[rows.household]
    kind = draw.pick(_INCOME, n)
    careless = (kind >= _SOME) & draw.chance(np.clip(1.25 - care, 0, 0.6).astype(np.float32), n)
    worse = (kind == _BOTH) & draw.chance(np.clip(0.02 * (care - 1.5), 0, 0.3).astype(np.float32), n)
    kind = np.where(careless, _BOTH, np.where(worse, _ABSENT, kind))
    kind[rows.stage == 1] = _BOTH
    no_items = (kind == _HEAD_ONLY) | (kind == _NOTHING)
    no_head = (kind == _ITEMS_ONLY) | (kind == _SOME) | (kind == _NOTHING)
    plain = draw.chance(0.12, n)  # letters without the items below them
    blanks = dict.fromkeys(_below_the_letters(), no_items | plain)
    for letter in LETTERS:
        blanks[letter] = no_items | ((kind == _SOME) & draw.chance(0.5, n))
    for name in DERIVED:
        blanks[name] = no_head | ((kind == _HEAD_ONLY) & (not name.endswith("_pc")))
    blanks["insurance_payout"] = kind == _NOTHING
    blanks["compliant_self_paid"] = (kind == _NOTHING) | draw.chance(0.03, n)
    return blanks, kind != _ABSENT


def _below_the_letters() -> tuple[str, ...]:
    return (
        "a1",
        "a4",
        "b1",
        "b2",
        "b3",
        "b4",
        "c1",
        "c2",
        "c5",
        "d2",
        "d3",
        "d4",
        "d5",
        "d5a",
        "d6",
        "d6b",
        "d6d",
        "d6f",
        "d6j",
        "d6p",
        "e1",
        "e4",
    )


def _roster(draw: Draw, facts: Facts, factor: Floats) -> Flags:
    """Which members have a row: in a few households the last one is missing (never the head)."""
    people = facts.people
    count = people.count(np.ones(people.n, np.bool_))
    short = _hit(draw, _SHORT_ROSTER, factor) & (count > 1)
    last = people.start + count - 1
    kept = np.ones(people.n, np.bool_)
    kept[last[short]] = False
    return kept
