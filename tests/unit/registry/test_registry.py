"""The registry on a day: versions, freshness, the row of income that holds, the hash of what was read."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin import tables
from fangpin.intake import read_batch
from fangpin.registry import Registry, as_of, income_on, since, stale
from fangpin.vocabulary.errors import UnusableInput
from helpers import trials

DAY = date(2021, 6, 30)


def frames(**rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """Canonical frames of these rows."""
    always = {"valid_from", "valid_to", "known_at"}
    return {
        name: pl.DataFrame(
            found, schema={c: t for c, t in tables.polars_schema(name).items() if c in always.union(*found)}
        )
        for name, found in rows.items()
    }


def test_a_folder_without_dates_is_valid_on_any_day() -> None:
    snapshot = frames(household=[{"household_id": "h1", "population": 3}], living=[{"household_id": "h1"}])
    for day in (date(1990, 1, 1), DAY):
        chosen = as_of(snapshot, day)
        assert all(chosen[name] is snapshot[name] for name in snapshot), "nothing is copied where nothing is dated"


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ({"valid_from": DAY}, True),
        ({"valid_from": date(2021, 7, 1)}, False),
        ({"valid_to": DAY}, False),
        ({"valid_to": date(2021, 7, 1)}, True),
        ({"known_at": DAY}, True),
        ({"known_at": date(2021, 7, 1)}, False),
        ({"valid_from": date(2020, 1, 1), "valid_to": date(2021, 1, 1)}, False),
    ],
)
def test_what_holds_on_the_day(dates: dict[str, date], holds: bool) -> None:
    chosen = as_of(frames(household=[{"household_id": "h1", **dates}, {"household_id": "h2"}]), DAY)
    assert ("h1" in chosen["household"]["household_id"]) is holds


def test_the_latest_valid_then_the_latest_known_holds() -> None:
    rows = [
        {"household_id": "h1", "population": 1, "valid_from": date(2020, 1, 1), "known_at": date(2021, 3, 1)},
        {"household_id": "h2", "population": 9},
        {"household_id": "h1", "population": 2, "valid_from": date(2021, 1, 1), "known_at": date(2021, 1, 5)},
        {"household_id": "h1", "population": 3, "valid_from": date(2021, 1, 1), "known_at": date(2021, 2, 1)},
        {"household_id": "h1", "population": 4, "valid_from": date(2021, 1, 1), "known_at": date(2021, 7, 1)},
        {"household_id": "h1", "population": 5},
    ]
    assert as_of(frames(household=rows), DAY)["household"]["population"].to_list() == [9, 3]
    assert as_of(frames(household=rows), date(2020, 12, 31))["household"]["population"].to_list() == [9, 5]


def test_a_household_that_is_gone_takes_its_rows_with_it() -> None:
    chosen = as_of(
        frames(
            household=[{"household_id": "h1", "valid_to": date(2021, 1, 1)}, {"household_id": "h2"}],
            member=[{"household_id": "h1", "person_id": "1"}, {"household_id": "h2", "person_id": "1"}],
        ),
        DAY,
    )
    assert chosen["household"]["household_id"].to_list() == ["h2"]
    assert chosen["member"]["household_id"].to_list() == ["h2"]


def test_a_row_written_again_with_an_end_ends() -> None:
    rows = [
        {"household_id": "h1", "population": 3, "valid_from": date(2020, 1, 1), "known_at": date(2020, 1, 2)},
        {"household_id": "h1", "valid_from": date(2020, 1, 1), "valid_to": DAY, "known_at": date(2021, 6, 20)},
        {"household_id": "h2", "population": 4},
        {"household_id": "h2", "population": 4, "valid_to": DAY, "known_at": date(2021, 6, 20)},
    ]
    for day, there in ((date(2021, 6, 19), ["h1", "h2"]), (date(2021, 6, 29), ["h1", "h2"]), (DAY, [])):
        assert as_of(frames(household=rows), day)["household"]["household_id"].to_list() == there
    hindsight = as_of(frames(household=rows), DAY, known=date(2021, 6, 19))["household"]
    assert hindsight["household_id"].to_list() == ["h1", "h2"], "the end was not known yet"


def read(**rows: str) -> Registry:
    """A registry of tables written as CSV, blanks left out."""
    return Registry(read_batch({n: pl.read_csv(io.StringIO(text), infer_schema=False) for n, text in rows.items()}))


CONTRADICTING = """household_id,house_grade,valid_from,known_at
h1,A,2020-01-01,2020-01-02
h1,B,2021-03-01,2021-03-02
h1,D,2021-03-01,2021-03-02
h1,C,2021-09-01,2021-09-02
"""


def test_facts_that_contradict_each_other_are_unknown_and_no_older_one_speaks() -> None:
    registry = read(household="household_id\nh1\n", living=CONTRADICTING)
    assert [f.code for f in registry.findings if f.severity == "error"] == ["FP-INTAKE-041"] * 2
    grades = {
        day: registry.as_of(day).load().frames["living"]["house_grade"].cast(pl.String).to_list()
        for day in ("2021-02-28", "2021-03-01", "2021-03-02", "2021-08-31", "2021-09-02")
    }
    assert grades == {
        "2021-02-28": ["A"],
        "2021-03-01": ["A"],
        "2021-03-02": [],
        "2021-08-31": [],
        "2021-09-02": ["C"],
    }, "unknown from the day the contradiction is known until a later row settles it"


def test_an_id_that_is_doubled_later_was_good_before() -> None:
    registry = read(
        household="household_id,population,known_at\nh1,3,2021-01-01\nh1,4,2021-05-01\nh1,5,2021-05-01\nh1,6,2021-06-01\n",
        living="household_id,house_grade\nh1,A\n",
    )
    assert registry.counts.to_json() == {"rows": 5, "accepted": 2, "accepted_with_findings": 0, "refused": 3}
    there = {day: registry.as_of(day).load().frames for day in ("2021-04-30", "2021-05-01", "2021-07-01")}
    assert [f["household"]["population"].to_list() for f in there.values()] == [[3], [], []]
    assert [f["living"].height for f in there.values()] == [1, 0, 0]


def test_what_was_known_before_it_was_so_is_a_plan() -> None:
    registry = read(household="household_id,population,valid_from,known_at\nh1,3,,\nh1,4,2021-08-01,2021-06-01\n")
    [plan] = [f for f in registry.findings if f.code == "FP-INTAKE-034"]
    assert (plan.severity, plan.field, plan.record, plan.row) == ("warning", "household.known_at", "h1", 3)
    people = {
        day: registry.as_of(day).load().frames["household"]["population"].to_list()
        for day in ("2021-07-31", "2021-08-01")
    }
    assert people == {"2021-07-31": [3], "2021-08-01": [4]}


def test_a_registry_as_of_a_day_shows_that_day_alone() -> None:
    registry = read(household="household_id,population,known_at\nh1,3,\nh1,4,2021-07-01\n")
    then, now = registry.as_of("2021-06-30"), registry.as_of(DAY, known="2021-07-01")
    assert [r.load().frames["household"]["population"].to_list() for r in (then, now)] == [[3], [4]]
    assert then.as_of(DAY).load().frames["household"].height == 1
    with pytest.raises(UnusableInput, match="FP-REGISTRY-002"):
        then.as_of("2021-07-01")


VERSION = st.fixed_dictionaries(
    {
        "household_id": st.sampled_from(["a", "b", "c"]),
        "valid_from": st.none() | st.dates(date(2021, 6, 27), date(2021, 7, 3)),
        "valid_to": st.none() | st.dates(date(2021, 6, 27), date(2021, 7, 3)),
        "known_at": st.none() | st.dates(date(2021, 6, 27), date(2021, 7, 3)),
    }
)


@settings(max_examples=trials(500), deadline=None)
@given(
    st.lists(VERSION, min_size=1, max_size=12, unique_by=lambda r: (r["household_id"], r["valid_from"], r["known_at"]))
)
def test_versions_are_chosen_as_plain_python_would(rows: list[dict[str, Any]]) -> None:
    numbered = [{**row, "population": i} for i, row in enumerate(rows)]
    told: dict[tuple[str, Any], tuple[Any, ...]] = {}
    for row in numbered:
        late = row["known_at"] and row["known_at"] > DAY
        early = row["valid_from"] and row["valid_from"] > DAY
        if not late and not early:
            statement = (row["household_id"], row["valid_from"])
            version = (row["known_at"] or date.min, row["population"], row["valid_to"])
            told[statement] = max(told.get(statement, version), version, key=lambda v: v[:2])
    best: dict[str, tuple[Any, ...]] = {}
    for (household, since_), (known, number, until) in told.items():
        if until is None or until > DAY:
            rank = (since_ or date.min, known, number)
            best[household] = max(best.get(household, rank), rank)
    chosen = as_of(frames(household=numbered), DAY)["household"]
    assert sorted(chosen["population"].to_list()) == sorted(rank[2] for rank in best.values())


# -- freshness -------------------------------------------------------------------------------------------------------


def test_freshness_counts_from_when_it_became_known() -> None:
    rows = frames(
        household=[
            {"household_id": "h1", "known_at": date(2020, 6, 30), "valid_from": date(2021, 6, 1)},
            {"household_id": "h2", "known_at": date(2020, 6, 29)},
            {"household_id": "h3", "valid_from": date(2020, 6, 29)},
            {"household_id": "h4"},
        ]
    )
    assert since(rows)["household"].to_list() == [date(2020, 6, 30), date(2020, 6, 29), date(2020, 6, 29), None]
    days = tables.catalogue().field("household.population").fresh_days
    assert days == 365
    old = rows["household"].select(old=stale("household.population", DAY))["old"].to_list()
    assert old == [False, True, True, False]
    assert not rows["household"].select(old=stale("household.household_id", DAY))["old"].any()


# -- income ----------------------------------------------------------------------------------------------------------


def income(*rows: dict[str, Any], day: date = DAY) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Household and income per head (yuan) that hold, and the fields of findings."""
    found = [{"household_id": "h1", **row} for row in rows]
    for row in found:
        for name in ("net_income_pc", "adjusted_income_pc", "a", "insurance_payout"):
            if name in row and row[name] is not None:
                row[name] *= 1_000_000
    frame, findings = income_on(as_of(frames(income_year=found), day), day)
    per_head = frame["net_income_pc"] // 1_000_000
    return list(zip(frame["household_id"].to_list(), per_head.to_list(), strict=True)), [f.field for f in findings]


