"""The income test of one household: where it stands, what of it is open, and what answers can make of it.

Gives   income_status, by_population; IncomeTest, the open facts of income and the statuses answers bring
Source  INTERFACE of the project, sections 2 ("Income on a day") and 3
"""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property

from fangpin.identification.record import Income, Record, items_of
from fangpin.identification.verdict import IncomeStatus
from fangpin.standards import Standard

POPULATION = "household.population"


def income_status(income: Income, standard: Standard) -> IncomeStatus:
    """Income against the lower and the upper line."""
    below = income.below(standard.lower.micro)
    if below is None:
        return "unknown"
    if below:
        return "below"
    return "band" if income.below(standard.upper.micro) else "above"


def by_population(total: int, lower: int, upper: int) -> tuple[IncomeStatus, ...]:
    """The income statuses of a household with this income together (micro-yuan), over every number of persons."""
    most = total // lower  # as many persons are not below the lower line
    found: list[IncomeStatus] = ["below"]
    if most >= 1 and total < upper * most:
        found.append("band")
    if total >= upper:
        found.append("above")
    return tuple(found)


class IncomeTest:
    """Income of one household under one standard; ``stale`` holds the facts (``table.field``) that are stale."""

    def __init__(self, record: Record, standard: Standard, stale: Set[str]) -> None:
        self.standard, self.stale = standard, stale
        self.income = record.income(standard.concept)
        self.status = income_status(self.income, standard)
        self._figure = f"income_year.{standard.concept}"

    @cached_property
    def _all(self) -> tuple[IncomeStatus, ...]:
        return ("below", "band", "above") if self.standard.upper.yuan > self.standard.lower.yuan else ("below", "above")

    @property
    def _names(self) -> list[str]:
        return [f"income_year.{n}" for n in items_of(self.standard.concept)]

    @cached_property
    def blanks(self) -> list[str]:
        """The blank facts of an unknown income: the figure a head, or the items where some are known."""
        if self.income.known:
            return []
        if len(self.income.open_items) == len(self._names):
            return [self._figure]
        facts = [f"income_year.{n}" for n in self.income.open_items]
        return facts + ([POPULATION] if self.income.population is None else [])

    @cached_property
    def facts(self) -> list[str]:
        """The open facts, stale or blank."""
        if self.income.given is not None:
            read = [self._figure]
        elif self.income.known:
            read = [*self._names, POPULATION]
        else:
            read = [] if self.blanks == [self._figure] else self._names
        return [*(name for name in read if name in self.stale), *self.blanks]

    @cached_property
    def completed(self) -> tuple[IncomeStatus, ...]:
        """Income statuses once every blank is filled."""
        return (self.status,) if self.income.known else self.answers_to(self.blanks[0])

    def answers_to(self, fact: str) -> tuple[IncomeStatus, ...]:
        """Income statuses that answers to one open fact can bring, the other blanks being filled in any way."""
        if fact != POPULATION or self.income.total is None:
            return self._all
        return by_population(self.income.total, self.standard.lower.micro, self.standard.upper.micro)

    @cached_property
    def answered(self) -> list[tuple[IncomeStatus, int]]:
        """Income statuses that can be reached, each with the answers it takes."""
        now = [(self.status, 0)]
        cost = 1 if self.income.known else len(self.blanks)
        return now + [(i, cost) for name in self.facts for i in self.answers_to(name)]

    @cached_property
    def alone(self) -> list[str]:
        """The facts of which one answer alone gives an income."""
        return self.facts if self.income.known else self.blanks if len(self.blanks) == 1 else []

    @property
    def signature(self) -> tuple[object, ...]:
        """All that what to ask depends on."""
        answers = tuple((name, self.answers_to(name)) for name in self.facts)
        return (self.status, self.income.known, answers, len(self.blanks))
