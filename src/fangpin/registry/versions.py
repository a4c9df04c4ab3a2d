"""Versions: which row of a table holds on a day.

Reads   canonical frames with valid_from, valid_to, known_at
Gives   as_of: rows known and valid on the day, one for each key; `since`, the day a row counts from
Keeps   a row without dates holds on every day; nothing learned after the day is used
Source  INTERFACE section 2, "Input"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from fangpin import tables
from fangpin.intake.keys import different, pairs_different

HOUSEHOLD = "household_id"
SINCE = pl.coalesce("known_at", "valid_from")
"""The day from which the freshness of a row counts; null where it never ages."""


def as_of(frames: Mapping[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """The rows that hold on a day; a household without such a row is gone with all that belongs to it.

    Args:
        frames: Canonical frames by table; those without version columns are taken as they are.
        day: The day.

    A frame may have the columns ``row_id`` and ``replaces``: a row that another one corrects is not used once that
    one is known, in whatever order they stand. ``replaces`` is not handed on.

    Examples:
        >>> import polars as pl
        >>> from datetime import date
        >>> rows = pl.DataFrame({"household_id": ["h", "h"], "population": [3, 4],
        ...                      "valid_from": [None, date(2021, 5, 1)], "valid_to": [None, None],
        ...                      "known_at": [None, None]},
        ...                     schema_overrides={"valid_to": pl.Date, "known_at": pl.Date})
        >>> as_of({"household": rows}, date(2021, 4, 30))["household"]["population"].to_list()
        [3]
        >>> as_of({"household": rows}, date(2021, 5, 1))["household"]["population"].to_list()
        [4]
    """
    chosen = {name: _one_table(name, frame, day) for name, frame in frames.items()}
    before, after = frames.get("household"), chosen.get("household")
    if before is None or after is None or after.height == before.height:
        return chosen
    if after[HOUSEHOLD].n_unique() == before[HOUSEHOLD].n_unique():
        return chosen
    return {
        name: frame
        if name == "household" or not frame.height
        else frame.join(after.select(HOUSEHOLD), on=HOUSEHOLD, how="semi", maintain_order="left")
        for name, frame in chosen.items()
    }


def _one_table(name: str, frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of one table on the day, in the order of the input."""
    if "replaces" in frame.columns:
        frame = _not_replaced(frame, day)
    dated: list[str] = [
        c for c in ("valid_from", "valid_to", "known_at") if c in frame.columns and frame[c].null_count() < frame.height
    ]
    if not dated:
        return frame
    holds = {
        "valid_from": pl.col("valid_from") <= day,
        "valid_to": pl.col("valid_to") > day,
        "known_at": pl.col("known_at") <= day,
    }
    frame = frame.filter([holds[c].fill_null(True) for c in dated])
    key = tables.catalogue().table(name).key
    order: list[str] = [c for c in ("valid_from", "known_at") if c in dated]
    if not key or not order or not set(key) <= set(frame.columns):
        return frame
    return _latest(frame, key, order)


def _not_replaced(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows that no row known by the day corrects."""
    known = (pl.col("known_at") <= day).fill_null(True) if "known_at" in frame.columns else pl.lit(True)
    replaced = frame.filter(known)["replaces"].drop_nulls()
    frame = frame.drop("replaces")
    return frame.filter(~pl.col("row_id").is_in(replaced.implode())) if len(replaced) else frame


def _latest(frame: pl.DataFrame, key: tuple[str, ...], order: list[str]) -> pl.DataFrame:
    """The latest row of each key; rows stay in their order."""
    first, *others = (frame[name] for name in key)
    if pairs_different(first, others[0]) if others else different(first):
        return frame
    at = "\x00at"
    last = (
        frame.select(*key, *order)
        .with_row_index(at)
        .sort(order, nulls_last=False, maintain_order=True)
        .unique(subset=list(key), keep="last", maintain_order=True)[at]
        .sort()
    )
    return (
        frame[last.to_list()]
        if len(last) < 1_000
        else frame.with_row_index(at).filter(pl.col(at).is_in(last.implode())).drop(at)
    )


def since(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.Series]:
    """For each table with version columns, the day each row counts from for its freshness (null: never ages)."""
    return {
        name: frame.select(SINCE.alias("since")).to_series()
        for name, frame in frames.items()
        if {"known_at", "valid_from"} <= set(frame.columns)
    }


def stale(field: str, day: date) -> pl.Expr:
    """Whether a row is older on the day than its field stays fresh; false where it has no date or never ages.

    Args:
        field: ``table.field``.
        day: The day.
    """
    days = tables.catalogue().field(field).fresh_days
    if days is None:
        return pl.lit(False)
    return ((pl.lit(day) - SINCE).dt.total_days() > days).fill_null(False)
