"""Batches: what reading hands on, and never touches again.

Gives   Batch, Part, Loaded, Counts, SourceFile
Keeps   rows = accepted + accepted_with_findings + refused, for every table, part and batch
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import polars as pl

from fangpin.intake.address import Address, on_this_machine
from fangpin.intake.judge import Places
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

Columns = Mapping[str, set[str]]
Progress = Callable[[int, int, Text], None]
"""Called with what is done, what there is to do (both in the same unit), and what is being done."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by outcome; they always add up."""

    rows: int = 0
    accepted: int = 0
    accepted_with_findings: int = 0
    refused: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            self.accepted + other.accepted,
            self.accepted_with_findings + other.accepted_with_findings,
            self.refused + other.refused,
        )

    def to_json(self) -> dict[str, int]:
        """The four numbers by name."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "accepted_with_findings": self.accepted_with_findings,
            "refused": self.refused,
        }


@dataclass(frozen=True)
class SourceFile:
    """One file (or sheet, or frame) that was read; ``content`` is hashed where there is no file on disk."""

    path: Path | Address
    table: str
    rows: int
    sheet: str = ""
    content: str = ""
    shown: str = ""
    """The name that findings call it by."""
    answer: bool = False
    """Whether it came back from a visit and is laid over what was known."""

    @property
    def local(self) -> Path:
        """Its path on this machine, for what is read whole."""
        return on_this_machine(self.path)

    @cached_property
    def sha256(self) -> str:
        """The hash of the file's bytes, hex; computed when first asked for."""
        if self.content:
            return self.content
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Loaded:
    """Canonical frames of one part: accepted rows only; every table of the catalogue is there."""

    frames: dict[str, pl.DataFrame]
    findings: list[Finding]
    counts: Counts
    by_table: dict[str, Counts]
    by_file: dict[tuple[str, str, str], Counts] = field(default_factory=dict)
    """Counts by table, file and sheet."""
    design: pl.DataFrame | None = None
    """Survey design, one row a household (household_id, weight, stratum, psu), where a profile declares it."""
    places: Mapping[str, Places] = field(default_factory=dict)
    """Where the rows of each frame stood; not kept where parts were joined."""
    voids: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """By table, the versions (key and version columns) of which contradicting rows were refused: nothing is known of
    the key while such a version would hold. Only those for which an older row would speak instead."""


class Part(Protocol):
    """A set of households with all their rows; parts of one batch share no household."""

    @property
    def name(self) -> str: ...

    def load(self, columns: Columns | None = None) -> Loaded:
        """The frames of this part: every column, or only those named (inside names), keys and version columns."""
        ...

    def may_hold(self, household_id: str) -> bool:
        """Whether a household can be in this part; False is certain, and costs no reading."""
        ...


@dataclass(frozen=True)
class Batch:
    """Everything that was read from one source.

    ``findings`` are those about files, sheets and columns; those about cells and rows come with each part.
    """

    parts: Sequence[Part]
    files: list[SourceFile]
    findings: list[Finding]
    profile: str = ""
    profile_hash: str = ""
    place: str = ""
    in_memory: bool = True
    profile_file: str = ""
    """The file of the profile, where it is none that ships."""
    given: tuple[str, ...] = ()
    """The paths that were given, all of them; none where frames were."""
    _whole: list[Loaded] = field(default_factory=list, repr=False)

    def load(self, columns: Columns | None = None) -> Loaded:
        """All parts as one; for input that fits in memory."""
        if columns is None and self._whole:
            return self._whole[0]
        loaded = join([part.load(columns) for part in self.parts])
        if columns is None and self.in_memory:
            self._whole.append(loaded)
        return loaded


def join(pieces: Sequence[Loaded]) -> Loaded:
    """Several loaded parts as one."""
    if len(pieces) == 1:
        return pieces[0]
    frames = {name: pl.concat([p.frames[name] for p in pieces]) for name in pieces[0].frames}
    by_table = {name: sum((p.by_table[name] for p in pieces), Counts()) for name in pieces[0].by_table}
    by_file: dict[tuple[str, str, str], Counts] = {}
    for piece in pieces:
        for place, counts in piece.by_file.items():
            by_file[place] = by_file.get(place, Counts()) + counts
    designs = [p.design for p in pieces if p.design is not None]
    void = {name: [p.voids[name] for p in pieces if name in p.voids] for name in pieces[0].frames}
    return Loaded(
        frames,
        [f for p in pieces for f in p.findings],
        sum((p.counts for p in pieces), Counts()),
        by_table,
        by_file,
        pl.concat(designs) if designs else None,
        voids={name: pl.concat(some) for name, some in void.items() if some},
    )
