"""Possible worlds: every way blanks can be filled, folded to what the rules can tell apart.

Gives   Combiner and Member, what members bring to the aggregates
Keeps   exact: contributions are enumerated and combined member by member; nothing is sampled
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

from fangpin.engine.derive import may_work
from fangpin.identification.answers import BORN, Variable
from fangpin.language import tree as t
from fangpin.language.interpret import Evaluator, Facts, compiled, completed_years

Assign = Mapping[str, Any]
NOT_A_STUDENT = "__not_a_student"


def filled_by(names: set[str]) -> frozenset[str]:
    """The columns ``names``, and the ones that answers fill where a derived column is open."""
    found = set(names)
    if "student" in names:
        found |= {"student_status", "education_level"}
    if "age" in names:
        found.add(BORN)
    return frozenset(found)


MAIN = "main_worker"  # open only for members nobody has written down; for all others it stays as the facts stand
DECIDE_MAIN = filled_by({"age", "student", "labour_skill", "work_months", "farm_months"})
UNBOUNDED = 1 << 30
_OPEN = "__open"


# -- aggregates: what several members bring together ---------------------------------------------------------
Contribution = Hashable
LOGICAL = ("any", "all", "any_known")


class Combiner:
    """Members taken together: keys that merge, and the values of the aggregates they stand for.

    Where all aggregates are quantifiers a key is one integer and merging is a bitwise or.
    """

    def __init__(self, aggs: Sequence[t.Agg]) -> None:
        self.aggs = tuple(aggs)
        self.bits = all(a.how in LOGICAL for a in self.aggs)
        self.one_newcomer: Member | None = None
        self.reads = [read_columns(a) for a in self.aggs]
        self._conditions: list[Evaluator] = [compiled(a.cond) for a in self.aggs]
        self._values: list[Evaluator | None] = [compiled(a.value) if a.value is not None else None for a in self.aggs]
        self.nobody: Any = (
            0
            if self.bits
            else tuple(
                0 if a.how in LOGICAL else (None, None, False) if a.how == "max" else (0.0, 0.0) for a in self.aggs
            )
        )

    def contribute(self, i: int, facts: Facts, member: Assign) -> Contribution:
        """What one member brings to aggregate ``i``: bits for a quantifier, (truth, interval) for a number."""
        truth, how = self._conditions[i](facts, member), self.aggs[i].how
        if how == "any":
            return 3 if truth is True else 1 if truth is None else 0
        if how == "all":
            return 3 if truth is False else 1 if truth is None else 0
        if how == "any_known":  # yes outranks no, and no outranks unknown
            return 7 if truth is True else 1 if truth is None else 3
        value = self._values[i]
        return None if truth is False else (truth, value(facts, member) if value else (1.0, 1.0))

    def key(self, parts: Mapping[int, Any]) -> Any:
        """The key of one member's contributions to some of the aggregates."""
        if self.bits:
            return sum(int(part) << (3 * i) for i, part in parts.items())
        return tuple(
            _merged(a, x, _state(a, parts[i])) if i in parts else x
            for i, (a, x) in enumerate(zip(self.aggs, self.nobody, strict=True))
        )

    def merge(self, one: Any, two: Any) -> Any:
        """The key of both together."""
        if self.bits:
            return one | two
        return tuple(_merged(a, x, y) for a, x, y in zip(self.aggs, one, two, strict=True))

    def join(self, one: Set[Any], two: Set[Any]) -> set[Any]:
        """The keys of one of each together."""
        if self.bits:
            return {a | b for a in one for b in two}
        return {self.merge(a, b) for a in one for b in two}

    def part(self, start: int, count: int, key: int, complete: bool) -> list[Any]:
        """The truth of some of the quantifiers, from the bits that are theirs."""
        return [_finished(self.aggs[start + i], (key >> (3 * i)) & 7, complete) for i in range(count)]

    def values(self, key: Any, complete: bool) -> list[Any]:
        """The value of every aggregate: a truth or an interval."""
        states = [(key >> (3 * i)) & 7 for i in range(len(self.aggs))] if self.bits else list(key)
        return [_finished(a, s, complete) for a, s in zip(self.aggs, states, strict=True)]


