"""Frames: tables handed over in memory as raw tables.

Gives   read_frames: Polars, pandas and Arrow frames (through narwhals) as raw tables, with their content hashes
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import polars as pl

from fangpin import tables
from fangpin.intake.messages import finding, unusable
from fangpin.intake.raw import Origin, RawTable, unique_names
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text


def read_frames(frames: Mapping[str, Any]) -> tuple[list[RawTable], list[Finding]]:
    """A raw table for each frame named like a table, and a finding for each other.

    Raises:
        UnusableInput: something in the mapping is no frame, or two of them are one table.
    """
    raws: list[RawTable] = []
    findings: list[Finding] = []
    taken: dict[str, str] = {}
    for name, frame in frames.items():
        table = tables.catalogue().table_named(str(name))
        if table is None:
            guess = nearest(str(name), tables.catalogue().tables)
            hint = Text(f"是否是 {guess}？", f"is it {guess}?") if guess else Text("用表名作键", "name it like a table")
            findings.append(finding("FP-INTAKE-010", file=str(name), guess=hint))
            continue
        if table.name in taken:
            raise unusable("FP-INTAKE-008", places=f"{taken[table.name]}、{name}")
        taken[table.name] = str(name)
        columns = as_columns(frame, str(name))
        renamed = dict(zip(unique_names(len(columns)), (c for _, c in columns), strict=True))
        raw = pl.DataFrame({n: c.alias(n) for n, c in renamed.items()})
        raws.append(RawTable(table.name, raw, tuple(h for h, _ in columns), Origin(str(name))))
    return raws, findings


def as_columns(frame: Any, place: str) -> list[tuple[str, pl.Series]]:
    """Headings and columns of any eager or lazy frame.

    Raises:
        UnusableInput: it is no frame that narwhals knows.
    """
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return [(c, _no_objects(frame[c])) for c in frame.columns]
    try:
        wrapped: Any = nw.from_native(frame)
        eager = wrapped.collect() if isinstance(wrapped, nw.LazyFrame) else wrapped
        names = [str(c) for c in eager.columns]
    except Exception as error:
        if hasattr(frame, "columns") and hasattr(frame, "iloc"):
            return _pandas_columns(frame)
        raise unusable("FP-INTAKE-002", place=place, read=type(frame).__name__) from error
    return [(name, _column(eager.get_column(name))) for name in names]


def _column(column: Any) -> pl.Series:
    """A column of a narwhals frame; mixed objects, which Arrow has no type for, as text."""
    try:
        return _no_objects(column.to_polars())
    except Exception:  # pandas and Arrow raise many kinds
        return _objects(column.to_list())


def _no_objects(column: pl.Series) -> pl.Series:
    return _objects(column.to_list()) if column.dtype == pl.Object else column


def _pandas_columns(frame: Any) -> list[tuple[str, pl.Series]]:
    """Columns of a pandas frame that narwhals refuses, such as one with a doubled heading."""
    return [(str(name), _objects(frame.iloc[:, i].tolist())) for i, name in enumerate(frame.columns)]


def _objects(values: list[Any]) -> pl.Series:
    """Mixed objects as text; None, NaN and NaT are blank."""
    return pl.Series([_text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str | None:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple | set):
        return ";".join(str(v) for v in value) or "-"
    if value is None or str(value) in ("NaT", "<NA>") or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def content_hash(raw: RawTable) -> str:
    """A hash of headings and rows of a frame that has no file."""
    stream = io.BytesIO()
    raw.frame.write_ipc(stream, compat_level=pl.CompatLevel.oldest())
    digest = hashlib.sha256("\x1f".join(raw.headings).encode())
    digest.update(stream.getvalue())
    return digest.hexdigest()
