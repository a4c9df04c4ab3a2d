"""The registry: who lives here, as known on a day.

Reads   a batch (intake)
Gives   Registry: parts, the registry as of a day, findings and counts, one hash over all that was read
Not     rules or lines (standards); verdicts (identification)
Keeps   nothing is overwritten: a day in the past gives what was known then
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import polars as pl

from fangpin.intake.batch import Batch, Columns, Counts, Loaded, Part, join
from fangpin.registry.income import income_on
from fangpin.registry.story import Story, story
from fangpin.registry.versions import as_of
from fangpin.vocabulary.days import read_day
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

Frames = Loaded | Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class _AsOf:
    """A part as it was on a day."""

    part: Part
    day: date
    known: date

    @property
    def name(self) -> str:
        return self.part.name

    def load(self, columns: Columns | None = None) -> Loaded:
        """The rows that were valid on the day, as far as they were known."""
        loaded = self.part.load(columns)
        frames = as_of(loaded.frames, self.day, self.known, loaded.voids)
        return replace(loaded, frames=frames, places={}, voids={})

    def may_hold(self, household_id: str) -> bool:
        """Whether a household can be in this part."""
        return self.part.may_hold(household_id)


class Registry:
    """Everything that is known of a set of households, or what was known of them on one day.

    Args:
        batch: What intake has read.
        day: The day it shows (``as_of``); None for all that is known.
        known: What was learned after this day is left out.
    """

    def __init__(self, batch: Batch, day: date | None = None, known: date | None = None) -> None:
        self.batch, self.day, self.known = batch, day, day if known is None else known

    def as_of(self, day: str | date, known: str | date | None = None) -> Registry:
        """The registry as it was on a day: one version of each row, nothing that was learned later.

        Args:
            day: The day that is asked about.
            known: The day whose knowledge counts: what was so on ``day`` as we know it on ``known``. ``day`` itself
                if it is not given.

        Raises:
            UnusableInput: no day, or the registry already shows another one.
        """
        chosen = read_day(day)
        self._shows(chosen)
        return Registry(self.batch, chosen, read_day(known) if known is not None else None)

    def history(self, household_id: str) -> Story:
        """A household's history as a story (:func:`fangpin.registry.story.story`)."""
        return story(self.parts(), household_id)

    def parts(self) -> Sequence[Part]:
        """Sets of households that can be worked on one after another; no household is in two."""
        return self.batch.parts if self.day is None else self._shown

    @cached_property
    def _shown(self) -> list[_AsOf]:
        assert self.day is not None
        return [_AsOf(part, self.day, self.known or self.day) for part in self.batch.parts]

    def load(self, columns: Columns | None = None) -> Loaded:
        """All parts at once, for input that fits in memory."""
        if self.day is None:
            return self.batch.load(columns)
        return join([part.load(columns) for part in self.parts()])

    def rows_on(self, loaded: Loaded, day: date) -> dict[str, pl.DataFrame]:
        """The rows of a part that were known and valid on a day, one for each key.

        Raises:
            UnusableInput: the registry shows another day.
        """
        self._shows(day)
        return dict(loaded.frames) if self.day is not None else as_of(loaded.frames, day, voids=loaded.voids)

    def _shows(self, day: date) -> None:
        if self.day is not None and day != self.day:
            raise UnusableInput(
                "FP-REGISTRY-002",
                Text("登记簿已取定另一天", "the registry shows another day"),
                read=day.isoformat(),
                expected=Text(self.day.isoformat(), self.day.isoformat()),
                remedy=Text(
                    "两处用同一天，或从未取定日期的登记簿开始", "use one day, or begin with the registry as read"
                ),
            )

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
        part = part.part if isinstance(part, _AsOf) else part
        files = getattr(part, "files", None)
        if files is None:
            lines = [self.snapshot_hash()]
        else:
            known = {f.path: f for f in self.batch.files}
            lines = sorted(f"{t} {known[f.file.path].sha256}" for t, found in files.items() for f in found)
        own = [self.batch.profile_hash, f"{self.day} {self.known}", part.name, repr(getattr(part, "keys", None))]
        return hashlib.sha256("\n".join([*lines, *own]).encode()).hexdigest()

    @property
    def design(self) -> pl.DataFrame | None:
        """Survey weights, strata and units, one row a household, where the profile declares them."""
        pieces = [d for d in (part.load({}).design for part in self.batch.parts) if d is not None]
        return pl.concat(pieces) if pieces else None


def _frames(frames: Frames) -> Mapping[str, pl.DataFrame]:
    return frames.frames if isinstance(frames, Loaded) else frames
