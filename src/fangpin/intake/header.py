"""Headers: the row of headings of a sheet, found and not assumed.

Reads   the first rows of a sheet or text file
Gives   find → Header: which row it is, the headings, the groups above them, the titles
Not     what a heading means (headings, recognise)
Keeps   the first row that is filled is the header unless a later one says clearly more; what stands above is kept
        as titles and said
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cells = Sequence[str]
Known = Callable[[Cells], int]
ROWS = 40
"""How far down a header is looked for."""
_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Header:
    """The header: the position of its row, headings by column, the group each stands in, and the rows above it."""

    at: int
    headings: tuple[str, ...]
    groups: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def first(self) -> bool:
        """Whether nothing stands above it."""
        return self.at == 0


def normal(text: str) -> str:
    """A heading as it is compared: narrow, in small letters, without blanks, line ends and marks of required columns.

    Examples:
        >>> normal(" *户 编号（必填）")
        '户编号(必填)'
    """
    text = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    return "".join(text.replace("\ufeff", "").split()).strip("*").casefold()


def find(rows: Sequence[Cells], known: Known, row: int | None = None) -> Header | None:
    """The header of a sheet; None where no row is filled.

    Args:
        rows: Its first rows, as text, blank ones included.
        known: How many cells of a row are headings that somebody knows.
        row: The number of the row of headings (from 1) where a profile has said it.
    """
    head = [[cell.strip() for cell in row] for row in rows[:ROWS]]
    filled = [sum(map(bool, row)) for row in head]
    if not any(filled):
        return None
    if row is not None and 0 < row <= len(head):
        return _header(head, row - 1, split=not all(head[row - 1]) and row > 1 and filled[row - 2] > 1)
    first = next(i for i, count in enumerate(filled) if count)
    scores = {i: known(row) for i, row in enumerate(head) if filled[i]}
    two = {i: known(_under(head[i - 1], head[i])) for i in scores if i and filled[i - 1] > 1}
    best = max(scores, key=lambda i: (max(scores[i], two.get(i, 0)), -i))
    score = max(scores[best], two.get(best, 0))
    if score < 2 or score < _SHARE * filled[best] or score <= scores[first]:
        widest = max(filled)
        best = first if scores[first] else next(i for i, count in enumerate(filled) if count * 2 >= widest)
    return _header(head, best, split=two.get(best, 0) > scores[best])


def _under(above: Cells, row: Cells) -> list[str]:
    """Headings of a row, taken from the row above where a cell is blank (a cell merged downwards)."""
    width = max(len(above), len(row))
    one, two = [*above, *[""] * (width - len(above))], [*row, *[""] * (width - len(row))]
    return [low or high for high, low in zip(one, two, strict=True)]


def _header(head: Sequence[Cells], at: int, *, split: bool) -> Header:
    row = head[at]
    above = head[at - 1] if at else []
    grouped = len([cell for cell in above if cell]) > 1
    headings = _under(above, row) if split else row
    groups = _groups(above, row) if grouped else [""] * len(headings)
    top = at - 1 if grouped else at
    titles = tuple(" ".join(filter(None, line)) for line in head[:top] if any(line))
    return Header(at, tuple(headings), tuple(groups[: len(headings)]), titles)


def _groups(above: Cells, row: Cells) -> list[str]:
    """What stands above each heading in a merged cell; it reaches to the next filled cell."""
    groups: list[str] = []
    current = ""
    for i, heading in enumerate(row):
        cell = above[i] if i < len(above) else ""
        current = cell or current
        groups.append(current if heading else "")
        if not heading:
            current = ""
    return groups
