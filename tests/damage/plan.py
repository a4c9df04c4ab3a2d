"""Kinds of damage as data, and the place where damage is done.

Gives   Kind (what breaks, how, and which findings say so or why none can), Plant, Work, cell (a kind that breaks cells)
Keeps   a household is damaged at most once, so that every finding has one cause; seeded: same seed, same damage
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from damage.county import Cell, Export, Row, Shape, Sheet

Level = Literal["cell", "row", "column", "file"]
Words = tuple[str, str]
NOTHING: Words = ("", "")


@dataclass(eq=False)
class Plant:
    """One damage: its sheet, row (none: the column or the file), heading, and the value that was broken.

    A finding says it if it stands there with a code of the kind; ``wide``: anywhere in the row's household.
    """

    sheet: Sheet | None
    row: Row | None = None
    heading: str = ""
    path: str = ""
    wide: bool = False


@dataclass(eq=False)
class Work:
    """A county that is being damaged; ``count`` is how many plants are wanted."""

    export: Export
    random: Random
    count: int
    plants: list[Plant] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    rewrite: Callable[[Path], Path | None] | None = None
    whole: bool = False

    def rows(self, table: str, fit: Callable[[Row], object] = lambda row: True) -> Iterable[Row]:
        """Rows in an order of chance, of households that nothing was done to, until enough is planted."""
        sheet = self.export.sheets[table]
        some = [row for row in sheet.rows if row.household]
        self.random.shuffle(some)
        for row in some:
            if len(self.plants) >= self.count:
                return
            if row.household not in self.touched and fit(row):
                yield row

    def sheet_of(self, path: str) -> Sheet:
        """The sheet in which a field stands."""
        table = path.split(".")[0]
        return self.export.sheets.get(table, self.export.main)

    def get(self, row: Row, path: str) -> str:
        """The cell of a field, as text."""
        sheet = self.sheet_of(path)
        return str(row.cells[sheet.at(path)]) if path in sheet.fields else ""

    def put(self, row: Row, path: str, value: Cell) -> None:
        """A cell of a field, changed."""
        row.cells[self.sheet_of(path).at(path)] = value

    def plant(self, row: Row, path: str = "", *, wide: bool = False) -> None:
        """That a row was damaged; nothing else is done to its household."""
        sheet = next(s for s in self.export.sheets.values() if row in s.rows)
        heading = sheet.headings[sheet.at(path)] if path else ""
        self.plants.append(Plant(sheet, row, heading, path, wide))
        self.touched.add(row.household)

    def column(self, sheet: Sheet, heading: str = "", path: str = "") -> None:
        """That a column was damaged."""
        self.plants.append(Plant(sheet, None, heading, path))
        self.whole = True

    def file(self) -> None:
        """That a file was damaged."""
        self.plants.append(Plant(None))
        self.whole = True

    def home(self, household: str, table: str = "member") -> list[Row]:
        """The rows of a household."""
        return [row for row in self.export.sheets[table].rows if row.household == household]


Do = Callable[[Work], None]


@dataclass(frozen=True)
class Kind:
    """A kind of damage.

    ``says`` are the codes of which one must stand at the place; empty: none is meant to, since either the value can be
    read as it was meant (``read``) or nothing in the file tells (``why``). With ``read`` and codes either will do.
    """

    name: str
    text: Words
    shape: Shape
    level: Level
    do: Do
    says: tuple[str, ...] = ()
    read: bool = False
    why: Words = NOTHING


Breaker = Callable[[str, Random], "Cell | None"]


def cell(
    name: str,
    zh: str,
    en: str,
    path: str,
    breaks: Breaker,
    *says: str,
    shape: Shape = "national",
    read: bool = False,
    blank: bool = False,
    needs: str = "",
    at: str = "",
    why: Words = NOTHING,
) -> Kind:
    """A kind that breaks the cells of one field.

    Args:
        name: Its name.
        zh: What it is, in Chinese.
        en: What it is, in English.
        path: The field.
        breaks: From the cell and chance to the broken cell; None where this cell cannot be broken so.
        says: The codes of the findings.
        shape: The shape of the county.
        read: Whether the value can be read as it was meant.
        blank: Whether blank cells are broken instead of filled ones.
        needs: Fields of the same row that must be filled.
        at: The field at which the finding stands, if another.
        why: Why nothing can tell.
    """

    def do(work: Work) -> None:
        sheet = work.sheet_of(path)
        table = next(t for t, s in work.export.sheets.items() if s is sheet)
        for row in work.rows(
            table, lambda r: (work.get(r, path) == "") == blank and all(work.get(r, n) for n in needs.split())
        ):
            broken = breaks(work.get(row, path), work.random)
            if broken is None:
                continue
            same = work.home(row.household, table) if path.split(".")[0] not in ("member", table) else [row]
            for one in same:
                work.put(one, path, broken)
            work.plant(same[0], at or path)

    return Kind(name, (zh, en), shape, "cell", do, says, read, why)
