"""Raw tables: rows as they stand in a file, before anything is understood.

Gives   RawTable (one table from one file, sheet or frame), Origin (where a row stood), duplicate-safe column names
Not     what a column means (headings), what a cell means (columns)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
class RawTable:
    """One table from one place: unique column names in ``frame``, the headings as they stand in ``headings``."""

    table: str
    frame: pl.DataFrame
    headings: tuple[str, ...]
    origin: Origin
    surplus: tuple[int, ...] = ()
    """Positions of rows that have more cells than there are headings."""
    typed: bool = False
    """Whether the columns come from a file with types, which no spreadsheet has touched."""

    def column(self, index: int) -> pl.Series:
        """The raw column under the heading of this number."""
        return self.frame.to_series(index)


def unique_names(count: int) -> list[str]:
    """Names for raw columns that never collide, whatever the headings are."""
    return [f"c{i}" for i in range(count)]


def text_frame(columns: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Columns of text as a frame with unique names."""
    names = unique_names(len(columns))
    return pl.DataFrame({n: pl.Series(n, list(c), dtype=pl.String) for n, c in zip(names, columns, strict=True)})
