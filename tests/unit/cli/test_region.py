"""fangpin region: what is printed, the JSON, the exit codes."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from fangpin.cli.app import app


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["region", *words])


def data(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json").stdout)
    return found


def test_one_region_with_its_path_level_and_lists() -> None:
    done = run("化隆县", "--limit", "1")
    assert done.exit_code == 0
    assert "630224" in done.stdout
    assert "青海省海东市化隆回族自治县" in done.stdout
    assert "县级" in done.stdout
    assert "不确定" in done.stdout  # the 160 list of Qinghai
    assert "632127" in done.stdout  # the code before
    english = run("化隆县", "--lang", "en").stdout
    assert "uncertain" in english
    assert "hua long" in english


def test_an_old_code_says_what_it_is_today() -> None:
    assert "350405" in run("350427").stdout
    old = data("350427")["matches"][0]
    assert old["today"]["certain"] is True
    assert [place["code"] for place in old["today"]["now"]] == ["350405"]
    split = data("350321")["matches"][0]
    assert split["today"]["kind"] == "split"
    assert [place["code"] for place in split["today"]["now"]] == ["350304", "350305"]


def test_what_a_code_was_on_a_day() -> None:
    assert data("350427", "--at", "2019-12-31")["matches"][0]["on"] == {
        "name": "沙县",
        "state": "in_force",
        "since": None,
        "until": 2021,
        "open_year": False,
    }
    assert "尚未设立" in run("350405", "--at", "2019-12-31").stdout
    assert "只写年份" in run("350405", "--at", "2021-06-30").stdout


def test_ambiguity_is_said_and_counted() -> None:
    found = data("朝阳", "--limit", "2")
    assert found["ambiguous"] is True
    assert found["total"] > len(found["matches"]) == 2
    assert "自行选定" in run("朝阳").stdout


def test_nothing_found_ends_with_1_and_says_what_is_nearest() -> None:
    done = run("德花县")
    assert done.exit_code == 1
    assert "350526" in done.stdout
    found = data("没有这个地方啊")
    assert found["found"] is False
    assert found["matches"] == []


def test_a_call_that_cannot_be_used_ends_with_2() -> None:
    assert run("  ").exit_code == 2
    assert run("德化", "--level", "planet").exit_code == 2
    assert run("德化", "--at", "2021-13-01").exit_code == 2
    assert run("德化", "--limit", "0").exit_code == 2


def test_a_village_by_its_address() -> None:
    found = data("德化龙浔镇宝美村")["matches"][0]
    assert (found["code"], found["level"]) == ("350526101201", "village")
    assert [r["level"] for r in found["parents"]] == ["township", "county", "prefecture", "province"]
