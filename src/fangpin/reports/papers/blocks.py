"""What a paper is made of: fields, tables, text, signatures; each with its words in both languages.

Gives   Layout and its blocks: Words, Fields, Rows, Signatures, Code
"""

from __future__ import annotations

from dataclasses import dataclass

from fangpin.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``{field}`` takes the value of a field, a blank line where it is not given. ``small`` for notes."""

    text: Text
    small: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field in a frame: its label, the field's name, over how many of the grid's two columns, how high (mm)."""

    label: Text
    name: str
    wide: bool = False
    high: int = 0


@dataclass(frozen=True, slots=True)
class Fields:
    """A grid of fields, two a row; a wide one takes a row."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: the field that holds its rows, the columns with their share of the width, rows to leave blank."""

    name: str
    columns: tuple[tuple[Text, str, int], ...]
    blank_rows: int = 8
    numbered: bool = True
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign and date."""

    who: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A square code with what stands beside it; nothing where its field is not given."""

    name: str
    beside: Text


Block = Words | Fields | Rows | Signatures | Code


@dataclass(frozen=True, slots=True)
class Layout:
    """A paper: its blocks from top to bottom, and whether it lies on its side."""

    blocks: tuple[Block, ...]
    landscape: bool = False

    def names(self) -> set[str]:
        """Every field that the layout has a place for; columns of tables as ``rows.column``."""
        found: set[str] = set()
        for block in self.blocks:
            if isinstance(block, Fields):
                found |= {field.name for field in block.fields}
            elif isinstance(block, Rows):
                found |= {block.name} | {f"{block.name}.{name}" for _, name, _ in block.columns}
            elif isinstance(block, Code):
                found.add(block.name)
            elif isinstance(block, Words):
                found |= set(_holes(block.text.zh)) | set(_holes(block.text.en))
        return found


def _holes(template: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(template) if name]