def test_the_window_that_ends_last_but_not_after_the_day() -> None:
    rows = [
        {"window_to": date(2020, 9, 30), "net_income_pc": 1},
        {"window_to": DAY, "net_income_pc": 2},
        {"window_to": date(2021, 7, 1), "net_income_pc": 3},
    ]
    assert income(*rows) == ([("h1", 2)], [])
    assert income(*rows, day=date(2021, 6, 29)) == ([("h1", 1)], [])
    assert income(*rows, day=date(2020, 9, 29)) == ([], [])


def test_a_year_alone_ends_on_31_december() -> None:
    rows = [{"year": 2020, "net_income_pc": 1}, {"year": 2021, "net_income_pc": 2}]
    assert income(*rows) == ([("h1", 1)], [])
    assert income(*rows, day=date(2021, 12, 31)) == ([("h1", 2)], [])
    assert income({"year": 2020, "window_to": date(2020, 9, 30), "net_income_pc": 3}, *rows) == ([("h1", 1)], [])


def test_ties_go_to_what_was_learned_last_then_to_the_highest_stage() -> None:
    rows = [
        {"year": 2020, "net_income_pc": 1, "known_at": date(2021, 1, 1), "stage": "3"},
        {"year": 2020, "net_income_pc": 2, "known_at": date(2021, 2, 1), "stage": "1"},
        {"year": 2020, "net_income_pc": 3, "known_at": date(2021, 2, 1), "stage": "2"},
        {"year": 2020, "net_income_pc": 4, "stage": "3"},
        {"year": 2020, "net_income_pc": 5, "known_at": date(2021, 7, 1), "stage": "3"},
    ]
    assert income(*rows) == ([("h1", 3)], [])


