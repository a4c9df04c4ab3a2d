"""Blocks: what a page of the report is made of, before it looks like anything.

Gives   Section with its blocks (Para, Table, Figure, Bullets, Sub), Cell; number, yuan, percent
Not     words (words), looks (templates/)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Tone = Literal["plain", "quiet", "todo", "wait", "due", "bad"]
CellKind = Literal["text", "name", "code", "chip", "number", "head"]
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, what it is, and a smaller line below; a ``name`` is a proper noun and is not translated."""

    text: str
    kind: CellKind = "text"
    tone: Tone = "plain"
    below: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether it holds numbers, what a code in its heading means, its share of the width (%)."""

    heading: str
    numeric: bool = False
    title: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; ``pieces`` may hold names and codes."""

    pieces: tuple[Cell, ...]
    tone: Tone = "plain"
    kind: str = "para"


@dataclass(frozen=True, slots=True)
class Sub:
    """A heading inside a section."""

    text: str
    kind: str = "sub"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short lines."""

    items: tuple[tuple[Cell, ...], ...]
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption.

    ``tall`` ones scroll on a screen and are whole on paper; ``stack`` puts the first column above the others on a
    phone.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    tall: bool = False
    total: tuple[Cell, ...] = ()
    stack: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and the table that says the same; a wide table stands below the chart."""

    svg: str
    table: Table
    wide: bool = False
    kind: str = "figure"


Block = Para | Sub | Bullets | Table | Figure


@dataclass(slots=True)
class Section:
    """One section of the report."""

    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)

    def add(self, *blocks: Block) -> Section:
        """The same section with more blocks."""
        self.blocks.extend(blocks)
        return self


def text(said: str, tone: Tone = "plain") -> Cell:
    """Plain words."""
    return Cell(said, "text", tone)


def name(said: str) -> Cell:
    """A proper noun or a title in its own language."""
    return Cell(said, "name")


def own_words(said: str) -> Cell:
    """Words of a document: a name where they are, or hold, words in its own script."""
    return name(said) if any("\u3400" <= c <= "\u9fff" for c in said) else text(said)


def code(said: str) -> Cell:
    """A name in code, a hash, a command."""
    return Cell(said, "code")


def chip(said: str, tone: Tone, below: str = "") -> Cell:
    """A short word in a frame; its tone only repeats what the word says."""
    return Cell(said, "chip", tone, below)


def head(said: str) -> Cell:
    """The heading of a row."""
    return Cell(said, "head")


def number(value: int | None) -> Cell:
    """A whole number, thousands separated."""
    return Cell(NOTHING if value is None else f"{value:,}", "number")


def percent(part: int, whole: int) -> Cell:
    """A share of households with one decimal."""
    return Cell(share(part, whole), "number")


def share(part: int, whole: int) -> str:
    """``12.3%``; a dash where there is nothing to take a share of."""
    return f"{100 * part / whole:.1f}%" if whole else NOTHING


def yuan(value: Decimal | None, decimals: int = 0) -> str:
    """Yuan with thousands separated; without decimals in lists."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


def para(*pieces: Cell | str, tone: Tone = "plain") -> Para:
    """A paragraph of words, names and codes."""
    return Para(tuple(text(p) if isinstance(p, str) else p for p in pieces), tone)


def columns(*headings: str, numeric: Sequence[int] = (), widths: Sequence[int] = ()) -> tuple[Column, ...]:
    """Columns by their headings; ``numeric`` are the positions of those that hold numbers."""
    return tuple(Column(h, i in numeric, width=widths[i] if widths else 0) for i, h in enumerate(headings))
