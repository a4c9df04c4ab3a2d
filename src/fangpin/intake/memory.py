"""Batches in memory: small input, read and judged as a whole.

Reads   raw tables, from whatever they were read
Gives   memory_batch; mapped_batch for what a profile made; MemoryPart, which hands out the columns asked for
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fangpin import tables
from fangpin.intake.answers import combined, visits
from fangpin.intake.batch import Batch, Columns, Loaded, Part, SourceFile
from fangpin.intake.frames import content_hash
from fangpin.intake.headings import Headed, absent_in
from fangpin.intake.judge import Judged, column_findings, empty_frame, judge, judge_headed, wanted_fields
from fangpin.intake.messages import finding, unusable
from fangpin.intake.raw import Origin, RawTable
from fangpin.intake.rows import account
from fangpin.tables import Table
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    from fangpin.intake.profile import Profile

MEMORY_LIMIT = 100_000
"""Findings of one code and field that are kept one by one for input in memory; the rest is counted."""


@dataclass(frozen=True, slots=True)
class MemoryPart:
    """A part whose frames are already there."""

    name: str
    whole: Loaded

    def load(self, columns: Columns | None = None) -> Loaded:
        """The frames, every column or only those asked for; findings and counts are those of the whole."""
        if columns is None:
            return self.whole
        return replace(self.whole, frames={n: select(f, n, columns) for n, f in self.whole.frames.items()})

    def may_hold(self, household_id: str) -> bool:
        """Whether the household is in this part."""
        return household_id in self.whole.frames["household"]["household_id"]


def select(frame: pl.DataFrame, table: str, columns: Columns) -> pl.DataFrame:
    """Columns asked for, keys and version columns; a table nobody asked for has no rows."""
    if table not in columns and table != "household":
        return empty_frame(wanted_fields(tables.catalogue().table(table), ()))
    fields = wanted_fields(tables.catalogue().table(table), columns.get(table, set()))
    return frame.select([f.inside for f in fields])


def memory_batch(
    raws: Sequence[RawTable],
    findings: Sequence[Finding],
    *,
    place: str,
    paths: Mapping[str, Path] | None = None,
    answers: Sequence[RawTable] = (),
    contents: Mapping[str, str] | None = None,
    profile: tuple[str, str] = ("", ""),
) -> Batch:
    """Raw tables as a batch of one part; answers are laid over what the tables say.

    Args:
        raws: The tables, by file and sheet.
        findings: What was already found about files and sheets.
        place: Where it all comes from, as shown.
        paths: The file on disk of each place.
        answers: Rows that came back from visits.
        contents: Hashes of places that are no file of their own (members of an archive).
        profile: The name of the profile that was asked for, and its hash.

    Raises:
        UnusableInput: there is no table of households, or a key column is missing or doubled.
    """
    if not any(raw.table == "household" for raw in raws):
        raise unusable("FP-INTAKE-003", place=place, read="、".join(raw.origin.place for raw in raws)[:200])
    judged: dict[str, Judged] = {}
    about = list(findings)
    visited: dict[str, pl.DataFrame] = {}
    for table in tables.catalogue().tables.values():
        own = [raw for raw in raws if raw.table == table.name]
        judged[table.name], headed = judge_made(table, own)
        about += _about(table, [(heads, raw.origin) for heads, raw in zip(headed, own, strict=True)])
        for file, replies in _by_file(raw for raw in answers if raw.table == table.name):
            said, headed = judge(table, replies)
            visited.setdefault(file, visits(said))
            judged[table.name] = combined(judged[table.name], said, visited[file])
            about += column_findings(headed)
    part: Part = MemoryPart(Path(place).stem if place else "frames", account(judged, MEMORY_LIMIT))
    files = [
        file
        for some, answer in ((raws, False), (answers, True))
        for file in _source_files([raw for raw in some if raw.counted], paths or {}, contents or {}, answer=answer)
    ]
    return Batch([part], files, about, *profile, place)


def _by_file(answers: Iterable[RawTable]) -> list[tuple[str, list[RawTable]]]:
    """Answers by the file they came in, in the order in which the files came."""
    found: dict[str, list[RawTable]] = {}
    for raw in answers:
        found.setdefault(raw.origin.file, []).append(raw)
    return list(found.items())


def judge_made(table: Table, raws: Sequence[RawTable]) -> tuple[Judged, list[Headed]]:
    """The rows of one table; what a row of its own says stands above what was made of another table's rows."""
    made = [raw for raw in raws if not raw.counted]
    own = [raw for raw in raws if raw.counted]
    if not made or not own:
        return judge(table, raws)
    below, headed_below = judge(table, made)
    above, headed_above = judge(table, own)
    heads = {id(raw): h for raw, h in zip([*made, *own], [*headed_below, *headed_above], strict=True)}
    return combined(below, above), [heads[id(raw)] for raw in raws]


def _about(table: Table, headed: list[tuple[Headed, Origin]]) -> list[Finding]:
    """What the columns of one table had to say, or that the table is not there."""
    if not headed:
        return [finding("FP-INTAKE-017", table=table.name, label=table.label, field=table.name)]
    return column_findings([heads for heads, _ in headed]) + absent_in(table, headed)


def mapped_batch(
    raws: Mapping[str, tuple[RawTable, Headed]],
    findings: Sequence[Finding],
    place: str,
    paths: Mapping[str, Path],
    profile: Profile,
    design: pl.DataFrame | None,
    lacks: Mapping[str, Text],
) -> Batch:
    """What a profile made of files as a batch of one part."""
    judged: dict[str, Judged] = {}
    about = list(findings)
    for table in tables.catalogue().tables.values():
        own = [raws[table.name]] if table.name in raws else []
        judged[table.name] = judge_headed(table, own, check_regions=profile.document.regions == "china")
        about += [
            replace(f, remedy=lacks.get(f.field, f.remedy))
            for f in _about(table, [(heads, raw.origin) for raw, heads in own])
        ]
    whole = replace(account(judged, MEMORY_LIMIT), design=design)
    part: Part = MemoryPart(profile.name, whole)
    files = _source_files([raw for raw, _ in raws.values()], paths, {})
    return Batch([part], files, about, profile.name, profile.sha256, place)


def _source_files(
    raws: Sequence[RawTable], paths: Mapping[str, Path], contents: Mapping[str, str], *, answer: bool = False
) -> list[SourceFile]:
    return [
        SourceFile(
            paths.get(raw.origin.place, Path(raw.origin.file)),
            raw.table,
            raw.frame.height,
            raw.origin.sheet,
            contents.get(raw.origin.place) or ("" if raw.origin.place in paths else content_hash(raw)),
            raw.origin.file,
            answer,
        )
        for raw in raws
    ]
