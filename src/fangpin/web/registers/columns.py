"""Columns between canonical frames and the database: which there are, which are encrypted, how values are written.

Gives   Columns of a table: facts, sealed ones, database names; to_database and from_database for frames
Keeps   money stays whole micro-yuan, dates dates, several codes a JSON list; both databases hold the same
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import polars as pl

from fangpin import tables
from fangpin.tables.model import Field
from fangpin.tables.schemas import polars_type
from fangpin.web.registers.base import Version
from fangpin.web.registers.models_generated import ROWS

VERSION_FIELDS = ("valid_from", "valid_to", "known_at", "source")
OWN = ("batch_id", "replaces", "said_at", "extra")


@dataclass(frozen=True)
class Columns:
    """The columns of one table by their inside names."""

    table: str

    @cached_property
    def model(self) -> type[Version]:
        """Its model."""
        return ROWS[self.table]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """All fields by inside names, those of versions last."""
        return {f.inside: f for f in tables.catalogue().table(self.table).columns.values()}

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """What a row says, keys and version columns apart."""
        keys = {"household_id", *tables.catalogue().table(self.table).key}
        return tuple(name for name in self.fields if name not in keys and name not in VERSION_FIELDS)

    @cached_property
    def sealed(self) -> dict[str, str]:
        """The encrypted columns, with the column they are sealed for (``table.field``)."""
        return {n: f.path for n, f in self.fields.items() if f.kind == "id" and f.privacy == "direct"}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What tells rows of one household apart: the key, or what a person would call the same row."""
        return tables.catalogue().table(self.table).key or ("household_id", *NATURAL[self.table])

    def stored(self, name: str) -> str:
        """The column of the database."""
        return f"{name}_id" if name in self.sealed else name

    @cached_property
    def database(self) -> tuple[str, ...]:
        """All columns that a row is written with, by their names in the database."""
        return (*(self.stored(name) for name in self.fields), *OWN)

    def to_database(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame as the database takes it: lists as JSON, codes as text; sealed columns are references already."""
        cast = []
        for name, field in self.fields.items():
            if name in self.sealed:
                continue
            if field.kind == "codes":
                cast.append(as_json(name))
            elif field.kind == "code":
                cast.append(pl.col(name).cast(pl.String))
        return frame.with_columns(cast).select(self.database)

    def from_database(self, names: Sequence[str], rows: list[tuple[object, ...]]) -> pl.DataFrame:
        """Rows that were read, as a canonical frame; encrypted columns as references."""
        raw = {}
        for name in names:
            field = self.fields.get(name)
            raw[name] = RAW[field.kind] if field is not None and name not in self.sealed else pl.Int64()
            if name == "said_at":
                raw[name] = pl.String()
        frame = pl.DataFrame(rows, schema=raw, orient="row", infer_schema_length=None)
        return frame.with_columns([self._canonical(name) for name in names if self._differs(name)])

    def _differs(self, name: str) -> bool:
        return name == "said_at" or (name in self.fields and name not in self.sealed and self.fields[name].kind in CAST)

    def _canonical(self, name: str) -> pl.Expr:
        field = self.fields["known_at" if name == "said_at" else name]
        if field.kind == "codes":
            return pl.col(name).str.json_decode(pl.List(pl.String))
        if field.kind in ("date", "month"):
            return pl.col(name).str.to_date("%Y-%m-%d")
        return pl.col(name).cast(polars_type(field), strict=field.kind != "code")


RAW: dict[str, pl.DataType] = {
    "str": pl.String(),
    "id": pl.String(),
    "region": pl.String(),
    "file": pl.String(),
    "code": pl.String(),
    "codes": pl.String(),
    "bool": pl.Int8(),
    "int": pl.Int32(),
    "num": pl.Float64(),
    "money": pl.Int64(),
    "date": pl.String(),
    "month": pl.String(),
}
"""What both databases give for a field, before it becomes canonical."""
CAST = ("code", "codes", "bool", "date", "month")
NATURAL = {
    "income_year": ("year", "stage", "window_to"),
    "safeguards": ("stage",),
    "measure": ("year", "measure_kind", "measure_item", "started_on"),
    "clearing": ("on_date",),
    "loan": ("contract_no", "bank", "from_date"),
}
"""Tables without a unique key: what a person would call the same row again. Ours."""


def as_json(name: str) -> pl.Expr:
    """A list of codes as JSON text."""
    joined = pl.lit('["') + pl.col(name).list.join('","') + pl.lit('"]')
    return pl.when(pl.col(name).list.len() == 0).then(pl.lit("[]")).otherwise(joined).alias(name)


@cache
def columns(table: str) -> Columns:
    """The columns of a table."""
    return Columns(table)


TABLES = tuple(ROWS)
