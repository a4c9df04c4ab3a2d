"""Two people who may be one: found, looked at side by side, decided once, undone if wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import registers_help as county
from fangpin.vocabulary.errors import UnusableInput
from fangpin.web.accounts import scope
from fangpin.web.registers import actions, duplicates, facts, linkage, projection, queries
from fangpin.web.registers.models import CurrentHousehold, CurrentMember, DuplicatePair
from fangpin.web.registers.pinyin import pinyin

NUMBER = "11010519491231002X"


def person_(
    key: str, name: str, birth: str, village: str = "350526100201", number: str | None = None
) -> dict[str, Any]:
    return {
        "unique_id": key,
        "region_code": village,
        "name": name,
        "pinyin": pinyin(name),
        "sex": "1",
        "birth_date": date.fromisoformat(birth),
        "number": None if number is None else number.encode(),
    }


def crowd(n: int) -> list[dict[str, Any]]:
    """People who have nothing to do with each other."""
    names = [chr(0x4E00 + 31 * i % 6000) + chr(0x5200 + 47 * i % 5000) + chr(0x6000 + 13 * i % 4000) for i in range(n)]
    return [
        person_(
            f"x{i}/1",
            names[i % len(names)],
            f"{1940 + i % 60}-{1 + i % 12:02}-{1 + (7 * i) % 28:02}",
            f"3505261{i % 40:02}201",
        )
        for i in range(n)
    ]


def found(*people: dict[str, Any]) -> set[tuple[str, str]]:
    frame = pl.DataFrame([*crowd(600), *people], schema=linkage.SCHEMA)
    pairs = linkage.alike(frame).select("one", "other").rows()
    return {(a, b) for a, b in pairs if not a.startswith("x") or not b.startswith("x")}


def test_a_name_one_character_apart_or_of_the_same_sound_is_found() -> None:
    one = person_("a/1", "冯建国", "1958-03-04")
    assert found(one, person_("b/1", "冯建园", "1958-03-04")) == {("a/1", "b/1")}
    assert found(one, person_("b/1", "冯建帼", "1958-03-04")) == {("a/1", "b/1")}
    assert found(one, person_("b/1", "冯建国", "1958-03-14")) == {("a/1", "b/1")}


def test_strangers_and_people_with_different_numbers_are_not() -> None:
    one = person_("a/1", "冯建国", "1958-03-04", number="1")
    assert found(one, person_("b/1", "冯建园", "1958-03-04", number="2")) == set()
    assert found(one, person_("b/1", "褚玉兰", "1958-03-04")) == set()
    assert found(one, person_("b/1", "冯建国", "1991-11-20", "350526300201")) == set()


def test_one_number_is_one_pair() -> None:
    frame = pl.DataFrame(
        [person_(f"h{i}/1", "甲乙", "1960-01-01", number="n") for i in range(3)], schema=linkage.SCHEMA
    )
    assert linkage.same_number(frame).rows() == [("h0/1", "h1/1", 1.0), ("h1/1", "h2/1", 1.0)]


def test_a_date_that_everybody_has_opens_no_block() -> None:
    many = [person_(f"h{i}/1", "冯" + chr(0x4E00 + i), "1900-01-01") for i in range(linkage.BLOCK + 1)]
    rows = linkage._prepared(pl.DataFrame(many, schema=linkage.SCHEMA))
    assert rows["by_date"].null_count() == len(many)


@pytest.fixture
def officer(person: Any) -> Any:
    county.loaded(run=True)
    return person("county_officer", "350526")


@pytest.fixture
def twins(officer: Any) -> tuple[str, str, str, str]:
    """A person entered twice, in two households of two villages."""
    first = (
        CurrentMember.objects.exclude(number_index=None)
        .exclude(name="")
        .exclude(state__in=["5", "6", "7", "8"])
        .order_by("pk")[0]
    )
    other = CurrentHousehold.objects.exclude(region_code=first.region_code).order_by("pk")[0]
    row = facts.rows_by_id("member", [first.row_id]).to_dicts()[0]
    values = {"name": row["name"], "birth_date": row["birth_date"], "sex": row["sex"], "id_number": "", "state": "1"}
    number = facts.frames(("member",), facts.Within((), (first.household_id,)), clear=True)["member"]
    values["id_number"] = number.filter(pl.col("person_id") == first.person_id)["id_number"][0]
    actions.edit(by=officer, household_id=other.household_id, person_id="twice", table="member", values=values)
    return first.household_id, first.person_id, other.household_id, "twice"


@pytest.mark.django_db
def test_a_merge_keeps_both_histories_and_can_be_undone(officer: Any, twins: Any) -> None:
    assert duplicates.find()["number"] == 1
    pair = duplicates.queue(scope.of(officer)).get(how="number")
    keep = 1 if pair.person_1 == twins[1] else 2
    before = CurrentMember.objects.count()
    batch = duplicates.same(pair, by=officer, keep=keep, reason="同一人")
    mine = scope.of(officer)
    assert not queries.members(mine).filter(household_id=twins[2], person_id="twice").exists()
    assert queries.members(mine).filter(household_id=twins[0], person_id=twins[1]).exists()
    assert any(c.key == f"{twins[2]}/twice" for c in queries.timeline(mine, twins[2]))
    with pytest.raises(UnusableInput):
        duplicates.different(pair, by=officer, reason="?")
    assert duplicates.find()["number"] == 0
    pair.refresh_from_db()
    assert pair.batch == batch
    duplicates.undo(pair, by=officer)
    assert CurrentMember.objects.count() == before
    assert queries.members(mine).filter(household_id=twins[2], person_id="twice").exists()


@pytest.mark.django_db
def test_not_the_same_is_never_asked_again(officer: Any, twins: Any) -> None:
    duplicates.find()
    pair = DuplicatePair.objects.get(how="number")
    with pytest.raises(UnusableInput):
        duplicates.different(pair, by=officer, reason=" ")
    duplicates.different(pair, by=officer, reason="双胞胎，号码登错")
    assert duplicates.find()["number"] == 0
    pair.refresh_from_db()
    assert (pair.decision, pair.reason) == ("different", "双胞胎，号码登错")


@pytest.mark.django_db
def test_a_pair_is_shown_only_to_who_may_see_both(officer: Any, twins: Any, person: Any) -> None:
    duplicates.find()
    pair = DuplicatePair.objects.get(how="number")
    half = scope.of(
        person(
            "township_reviewer",
            pair.region_code[:9] if pair.region_code[:9] != pair.region_code_2[:9] else pair.region_code,
        )
    )
    assert not duplicates.queue(half).exists()
    with pytest.raises(queries.Missing):
        duplicates.pair(half, pair.pk)


@pytest.mark.django_db
def test_the_pages(
    officer: Any, twins: Any, as_role: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    client = as_role("county_officer")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/registers/duplicates/find/").status_code == 302
    pair = DuplicatePair.objects.get(how="number")
    page = client.get("/registers/duplicates/").content.decode()
    assert "证件号码相同" in page
    assert "看看是不是同一个人" in client.get("/").content.decode()
    path = f"/registers/duplicates/{pair.pk}/"
    assert client.post(path, {"choice": "different"}).status_code == 422
    assert client.post(path, {"choice": "keep1", "reason": "同一人"}).status_code == 302
    assert "撤销这个判断" in client.get("/registers/duplicates/?show=same").content.decode()
    assert client.post(path, {"choice": "undo"}).status_code == 302
    pair.refresh_from_db()
    assert pair.decision == "open"
    assert as_role("village_cadre", pair.region_code).get("/registers/duplicates/").status_code == 403
    projection.rebuild()
    assert as_role("county_officer", "350121").post(path, {"choice": "keep1"}).status_code == 404
