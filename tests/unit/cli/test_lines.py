"""fangpin line, table1, headcount from outside."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from fangpin.cli.app import app

RUN = CliRunner()


def call(*arguments: str, code: int = 0) -> str:
    done = RUN.invoke(app, list(arguments))
    assert done.exit_code == code, done.output + done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


def read(*arguments: str) -> Any:
    return json.loads(call(*arguments, "--json"))


@pytest.mark.clause("P1.1")
def test_table1_in_every_form(tmp_path: Path) -> None:
    assert [row["persons_10k"] for row in read("table1")["reproduced"]] == [8347.41, 9742.87, 11138.33]
    names = [f"t{suffix}" for suffix in (".html", ".csv", ".json", ".svg", ".png", ".txt")]
    files = [word for name in names for word in ("--out", str(tmp_path / name))]
    text = call("table1", "--lang", "en", *files)
    assert "8,347.41" in text and "6,372 – 7,054" in text and "two digits" in text
    assert "8,347.41" in (tmp_path / "t.txt").read_text("utf-8")
    page = (tmp_path / "t.html").read_text("utf-8")
    assert (
        page.count("<svg") >= 6
        and 'lang="zh-Hans"' in page
        and "8,347.41" in page
        and "http://" not in page.replace("http://www.w3.org", "")
    )
    with (tmp_path / "t.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    paper = [row for row in rows if row["scenario"] == "as_printed" and row["method"] == "linear_cdf"]
    assert [row["persons_10k"] for row in paper] == ["8347.41", "9742.87", "11138.33"]
    assert (tmp_path / "t.png").read_bytes()[:4] == b"\x89PNG" and b"<svg" in (tmp_path / "t.svg").read_bytes()
    assert "对数正态" in call("table1")


def test_a_file_that_cannot_be_written_is_said_before_anything_is(tmp_path: Path) -> None:
    assert "unknown suffix" in call("table1", "--lang", "en", "--out", str(tmp_path / "t.doc"), code=2)
    good = tmp_path / "t.csv"
    assert "no such folder" in call(
        "table1", "--lang", "en", "--out", str(good), "--out", str(tmp_path / "no" / "t.csv"), code=2
    )
    assert not good.exists()


@pytest.mark.clause("P1.1")
def test_line() -> None:
    nation = read("line", "--year", "2020")
    assert [(one["share"], one["line"]) for one in nation["lines"]] == [(0.4, 6081.6), (0.45, 6841.8), (0.5, 7602.0)]
    one = read("line", "--year", "2020", "--share", "40%", "--region", "350526", "--population", "25.5")["lines"]
    assert len(one) == 1 and one[0]["estimated"] and one[0]["persons_10k"] == round(one[0]["rate"] * 25.5, 2)
    text = call("line", "--year", "2020", "--lang", "en")
    assert "6,081.60" in text and "of households" in text and "sharp bounds" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--year", "1990"], "no rural median"),
        (["--year", "2020", "--region", "999999"], "FP-"),
        (["--year", "2020", "--share", "much"], "between 0 and 1"),
        (["--year", "2020", "--population", "-4"], "10,000 persons"),
        (["--year", "2020", "--table", "nowhere.csv"], "no such file"),
    ],
)
def test_line_refuses(arguments: list[str], says: str) -> None:
    assert says in call("line", "--lang", "en", *arguments, code=2)


MEANS = [4681.5, 10391.6, 14711.7, 20884.5, 38520.3]


def table(folder: Path, text: str) -> str:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.clause("P1.1")
def test_headcount_of_anybodys_table(tmp_path: Path) -> None:
    rows = "\n".join(f"0.2,{mean},household,2020" for mean in MEANS)
    path = table(tmp_path, f"share,mean,basis,year\n{rows}\n")
    found = read("headcount", "--table", path, "--line", "6081.6", "--population", "50979", "--line-year", "2020")
    assert found["lines"][0]["persons_10k"] == pytest.approx(7006, abs=5)
    assert found["basis"] == "household" and found["year"] == 2020
    low, high = found["lines"][0]["rate_bounds"]
    assert low < found["lines"][0]["rate"] < high
    paper = read("headcount", "--table", path, "--line", "6081.6", "--method", "linear_cdf")
    assert paper["lines"][0]["rate"] == pytest.approx(0.14904, abs=1e-4) and not paper["accepted"]
    assert "GB2" in call("headcount", "--table", path, "--line", "6081.6", "--lang", "en")


def test_headcount_reads_chinese_headings_a_workbook_and_lorenz_points(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, heading in enumerate(("组别", "比例", "人均可支配收入", "户均人口")):
            sheet.write(0, at, heading)
        for i, mean in enumerate(MEANS):
            for at, value in enumerate((f"第{i + 1}组", "20%", mean, 4.5 - 0.2 * i)):
                sheet.write(i + 1, at, value)
    found = read("headcount", "--table", str(path), "--line", "6081.6", "--basis", "household")
    points = table(tmp_path, "p,l\n0.2,0.05\n0.4,0.16\n0.6,0.33\n0.8,0.57\n1,1\n")
    other = read("headcount", "--table", points, "--line", "6081.6", "--basis", "person", "--mean", "17838")
    assert found["lines"][0]["rate"] == pytest.approx(other["lines"][0]["rate"], abs=0.02)


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("share,mean\n0.5,1\n0.5,2\n", [], "basis is not given"),
        ("mean,basis\n1,household\n2,person\n", [], "mixed bases"),
        ("mean,basis\n1,household\n2,household\n", ["--basis", "person"], "differs from the file"),
        ("mean\n1\nx\n", ["--basis", "person"], "not a number"),
        ("mean\n1\n\n2\n3\n", ["--basis", "dog"], "no such basis"),
        ("share,mean\n0.5,1\n0.6,2\n", ["--basis", "person"], "add up"),
        ("mean\n3\n2\n", ["--basis", "person"], "from poor to rich"),
        ("mean,gap\n1,2\n2,3\n", ["--basis", "person"], "unknown column"),
        ("", ["--basis", "person"], "nothing in it"),
        ("p,l\n0.5,0.2\n1,1\n", ["--basis", "person"], "need a mean"),
        ("mean\n1\n2\n3\n", ["--basis", "person", "--method", "gb3"], "did you mean gb2"),
        ("mean\n1\n2\n3\n", ["--basis", "person", "--line", "-1"], "positive number"),
    ],
)
def test_headcount_refuses(tmp_path: Path, text: str, more: list[str], says: str) -> None:
    path = table(tmp_path, text)
    assert says in call("headcount", "--table", path, "--line", "1.5", "--lang", "en", *more, code=2)
