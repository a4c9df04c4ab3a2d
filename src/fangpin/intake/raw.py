"""Raw tables: rows as they stand in a file, before anything is understood.

Gives   RawTable (one table from one file, sheet or frame), Sheet (rows not yet known to be a table), Note (what was
        found before cells are read), Origin (where a row stood), duplicate-safe column names
Not     what a column means (headings), what a cell means (columns)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: the file and sheet as shown to a person, and the number of each row there.

    ``rows`` is None where the rows follow each other from ``first`` on.
    """

    file: str
    sheet: str = ""
    rows: pl.Series | None = None
    first: int = 2
    epoch: int = 1900
    """The system of day numbers of the workbook: 1900 or 1904."""

    def row(self, position: int) -> int:
        """The number of the row at this position, counted as a person does (the heading is row 1)."""
        return int(self.rows[position]) if self.rows is not None else self.first + position

    def only(self, kept: pl.Series) -> Origin:
        """The origin of the rows at these positions."""
        numbers = self.rows.gather(kept) if self.rows is not None else kept.cast(pl.UInt32) + self.first
        return replace(self, rows=numbers)

    @property
    def place(self) -> str:
        """File and sheet, for messages."""
        return f"{self.file} › {self.sheet}" if self.sheet else self.file


@dataclass(frozen=True, slots=True)
class Note:
    """Something found about cells of one field: the code of a finding, positions, what was read there, and (for the
    messages that say it) what is known from elsewhere."""

    field: str
    code: str
    at: tuple[int, ...]
    read: tuple[str, ...]
    known: tuple[str, ...] = ()

    def only(self, new: Mapping[int, int]) -> Note | None:
        """The note about the rows that are kept, at their new positions; None where it was about none of them."""
        kept = [i for i, at in enumerate(self.at) if at in new]
        if not kept:
            return None
        known = tuple(self.known[i] for i in kept) if self.known else ()
        return replace(
            self, at=tuple(new[self.at[i]] for i in kept), read=tuple(self.read[i] for i in kept), known=known
        )


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table from one place: unique column names in ``frame``, the headings as they stand in ``headings``."""

    table: str
    frame: pl.DataFrame
    headings: tuple[str, ...]
    origin: Origin
    surplus: tuple[int, ...] = ()
    """Positions of rows that have more cells than there are headings."""
    short: tuple[int, ...] = ()
    """Positions of rows that end before the last heading."""
    typed: bool = False
    """Whether the columns come from a file with types, which no spreadsheet has touched."""
    meant: tuple[str, ...] | None = None
    """The field of each column where a profile has said so (empty: none of this table); None: by the headings."""
    in_unit: frozenset[str] = frozenset()
    """Paths of fields that a profile has brought into their unit, whatever their headings say."""
    counted: bool = True
    """Whether its rows are rows of the file; not where they were made of another table's rows."""
    notes: tuple[Note, ...] = ()
    """What was found about its cells before they were read."""
    likely: Mapping[str, str] = field(default_factory=dict)
    """Fields that no column is, with the unknown heading most like each, where a profile looked for them."""
    match: bool = False
    """Whether household and person are still to be found by identity number."""
    blank_key: str = "FP-INTAKE-040"
    """The code that says why a row without a key is refused."""

    def only(self, kept: pl.Series) -> RawTable:
        """The rows at these positions."""
        new = {old: at for at, old in enumerate(kept.to_list())} if self.surplus or self.short or self.notes else {}
        surplus, short = (tuple(new[at] for at in some if at in new) for some in (self.surplus, self.short))
        notes = tuple(kept_ for note in self.notes if (kept_ := note.only(new)) is not None)
        origin = self.origin.only(kept)
        return replace(self, frame=self.frame[kept], origin=origin, surplus=surplus, short=short, notes=notes)

    def column(self, index: int) -> pl.Series:
        """The raw column under the heading of this number."""
        return self.frame.to_series(index)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet or text file as it stands: its headings and the rows below them; which table it is, is not known yet.

    ``groups`` says for each heading what stands above it in a merged cell; ``header`` is the number of the row of
    headings; ``path`` is the file on disk (of an archive, the archive), ``content`` the hash of a member's bytes.
    """

    headings: tuple[str, ...]
    frame: pl.DataFrame
    origin: Origin
    groups: tuple[str, ...] = ()
    header: int = 1
    surplus: tuple[int, ...] = ()
    short: tuple[int, ...] = ()
    typed: bool = False
    path: Path | None = None
    content: str = ""

    def raw(self, table: str) -> RawTable:
        """The sheet as this table, understood by its headings."""
        return RawTable(table, self.frame, self.headings, self.origin, self.surplus, self.short, self.typed)


def unique_names(count: int) -> list[str]:
    """Names for raw columns that never collide, whatever the headings are."""
    return [f"c{i}" for i in range(count)]


def text_frame(columns: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Columns of text as a frame with unique names."""
    names = unique_names(len(columns))
    return pl.DataFrame({n: pl.Series(n, list(c), dtype=pl.String) for n, c in zip(names, columns, strict=True)})