def _state(agg: t.Agg, part: Any) -> Any:
    """A contribution as the state of that member alone."""
    if agg.how in LOGICAL:
        return part
    if part is None:
        return (None, None, False) if agg.how == "max" else (0.0, 0.0)
    truth, (low, high) = part
    if agg.how == "max":
        return (low if truth else None, high, high is None)
    if truth is None:
        return (None if low is None else min(0.0, low), None if high is None else max(0.0, high))
    return (low, high)


def _merged(agg: t.Agg, one: Any, two: Any) -> Any:
    if agg.how in LOGICAL:
        return one | two
    if agg.how == "max":
        return (_top(one[0], two[0]), _top(one[1], two[1]), one[2] or two[2])
    return tuple(None if x is None or y is None else x + y for x, y in zip(one, two, strict=True))


def _top(one: float | None, two: float | None) -> float | None:
    return two if one is None else one if two is None else max(one, two)


def _finished(agg: t.Agg, state: Any, complete: bool) -> Any:
    if agg.how == "any":
        return True if state == 3 else None if state == 1 or not complete else False
    if agg.how == "all":
        return False if state == 3 else None if state == 1 or not complete else True
    if agg.how == "any_known":
        return True if state == 7 else None if not complete or state == 1 else False
    if agg.how == "max":
        return (state[0], None if state[2] or not complete else state[1])
    if complete:
        return state
    return (state[0] if t.never_negative(agg.value) else None, None)


@lru_cache(maxsize=4096)
def read_columns(agg: t.Agg) -> frozenset[str]:
    """The member columns an aggregate reads, those its derived columns stand on included."""
    return filled_by({c.name for c in t.columns(agg)})


class Replay(Iterable[frozenset[Any]]):
    """Sets of outcomes that differ, each once; what an earlier run found is given first."""

    def __init__(self, source: Iterator[frozenset[Any]]) -> None:
        self._source = source
        self._known: list[frozenset[Any]] = []
        self._set: set[frozenset[Any]] = set()

    def __iter__(self) -> Iterator[frozenset[Any]]:
        at = 0
        while True:
            while at < len(self._known):
                yield self._known[at]
                at += 1
            for found in self._source:
                if len(found) > 1 and found not in self._set:
                    self._set.add(found)
                    self._known.append(found)
                    break
            else:
                if at >= len(self._known):
                    return


# -- one member's ways --------------------------------------------------------------------------------------
Aggs = tuple[int, ...]
Variables = tuple[Variable, ...]
Row = tuple[Any, ...]