def test_rows_that_contradict_each_other_leave_it_unknown() -> None:
    assert income({"year": 2020, "net_income_pc": 1}, {"year": 2020, "net_income_pc": 2}) == (
        [("h1", None)],
        ["income_year.net_income_pc"],
    )
    assert income({"year": 2020, "net_income_pc": 1}, {"year": 2020, "net_income_pc": None}) == (
        [("h1", None)],
        ["income_year.net_income_pc"],
    )
    assert income({"year": 2020, "net_income_pc": 1}, {"year": 2020, "net_income_pc": 1}) == ([("h1", 1)], [])


def test_a_contradiction_in_the_total_leaves_its_items_unknown_too() -> None:
    rows = [{"household_id": "h1", "year": 2020, "net_income_pc": n, "a": 5, "insurance_payout": 7} for n in (1, 2)]
    frame, _ = income_on(frames(income_year=rows), DAY)
    assert frame.select("net_income_pc", "a", "insurance_payout").rows() == [(None, None, 7)]


def test_an_undated_row_is_a_snapshot_and_gives_way_to_a_dated_one() -> None:
    assert income({"net_income_pc": 1}) == ([("h1", 1)], [])
    assert income({"net_income_pc": 1}, {"year": 2020, "net_income_pc": 2}) == ([("h1", 2)], [])


