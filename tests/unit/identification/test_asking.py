"""What is asked, in which order, and what never is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fangpin import tables
from fangpin.identification.ask import Asker, ask
from fangpin.identification.income_test import by_population
from fangpin.identification.record import Record
from fangpin.standards import standard
from fangpin.vocabulary.money import MICRO

TODAY = date(2021, 6, 30)
SEED = standard("national/seed_2021", as_of=TODAY)
GOOD_LIVING: dict[str, Any] = {
    "house_grade": "A",
    "durables": ["1", "2", "3", "4"],
    "water_access": "1",
    "water_safe": True,
    "internet": "1",
    "property_checked_on": date(2021, 1, 1),
    "property_car": False,
    "property_house": False,
}
TWO_BAD = {**GOOD_LIVING, "house_grade": "C", "durables": []}
GOOD_MEMBER: dict[str, Any] = {
    "birth_date": date(1980, 1, 1),
    "education_level": "4",
    "labour_skill": "1",
    "resident_medical": True,
    "nutrition_judged": "1",
    "trained": True,
    "work_months": 12,
    "farm_months": 0,
}
ABOVE = {"net_income_pc": 10_000 * MICRO}


def record(
    living: dict[str, Any] | None = None,
    income: dict[str, Any] | None = None,
    *members: dict[str, Any],
    stale: tuple[str, ...] = (),
    **household: Any,
) -> Record:
    """A household without a blank, but for what is given."""
    people = [{"person_id": f"p{i}", **m} for i, m in enumerate(members)]
    own = {"household_id": "h", "population": max(len(people), 1), **household}
    living = GOOD_LIVING if living is None else living
    return Record(own, living, ABOVE if income is None else income, people, TODAY, frozenset(stale))


def test_nothing_is_asked_where_nothing_is_open() -> None:
    assert ask(record(None, None, GOOD_MEMBER), SEED) == ([], 0)
    assert ask(record(None, {"net_income_pc": 0}, {}), SEED) == ([], 0)  # sure by income, whatever is blank


def test_the_one_fact_that_decides() -> None:
    assert ask(record({**TWO_BAD, "internet": None}, None, GOOD_MEMBER), SEED) == (["living.internet"], 1)


def test_a_fact_that_cannot_reach_k_is_not_asked() -> None:
    living = {**GOOD_LIVING, "house_grade": "C", "internet": None}
    assert ask(record(living, None, GOOD_MEMBER), SEED) == ([], 0)
    found = ask(record({**living, "durables": None}, None, GOOD_MEMBER), SEED)
    assert found == (["living.durables", "living.internet"], 1)  # one good answer settles it, at best


def test_income_alone() -> None:
    assert ask(record(None, {}, GOOD_MEMBER), SEED) == (["income_year.net_income_pc"], 1)
    some = {"a": 5 * MICRO, "b": 0}
    assert ask(record(None, some, GOOD_MEMBER), SEED) == (["income_year.c", "income_year.d", "income_year.e"], 3)
    whole = dict.fromkeys("abcde", 0) | {"a": 30_000 * MICRO}
    assert ask(record(None, whole, GOOD_MEMBER, population=None), SEED) == (["household.population"], 1)


def test_no_number_of_persons_puts_a_small_income_above_the_line() -> None:
    small = dict.fromkeys("abcde", 0) | {"a": 6081_590_000}
    found = ask(record({**TWO_BAD, "internet": None}, small, GOOD_MEMBER, population=None), SEED)
    assert found == (["household.population", "living.internet"], 1)  # it ends low either way: what ends the visit
    low, high = SEED.lower.micro, SEED.upper.micro
    assert by_population(low - 1, low, high) == ("below",)
    assert by_population(low, low, high) == ("below", "band")
    assert by_population(high, low, high) == ("below", "above")
    assert by_population(-5, low, high) == ("below",)
    assert by_population(2 * low, low, high) == ("below", "band", "above")


def test_an_absent_table_is_asked_field_by_field() -> None:
    found, _ = ask(record({}, None, GOOD_MEMBER), SEED)
    names = ["house_grade", "water_access", "water_fetch_minutes", "water_safe", "durables", "internet"]
    assert found == [f"living.{name}" for name in names]


def test_missing_member_rows_are_one_question() -> None:
    found, least = ask(record(TWO_BAD, None, GOOD_MEMBER, population=3), SEED)
    assert "household.roster" in found
    assert least == 1
    assert ask(record(TWO_BAD, None, GOOD_MEMBER, population=None), SEED)[0] == []


def test_stale_facts_come_first_then_the_order_of_the_tables() -> None:
    living = {**GOOD_LIVING, "house_grade": "C", "durables": None, "internet": None}
    stale = ("living.water_safe", "member.resident_medical@p0")
    found, _ = ask(record(living, None, GOOD_MEMBER, stale=stale), SEED)
    assert found == ["member.resident_medical@p0", "living.water_safe", "living.durables", "living.internet"]


def test_members_are_named_and_come_in_the_order_of_the_roster() -> None:
    blank = {**GOOD_MEMBER, "resident_medical": None, "employee_medical": False}
    found = ask(record(TWO_BAD, None, blank, GOOD_MEMBER, blank), SEED)
    assert found == (["member.resident_medical@p0", "member.resident_medical@p2"], 1)


def test_excuses_and_property_are_never_asked() -> None:
    fields = [f for table in tables.catalogue().tables.values() for f in table.fields.values()]
    never = {f.path for f in fields if f.excuse or f.name.startswith("property_")}
    for changes in ({}, {"k": 1}, {"k": 10}, {"H4.only_main_worker": True}, {"V3.counts": True}):
        asker = Asker(SEED.with_changes(changes))
        for income in ({}, ABOVE, {"a": 0}):
            for members in ((), ({},), ({}, GOOD_MEMBER), ({"age": 80}, {"age": 10}, {"age": 40})):
                found, _ = asker.ask(record({}, income, *members, population=3))
                assert not never & {name.partition("@")[0] for name in found}


def test_age_is_asked_as_the_date_of_birth() -> None:
    young = {"bedridden": False, "receives_pension": True, "birth_date": None}
    weak = {**GOOD_MEMBER, **young, "labour_skill": "4", "trained": None, "work_months": None}
    assert ask(record(TWO_BAD, None, weak, GOOD_MEMBER), SEED)[0] == ["member.birth_date@p0"]
    assert ask(record(TWO_BAD, None, {**weak, "age": 30}, GOOD_MEMBER), SEED)[0] == []


def test_an_old_age_is_asked_as_the_date_of_birth() -> None:
    old = {**GOOD_MEMBER, "birth_date": None, "age": 30, "bedridden": True}
    living = {**TWO_BAD, "internet": None}
    assert ask(record(living, None, old, GOOD_MEMBER), SEED)[0] == ["living.internet"]
    found, _ = ask(record(living, None, old, GOOD_MEMBER, stale=("member.age@p0",)), SEED)
    assert found == ["member.birth_date@p0", "living.internet"]


def test_a_newborn_needs_no_insurance_so_the_date_of_birth_can_settle_it() -> None:
    living = {**GOOD_LIVING, "house_grade": "C"}
    child = {
        "education_level": "1",
        "labour_skill": "5",
        "resident_medical": False,
        "employee_medical": False,
        "bedridden": False,
        "receives_pension": True,
        "nutrition_judged": "1",
    }
    assert ask(record(living, None, child, GOOD_MEMBER), SEED) == (["member.birth_date@p0"], 1)


def test_between_the_lines_and_not_compared_only_what_ends_the_visit_is_asked() -> None:
    band = {"net_income_pc": 6_500 * MICRO}
    unchecked = {**TWO_BAD, "internet": None, "property_checked_on": None}
    assert ask(record(unchecked, band, GOOD_MEMBER), SEED) == (["living.internet"], 1)


def test_a_household_that_looks_alike_gets_its_own_names() -> None:
    asker = Asker(SEED)
    blank = {**GOOD_MEMBER, "resident_medical": None, "employee_medical": False}
    one, two = record(TWO_BAD, None, blank, GOOD_MEMBER), record(TWO_BAD, None, GOOD_MEMBER, blank)
    assert asker.ask(one)[0] == ["member.resident_medical@p0"]
    assert asker.ask(two)[0] == ["member.resident_medical@p1"]
    assert asker.ask(one)[0] == ["member.resident_medical@p0"]


@pytest.mark.parametrize("name", ["national/regime_2021", "research/pk_pslm2015"])
def test_other_standards_ask_for_their_own_income(name: str) -> None:
    chosen = standard(name, as_of=TODAY)
    found, least = ask(record(None, {}, GOOD_MEMBER), chosen)
    assert (found[0], least) == (f"income_year.{chosen.concept}", 1)
