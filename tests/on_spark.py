"""What tests on Spark share: many pieces of work in one job, and frames as Spark takes them.

Gives   judged(session, tasks) → results of (registry, standard), all in one job; plain(frame) without enumerations
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from fangpin.engine.spark import worker
from fangpin.identification.parts import PartResult, payload, work
from fangpin.registry import Registry
from fangpin.standards import Standard


def judged(session: Any, tasks: Sequence[tuple[Registry, Standard]]) -> list[PartResult]:
    """The result of each registry of one part under its standard, from one Spark job."""
    rows = [(bytearray(payload(r, r.parts()[0], pickle.dumps(replace(s, again=None)))),) for r, s in tasks]
    name = f"{work.__module__}:{work.__name__}"
    found = session.createDataFrame(rows, "payload binary").mapInArrow(worker(name), "result binary").collect()
    failed = [pickle.loads(row[0][1:]).error for row in found if bytes(row[0][:1]) == b"-"]
    assert not failed, failed[0]
    return [PartResult.from_bytes(bytes(row[0][1:])) for row in found]


def plain(frame: pl.DataFrame) -> Any:
    """An Arrow table without enumerations and dots in names: what Spark takes."""
    text = [pl.col(n).cast(pl.String) for n, k in frame.schema.items() if isinstance(k, pl.Enum | pl.Categorical)]
    lists = [pl.col(n).cast(pl.List(pl.String)) for n, k in frame.schema.items() if isinstance(k, pl.List)]
    return frame.with_columns(text + lists).to_arrow()
