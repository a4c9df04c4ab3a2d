"""The registry: who lives here, as known on a day.

Reads   a batch (intake)
Gives   Registry: parts, frames as of a day, findings and counts, one hash over all that was read
Not     rules or lines (standards); verdicts (identification)
Keeps   nothing is overwritten: a day in the past gives what was known then
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property

import polars as pl

from fangpin.intake.batch import Batch, Columns, Counts, Loaded, Part
from fangpin.registry.income import income_on
from fangpin.registry.versions import as_of
from fangpin.vocabulary.findings import Finding

Frames = Loaded | Mapping[str, pl.DataFrame]


class Registry:
    """Everything that is known of a set of households.

    Args:
        batch: What intake has read.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def parts(self) -> Sequence[Part]:
        """Sets of households that can be worked on one after another; no household is in two."""
        return self.batch.parts

    def load(self, columns: Columns | None = None) -> Loaded:
        """All parts at once, for input that fits in memory."""
        return self.batch.load(columns)

    def as_of(self, frames: Frames, day: date) -> dict[str, pl.DataFrame]:
        """The rows that were known and valid on a day."""
        return as_of(_frames(frames), day)

    def income_on(self, frames: Frames, day: date) -> tuple[pl.DataFrame, list[Finding]]:
        """At most one row of income for each household on a day (frames as of that day), and contradictions."""
        return income_on(_frames(frames), day)

    @cached_property
    def _judged(self) -> tuple[Counts, list[Finding]]:
        """Counts and findings over all parts; reads everything once."""
        counts, findings = Counts(), list(self.batch.findings)
        for part in self.batch.parts:
            loaded = part.load()
            counts += loaded.counts
            findings += loaded.findings
        return counts, findings

    @property
    def counts(self) -> Counts:
        """Rows by outcome, over all tables."""
        return self._judged[0]

    @property
    def findings(self) -> list[Finding]:
        """All that reading had to say about files, columns, rows and cells."""
        return self._judged[1]

    @cached_property
    def _hash(self) -> str:
        with ThreadPoolExecutor() as pool:
            hashes = pool.map(lambda f: f"{f.table} {f.sheet} {f.sha256}", self.batch.files)
            lines = sorted(hashes)
        if self.batch.profile_hash:
            lines.append(f"profile {self.batch.profile_hash}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def snapshot_hash(self) -> str:
        """One hash over all files that were read and the profile they were read by; their order does not matter."""
        return self._hash

    def part_hash(self, part: Part) -> str:
        """One hash over what a part is made from: its files, or all where they are shared, and its name."""
        files = getattr(part, "files", None)
        if files is None:
            lines = [self.snapshot_hash()]
        else:
            known = {f.path: f for f in self.batch.files}
            lines = sorted(f"{t} {known[f.file.path].sha256}" for t, found in files.items() for f in found)
        own = [self.batch.profile_hash, part.name, repr(getattr(part, "keys", None))]
        return hashlib.sha256("\n".join([*lines, *own]).encode()).hexdigest()

    @property
    def design(self) -> pl.DataFrame | None:
        """Survey weights, strata and units, one row a household, where the profile declares them."""
        pieces = [d for d in (part.load({}).design for part in self.batch.parts) if d is not None]
        return pl.concat(pieces) if pieces else None


def _frames(frames: Frames) -> Mapping[str, pl.DataFrame]:
    return frames.frames if isinstance(frames, Loaded) else frames
