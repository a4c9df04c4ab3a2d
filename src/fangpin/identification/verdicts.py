"""Verdicts of a registry under a standard: lazy until asked, part by part, with reasons for any household.

Gives   identify(registry, standard) → Verdicts; `.to_polars()`, `.parts()`, `.explain(id)`, `.summary()`
Keeps   one row for every household known on the day, by county, ordered by household_id within it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from fangpin.engine.fingerprint import Sums, added, sums
from fangpin.identification.alike import Alike
from fangpin.identification.parts import Failed, PartResult, engine_named, judged, run
from fangpin.identification.verdict import STATUSES, schema
from fangpin.intake import Counts
from fangpin.intake.batch import Part
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    from fangpin.identification.explain import Explanation

Progress = Callable[[int, int, Text], None]
Finished = Callable[[Part], Callable[[], PartResult] | None]
_DOING = Text("规则判定", "identifying")


@dataclass
class Verdicts:
    """The verdict table of ``registry`` under ``standard``; computed when it is first asked for."""

    registry: Registry
    standard: Standard
    progress: Progress | None = None
    engine: str = "polars"
    failed: list[Failed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    facts: dict[str, Sums] = field(default_factory=dict)
    """By table, the fingerprint of the facts the verdicts were made from; filled up like findings and counts."""
    rows: Sums = field(default_factory=dict)
    """The fingerprint of the verdicts."""
    _table: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        engine_named(self.engine)

    def results(self, finished: Finished | None = None) -> Iterator[tuple[Part, PartResult]]:
        """Part by part, in their order: its verdicts and what a report needs beside them.

        Findings, counts and failures fill up on the way; a part that failed is left out.

        Args:
            finished: How to have the result of a part that was worked on before; None for one still to be done.

        Raises:
            UnusableInput: the engine cannot be had.
            FangpinError: every part failed; the error is that of the first.
        """
        parts = self.registry.parts()
        known = {id(part): load for part in parts if finished and (load := finished(part)) is not None}
        coming = run(self.registry, self.standard, self.engine, [p for p in parts if id(p) not in known])
        self.findings, self.counts, self.failed = list(self.registry.batch.findings), Counts(), []
        self.facts, self.rows = {}, {}
        for done, part in enumerate(parts):
            if self.progress:
                self.progress(done, len(parts), Text(f"{_DOING.zh} {part.name}", f"{_DOING.en} {part.name}"))
            result: PartResult | Failed = known[id(part)]() if id(part) in known else next(coming)[1]
            if isinstance(result, Failed):
                self.failed.append(result)
                self.findings.append(result.finding())
                if len(self.failed) == len(parts):
                    raise self.failed[0].error
                continue
            self._account(result)
            yield part, result
        if self.progress:
            self.progress(len(parts), len(parts), _DOING)

    def _account(self, result: PartResult) -> None:
        self.findings += result.findings
        self.counts += result.counts
        self.facts = {t: added(self.facts.get(t, {}), some) for t, some in result.facts.items()}
        self.rows = added(self.rows, sums(result.table, ("household_id",)))

    def decided(self) -> Iterator[tuple[pl.DataFrame, dict[str, pl.DataFrame]]]:
        """Part by part, in this process: its verdict table, and the frames of the day it was made from."""
        alike = Alike(self.standard)
        self.findings, self.counts = list(self.registry.batch.findings), Counts()
        self.facts, self.rows = {}, {}
        for part in self.registry.parts():
            result, frames = judged(self.registry, part, self.standard, alike)
            self._account(result)
            yield result.table, frames

    def tables(self) -> Iterator[pl.DataFrame]:
        """One verdict table a part, in the order of the parts.

        Raises:
            FangpinError: a part could not be judged; what is left would be taken for the whole.
        """
        for _, result in self.results():
            if self.failed:
                break
            yield result.table
        if self.failed:
            raise self.failed[0].error

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

    def join(self, *columns: str) -> pl.DataFrame:
        """The verdicts beside stored columns (``table.field``), as recorded on the day.

        Money is in yuan; of members and other tables with several rows each household gets a list.

        Raises:
            UnusableInput: there is no such column.

        Examples:
            ``verdicts.join("household.household_type", "living.house_grade", "member.birth_date")``
        """
        from fangpin.identification.joined import recorded

        beside = recorded(self.registry, self.standard.as_of, columns)
        return self.to_polars().join(beside, on="household_id", how="left", maintain_order="left")

    def citation(self, lang: str | None = None) -> Any:
        """What the verdicts rest on: standard, hash, source, day, data, version; as text in a language, or in parts."""
        from fangpin.identification.citation import citation_of

        found = citation_of([self.standard], [self.registry.snapshot_hash()])
        return found if lang is None else found.text(lang)

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


def identify(
    registry: Registry, standard: Standard, progress: Progress | None = None, engine: str = "polars"
) -> Verdicts:
    """The verdicts of every household of ``registry`` under ``standard``; nothing runs until they are asked for.

    Args:
        registry: What :func:`fangpin.read` gives.
        standard: What :func:`fangpin.standard` gives; its day is the day of the verdict.
        progress: Called with (done, all, what) part by part.
        engine: ``polars``, or ``spark``.
    """
    return Verdicts(registry, standard, progress, engine)
