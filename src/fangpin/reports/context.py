"""What every section of the report is written from.

Gives   Context; figure(), a chart with the table that says the same; names of fields, indicators, places
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fangpin.intake import Counts
from fangpin.reports import charts, figures
from fangpin.reports.blocks import Figure, Table
from fangpin.reports.summary import Summary
from fangpin.reports.svg import inline
from fangpin.reports.words import word
from fangpin.standards import Standard
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.masking import mask_name


@dataclass(frozen=True)
class Context:
    """One report in one language."""

    summary: Summary
    standard: Standard
    findings: Sequence[Finding]
    counts: Counts
    manifest: Mapping[str, Any]
    lang: str
    names: str = "masked"

    def word(self, key: str, **values: object) -> str:
        """The words of a key."""
        return word(key, self.lang, **{"money": self.standard.currency(self.lang), **values})

    @property
    def profile(self) -> str:
        """The mapping profile the input was read by; empty where it was read as it stands."""
        given = self.manifest.get("input")
        return str(given.get("profile") or "") if isinstance(given, Mapping) else ""

    @property
    def has_band(self) -> bool:
        return self.standard.upper.yuan > self.standard.lower.yuan

    @cached_property
    def total(self) -> int:
        return self.summary.households

    @cached_property
    def statuses(self) -> dict[str, int]:
        return self.summary.statuses()

    @cached_property
    def levels(self) -> list[tuple[int, list[figures.Place]]]:
        return figures.levels(self.summary)

    @cached_property
    def open_facts(self) -> list[figures.OpenFact]:
        return figures.open_facts(self.summary)

    def head(self, name: str | None) -> str:
        """The name of a head of household as it may be shown here."""
        return (name or "") if self.names == "full" else mask_name(name)

    def indicator(self, code: str) -> str:
        """Code and name of an indicator."""
        return charts.indicator_name(self.summary, code, self.lang)

    def fact(self, fact: str) -> str:
        """A fact as people call it."""
        return charts.fact_name(fact, self.lang)

    def figure(self, draw: Callable[[], Any], title: str, key: str, table: Table, *, wide: bool = False) -> Figure:
        """A chart beside its table, or above it where the table is wide."""
        return Figure(inline(draw(), title, f"{key}-{self.lang}"), table, wide)
