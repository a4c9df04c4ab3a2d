"""One household as the interpreter reads it: its rows on one day, and which facts are stale.

Gives   Record, with `facts()` for rules, `income(concept)` for the income test
Not     which row of several holds on the day (registry)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fangpin import tables
from fangpin.engine.derive import derive_one, living_one
from fangpin.language.interpret import Facts

Row = Mapping[str, Any]
ITEMS = ("a", "b", "c", "d", "e")
EXTRA = ("insurance_payout", "compliant_self_paid")
SIGNS = {"a": 1, "b": 1, "c": 1, "d": 1, "e": -1, "insurance_payout": 1, "compliant_self_paid": -1}


def items_of(concept: str) -> tuple[str, ...]:
    """The items an income concept is computed from where the figure per person is not given."""
    return ITEMS if concept == "net_income_pc" else ITEMS + EXTRA


@dataclass(frozen=True, slots=True)
class Income:
    """Income of one household on one day, in micro-yuan: the figure per person as given, or the computed total."""

    concept: str
    given: int | None
    total: int | None
    population: int | None
    open_items: tuple[str, ...]

    @property
    def known(self) -> bool:
        return self.given is not None or (self.total is not None and self.population is not None)

    def below(self, line: int) -> bool | None:
        """Whether income per person is below ``line`` (micro-yuan); None where it is unknown."""
        if self.given is not None:
            return self.given < line
        if self.total is None or self.population is None:
            return None
        return self.total < line * self.population

    @property
    def per_person(self) -> int | None:
        """Micro-yuan per person, rounded half up to whole fen (for showing)."""
        if self.given is not None:
            return _half_up(self.given, 10_000)
        if self.total is None or self.population is None:
            return None
        return _half_up(self.total, 10_000 * self.population)


def _half_up(value: int, unit: int) -> int:
    """``value / unit`` rounded half away from zero, times 10,000."""
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value) + unit) // (2 * unit)) * 10_000


@dataclass(slots=True)
class Record:
    """The rows of one household on one day.

    ``members`` are all its member rows, those who do not belong included; ``stale`` holds the facts
    (``table.field``, or ``table.field@person_id``) that are older than their freshness.
    """

    household: Row
    living: Row
    income_row: Row
    members: Sequence[Row]
    today: date
    stale: frozenset[str] = frozenset()
    belonging: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.living = living_one(self.living)
        self.belonging = derive_one([dict(m) for m in self.members], self.today)

    @property
    def complete(self) -> bool:
        return len(self.belonging) >= max(self.population or 1, 1)

    @property
    def population(self) -> int | None:
        value = self.household.get("population")
        return int(value) if value is not None else None

    @property
    def missing(self) -> int:
        """How many member rows are missing."""
        return max((self.population or 1) - len(self.belonging), 0)

    def facts(self) -> Facts:
        """The facts as rules read them."""
        values = {f"household.{name}": value for name, value in self.household.items()}
        values |= {f"living.{name}": value for name, value in self.living.items()}
        return Facts(values, self.belonging, self.complete, self.today)

    def income(self, concept: str) -> Income:
        """Income under ``concept`` (``net_income_pc`` or ``adjusted_income_pc``)."""
        row, names = self.income_row, items_of(concept)
        open_items = tuple(n for n in names if row.get(n) is None)
        total = None if open_items else sum(SIGNS[n] * int(row[n]) for n in names)
        given = row.get(concept)
        return Income(concept, None if given is None else int(given), total, self.population, open_items)


def stale_of(table: str, row: Row, today: date, person: str | None = None) -> Iterator[str]:
    """The facts of one row that are known but older than their freshness."""
    since = row.get("known_at") or row.get("valid_from")
    if since is None:
        return
    age = (today - since).days
    for name, fresh in freshness(table):
        if age > fresh and row.get(name) is not None:
            yield f"{table}.{name}" + (f"@{person}" if person else "")


def freshness(table: str) -> list[tuple[str, int]]:
    """Fields of a table with the days after which a fact of theirs is stale."""
    fields = tables.catalogue().table(table).fields.values()
    return [(f.inside, f.fresh_days) for f in fields if f.fresh_days is not None]
