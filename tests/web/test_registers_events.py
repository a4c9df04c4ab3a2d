"""Edits by hand and what happens to a household: from a day on, with a way back, and never over somebody else's work."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

import registers_help as county
from fangpin.vocabulary.errors import UnusableInput
from fangpin.web.accounts import scope
from fangpin.web.accounts.scope import Denied
from fangpin.web.audit.models import Entry
from fangpin.web.registers import actions, events, facts, imports, queries
from fangpin.web.registers.models import Batch, CurrentHousehold, CurrentMember

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 5)


@pytest.fixture
def officer(person: Any) -> Any:
    county.loaded(run=True)
    return person("county_officer", "350526")


def large() -> tuple[str, list[str]]:
    """A household with at least three members who belong, and their ids."""
    rows = facts.as_of(facts.frames(("member",)), county.DAY)["member"].to_dicts()
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["state"] not in events.GONE:
            found.setdefault(row["household_id"], []).append(row["person_id"])
    return next((h, p) for h, p in sorted(found.items()) if len(p) >= 3)


def on(household: str, day: date | None = None) -> dict[str, dict[str, Any]]:
    """Who belongs to a household on a day, as it is known today."""
    known = facts.frames(("household", "member"), facts.Within((), (household,)))
    late = {n: f.with_columns(known_at=None) if day else f for n, f in known.items()}
    found = facts.as_of(late, day or timezone.localdate())
    if not found["household"].height:
        return {}
    return {r["person_id"]: r for r in found["member"].to_dicts() if r["state"] not in events.GONE}


def seen() -> str:
    rows = {
        n: f.drop("row_id", "replaces", "batch_id", "said_at").sort(f.columns[0]).write_json()
        for n, f in facts.frames().items()
    }
    return json.dumps([rows, CurrentHousehold.objects.count(), CurrentMember.objects.count()])


def test_an_edit_shows_the_new_result_at_once(officer: Any) -> None:
    mine = scope.of(officer)
    household = next(
        h.household_id
        for h in queries.households(mine).order_by("household_id")
        if (rows := queries.household(mine, h.household_id).rows["living"]) and rows[0]["house_grade"] in ("A", "B")
    )
    row = queries.household(mine, household).rows["living"][0]
    done = actions.edit(
        by=officer,
        household_id=household,
        table="living",
        values={"house_grade": "D"},
        seen=row["row_id"],
        reason="入户核查",
    )
    assert done.changed["house_grade"] == (row["house_grade"], "D")
    assert done.after is not None
    assert done.after.items["L1"] is True
    assert queries.verdict_of(mine, household) == done.after
    assert queries.household(mine, household).rows["living"][0]["house_grade"] == "D"
    assert queries.timeline(mine, household)[0].batch == done.batch
    history = queries.field_history(mine, household, "living", "house_grade")
    assert history[0].fields["house_grade"] == (row["house_grade"], "D")
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.household_id) == ("household.edit", household)


def test_the_second_of_two_people_sees_what_the_first_wrote(officer: Any, person: Any) -> None:
    household, people = large()
    other = person("township_reviewer", "350526")
    row = next(r for r in queries.household(scope.of(officer), household).rows["member"] if r["person_id"] == people[0])
    given = {"household_id": household, "person_id": people[0], "table": "member", "seen": row["row_id"]}
    actions.edit(by=officer, values={"name": "王甲"}, **given)
    with pytest.raises(actions.Conflict) as conflict:
        actions.edit(by=other, values={"name": "王乙"}, **given)
    assert conflict.value.theirs["name"] == (row["name"], "王甲")
    assert on(household)[people[0]]["name"] == "王甲"


def test_a_number_is_given_in_the_clear_and_kept_encrypted(officer: Any) -> None:
    household, people = large()
    mine = scope.of(officer)
    row = next(r for r in queries.household(mine, household).rows["member"] if r["person_id"] == people[0])
    number = "11010519491231002X"
    done = actions.edit(
        by=officer,
        household_id=household,
        person_id=people[0],
        table="member",
        values={"id_number": number},
        seen=row["row_id"],
    )
    assert number not in repr(done.changed)
    assert queries.search(queries.households(mine), "110105491231002").get().household_id == household
    assert number not in repr(list(Entry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"nothing": 1}, "FP-REGISTERS-003"),
        ({"house_grade": "Z"}, "FP-REGISTERS-004"),
        ({"house_area": "wide"}, "FP-REGISTERS-004"),
        ({"farmland": [1]}, "FP-REGISTERS-004"),
    ],
)
def test_wrong_values_are_refused_and_nothing_is_written(officer: Any, values: dict[str, Any], code: str) -> None:
    household, _ = large()
    before = seen()
    with pytest.raises(UnusableInput) as refused:
        actions.edit(by=officer, household_id=household, table="living", values=values)
    assert refused.value.code == code
    assert seen() == before
    assert not Batch.objects.filter(kind="edit").exists()


def test_nobody_edits_what_is_not_theirs(person: Any, officer: Any) -> None:
    household, _ = large()
    place = CurrentHousehold.objects.get(household_id=household).region_code
    foreign = next(v for v in ("350526100201", county.OTHER_VILLAGE) if v != place)
    with pytest.raises(queries.Missing):
        actions.edit(by=person("village_cadre", foreign), household_id=household, table="living", values={})
    with pytest.raises((Denied, queries.Missing)):
        actions.edit(by=person("county_approver", "350526"), household_id=household, table="living", values={})
    with pytest.raises(queries.Missing):
        events.death(by=person("village_cadre", foreign), household_id=household, person_id="x", day=DAY)


def test_a_death_counts_from_its_day(officer: Any) -> None:
    household, people = large()
    before = seen()
    population = queries.household(scope.of(officer), household).head["population"]
    done = events.death(by=officer, household_id=household, person_id=people[1], day=DAY, reason="死亡证明")
    assert set(on(household)) == set(people) - {people[1]}
    assert people[1] in on(household, DAY - timedelta(days=1))
    assert queries.household(scope.of(officer), household).head["population"] == (
        None if population is None else population - 1
    )
    assert CurrentHousehold.objects.get(household_id=household).persons == len(people) - 1
    with pytest.raises(UnusableInput):
        events.death(by=officer, household_id=household, person_id=people[1], day=DAY)
    imports.undo(done.batch, by=officer, action="household.events")
    assert seen() == before


def test_a_birth_and_a_marriage_bring_somebody_in(officer: Any) -> None:
    household, people = large()
    events.birth(
        by=officer,
        household_id=household,
        person_id="new1",
        day=DAY,
        values={"name": "新儿", "sex": "2", "relation_to_head": "08"},
    )
    assert on(household)["new1"]["birth_date"] == DAY
    other = CurrentHousehold.objects.exclude(household_id=household).order_by("household_id")[0].household_id
    done = events.marry_in(
        by=officer,
        household_id=other,
        person_id="new2",
        day=DAY,
        values={"relation_to_head": "05"},
        from_household=household,
        from_person=people[-1],
    )
    assert on(other)["new2"]["name"] == on(household, DAY - timedelta(days=1))[people[-1]]["name"]
    assert people[-1] not in on(household)
    assert set(done.results) == {household, other}
    with pytest.raises(UnusableInput):
        events.birth(by=officer, household_id=household, person_id="new1", day=DAY, values={})


def test_a_new_head_gives_the_household_its_name(officer: Any) -> None:
    household, people = large()
    events.change_head(by=officer, household_id=household, person_id=people[1], day=DAY, relations={people[0]: "02"})
    mine = scope.of(officer)
    found = queries.household(mine, household)
    relations = {r["person_id"]: r["relation_to_head"] for r in found.rows["member"]}
    assert (relations[people[1]], relations[people[0]]) == ("01", "02")
    assert found.head["head_name"] == next(r["name"] for r in found.rows["member"] if r["person_id"] == people[1])
    assert CurrentHousehold.objects.get(household_id=household).head_name == (found.head["head_name"] or "")


def test_a_split_and_its_undoing(officer: Any) -> None:
    household, people = large()
    before = seen()
    done = events.split(
        by=officer,
        household_id=household,
        new_household_id="35052600099999",
        persons=people[-1:],
        head=people[-1],
        day=DAY,
    )
    assert set(on("35052600099999")) == {people[-1]}
    assert set(on(household)) == set(people[:-1])
    assert on("35052600099999", DAY - timedelta(days=1)) == {}
    assert done.results["35052600099999"][1] is not None
    assert queries.households(scope.of(officer)).filter(household_id="35052600099999").exists()
    for bad in ({"persons": people}, {"new_household_id": household}, {"head": people[0]}):
        with pytest.raises(UnusableInput):
            events.split(
                **{
                    "by": officer,
                    "household_id": household,
                    "new_household_id": "h9",
                    "persons": people[:1],
                    "head": people[0],
                    "day": DAY,
                    **({"persons": people[1:2]} if "head" in bad else {}),
                    **bad,
                }
            )  # type: ignore[arg-type]
    imports.undo(done.batch, by=officer, action="household.events")
    assert seen() == before
    assert not queries.households(scope.of(officer)).filter(household_id="35052600099999").exists()


def test_joining_ends_the_other_household(officer: Any) -> None:
    household, people = large()
    other = CurrentHousehold.objects.exclude(household_id=household).order_by("-household_id")[0].household_id
    theirs = set(on(other))
    done = events.join(by=officer, household_id=household, other_household_id=other, day=DAY)
    assert set(on(household)) == set(people) | theirs
    assert on(other) == {}
    assert set(on(other, DAY - timedelta(days=1))) == theirs
    mine = scope.of(officer)
    assert not queries.households(mine).filter(household_id=other).exists()
    imports.undo(done.batch, by=officer, action="household.events")
    assert set(on(other)) == theirs


def test_a_move_needs_both_regions(person: Any, officer: Any) -> None:
    household, _ = large()
    place = CurrentHousehold.objects.get(household_id=household).region_code
    target = next(v for v in ("350526100201", county.OTHER_VILLAGE) if v != place)
    cadre = person("village_cadre", place)
    with pytest.raises(Denied):
        events.move_household(by=cadre, household_id=household, region_code=target, day=DAY)
    events.move_household(by=officer, household_id=household, region_code=target, day=DAY)
    assert CurrentHousehold.objects.get(household_id=household).region_code == target
    assert not queries.households(scope.of(cadre)).filter(household_id=household).exists()


def test_no_event_of_tomorrow(officer: Any) -> None:
    household, people = large()
    with pytest.raises(UnusableInput):
        events.death(
            by=officer, household_id=household, person_id=people[0], day=timezone.localdate() + timedelta(days=1)
        )
    assert not Batch.objects.filter(kind="event").exists()


def test_the_pages_of_events(officer: Any, as_role: Any) -> None:
    household, people = large()
    client = as_role("county_officer")
    path = f"/registers/households/{household}/events/"
    assert f"{path}split/" in client.get(path).content.decode()
    for kind in events.TITLES:
        assert client.get(f"{path}{kind}/").status_code == 200
    said = {"day": DAY.isoformat(), "reason": "证明"}
    assert client.post(f"{path}death/", {**said, "person": people[1], "day": "2999-01-01"}).status_code == 422
    assert client.post(f"{path}death/", {**said, "person": "nobody"}).status_code == 422
    assert client.post(f"{path}move_household/", {**said, "region_code": "999999999999"}).status_code == 422
    assert client.post(f"{path}death/", {**said, "person": people[1]}).status_code == 302
    assert people[1] not in on(household)
    assert client.post(f"{path}birth/", {**said, "name": "新儿", "sex": "2"}).status_code == 302
    gone = {"persons": people[2:3], "head": people[2], "new_household_id": "35052600088888"}
    assert client.post(f"{path}split/", {**said, **gone}).status_code == 302
    assert set(on("35052600088888")) == {people[2]}
    page = client.get(path).content.decode()
    assert "撤销这次变动" in page
    last = events.past(household)[0]
    assert client.post(f"{path}{last.pk}/undo/").status_code == 302
    assert on("35052600088888") == {}
    assert client.get(f"/households/{household}/").status_code == 200
    place = CurrentHousehold.objects.get(household_id=household).region_code
    elsewhere = as_role("village_cadre", county.OTHER_VILLAGE if place != county.OTHER_VILLAGE else "350526100201")
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.post(f"{path}death/", {**said, "person": people[0]}).status_code == 404
    assert as_role("auditor").get(path).status_code == 403
