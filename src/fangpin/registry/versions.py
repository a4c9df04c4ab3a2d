"""Versions: which row of a table holds on a day.

Reads   canonical frames with valid_from, valid_to, known_at
Gives   as_of: rows known and valid on the day, one for each key; `since`, the day a row counts from
Keeps   a row without dates holds on every day; nothing learned after the day is used; what contradicts itself is
        unknown, and no older row speaks for it
Source  INTERFACE section 2, "Input"; docs/decisions/0008-versions.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from fangpin import tables
from fangpin.intake.keys import different, pairs_different

HOUSEHOLD, HOUSEHOLD_TABLE = "household_id", "household"
SINCE = pl.coalesce("known_at", "valid_from")
"""The day from which the freshness of a row counts; null where it never ages."""


def as_of(
    frames: Mapping[str, pl.DataFrame],
    day: date,
    known: date | None = None,
    voids: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, pl.DataFrame]:
    """The rows that hold on a day; a household without such a row is gone with all that belongs to it.

    Rows of one key with the same ``valid_from`` are versions of one statement: the one learned last replaces the
    others, its ``valid_to`` included, so that a row written again with an end ends. Of the statements that are valid
    on the day the one valid from the latest day holds.

    Args:
        frames: Canonical frames by table; those without version columns are taken as they are.
        day: The day.
        known: What was learned after this day is not used; ``day`` if it is not given.
        voids: Versions that contradict themselves (``Loaded.voids``): while one would hold, its key is unknown.

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
    known = day if known is None else known
    void = {name: rows for name, rows in (voids or {}).items() if rows.height}
    chosen = {name: _one_table(name, frame, day, known, void.get(name)) for name, frame in frames.items()}
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


def _one_table(name: str, frame: pl.DataFrame, day: date, known: date, void: pl.DataFrame | None) -> pl.DataFrame:
    """The rows of one table on the day, in the order of the input."""
    if "replaces" in frame.columns:
        frame = _not_replaced(frame, known)
    dated: list[str] = [
        c for c in ("valid_from", "valid_to", "known_at") if c in frame.columns and frame[c].null_count() < frame.height
    ]
    if void is not None and name == HOUSEHOLD_TABLE:
        doubled = void.filter((pl.col("known_at") <= known).fill_null(True))
        frame = frame.join(doubled, on=HOUSEHOLD, how="anti", maintain_order="left")
    elif void is not None:
        return _without_void(name, frame, day, known, void)
    if not dated:
        return frame
    early = {"valid_from": pl.col("valid_from") <= day, "known_at": pl.col("known_at") <= known}
    still = (pl.col("valid_to") > day).fill_null(True)
    ended = ["valid_to"] if "valid_to" in dated else []
    begun = [early[c].fill_null(True) for c in dated if c in early]
    frame = frame.filter(begun) if begun else frame
    key = tables.catalogue().table(name).key
    order: list[str] = [c for c in ("valid_from", "known_at") if c in dated]
    if not key or not order or not set(key) <= set(frame.columns) or _all_different(frame, key):
        return frame.filter(still) if ended else frame
    if ended:
        if "known_at" in dated:
            frame = _latest(frame, [*key, *order[:-1]], ["known_at"])
        frame = frame.filter(still)
    return _latest(frame, key, order)


def _not_replaced(frame: pl.DataFrame, by: date) -> pl.DataFrame:
    """The rows that no row known by then corrects."""
    known = (pl.col("known_at") <= by).fill_null(True) if "known_at" in frame.columns else pl.lit(True)
    replaced = frame.filter(known)["replaces"].drop_nulls()
    frame = frame.drop("replaces")
    return frame.filter(~pl.col("row_id").is_in(replaced.implode())) if len(replaced) else frame


def _without_void(name: str, frame: pl.DataFrame, day: date, known: date, void: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table some of whose versions contradict themselves: those versions stand in, and then go."""
    mark = "\x00void"
    both = pl.concat(
        [frame.with_columns(pl.lit(False).alias(mark)), void.with_columns(pl.lit(True).alias(mark))], how="diagonal"
    )
    return _one_table(name, both, day, known, None).filter(~pl.col(mark)).drop(mark)


def _all_different(frame: pl.DataFrame, key: Sequence[str]) -> bool:
    first, *others = (frame[name] for name in key)
    return pairs_different(first, others[0]) if others else different(first)


def _latest(frame: pl.DataFrame, key: Sequence[str], order: Sequence[str]) -> pl.DataFrame:
    """The latest row of each key; rows stay in their order."""
    at = "\x00at"
    last = (
        frame.select(list(dict.fromkeys([*key, *order])))
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