class Member:
    """One member's known values and open facts, as the aggregates of one group read them.

    Aggregates that share no open fact are looked at apart; those that do, once for each value of the fact that most of
    them read, and so on. A member whose ``main_worker`` is open is one nobody has written down: it is one only if its
    other facts let it.
    """

    def __init__(
        self,
        combiner: Combiner,
        base: Assign,
        variables: Sequence[Variable],
        facts: Facts,
        reads: Sequence[Set[str]] | None = None,
        pieces: Sequence[Member] = (),
    ) -> None:
        """``reads``: for each aggregate the columns that can matter to it, where that is known; else all it names.

        ``pieces``: the member as each indicator of the group sees it by itself.
        """
        self.pieces = tuple(pieces)
        self.combiner, self.base, self.variables, self.facts = combiner, dict(base), tuple(variables), facts
        self.free = free = any(v.column == MAIN for v in variables)
        columns = {v.column for v in variables}
        named = reads if reads is not None else [r | DECIDE_MAIN if free and MAIN in r else r for r in combiner.reads]
        self._read = [columns & own for own in named]
        self._all: Aggs = tuple(range(len(self._read)))
        self._order: dict[Aggs, list[str]] = {}
        self._split: dict[Hashable, list[tuple[Aggs, Variables]]] = {}
        self._known: dict[Hashable, Any] = {}
        self._outcomes: dict[str, Replay] = {}

    @cached_property
    def open(self) -> list[Variable]:
        """Those of its open facts that can make a difference to some aggregate."""
        return [
            v
            for v in self.variables
            if any(
                len(set(row)) > 1
                for i in self._all
                if v.column in self._read[i]
                for row in self._rows((i,), self._others(i, v), {}, v)
            )
        ]

    def _others(self, i: int, fact: Variable) -> Variables:
        return tuple(v for v in self.variables if v is not fact and v.column in self._read[i])

    @cached_property
    def filled(self) -> frozenset[Any]:
        """Keys of what the member can bring once every blank is filled."""
        return frozenset(self._ways(self._all, self.variables, {}, None))

    def partly(self, bound: int) -> dict[Any, int]:
        """Keys of what the member can bring → the fewest answers they take (at most ``bound``)."""
        return self._ways(self._all, self.variables, {}, bound)

    def ways(self, variables: Variables, fixed: Assign) -> frozenset[Any]:
        """Keys of what the member can bring, some facts being ``fixed`` and ``variables`` filled in any way."""
        memo = self._memo("ways", self._all, fixed)
        if memo not in self._known:
            self._known[memo] = frozenset(self._ways(self._all, variables, fixed, None))
        return self._known[memo]  # type: ignore[no-any-return]

    def few(self, variables: Variables, fixed: Assign, bound: int) -> dict[Any, int]:
        """Keys → the fewest answers among ``variables`` (at most ``bound``), some facts being ``fixed``."""
        return self._ways(self._all, variables, fixed, bound)

    def rows(self, variables: Variables, fixed: Assign, fact: Variable) -> frozenset[Row]:
        """The keys that each answer to ``fact`` brings, a row for each way ``variables`` can be filled."""
        return self._rows(self._all, variables, fixed, fact)

    def outcomes(self, fact: Variable) -> Replay:
        """For each way the member's other facts can be: the keys that answers to ``fact`` bring, where they differ."""
        if fact.column not in self._outcomes:
            self._outcomes[fact.column] = Replay(self._rows_together(fact))
        return self._outcomes[fact.column]

    # -- splitting ------------------------------------------------------------------------------------------
    def _parts(self, aggs: Aggs, variables: Variables) -> list[tuple[Aggs, Variables]]:
        """The aggregates in sets that share no open fact, each with its facts, the one that most of them read first."""
        memo = (aggs, *[v.column for v in variables])
        if memo not in self._split:
            found: list[tuple[Aggs, set[Variable]]] = []
            for i in aggs:
                own: set[Variable] = {v for v in variables if v.column in self._read[i]}
                joined: Aggs = (i,)
                for other in [x for x in found if x[1] & own]:
                    own, joined = own | other[1], other[0] + joined
                    found.remove(other)
                found.append((joined, own))
            self._split[memo] = [(some, self._in_order(some, own)) for some, own in found]
        return self._split[memo]

    def _in_order(self, aggs: Aggs, variables: set[Variable]) -> Variables:
        own = [v for v in self.variables if v in variables]
        return tuple(sorted(own, key=lambda v: -sum(v.column in self._read[i] for i in aggs)))

    def _memo(self, kind: Hashable, aggs: Aggs, fixed: Assign) -> Hashable:
        if aggs not in self._order:
            self._order[aggs] = sorted({c for i in aggs for c in self._read[i]})
        return (kind, aggs, *[fixed.get(c, _OPEN) for c in self._order[aggs]])

    def _brought(self, aggs: Aggs, fixed: Assign) -> Any:
        """The key of these aggregates once everything they read is decided."""
        return self.combiner.key({i: self._contribution((i,), fixed) for i in aggs})

    def _contribution(self, one: Aggs, fixed: Assign) -> Contribution:
        memo = self._memo("", one, fixed)
        if memo not in self._known:
            member = derived({**self.base, **fixed}, self.facts.today, self.free)
            self._known[memo] = self.combiner.contribute(one[0], self.facts, member)
        return self._known[memo]  # type: ignore[no-any-return]

    # -- keys and their costs -------------------------------------------------------------------------------
    def _ways(self, aggs: Aggs, variables: Variables, fixed: Assign, bound: int | None) -> dict[Any, int]:
        """Keys → fewest answers; with a ``bound`` facts may stay unanswered, without one all are filled at no cost."""
        memo = self._memo(bound, aggs, fixed)
        if memo not in self._known:
            out: dict[Any, int] = {self.combiner.nobody: 0}
            for some, own in self._parts(aggs, variables):
                out = together(
                    self.combiner, out, self._branch(some, own, fixed, bound), UNBOUNDED if bound is None else bound
                )
            self._known[memo] = out
        return self._known[memo]  # type: ignore[no-any-return]

    def _branch(self, aggs: Aggs, variables: Variables, fixed: Assign, bound: int | None) -> dict[Any, int]:
        if not variables:
            return {self._brought(aggs, fixed): 0}
        first, rest = variables[0], variables[1:]
        out: dict[Any, int] = {}
        for value, cost in choices(first, bound):
            left = None if bound is None else bound - cost
            for key, more in self._ways(aggs, rest, {**fixed, first.column: value}, left).items():
                if cost + more < out.get(key, UNBOUNDED + 1):
                    out[key] = cost + more
        return out

    # -- what one fact makes of them ------------------------------------------------------------------------
    def _rows_together(self, fact: Variable) -> Iterator[frozenset[Any]]:
        others = tuple(v for v in self.variables if v is not fact)
        parts = [self._rows(some, own, {}, fact) for some, own in self._parts(self._all, others)]
        still = [p for p in parts if all(len(set(row)) == 1 for row in p)]
        moving = [p for p in parts if p not in still]
        if not moving:
            return
        for rows in product(*moving, *still):
            keys = rows[0]
            for row in rows[1:]:
                keys = tuple(map(self.combiner.merge, keys, row))
            yield frozenset(keys)

    def _rows(self, aggs: Aggs, variables: Variables, fixed: Assign, fact: Variable) -> frozenset[Row]:
        """The keys that each answer to ``fact`` brings, for each way the other facts can be."""
        memo = self._memo(fact.column, aggs, fixed)
        if memo not in self._known:
            many = len(fact.options)
            if any(fact.column in self._read[i] for i in aggs):
                rows: set[Row] = {(self.combiner.nobody,) * many}
                for some, own in self._parts(aggs, variables):
                    branch = self._row_branch(some, own, fixed, fact)
                    rows = {tuple(map(self.combiner.merge, a, b)) for a in rows for b in branch}
            else:
                rows = {(key,) * many for key in self._ways(aggs, variables, fixed, None)}
            self._known[memo] = frozenset(rows)
        return self._known[memo]  # type: ignore[no-any-return]

    def _row_branch(self, aggs: Aggs, variables: Variables, fixed: Assign, fact: Variable) -> set[Row]:
        if not any(fact.column in self._read[i] for i in aggs):
            return {(key,) * len(fact.options) for key in self._ways(aggs, variables, fixed, None)}
        if not variables:
            return {tuple(self._brought(aggs, {**fixed, fact.column: o}) for o in fact.options)}
        first, rest = variables[0], variables[1:]
        return {
            row for value in first.completions for row in self._rows(aggs, rest, {**fixed, first.column: value}, fact)
        }


