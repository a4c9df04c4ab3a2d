"""Properties: whatever the input, rows in are rows accounted for, and quick reading says what slow reading says."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangpin import tables
from fangpin.intake import Counts, check, read_batch
from fangpin.intake import quick as quick_module
from fangpin.intake.columns import read_column
from fangpin.vocabulary.errors import UnusableInput
from helpers import trials

QUIET = settings(
    max_examples=trials(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
IDS = st.sampled_from(["h1", "h2", "h3", " h1", "h1 ", "", None, "一", "h1\t"])
DAYS = st.sampled_from([None, "2021-01-01", "2020-06-30", "x"])
CELLS = st.none() | st.text(max_size=6) | st.sampled_from(["1", "男", "-1", "2021-02-30", "1;2", "3.0", "是", "1e9"])
MEMBER_ROW = st.fixed_dictionaries(
    {
        "household_id": IDS,
        "person_id": IDS,
        "sex": CELLS,
        "birth_date": CELLS,
        "work_months": CELLS,
        "work_monthly_income": CELLS,
        "health_status": CELLS,
        "valid_from": DAYS,
        "known_at": DAYS,
    }
)
HOUSEHOLD_ROW = st.fixed_dictionaries(
    {"household_id": IDS, "population": CELLS, "region_code": CELLS, "valid_from": DAYS, "known_at": DAYS}
)
INCOME_ROW = st.fixed_dictionaries({"household_id": IDS, "year": CELLS, "net_income_pc": CELLS})


def _clean(value: str | None) -> str | None:
    return (value or "").strip() or None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value and value != "x" else None


def expected_refusals(households: list[dict[str, Any]], members: list[dict[str, Any]]) -> tuple[int, int]:
    """Refused households and members, by the words of the page, in plain Python.

    A doubled id refuses its rows from the day it is doubled; what was known before that day still speaks for the days
    before (decision 0008).
    """
    ids = [_clean(row["household_id"]) for row in households]
    rows = [(i, _day(r["valid_from"]), _day(r["known_at"])) for i, r in zip(ids, households, strict=True)]
    often_so = Counter(rows)
    since: dict[str, date | None] = {}
    for version, count in often_so.items():
        if version[0] is not None and count > 1:
            known = version[2]
            before = since.get(version[0], known)
            since[version[0]] = None if known is None or before is None else min(before, known)
    kept = [(i, k) for i, _v, k in rows if i is not None and not _from(i, k, since)]
    refused, accepted = len(rows) - len(kept), {i for i, _k in kept}
    keys = [
        (_clean(r["household_id"]), _clean(r["person_id"]), _day(r["valid_from"]), _day(r["known_at"])) for r in members
    ]
    often = Counter(keys)
    gone = sum(k[0] is None or k[1] is None or often[k] > 1 or k[0] not in accepted for k in keys)
    return refused, gone


def _from(household: str, known: date | None, since: dict[str, date | None]) -> bool:
    """Whether a row is from the day on which its id was doubled, or later."""
    if household not in since:
        return False
    start = since[household]
    return start is None or (known is not None and known >= start)


@QUIET
@given(st.lists(HOUSEHOLD_ROW, max_size=8), st.lists(MEMBER_ROW, max_size=12), st.lists(INCOME_ROW, max_size=5))
def test_rows_in_are_rows_accounted_for(households: list[Any], members: list[Any], incomes: list[Any]) -> None:
    frames = {
        name: pl.DataFrame(rows, schema=dict.fromkeys(keys, pl.String))
        for name, rows, keys in (
            ("household", households, ["household_id", "population", "region_code", "valid_from", "known_at"]),
            ("member", members, list(MEMBER_KEYS)),
            ("income_year", incomes, ["household_id", "year", "net_income_pc"]),
        )
    }
    result = check(frames)
    counts = result.counts
    assert counts.rows == len(households) + len(members) + len(incomes)
    assert counts.rows == counts.accepted + counts.accepted_with_findings + counts.refused
    loaded = read_batch(frames).load()
    for name, frame in loaded.frames.items():
        some = result.by_table[name]
        assert frame.height == some.accepted + some.accepted_with_findings
        assert frame.schema == tables.polars_schema(name)
    assert (result.by_table["household"].refused, result.by_table["member"].refused) == expected_refusals(
        households, members
    )
    refused_rows = {(f.file, f.row) for f in result.findings if "FP-INTAKE-040" <= f.code <= "FP-INTAKE-044"}
    assert len(refused_rows) == counts.refused, "every refused row is named"
    told = {(f.file, f.row) for f in result.findings if f.row and f.severity != "info"} - refused_rows
    assert len(told) == counts.accepted_with_findings
    assert result.exit_code == int(bool(counts.refused) or any(f.severity == "error" for f in result.findings))


@QUIET
@given(
    st.lists(HOUSEHOLD_ROW, max_size=6),
    st.lists(MEMBER_ROW, max_size=8),
    st.lists(INCOME_ROW, max_size=5),
    st.integers(0, 1),
)
def test_parquet_says_what_frames_say(
    tmp_path: Path, households: list[Any], members: list[Any], incomes: list[Any], parts: int
) -> None:
    frames = {
        "household": pl.DataFrame(households, schema=dict.fromkeys(HOUSEHOLD_KEYS, pl.String)),
        "member": pl.DataFrame(members, schema=dict.fromkeys(MEMBER_KEYS, pl.String)),
        "income_year": pl.DataFrame(incomes, schema=dict.fromkeys(INCOME_KEYS, pl.String)),
    }
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    for name, frame in frames.items():
        pieces = [frame[::2], frame[1::2]] if parts else [frame]
        (folder / name).mkdir()
        for number, piece in enumerate(pieces):
            piece.write_parquet(folder / name / f"{number}.parquet")
    by_file, by_frame = check(folder), check(frames)
    assert by_file.by_table == by_frame.by_table
    assert by_file.by_code() == by_frame.by_code()
    batch = read_batch(folder)
    loaded = [part.load().frames for part in batch.parts]
    for name, frame in read_batch(frames).load().frames.items():
        together = pl.concat([part[name] for part in loaded])
        assert together.height == frame.height
        assert Counter(map(str, together.rows())) == Counter(map(str, frame.rows()))


HOUSEHOLD_KEYS = ("household_id", "population", "region_code", "valid_from", "known_at")
INCOME_KEYS = ("household_id", "year", "net_income_pc")
MEMBER_KEYS = (
    "household_id",
    "person_id",
    "sex",
    "birth_date",
    "work_months",
    "work_monthly_income",
    "health_status",
    "valid_from",
    "known_at",
)


@QUIET
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_never_a_traceback(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "household.csv"
    path.write_bytes(data)
    with pytest.raises(UnusableInput):
        read_batch(path)
    path.write_bytes(b"household_id,population\n" + data)
    try:
        counts = read_batch(path).load().counts
    except UnusableInput:
        return
    assert counts.rows == counts.accepted + counts.accepted_with_findings + counts.refused


@QUIET
@given(st.lists(st.lists(st.text('ab,"\n 1;\r', max_size=5), min_size=1, max_size=4), max_size=8))
def test_csv_rows_are_those_of_the_csv_module(tmp_path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path = tmp_path / "household.csv"
    path.write_bytes(("household_id,address\r\n" + out.getvalue()).encode())
    expected = sum(1 for row in csv.reader(io.StringIO(out.getvalue(), newline="")) if row)
    assert read_batch(path).load().counts.rows == expected


TYPES: dict[str, tuple[pl.DataType, st.SearchStrategy[Any]]] = {
    "household.population": (pl.Int64(), st.integers(-3, 5) | st.just(2**40)),
    "member.work_months": (pl.Int16(), st.integers(-1, 14)),
    "member.age": (pl.Float64(), st.sampled_from([1.0, 2.5, 131.0, float("nan"), float("inf")])),
    "living.farmland": (pl.Float32(), st.sampled_from([1.0, -2.5, float("nan"), float("inf")])),
    "income_year.a": (pl.Decimal(18, 2), st.decimals(-2_000_000_000, 2_000_000_000, places=2)),
    "income_year.net_income_pc": (pl.Decimal(38, 9), st.decimals(-10, 10, places=9)),
    "income_year.b": (pl.Float64(), st.sampled_from([1.25, -1.0, 2e9, float("nan"), float("-inf"), 1e300])),
    "income_year.c": (pl.UInt64(), st.integers(0, 2**63)),
    "member.sex": (pl.String(), st.sampled_from(["1", "2", "男", "9", "", " 1"])),
    "member.student_status": (pl.Categorical(), st.sampled_from(["01", "1", "七年级", "x"])),
    "living.durables": (pl.List(pl.String), st.lists(st.sampled_from(["1", "2", "9", None, "手机"]), max_size=3)),
    "member.bedridden": (pl.Int8(), st.sampled_from([0, 1, 2])),
    "member.birth_date": (pl.Datetime(), st.datetimes(min_value=__import__("datetime").datetime(1900, 1, 1))),
    "household.address": (pl.String(), st.sampled_from(["a", " a", "a\u3000", "", "中村", "a\n"])),
}


@pytest.mark.parametrize("path", TYPES)
@QUIET
@given(data=st.data())
def test_quick_columns_are_those_read_cell_by_cell(path: str, data: st.DataObject) -> None:
    field = tables.catalogue().field(path)
    dtype, values = TYPES[path]
    raw = pl.Series("x", data.draw(st.lists(st.none() | values, max_size=6)), dtype=dtype, strict=False)
    found = quick_module.quick(raw.to_frame(), [(field, "x")])
    slow, troubles = read_column(raw, field)
    assert slow.dtype == tables.polars_schema(field.table)[field.inside]
    if field.name in found:
        assert found[field.name].equals(slow, null_equal=True)
        assert found[field.name].dtype == slow.dtype
        assert troubles == []
    blanked = [t for t in troubles if t.code != "FP-INTAKE-028"]
    lost = {at for t in blanked for at in t.at.to_list()}
    for at, (before, after) in enumerate(zip(raw.to_list(), slow.to_list(), strict=True)):
        empty = before is None or before != before or (isinstance(before, str) and not before.strip())
        assert (at in lost) == (after is None and not empty)


ODD: dict[str, pl.Series] = {
    "null": pl.Series([None, None]),
    "int128": pl.Series([1, 2**100], dtype=pl.Int128),
    "decimal": pl.Series(["1", "9" * 38]).cast(pl.Decimal(38, 0)),
    "binary": pl.Series([b"1", b"\xff"]),
    "time": pl.Series([time(1, 2), None]),
    "duration": pl.Series([timedelta(days=1), None]),
    "datetime": pl.Series([datetime(2021, 1, 1, 5), None]),
    "list": pl.Series([["1", None], []], dtype=pl.List(pl.String)),
    "nested": pl.Series([[["1"]], []]),
    "struct": pl.Series([{"a": 1}, None]),
    "array": pl.Series([["1", "2"], ["3", "4"]], dtype=pl.Array(pl.String, 2)),
    "object": pl.Series([object(), {1: 2}], dtype=pl.Object),
    "enum": pl.Series(["1", "zz"], dtype=pl.Enum(["1", "zz"])),
    "infinite": pl.Series([float("inf"), float("nan")]),
}


@pytest.mark.parametrize("kind", ODD)
def test_columns_of_any_type_are_read_or_found_wanting(kind: str) -> None:
    fields = {
        f.kind: f for t in tables.catalogue().tables.values() for f in t.fields.values() if f.name not in t.identity
    }
    for field in fields.values():
        keys = {key: pl.Series(["h1", "h2"]) for key in tables.catalogue().table(field.table).identity}
        frames = {
            "household": pl.DataFrame({"household_id": ["h1", "h2"]}),
            field.table: pl.DataFrame({**keys, field.name: ODD[kind]}),
        }
        loaded = read_batch(frames).load()
        assert loaded.frames[field.table].schema == tables.polars_schema(field.table)
        assert loaded.counts.refused == 0
    by_key = read_batch({"household": pl.DataFrame({"household_id": ODD[kind]})}).load()
    assert by_key.counts.rows == 2


def test_counts_add() -> None:
    assert Counts(3, 1, 1, 1) + Counts(2, 2, 0, 0) == Counts(5, 3, 1, 1)
