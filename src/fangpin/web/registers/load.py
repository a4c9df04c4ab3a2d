"""A folder of tables into empty registers: the demo's county, or a county's first day.

Reads   what `fp.read` reads
Gives   load: rows as one published batch, the current projection, a first rule run
Keeps   all or nothing: the batch is published when every row is there
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

import fangpin as fp
from fangpin.vocabulary.text import Text
from fangpin.web.registers import bulk, projection, runs
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import columns
from fangpin.web.registers.models import Run

Step = Callable[[int, int, Text], None]
STEPS = (
    Text("读入", "reading"),
    Text("写入登记", "writing the registers"),
    Text("整理名单", "making the lists"),
    Text("规则判定", "deciding"),
)


def load(
    folder: str | Path,
    *,
    day: date | None = None,
    region: str = "",
    by: Any = None,
    standard: str | None = runs.SEED,
    step: Step | None = None,
) -> Run | None:
    """Put a folder of tables into the registers.

    Args:
        folder: A folder, a workbook, whatever the core reads.
        day: The day of the first run; today if not given.
        region: The region that the batch belongs to; chooses overlay and line of the run.
        by: Who does it.
        standard: The standard of the first run; None for no run.
        step: Told how far it is.

    Raises:
        UnusableInput: the input cannot be used, and nothing was written.
    """
    tell = step or (lambda done, total, what: None)
    tell(0, 4, STEPS[0])
    facts = fp.read(folder)
    frames = facts.load().frames
    tell(1, 4, STEPS[1])
    with transaction.atomic():
        batch = Batch.objects.create(
            kind=Batch.Kind.LOAD,
            state=Batch.State.PUBLISHING,
            region_code=region,
            title=Path(folder).name[:200],
            sha256=facts.snapshot_hash(),
            by=by,
            counts={name: {"added": frame.height} for name, frame in frames.items()},
        )
    for name, frame in frames.items():
        for piece in frame.iter_slices(bulk.CHUNK):
            add(name, piece, batch)
    tell(2, 4, STEPS[2])
    generation, _, begun = projection.new_generation(batch.pk)
    with transaction.atomic():
        projection.lock()
        batch.state, batch.published = Batch.State.PUBLISHED, timezone.now()
        batch.save(update_fields=["state", "published"])
        projection.show(generation, begun, batch.pk)
    projection.forget()
    if standard is None:
        return None
    tell(3, 4, STEPS[3])
    return runs.run(standard, day, region, by=by)


def add(table: str, frame: pl.DataFrame, batch: Batch) -> None:
    """Add canonical rows to a table under a batch, in one transaction; encrypted columns are sealed on the way."""
    with transaction.atomic():
        add_sealed(table, bulk.seal(table, frame), batch)


def add_sealed(table: str, frame: pl.DataFrame, batch: Batch) -> None:
    """Add rows whose encrypted columns are references already; ``replaces`` and ``extra`` where they have them."""
    own = {
        "batch_id": pl.lit(batch.pk, pl.Int64),
        "replaces": pl.lit(None, pl.Int64),
        "said_at": pl.lit(None, pl.Date),
        "extra": pl.lit("{}"),
    }
    missing = [value.alias(name) for name, value in own.items() if name not in frame.columns or name == "batch_id"]
    bulk.insert(columns(table).model, columns(table).to_database(frame.with_columns(missing)))
