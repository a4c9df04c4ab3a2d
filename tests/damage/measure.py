"""Measuring: one kind planted in an undamaged county, the file checked, every plant accounted for.

Gives   undamaged (what checking says of the county as it is), measured → Measure
Keeps   found: a finding with a code of the kind, at the file, sheet, row and column of the plant. read: the value, or the
        whole of the tables, is as it was before. Everything else is missed
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import polars as pl

from damage.county import Export, Row, Shape, county
from damage.plan import Kind, Plant, Work
from fangpin.intake import CheckResult, check
from fangpin.intake.batch import Loaded, Part
from fangpin.intake.check import Examined
from fangpin.registry.checks import Examiner
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.findings import Finding

GRAVE = ("error", "warning")
DAY = date(2021, 12, 31)
Frames = dict[str, pl.DataFrame]


@dataclass
class Measure:
    """What became of the plants of one kind.

    ``strays`` are new errors and warnings outside the damaged households, ``inside`` those within; ``refused`` are
    undamaged rows that were refused; ``adds_up`` is whether every record of the file is accounted for.
    """

    kind: Kind
    planted: int
    found: int = 0
    read: int = 0
    missed: list[Plant] = field(default_factory=list)
    inside: int = 0
    strays: list[Finding] = field(default_factory=list)
    refused: int = 0
    adds_up: bool = True
    said: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        """The share of the plants that were found or read as meant."""
        return (self.found + self.read) / self.planted if self.planted else 0.0

    @property
    def precision(self) -> float | None:
        """The share of the new errors and warnings that stand where damage is; None if there is none."""
        new = self.inside + len(self.strays)
        return self.inside / new if new else None


@dataclass(frozen=True)
class Undamaged:
    """The county as it is: what checking says, and what reading gives."""

    result: CheckResult
    frames: Frames
    said: Counter[tuple[str, ...]]


def _key(found: Finding) -> tuple[str, ...]:
    return found.code, found.field, found.record


@cache
def undamaged(shape: Shape, households: int, seed: int) -> Undamaged:
    """The undamaged county."""
    with tempfile.TemporaryDirectory() as folder:
        path = county(households, seed).export(shape).write(Path(folder))
        result, frames = _checked(path)
        return Undamaged(result, frames, Counter(map(_key, result.findings)))


class _Keeping(Examiner):
    """The quality checks, and the frames they looked at."""

    frames: Frames

    def part(self, part: Part, loaded: Loaded) -> Examined:
        """The findings of a part, whose frames are kept."""
        self.frames = loaded.frames
        return super().part(part, loaded)


def _checked(path: Path) -> tuple[CheckResult, Frames]:
    examiner = _Keeping(DAY)
    result = check(path, examiner=examiner)
    return result, examiner.frames


def measured(kind: Kind, households: int, seed: int, plants: int) -> Measure:
    """A kind planted in the county, and what checking the file says."""
    return _measured([kind], households, seed, plants)[0]


def together(kinds: Sequence[Kind], households: int, seed: int, plants: int) -> list[Measure]:
    """Kinds of one shape that break cells and rows, planted in one county, each in households of its own."""
    return _measured(kinds, households, seed, plants)


def _measured(kinds: Sequence[Kind], households: int, seed: int, plants: int) -> list[Measure]:
    shape = kinds[0].shape
    export = county(households, seed).export(shape)
    works: list[Work] = []
    touched: set[str] = set()
    for kind in kinds:
        works.append(Work(export, Random(f"{kind.name} {seed}"), plants, touched=touched))
        kind.do(works[-1])
    before = undamaged(shape, households, seed)
    rewrite = works[0].rewrite
    with tempfile.TemporaryDirectory() as folder:
        path = export.write(Path(folder))
        if rewrite is not None:
            path = rewrite(path) or path
        try:
            result, frames = _checked(path)
        except FangpinError as error:
            return [_refused(kind, work, error) for kind, work in zip(kinds, works, strict=True)]
    new = _new(before, result)
    places = _Places(export, new)
    return [_account(k, w, before, result, frames, places) for k, w in zip(kinds, works, strict=True)]


def _refused(kind: Kind, work: Work, error: FangpinError) -> Measure:
    """The whole file was refused: every plant is found if the code is one of the kind's."""
    told = error.code in kind.says
    missed = [] if told else list(work.plants)
    return Measure(kind, len(work.plants), len(work.plants) if told else 0, 0, missed, said=Counter([error.code]))


