"""The permission table, cell by cell: what it says is what scope does, and nothing that it does not say."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fangpin.vocabulary.errors import DocumentError, FangpinError
from fangpin.web.accounts import actions
from fangpin.web.accounts.permissions import OURS, read, table
from fangpin.web.accounts.scope import Denied, Scope, of, prefix

VILLAGE, OTHER = "350526101201", "350526101202"
CELLS = [(role, action) for role in table().roles for action in table().cells]


def duty(role: str, region: str = VILLAGE, group: str = "", department: str = "") -> SimpleNamespace:
    """A duty without a database."""
    return SimpleNamespace(role=role, region_code=region, group=group, department=department)


def scope_of(*duties: SimpleNamespace, own: tuple[str, ...] = ()) -> Scope:
    """The scope of a person with these duties."""
    charged = SimpleNamespace(values_list=lambda *a, **k: list(own))
    return Scope(SimpleNamespace(duties_now=duties, charged=charged))


@pytest.mark.parametrize(("role", "action"), CELLS)
def test_every_cell_reaches_what_it_says(role: str, action: str) -> None:
    reach = table().reach(role, action)
    person = scope_of(duty(role, department="民政"), own=("h1",))
    assert person.may(action) is (reach is not None)
    inside = {"region_code": VILLAGE, "household_id": "h1", "department": "民政"}
    assert person.covers(action, **inside) is (reach is not None)
    assert not person.covers(action, **inside | {"region_code": OTHER})
    assert not person.covers(action, **inside | {"region_code": ""})
    assert person.covers(action, **inside | {"household_id": "h2"}) is (reach in ("region", "department"))
    assert person.covers(action, **inside | {"department": "医保"}) is (reach in ("region", "own"))


def test_without_a_duty_nothing_is_allowed() -> None:
    assert not any(scope_of().may(action) for action in table().cells)


def test_an_action_that_the_table_does_not_know_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        scope_of(duty("county_officer")).may("household.fly")


def test_who_proposes_does_not_approve() -> None:
    for role in table().roles:
        powers = [a for a in ("case.propose", "case.review", "case.approve") if table().reach(role, a)]
        assert len(powers) <= 1, role


@pytest.mark.parametrize("role", ["researcher", "county_admin", "department_officer"])
def test_some_roles_see_no_household(role: str) -> None:
    assert not any(table().reach(role, f"household.{verb}") for verb in ("read", "edit", "export", "print"))


def test_a_group_sees_its_group_only() -> None:
    person = scope_of(duty("village_cadre", group="三组"))
    assert person.covers("household.read", region_code=VILLAGE, group="三组")
    assert not person.covers("household.read", region_code=VILLAGE, group="四组")
    assert not person.covers("household.read", region_code=VILLAGE)


def test_require_says_no_with_403() -> None:
    with pytest.raises(Denied):
        scope_of(duty("village_cadre")).require("household.edit", region_code=OTHER)


@pytest.mark.parametrize(
    ("code", "digits"),
    [("350526000000", "350526"), ("350526", "350526"), ("350000000000", "35"), ("350526101000", "350526101"),
     (VILLAGE, VILLAGE), ("350526101210", "350526101210"), ("", ""), ("000000000000", "")],
)  # fmt: skip
def test_the_digits_of_a_region_that_say_something(code: str, digits: str) -> None:
    assert prefix(code) == digits


def test_a_blank_region_opens_nothing() -> None:
    assert not scope_of(duty("county_officer", region="")).may("household.read")


BROKEN = {
    "role": ("county_officer: region, auditor", "county_wizard: region, auditor"),
    "reach": ("helper: own}", "helper: everywhere}"),
    "pair": ("- [helper, auditor]", "- [helper, nobody]"),
    "level": ("level: village}", "level: street}"),
    "yaml": ("roles:", "roles: ["),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_table_does_not_load(kind: str, tmp_path: Path) -> None:
    text = OURS.read_text("utf-8")
    old, new = BROKEN[kind]
    assert old in text
    (tmp_path / "p.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DocumentError) as refused:
        read(tmp_path / "p.yaml")
    assert refused.value.code == "FP-WEB-002"


@pytest.mark.parametrize("pair", sorted(sorted(p) for p in table().incompatible))
def test_incompatible_roles_do_not_meet_in_one_hand(pair: list[str], person: Any) -> None:
    user = person()
    place = {"village": VILLAGE}
    for role, refused in zip(pair, (False, True), strict=True):
        region = place.get(table().roles[role].level, "350526")
        give = {"by": None, "department": "民政"}
        if refused:
            with pytest.raises(FangpinError) as error:
                actions.add_duty(user, role, region, **give)
            assert error.value.code == "FP-WEB-007"
        else:
            actions.add_duty(user, role, region, **give)
    assert {d.role for d in user.duties.filter(until=None)} == {pair[0]}


def test_a_small_place_does_not_carry_a_high_role(person: Any) -> None:
    with pytest.raises(FangpinError) as error:
        actions.add_duty(person(), "county_approver", VILLAGE, by=None)
    assert error.value.code == "FP-WEB-008"


def test_an_administrator_gives_duties_only_within_the_county(person: Any) -> None:
    with pytest.raises(Denied):
        actions.add_duty(person(), "county_officer", "350525", by=person("county_admin", "350526000000"))


def test_nobody_switches_themselves_off(person: Any) -> None:
    user = person("county_admin", "350526000000")
    with pytest.raises(FangpinError) as error:
        actions.set_active(user, False, by=user)
    assert error.value.code == "FP-WEB-009"


def test_an_ended_duty_opens_nothing(person: Any) -> None:
    user = person("county_officer", "350526000000")
    assert of(user).may("household.read")
    actions.end_duty(user.duties.get(), by=person("county_admin", "350526000000"))
    user.__dict__.pop("duties_now")
    assert not of(user).may("household.read")
    assert user.duties.count() == 1
