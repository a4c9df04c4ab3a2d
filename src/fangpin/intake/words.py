"""Words of headings: what any table or profile calls a column.

Gives   known_headings, how many cells of a row are such words
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from fangpin import tables
from fangpin.intake.header import normal
from fangpin.intake.layouts import shipped, words_of


@cache
def _words() -> frozenset[str]:
    """Codes, labels and aliases of every field, and what layouts know, as compared; single letters left out."""
    found: set[str] = set()
    for table in tables.catalogue().tables.values():
        for field in table.columns.values():
            for word in (field.name, field.inside, field.label.zh, field.label.en):
                text = normal(word)
                found |= {text, text.partition("(")[0]}
    for layout in shipped().values():
        for spec in layout.document.sheets.values():
            found |= words_of(spec).keys()
    return frozenset(word for word in found if len(word) > 1 and "#" not in word)


def known_headings(row: Sequence[str]) -> int:
    """How many different cells of a row are headings that some table or profile knows."""
    cells = {normal(cell) for cell in row if cell and len(cell) < 60}
    words = _words()
    return sum(cell in words or cell.partition("(")[0] in words for cell in cells if cell)
