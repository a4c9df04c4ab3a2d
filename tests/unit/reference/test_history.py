"""What became of codes, and what they were on a day; the lists with their state."""

from __future__ import annotations

from datetime import date

import pytest

from fangpin.reference import history, lists, regions


def now(code: str) -> list[str]:
    fate = history.today(code)
    assert fate is not None
    return [region.code for region in fate.now]


@pytest.mark.parametrize(
    ("old", "kind", "today"),
    [
        ("350526", "today", ["350526"]),
        ("350427", "recoded", ["350405"]),  # 沙县 2021
        ("522423", "recoded", ["520581"]),  # 黔西: 2011, and 2021 from the corrections
        ("341521", "recoded", ["340422"]),  # 寿县 went to another prefecture
        ("460003", "recoded", ["460400"]),  # 儋州: two steps, a county became a prefecture without counties
        ("120225", "recoded", ["120119"]),  # 蓟县: abolished, and set up again under a like name
        ("500105", "merged", ["500157"]),
        ("110103", "merged", ["110101"]),  # taken in by a district that stood before
        ("350321", "split", ["350304", "350305"]),
        ("452100", "split", ["451400", "450100"]),  # a prefecture whose counties went two ways
        ("142201", "split", ["140900", "140902"]),
        ("140202", "ended", ["140213", "140214", "140215"]),
        ("370802", "ended", ["370800"]),  # nothing is recorded: its prefecture
    ],
)
def test_what_became_of_a_code(old: str, kind: str, today: list[str]) -> None:
    fate = history.today(old)
    assert fate is not None
    assert (fate.kind, now(old)) == (kind, today)
    assert fate.certain == (kind in ("today", "recoded"))


def test_a_successor_that_only_shares_the_name_is_not_believed() -> None:
    fate = history.today("230105")  # the record says 阜新市太平区, in another province
    assert fate is not None
    assert fate.kind == "ended"
    assert all(region.code.startswith("23") for region in fate.now)
    assert fate.steps[0].corrected


def test_every_code_of_the_past_has_a_fate_that_ends_today() -> None:
    for region in regions.past():
        fate = history.today(region.code)
        assert fate is not None, region
        assert fate.now, region
        assert fate.kind != "today"
        for place in fate.now:
            assert "superseded" not in place.flags
            following = history.today(place.code)
            assert following is not None
            assert following.kind == "today"
        assert all(step.new_code for step in fate.steps) or not fate.certain


def test_a_township_of_an_old_county_is_only_likely() -> None:
    fate = history.today("350427100201")
    assert fate is not None
    assert (fate.kind, fate.certain) == ("carried", False)
    assert now("350427100201") == ["350405100201"]
    assert now("500105001") == ["500157"]
    assert history.today("999999") is None
    assert history.today("350526999") is None
    assert history.today("x") is None


@pytest.mark.parametrize(
    ("code", "day", "name", "state", "open_year"),
    [
        ("350427", "2020-12-31", "沙县", "in_force", False),
        ("350427", "2021-06-30", "沙县", "in_force", True),
        ("350427", "2022-01-01", "沙县", "ended", False),
        ("350405", "2020-12-31", "沙县区", "not_yet", False),
        ("420607", "2005-01-01", "襄阳区", "in_force", False),
        ("420607", "2011-01-01", "襄州区", "in_force", False),
        ("420600", "2009-01-01", "襄樊市", "in_force", False),
        ("220281", "2001-01-01", "蛟河市", "in_force", False),
        ("220281", "2010-01-01", "蛟河市", "in_force", False),
        ("350427100201", "2020-12-31", "", "in_force", False),
    ],
)
def test_what_a_code_was_on_a_day(code: str, day: str, name: str, state: str, open_year: bool) -> None:
    standing = history.on(code, date.fromisoformat(day))
    assert standing is not None
    assert (standing.name, standing.state, standing.open_year) == (name, state, open_year)


def test_what_led_to_a_code() -> None:
    assert [(c.year, c.old_code) for c in history.before("520581")] == [(2021, "520522"), (2011, "522423")]
    assert {c.old_name for c in history.before("420600")} == {"襄樊市"}
    assert history.on("nothing", date(2020, 1, 1)) is None


def test_lists_carry_their_state() -> None:
    def states(code: str) -> dict[str, str]:
        return {mark.flag: mark.state for mark in lists.marks(code)}

    assert states("150422")["key_160"] == "verified"
    assert states("632701")["key_160"] == "uncertain"  # Qinghai
    assert states("640303")["key_160"] == "unverified"
    assert states("130125")["key_592"] == "verified"  # Hebei
    assert "former_poor_832" in states("522729100") or "former_poor_832" not in states("522729")
    marks = {mark.flag: mark for mark in lists.marks("520581")}
    assert marks["contiguous_area"].value
    assert marks["former_poor_832"].of == "520581"
    assert marks["point"].state == "unverified"
    assert lists.marks("999999") == ()
