"""Households by number: keys as positions among the households, so that joins and groups compare no text.

Gives   numbered(frames) → frames whose household_id is a number, and the ids in their order; number for one column;
        beside(households, rows) → the households with the columns of their rows
Keeps   rows stay in their order; a row whose household is not there has no number
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
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
    among = ids.hash().is_in(heads.hash().implode()).arg_true()
    if len(among) == len(heads) and bool((ids.gather(among) == heads).all()):  # in their order, each once
        of_run = among.cast(pl.UInt32).alias(KEY)
    else:
        known = pl.DataFrame([ids.alias("id"), _positions(len(ids))])
        of_run = heads.alias("id").to_frame().join(known, on="id", how="left", maintain_order="left")[KEY]
    numbers = of_run if len(heads) == len(keys) else of_run.gather(new.cast(pl.UInt32).cum_sum() - 1)
    return numbers.set_sorted() if not numbers.null_count() and numbers.is_sorted() else numbers


def beside(households: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The households with the columns of their row of ``rows``, blank where they have none: a left join by household.

    Args:
        households: One row per household.
        rows: At most one row per household.
    """
    at = _places(households[KEY], rows[KEY])
    if at is None:
        return households.join(rows, on=KEY, how="left", maintain_order="left")
    own = rows.drop(KEY)
    return households.hstack(own if at.null_count() == 0 and at.is_sorted() else own.select(pl.all().gather(at)))


def _places(numbers: pl.Series, keys: pl.Series) -> pl.Series | None:
    """For each household its position among ``keys``; None where these are no rising positions among the households."""
    height = len(numbers)
    if not (height and numbers.dtype == keys.dtype == pl.UInt32) or numbers.null_count() or keys.null_count():
        return None
    own, found = numbers.to_numpy(), keys.to_numpy()
    if not (own == np.arange(height, dtype=np.uint32)).all() or not (found[1:] > found[:-1]).all():
        return None
    places = np.full(height, -1, dtype=np.int64)
    places[found] = np.arange(len(found))
    at = pl.Series("at", places)
    return at if len(found) == height else at.to_frame().select(pl.when(pl.col("at") >= 0).then("at")).to_series()
