"""Writing: tables of one county into Parquet files, block by block.

Gives   CountyFiles (one writer a table, for the registry and for the truth)
Keeps   the bytes depend on the rows only: no times, no threads, a row group a block; text is stored by dictionary,
        but files say plain strings; what is unique is stored plainly
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from fangpin import tables

NOTICE = "模拟数据 synthetic data"
LATENT = "latent"
LATENT_SCHEMA = pa.schema(
    [
        pa.field("household_id", pa.string(), nullable=False),
        pa.field("hardship", pa.float32()),
        pa.field("rank", pa.float64()),
        pa.field("failed_season", pa.bool_()),
        pa.field("income_pc", pa.float64()),
        pa.field("persons", pa.int32()),
        pa.field("village_gaps", pa.float32()),
    ]
)
_SCALE = 2
_UNIQUE = ("household_id", "person_id", "id_number", "head_id_number", "phone", "contract_no")
_DENSE = (
    "a",
    "a1",
    "b",
    "b1",
    "b2",
    "e",
    "e1",
    "e4",
    "d",
    "d6",
    "earnings",
    "gross_income",
    "net_income",
    "net_income_pc",
    "adjusted_income",
    "adjusted_income_pc",
)


def file_schema(table: str) -> pa.Schema:
    """The columns of a file: those of ``tables.arrow_schema``, money with two decimals."""
    money = pa.decimal128(18, _SCALE)
    return pa.schema(
        [field.with_type(money) if pa.types.is_decimal(field.type) else field for field in tables.arrow_schema(table)]
    )


class CountyFiles:
    """Parquet files of one county; ``add`` takes the columns of one block.

    Args:
        paths: Where each table goes.
        about: What every file says of itself (seed, version, notice).
    """

    def __init__(self, paths: Mapping[str, Path], about: Mapping[str, object]) -> None:
        self._paths = dict(paths)
        self._about = {"fangpin": json.dumps(dict(about), ensure_ascii=False, sort_keys=True)}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = dict.fromkeys(paths, 0)

    def add(self, table: str, columns: Mapping[str, pa.Array], fields: pa.Schema) -> None:
        """A block of rows; ``fields`` says which columns may not be blank."""
        schema = pa.schema([field.with_type(columns[field.name].type) for field in fields])
        rows = pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
        if table not in self._writers:
            self._writers[table] = _writer(self._paths[table], schema)
            self._writers[table].add_key_value_metadata(self._about)
        self.rows[table] += rows.num_rows
        if rows.num_rows:
            self._writers[table].write_table(rows, row_group_size=max(rows.num_rows, 1))

    def __enter__(self) -> CountyFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    path.parent.mkdir(parents=True, exist_ok=True)
    dictionary = [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in schema
        if field.name not in _UNIQUE and field.name not in _DENSE
    ]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=dictionary,
        store_schema=False,
        store_decimal_as_integer=True,
        write_statistics=["household_id"],
    )
