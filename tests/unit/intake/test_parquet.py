"""Parquet: parts share no household, and together they say what one file would."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from fangpin.intake import check, plan, read_batch
from fangpin.registry.checks import Examiner
from fangpin.synth import generate
from fangpin.vocabulary.errors import UnusableInput

HOUSEHOLDS = [f"350526{i:06d}" for i in range(40)]


def _write(path: Path, ids: list[str | None], *, table: str = "household", **more: list[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame({"household_id": pl.Series(ids, dtype=pl.String), **more})
    if table == "member":
        frame = frame.with_columns(person_id=pl.int_range(pl.len()).over("household_id").cast(pl.String))
    frame.write_parquet(path, row_group_size=8)


def _counties(tmp_path: Path) -> Path:
    for number, start in enumerate(range(0, 40, 10)):
        ids = HOUSEHOLDS[start : start + 10]
        _write(tmp_path / "household" / "35" / f"c{number}.parquet", ids, population=[3] * 10)
        _write(tmp_path / "member" / "35" / f"c{number}.parquet", [i for i in ids for _ in range(3)], table="member")
    return tmp_path


def _together(source: Path) -> dict[str, list[str]]:
    """Accepted keys over all parts; no household in two parts."""
    batch = read_batch(source)
    seen: set[str] = set()
    keys: dict[str, list[str]] = {"household": [], "member": []}
    for part in batch.parts:
        frames = part.load().frames
        own = set(frames["household"]["household_id"].to_list())
        assert not own & seen
        assert set(frames["member"]["household_id"].to_list()) <= own
        seen |= own
        for name in keys:
            keys[name] += frames[name]["household_id"].to_list()
    return {name: sorted(found) for name, found in keys.items()}


def test_one_part_a_county(tmp_path: Path) -> None:
    batch = read_batch(_counties(tmp_path))
    assert [part.name for part in batch.parts] == ["35/c0", "35/c1", "35/c2", "35/c3"]
    assert not batch.in_memory
    assert _together(tmp_path) == {"household": HOUSEHOLDS, "member": sorted(HOUSEHOLDS * 3)}
    assert check(tmp_path).counts.rows == 160
    assert check(tmp_path).counts.refused == 0


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    loaded = read_batch(_counties(tmp_path)).parts[0].load({"member": {"birth_date"}})
    assert loaded.frames["household"].columns == ["household_id", "valid_from", "valid_to", "known_at"]
    assert loaded.frames["member"].columns == [
        "person_id",
        "household_id",
        "birth_date",
        "valid_from",
        "valid_to",
        "known_at",
    ]
    assert loaded.frames["member"]["birth_date"].null_count() == 30
    assert loaded.frames["living"].height == 0
    in_memory = read_batch(
        {"household": pl.DataFrame({"household_id": ["h"]}), "living": pl.DataFrame({"household_id": ["h"]})}
    ).parts[0]
    assert in_memory.load({"household": {"population"}}).frames["household"].columns == [
        "household_id",
        "population",
        "valid_from",
        "valid_to",
        "known_at",
    ]
    assert in_memory.load({}).frames["living"].height == 0


@pytest.mark.parametrize(
    "living",
    [
        HOUSEHOLDS[:10],
        HOUSEHOLDS[2:9],
        [HOUSEHOLDS[0], *HOUSEHOLDS[:10]],
        [*HOUSEHOLDS[:10], HOUSEHOLDS[0]],
        [*HOUSEHOLDS[:9], "x", "x"],
        [*HOUSEHOLDS[:4], None, *HOUSEHOLDS[5:9]],
        HOUSEHOLDS[9::-1],
        [f"{HOUSEHOLDS[0]} "],
    ],
)
def test_rows_of_a_household_wherever_they_stand(tmp_path: Path, living: list[str | None]) -> None:
    _write(tmp_path / "household.parquet", HOUSEHOLDS[:10])
    _write(tmp_path / "living.parquet", living)
    _write(tmp_path / "member.parquet", living, table="member")
    parquet, memory = (
        check(tmp_path),
        check({name: pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("household", "living", "member")}),
    )
    assert parquet.by_table == memory.by_table
    assert parquet.by_code() == memory.by_code()
    keys = [(i or "").strip() for i in living]
    accepted = [i for i in keys if keys.count(i) == 1 and i in HOUSEHOLDS[:10]]
    assert read_batch(tmp_path).load().frames["living"]["household_id"].to_list() == accepted


def test_a_household_in_two_counties_is_doubled(tmp_path: Path) -> None:
    _counties(tmp_path)
    _write(tmp_path / "household" / "35" / "c1.parquet", [*HOUSEHOLDS[10:20], HOUSEHOLDS[0]], population=[3] * 11)
    result = check(tmp_path)
    assert result.counts.refused == 2 + 3
    assert result.counts.rows == 161
    assert {f.record for f in result.findings if f.code == "FP-INTAKE-042"} == {HOUSEHOLDS[0]}
    assert {f.file for f in result.findings if f.code == "FP-INTAKE-042"} == {
        "household/35/c0.parquet",
        "household/35/c1.parquet",
    }


def test_a_member_in_another_county_s_file_is_found(tmp_path: Path) -> None:
    _counties(tmp_path)
    ids = [i for i in HOUSEHOLDS[10:20] for _ in range(2)]
    _write(tmp_path / "member" / "35" / "c1.parquet", [*ids, HOUSEHOLDS[35], "nobody"], table="member")
    result = check(tmp_path)
    orphans = [f for f in result.findings if f.code == "FP-INTAKE-044"]
    assert [(f.record, f.file, f.row) for f in orphans] == [("nobody/0", "member/35/c1.parquet", 23)]
    # its person number recurs in the household's own file: two rows with one key
    assert {f.record for f in result.findings if f.code == "FP-INTAKE-041"} == {f"{HOUSEHOLDS[35]}/0"}


@pytest.mark.parametrize("dirty", [False, True])
@pytest.mark.parametrize("numbers", [False, True])
def test_one_big_file_is_cut_by_ranges_of_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dirty: bool, numbers: bool
) -> None:
    monkeypatch.setattr(plan, "PART_HOUSEHOLDS", 7)
    monkeypatch.setattr(plan, "_SAMPLE", 1)
    ids: list[str | None] = [*HOUSEHOLDS[::-1], None, HOUSEHOLDS[3]]
    members: list[str | None] = [i for i in HOUSEHOLDS for _ in range(2)]
    if dirty and not numbers:
        ids[5], members[8], members[9] = f" {ids[5]} ", f"{members[8]}\t", f"{members[9]}\t"
    for name, keys in (("household", ids), ("member", members)):
        _write(tmp_path / f"{name}.parquet", keys, table=name)
        if numbers:
            frame = pl.read_parquet(tmp_path / f"{name}.parquet")
            frame.with_columns(pl.col("household_id").cast(pl.Int64)).write_parquet(tmp_path / f"{name}.parquet")
    batch = read_batch(tmp_path)
    assert len(batch.parts) > 3
    expected = sorted(set(HOUSEHOLDS) - {HOUSEHOLDS[3]})
    assert _together(tmp_path) == {"household": expected, "member": sorted(expected * 2)}
    result = check(tmp_path)
    assert result.counts.rows == 42 + 80
    assert result.counts.refused == 1 + 2 + 2
    assert [f.row for f in result.findings if f.code == "FP-INTAKE-040"] == [42]
    assert sorted(f.row for f in result.findings if f.code == "FP-INTAKE-042") == [38, 43]


def test_versions_of_a_household_in_two_files_meet(tmp_path: Path) -> None:
    for number, day in enumerate(("2020-01-01", "2021-01-01")):
        _write(tmp_path / "household" / f"{number}.parquet", ["h1"], known_at=[day])
    batch = read_batch(tmp_path)
    assert len(batch.parts) == 1
    assert batch.load().frames["household"].height == 2


def test_findings_of_a_part_are_capped_and_the_rest_is_counted(tmp_path: Path) -> None:
    ids = [f"h{i:05d}" for i in range(3000)]
    _write(tmp_path / "household.parquet", ids, population=["x"] * 3000)
    result = check(tmp_path)
    assert len([f for f in result.findings if f.code == "FP-INTAKE-020"]) == 1000
    rest = [f for f in result.findings if f.code == "FP-INTAKE-050"]
    assert [(f.field, f.severity) for f in rest] == [("household.population", "error")]
    assert "2000" in rest[0].message.en
    assert result.counts.accepted_with_findings == 3000


def test_findings_about_columns_are_said_once_for_all_files(tmp_path: Path) -> None:
    _counties(tmp_path)
    _write(tmp_path / "household" / "35" / "c2.parquet", HOUSEHOLDS[20:30], typo=["x"] * 10)
    findings = read_batch(tmp_path).findings
    assert [(f.file, f.column) for f in findings if f.code == "FP-INTAKE-011"] == [("household/35/c2.parquet", "typo")]
    lacking = [f for f in findings if f.field == "household.population"]
    assert [f.file for f in lacking] == ["household/35/c2.parquet"]


def test_doubled_names_in_a_parquet_file(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_arrays(
        [pa.array(["h1"]), pa.array([3]), pa.array([4])], names=["household_id", "population", "population"]
    )
    pq.write_table(table, tmp_path / "household.parquet")
    result = check(tmp_path)
    assert [f.code for f in result.findings if f.field == "household.population"] == ["FP-INTAKE-013"]
    assert read_batch(tmp_path).load().frames["household"]["population"].to_list() == [None]


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    _counties(tmp_path)
    bad = tmp_path / "member" / "35" / "c2.parquet"
    bad.write_bytes(bad.read_bytes()[:-20])
    with pytest.raises(UnusableInput, match=r"member/35/c2\.parquet"):
        read_batch(tmp_path)


def test_csv_beside_parquet(tmp_path: Path) -> None:
    _write(tmp_path / "household.parquet", ["h1", "h2"])
    (tmp_path / "member.csv").write_text("household_id,person_id\nh1,1\n")
    batch = read_batch(tmp_path)
    assert batch.in_memory
    assert batch.load().counts.rows == 3


def test_a_large_part_is_checked_in_smaller_ones_with_the_same_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = import_module("fangpin.intake.check")
    generate(tmp_path, 1_200, seed=4, county="350526", until=date(2021, 12, 31))
    whole = checking.check(str(tmp_path), examiner=Examiner(date(2021, 12, 31)))
    monkeypatch.setattr(checking, "PART_HOUSEHOLDS", 400)
    monkeypatch.setattr(plan, "_SAMPLE", 10)
    cut = checking.check(str(tmp_path), examiner=Examiner(date(2021, 12, 31)))
    assert cut.counts == whole.counts
    assert cut.by_table == whole.by_table
    places = [{(f.code, f.record, f.file, f.row, f.column) for f in result.findings} for result in (whole, cut)]
    assert places[0] == places[1]
    assert any(f.code in ("FP-DQ-002", "FP-DQ-208") for f in cut.findings) or len(places[0]) > 100


def test_findings_beyond_the_room_are_counted_and_the_exit_code_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = import_module("fangpin.intake.check")
    frame = pl.DataFrame({"household_id": [f"h{i:05}" for i in range(4_000)], "region_code": ["999999"] * 4_000})
    frame.write_parquet(tmp_path / "household.parquet")
    monkeypatch.setattr(checking, "MOST_OF_PARTS", 30)
    monkeypatch.setattr(checking, "PART_HOUSEHOLDS", 1_000)
    monkeypatch.setattr(plan, "_SAMPLE", 10)
    result = checking.check(str(tmp_path))
    listed = [f for f in result.findings if f.code == "FP-INTAKE-029"]
    assert len(listed) == 30
    assert any(f.code == "FP-INTAKE-050" and "FP-INTAKE-029" in f.message.en for f in result.findings)
    assert (result.counts.rows, result.counts.accepted_with_findings) == (4_000, 4_000)
