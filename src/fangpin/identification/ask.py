"""What to ask a household: exactly the facts that can change its status, and the fewest answers that can settle it.

Reads   a standard and one household's record
Gives   Asker(standard).ask(record) → (facts in the order to ask them, fewest answers); `ask` for a single one
Keeps   exact, not greedy: every way the blanks can be filled is looked at, folded by what the rules can tell apart,
        and worked out once for all households that look alike
Source  INTERFACE of the project, section 3, columns ask and ask_least
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from fangpin import tables
from fangpin.identification.answers import BORN, Options, Variable, classifier
from fangpin.identification.group import ROSTER, Counts, Group, Split, split
from fangpin.identification.record import Income, Record, items_of
from fangpin.identification.verdict import IncomeStatus, decide_status
from fangpin.identification.worlds import NOT_A_STUDENT, Combiner, Member, filled_by
from fangpin.language import tree as t
from fangpin.language.interpret import Evaluator, Facts, compiled, evaluate
from fangpin.language.vocabulary import DERIVED, NOT_ASSESSED
from fangpin.standards import Standard

COMPLETIONS: tuple[IncomeStatus, ...] = ("below", "band", "above")
POPULATION = "household.population"
Open = tuple[str, int | None]  # a fact, and the position of the member it is about
Slot = tuple[int, str, int | None]  # group, fact, member of the group


def asked_columns(node: t.Node) -> list[t.Col]:
    """Columns whose blanks may be asked: those outside ``recorded(…)``."""
    if isinstance(node, t.Recorded):
        return []
    if isinstance(node, t.Col):
        return [node]
    return list(dict.fromkeys(c for child in t.children(node) for c in asked_columns(child)))


@dataclass(frozen=True)
class _Rule:
    """One counted indicator, prepared."""

    split: Split
    run: Evaluator
    asked: tuple[t.Col, ...]
    household: tuple[tuple[str, Any], ...]
    member: tuple[tuple[str, Any], ...]
    reads: frozenset[str]


class Asker:
    """Works out what to ask under one standard, remembering everything that can be used again."""

    def __init__(self, standard: Standard) -> None:
        self.standard = standard
        items = [(i.code, i.node) for i in standard.indicators if i.code in standard.counted]
        self.nodes = tuple(node for _, node in items)
        self.rules = [self._prepare(code, node) for code, node in items]
        self.columns = list(dict.fromkeys(c for r in self.rules for c in r.asked))
        self._options = Options(self.nodes, standard.as_of)
        read = list(dict.fromkeys(c for node in self.nodes for c in t.columns(node)))
        self.births = self._options.births([c for c in read if c.scope == "member" and c.name in ("age", BORN)])
        self.household_columns = [c for c in self.columns if c.scope == "household" and c.facts]
        self.member_columns = [c for c in self.columns if c.scope == "member" and c.facts]
        self.bands = standard.upper.yuan > standard.lower.yuan
        self._groups: dict[Hashable, Group] = {}
        self._people: dict[Hashable, Member] = {}
        self._combiners: dict[tuple[int, ...], Combiner] = {}
        self.patterns: dict[str, Any] = {}
        self._settled: dict[Hashable, tuple[list[Slot], int]] = {}

    def _prepare(self, code: str, node: t.Node) -> _Rule:
        columns, today = t.columns(node), self.standard.as_of
        household = tuple((c.key, classifier(c, (node,), today)) for c in columns if c.scope == "household")
        member = [(c.name, classifier(c, (node,), today)) for c in columns if c.scope == "member"]
        reads = {c.key for c in columns if c.scope == "household"} | {c.name for c in columns if c.scope == "member"}
        return _Rule(
            split(code, node), compiled(node), tuple(asked_columns(node)), household, tuple(member), filled_by(reads)
        )

    def ask(self, record: Record) -> tuple[list[str], int]:
        """The facts to ask, in order, and the fewest answers that can settle the status, at best.

        Both are empty (0) where the status is not ``needs_visit``; the second is 0 where nothing can settle it.
        """
        found, least = _Worlds(self, record).answer()
        people = [str(m.get("person_id")) for m in record.belonging]
        names = [fact if at is None else f"{fact}@{people[at]}" for fact, at in found]
        return asked_order(names, record), least

    def combiner(self, at: tuple[int, ...]) -> Combiner:
        """The aggregates of the rules at these positions."""
        if at not in self._combiners:
            self._combiners[at] = Combiner([a for i in at for a in self.rules[i].split.aggregates])
        return self._combiners[at]

    def options(self, column: t.Col, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of a column that the counted rules can tell apart, beside what is known in ``row``."""
        return self._options.of(column, codes_of(column), row)