def test_households_keep_their_order_and_each_has_one_row() -> None:
    rows = [{"household_id": h, "year": y, "net_income_pc": y} for h in ("b", "a", "c") for y in (2019, 2020)]
    frame, findings = income_on(frames(income_year=rows), DAY)
    assert frame.select("household_id", "year").rows() == [("b", 2020), ("a", 2020), ("c", 2020)]
    assert frame["ends_on"].to_list() == [date(2020, 12, 31)] * 3
    assert findings == []


INCOME = st.fixed_dictionaries(
    {
        "household_id": st.sampled_from(["a", "b"]),
        "year": st.none() | st.sampled_from([2019, 2020, 2021]),
        "window_to": st.none() | st.sampled_from([date(2020, 12, 31), date(2021, 6, 30), date(2021, 9, 30)]),
        "known_at": st.none() | st.sampled_from([date(2021, 1, 1), date(2021, 2, 1)]),
        "stage": st.none() | st.sampled_from(["1", "3"]),
        "net_income_pc": st.none() | st.sampled_from([1, 2]),
    }
)


@settings(max_examples=trials(500), deadline=None)
@given(st.lists(INCOME, min_size=1, max_size=8))
def test_income_is_chosen_as_plain_python_would(rows: list[dict[str, Any]]) -> None:
    expected: dict[str, int | None] = {}
    for household in {row["household_id"] for row in rows}:
        ranked = []
        for row in rows:
            end = row["window_to"] or (date(row["year"], 12, 31) if row["year"] else date.min)
            if row["household_id"] == household and end <= DAY:
                ranked.append(((end, row["known_at"] or date.min, row["stage"] or ""), row["net_income_pc"]))
        if ranked:
            top = {value for rank, value in ranked if rank == max(rank for rank, _ in ranked)}
            expected[household] = top.pop() if len(top) == 1 else None
    frame, findings = income_on(frames(income_year=rows), DAY)
    assert dict(frame.select("household_id", "net_income_pc").iter_rows()) == expected
    assert frame.height == len(expected)
    assert {f.record for f in findings} <= set(expected)


# -- the whole -------------------------------------------------------------------------------------------------------


def test_the_hash_is_of_the_files_whatever_their_order(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_text("household_id\nh1\n")
    (tmp_path / "member").mkdir()
    for name, text in (("a", "h1,1"), ("b", "h1,2")):
        (tmp_path / "member" / f"{name}.csv").write_text(f"household_id,person_id\n{text}\n")
    first = Registry(read_batch(tmp_path)).snapshot_hash()
    (tmp_path / "member" / "a.csv").rename(tmp_path / "member" / "z.csv")
    assert Registry(read_batch(tmp_path)).snapshot_hash() == first
    (tmp_path / "member" / "z.csv").write_text("household_id,person_id\nh1,3\n")
    assert Registry(read_batch(tmp_path)).snapshot_hash() != first
    by_frames = {"household": pl.DataFrame({"household_id": ["h1"]})}
    assert Registry(read_batch(by_frames)).snapshot_hash() == Registry(read_batch(dict(by_frames))).snapshot_hash()


def test_counts_and_findings_of_the_whole() -> None:
    registry = Registry(read_batch({"household": pl.DataFrame({"household_id": ["h1", "h1", "h2"]})}))
    assert registry.counts.to_json() == {"rows": 3, "accepted": 1, "accepted_with_findings": 0, "refused": 2}
    assert {"FP-INTAKE-042", "FP-INTAKE-017"} <= {f.code for f in registry.findings}
    assert len(registry.parts()) == 1
    assert registry.design is None
