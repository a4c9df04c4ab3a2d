"""Reading in a process of its own: the same answer, and a file that would end this process does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import fangpin as fp
from fangpin.intake.isolated import IsolatedPart, read_isolated
from fangpin.synth import generate
from fangpin.vocabulary.ended import ended
from fangpin.vocabulary.errors import UnusableInput
from hostile_files import EVIL, made

DEADLY = sorted(name for name, (_, _, code) in EVIL.items() if code == "FP-GUARD-007")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    generate(folder, 40, seed=2, until=date(2021, 12, 31))
    return folder


@pytest.mark.clause("P3.3")
def test_parquet_parts_are_read_in_a_child_and_are_the_same(county: Path) -> None:
    here, there = fp.read(str(county)), fp.read(str(county), isolated=True)
    assert not there.batch.in_memory
    assert all(isinstance(part, IsolatedPart) for part in there.parts())
    asked = {"member": {"name", "id_number"}}
    mine, other = here.load(asked), there.load(asked)
    assert mine.counts == other.counts
    assert all(frame.equals(other.frames[name]) for name, frame in mine.frames.items())
    first = here.load({}).frames["household"]["household_id"][0]
    assert any(part.may_hold(first) for part in there.parts())


def test_files_in_memory_come_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    path.write_text("household_id,population\n0417,三\n0418,2\n", "utf-8")
    here, there = fp.read(str(path)), fp.read(str(path), isolated=True)
    assert there.counts == here.counts
    assert [f.to_json() for f in there.findings] == [f.to_json() for f in here.findings]
    assert there.load().frames["household"].equals(here.load().frames["household"])


@pytest.mark.parametrize("name", DEADLY)
def test_what_would_take_all_memory_is_an_error_here(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput) as caught:
        read_isolated(made(name, tmp_path))
    assert caught.value.code == "FP-GUARD-007"
    assert caught.value.remedy is not None
    assert "FANGPIN_LIMIT_MEMORY_MB" in caught.value.message("en")


def test_what_is_refused_is_refused_with_its_own_code(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput) as caught:
        fp.read(str(tmp_path / "nothing"), isolated=True)
    assert caught.value.code == "FP-INTAKE-001"


def test_too_long_is_an_error_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGPIN_LIMIT_SECONDS", "0.01")
    monkeypatch.setenv("FANGPIN_LIMIT_SECONDS_PER_MB", "0.001")
    path = tmp_path / "household.csv"
    path.write_bytes(b"household_id,population\n" + b"".join(b"h%d,1\n" % i for i in range(200_000)))
    with pytest.raises(UnusableInput) as caught:
        read_isolated([path])
    assert caught.value.code == "FP-GUARD-006"


def test_frames_are_read_here() -> None:
    assert fp.read({"household": pl.DataFrame({"household_id": ["h"]})}, isolated=True).counts.rows == 1


def test_a_crash_says_so() -> None:
    error = ended("crash", {})
    assert error.code == "FP-GUARD-008"
    assert error.remedy is not None
