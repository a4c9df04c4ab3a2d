"""Indicators that share open facts, looked at together, once for all households that look alike.

Gives   Group: the counts reachable, the counts between which one fact makes the difference, the fewest answers
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from fangpin.identification.answers import Variable
from fangpin.identification.worlds import DECIDE_MAIN, MAIN, Combiner, Member, Replay, together
from fangpin.language import tree as t
from fangpin.language.interpret import NOBODY, Facts, compiled

Counts = tuple[int, int]
FEW = 12  # keys that are tried before all: most facts show a difference among them
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
    truths: Sequence[dict[Any, int]]
    folds: list[Any] = field(default_factory=list)
    _counts: dict[Any, Counts] = field(default_factory=dict)
    _outcomes: dict[Any, Replay] = field(default_factory=dict)
    _without: dict[int, set[Any]] = field(default_factory=dict)
    _costs: dict[int, dict[Counts, int]] = field(default_factory=dict)

    @cached_property
    def _rules(self) -> list[tuple[Any, list[str]]]:
        return [(compiled(s.rule), [f"agg.{s.code}.{i}" for i in range(len(s.aggregates))]) for s in self.splits]

    @property
    def codes(self) -> list[str]:
        return [s.code for s in self.splits]

    def open_facts(self) -> list[tuple[Variable | None, int | None]]:
        """Its open facts: (variable, member position); the roster as (None, None)."""
        found: list[tuple[Variable | None, int | None]] = [(v, None) for v in self.household if v.asked]
        found += [(v, i) for i, person in enumerate(self.people) for v in person.variables if v.asked]
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
                    yield (value, *rest)

        return go(0)

    @cached_property
    def newcomers(self) -> frozenset[Any]:
        """Keys of what the missing member rows can bring together."""
        states: frozenset[Any] = frozenset((self.combiner.nobody,))
        for _ in range(self.missing):
            more = frozenset(self.combiner.join(states, self.one_newcomer.filled))
            if more == states:
                break
            states = more
        return states

    @property
    def one_newcomer(self) -> Member:
        """A member nobody has written down: the same for every household."""
        known = self.combiner.one_newcomer
        if known is None:
            pieces = []
            for s in self.splits:
                own = Combiner(s.aggregates)
                read = set[str]().union(*own.reads)
                read |= DECIDE_MAIN if MAIN in read else set()
                pieces.append(Member(own, {}, [v for v in self.newcomer if v.column in read], self.facts))
            known = self.combiner.one_newcomer = Member(self.combiner, {}, self.newcomer, self.facts, pieces=pieces)
        return known

    @cached_property
    def _from_left(self) -> list[set[Any]]:
        """Keys of the first so many members together, those who do not vary and the missing ones included."""
        out = [self.combiner.join({self.settled}, self.newcomers)]
        for person in self.people:
            out.append(self.combiner.join(out[-1], person.filled))
        return out

    @cached_property
    def _from_right(self) -> list[set[Any]]:
        """Keys of the members from so many on, together."""
        out: list[set[Any]] = [{self.combiner.nobody}]
        for person in reversed(self.people):
            out.append(self.combiner.join(out[-1], person.filled))
        return out[::-1]

    @property
    def keys(self) -> set[Any]:
        """Keys of all members together once every blank is filled and nobody is missing."""
        return self._from_left[-1]

    def keys_without(self, member: int) -> Iterator[Any]:
        """The same but for one member, some of them first; a key may come twice."""
        left, right = self._from_left[member], self._from_right[member + 1]
        yield from self.combiner.join(set(islice(left, FEW)), set(islice(right, FEW)))
        if len(left) > FEW or len(right) > FEW:
            known = self._without.get(id(self.people[member]))
            if known is None:
                known = self._without[id(self.people[member])] = self.combiner.join(left, right)
            yield from known

    @cached_property
    def reachable(self) -> frozenset[Counts]:
        """The counts of every completed world.

        An answer such as "not assessed" may leave an indicator unknown that others settle; that world is not completed.
        """
        found = {self.counts(k, values, self._done) for k in self.keys for values in self.fillings()}
        floor = min(unknown for _, unknown in found)
        return frozenset(counts for counts in found if counts[1] == floor)

    def outcomes(self, variable: Variable | None, member: int | None) -> Replay:
        """Counts between which the answer to one fact makes the difference, all else being filled in one way."""
        key = (variable.column if variable else ROSTER, member)
        if key not in self._outcomes:
            self._outcomes[key] = Replay(self.each_outcome(variable, member))
        return self._outcomes[key]

    def each_outcome(self, variable: Variable | None, member: int | None) -> Iterator[frozenset[Counts]]:
        """The counts that answers to one fact bring, once for every way all else can be filled; sets may come twice."""
        source = (
            self._by_roster()
            if variable is None
            else self._by_household(variable)
            if member is None
            else self._by_member(variable, member)
        )
        floor = next(iter(self.reachable))[1]
        return (frozenset(c for c in found if c[1] == floor) for found in source)

    def _by_household(self, variable: Variable) -> Iterator[set[Counts]]:
        at = [v is variable for v in self.household].index(True)
        for key in self.keys:
            for values in self.fillings(variable):
                yield {self.counts(key, (*values[:at], o, *values[at + 1 :]), self._done) for o in variable.options}

    def _by_member(self, variable: Variable, member: int) -> Iterator[set[Counts]]:
        fillings = list(self.fillings())
        for own in self.people[member].outcomes(variable):
            for others in self.keys_without(member):
                together_ = {self.combiner.merge(others, key) for key in own}
                if len(together_) > 1:
                    for values in fillings:
                        yield {self.counts(key, values, self._done) for key in together_}

    def _by_roster(self) -> Iterator[set[Counts]]:
        states = {self.settled}
        for person in self.people:
            states = self.combiner.join(states, person.filled)
        for key in states:
            together_ = self.combiner.join({key}, self.newcomers)
            for values in self.fillings():
                yield {self.counts(k, values, True) for k in together_}

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
            variants.append((together(self.combiner, answered, dict.fromkeys(self.newcomers, 0), bound), True))
        out: dict[Counts, int] = {}
        for filled, cost in self.partly_filled(bound):
            for found, complete in variants:
                for key, more in found.items():
                    if cost + more <= bound:
                        counts = self.counts(key, filled, complete)
                        out[counts] = min(out.get(counts, bound), cost + more)
        return out

    def partly_filled(self, bound: int) -> Iterator[tuple[tuple[Any, ...], int]]:
        """The household's own facts answered or left as they are, with the answers it takes."""
        return self._partly(0, bound)

    def _partly(self, i: int, bound: int) -> Iterator[tuple[tuple[Any, ...], int]]:
        if i == len(self.household):
            yield (), 0
            return
        v = self.household[i]
        for value, cost in [(v.current, 0), *((o, 1) for o in v.options)]:
            if cost <= bound:
                for rest, more in self._partly(i + 1, bound - cost):
                    yield (value, *rest), cost + more

    def alone(self, variable: Variable | None, member: int | None) -> set[Counts]:
        """Counts after an answer to this fact alone, everything else as it stands."""
        people = [
            Member(self.combiner, p.base, [v for v in p.variables if v is variable and i == member], self.facts)
            for i, p in enumerate(self.people)
        ]
        one = Group(
            self.splits,
            self.combiner,
            [v for v in self.household if v is variable],
            people,
            self.facts,
            self.complete,
            self.missing if variable is None else 0,
            self.newcomer,
            self.settled,
            self.truths,
        )
        return set(one.costs(1))
