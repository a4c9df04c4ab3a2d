"""Settling: which open facts of groups of indicators matter to the status, and how few answers can settle it.

Reads   the outlook of each group (what its facts can bring), the income test, what is known besides
Gives   Outlook, Exact (of one group); Situation.settle
Keeps   exact: a fact matters if two answers to it give different statuses in some completed world
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from fangpin.identification.fold import Fold, fold
from fangpin.identification.group import Counts, Group
from fangpin.identification.income_test import IncomeTest
from fangpin.identification.verdict import IncomeStatus, decide_status
from fangpin.standards import Standard

Costs = dict[Counts, int]


class Outlook(Protocol):
    """What a group of indicators can come to.

    ``now``: true and unknown as things stand; ``reachable``: the counts of every completed world; facts are known by
    their position.
    """

    @property
    def now(self) -> Counts: ...
    @property
    def reachable(self) -> frozenset[Counts]: ...
    @property
    def size(self) -> int:
        """How many facts are open."""
        ...

    def outcomes(self, fact: int) -> Iterable[frozenset[Counts]]:
        """Counts between which the answer to one fact makes the difference, all else being filled in one way."""
        ...

    def costs(self, bound: int) -> Costs:
        """Counts that can be reached → the fewest answers, at most ``bound``."""
        ...

    def alone(self, fact: int) -> set[Counts]:
        """Counts after an answer to this fact alone."""
        ...


@dataclass(frozen=True, eq=False)
class Exact:
    """The outlook of one group."""

    group: Group
    now: Counts

    @cached_property
    def reachable(self) -> frozenset[Counts]:
        return self.group.reachable

    @property
    def size(self) -> int:
        return len(self.group.open_facts())

    def outcomes(self, fact: int) -> Iterable[frozenset[Counts]]:
        return self.group.outcomes(*self.group.open_facts()[fact])

    def costs(self, bound: int) -> Costs:
        return self.group.costs(bound)

    def alone(self, fact: int) -> set[Counts]:
        return self.group.alone(*self.group.open_facts()[fact])

    def folded(self) -> Fold | None:
        """The same, equal for groups that count alike; None where the group cannot be folded."""
        memo = self.group.folds
        if not memo:
            memo.append(fold(self.group, self.now))
        found: Fold | None = memo[0]
        return found


@dataclass(frozen=True)
class Settled:
    """What to ask: the facts of income, the facts of groups as (group, fact), and the fewest answers."""

    income: tuple[str, ...]
    facts: tuple[tuple[int, int], ...]
    least: int


@dataclass(frozen=True, eq=False)
class Situation:
    """What is known of a household besides its groups: counts that no answer changes, income, veto."""

    standard: Standard
    constant: Counts
    income: IncomeTest
    veto: bool | None

    @property
    def signature(self) -> Hashable:
        """All that settling depends on besides the groups."""
        return (self.constant, self.income.signature, self.veto)

    def status(self, income: IncomeStatus, counts: Counts) -> str:
        """The status of a world."""
        return decide_status(income, counts[0], counts[1], self.standard.k, self.veto)

    def now(self, groups: Sequence[Outlook]) -> Counts:
        """True and unknown as things stand."""
        found = self.constant
        for group in groups:
            found = (found[0] + group.now[0], found[1] + group.now[1])
        return found

    def settle(self, groups: Sequence[Outlook]) -> Settled:
        """What to ask of a household in this situation with these groups of indicators.

        Raises:
            Apart: a folded outlook does not hold what is needed.
        """
        income, facts = self._differing(groups)
        if not income and not facts:
            income, facts = self._ending(groups)
        return Settled(tuple(income), tuple(facts), self._least(groups))

    # -- facts that make a difference -----------------------------------------------------------------------
    def _sums(self, groups: Sequence[Outlook], without: int | None = None) -> set[Counts]:
        """Counts of completed worlds, of all groups but one together."""
        found = {self.constant}
        for at, group in enumerate(groups):
            if at != without:
                found = {(a + c, b + d) for a, b in found for c, d in group.reachable}
        return found

    def _differing(self, groups: Sequence[Outlook]) -> tuple[list[str], list[tuple[int, int]]]:
        sums = self._sums(groups)
        income = [
            name
            for name in self.income.facts
            if any(len({self.status(i, c) for i in self.income.answers_to(name)}) > 1 for c in sums)
        ]
        found = []
        for at, group in enumerate(groups):
            others = self._sums(groups, at)
            kinds: dict[Counts, tuple[str, ...]] = {}
            found += [(at, fact) for fact in range(group.size) if self._matters(group, fact, others, kinds)]
        return income, found

    def _matters(self, group: Outlook, fact: int, others: set[Counts], kinds: dict[Counts, tuple[str, ...]]) -> bool:
        for found in group.outcomes(fact):
            for c in found:
                if c not in kinds:
                    kinds[c] = tuple(
                        self.status(i, (c[0] + e, c[1] + f)) for e, f in others for i in self.income.completed
                    )
            if len({kinds[c] for c in found}) > 1:
                return True
        return False

    # -- facts that end the open status ---------------------------------------------------------------------
    def _ending(self, groups: Sequence[Outlook]) -> tuple[list[str], list[tuple[int, int]]]:
        """Facts an answer to which, everything else as it stands, ends the open status."""
        now = self.now(groups)
        income = [
            name
            for name in self.income.alone
            if any(self.status(i, now) != "needs_visit" for i in self.income.answers_to(name))
        ]
        found = []
        for at, group in enumerate(groups):
            rest = (now[0] - group.now[0], now[1] - group.now[1])
            for fact in range(group.size):
                worlds = [(a + rest[0], b + rest[1]) for a, b in group.alone(fact)]
                if any(self.status(self.income.status, counts) != "needs_visit" for counts in worlds):
                    found.append((at, fact))
        return income, found

    # -- how few --------------------------------------------------------------------------------------------
    def _least(self, groups: Sequence[Outlook]) -> int:
        facts = sum(group.size for group in groups) + len(self.income.facts)
        for bound in range(1, facts + 1):
            reached: Costs = {self.constant: 0}
            for group in groups:
                reached = _plus(reached, group.costs(bound), bound)
            if any(
                cost + more <= bound and self.status(income, counts) != "needs_visit"
                for counts, cost in reached.items()
                for income, more in self.income.answered
            ):
                return bound
        return 0


def _plus(one: Costs, two: Costs, bound: int) -> Costs:
    out: Costs = {}
    for (a, b), cost in one.items():
        for (c, d), more in two.items():
            if cost + more <= bound:
                key = (a + c, b + d)
                out[key] = min(out.get(key, bound), cost + more)
    return out
