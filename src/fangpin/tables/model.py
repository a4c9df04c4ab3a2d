"""Nouns: what a table, a field and a code list are, and how they are found by any of their names.

Gives   Field, Table, CodeList, Catalogue: frozen; built by tables.catalogue from the YAML files
Not     reading the files (catalogue), data types (schemas)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

Kind = Literal["str", "id", "region", "file", "code", "codes", "bool", "int", "num", "money", "date", "month"]
Required = Literal["Y", "N", "C", "D"]
Privacy = Literal["direct", "sensitive", "plain"]
Per = Literal["household", "member", "many"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of one table.

    ``codes`` names the code list of a ``code`` or ``codes`` field; ``minimum`` and ``maximum`` are inclusive, in
    ``unit``; ``fresh_days`` is None where the fact does not change; ``ask`` is None where it is never asked;
    ``excuse`` marks facts that count only when recorded.
    """

    table: str
    name: str
    label: Text
    kind: Kind
    unit: str | None = None
    codes: str | None = None
    required: Required = "N"
    privacy: Privacy = "plain"
    fresh_days: int | None = None
    fresh_source: str | None = None
    ask: Text | None = None
    ours: bool = False
    source: str = "ours"
    note: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    alias: str | None = None
    excuse: bool = False

    @property
    def path(self) -> str:
        """``table.field``, the name in messages and in ``ask``."""
        return f"{self.table}.{self.name}"

    @property
    def inside(self) -> str:
        """The name in canonical frames and in rules: the alias where the code is a keyword, else the code."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table; ``fields`` in the order of the data dictionary, ``version_fields`` are the four that all accept."""

    name: str
    label: Text
    key: tuple[str, ...]
    per: Per
    fields: Mapping[str, Field]
    version_fields: Mapping[str, Field]

    @property
    def columns(self) -> Mapping[str, Field]:
        """All fields by their outside names, those of versions last."""
        return {**self.fields, **self.version_fields}

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that must be filled in every row: the key, or the household where there is no unique key."""
        return self.key or ("household_id",)

    def field(self, name: str) -> Field:
        """The field with this code or alias.

        Raises:
            LookupError: the table has no such field; the message names the nearest.
        """
        found = self.fields.get(name) or self.version_fields.get(name)
        if found is None:
            found = next((f for f in self.fields.values() if f.alias == name), None)
        if found is None:
            raise LookupError(_missing(f"{self.name}.{name}", (f"{self.name}.{known}" for known in self.columns)))
        return found


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes with their labels; codes are text, ``also`` holds other spellings that are read."""

    name: str
    label: Text
    items: Mapping[str, Text]
    also: Mapping[str, tuple[str, ...]]
    source: str
    ours: bool
    index: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in their order."""
        return tuple(self.items)

    def code_of(self, text: str) -> str | None:
        """The code that ``text`` means: a code, a label in Chinese or English, or a listed other spelling.

        Examples:
            >>> from fangpin import tables
            >>> tables.catalogue().codelist("sex").code_of(" 女 ")
            '2'
        """
        text = text.strip()
        return text if text in self.items else self.index.get(text) or self.index.get(text.casefold())

    def label_of(self, code: str, lang: str = "zh") -> str:
        """The label of a code; the code itself where the list does not know it."""
        return self.items[code](lang) if code in self.items else code


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All tables and code lists; found by code, alias or label."""

    tables: Mapping[str, Table]
    codelists: Mapping[str, CodeList]
    roster_label: Text
    roster_ask: Text
    headings: Mapping[tuple[str, str], Field]
    table_names: Mapping[str, str]

    def table(self, name: str) -> Table:
        """The table with this code.

        Raises:
            LookupError: there is no such table; the message names the nearest.
        """
        if name not in self.tables:
            raise LookupError(_missing(name, self.tables))
        return self.tables[name]

    def field(self, path: str) -> Field:
        """The field at ``table.field``; an alias serves as well as the code.

        Raises:
            LookupError: there is no such field; the message names the nearest.
        """
        table, _, name = path.partition(".")
        return self.table(table).field(name)

    def codelist(self, name: str) -> CodeList:
        """The code list with this name.

        Raises:
            LookupError: there is no such list; the message names the nearest.
        """
        if name not in self.codelists:
            raise LookupError(_missing(name, self.codelists))
        return self.codelists[name]

    def heading(self, table: str, text: str) -> Field | None:
        """The field that a column heading means: its code, alias, Chinese or English label; None if unknown."""
        text = text.strip()
        return self.headings.get((table, text)) or self.headings.get((table, text.casefold()))

    def table_named(self, text: str) -> Table | None:
        """The table that a sheet or file name means: its code or label, with or without a suffix in brackets."""
        text = text.strip()
        for name in (text, text.partition("（")[0].strip()):
            found = self.table_names.get(name) or self.table_names.get(name.casefold())
            if found is not None:
                return self.tables[found]
        return None


def _missing(name: str, known: Iterable[str]) -> str:
    guess = nearest(name, known)
    return f"unknown name {name!r}" + (f"; did you mean {guess!r}?" if guess else "")
