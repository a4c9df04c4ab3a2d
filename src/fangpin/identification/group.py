"""Indicators that share open facts, looked at together, once for all households that look alike.

Gives   Group: the counts reachable, the counts between which one fact makes the difference, the fewest answers
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from fangpin.identification.answers import Variable, hashable
from fangpin.identification.worlds import Combiner, Member, Replay, together
from fangpin.language import tree as t
from fangpin.language.interpret import NOBODY, Facts, compiled

Counts = tuple[int, int]
CountPair = tuple[Counts, Counts]
ROSTER = "household.roster"


@dataclass(frozen=True)
class Split:
    """An indicator as a household rule over the values of its member aggregates."""

    code: str
    rule: t.Node
    aggregates: tuple[t.Agg, ...]


@lru_cache(maxsize=1024)
def split(code: str, node: t.Node) -> Split:
    """The rule with each quantifier replaced by a column of its value."""
    found: list[t.Agg] = []

    def swap(n: t.Node) -> t.Node | None:
        if not isinstance(n, t.Agg):
            return None
        if n not in found:
            found.append(n)
        kind = t.Type("number") if n.how in ("count", "sum", "max") else t.Type("bool")
        return t.Col("agg", f"{code}.{found.index(n)}", kind, ())

    rule = t.rebuild(node, swap)
    return Split(code, rule, tuple(found))


@dataclass
class Group:
    """Counted indicators that share open facts.

    ``people`` are the members with open facts, known by their position; ``settled`` is what all others bring.
    """

    splits: Sequence[Split]
    combiner: Combiner
    household: Sequence[Variable]
    people: Sequence[Member]
    facts: Facts
    complete: bool
    missing: int
    newcomer: Sequence[Variable]
    settled: Any
    _counts: dict[Any, Counts] = field(default_factory=dict)
    _pairs: dict[Any, Replay] = field(default_factory=dict)
    _costs: dict[int, dict[Counts, int]] = field(default_factory=dict)

    @cached_property
    def _rules(self) -> list[tuple[Any, list[str]]]:
        return [(compiled(s.rule), [f"agg.{s.code}.{i}" for i in range(len(s.aggregates))]) for s in self.splits]

    @property
    def codes(self) -> list[str]:
        return [s.code for s in self.splits]

    def open_facts(self) -> list[tuple[Variable | None, int | None]]:
        """Its open facts: (variable, member position); the roster as (None, None)."""
        found: list[tuple[Variable | None, int | None]] = [(v, None) for v in self.household]
        found += [(v, i) for i, person in enumerate(self.people) for v in person.variables]
        return [*found, (None, None)] if self.missing else found

    def counts(self, key: Any, values: tuple[Any, ...], complete: bool) -> Counts:
        """How many indicators are true and unknown in one world."""
        memo = (key, values, complete)
        known = self._counts.get(memo)
        if known is None:
            filled = dict(self.facts.values)
            filled.update((v.column, value) for v, value in zip(self.household, values, strict=True))
            numbers = iter(self.combiner.values(key, complete))
            world = Facts(filled, (), complete, self.facts.today)
            true = unknown = 0
            for rule, names in self._rules:
                for name in names:
                    filled[name] = next(numbers)
                truth = rule(world, NOBODY)
                true += truth is True
                unknown += truth is None
            known = self._counts[memo] = (true, unknown)
        return known

    # -- all blanks filled ----------------------------------------------------------------------------------
    @property
    def _done(self) -> bool:
        return self.complete or bool(self.missing)

    def fillings(self, skip: Variable | None = None) -> Iterator[tuple[Any, ...]]:
        """Every way to fill the household's own facts (``skip`` stays as it is)."""
        def go(i: int) -> Iterator[tuple[Any, ...]]:
            if i == len(self.household):
                yield ()
                return
            v = self.household[i]
            for value in (v.current,) if v is skip else v.completions:
                for rest in go(i + 1):
                    yield (hashable(value), *rest)

        return go(0)

    @cached_property
    def newcomers(self) -> dict[Any, int]:
        """Keys of what the missing member rows can bring together."""
        states: dict[Any, int] = {self.combiner.nobody: 0}
        if self.missing:
            ways = _newcomer_ways(self.combiner, tuple(self.newcomer), self.facts)
            for _ in range(self.missing):
                more = together(self.combiner, states, ways)
                if more.keys() == states.keys():
                    break
                states = more
        return states

    def keys(self, without: int | None = None, *, roster: bool = True) -> set[Any]:
        """Keys of all members together (but ``without``), the missing ones filled in unless ``roster`` is False."""
        states: dict[Any, int] = {self.settled: 0}
        for i, person in enumerate(self.people):
            if i != without:
                states = together(self.combiner, states, person.filled)
        if roster and self.missing:
            states = together(self.combiner, states, self.newcomers)
        return set(states)

    @cached_property
    def reachable(self) -> frozenset[Counts]:
        """The counts of every completed world.

        An answer such as "not assessed" may leave an indicator unknown that others settle; such a world is not completed.
        """
        found = {self.counts(k, values, self._done) for k in self.keys() for values in self.fillings()}
        floor = min(unknown for _, unknown in found)
        return frozenset(counts for counts in found if counts[1] == floor)

    def pairs(self, variable: Variable | None, member: int | None) -> Replay:
        """Counts of pairs of completed worlds that differ by the answer to one fact."""
        key = (variable.column if variable else ROSTER, member)
        if key not in self._pairs:
            source = (self._roster_pairs() if variable is None else self._household_pairs(variable) if member is None
                      else self._member_pairs(variable, member))
            floor = next(iter(self.reachable))[1]
            self._pairs[key] = Replay((one, two) for one, two in source if one[1] == two[1] == floor)
        return self._pairs[key]

    def _household_pairs(self, variable: Variable) -> Iterator[CountPair]:
        at = [v is variable for v in self.household].index(True)
        for key in self.keys():
            for values in self.fillings(variable):
                found = list(dict.fromkeys(
                    self.counts(key, (*values[:at], hashable(o), *values[at + 1:]), self._done) for o in variable.options))
                yield from ((a, b) for i, a in enumerate(found) for b in found[i + 1:])

    def _member_pairs(self, variable: Variable, member: int) -> Iterator[CountPair]:
        others = self.keys(without=member)
        for one, two in self.people[member].pairs(variable):
            for key in others:
                first, second = self.combiner.merge(key, one), self.combiner.merge(key, two)
                if first != second:
                    for values in self.fillings():
                        yield self.counts(first, values, self._done), self.counts(second, values, self._done)

    def _roster_pairs(self) -> Iterator[CountPair]:
        for key in self.keys(roster=False):
            for values in self.fillings():
                found = list({self.counts(self.combiner.merge(key, n), values, True) for n in self.newcomers})
                yield from ((a, b) for i, a in enumerate(found) for b in found[i + 1:])

    # -- some blanks left -----------------------------------------------------------------------------------
    def costs(self, bound: int) -> dict[Counts, int]:
        """Counts that can be reached → the fewest answers (at most ``bound``), other blanks staying blank."""
        if bound not in self._costs:
            self._costs[bound] = self._work_out_costs(bound)
        return self._costs[bound]

    def _work_out_costs(self, bound: int) -> dict[Counts, int]:
        states: dict[Any, int] = {self.settled: 0}
        for person in self.people:
            states = together(self.combiner, states, person.partly(bound), bound)
        variants = [(states, self.complete)]
        if self.missing and bound >= 1:
            answered = {k: c + 1 for k, c in states.items() if c < bound}
            variants.append((together(self.combiner, answered, self.newcomers, bound), True))
        out: dict[Counts, int] = {}
        for filled, cost in self._partly(0, bound):
            for found, complete in variants:
                for key, more in found.items():
                    if cost + more <= bound:
                        counts = self.counts(key, filled, complete)
                        out[counts] = min(out.get(counts, bound), cost + more)
        return out

    def _partly(self, i: int, bound: int) -> Iterator[tuple[tuple[Any, ...], int]]:
        if i == len(self.household):
            yield (), 0
            return
        v = self.household[i]
        for value, cost in [(v.current, 0), *((o, 1) for o in v.options)]:
            if cost <= bound:
                for rest, more in self._partly(i + 1, bound - cost):
                    yield (hashable(value), *rest), cost + more

    def alone(self, variable: Variable | None, member: int | None) -> set[Counts]:
        """Counts after an answer to this fact alone, everything else as it stands."""
        people = [Member(self.combiner, p.base, [v for v in p.variables if v is variable and i == member], self.facts)
                  for i, p in enumerate(self.people)]
        one = Group(self.splits, self.combiner, [v for v in self.household if v is variable], people, self.facts, self.complete, self.missing if variable is None else 0, self.newcomer,
                    self.settled)
        return set(one.costs(1))


_NEWCOMERS: dict[Any, dict[Any, int]] = {}


def _newcomer_ways(combiner: Combiner, variables: tuple[Variable, ...], facts: Facts) -> dict[Any, int]:
    """What one missing member row can bring; the same for every household, so worked out once."""
    memo = (combiner.aggs, tuple((v.column, tuple(map(hashable, v.options))) for v in variables), facts.today)
    if memo not in _NEWCOMERS:
        _NEWCOMERS[memo] = Member(combiner, {}, variables, facts).filled
    return _NEWCOMERS[memo]