class _Worlds:
    """The worlds of one household under one standard."""

    def __init__(self, asker: Asker, record: Record) -> None:
        self.asker, self.record, self.standard = asker, record, asker.standard
        self.facts = record.facts()
        self.truths = [r.run(self.facts, {}) for r in asker.rules]
        self.income = record.income(self.standard.concept)
        self.income_status = income_status(self.income, self.standard)
        self.veto = veto_of(self.standard, self.facts)
        self.stale = {name.partition("@")[::2] for name in record.stale}
        self.open_columns = {
            c.key for r, truth in zip(asker.rules, self.truths, strict=True) if truth is None for c in r.asked
        }
        old = {fact for fact, _ in self.stale}
        self.beside = {
            c.key for r in asker.rules if old and any(f in old for c in r.asked for f in c.facts) for c in r.asked
        }  # columns of indicators that stand on a stale fact

    @property
    def now(self) -> Counts:
        return sum(v is True for v in self.truths), sum(v is None for v in self.truths)

    def status(self, income: IncomeStatus, counts: Counts) -> str:
        return decide_status(income, counts[0], counts[1], self.standard.k, self.veto)

    def answer(self) -> tuple[list[Open], int]:
        """The open facts that matter, and the fewest answers."""
        if self.status(self.income_status, self.now) != "needs_visit":
            return [], 0
        signature = (
            tuple(id(g) for g, _ in self.groups),
            self.constant,
            self.now,
            self.income_status,
            self.income.known,
            tuple((name, self._answers_to(name)) for name in self.income_facts),
            self.veto,
        )
        known = self.asker._settled.get(signature)
        if known is None:
            known = self.asker._settled[signature] = (self._asked(), self._least())
        slots, least = known
        return [(fact, None if at is None else self.groups[group][1][at]) for group, fact, at in slots], least

    # -- open facts -----------------------------------------------------------------------------------------
    @cached_property
    def household(self) -> list[Variable]:
        found = []
        for column in self.asker.household_columns:
            value = self.facts.values.get(column.key)
            stale, open_ = (column.facts[0], "") in self.stale, column.key in self.open_columns
            blank = _is_blank(value, column)
            if stale or (blank and (open_ or column.key in self.beside)):
                options = self.asker.options(column, self.facts.values)
                found.append(Variable(column.facts[0], column.key, options, value, not blank, stale or open_))
        return found

    @cached_property
    def members(self) -> list[list[Variable]]:
        return [self._of_member(m) for m in self.record.belonging]

    def _of_member(self, member: dict[str, Any]) -> list[Variable]:
        person = str(member.get("person_id"))
        found: dict[str, Variable] = {}
        for column in self.asker.member_columns:
            open_ = column.key in self.open_columns
            beside = column.key in self.beside
            if not open_ and not beside and not self.stale:
                continue
            for fact in column.facts:
                stale = ("member.age" if column.name == "age" else fact, person) in self.stale
                if fact not in found and (stale or open_ or beside):
                    variable = self._variable(column, fact, member, stale)
                    if variable is not None:
                        found[fact] = variable if stale or open_ else replace(variable, asked=False)
        return list(found.values())

    def _variable(self, column: t.Col, fact: str, member: dict[str, Any], stale: bool) -> Variable | None:
        if column.name == "age":
            open_ = member.get(BORN) is None and (member["age"] is None or stale)
            return Variable(fact, BORN, self.asker.births, None, member["age"] is not None) if open_ else None
        if fact in ("member.student_status", "member.education_level"):
            return self._of_school(fact, member, stale)
        if column.name in DERIVED:
            return Variable(fact, column.name, (True, False)) if member.get(column.name) is None else None
        value = member.get(column.name)
        if not (stale or _is_blank(value, column)):
            return None
        return Variable(fact, column.name, self.asker.options(column, member), value, not _is_blank(value, column))

    def _of_school(self, fact: str, member: dict[str, Any], stale: bool) -> Variable | None:
        """At school or not, and what was finished; the one that is filled says that the other is not asked."""
        status, level = member.get("student_status"), member.get("education_level")
        if fact == "member.student_status":
            asked = stale or (status is None and level is None)
            return Variable(fact, "student_status", (NOT_A_STUDENT, status or "03"), status, stale) if asked else None
        left = (
            status is None
            or (fact.replace("education_level", "student_status"), str(member.get("person_id"))) in self.stale
        )
        if not left or (level is not None and not stale):
            return None
        plain = next((c for c in self.asker.columns if c.name == "education_level"), None)
        options = self.asker.options(plain, member) if plain else ("1",)
        return Variable(fact, "education_level", options, level, stale)

    # -- groups ---------------------------------------------------------------------------------------------
    @cached_property
    def groups(self) -> list[tuple[Group, tuple[int, ...]]]:
        """Groups of indicators with open facts, each with the roster positions of its members."""
        links: list[tuple[set[Any], list[int]]] = []
        for at, rule in enumerate(self.asker.rules):
            names: set[Any] = {v.fact for v in self.household if v.column in rule.reads}
            names |= {(i, v.fact) for i, vs in enumerate(self.members) for v in vs if v.column in rule.reads}
            if rule.split.aggregates and not self.record.complete:
                names.add(ROSTER)
            if names:
                joined = [at]
                for link in [x for x in links if x[0] & names]:
                    names |= link[0]
                    joined += link[1]
                    links.remove(link)
                links.append((names, joined))
        return [self._group(names, sorted(at)) for names, at in links]

    def _group(self, names: set[Any], at: Sequence[int]) -> tuple[Group, tuple[int, ...]]:
        """The group of these rules, and the roster positions of its members with open facts."""
        rules = [self.asker.rules[i] for i in at]
        combiner = self.asker.combiner(tuple(at))
        own = [v for v in self.household if v.fact in names]
        values = self.facts.values
        household_key = tuple(classify(values.get(key)) for r in rules for key, classify in r.household)
        settled, open_ = combiner.nobody, []
        for i, m in enumerate(self.record.belonging):
            mine = [v for v in self.members[i] if (i, v.fact) in names]
            known = (tuple(classify(m.get(name)) for r in rules for name, classify in r.member), m.get("student"))
            key = (known, tuple((v.fact, v.stale, v.asked, _key(v.current)) for v in mine))
            person = self._person(tuple(at), combiner, key, i, mine)
            if person.variables:
                open_.append((repr(key), i, key, person))
            else:
                (only,) = person.filled
                settled = combiner.merge(settled, only)
        open_.sort(key=lambda x: x[0])
        missing = self.record.missing if ROSTER in names else 0
        signature = (
            tuple(at),
            household_key,
            tuple((v.fact, v.stale, v.asked, _key(v.current)) for v in own),
            settled,
            tuple(key for _, _, key, _ in open_),
            self.record.complete,
            missing,
        )
        group = self.asker._groups.get(signature)
        if group is None:
            newcomer = self._newcomer(rules) if missing else []
            group = Group(
                [r.split for r in rules],
                combiner,
                own,
                [p for *_, p in open_],
                self.facts,
                self.record.complete,
                missing,
                newcomer,
                settled,
            )
            self.asker._groups[signature] = group
        return group, tuple(i for _, i, _, _ in open_)

    def _person(
        self, at: tuple[int, ...], combiner: Combiner, key: Hashable, i: int, variables: list[Variable]
    ) -> Member:
        memo = (at, key)
        if memo not in self.asker._people:
            person = Member(combiner, self.record.belonging[i], variables, self.facts)
            if not any(v.stale for v in variables) and len(person.open) < len(variables):
                person = Member(combiner, self.record.belonging[i], person.open, self.facts)
            self.asker._people[memo] = person
        return self.asker._people[memo]

    def _newcomer(self, rules: Sequence[_Rule]) -> list[Variable]:
        found: dict[str, Variable] = {}
        for column in dict.fromkeys(c for r in rules for c in r.asked if c.scope == "member"):
            if column.name == "age":
                found[BORN] = Variable("", BORN, self.asker.births)
            elif column.name == "student":
                found["student_status"] = Variable("", "student_status", (NOT_A_STUDENT, "03"))
                found.setdefault("education_level", Variable("", "education_level", ("1",)))
            elif column.name in DERIVED:
                found[column.name] = Variable("", column.name, (True, False))
            else:
                found[column.name] = Variable("", column.name, self.asker.options(column, {}))
        return list(found.values())

    @cached_property
    def constant(self) -> Counts:
        """True and unknown among the indicators that no open fact touches."""
        grouped = {code for g, _ in self.groups for code in g.codes}
        rest = [v for r, v in zip(self.asker.rules, self.truths, strict=True) if r.split.code not in grouped]
        return sum(v is True for v in rest), sum(v is None for v in rest)

    # -- income ---------------------------------------------------------------------------------------------
    @cached_property
    def income_facts(self) -> list[str]:
        """The open facts of the income test, as they are asked."""
        if self.income.known:
            items = [f"income_year.{n}" for n in items_of(self.standard.concept)]
            read = [f"income_year.{self.standard.concept}"] if self.income.given is not None else [*items, POPULATION]
            return [name for name in read if (name, "") in self.stale]
        if len(self.income.open_items) == len(items_of(self.standard.concept)):
            return self.income_blanks
        old = [f"income_year.{n}" for n in items_of(self.standard.concept) if (f"income_year.{n}", "") in self.stale]
        return [*old, *self.income_blanks]

    @cached_property
    def income_blanks(self) -> list[str]:
        """The blank facts of an unknown income."""
        if self.income.known:
            return []
        if len(self.income.open_items) == len(items_of(self.standard.concept)):
            return [f"income_year.{self.standard.concept}"]
        facts = [f"income_year.{n}" for n in self.income.open_items]
        return facts + ([POPULATION] if self.income.population is None else [])

    @cached_property
    def incomes(self) -> tuple[IncomeStatus, ...]:
        """Income statuses of completed worlds."""
        if self.income.known:
            return (self.income_status,)
        return self._answers_to(self.income_blanks[0])

    def _answers_to(self, fact: str) -> tuple[IncomeStatus, ...]:
        """Income statuses that answers to one of the income facts can bring."""
        if fact != POPULATION or self.income.total is None:
            return COMPLETIONS if self.asker.bands else ("below", "above")
        return by_population(self.income.total, self.standard.lower.micro, self.standard.upper.micro)

    # -- answers --------------------------------------------------------------------------------------------
    def _sums(self, without: Group | None = None) -> set[Counts]:
        """Counts of completed worlds, of all groups but one together."""
        found = {self.constant}
        for group, _ in self.groups:
            if group is not without:
                found = {(a + c, b + d) for a, b in found for c, d in group.reachable}
        return found

    def _asked(self) -> list[Slot]:
        found: list[Slot] = []
        sums = self._sums()
        found += [
            (0, name, None)
            for name in self.income_facts
            if any(len({self.status(i, c) for i in self._answers_to(name)}) > 1 for c in sums)
        ]
        for at, (group, _) in enumerate(self.groups):
            others = self._sums(group)
            found += [
                (at, v.fact if v else ROSTER, i) for v, i in group.open_facts() if self._matters(group, v, i, others)
            ]
        return found or self._ending()

    def _matters(self, group: Group, variable: Variable | None, member: int | None, others: set[Counts]) -> bool:
        kinds: dict[Counts, tuple[str, ...]] = {}
        for found in group.outcomes(variable, member):
            for c in found:
                if c not in kinds:
                    kinds[c] = tuple(self.status(i, (c[0] + e, c[1] + f)) for e, f in others for i in self.incomes)
            if len({kinds[c] for c in found}) > 1:
                return True
        return False

    def _ending(self) -> list[Slot]:
        """Facts an answer to which, everything else as it stands, ends the open status."""
        found: list[Slot] = []
        if self.income.known or len(self.income_blanks) == 1:
            found += [
                (0, name, None)
                for name in self.income_blanks or self.income_facts
                if any(self.status(i, self.now) != "needs_visit" for i in self._answers_to(name))
            ]
        true, unknown = self.now
        by_code = {r.split.code: v for r, v in zip(self.asker.rules, self.truths, strict=True)}
        for at, (group, _) in enumerate(self.groups):
            own = [by_code[c] for c in group.codes]
            rest = (true - sum(v is True for v in own), unknown - sum(v is None for v in own))
            for variable, member in group.open_facts():
                if any(
                    self.status(self.income_status, (a + rest[0], b + rest[1])) != "needs_visit"
                    for a, b in group.alone(variable, member)
                ):
                    found.append((at, variable.fact if variable else ROSTER, member))
        return found

    def _least(self) -> int:
        facts = sum(len(g.open_facts()) for g, _ in self.groups) + len(self.income_facts)
        for bound in range(1, facts + 1):
            reached: dict[Counts, int] = {self.constant: 0}
            for group, _ in self.groups:
                reached = _plus(reached, group.costs(bound), bound)
            for counts, cost in reached.items():
                for income, more in self._income_answers():
                    if cost + more <= bound and self.status(income, counts) != "needs_visit":
                        return bound
        return 0

    def _income_answers(self) -> list[tuple[IncomeStatus, int]]:
        now: list[tuple[IncomeStatus, int]] = [(self.income_status, 0)]
        if not self.income_facts:
            return now
        answers = 1 if self.income.known else len(self.income_blanks)
        return now + [(i, answers) for name in self.income_facts for i in self._answers_to(name)]


