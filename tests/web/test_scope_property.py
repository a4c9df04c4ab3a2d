"""A list and a single object get the same answer: random people, rows, actions, by query and by ``covers``."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection, models

from fangpin.web.accounts import actions
from fangpin.web.accounts.models import Charge, Duty, User
from fangpin.web.accounts.permissions import table
from fangpin.web.accounts.scope import of
from helpers import trials

CODES = [
    "350526101201", "350526101202", "350526102201", "350526101000", "350526000000", "350526",
    "350525101201", "35052", "", "360101001001",
]  # fmt: skip


class Row(models.Model):
    """A row with everything that a scope looks at."""

    region_code = models.CharField(max_length=12, blank=True)
    household_id = models.CharField(max_length=20)
    group = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=20, blank=True)

    class Meta:
        app_label = "site"
        managed = False
        db_table = "test_scope_row"


@pytest.fixture
def rows(db: None, rng: random.Random) -> list[Row]:
    """Random rows in a table of this test's own."""
    columns = ", ".join(f'"{field.column}" varchar(20)' for field in Row._meta.fields if not field.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE test_scope_row (id integer PRIMARY KEY, {columns})")
    made = [
        Row(
            id=n,
            region_code=rng.choice(CODES),
            household_id=f"h{rng.randrange(12)}",
            group=rng.choice(["", "一组", "二组"]),
            department=rng.choice(["", "民政", "医保"]),
        )
        for n in range(60)
    ]
    Row.objects.bulk_create(made)
    return list(Row.objects.all())


def random_person(rng: random.Random) -> User:
    """A person with up to three duties anywhere and a few charges."""
    user = User.objects.create(username=f"r{rng.random()}")
    for _ in range(rng.randrange(4)):
        Duty.objects.get_or_create(
            user=user,
            role=rng.choice(list(table().roles)),
            region_code=rng.choice(CODES),
            group=rng.choice(["", "", "一组"]),
            department=rng.choice(["", "民政"]),
            until=None,
        )
    Charge.objects.bulk_create([Charge(user=user, household_id=f"h{n}") for n in rng.sample(range(12), 3)])
    return user


def test_lists_and_single_objects_agree(rows: list[Row], rng: random.Random) -> None:
    asked = list(table().cells)
    for _ in range(trials(400)):
        scope = of(random_person(rng))
        action = rng.choice(asked)
        listed = set(scope.filter(Row.objects.all(), action, group="group", department="department"))
        single = {
            row
            for row in rows
            if scope.covers(
                action,
                region_code=row.region_code,
                household_id=row.household_id,
                group=row.group,
                department=row.department,
            )
        }
        assert listed == single, (scope, action)
        assert scope.filter(Row.objects.all(), action, group="group", department="department").count() == len(single)


def test_a_model_without_the_field_shows_nothing_of_it(rows: list[Row]) -> None:
    user = User.objects.create(username="helper")
    actions.set_charges(user, [f"h{n}" for n in range(12)], by=None)
    Duty.objects.create(user=user, role="helper", region_code="350526000000")
    scope: Any = of(user)
    assert scope.filter(Row.objects.all(), "household.read").exists()
    assert not scope.filter(Row.objects.all(), "household.read", household=None).exists()
