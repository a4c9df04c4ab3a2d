"""fangpin process from outside: show, check, test; the page and the drawing."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fangpin.cli.app import app
from fangpin.language.documents import rules_root

RUN = CliRunner()
COUNTY = rules_root() / "county" / "430626_pingjiang" / "process.yaml"


def call(*arguments: str, code: int = 0) -> str:
    done = RUN.invoke(app, ["process", *arguments])
    assert done.exit_code == code, done.output + done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


def read(*arguments: str) -> Any:
    return json.loads(call(*arguments, "--json"))


def test_the_procedure_of_a_place_says_what_the_place_sets() -> None:
    nation, county = read("show", "--as-of", "2024-05-10"), read("show", "--as-of", "2024-05-10", "--region", "430626")
    assert nation["deadlines"]["notice"]["days"] == 5 and nation["deadlines"]["notice"]["set_by"] is None
    assert county["deadlines"]["notice"]["days"] == 7
    assert county["deadlines"]["notice"]["set_by"] == "county/430626_pingjiang/process.yaml"
    assert county["deadlines"]["clue_to_admission"]["unit"] == "working"
    assert nation["actions"]["approve"]["roles"] == ["county_approver"]
    assert nation["remarks"] and not county["remarks"]
    assert nation["hash"] != county["hash"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_and_drawing_name_every_state_and_action(tmp_path: Path, lang: str) -> None:
    data = read("show", "--lang", lang)
    call("show", "--lang", lang, "--out", str(tmp_path / "p.svg"))
    call("show", "--lang", lang, "--out", str(tmp_path / "p.html"))
    drawing, page = (unescape((tmp_path / name).read_text("utf-8")) for name in ("p.svg", "p.html"))
    for name in [s["name"] for s in data["states"].values()] + [a["name"] for a in data["actions"].values()]:
        assert name in drawing
        assert name in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    if lang == "en":
        assert not any("\u4e00" <= c <= "\u9fff" for c in drawing.split("</defs>")[1])


def test_a_draft_with_a_mistake_is_refused_with_its_place(tmp_path: Path) -> None:
    assert read("check", str(COUNTY))["ok"] is True
    for wrong, code in (
        ("deadlines:\n  notise: {days: 7}", "FP-PROCESS-003"),
        ("deadlines:\n  notice: {days: 2}", "FP-PROCESS-006"),
    ):
        draft = tmp_path / "process.yaml"
        text = (
            COUNTY.read_text("utf-8").split("deadlines:")[0].replace("430626", "350526")
            + wrong
            + "\nsource: {document: x}\n"
        )
        draft.write_text(text, "utf-8")
        assert code in call("check", str(draft), code=2)
    assert "FP-CLI-004" in call("check", str(tmp_path / "no.yaml"), code=2)
    assert read("check", str(rules_root() / "process" / "monitoring.yaml"))["remarks"]


def test_stories_are_run_by_a_command() -> None:
    found = read("test")
    assert found["stories"] >= 14
    assert found["failed"] == []


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert "FP-PROCESS-007" in call("show", "--out", str(tmp_path / "p.doc"), code=2)
    assert "FP-PROCESS-001" in call("show", "--as-of", "2019-01-01", code=2)
