"""Drafts: guesses are marked, a person decides, and given back nothing is guessed any more."""

from __future__ import annotations

from pathlib import Path

import yaml

import exports
from fangpin.intake import check, read_batch
from fangpin.intake.check import draft_profile
from helpers import fangpin

HEAD = ["户编码", "家庭人数", "户主名字", "备注二", "姓名", "姓名", "身份证"]
ROWS = [["0417", "3", "王小明", "x", "王小明", "甲", ""], ["0417", "3", "王小明", "", "李红", "乙", ""]]


def drafted(tmp_path: Path, source: object) -> tuple[Path, dict[str, object]]:
    path = tmp_path / "draft.yaml"
    path.write_text(draft_profile(source), "utf-8")  # type: ignore[arg-type]
    return path, yaml.safe_load(path.read_text("utf-8"))


def test_a_draft_marks_guesses_and_comes_back(tmp_path: Path) -> None:
    book = exports.xlsx(tmp_path / "村表.xlsx", {"Sheet1": [["某村花名册"], HEAD, *ROWS]})
    path, document = drafted(tmp_path, book)
    [sheet] = document["sheets"].values()  # type: ignore[attr-defined]
    assert (sheet["file"], sheet["sheet"], sheet["header_row"], sheet["rows"]) == ("村表.xlsx", "Sheet1", 2, "member")
    columns = sheet["columns"]
    assert list(columns) == ["户编码", "家庭人数", "户主名字", "备注二", "姓名", "姓名#2", "身份证"]
    assert columns["户主名字"]["field"] == "household.head_name"
    assert 0 < columns["户主名字"]["guess"] <= 1
    assert "skip" in columns["备注二"]
    text = path.read_text("utf-8").replace(
        '"姓名#2": {"field": "member.name"}', '"姓名#2": {"skip": {"zh": "小名", "en": "pet name"}}'
    )
    path.write_text(text, "utf-8")
    batch = read_batch(book, profile=path)
    assert batch.profile == "draft"
    loaded = batch.load()
    assert loaded.frames["household"].select("household_id", "population", "head_name").rows() == [
        ("0417", 3, "王小明")
    ]
    assert loaded.frames["member"]["name"].to_list() == ["王小明", "李红"]
    result = check(book, profile=path)
    assert not [f for f in result.findings if f.code in ("FP-INTAKE-011", "FP-INTAKE-078")]


def test_a_missing_key_is_found_by_the_draft(tmp_path: Path) -> None:
    source = tmp_path / "household.csv"
    source.write_text("农户编号,家庭人口数\n1,2\n", "utf-8")
    path, document = drafted(tmp_path, source)
    [sheet] = document["sheets"].values()  # type: ignore[attr-defined]
    assert sheet["columns"]["农户编号"]["field"] == "household_id"
    assert sheet["columns"]["农户编号"]["guess"]
    assert read_batch(source, profile=path).load().frames["household"]["household_id"].to_list() == ["1"]


def test_a_draft_can_say_where_the_headings_are(tmp_path: Path) -> None:
    source = tmp_path / "household.csv"
    source.write_text("户编号,家庭人口数\n1,2\n户编号,人\n7,8\n", "utf-8")
    path, _ = drafted(tmp_path, source)
    text = path.read_text("utf-8").replace("header_row: 1", "header_row: 3").replace("家庭人口数", "人")
    path.write_text(text, "utf-8")
    loaded = read_batch(source, profile=path).load()
    assert loaded.frames["household"].select("household_id", "population").rows() == [("7", 8)]


def test_a_draft_of_tables_that_are_right_reads_the_same(tmp_path: Path) -> None:
    book = exports.xlsx(
        tmp_path / "a.xlsx",
        {
            "户基本信息": [["户编号", "家庭人口数"], ["1", "2"]],
            "家庭成员": [["户编号", "人编号", "姓名"], ["1", "01", "甲"]],
        },
    )
    path, _ = drafted(tmp_path, book)
    assert "guess:" not in path.read_text("utf-8").partition("sheets:")[2]
    one, other = read_batch(book).load(), read_batch(book, profile=path).load()
    for name, frame in one.frames.items():
        assert frame.equals(other.frames[name])


def test_the_command_writes_a_draft_even_where_a_key_is_missing(tmp_path: Path) -> None:
    source = tmp_path / "household.csv"
    source.write_text("农户编号,家庭人口数\n1,2\n", "utf-8")
    draft = tmp_path / "d.yaml"
    assert fangpin("check", str(source), "--json").returncode == 2
    first = fangpin("check", str(source), "--json", "--draft-profile", str(draft))
    assert first.returncode == 1
    assert '"FP-INTAKE-004"' in first.stdout
    again = fangpin("check", str(source), "--json", "--profile", str(draft))
    assert again.returncode == 0
    assert yaml.safe_load(again.stdout)["rows"] == 1


def test_a_run_with_a_draft_can_be_replayed(tmp_path: Path) -> None:
    book = exports.xlsx(tmp_path / "村表.xlsx", {"Sheet1": [HEAD[:6], *(row[:6] for row in ROWS)]})
    path, _ = drafted(tmp_path, book)
    path.write_text(
        path.read_text("utf-8").replace(
            '"姓名#2": {"field": "member.name"}', '"姓名#2": {"skip": {"zh": "小名", "en": "pet name"}}'
        )
    )
    out = tmp_path / "out"
    run = fangpin(
        "identify",
        str(book),
        "--profile",
        str(path),
        "--standard",
        "national/seed_2021",
        "--as-of",
        "2021-12-31",
        "--out",
        str(out),
    )
    assert run.returncode in (0, 1), run.stderr
    again = fangpin("replay", str(out / "manifest.json"), "--json")
    assert again.returncode == 0, again.stderr
