"""What to ask a household: exactly the facts that can change its status, and the fewest answers that can settle it.

Reads   a standard and one household's record
Gives   Asker(standard).ask(record) → (facts in the order to ask them, fewest answers); `ask` for a single one
Keeps   exact, not greedy: every way the blanks can be filled is looked at, folded by what the rules can tell apart,
        and worked out once for all households that look alike
Source  INTERFACE of the project, section 3, columns ask and ask_least
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from fangpin import tables
from fangpin.identification.answers import Variable
from fangpin.identification.fold import Apart
from fangpin.identification.group import ROSTER, Counts, Group
from fangpin.identification.income_test import IncomeTest
from fangpin.identification.open_facts import OpenFacts, Questions
from fangpin.identification.readers import Reader
from fangpin.identification.record import Record
from fangpin.identification.settle import Exact, Settled, Situation
from fangpin.identification.turning import turning
from fangpin.identification.verdict import decide_status
from fangpin.identification.worlds import Combiner, Member
from fangpin.language.interpret import Facts, evaluate
from fangpin.standards import Standard

AT_SCHOOL = {"student_status", "education_level"}  # either answer says whether a person is at school
Open = tuple[str, int | None]  # a fact, and the position of the member it is about


@dataclass(frozen=True, eq=False)
class Piece:
    """What one member brings to one indicator: its open facts that matter, and a sign, equal for what is alike."""

    open: frozenset[str]
    sign: Hashable
    member: Member


class Own(NamedTuple):
    """A group as one household has it: the roster positions of its members with open facts, and its indicators."""

    group: Group
    people: tuple[int, ...]
    indicators: tuple[int, ...]

    def facts(self) -> list[Open]:
        """Its open facts, in their order."""
        return [
            (variable.fact if variable else ROSTER, None if member is None else self.people[member])
            for variable, member in self.group.open_facts()
        ]


class Asker:
    """Works out what to ask under one standard, remembering everything that can be used again.

    ``folding``: whether to count indicator by indicator where that can be done, instead of searching whole worlds.
    """

    def __init__(self, standard: Standard, *, folding: bool = True) -> None:
        self.standard, self.folding = standard, folding
        counted = [i for i in standard.indicators if i.code in standard.counted]
        turns = turning([i.node for i in counted])
        self.readers = [Reader(i.code, i.node, standard.as_of, turns) for i in counted]
        self.questions = Questions(standard, self.readers)
        self._combiners: dict[tuple[int, ...], Combiner] = {}
        self._pieces: dict[Hashable, Piece] = {}
        self._people: dict[Hashable, Member] = {}
        self._groups: dict[Hashable, Group] = {}
        self.settled: dict[Hashable, Settled] = {}
        self.truths: dict[Hashable, dict[Any, int]] = {}

    def ask(self, record: Record) -> tuple[list[str], int]:
        """The facts to ask, in order, and the fewest answers that can settle the status, at best.

        Both are empty (0) where the status is not ``needs_visit``; the second is 0 where nothing can settle it.
        """
        found, least = Worlds(self, record).answer()
        people = [str(m.get("person_id")) for m in record.belonging]
        names = [fact if at is None else f"{fact}@{people[at]}" for fact, at in found]
        return asked_order(names, record), least

    def combiner(self, at: tuple[int, ...]) -> Combiner:
        """The aggregates of the indicators at these positions."""
        if at not in self._combiners:
            self._combiners[at] = Combiner([a for i in at for a in self.readers[i].split.aggregates])
        return self._combiners[at]

    def piece(self, at: int, member: dict[str, Any], variables: Sequence[Variable], facts: Facts) -> Piece:
        """What a member brings to the indicator at this position."""
        reader = self.readers[at]
        own = [v for v in variables if v.column in reader.reads]
        memo = (at, reader.member.of(member, {v.column for v in own}), signature_of(own))
        if memo not in self._pieces:
            person = Member(reader.combiner, member, own, facts)
            if not any(v.stale for v in own):  # beside a stale fact a blank may come to matter
                open_ = {v.column for v in person.open}
                own = [v for v in own if v.column in open_ or (v.column in AT_SCHOOL and open_ & AT_SCHOOL)]
            seen = Member(reader.combiner, member, own, facts)
            sign: Hashable = len(self._pieces)
            if not own:
                (key,) = seen.filled
                sign = ("=", key)
            self._pieces[memo] = Piece(frozenset(v.column for v in own), sign, seen)
        return self._pieces[memo]

    def person(
        self,
        at: tuple[int, ...],
        pieces: Sequence[Piece],
        member: dict[str, Any],
        variables: Sequence[Variable],
        facts: Facts,
    ) -> Member:
        """A member as the indicators of a group see it."""
        memo = (at, tuple(p.sign for p in pieces), signature_of(variables))
        if memo not in self._people:
            reads = [p.open for i, p in zip(at, pieces, strict=True) for _ in self.readers[i].split.aggregates]
            seen = [p.member for p in pieces]
            self._people[memo] = Member(self.combiner(at), member, variables, facts, reads, seen)
        return self._people[memo]


def signature_of(variables: Sequence[Variable]) -> Hashable:
    """Equal for open facts that are alike, beside what the rules can tell apart of what they hold now."""
    return tuple((v.fact, v.stale, v.asked) for v in variables)


class Worlds:
    """The worlds of one household under one standard."""

    def __init__(self, asker: Asker, record: Record) -> None:
        self.asker, self.record, self.standard = asker, record, asker.standard
        self.facts = record.facts()
        self.truths = [r.run(self.facts, {}) for r in asker.readers]
        self.open = OpenFacts(asker.questions, asker.readers, self.truths, record, self.facts.values)
        self.income = IncomeTest(record, self.standard, self.open.old)
        self.veto = veto_of(self.standard, self.facts)

    def answer(self) -> tuple[list[Open], int]:
        """The open facts that matter, and the fewest answers."""
        true, unknown = _counted(self.truths)
        if decide_status(self.income.status, true, unknown, self.standard.k, self.veto) != "needs_visit":
            return [], 0
        situation = Situation(self.standard, self.apart(range(len(self.truths)), self.groups), self.income, self.veto)
        signature = (tuple(id(own.group) for own in self.groups), situation.signature)
        known = self.asker.settled.get(signature)
        if known is None:
            known = self.asker.settled[signature] = self._settled(situation)
        found: list[Open] = [(fact, None) for fact in known.income]
        for at, fact in known.facts:
            found.append(self.groups[at].facts()[fact])
        return found, known.least

    def _settled(self, situation: Situation) -> Settled:
        exact = [self.outlook(own.group) for own in self.groups]
        if not self.asker.folding:
            return situation.settle(exact)
        try:
            return situation.settle([e.folded() or e for e in exact])
        except Apart:
            return situation.settle(exact)

    # -- groups ---------------------------------------------------------------------------------------------
    def _varies(self, at: int) -> bool:
        """Whether answers can change an indicator: it is unknown, stands on a stale fact, or hides an open one."""
        reader = self.asker.readers[at]
        if self.truths[at] is None or self.open.old & reader.asked_facts:
            return True
        if reader.fragile_roster and not self.record.complete:
            return True
        fragile = reader.fragile
        return any(v.column in fragile for v in self.open.household) or any(
            v.column in fragile for vs in self.open.members for v in vs
        )

    @cached_property
    def _pieces(self) -> dict[tuple[int, int], Piece]:
        """What each member brings to each indicator that may change, by (indicator, member)."""
        found = {}
        for at, reader in enumerate(self.asker.readers):
            if reader.split.aggregates and self._varies(at):
                for i, member in enumerate(self.record.belonging):
                    found[at, i] = self.asker.piece(at, member, self.open.members[i], self.facts)
        return found

    @cached_property
    def groups(self) -> list[Own]:
        """The groups of all counted indicators."""
        return self.groups_of(range(len(self.asker.readers)))

    def groups_of(self, among: Iterable[int]) -> list[Own]:
        """Groups of those of some indicators that share open facts."""
        links: list[tuple[set[Any], list[int]]] = []
        for at in (at for at in among if self._varies(at)):
            names = self._names(at)
            if names:
                joined = [at]
                for link in [x for x in links if x[0] & names]:
                    names |= link[0]
                    joined += link[1]
                    links.remove(link)
                links.append((names, joined))
        return [self._group(names, tuple(sorted(at))) for names, at in links]

    def _names(self, at: int) -> set[Any]:
        reader = self.asker.readers[at]
        names: set[Any] = {v.column for v in self.open.household if v.column in reader.reads}
        names |= {(i, column) for (r, i), piece in self._pieces.items() if r == at for column in piece.open}
        if reader.split.aggregates and not self.record.complete:
            names.add(ROSTER)
        return names

    def _group(self, names: set[Any], at: tuple[int, ...]) -> Own:
        """The group of these indicators."""
        readers, combiner = [self.asker.readers[i] for i in at], self.asker.combiner(at)
        own = [v for v in self.open.household if v.column in names]
        columns = {v.column for v in own}
        settled, open_ = combiner.nobody, []
        for i, person in self._people(names, at):
            if person.variables:
                open_.append((person, i))
            else:
                (only,) = person.filled
                settled = combiner.merge(settled, only)
        open_.sort(key=lambda x: id(x[0]))
        missing = self.record.missing if ROSTER in names else 0
        classes = [
            (i, r.household.of(self.facts.values, columns), *(c for c in columns if c in r.reads))
            for i, r in zip(at, readers, strict=True)
        ]
        signature = (
            tuple(classes),
            signature_of(own),
            settled,
            tuple(id(p) for p, _ in open_),
            self.record.complete,
            missing,
        )
        group = self.asker._groups.get(signature)
        if group is None:
            group = self.asker._groups[signature] = Group(
                [r.split for r in readers],
                combiner,
                own,
                [p for p, _ in open_],
                self.facts,
                self.record.complete,
                missing,
                self._newcomer(readers) if missing else [],
                settled,
                [self.asker.truths.setdefault(c, {}) for c in classes],
            )
        return Own(group, tuple(i for _, i in open_), at)

    def _people(self, names: set[Any], at: tuple[int, ...]) -> Iterator[tuple[int, Member]]:
        if not self.asker.combiner(at).aggs:
            return
        without = Piece(frozenset(), None, Member(Combiner(()), {}, [], self.facts))
        for i, member in enumerate(self.record.belonging):
            pieces = [self._pieces.get((r, i), without) for r in at]
            mine = [v for v in self.open.members[i] if any(v.column in p.open for p in pieces)]
            yield i, self.asker.person(at, pieces, member, mine, self.facts)

    def _newcomer(self, readers: Sequence[Reader]) -> list[Variable]:
        columns = dict.fromkeys(c for r in readers for c in r.asked if c.scope == "member")
        return self.asker.questions.newcomer(list(columns))

    def outlook(self, group: Group) -> Exact:
        """What a group of this household can come to."""
        codes = set(group.codes)
        by_code = zip(self.asker.readers, self.truths, strict=True)
        return Exact(group, _counted([v for r, v in by_code if r.code in codes]))

    def apart(self, at: Iterable[int], groups: Sequence[Own]) -> Counts:
        """True and unknown among some indicators, of those that belong to none of the groups."""
        grouped = {i for own in groups for i in own.indicators}
        return _counted([self.truths[i] for i in at if i not in grouped])


def _counted(truths: Sequence[bool | None]) -> Counts:
    return sum(v is True for v in truths), sum(v is None for v in truths)


def veto_of(standard: Standard, facts: Facts) -> bool | None:
    """True if a veto item that counts applies, None if one is not known yet, else False."""
    values = [evaluate(item.node, facts) for item in standard.veto if item.counts]
    if any(v is True for v in values):
        return True
    return None if any(v is None for v in values) else False


@lru_cache(maxsize=1)
def _positions() -> dict[str, int]:
    names = [f"{table.name}.{f.inside}" for table in tables.catalogue().tables.values() for f in table.fields.values()]
    places = {name: i for i, name in enumerate(names)}
    return {**places, ROSTER: places["household.population"]}


def field_position(fact: str) -> int:
    """Where a fact stands in the order of the tables."""
    return _positions().get(fact, 1 << 20)


def asked_order(names: Sequence[str], record: Record) -> list[str]:
    """Stale facts first, then in the order of the tables, members in the order of the roster."""
    if len(names) < 2:
        return list(names)
    people = {str(m.get("person_id")): i for i, m in enumerate(record.belonging)}
    positions = _positions()

    def position(name: str) -> tuple[bool, int, int]:
        fact, _, person = name.partition("@")
        return (name not in record.stale, positions.get(fact, 1 << 20), people.get(person, 0))

    return sorted(dict.fromkeys(names), key=position)


def ask(record: Record, standard: Standard) -> tuple[list[str], int]:
    """The facts to ask one household, in order, and the fewest answers that can settle it (see :class:`Asker`)."""
    return Asker(standard).ask(record)