def _key(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


def _plus(one: dict[Counts, int], two: dict[Counts, int], bound: int) -> dict[Counts, int]:
    out: dict[Counts, int] = {}
    for (a, b), cost in one.items():
        for (c, d), more in two.items():
            if cost + more <= bound:
                key = (a + c, b + d)
                out[key] = min(out.get(key, bound), cost + more)
    return out


def _is_blank(value: Any, column: t.Col) -> bool:
    return value is None or (isinstance(value, str) and value in NOT_ASSESSED.get(column.type.codes or "", ()))


@lru_cache(maxsize=512)
def codes_of(column: t.Col) -> tuple[str, ...]:
    """The codes a column may hold; none for other kinds."""
    if column.type.codes is None or column.type.kind == "bool":
        return ()
    return tuple(tables.catalogue().codelist(column.type.codes).items)


def by_population(total: int, lower: int, upper: int) -> tuple[IncomeStatus, ...]:
    """The income statuses of a household with this income together (micro-yuan), over every number of persons."""
    most = total // lower  # as many persons are not below the lower line
    found: list[IncomeStatus] = ["below"]
    if most >= 1 and total < upper * most:
        found.append("band")
    if total >= upper:
        found.append("above")
    return tuple(found)


def income_status(income: Income, standard: Standard) -> IncomeStatus:
    """Income against the lower and the upper line."""
    below = income.below(standard.lower.micro)
    if below is None:
        return "unknown"
    if below:
        return "below"
    return "band" if income.below(standard.upper.micro) else "above"


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

    def place(name: str) -> tuple[bool, int, int]:
        fact, _, person = name.partition("@")
        return (name not in record.stale, positions.get(fact, 1 << 20), people.get(person, 0))

    return sorted(dict.fromkeys(names), key=place)


def ask(record: Record, standard: Standard) -> tuple[list[str], int]:
    """The facts to ask one household, in order, and the fewest answers that can settle it (see :class:`Asker`)."""
    return Asker(standard).ask(record)
