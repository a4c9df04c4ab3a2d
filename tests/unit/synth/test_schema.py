"""Columns: the dictionary's, all of them and no other, with codes of the lists and values inside the limits."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fangpin import tables
from fangpin.intake import read_batch
from fangpin.synth.generate import TABLES

CATALOGUE = tables.catalogue()
FILLED_OURS = {
    "household": {"school_debt"},
    "member": {"earnings", "farm_months", "labour_lost_on"},
    "living": {"other_safe_house", "property_checked_on"},
}


def test_every_table_of_the_dictionary_is_written() -> None:
    assert set(TABLES) == set(CATALOGUE.tables)


@pytest.mark.parametrize("part", ["", "truth"])
@pytest.mark.parametrize("table", TABLES)
def test_the_columns_are_those_of_the_dictionary(county: Path, table: str, part: str) -> None:
    found, wanted = pq.read_schema(county / part / f"{table}.parquet"), tables.arrow_schema(table)
    assert found.names == wanted.names
    for ours, theirs in zip(found, wanted, strict=True):
        if pa.types.is_decimal(theirs.type):
            assert ours.type == pa.decimal128(18, 2)
        else:
            assert ours.type == theirs.type, ours.name
        assert ours.nullable == theirs.nullable, ours.name


@pytest.mark.parametrize("part", ["", "truth"])
@pytest.mark.parametrize("table", TABLES)
def test_codes_stand_in_their_lists_and_numbers_inside_their_limits(county: Path, table: str, part: str) -> None:
    rows = pl.read_parquet(county / part / f"{table}.parquet")
    for field in CATALOGUE.table(table).columns.values():
        values = rows[field.name].drop_nulls()
        if field.codes is not None:
            flat = values.explode().drop_nulls() if field.kind == "codes" else values
            assert set(flat) <= set(CATALOGUE.codelist(field.codes).codes), field.path
        if field.minimum is not None and values.len():
            assert values.min() >= field.minimum, field.path
        if field.maximum is not None and values.len():
            assert values.max() <= field.maximum, field.path


@pytest.mark.parametrize("table", TABLES)
def test_of_our_own_fields_only_the_named_ones_are_filled(county: Path, table: str) -> None:
    for part in ("", "truth"):
        rows = pl.read_parquet(county / part / f"{table}.parquet")
        filled = {
            f.name for f in CATALOGUE.table(table).fields.values() if f.ours and rows[f.name].null_count() < rows.height
        }
        assert filled == FILLED_OURS.get(table, set())


@pytest.mark.parametrize("part", ["", "truth"])
def test_both_parts_are_read_without_a_complaint(county: Path, part: str) -> None:
    batch = read_batch(county / part)
    assert sum(file.rows for file in batch.files) == sum(
        pl.scan_parquet(county / part / f"{table}.parquet").select(pl.len()).collect().item() for table in TABLES
    )
    for one in batch.parts:
        loaded = one.load()
        assert {finding.severity for finding in loaded.findings} <= {"info"}
        assert loaded.counts.accepted == loaded.counts.rows
