"""Hostile files: a clear error or a safe value, in bounded time and memory, in a process that can be ended."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fangpin.intake import check, guard
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.limits import Limits, limits
from helpers import ROOT, fangpin, trials
from hostile_files import EVIL, FIRST, HOUSEHOLD, SECOND, made, parquet, text, workbook, zip_of

DEADLY = {name for name, (_, _, code) in EVIL.items() if code == "FP-GUARD-007"}
"""Only a process of its own survives these."""


@pytest.mark.clause("P3.3")
@pytest.mark.parametrize("name", sorted(EVIL.keys() - DEADLY))
def test_a_hostile_file_is_refused_or_read_safely(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGPIN_LIMIT_RATIO_FROM_MB", "30")
    path, code = made(name, tmp_path), EVIL[name][2]
    start = time.process_time()
    if code:
        with pytest.raises(UnusableInput) as caught:
            check(path)
        assert caught.value.code == code
        for lang in ("zh", "en"):
            assert caught.value.remedy is not None and "{" not in caught.value.message(lang)
    else:
        counts = check(path).counts
        assert counts.rows == counts.accepted + counts.accepted_with_findings + counts.refused > 0
    assert time.process_time() - start < 10


@pytest.mark.parametrize("name", sorted(DEADLY))
def test_what_needs_all_memory_is_ended_and_said(name: str, tmp_path: Path) -> None:
    done = fangpin("check", str(made(name, tmp_path)), "--json", "--lang", "en")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "FP-GUARD-007"
    assert "FANGPIN_LIMIT_MEMORY_MB" in done.stderr
    assert not any(word in done.stderr for word in ("Traceback", "panicked", "allocation"))


def test_too_long_is_ended_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGPIN_LIMIT_SECONDS", "0.01")
    monkeypatch.setenv("FANGPIN_LIMIT_SECONDS_PER_MB", "0.001")
    path = tmp_path / "household.csv"
    path.write_bytes(b"household_id,population\n" + b"".join(b"h%d,1\n" % i for i in range(200_000)))
    done = fangpin("check", str(path), "--lang", "zh")
    assert done.returncode == 2
    assert "FP-GUARD-006" in done.stderr and "FANGPIN_LIMIT_SECONDS" in done.stderr and "household.csv" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_the_command_reaches_the_child(tmp_path: Path, number: int, code: int) -> None:
    program = (
        "import sys, time; from fangpin.vocabulary.watch import split; split(lambda *_: None)\n"
        "print('ready', flush=True)\n"
        "try: time.sleep(60)\nexcept KeyboardInterrupt: sys.exit(130)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(number)
        assert running.wait(20) == code


def test_the_exit_codes_of_the_child_are_those_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_bytes(HOUSEHOLD)
    good = fangpin("check", str(tmp_path / "household.csv"), "--json")
    assert good.returncode == 0 and json.loads(good.stdout)["rows"] == 2
    assert fangpin("check", str(tmp_path / "nothing.csv")).returncode == 2


# -- what is said and used all the same ------------------------------------------------------------------------------


def codes(path: Path) -> set[str]:
    return {f.code for f in check(path).findings}


def test_formulas_macros_and_links_are_said(tmp_path: Path) -> None:
    assert "FP-GUARD-020" in codes(made("formula", tmp_path))
    assert "FP-GUARD-021" in codes(made("macro", tmp_path))
    assert "FP-GUARD-022" in codes(made("external link", tmp_path))
    path = tmp_path / "b.xlsx"
    path.write_bytes(workbook(FIRST + f'<row r="2">{text("A2", "h1")}<c r="B2"><f>1+2</f></c></row>'))
    found = {f.code: f for f in check(path).findings}
    assert found["FP-GUARD-023"].severity == "warning" and "1 个公式" in found["FP-GUARD-023"].message.zh
    path.write_bytes(workbook(FIRST + SECOND))
    assert not {code for code in codes(path) if code.startswith("FP-GUARD")}


def test_links_and_pipes_in_a_folder(tmp_path: Path) -> None:
    elsewhere, county = tmp_path / "elsewhere.csv", tmp_path / "county"
    elsewhere.write_bytes(HOUSEHOLD)
    county.mkdir()
    (county / "household.csv").symlink_to(elsewhere)
    (county / "member.csv").symlink_to(county / "member.csv")
    os.mkfifo(county / "loan.csv")
    found = check(county)
    assert found.counts.rows == 2 and "FP-GUARD-024" in found.by_code()
    with pytest.raises(UnusableInput):
        check(county / "loan.csv")


# -- limits ----------------------------------------------------------------------------------------------------------


def test_limits_are_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "household.csv"
    path.write_bytes(HOUSEHOLD)
    monkeypatch.setenv("FANGPIN_LIMIT_COLUMNS", "2")
    with pytest.raises(UnusableInput) as caught:
        check(path)
    assert caught.value.code == "FP-GUARD-002" and "FANGPIN_LIMIT_COLUMNS" in caught.value.message()
    monkeypatch.setenv("FANGPIN_LIMIT_COLUMNS", "0")
    assert check(path).counts.rows == 2
    monkeypatch.setenv("FANGPIN_LIMIT_COLUMNS", "many")
    assert limits() == Limits()


def test_an_honest_large_file_is_within_its_limits() -> None:
    most = Limits()
    assert most.time_for(100_000_000) > 300 and most.memory_for(100_000_000) >= 4_000_000_000
    assert guard.gunzip(gzip.compress(HOUSEHOLD) + gzip.compress(b"more"), "x") == HOUSEHOLD + b"more"


# -- fuzzing ---------------------------------------------------------------------------------------------------------

PROFILE = b"""name: x
title: {zh: x, en: x}
layout: {tables: {household: {columns: {household_id: [a]}}}}
"""
SEEDS: dict[str, bytes] = {
    "a.xlsx": workbook(FIRST + SECOND),
    "household.csv": HOUSEHOLD,
    "a.zip": zip_of(("household.csv", HOUSEHOLD), ("member.csv", b"household_id,person_id\nh1,1\n")),
    "household.parquet": parquet(20),
    "profile.yaml": PROFILE,
    "household.csv.gz": gzip.compress(HOUSEHOLD),
}


def damaged(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """The bytes with some bits turned, cut short, or spliced with others."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 40))):
        at = rng.randrange(len(out)) if out else 0
        kind = rng.randrange(5)
        if kind == 0 and out:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and out:
            out[at] = rng.choice((0, 255, 0x22, 0x0A, 0x2C, rng.randrange(256)))
        elif kind == 2:
            del out[at : at + rng.randrange(1, 40)]
        elif kind == 3:
            start = rng.randrange(len(other))
            out[at:at] = other[start : start + rng.randrange(1, 60)]
        elif rng.random() < 0.2:
            del out[at:]
    return bytes(out)


