"""Any size, any engine: datasets by county, Spark, parts that fail, runs that are stopped and go on."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fangpin as fp
from calls import SEED_2021, Call, fangpin
from fangpin.engine import spark as engine
from fangpin.identification import parts
from fangpin.intake import address
from fangpin.reports import staging
from fangpin.synth import generate
from fangpin.vocabulary.errors import FangpinError, UnusableInput
from helpers import ROOT

COUNTIES = ("350526", "522722", "622926")
TABLES = ("household", "member", "living", "income_year")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three counties as Spark would leave them: a folder for each, files with names of their own."""
    folder = tmp_path_factory.mktemp("region")
    for number, county in enumerate(COUNTIES):
        one = tmp_path_factory.mktemp(county)
        generate(one, households=80, seed=number, county=county)
        for table in TABLES:
            place = folder / table / f"county={county}"
            place.mkdir(parents=True)
            frame = pl.read_parquet(one / f"{table}.parquet")
            half = frame.height // 2
            frame[:half].write_parquet(place / f"part-00000-{table}.c000.zstd.parquet")
            frame[half:].write_parquet(place / f"part-00001-{table}.c000.zstd.parquet")
    return folder


@pytest.fixture(scope="module")
def whole(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run without trouble gives."""
    out = tmp_path_factory.mktemp("whole")
    assert fangpin("identify", region, *SEED_2021, "--out", out, cwd=out).code == 0
    return out


def same_verdicts(out: Path, whole: Path) -> bool:
    """Whether two results hold the same files, byte by byte."""
    one, two = ({p.name: p.read_bytes() for p in (x / "verdicts.parquet").iterdir()} for x in (out, whole))
    return one == two


def left(out: Path) -> list[str]:
    """What stands in a folder of results beside a result."""
    return sorted({p.name for p in out.iterdir()} - {"verdicts.parquet", "manifest.json", "report.html"})


def test_a_dataset_by_county_gives_a_dataset_by_county(region: Path, whole: Path) -> None:
    assert [p.name for p in fp.read(region).parts()] == [f"county={c}" for c in COUNTIES]
    assert sorted(p.name for p in (whole / "verdicts.parquet").iterdir()) == [f"{c}.parquet" for c in COUNTIES]
    assert left(whole) == []
    together = fp.identify(fp.read(region), fp.standard(SEED_2021[1], as_of=SEED_2021[3])).to_polars()
    assert pl.read_parquet(whole / "verdicts.parquet" / "*.parquet").equals(together)
    assert json.loads((whole / "manifest.json").read_text("utf-8"))["engine"]["name"] == "polars"


def test_an_address_is_read_like_a_folder(region: Path, whole: Path, tmp_path: Path) -> None:
    call = fangpin("identify", f"file://{region}", *SEED_2021, "--out", "out", cwd=tmp_path)
    assert call.code == 0, call.err
    assert same_verdicts(tmp_path / "out", whole)
    assert fp.read(f"file://{region}").snapshot_hash() == fp.read(region).snapshot_hash()
    assert fangpin("replay", "out/manifest.json", "--json", cwd=tmp_path).json["same"] is True


def test_an_address_that_polars_does_not_read_goes_through_arrow(region: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "READ_BY_POLARS", ())
    standard = fp.standard(SEED_2021[1], as_of=SEED_2021[3])
    there = fp.identify(fp.read(f"file://{region}"), standard).to_polars()
    assert there.equals(fp.identify(fp.read(region), standard).to_polars())


@pytest.mark.parametrize("place", ["hdfs://127.0.0.1:1/nation", "spork://x/y", "file:///nowhere/at/all"])
def test_an_address_that_cannot_be_read_is_said(place: str, tmp_path: Path) -> None:
    call = fangpin("identify", place, *SEED_2021, "--out", "out", "--lang", "en", cwd=tmp_path)
    assert call.code == 2 and "FP-ADDRESS-001" in call.err and place in call.err and "remedy" in call.err
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_not_written_to_an_address(region: Path, tmp_path: Path) -> None:
    call = fangpin("identify", region, *SEED_2021, "--out", "s3://bucket/out", cwd=tmp_path)
    assert call.code == 2 and "FP-ADDRESS-002" in call.err and list(tmp_path.iterdir()) == []


def test_a_county_with_other_columns_is_named(region: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(region, data)
    for path in (data / "living" / "county=522722").iterdir():
        frame = pl.read_parquet(path)
        other = frame.drop("house_grade").with_columns(pl.col("internet").cast(pl.String), water_taste=1)
        other.write_parquet(path)
    result = fp.identify(fp.read(data), fp.standard(SEED_2021[1], as_of=SEED_2021[3]))
    table = result.to_polars()
    there = table["region_code"].str.starts_with("522722")
    clean = fp.identify(fp.read(region), result.standard).to_polars()
    assert table.filter(~there).equals(clean.filter(~there))
    assert table.filter(there)["L1"].null_count() > clean.filter(there)["L1"].null_count()
    said = {(f.code, f.field or f.column, f.file) for f in result.findings if "522722" in f.file}
    assert {field for _, field, _ in said} >= {"living.house_grade"}


# -- Spark -----------------------------------------------------------------------------------------------------------


@pytest.mark.xdist_group("spark")
@pytest.mark.usefixtures("spark")
def test_spark_gives_the_same_bytes(region: Path, whole: Path, tmp_path: Path) -> None:
    call = fangpin("identify", region, *SEED_2021, "--engine", "spark", "--out", "out", "--json", cwd=tmp_path)
    assert call.code == 0 and call.json["engine"]["name"] == "spark" and call.json["engine"]["version"]
    assert same_verdicts(tmp_path / "out", whole)
    assert left(tmp_path / "out") == []


@pytest.mark.xdist_group("spark")
@pytest.mark.usefixtures("spark")
def test_a_part_that_fails_on_spark_is_named(region: Path, tmp_path: Path) -> None:
    data = damaged(region, tmp_path)
    call = fangpin("identify", data, *SEED_2021, "--engine", "spark", "--out", "out", "--json", cwd=tmp_path)
    assert call.code == 1 and call.json["failed_parts"] == ["county=522722"]
    assert "county=522722" in call.err and "FP-" not in call.out.partition('"failed_parts"')[0]


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the session that other tests have started."""
    monkeypatch.setattr(engine, "_active", lambda: None)
    engine._started.cache_clear()


def refused(code: str, region: Path, tmp_path: Path) -> Call:
    """A call on Spark that ends with 2, says why and what to do, and writes nothing."""
    call = fangpin("identify", region, *SEED_2021, "--engine", "spark", "--out", "out", "--lang", "en", cwd=tmp_path)
    assert call.code == 2 and call.err.startswith(code) and "remedy" in call.err and "polars" in call.err
    assert list(tmp_path.iterdir()) == []
    return call


@pytest.mark.usefixtures("no_session")
def test_no_pyspark(region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.importlib.util, "find_spec", lambda name: None)
    refused("FP-ENGINE-001", region, tmp_path)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("said", [None, "1.8.0_412", "17-broken"])
def test_no_java_or_an_old_one(
    said: str | None,
    region: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("pyspark")
    home = tmp_path_factory.mktemp("java")
    if said:
        (home / "bin").mkdir()
        (home / "bin" / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\"' >&2\n", "utf-8")
        (home / "bin" / "java").chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.delenv(engine.MASTER, raising=False)
    code = "FP-ENGINE-004" if said == "17-broken" else "FP-ENGINE-002"
    refused(code, region, tmp_path)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("address", ["spark://127.0.0.1:{port}", "sc://127.0.0.1:{port}/;token=secret", "spork"])
def test_a_cluster_that_is_not_there(
    address: str, region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.hindrance() is not None:
        pytest.skip("no Spark")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.delenv(engine.MASTER, raising=False)
    monkeypatch.setenv(engine.REMOTE if address.startswith("sc") else engine.MASTER, address.format(port=port))
    call = refused("FP-ENGINE-003", region, tmp_path)
    assert "secret" not in call.err


# -- parts that fail -------------------------------------------------------------------------------------------------


def damaged(region: Path, tmp_path: Path) -> Path:
    """The region with one county's members damaged behind an intact footer."""
    data = tmp_path / "data"
    shutil.copytree(region, data)
    for path in (data / "member" / "county=522722").iterdir():
        content = bytearray(path.read_bytes())
        content[4:2000] = bytes(1996)
        path.write_bytes(content)
    return data


def test_a_part_that_fails_is_tried_again_and_named_and_the_rest_stands(
    region: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    judged = parts.judged

    def counting(registry: Any, part: Any, *more: Any) -> Any:
        tried.append(part.name)
        return judged(registry, part, *more)

    monkeypatch.setattr(parts, "judged", counting)
    data = damaged(region, tmp_path)
    call = fangpin("identify", data, *SEED_2021, "--out", "out", "--json", cwd=tmp_path)
    assert call.code == 1 and call.json["failed_parts"] == ["county=522722"] and call.json["households"] == 160
    assert tried == ["county=350526", "county=522722", "county=522722", "county=622926"]
    assert "county=522722" in call.err
    assert "county=522722" in (tmp_path / "out" / "report.html").read_text("utf-8")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert [f["part"] for f in manifest["result"]["failed_parts"]] == ["county=522722"]

    for path in (region / "member" / "county=522722").iterdir():
        (data / "member" / "county=522722" / path.name).write_bytes(path.read_bytes())
    tried.clear()
    call = fangpin("identify", data, *SEED_2021, "--out", "out", "--resume", "--json", cwd=tmp_path)
    assert call.code == 0 and call.json["failed_parts"] == [] and tried == ["county=522722"]
    assert same_verdicts(tmp_path / "out", whole) and left(tmp_path / "out") == []


def test_a_table_with_a_part_missing_is_not_handed_out(region: Path, tmp_path: Path) -> None:
    registry, standard = fp.read(damaged(region, tmp_path)), fp.standard(SEED_2021[1], as_of=SEED_2021[3])
    with pytest.raises(FangpinError, match="FP-INTAKE-006"):
        fp.identify(registry, standard).to_polars()


def test_where_every_part_fails_nothing_is_written(
    region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise MemoryError("no room")

    monkeypatch.setattr(parts, "judged", never)
    call = fangpin("identify", region, *SEED_2021, "--out", "out", cwd=tmp_path)
    assert call.code == 2 and "FP-IDENTIFY-002" in call.err and "no room" in call.err
    assert list((tmp_path / "out").iterdir()) == []


# -- runs that are stopped -------------------------------------------------------------------------------------------

STOPPED = """
import os, signal, sys, time
from fangpin.identification import parts
from fangpin.intake import address
judged, seen = parts.judged, []
def stopping(registry, part, *more):
    if len(seen) == {after}:
        os.kill(os.getppid() if {signal!r} == "SIGKILL" else os.getpid(), signal.{signal})  # the command, whole
        time.sleep(60)
    seen.append(part.name)
    return judged(registry, part, *more)
parts.judged = stopping
from fangpin.cli import main
sys.argv = ["fangpin", "identify", {data!r}, *{rest!r}]
main()
"""


def stopped(data: Path, out: Path, after: int, by: str) -> subprocess.CompletedProcess[str]:
    """A run that is stopped by a signal after some parts."""
    rest = [*SEED_2021, "--out", str(out)]
    code = STOPPED.format(after=after, signal=by, data=str(data), rest=rest)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(("by", "code"), [("SIGKILL", -signal.SIGKILL), ("SIGINT", 130)])
def test_a_run_that_was_stopped_goes_on_where_it_stopped(
    by: str, code: int, region: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    done = stopped(region, out, 2, by)
    assert done.returncode == code, done.stderr
    assert left(out) == [staging.RUN] and not (out / "verdicts.parquet").exists()
    if by == "SIGINT":
        assert "--resume" in done.stderr
    judged, tried = parts.judged, []

    def counting(registry: Any, part: Any, *more: Any) -> Any:
        tried.append(part.name)
        return judged(registry, part, *more)

    monkeypatch.setattr(parts, "judged", counting)
    call = fangpin("identify", region, *SEED_2021, "--out", out, "--resume", "--json", cwd=tmp_path)
    assert call.code == 0 and tried == ["county=622926"]
    assert same_verdicts(out, whole) and left(out) == []
    assert json.loads((out / "manifest.json").read_text("utf-8"))["result"]["resumed_parts"] == 2
    report, clean = ((x / "report.html").read_text("utf-8") for x in (out, whole))
    assert len(report) == len(clean)


def test_what_was_spoilt_is_done_again_and_another_run_is_refused(
    region: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert stopped(region, out, 2, "SIGKILL").returncode == -signal.SIGKILL
    other = ("--standard", SEED_2021[1], "--as-of", "2021-06-30")
    call = fangpin("identify", region, *other, "--out", out, "--resume", cwd=tmp_path)
    assert call.code == 2 and "FP-RESULT-003" in call.err and "as_of" in call.err
    first = next(p for p in sorted((out / staging.RUN).iterdir()) if p.is_dir())
    spoilt = next(first.glob("3*.parquet"))
    spoilt.write_bytes(spoilt.read_bytes()[:-40] + bytes(40))
    judged, tried = parts.judged, []

    def counting(registry: Any, part: Any, *more: Any) -> Any:
        tried.append(part.name)
        return judged(registry, part, *more)

    monkeypatch.setattr(parts, "judged", counting)
    assert fangpin("identify", region, *SEED_2021, "--out", out, "--resume", cwd=tmp_path).code == 0
    assert tried == ["county=350526", "county=622926"]
    assert same_verdicts(out, whole)


def test_two_runs_do_not_share_a_folder(region: Path, whole: Path, tmp_path: Path) -> None:
    held = staging._locked(tmp_path / staging.RUN)
    assert held is not None
    call = fangpin("identify", region, *SEED_2021, "--out", tmp_path, "--resume", cwd=tmp_path)
    assert call.code == 2 and "FP-RESULT-004" in call.err
    assert fangpin("identify", region, *SEED_2021, "--out", tmp_path, cwd=tmp_path).code == 0
    assert same_verdicts(tmp_path, whole) and left(tmp_path) == [staging.RUN]
    held.close()


# -- disks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A disk of 100 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(place)]
    if not sys.platform.startswith("linux") or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can be made by root only")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(region: Path, small_disk: Path, tmp_path: Path) -> None:
    before = sorted(p.name for p in small_disk.iterdir())
    call = fangpin("identify", region, *SEED_2021, "--out", small_disk / "out", cwd=tmp_path)
    assert call.code == 2 and "FP-RESULT-002" in call.err
    assert before == [] and left(small_disk / "out") in ([], [staging.RUN])
    assert not (small_disk / "out" / "verdicts.parquet").exists()


def test_a_full_disk_is_said_and_the_run_goes_on_later(
    region: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, count = staging.written, []

    def full(frame: pl.DataFrame, path: Path) -> None:
        count.append(path)
        if len(count) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        written(frame, path)

    monkeypatch.setattr(staging, "written", full)
    call = fangpin("identify", region, *SEED_2021, "--out", "out", "--lang", "en", cwd=tmp_path)
    assert call.code == 2 and "FP-RESULT-002" in call.err and "the disk is full" in call.err and "--resume" in call.err
    assert left(tmp_path / "out") == [staging.RUN] and not (tmp_path / "out" / "verdicts.parquet").exists()
    monkeypatch.setattr(staging, "written", written)
    assert fangpin("identify", region, *SEED_2021, "--out", "out", "--resume", cwd=tmp_path).code == 0
    assert same_verdicts(tmp_path / "out", whole)


def test_an_error_crosses_processes_whole() -> None:
    import pickle

    error = engine.hindrance() or UnusableInput(
        "FP-X-001", fp.Text("甲", "a"), place="here", read="1", remedy=fp.Text("乙", "b")
    )
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert [again.message(x) for x in ("zh", "en")] == [error.message(x) for x in ("zh", "en")]
