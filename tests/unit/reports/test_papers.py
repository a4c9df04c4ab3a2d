"""Official papers: every form blank and filled, in both languages; nothing gets on a board that must not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fangpin.cli.app import app
from fangpin.reports import papers
from fangpin.reports.papers.blocks import Fields, Rows
from fangpin.reports.papers.layouts import LAYOUTS
from fangpin.standards.process import forms
from fangpin.vocabulary.errors import UnusableInput
from helpers import IN_CI

NOTICE: dict[str, Any] = {
    "village": "德化县浔中镇仙境村",
    "notice_from": "2024-05-11",
    "notice_to": "2024-05-16",
    "contact": "村委会",
    "households": [
        {"group": f"第{n}组", "head_name": name, "population": n}
        for n, name in enumerate(["陈秀英", "林𠮷", "喆䶮", "王堃㙍"], 1)
    ],
}


def words(pdf: bytes, tmp_path: Path) -> str:
    """The text of a PDF, without blanks."""
    if shutil.which("pdftotext") is None:
        (pytest.fail if IN_CI else pytest.skip)("pdftotext (poppler-utils) is not installed: make tools")
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", LAYOUTS)
def test_every_paper_can_be_blank_and_names_each_of_its_fields(form: str, lang: str, tmp_path: Path) -> None:
    made = papers.blank(form, lang)
    assert made.startswith(b"%PDF")
    text = words(made, tmp_path)
    assert re.sub(r"\s+", "", forms()[form].text(lang)).lower() in text.lower()
    for block in LAYOUTS[form].blocks:
        labels = [f.label for f in block.fields] if isinstance(block, Fields) else []
        labels += [label for label, _, _ in block.columns] if isinstance(block, Rows) else []
        for label in labels:
            assert re.sub(r"\s+", "", label(lang)) in text, label
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]", text)


def test_every_paper_of_the_procedure_has_a_layout() -> None:
    assert set(LAYOUTS) == set(forms())
    assert papers.names()["F04"] == "村内公示"


@pytest.mark.clause("P1.4")
def test_a_notice_carries_what_it_must_and_nothing_else(tmp_path: Path) -> None:
    text = words(papers.pdf("F04", NOTICE | {"check_url": "http://localhost/public/notice/x"}), tmp_path)
    for said in ("陈秀英", "第1组", "2024-05-11至2024-05-16", "仙境村", "扫码核对"):
        assert said in text
    assert "模拟数据" in words(papers.pdf("F04", NOTICE, simulated=True), tmp_path)


@pytest.mark.parametrize("form", ["F04", "F11"])
@pytest.mark.parametrize("field", ["id_number", "head_id", "phone", "bank_account", "health_status", "risk_types"])
def test_what_must_not_be_on_the_board_is_refused(form: str, field: str) -> None:
    assert not any(name.rpartition(".")[2] == field for name in LAYOUTS[form].names())
    with pytest.raises(UnusableInput, match="FP-PAPER-002") as refused:
        papers.pdf(form, {field: "x"})
    assert refused.value.read == field
    with pytest.raises(UnusableInput, match="FP-PAPER-002"):
        papers.pdf(form, {"households": [{"head_name": "陈秀英", field: "x"}]})


def test_a_character_that_no_font_has_is_said_and_never_printed_as_a_box() -> None:
    assert papers.missing_characters(NOTICE) == set()
    with pytest.raises(UnusableInput, match="FP-PAPER-003") as refused:
        papers.pdf("F12", {"head_name": "王\ue123"})
    assert refused.value.read == "\ue123"


def test_values_are_text_and_not_markup(tmp_path: Path) -> None:
    nasty = '#panic("x") *粗* $x$ <b> \\ "引号" // 注'
    text = words(papers.pdf("F13", {"objection": nasty, "by": "]#"}), tmp_path)
    assert '#panic("x")*粗*$x$<b>\\"引号"//注' in text


def test_a_long_list_repeats_its_heading_on_each_page(tmp_path: Path) -> None:
    rows = [{"group": "一组", "head_name": f"户主{n}", "population": 3} for n in range(200)]
    text = words(papers.pdf("F04", NOTICE | {"households": rows}), tmp_path)
    assert text.count("序号") >= 5
    assert "户主199" in text


def test_papers_from_the_command(tmp_path: Path) -> None:
    run = CliRunner()
    assert "F13" in run.invoke(app, ["paper"]).stdout
    values = tmp_path / "v.json"
    values.write_text(json.dumps(NOTICE), "utf-8")
    out = tmp_path / "n.pdf"
    assert run.invoke(app, ["paper", "f04", "--data", str(values), "--out", str(out)]).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")
    values.write_text("[1]", "utf-8")
    for arguments, code in (
        (["paper", "F99", "--out", str(out)], "FP-PAPER-001"),
        (["paper", "F04", "--out", str(tmp_path / "n.doc")], "FP-PAPER-005"),
        (["paper", "F04", "--data", str(values), "--out", str(out)], "FP-PAPER-006"),
    ):
        done = run.invoke(app, arguments)
        assert done.exit_code == 2
        assert code in done.stderr
