"""Groups of indicators folded: what their open facts can bring, worked out indicator by indicator.

Gives   fold(group) → Fold: the counts reachable, between which counts each fact makes the difference, few answers
Not     the search over whole worlds (group); what of it matters to a status (settle)
Keeps   exact: once the facts that several indicators read are fixed, the indicators no longer depend on each other, so
        that their counts add up; None where a group adds numbers up, or where too many worlds are left
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from operator import add
from typing import Any
from weakref import WeakKeyDictionary

from fangpin.identification.answers import Variable
from fangpin.identification.group import Counts, Group
from fangpin.identification.worlds import Member, choices, together
from fangpin.language import tree as t
from fangpin.language.interpret import NOBODY, Facts, compiled

STEP = 1 << 10  # a truth as a number: true 1, unknown STEP, false 0; those of several indicators add up
FEW = 2  # answers up to which a fold knows its costs
MANY = 20_000  # combinations looked at before a group is left to the search over whole worlds

Keys = frozenset[int]
State = tuple[Keys, ...]  # for each indicator, what its quantifiers may come to
Sums = frozenset[int]


class Apart(Exception):
    """A fold does not hold what is asked of it: only its group does."""


class TooMany(Exception):
    """More combinations than folding should try."""


@dataclass(frozen=True)
class Fold:
    """What a group can come to, equal for groups that count alike, whatever their facts are.

    ``differences``: for each open fact the largest sets of counts that answers to it bring in one completed world.
    """

    now: Counts
    reachable: frozenset[Counts]
    differences: tuple[frozenset[frozenset[Counts]], ...]
    few: frozenset[tuple[Counts, int]]

    @property
    def size(self) -> int:
        """How many facts are open."""
        return len(self.differences)

    def outcomes(self, fact: int) -> frozenset[frozenset[Counts]]:
        """Counts between which the answer to one fact makes the difference."""
        return self.differences[fact]

    def costs(self, bound: int) -> dict[Counts, int]:
        """Counts that can be reached → the fewest answers. Raises Apart beyond ``FEW``."""
        if bound > FEW and self.differences:
            raise Apart
        return {counts: cost for counts, cost in self.few if cost <= bound}

    def alone(self, fact: int) -> set[Counts]:
        """Raises Apart: what one answer alone brings is known to the group."""
        raise Apart


def fold(group: Group, now: Counts) -> Fold | None:
    """The fold of a group whose indicators count ``now`` as things stand; None where it cannot be folded."""
    if not group.combiner.bits or not all(p.pieces for p in group.people):
        return None
    try:
        folding = _Folding(group)
        differences = tuple(folding.differences(v, i) for v, i in group.open_facts())
        return Fold(now, frozenset(map(_counts, folding.reachable)), differences, frozenset(folding.costs().items()))
    except TooMany:
        return None


def settled(counts: Counts) -> Fold:
    """The fold of indicators that no answer changes."""
    return Fold(counts, frozenset((counts,)), (), frozenset(((counts, 0),)))


def _counts(code: int) -> Counts:
    return code % STEP, code // STEP


def _code(truth: bool | None) -> int:
    return 1 if truth is True else STEP if truth is None else 0


@lru_cache(maxsize=200_000)
def either(one: Keys, two: Keys) -> Keys:
    """What two members may bring to an indicator together."""
    return frozenset(a | b for a in one for b in two)


@lru_cache(maxsize=200_000)
def plus(one: Sums, two: Sums) -> Sums:
    """The sums of one of each."""
    return frozenset(a + b for a in one for b in two)


def total(parts: Iterable[Sums]) -> Sums:
    """The sums of one of each of several."""
    found: Sums = frozenset((0,))
    for part in parts:
        found = plus(found, part)
    return found


def within(one: State, two: State) -> bool:
    """Whether a state holds nothing that another does not hold."""
    return all(a <= b for a, b in zip(one, two, strict=True))


def largest(states: Iterable[State]) -> list[State]:
    """Those that are not within another."""
    found: list[State] = []
    for state in sorted(set(states), key=lambda s: -sum(map(len, s))):
        if not any(within(state, other) for other in found):
            found.append(state)
    return found


def joined(one: Sequence[State], two: Sequence[State]) -> list[State]:
    """States of both together."""
    if len(one) * len(two) > MANY:
        raise TooMany
    return largest(tuple(map(either, a, b)) for a in one for b in two)


class Shared:
    """A member as the indicators of a group see it one by one: the facts that several read, and all others apart."""

    def __init__(self, member: Member) -> None:
        self.pieces = member.pieces
        self._reads = [frozenset(v.column for v in p.variables) for p in self.pieces]
        self.shared = [v for v in member.variables if sum(v.column in r for r in self._reads) > 1]
        self._private: dict[tuple[int, str], tuple[Variable, ...]] = {}
        self._looks: dict[str, list[tuple[Any, ...]]] = {}
        self._partly: dict[int, dict[int, int]] = {}

    def _left(self, at: int, fact: str) -> tuple[Variable, ...]:
        """The facts that only this indicator reads, but for one."""
        known = self._private.get((at, fact))
        if known is None:
            shared = {v.column for v in self.shared}
            own = self.pieces[at].variables
            known = tuple(v for v in own if v.column not in shared and v.column != fact)
            self._private[at, fact] = known
        return known

    def partly(self, bound: int) -> dict[int, int]:
        """Keys of what the member can bring → the fewest answers they take (at most ``bound``)."""
        if bound not in self._partly:
            found = self._partly[bound] = {}
            for fixed, cost in self._answered(0, bound):
                keys, start = {0: cost}, 0
                for i, piece in enumerate(self.pieces):
                    ways = piece.few(self._left(i, ""), self._own(i, fixed), bound - cost)
                    keys = _beside(keys, ways, 3 * start, bound)
                    start += len(piece.combiner.aggs)
                for key, least in keys.items():
                    if least < found.get(key, bound + 1):
                        found[key] = least
        return self._partly[bound]

    def _answered(self, at: int, bound: int) -> Iterator[tuple[dict[str, Any], int]]:
        """The shared facts answered or left as they are, with the answers it takes."""
        if at == len(self.shared):
            yield {}, 0
            return
        for value, cost in choices(self.shared[at], bound):
            for rest, more in self._answered(at + 1, bound - cost):
                yield {self.shared[at].column: value, **rest}, cost + more

    def _fixed(self, left_out: str = "") -> Iterator[dict[str, Any]]:
        facts = [v for v in self.shared if v.column != left_out]
        for values in product(*(v.completions for v in facts)):
            yield {v.column: value for v, value in zip(facts, values, strict=True)}

    def _own(self, at: int, fixed: Mapping[str, Any]) -> dict[str, Any]:
        return {c: value for c, value in fixed.items() if c in self._reads[at]}

    def _ways(self, at: int, fixed: Mapping[str, Any]) -> Keys:
        return self.pieces[at].ways(self._left(at, ""), self._own(at, fixed))

    @cached_property
    def states(self) -> list[State]:
        """What the member may bring to each indicator, for every way the shared facts can be filled."""
        return largest(tuple(self._ways(i, fixed) for i in range(len(self.pieces))) for fixed in self._fixed())

    def reads(self, at: int, fact: Variable) -> bool:
        """Whether an indicator reads a fact."""
        return fact.column in self._reads[at]

    def looks(self, fact: Variable) -> list[tuple[Any, ...]]:
        """For every way the other shared facts can be filled, what each indicator gets.

        For one that reads the fact: the keys that each answer brings, a row for every way its own other facts can be;
        else its keys.
        """
        known = self._looks.get(fact.column)
        if known is None:
            found = dict.fromkeys(
                tuple(
                    piece.rows(self._left(i, fact.column), self._own(i, fixed), fact)
                    if self.reads(i, fact)
                    else self._ways(i, fixed)
                    for i, piece in enumerate(self.pieces)
                )
                for fixed in self._fixed(fact.column)
            )
            known = self._looks[fact.column] = list(found)
        return known


_SHARED: WeakKeyDictionary[Member, Shared] = WeakKeyDictionary()


def shared(member: Member) -> Shared:
    """The member, indicator by indicator; made once."""
    if member not in _SHARED:
        _SHARED[member] = Shared(member)
    return _SHARED[member]


def _beside(one: dict[int, int], two: Mapping[int, int], shift: int, bound: int) -> dict[int, int]:
    if len(two) == 1:
        ((key, cost),) = two.items()
        return {k | key << shift: c + cost for k, c in one.items() if c + cost <= bound}
    out: dict[int, int] = {}
    for key, cost in one.items():
        for more, extra in two.items():
            if cost + extra <= bound:
                both = key | more << shift
                out[both] = min(out.get(both, bound), cost + extra)
    return out


class _Largest:
    """Sets of sums in completed worlds that are not within another; ``full`` once one holds all that can be."""

    def __init__(self, every: Sums, stale: bool) -> None:
        self.floor, self.found, self.full = next(iter(every)) // STEP, list[Sums](), False
        self._most = None if stale else len(every)  # answers to a stale fact leave the completed worlds

    def add(self, sums: Iterable[int]) -> None:
        """Those of the sums that leave no more unknown than they must."""
        kept = frozenset(x for x in sums if x // STEP == self.floor)
        if len(kept) < 2 or any(kept <= other for other in self.found):
            return
        self.found = [other for other in self.found if not other <= kept]
        self.found.append(kept)
        self.full = len(kept) == self._most


class _Folding:
    def __init__(self, group: Group) -> None:
        self.group = group
        self._at: list[tuple[int, int]] = []  # where the bits of each indicator start, and their mask
        start = 0
        for s in group.splits:
            self._at.append((3 * start, (1 << (3 * len(s.aggregates))) - 1))
            start += len(s.aggregates)
        self._count = range(len(group.splits))
        self._runs = [(compiled(s.rule), [f"agg.{s.code}.{i}" for i in range(len(s.aggregates))]) for s in group.splits]
        read = [{c.key for c in t.columns(s.rule)} for s in group.splits]
        self._own = [[v for v in group.household if v.column in r] for r in read]
        shared = [v for v in group.household if sum(v.column in r for r in read) > 1]
        self._shared = shared
        self._private = [[v for v in own if v not in shared] for own in self._own]
        read_shared = [[v.column for v in own if v in shared] for own in self._own]
        self._read_shared = read_shared
        self._others: dict[int, list[State]] = {}
        self._known: dict[Hashable, frozenset[frozenset[Counts]]] = {}
        self._codes: dict[Hashable, Sums] = {}
        self._vectors: dict[Hashable, Any] = {}
        self._done = group.complete or bool(group.missing)
        self._settled: State = tuple(frozenset((self._key(group.settled, r),)) for r in self._count)

    def _key(self, key: int, r: int) -> int:
        start, mask = self._at[r]
        return (key >> start) & mask

    # -- truths ---------------------------------------------------------------------------------------------
    def _truth(self, r: int, key: int, values: Mapping[str, Any], complete: bool) -> int:
        """An indicator in one world."""
        memo = (key, complete, *[values[v.column] for v in self._own[r]])
        known = self.group.truths[r].get(memo)
        if known is None:
            split, (run, names) = self.group.splits[r], self._runs[r]
            filled = {**self.group.facts.values, **values}
            quantifiers = self.group.combiner.part(self._at[r][0] // 3, len(split.aggregates), key, complete)
            filled.update(zip(names, quantifiers, strict=True))
            known = self.group.truths[r][memo] = _code(run(Facts(filled, (), complete, self.group.facts.today), NOBODY))
        return known

    def _fillings(self, variables: Sequence[Variable]) -> Iterator[dict[str, Any]]:
        for values in product(*(v.completions for v in variables)):
            yield {v.column: value for v, value in zip(variables, values, strict=True)}

    def _can(self, r: int, keys: Keys, fixed: Mapping[str, Any]) -> Sums:
        """What an indicator can come to, its own facts of the household filled in any way."""
        memo = (r, keys, *[fixed[c] for c in self._read_shared[r]])
        known = self._codes.get(memo)
        if known is None:
            known = self._codes[memo] = frozenset(
                self._truth(r, key, {**fixed, **own}, self._done)
                for own in self._fillings(self._private[r])
                for key in keys
            )
        return known

    # -- states ---------------------------------------------------------------------------------------------
    @cached_property
    def _people(self) -> list[Shared]:
        return [shared(p) for p in self.group.people]

    @cached_property
    def _newcomers(self) -> list[State]:
        """What the missing members may bring together."""
        if not self.group.missing:
            return [tuple(frozenset((0,)) for _ in self._count)]
        one = shared(self.group.one_newcomer).states
        found = one
        for _ in range(self.group.missing - 1):
            more = joined(found, one)
            if set(more) == set(found):
                break
            found = more
        return found

    @cached_property
    def _from_left(self) -> list[list[State]]:
        found = [joined([self._settled], self._newcomers)]
        for person in self._people:
            found.append(joined(found[-1], person.states))
        return found

    @cached_property
    def _from_right(self) -> list[list[State]]:
        found: list[list[State]] = [[tuple(frozenset((0,)) for _ in self._count)]]
        for person in reversed(self._people):
            found.append(joined(found[-1], person.states))
        return found[::-1]

    # -- completed worlds -----------------------------------------------------------------------------------
    @cached_property
    def reachable(self) -> Sums:
        """The sums of every completed world: those that leave the fewest unknown."""
        found = {
            code
            for fixed in self._fillings(self._shared)
            for state in self._from_left[-1]
            for code in total(self._can(r, state[r], fixed) for r in self._count)
        }
        floor = min(code // STEP for code in found)
        return frozenset(code for code in found if code // STEP == floor)

    def differences(self, variable: Variable | None, member: int | None) -> frozenset[frozenset[Counts]]:
        """The largest sets of counts that answers to one fact bring, all else being filled in one way."""
        memo = (variable and variable.column, member if member is None else id(self.group.people[member]))
        if memo in self._known:
            return self._known[memo]
        found = _Largest(self.reachable, variable is not None and variable.stale)
        if variable is None:
            self._of_roster(found)
        elif member is None:
            self._of_household(variable, found)
        else:
            self._of_person(variable, member, found)
        self._known[memo] = frozenset(frozenset(map(_counts, sums)) for sums in found.found)
        return self._known[memo]

    def _without(self, member: int) -> list[State]:
        if member not in self._others:
            self._others[member] = joined(self._from_left[member], self._from_right[member + 1])
        return self._others[member]

    def _of_person(self, variable: Variable, member: int, found: _Largest) -> None:
        person = self._people[member]
        others = self._without(member)
        moved = [r for r in self._count if person.reads(r, variable)]
        for look in person.looks(variable):
            for state in others:
                for fixed in self._fillings(self._shared):
                    vectors = [self._rows(r, state[r], look[r], fixed) for r in moved]
                    rest = total(self._can(r, either(state[r], look[r]), fixed) for r in self._count if r not in moved)
                    self._spread(vectors, rest, found)
                    if found.full:
                        return

    def _rows(self, r: int, keys: Keys, rows: frozenset[tuple[int, ...]], fixed: Mapping[str, Any]) -> Any:
        memo = (r, keys, rows, *[fixed[c] for c in self._read_shared[r]])
        known = self._vectors.get(memo)
        if known is None:
            known = self._vectors[memo] = {
                tuple(self._truth(r, key | brought, values, self._done) for brought in row)
                for own in self._fillings(self._private[r])
                for values in ({**fixed, **own},)
                for row in rows
                for key in keys
            }
        return known

    def _of_household(self, variable: Variable, found: _Largest) -> None:
        moved = [r for r in self._count if variable in self._own[r]]
        for state in self._from_left[-1]:
            for fixed in self._fillings([v for v in self._shared if v is not variable]):
                vectors = [self._answers(r, state[r], variable, fixed) for r in moved]
                rest = total(self._can(r, state[r], fixed) for r in self._count if r not in moved)
                self._spread(vectors, rest, found)
                if found.full:
                    return

    def _answers(self, r: int, keys: Keys, variable: Variable, fixed: Mapping[str, Any]) -> set[tuple[int, ...]]:
        private = [v for v in self._private[r] if v is not variable]
        return {
            tuple(
                self._truth(r, key, {**fixed, **own, variable.column: answer}, self._done)
                for answer in variable.options
            )
            for own in self._fillings(private)
            for key in keys
        }

    def _spread(self, vectors: Sequence[set[tuple[int, ...]]], rest: Sums, found: _Largest) -> None:
        """Add the sets of sums that rows of answers, one for each indicator they move, bring beside the rest."""
        sums = vectors[0] if vectors else set()
        for more in vectors[1:]:
            if len(sums) * len(more) > MANY:
                raise TooMany
            sums = {tuple(map(add, a, b)) for a in sums for b in more}
        for one in {frozenset(row) for row in sums}:
            if len(one) > 1:
                for offset in rest:
                    found.add(code + offset for code in one)

    def _of_roster(self, found: _Largest) -> None:
        states = [self._settled]
        for person in self._people:
            states = joined(states, person.states)
        for state in states:
            for fixed in self._fillings(self._shared):
                vectors = [
                    largest(
                        tuple(
                            frozenset(self._truth(r, key | more, {**fixed, **own}, True) for more in newcomers[r])
                            for newcomers in self._newcomers
                        )
                        for own in self._fillings(self._private[r])
                        for key in state[r]
                    )
                    for r in self._count
                ]
                self._sum_up(vectors, found)
                if found.full:
                    return

    def _sum_up(self, vectors: Sequence[list[State]], found: _Largest) -> None:
        sums = vectors[0]
        for more in vectors[1:]:
            if len(sums) * len(more) > MANY:
                raise TooMany
            sums = largest(tuple(map(plus, a, b)) for a in sums for b in more)
        for vector in sums:
            found.add(frozenset().union(*vector))

    # -- few answers ----------------------------------------------------------------------------------------
    def costs(self) -> dict[Counts, int]:
        """Counts that can be reached → the fewest answers (at most ``FEW``), other blanks staying blank."""
        group, combiner = self.group, self.group.combiner
        states: dict[Any, int] = {group.settled: 0}
        for person in self._people:
            states = together(combiner, states, person.partly(FEW), FEW)
        out: dict[Counts, int] = {}
        for values, cost in group.partly_filled(FEW):
            filled = {v.column: value for v, value in zip(group.household, values, strict=True)}
            for key, more in states.items():
                if cost + more <= FEW:
                    keys = [self._key(key, r) for r in self._count]
                    _keep(out, sum(self._truth(r, k, filled, group.complete) for r, k in enumerate(keys)), cost + more)
                    if group.missing and cost + more < FEW:
                        for code in self._with_newcomers(keys, filled):
                            _keep(out, code, cost + more + 1)
        return out

    def _with_newcomers(self, keys: Sequence[int], filled: Mapping[str, Any]) -> set[int]:
        return {
            code
            for newcomers in self._newcomers
            for code in total(
                frozenset(self._truth(r, key | more, filled, True) for more in newcomers[r])
                for r, key in enumerate(keys)
            )
        }


def _keep(out: dict[Counts, int], code: int, cost: int) -> None:
    counts = _counts(code)
    out[counts] = min(out.get(counts, cost), cost)
