"""Schemas: the data types of the tables, derived from the catalogue.

Gives   polars_schema (canonical frames, inside names), arrow_schema (files, outside names)
Keeps   code lists as enumerations; money as whole micro-yuan inside and as decimal yuan outside
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pyarrow as pa

from fangpin.tables.catalogue import catalogue
from fangpin.tables.model import Field

_POLARS: dict[str, pl.DataType] = {
    "str": pl.String(),
    "id": pl.String(),
    "region": pl.String(),
    "file": pl.String(),
    "codes": pl.List(pl.String()),
    "bool": pl.Boolean(),
    "int": pl.Int32(),
    "num": pl.Float64(),
    "money": pl.Int64(),
    "date": pl.Date(),
    "month": pl.Date(),
}
YUAN = pa.decimal128(18, 6)
_ARROW: dict[str, pa.DataType] = {
    "str": pa.string(),
    "id": pa.string(),
    "region": pa.string(),
    "file": pa.string(),
    "code": pa.string(),
    "codes": pa.list_(pa.string()),
    "bool": pa.bool_(),
    "int": pa.int32(),
    "num": pa.float64(),
    "money": YUAN,
    "date": pa.date32(),
    "month": pa.date32(),
}


@cache
def enumeration(codelist: str) -> pl.Enum:
    """The codes of a list as a Polars enumeration, in the order of the list."""
    return pl.Enum(catalogue().codelist(codelist).codes)


def polars_type(field: Field) -> pl.DataType:
    """The type of a field in canonical frames."""
    return enumeration(field.codes) if field.kind == "code" and field.codes else _POLARS[field.kind]


def polars_schema(table: str) -> dict[str, pl.DataType]:
    """Columns of a canonical frame by their inside names; ``valid_from, valid_to, known_at, source`` come last.

    Money is Int64 micro-yuan, dates and months are Date, several codes a list of strings.
    """
    return {field.inside: polars_type(field) for field in catalogue().table(table).columns.values()}


def arrow_schema(table: str) -> pa.Schema:
    """Columns of a file by their outside names: codes as strings, money as decimal yuan; keys are never null."""
    found = catalogue().table(table)
    return pa.schema(
        [
            pa.field(name, _ARROW[field.kind], nullable=name not in found.identity)
            for name, field in found.columns.items()
        ]
    )
