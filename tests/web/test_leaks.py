"""Nothing outside a person's scope leaks by any way in: random people, households and ways, neither shown nor counted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import registers_help as county
from fangpin.web.accounts.models import Charge, Duty, User
from fangpin.web.accounts.permissions import table
from fangpin.web.accounts.scope import Scope, of
from fangpin.web.registers import queries as registers
from fangpin.web.registers.models import CurrentHousehold
from helpers import trials

pytestmark = pytest.mark.django_db
# the same number on each of the two databases
TRIALS = 5_000
ROLES = list(table().roles)


class World:
    """The county, who is in it, and what a person may see of it by the rule of a single object."""

    def __init__(self, rng: random.Random) -> None:
        county.loaded(run=True)
        self.rng = rng
        self.rows = list(CurrentHousehold.objects.all())
        self.members = {m.household_id: m for m in registers.CurrentMember.objects.all()}
        villages = sorted({row.region_code for row in self.rows})
        towns = sorted({code[:9].ljust(12, "0") for code in villages})
        self.places = [
            *villages,
            *towns,
            "350526000000",
            "350500000000",
            "350525000000",
            "350526999999",
            "110000000000",
        ]
        self.groups = sorted({row.natural_village for row in self.rows if row.natural_village})
        self.people = [self.person(n) for n in range(40)]

    def person(self, n: int) -> User:
        """Somebody with up to two duties anywhere."""
        user = User.objects.create(username=f"leak{n}")
        for _ in range(self.rng.choice([0, 1, 1, 1, 1, 2])):
            Duty.objects.get_or_create(
                user=user,
                role=self.rng.choice(ROLES),
                region_code=self.rng.choice(self.places),
                group=self.rng.choice(["", "", "", *self.groups[:2]]),
                department=self.rng.choice(["", "民政"]),
                until=None,
            )
        for row in self.rng.sample(self.rows, 3):
            Charge.objects.create(user=user, household_id=row.household_id)
        return user

    def visible(self, scope: Scope, action: str) -> set[str]:
        """The households that an action reaches, asked one by one."""
        return {
            row.household_id
            for row in self.rows
            if scope.covers(
                action, region_code=row.region_code, household_id=row.household_id, group=row.natural_village
            )
        }


Way = Callable[[World, User, Scope], None]


# ---- ways in, below the pages ------------------------------------------------


def by_list(world: World, user: User, scope: Scope) -> None:
    action = world.rng.choice([a for a in table().cells if a.startswith("household.")])
    seen = registers.households(scope, action)
    assert set(seen.values_list("household_id", flat=True)) == world.visible(scope, action)
    assert seen.count() == len(world.visible(scope, action))


def by_search(world: World, user: User, scope: Scope) -> None:
    row = world.rng.choice(world.rows)
    text = world.rng.choice([row.household_id, row.head_name, row.head_name[:1], row.head_pinyin.split(" ")[0], "3505"])
    found = set(registers.search(registers.households(scope), text).values_list("household_id", flat=True))
    assert found <= world.visible(scope, "household.read")


def by_member(world: World, user: User, scope: Scope) -> None:
    found = set(registers.members(scope).values_list("household_id", flat=True))
    assert found == {h for h in world.visible(scope, "household.read") if h in world.members}


def by_counts(world: World, user: User, scope: Scope) -> None:
    action = world.rng.choice(["household.read", "aggregate.read"])
    assert sum(registers.region_counts(scope, action=action).values()) == len(world.visible(scope, action))


def by_object(world: World, user: User, scope: Scope) -> None:
    row = world.rng.choice(world.rows)
    call = world.rng.choice([registers.current, registers.verdict_of, registers.timeline, registers.household])
    inside = row.household_id in world.visible(scope, "household.read")
    try:
        call(scope, row.household_id)
    except registers.Missing:
        assert not inside
    else:
        assert inside


# ---- ways in through pages and the API ---------------------------------------


def got(user: User, path: str, **query: str) -> Any:
    """What a signed-in person gets."""
    client = Client()
    client.force_login(user, backend="fangpin.web.accounts.adapter.Backend")
    return client.get(path, query)


def clean(world: World, answer: Any, visible: set[str]) -> None:
    """No number of a household that is not visible stands in what was sent."""
    said = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = said.decode("utf-8", "replace")
    leaked = [row.household_id for row in world.rows if row.household_id not in visible and row.household_id in text]
    assert not leaked, leaked


def by_page_of_list(world: World, user: User, scope: Scope) -> None:
    row = world.rng.choice(world.rows)
    query = world.rng.choice(
        [{}, {"q": row.head_name}, {"place": row.region_code}, {"status": row.status}, {"sort": "name"}]
    )
    answer = got(user, reverse("households"), **query)
    visible = world.visible(scope, "household.read")
    if not scope.may("household.read"):
        assert answer.status_code == 403
    elif not query:
        assert answer.context["total"] == len(visible)
    clean(world, answer, visible)


def by_page_of_one(world: World, user: User, scope: Scope) -> None:
    row = world.rng.choice(world.rows)
    name = world.rng.choice(["household", "household_ask", "household_history", "household_print", "household_paper"])
    answer = got(user, reverse(name, args=[row.household_id]))
    if row.household_id not in world.visible(scope, "household.read"):
        assert answer.status_code in (403, 404)
        # the address was the person's own; nothing else of the household may stand there
        assert row.head_name not in answer.content.decode("utf-8", "replace")


def by_api(world: World, user: User, scope: Scope) -> None:
    row = world.rng.choice(world.rows)
    visible = world.visible(scope, "household.read")
    said = got(user, "/api/households", q=world.rng.choice(["", row.head_name, row.household_id]), size="200")
    if scope.may("household.read"):
        found = {one["household_id"] for one in said.json()["results"]}
        assert found <= visible
        assert said.json()["total"] == len(found)
    else:
        assert said.status_code == 403
    one = got(user, f"/api/households/{row.household_id}")
    assert (one.status_code == 200) is (row.household_id in visible)


def by_villages(world: World, user: User, scope: Scope) -> None:
    answer = got(user, "/api/villages")
    reached = world.visible(scope, "aggregate.read")
    places = {row.region_code for row in world.rows if row.household_id in reached}
    if scope.may("aggregate.read"):
        assert {one["region_code"] for one in answer.json()} == places
    else:
        assert answer.status_code == 403
    clean(world, got(user, reverse("villages")), world.visible(scope, "household.read"))


def by_export(world: World, user: User, scope: Scope) -> None:
    answer = got(user, reverse("households_export"), purpose="核对", format="csv")
    clean(world, answer, world.visible(scope, "household.export"))


def by_workbench(world: World, user: User, scope: Scope) -> None:
    answer = got(user, "/")
    most = max(len(world.visible(scope, f"household.{verb}")) for verb in ("read", "visit"))
    reached = world.visible(scope, "aggregate.read")
    places = {row.region_code for row in world.rows if row.household_id in reached}
    for card in answer.context["cards"]:
        if card.url == reverse("villages"):
            assert card.number <= len(places), card
        elif "/households/" in card.url:
            assert card.number <= most, card
    clean(world, answer, world.visible(scope, "household.read"))


BELOW: list[Way] = [by_list, by_search, by_member, by_counts, by_object]
ABOVE: list[Way] = [by_page_of_list, by_page_of_one, by_api, by_villages, by_export, by_workbench]


def test_nothing_outside_the_scope_leaks_by_any_way(rng: random.Random, settings: Any) -> None:
    settings.DEMO = True
    world = World(rng)
    for n in range(trials(TRIALS)):
        user = rng.choice(world.people)
        # one in ten through the pages, and each of them at least once
        way = ABOVE[n % len(ABOVE)] if n < 2 * len(ABOVE) or n % 10 == 0 else rng.choice(BELOW)
        user.__dict__.pop("duties_now", None)
        try:
            way(world, user, of(user))
        except AssertionError as error:
            raise AssertionError(f"{way.__name__} for {json.dumps([str(of(user))], ensure_ascii=False)}") from error
