"""Verdicts of a registry under a standard: lazy until asked, part by part, with reasons for any household.

Gives   identify(registry, standard) → Verdicts; `.to_polars()`, `.parts()`, `.explain(id)`, `.summary()`
Keeps   one row for every household known on the day, by county, ordered by household_id within it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from fangpin.identification.ask import Asker
from fangpin.identification.decide import decide, needed_columns
from fangpin.identification.verdict import STATUSES, schema
from fangpin.intake import Counts
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    from fangpin.identification.explain import Explanation

Progress = Callable[[int, int, Text], None]
_DOING = Text("规则判定", "identifying")


@dataclass
class Verdicts:
    """The verdict table of ``registry`` under ``standard``; computed when it is first asked for."""

    registry: Registry
    standard: Standard
    progress: Progress | None = None
    findings: list[Finding] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    _table: pl.DataFrame | None = None

    def decided(self) -> Iterator[tuple[pl.DataFrame, dict[str, pl.DataFrame]]]:
        """Part by part: its verdict table, and the frames of the day it was made from.

        Findings and counts fill up on the way.
        """
        parts = self.registry.parts()
        asker = Asker(self.standard)
        need = needed_columns(self.standard)
        self.findings, self.counts = list(self.registry.batch.findings), Counts()
        for done, part in enumerate(parts):
            if self.progress:
                self.progress(done, len(parts), Text(f"{_DOING.zh} {part.name}", f"{_DOING.en} {part.name}"))
            loaded = part.load(need)
            self.findings += loaded.findings
            self.counts += loaded.counts
            frames = self.registry.as_of(loaded, self.standard.as_of)
            income, contradictions = self.registry.income_on(frames, self.standard.as_of)
            self.findings += contradictions
            frames["income"] = income
            yield decide(frames, self.standard, asker), frames
        if self.progress:
            self.progress(len(parts), len(parts), _DOING)

    def tables(self) -> Iterator[pl.DataFrame]:
        """One verdict table a part, in the order of the parts."""
        return (table for table, _ in self.decided())

    def to_polars(self) -> pl.DataFrame:
        """All verdicts, by county and household_id (columns as in :func:`fangpin.identification.verdict.schema`)."""
        if self._table is None:
            tables = list(self.tables())
            whole = pl.concat(tables) if tables else pl.DataFrame(schema=schema(self.standard))
            self._table = by_county(whole)
        return self._table

    def to_pandas(self) -> Any:
        """The same as a pandas frame (needs pandas)."""
        return self.to_polars().to_pandas()

    def to_arrow(self) -> Any:
        """The same as an Arrow table."""
        return self.to_polars().to_arrow()

    def summary(self) -> pl.DataFrame:
        """Households by status: status, households, share (0–1), in the order of the statuses."""
        counts = dict(self.to_polars().group_by("status").len().iter_rows())
        total = max(sum(counts.values()), 1)
        rows = [(s, counts.get(s, 0), counts.get(s, 0) / total) for s in STATUSES]
        return pl.DataFrame(rows, schema=["status", "households", "share"], orient="row")

    def explain(self, household_id: str, lang: str = "zh") -> Explanation:
        """Why one household has its status, what to ask, and what would change it.

        Raises:
            UnusableInput: no such household is known on the day.
        """
        from fangpin.identification.explain import explain

        return explain(self.registry, self.standard, household_id, lang)

    def __repr__(self) -> str:
        counts = {s: n for s, n, _ in self.summary().iter_rows()}
        said = ", ".join(f"{s} {n}" for s, n in counts.items())
        return f"<Verdicts {self.standard.id} {self.standard.as_of}: {sum(counts.values())} households; {said}>"


def by_county(table: pl.DataFrame) -> pl.DataFrame:
    """The table by county (the first six digits of the region), then household_id; without a region first."""
    county = pl.col("region_code").str.slice(0, 6).fill_null("")
    return table.sort([county, pl.col("household_id")])


def identify(registry: Registry, standard: Standard, progress: Progress | None = None) -> Verdicts:
    """The verdicts of every household of ``registry`` under ``standard``; nothing runs until they are asked for.

    Args:
        registry: What :func:`fangpin.read` gives.
        standard: What :func:`fangpin.standard` gives; its day is the day of the verdict.
        progress: Called with (done, all, what) part by part.
    """
    return Verdicts(registry, standard, progress)