def choices(variable: Variable, bound: int | None) -> Iterator[tuple[Any, int]]:
    """Values of a fact with what they cost; within a ``bound`` the fact may also stay as it is."""
    if bound is None:
        yield from ((o, 0) for o in variable.completions)
        return
    yield variable.current, 0
    if bound > 0:
        yield from ((o, 1) for o in variable.options if o != NOT_A_STUDENT or variable.current is not None)


def derived(member: dict[str, Any], today: date, free: bool) -> dict[str, Any]:
    """The member with ``age`` and ``student`` (``free``: and being a main worker) following from what was filled in."""
    born = member.get(BORN)
    if born is not None:
        member["age"] = completed_years(born, today)
    status = member.get("student_status")
    if status == NOT_A_STUDENT:
        member["student"] = False
    elif status is not None:
        member["student"] = True
    elif member.get("education_level") is not None:
        member["student"] = False
    else:
        member["student"] = None
    if free and member.get(MAIN):
        member[MAIN] = may_work(member)
    return member


def together(
    combiner: Combiner, states: Mapping[Any, int], ways: Mapping[Any, int], bound: int = UNBOUNDED
) -> dict[Any, int]:
    """The keys after one more member, with the fewest answers for each."""
    if len(ways) == 1 and combiner.bits:
        ((way, more),) = ways.items()
        if way == 0 and more == 0:
            return dict(states)
    out: dict[Any, int] = {}
    for state, cost in states.items():
        for way, more in ways.items():
            total = cost + more
            if total <= bound:
                key = combiner.merge(state, way)
                if total < out.get(key, UNBOUNDED + 1):
                    out[key] = total
    return out
