"""Arrow and Polars schemas agree with the catalogue and with each other."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from fangpin import tables
from fangpin.tables.schemas import YUAN

VERSIONS = ["valid_from", "valid_to", "known_at", "source"]
AGREE = {
    "str": (pl.String, pa.string()),
    "id": (pl.String, pa.string()),
    "region": (pl.String, pa.string()),
    "file": (pl.String, pa.string()),
    "code": (pl.Enum, pa.string()),
    "codes": (pl.List(pl.String), pa.list_(pa.string())),
    "bool": (pl.Boolean, pa.bool_()),
    "int": (pl.Int32, pa.int32()),
    "num": (pl.Float64, pa.float64()),
    "money": (pl.Int64, YUAN),
    "date": (pl.Date, pa.date32()),
    "month": (pl.Date, pa.date32()),
}
NAMES = list(tables.catalogue().tables)


@pytest.mark.parametrize("name", NAMES)
def test_the_two_schemas_agree_column_by_column(name: str) -> None:
    columns = tables.catalogue().table(name).columns
    inside, outside = tables.polars_schema(name), tables.arrow_schema(name)
    assert outside.names == list(columns)
    assert list(inside) == [field.inside for field in columns.values()]
    assert list(inside)[-4:] == VERSIONS
    for field in columns.values():
        polars, arrow = AGREE[field.kind]
        assert inside[field.inside] == polars, field.path
        assert outside.field(field.name).type == arrow, field.path


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_frame_and_an_empty_table_can_be_made(name: str) -> None:
    frame = pl.DataFrame(schema=tables.polars_schema(name))
    table = tables.arrow_schema(name).empty_table()
    assert (frame.height, table.num_rows) == (0, 0)
    assert frame.width == table.num_columns


@pytest.mark.parametrize("name", NAMES)
def test_only_the_key_must_be_there(name: str) -> None:
    must = [field.name for field in tables.arrow_schema(name) if not field.nullable]
    assert sorted(must) == sorted(tables.catalogue().table(name).identity)


def test_an_enumeration_has_the_codes_in_order() -> None:
    grade = tables.polars_schema("living")["house_grade"]
    assert isinstance(grade, pl.Enum)
    assert grade.categories.to_list() == ["A", "B", "C", "D", "N"]


def test_money_outside_holds_every_micro_yuan() -> None:
    assert YUAN.scale == 6
    assert YUAN.precision - YUAN.scale >= 10