def _new(before: Undamaged, result: CheckResult) -> list[Finding]:
    """The findings that the undamaged county did not have."""
    left = before.said.copy()
    new: list[Finding] = []
    for one in result.findings:
        if left[_key(one)]:
            left[_key(one)] -= 1
        else:
            new.append(one)
    return new


def _account(
    kind: Kind, work: Work, before: Undamaged, result: CheckResult, frames: Frames, places: _Places
) -> Measure:
    new = places.findings
    made = Measure(kind, len(work.plants), said=Counter(f.code for f in new))
    for plant in work.plants:
        if places.says(plant, kind.says):
            made.found += 1
        elif kind.read and _as_before(plant, before.frames, frames):
            made.read += 1
        else:
            made.missed.append(plant)
    grave = [f for f in new if f.severity in GRAVE]
    made.strays = [] if work.whole else [f for f in grave if not _own(f, work, places)]
    made.inside = len(grave) - len(made.strays)
    made.refused = _wrongly(new, work, places)
    counts = result.counts
    whole = counts.accepted + counts.accepted_with_findings + counts.refused == counts.rows
    made.adds_up = whole and (work.rewrite is not None or counts.rows == work.export.records())
    return made


def _own(found: Finding, work: Work, places: _Places) -> bool:
    """Whether a finding stands in a damaged household or row."""
    if found.record.partition("/")[0] in work.touched:
        return True
    row = places.rows.get((found.file, found.sheet, found.row))
    return row is not None and row.household in work.touched


def _wrongly(new: Sequence[Finding], work: Work, places: _Places) -> int:
    """Undamaged rows that were refused."""
    codes = {f"FP-INTAKE-{n:03}" for n in range(40, 45)}
    return 0 if work.whole else sum(f.code in codes and not _own(f, work, places) for f in new)


class _Places:
    """Findings by where they stand, and rows by where they are."""

    def __init__(self, export: Export, findings: Sequence[Finding]) -> None:
        self.export = export
        self.at: dict[tuple[str, str, int], list[Finding]] = {}
        self.findings = findings
        self.rows: dict[tuple[str, str, int], Row] = {}
        self.where: dict[int, tuple[str, str, int]] = {}
        for one in findings:
            self.at.setdefault((one.file, one.sheet, one.row), []).append(one)
        for sheet in export.sheets.values():
            name = "" if export.shape == "csv" else sheet.name
            for i, row in enumerate(sheet.rows):
                place = (export.file(sheet), name, len(sheet.above) + 2 + i)
                self.rows[place] = row
                self.where[id(row)] = place

    def says(self, plant: Plant, codes: Sequence[str]) -> bool:
        """Whether a finding with one of these codes stands at the place of the plant."""
        if plant.sheet is None:
            return any(f.code in codes for f in self.findings)
        if plant.row is None:
            return any(
                f.code in codes and (f.column == plant.heading or (not f.column and f.field == plant.path))
                for f in self.findings
                if f.file in ("", self.export.file(plant.sheet))
            )
        if plant.wide:
            home = plant.row.household
            return any(f.code in codes and home in (f.record.partition("/")[0], self._home(f)) for f in self.findings)
        here = self.at.get(self.where[id(plant.row)], [])
        return any(f.code in codes and (not plant.heading or f.column == plant.heading) for f in here)

    def _home(self, found: Finding) -> str:
        row = self.rows.get((found.file, found.sheet, found.row))
        return row.household if row is not None else ""


def _as_before(plant: Plant, before: Frames, after: Frames) -> bool:
    """Whether the value of a plant is what it was; of a plant without a cell, whether every table is."""
    if plant.row is None or not plant.path:
        return _same(before, after)
    table, _, name = plant.path.rpartition(".")
    old, new = (_value(frames[table or "household"], plant.row, name) for frames in (before, after))
    return old is not None and old == new


def _value(frame: pl.DataFrame, row: Row, name: str) -> list[object] | None:
    where = pl.col("household_id") == row.household
    if "person_id" in frame.columns:
        where &= pl.col("person_id") == row.person
    found = frame.filter(where)
    return found[name].to_list() if found.height else None


def _same(before: Frames, after: Frames) -> bool:
    for name, frame in before.items():
        keys = [key for key in ("household_id", "person_id") if key in frame.columns]
        if not frame.sort(keys).equals(after[name].sort(keys), null_equal=True):
            return False
    return True
