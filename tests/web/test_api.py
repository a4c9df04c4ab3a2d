"""The API: what it says of itself, who gets what, how much at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

import registers_help as county
from fangpin.web.api.queries import SMALLEST
from fangpin.web.registers import queries as registers
from fangpin.web.registers.models import CurrentHousehold

pytestmark = pytest.mark.django_db


def test_it_describes_itself(as_role: Any) -> None:
    said = as_role("county_officer").get("/api/openapi.json").json()
    assert {"/api/me", "/api/households", "/api/households/{household_id}", "/api/villages"} <= set(said["paths"])
    assert said["info"]["title"] == "防贫 fangpin"


@pytest.mark.parametrize("path", ["/api/me", "/api/households", "/api/households/1", "/api/villages"])
def test_a_stranger_gets_nothing(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 401
    assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize(("role", "status"), [("county_officer", 200), ("researcher", 403), ("county_admin", 403)])
def test_households_are_for_those_who_work_with_them(as_role: Any, role: str, status: int) -> None:
    assert as_role(role).get("/api/households").status_code == status


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "size=0", "size=201", "page=x", "place=35'--", "q=" + "长" * 65, "page=1e9"]
)
def test_a_query_that_cannot_be_is_refused(as_role: Any, query: str) -> None:
    assert as_role("county_officer").get(f"/api/households?{query}").status_code == 422


def test_pages_hold_every_household_once(as_role: Any) -> None:
    county.loaded(run=True)
    client = as_role("county_officer")
    seen = []
    for page in (1, 2, 3):
        said = client.get(f"/api/households?size=10&page={page}").json()
        assert said["total"] == county.HOUSEHOLDS
        seen += [one["household_id"] for one in said["results"]]
    assert sorted(seen) == sorted(CurrentHousehold.objects.values_list("household_id", flat=True))
    one = client.get(f"/api/households/{seen[0]}").json()
    assert one["verdict"]["standard"] == "national/seed_2021"
    assert set(one["verdict"]["items"]) >= {"H1", "L4"}
    assert one["head_name"].endswith("＊")


def test_no_number_is_said_in_full(as_role: Any) -> None:
    county.loaded()
    client = as_role("county_officer")
    numbers = [n for n in county.frames()["member"]["id_number"].to_list() if n]
    member = county.frames()["member"].drop_nulls("id_number").to_dicts()[0]
    found = client.get("/api/households", {"q": member["id_number"]}).json()
    assert [one["household_id"] for one in found["results"]] == [member["household_id"]]
    everything = json.dumps([client.get("/api/households?size=200").json(), found], ensure_ascii=False)
    assert not any(number in everything for number in numbers)


def test_small_cells_are_not_told_to_a_researcher(as_role: Any) -> None:
    county.loaded(run=True)
    whole = {v["region_code"]: v for v in as_role("county_officer").get("/api/villages").json()}
    told = {v["region_code"]: v for v in as_role("researcher").get("/api/villages").json()}
    assert set(whole) == set(told)
    assert sum(v["households"] for v in whole.values()) == county.HOUSEHOLDS
    hidden = 0
    for code, village in told.items():
        cells = {status: n for status, n in whole[code]["statuses"].items() if n}
        for status, n in cells.items():
            if n < SMALLEST:
                assert village["statuses"][status] is None
        gaps = [n for status, n in cells.items() if village["statuses"][status] is None]
        hidden += len(gaps)
        # what is left out cannot be had by subtraction
        assert village["households"] is None or len(gaps) != 1 or sum(gaps) >= SMALLEST
    assert hidden


def test_too_many_calls_wait(as_role: Any, monkeypatch: Any) -> None:
    from ninja.throttling import AuthRateThrottle

    from fangpin.web.api.views import api

    throttle: Any = next(t for t in api.throttle if isinstance(t, AuthRateThrottle))  # type: ignore[union-attr]
    monkeypatch.setattr(throttle, "num_requests", 3)
    client = as_role("county_officer")
    assert [client.get("/api/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert as_role("county_officer").get("/api/me").status_code == 200


def test_the_list_takes_few_queries(as_role: Any) -> None:
    from web_rig import queries_at_most

    county.loaded(run=True)
    client = as_role("county_officer")
    with queries_at_most(12):
        client.get("/api/households")


def test_a_helper_gets_their_own(as_role: Any) -> None:
    from fangpin.web.accounts import actions

    county.loaded()
    own = list(CurrentHousehold.objects.values_list("household_id", flat=True)[:2])
    client = as_role("helper")
    actions.set_charges(client.user, own, by=None)
    assert client.get("/api/households").json()["total"] == 2
    other = CurrentHousehold.objects.exclude(household_id__in=own).first()
    assert other is not None
    assert client.get(f"/api/households/{other.household_id}").status_code == 404
    assert registers.generation()
