"""Rows of single households out of the frames of a part.

Gives   records(frames, ids, day) → Record after Record
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from fangpin.identification.record import Record, stale_of

BATCH = 20_000


def records(frames: Mapping[str, pl.DataFrame], ids: pl.DataFrame, today: date) -> Iterator[Record]:
    """The records of the households in ``ids`` (one column ``household_id``), in their order."""
    for start in range(0, ids.height, BATCH):
        yield from _batch(frames, ids.slice(start, BATCH), today)


def _batch(frames: Mapping[str, pl.DataFrame], ids: pl.DataFrame, today: date) -> Iterator[Record]:
    single = {name: _by_household(frames[name], ids) for name in ("household", "living", "income")}
    members: dict[str, list[dict[str, Any]]] = {}
    for row in frames["member"].join(ids, on="household_id", how="semi").iter_rows(named=True):
        members.setdefault(row["household_id"], []).append(row)
    for key in ids["household_id"]:
        rows = {name: found.get(key, {}) for name, found in single.items()}
        people = members.get(key, [])
        stale = [
            s
            for name, table in (("household", "household"), ("living", "living"), ("income", "income_year"))
            for s in stale_of(table, rows[name], today)
        ]
        stale += [s for m in people for s in stale_of("member", m, today, m.get("person_id"))]
        yield Record(rows["household"], rows["living"], rows["income"], people, today, frozenset(stale))


def _by_household(frame: pl.DataFrame, ids: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["household_id"]: row for row in frame.join(ids, on="household_id", how="semi").iter_rows(named=True)}
