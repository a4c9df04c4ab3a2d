"""Answers from visits: a filled cell holds, a blank one leaves what was known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from fangpin import tables
from fangpin.intake import Loaded, check, read_batch
from fangpin.registry import Registry

SheetSpec = tables.template.SheetSpec


def _county(tmp_path: Path) -> Path:
    path = tmp_path / "county"
    path.mkdir()
    (path / "household.csv").write_text("household_id,population\nh1,2\nh2,1\n", "utf-8")
    (path / "member.csv").write_text("household_id,person_id,sex,bedridden\nh1,1,男,\nh1,2,女,否\n", "utf-8")
    (path / "income_year.csv").write_text("household_id,year,a,b\nh1,2020,100,\n", "utf-8")
    return path


def _book(tmp_path: Path, *specs: SheetSpec) -> Path:
    return tables.template.write(tmp_path / "visits.xlsx", list(specs))


def _members(loaded: Loaded) -> list[tuple[object, ...]]:
    return loaded.frames["member"].select("household_id", "person_id", "sex", "bedridden").sort("person_id").rows()


def test_an_undated_answer_takes_the_place_of_the_row(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        SheetSpec(
            "member",
            ["bedridden"],
            [
                {"household_id": "h1", "person_id": "1", "bedridden": True},
                {"household_id": "h1", "person_id": "2", "bedridden": None},
            ],
            suffix="上村",
        ),
    )
    batch = read_batch([_county(tmp_path), book])
    loaded = batch.load()
    assert _members(loaded) == [("h1", "1", "1", True), ("h1", "2", "2", False)]
    assert loaded.counts.rows == 2 + 2 + 1 + 2
    assert loaded.counts.refused == 0
    assert len(batch.files) == 4


def test_a_dated_answer_is_a_new_version(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        SheetSpec(
            "member",
            ["bedridden"],
            [{"household_id": "h1", "person_id": "1", "bedridden": True, "known_at": date(2021, 6, 1)}],
        ),
    )
    registry = Registry(read_batch([_county(tmp_path), book]))
    loaded = registry.load()
    assert loaded.frames["member"].height == 3
    before, after = (registry.rows_on(loaded, day)["member"] for day in (date(2021, 5, 31), date(2021, 6, 1)))
    assert before["bedridden"].to_list() == [None, False]
    assert sorted(after.select("person_id", "sex", "bedridden").rows()) == [("1", "1", True), ("2", "2", False)]


def test_answers_about_income_fill_the_row_of_the_year(tmp_path: Path) -> None:
    book = _book(
        tmp_path, SheetSpec("income_year", ["year", "b"], [{"household_id": "h1", "year": 2020, "b": 5_000_000}])
    )
    frame = read_batch([_county(tmp_path), book]).load().frames["income_year"]
    assert frame.select("a", "b").rows() == [(100_000_000, 5_000_000)]


def test_new_members_are_added_and_strangers_refused(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        SheetSpec(
            "member",
            ["sex"],
            [{"household_id": "h2", "person_id": "1", "sex": "2"}, {"household_id": "h7", "person_id": "1"}],
        ),
    )
    result = check([_county(tmp_path), book])
    assert [(f.code, f.file, f.sheet, f.row) for f in result.findings if f.code == "FP-INTAKE-044"] == [
        ("FP-INTAKE-044", "visits.xlsx", "家庭成员", 3)
    ]
    assert ("h2", "1", "2", None) in _members(read_batch([tmp_path / "county", book]).load())


def test_a_bad_answer_is_a_finding_and_changes_nothing(tmp_path: Path) -> None:
    county = _county(tmp_path)
    reply = tmp_path / "reply"
    reply.mkdir()
    (reply / "member.csv").write_text("household_id,person_id,bedridden\nh1,1,也许\n", "utf-8")
    result = check([county, reply])
    assert [(f.file, f.read) for f in result.findings if f.code == "FP-INTAKE-024"] == [("member.csv", "也许")]
    assert result.counts.accepted_with_findings == 1
    assert _members(read_batch([county, reply]).load())[0] == ("h1", "1", "1", None)


def test_single_tables_make_up_one_source(tmp_path: Path) -> None:
    county = _county(tmp_path)
    result = check([county / "household.csv", county / "member.csv"])
    assert result.counts.rows == 4
    assert result.counts.refused == 0


def test_answers_to_parquet(tmp_path: Path) -> None:
    county = _county(tmp_path)
    for path in county.glob("*.csv"):
        pl.read_csv(path, infer_schema=False).write_parquet(path.with_suffix(".parquet"))
        path.unlink()
    book = _book(tmp_path, SheetSpec("household", ["population"], [{"household_id": "h1", "population": 5}]))
    assert read_batch([county, book]).load().frames["household"].sort("household_id")["population"].to_list() == [5, 1]
