"""Finding households: by name, pinyin, number; and only one's own."""

from __future__ import annotations

from typing import Any

import pytest

import registers_help as county
from fangpin.web.accounts import scope
from fangpin.web.registers import queries
from fangpin.web.registers.models import CurrentHousehold

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(person: Any) -> Any:
    county.loaded(run=True)
    return scope.of(person("county_officer", "350526"))


def test_every_household_is_found_by_what_people_know_of_it(officer: Any) -> None:
    members = county.frames()["member"].drop_nulls(["name", "id_number"]).to_dicts()[:5]
    for member in members:
        for text in (member["name"], member["id_number"], member["id_number"].lower(), member["household_id"]):
            found = queries.search(queries.households(officer), text)
            assert member["household_id"] in set(found.values_list("household_id", flat=True)), text


def test_pinyin_finds_full_and_by_initials(officer: Any) -> None:
    from fangpin.web.registers.pinyin import pinyin

    household = CurrentHousehold.objects.exclude(head_name="").order_by("household_id")[0]
    full, initials = pinyin(household.head_name).split()
    for text in (full, full.upper(), initials):
        assert household.household_id in queries.search(queries.households(officer), text).values_list(
            "household_id", flat=True
        )


def test_nothing_of_another_region_is_found_or_counted(person: Any, officer: Any) -> None:
    villages = sorted(set(CurrentHousehold.objects.values_list("region_code", flat=True)))
    cadre = scope.of(person("village_cadre", villages[0]))
    mine = set(queries.households(cadre).values_list("household_id", flat=True))
    assert mine == set(CurrentHousehold.objects.filter(region_code=villages[0]).values_list("household_id", flat=True))
    assert queries.region_counts(cadre) == {villages[0]: len(mine)}
    other = CurrentHousehold.objects.exclude(region_code=villages[0]).exclude(head_name="")[0]
    assert not queries.search(queries.households(cadre), other.household_id).exists()
    for read in (queries.household, queries.timeline, queries.verdict_of, queries.explanation_of):
        with pytest.raises(queries.Missing):
            read(cadre, other.household_id)
    people = queries.members(cadre)
    assert set(people.values_list("household_id", flat=True)) <= mine


def test_a_helper_sees_only_the_households_in_their_charge(person: Any, officer: Any) -> None:
    from fangpin.web.accounts.models import Charge

    household = CurrentHousehold.objects.order_by("household_id")[0]
    user = person("helper", household.region_code)
    Charge.objects.create(user=user, household_id=household.household_id)
    helper = scope.of(user)
    assert list(queries.households(helper).values_list("household_id", flat=True)) == [household.household_id]
    assert set(queries.members(helper).values_list("household_id", flat=True)) == {household.household_id}


def test_one_household_has_every_table_and_its_numbers_masked(officer: Any) -> None:
    member = county.frames()["member"].drop_nulls("id_number").to_dicts()[0]
    found = queries.household(officer, member["household_id"], county.DAY)
    assert set(found.rows) == set(county.frames())
    row = next(r for r in found.rows["member"] if r["person_id"] == member["person_id"])
    assert "id_number" not in row
    shown = found.masked("member", row, "id_number")
    assert shown.startswith(member["id_number"][:3])
    assert "＊" in shown
    assert found.clear("member", row, "id_number") == member["id_number"]
    assert found.origin(row).kind == "load"  # type: ignore[union-attr]
    changes = queries.timeline(officer, member["household_id"])
    assert {c.table for c in changes} >= {"household", "member"}
    assert all(c.added for c in changes)
    assert queries.explanation_of(officer, member["household_id"]).row["household_id"] == member["household_id"]
