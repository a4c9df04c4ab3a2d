"""A standard in force at a place on a day: frozen, every value with its source.

Gives   Standard and its parts
Not     how it is found and put together (resolve), what it says of a household (identification)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin import tables
from fangpin.language.tree import Node
from fangpin.standards.documents import GroupsDocument, StandardDocument
from fangpin.vocabulary.money import to_micro
from fangpin.vocabulary.text import Text


@dataclass(frozen=True)
class Sources:
    """Everything a resolved standard is made from."""

    id: str
    region: str | None
    as_of: date
    overlays: tuple[Path, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)

    def with_changes(self, changes: Mapping[str, Any]) -> Sources:
        """The same, with ``changes`` beside those there are."""
        return replace(self, changes={**self.changes, **changes})


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter as it holds: its value, unit, label, state, source, who may set it, and who did."""

    name: str
    value: Any
    unit: str | None
    label: Text
    state: str
    source: str
    set_by: str
    direction: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] | None = None
    inherited: Any = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line in yuan per person and year, in whole fen, and how it was set."""

    yuan: Decimal
    form: str
    basis: Text
    year: int | None
    source: str
    estimated: bool = False
    outdated: bool = False
    verified: bool = True

    @property
    def micro(self) -> int:
        return to_micro(self.yuan)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A sub-indicator or veto item: its code, words, compiled rule and clause."""

    code: str
    name: Text
    dimension: str | None
    text: Text
    rule: str
    node: Node
    clause: str
    readings: tuple[Text, ...] = ()
    parameters: tuple[str, ...] = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Regime:
    """The official regime in force on the day: its line at the place, if it is known, and its key groups."""

    id: str
    concept: str
    line: Line | None
    groups: GroupsDocument


@dataclass(frozen=True)
class Standard:
    """A standard resolved for a place and a day. Equal content has an equal ``hash``."""

    id: str
    title: Text
    region: str | None
    as_of: date
    effective_from: date
    effective_until: date | None
    concept: str
    lower: Line
    upper: Line
    indicators: tuple[Indicator, ...]
    veto: tuple[Indicator, ...]
    parameters: dict[str, Value]
    k: int | None
    regime: Regime | None
    overlays: tuple[str, ...]
    document: StandardDocument
    hash: str
    definitions: dict[str, Text] = field(default_factory=dict)
    sources: Sources | None = field(default=None, compare=False, repr=False)
    again: Callable[[Sources], Standard] | None = field(default=None, compare=False, repr=False)

    @property
    def currency(self) -> Text:
        """The money the line is in: 元, yuan, where a research standard does not say otherwise."""
        said = self.document.income.currency
        return Text(said.zh, said.en)

    @property
    def income_name(self) -> Text:
        """What is held against the line, such as net income per person."""
        own = self.document.income.name
        return Text(own.zh, own.en) if own else tables.catalogue().field(f"income_year.{self.concept}").label

    @property
    def codes(self) -> list[str]:
        """The codes of the sub-indicators and veto items, in the order of the document."""
        return [i.code for i in (*self.indicators, *self.veto)]

    @property
    def counted(self) -> list[str]:
        """The codes of the sub-indicators that are counted."""
        left_out = self.parameters["left_out"].value if "left_out" in self.parameters else ()
        return [i.code for i in self.indicators if i.code not in left_out]

    def item(self, code: str) -> Indicator:
        """The sub-indicator or veto item called ``code``."""
        return next(i for i in (*self.indicators, *self.veto) if i.code == code)

    def value(self, name: str) -> Any:
        """The value of a parameter, such as ``k`` or ``H3.age_min``."""
        return self.parameters[name].value

    def with_changes(self, changes: dict[str, Any]) -> Standard:
        """The same standard with parameters changed, as a what-if.

        Args:
            changes: Parameter name (``k``, ``H3.age_min``, ``median`` …) → new value.

        Raises:
            UnusableInput: an unknown parameter, or a value outside what it allows.
        """
        assert self.sources is not None and self.again is not None
        return self.again(self.sources.with_changes(changes))