FUZZER = """
import contextlib, io, json, sys, time
from pathlib import Path
import click
from typer.main import get_command
from fangpin.cli.app import app
command = get_command(app)
for line in sys.stdin:
    call = json.loads(line)
    out, err = io.StringIO(), io.StringIO()
    start = time.process_time()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = command.main(call, standalone_mode=False) or 0
    except SystemExit as error:
        code = error.code or 0
    except click.exceptions.Exit as error:
        code = error.exit_code
    except BaseException as error:
        code = repr(error)
    said = out.getvalue() + err.getvalue()
    print(json.dumps([code, 'Traceback' in said, 'FP-CLI-900' in said, time.process_time() - start, said[-2000:]]), flush=True)
"""


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_damaged_files_never_break_the_command(name: str, tmp_path: Path, rng: random.Random) -> None:
    """A crash of native code ends the process: the file is then given to the watched command, which must say so."""
    calls: list[list[str]] = []
    for number in range(trials(300)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / name
        path.write_bytes(damaged(SEEDS[name], rng.choice(list(SEEDS.values())), rng))
        calls.append(["check", str(path), "--json"])
        if name == "profile.yaml":
            calls[-1] = ["check", str(_table(folder)), "--profile", str(path), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", FUZZER],
        input="\n".join(map(json.dumps, calls)),
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for call, (code, traceback, unforeseen, seconds, said) in zip(calls, answers, strict=False):
        assert code in (0, 1, 2), (call, code, said)
        assert not traceback and not unforeseen, (call, said)
        assert seconds < 10, (call, seconds)
    if len(answers) < len(calls):
        again = fangpin(*calls[len(answers)])
        assert again.returncode == 2 and "Traceback" not in again.stderr, (calls[len(answers)], again.stderr)


def _table(folder: Path) -> Path:
    (folder / "t.csv").write_bytes(HOUSEHOLD)
    return folder / "t.csv"
