"""The main job from the outside: the command line on files, with its exit codes, its JSON and what it leaves behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from calls import SEED_2021, fangpin
from fangpin.synth import generate
from helpers import ROOT
from helpers import fangpin as in_a_process


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county") / "data"
    generate(folder, households=600, seed=11)
    return folder


@pytest.mark.clause("P1.2")
def test_identify_writes_table_manifest_and_report(county: Path, tmp_path: Path) -> None:
    call = fangpin("identify", county, *SEED_2021, "--out", "out", "--json", cwd=tmp_path)
    assert call.code == 0, call.err
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["manifest.json", "report.html", "verdicts.parquet"]
    table = pl.read_parquet(tmp_path / "out" / "verdicts.parquet")
    assert call.json["households"] == table.height == 600
    assert sum(call.json["statuses"].values()) == 600
    assert table["household_id"].is_sorted()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["standard"]["id"] == "national/seed_2021" and len(manifest["standard"]["hash"]) == 64
    again = fangpin("identify", county, *SEED_2021, "--out", "out", cwd=tmp_path)
    assert again.code == 0 and "规则判定" in again.out
    assert pl.read_parquet(tmp_path / "out" / "verdicts.parquet").equals(table)


def test_several_counties_are_a_dataset_by_county(tmp_path: Path) -> None:
    rows = "household_id,region_code,population\nb,350526100201,1\na,350121100201,1\nc,,1\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "household.csv").write_text(rows, "utf-8")
    assert fangpin("identify", "in", *SEED_2021, "--out", "out", cwd=tmp_path).code == 0
    files = sorted(p.name for p in (tmp_path / "out" / "verdicts.parquet").iterdir())
    assert files == ["350121.parquet", "350526.parquet", "unknown.parquet"]
    single = tmp_path / "one"
    single.mkdir()
    (single / "household.csv").write_text("household_id,region_code\nb,350526100201\n", "utf-8")
    assert fangpin("identify", "one", *SEED_2021, "--out", "out", cwd=tmp_path).code == 0
    assert (tmp_path / "out" / "verdicts.parquet").is_file(), "a dataset is replaced by a single file"


@pytest.mark.clause("P1.2")
def test_explain_speaks_both_languages_and_names_no_number(county: Path, tmp_path: Path) -> None:
    fangpin("identify", county, *SEED_2021, "--out", "out", cwd=tmp_path)
    table = pl.read_parquet(tmp_path / "out" / "verdicts.parquet")
    numbers = set(pl.read_parquet(county / "member.parquet")["id_number"].drop_nulls().cast(pl.String))
    for status in table["status"].unique():
        row = table.filter(pl.col("status") == status).row(0, named=True)
        call = fangpin("explain", county, "--household", row["household_id"], *SEED_2021, "--json", cwd=tmp_path)
        assert call.code == 0 and call.json["status"] == status and call.json["ask"] == row["ask"]
        assert [r["code"] for r in call.json["reasons"]] == ["H1", "H2", "H3", "H4", "E1", "E2", "L1", "L2", "L3", "L4"]
        zh = fangpin("explain", county, "--household", row["household_id"], *SEED_2021, cwd=tmp_path).out
        en = fangpin(
            "explain", county, "--household", row["household_id"], *SEED_2021, "--lang", "en", cwd=tmp_path
        ).out
        assert "规则判定" in zh and "rule result" in en
        assert not any(number in zh + en for number in numbers)


@pytest.mark.clause("P1.3")
def test_one_threshold_changed_in_an_overlay_names_who_moves(county: Path, tmp_path: Path) -> None:
    (tmp_path / "k2.yaml").write_text(
        "changes: national/seed_2021\neffective: {from: 2021-01-01, until: null}\nregion: '350526'\n"
        "parameters: {k: 2}\nsource: {document: 县级测试文件}\n",
        "utf-8",
    )
    base = ("compare", county, *SEED_2021, "--region", "350526")
    call = fangpin(*base, "--against-overlay", "k2.yaml", "--json", cwd=tmp_path)
    assert call.code == 0, call.err
    fangpin("identify", county, *SEED_2021, "--region", "350526", "--out", "a", cwd=tmp_path)
    fangpin("identify", county, *SEED_2021, "--region", "350526", "--overlay", "k2.yaml", "--out", "b", cwd=tmp_path)
    before, after = (
        set(pl.read_parquet(tmp_path / x / "verdicts.parquet").filter(status="low_income")["household_id"])
        for x in "ab"
    )
    assert {m["household_id"] for m in call.json["entering"]} == after - before != set()
    assert {m["household_id"] for m in call.json["leaving"]} == before - after
    assert all("k" in m["decided_by"] for m in call.json["entering"])
    assert call.json["changed_parameters"] == [{"parameter": "k", "from": 3, "to": 2}]
    assert "进入" in fangpin(*base, "--against", "k2.yaml", cwd=tmp_path).out


def test_replay_gives_the_same_or_names_who_differs(county: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(county, data)
    fangpin("identify", "data", *SEED_2021, "--out", "out", cwd=tmp_path)
    assert fangpin("replay", "out/manifest.json", "--json", cwd=tmp_path).json["same"] is True
    sound = pl.read_parquet(tmp_path / "out" / "verdicts.parquet").filter(pl.col("L1").eq(False))["household_id"]
    living = pl.read_parquet(data / "living.parquet")
    changed = living.with_columns(other_safe_house=None).with_columns(
        pl.when(household_id=sound[0])
        .then(pl.lit("D"))
        .otherwise(pl.col("house_grade").cast(pl.String))
        .alias("house_grade")
    )
    changed.write_parquet(data / "living.parquet")
    call = fangpin("replay", "out/manifest.json", "--json", cwd=tmp_path)
    found = {d["household_id"]: d for d in call.json["differing"]}
    assert call.code == 1 and "L1" in found[sound[0]]["columns"] and "living.parquet" in call.json["causes"][0]


@pytest.mark.clause("P1.2")
def test_template_is_read_back(tmp_path: Path) -> None:
    assert fangpin("template", "form.xlsx", cwd=tmp_path).code == 0
    call = fangpin("check", "form.xlsx", "--json", cwd=tmp_path)
    assert call.code == 0 and call.json["rows"] == 0


BAD_CALLS: list[tuple[tuple[str, ...], str]] = [
    (("identify", "nowhere", *SEED_2021), "FP-INTAKE-001"),
    (("identify", "empty", *SEED_2021), "FP-INTAKE-003"),
    (("identify", "good", "--standard", "national/seed_2012", "--as-of", "2021-12-31"), "FP-STANDARD-002"),
    (("identify", "good", "--standard", "national/seed_2021", "--as-of", "2020-12-31"), "FP-STANDARD-001"),
    (("identify", "good", "--standard", "national/seed_2021", "--as-of", "yesterday"), "FP-STANDARD-007"),
    (("identify", "good", *SEED_2021, "--region", "999999"), "FP-STANDARD-006"),
    (("identify", "good", *SEED_2021, "--overlay", "none.yaml"), "FP-STANDARD-010"),
    (("identify", "good", *SEED_2021, "--engine", "abacus"), "FP-CLI-002"),
    (("identify", "good", "--standard", "national/regime_2026", "--as-of", "2026-06-30"), "FP-STANDARD-004"),
    (("explain", "good", "--household", "nobody", *SEED_2021), "FP-EXPLAIN-001"),
    (("template", "form.doc"), "FP-CLI-003"),
    (("standard", "check", "none.yaml"), "FP-CLI-004"),
    (("replay", "good/household.csv"), "FP-REPLAY-001"),
    (("check", "good", "--profile", "none"), "FP-INTAKE-009"),
]


@pytest.mark.parametrize(("words", "code"), BAD_CALLS, ids=[c for _, c in BAD_CALLS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_used_ends_with_2_and_writes_nothing(
    words: tuple[str, ...], code: str, lang: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "household.csv").write_text("household_id,population\n1,2\n", "utf-8")
    before = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*"))
    call = fangpin(*words, "--lang", lang, cwd=tmp_path)
    assert call.code == 2 and code in call.err
    assert sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*")) == before
    if lang == "en":
        plain = "".join(line for line in call.err.splitlines() if not line.startswith("read"))
        assert not any("\u4e00" <= c <= "\u9fff" for c in plain), call.err
    as_json = fangpin(*words, "--lang", lang, "--json", cwd=tmp_path)
    assert as_json.code == 2 and as_json.json["error"]["code"].startswith(code)


def test_refused_rows_end_with_1(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "household.csv").write_text("household_id,population\n1,-2\n2,3\n2,4\n,1\n3,2\n", "utf-8")
    (tmp_path / "in" / "member.csv").write_text("household_id,person_id,sex\n3,a,男\n9,b,女\n2,c,女\n", "utf-8")
    call = fangpin("identify", "in", *SEED_2021, "--out", "out", "--json", cwd=tmp_path)
    assert call.code == 1
    found = {k: call.json[k] for k in ("rows", "accepted", "accepted_with_findings", "refused")}
    assert found == {"rows": 8, "accepted": 2, "accepted_with_findings": 1, "refused": 5}
    assert pl.read_parquet(tmp_path / "out" / "verdicts.parquet")["household_id"].to_list() == ["1", "3"]
    check = fangpin("check", "in", "--json", cwd=tmp_path)
    assert check.code == 1 and {k: check.json[k] for k in found} == found


def test_an_interrupt_leaves_nothing_half_written(county: Path, tmp_path: Path) -> None:
    code = (
        "import sys, fangpin.identification.parts as v\n"
        "def stop(*a, **k): raise KeyboardInterrupt\n"
        "v.decide = stop\n"
        "from fangpin.cli import main\n"
        f"sys.argv = ['fangpin', 'identify', {str(county)!r}, *{SEED_2021!r}, '--out', 'out']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_standard_commands(tmp_path: Path) -> None:
    listed = fangpin("standard", "list", "--json", cwd=tmp_path)
    assert {
        "national/seed_2021",
        "national/regime_2020",
        "national/regime_2021",
        "national/regime_2026",
        "research/pk_pslm2015",
    } <= {s["id"] for s in listed.json}
    shown = fangpin("standard", "show", "national/seed_2021", "--as-of", "2021-06-30", "--json", cwd=tmp_path)
    assert shown.json["line"]["yuan"] == 6081.6 and shown.json["line_upper"]["yuan"] == 6841.8
    text = (ROOT / "rules" / "national" / "seed_2021" / "standard.yaml").read_text("utf-8")
    (tmp_path / "draft.yaml").write_text(text.replace("durables_max: {value: 3", "durables_max: {value: 4"), "utf-8")
    diff = fangpin(
        "standard", "diff", "national/seed_2021", "draft.yaml", "--as-of", "2021-06-30", "--json", cwd=tmp_path
    )
    assert diff.json["parameters"] == [{"parameter": "L2.durables_max", "from": 3, "to": 4}]
    (tmp_path / "bad.yaml").write_text(
        text.replace("size(durables)", "sise(durables)").replace("internet in", "intrnet in"), "utf-8"
    )
    check = fangpin("standard", "check", "bad.yaml", "--json", cwd=tmp_path)
    assert check.code == 2 and len(check.json["mistakes"]) >= 2
    lines = (tmp_path / "bad.yaml").read_text("utf-8").splitlines()
    for mistake in check.json["mistakes"]:
        place = lines[mistake["line"] - 1][mistake["column"] - 1 :]
        assert place.startswith(("sise", "intrnet")), (mistake, place)


@pytest.mark.parametrize(
    ("call", "zh", "en"),
    [
        (["identify"], "缺少参数", "missing"),
        (
            ["identify", "x", "--stndard", "y"],
            "没有这个选项：--stndard（是否是 --standard？）",
            "no such option: --stndard",
        ),
        (["frobnicate"], "没有这个命令：frobnicate", "no such command: frobnicate"),
        (["synth", "x", "--households", "many"], "--households 的值不能用（应为整数）", "--households cannot be used"),
    ],
)
def test_a_call_that_is_wrong_is_said_in_both_languages(call: list[str], zh: str, en: str, tmp_path: Path) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        done = in_a_process(*call, "--lang", lang, cwd=tmp_path)
        assert done.returncode == 2 and words in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


def test_compare_tries_a_parameter_and_other_data(county: Path, tmp_path: Path) -> None:
    base = ("compare", county, *SEED_2021)
    call = fangpin(*base, "--set", "k=2", "--json", cwd=tmp_path)
    assert call.json["changed_parameters"] == [{"parameter": "k", "from": 3, "to": 2}]
    assert sum(sum(row.values()) for row in call.json["moved"].values()) == len(
        [*call.json["entering"], *call.json["leaving"], *call.json["other_moves"]]
    )
    shutil.copytree(county, tmp_path / "later")
    household = pl.read_parquet(county / "household.parquet")
    household.slice(5).write_parquet(tmp_path / "later" / "household.parquet")
    call = fangpin(*base, "--against-data", "later", "--json", cwd=tmp_path)
    assert call.code == 0 and sum(row["absent"] for row in call.json["moved"].values()) == 5
    wrong = fangpin(*base, "--set", "k", cwd=tmp_path)
    assert wrong.code == 2 and "FP-CLI-013" in wrong.err


def test_sensitivity_and_compare_leave_a_page(county: Path, tmp_path: Path) -> None:
    call = fangpin("sensitivity", county, *SEED_2021, "--out", "s", "--json", cwd=tmp_path)
    assert call.code == 0, call.err
    assert sum(call.json["standing"].values()) == call.json["households"] == 600
    assert len(call.json["variants"]) > 60 and len(call.json["always_in"]) == call.json["standing"]["always_in"]
    kept = {p.name for p in (tmp_path / "s").iterdir()}
    assert kept == {"sensitivity.html", "variants.csv", "edges.csv", "households.csv", "households.parquet"}
    call = fangpin("compare", county, *SEED_2021, "--set", "k=2", "--out", "c", "--lang", "en", cwd=tmp_path)
    assert call.code == 0 and {p.name for p in (tmp_path / "c").iterdir()} == {
        "compare.html",
        "moves.csv",
        "moves.parquet",
    }
    (tmp_path / "file").write_text("", "utf-8")
    refused = fangpin("compare", county, *SEED_2021, "--set", "k=2", "--out", "file", cwd=tmp_path)
    assert refused.code == 2 and "FP-RESULT-001" in refused.err
