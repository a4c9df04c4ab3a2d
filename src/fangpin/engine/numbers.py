"""Households by number: keys as positions among the households, so that joins and groups compare no text.

Gives   numbered(frames) → frames whose household_id is a number, and the ids in their order; number for one column
Keeps   rows stay in their order; a row whose household is not there has no number
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

KEY = "household_id"


def numbered(frames: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], pl.Series]:
    """The frames with ``household_id`` as the position among the households, these in the order of their ids."""
    household = frames["household"]
    if not household[KEY].is_sorted():
        household = household.sort(KEY)
    ids = household[KEY]
    found = {name: frame.with_columns(number(frame[KEY], ids)) for name, frame in frames.items() if name != "household"}
    return {**found, "household": household.with_columns(_positions(len(ids)))}, ids


def _positions(height: int) -> pl.Series:
    return pl.int_range(height, dtype=pl.UInt32, eager=True).alias(KEY).set_sorted()


def number(keys: pl.Series, ids: pl.Series) -> pl.Series:
    """The position of each key among ``ids``, which differ; null where it is not among them."""
    if not len(keys):
        return keys.cast(pl.UInt32)
    new = (keys != keys.shift(1)).fill_null(True)
    heads = keys.filter(new)
    if len(heads) == len(ids) and bool((heads == ids).all()):
        of_run = _positions(len(ids))
    else:
        known = pl.DataFrame([ids.alias("id"), _positions(len(ids))])
        of_run = heads.alias("id").to_frame().join(known, on="id", how="left", maintain_order="left")[KEY]
    numbers = of_run if len(heads) == len(keys) else of_run.gather(new.cast(pl.UInt32).cum_sum() - 1)
    return numbers.set_sorted() if not numbers.null_count() and numbers.is_sorted() else numbers
