"""What to ask, by trying everything: an oracle written from INTERFACE §3, with no part of the product's search.

Gives   `brute(case, standard)` → (facts that are asked, fewest answers), `TooMany` where there are too many worlds
Keeps   every world is built as rows and read by the plain interpreter; who is a main worker stays as the rows stand;
        a roster is answered with all facts of every missing member; stale facts stay as they are unless asked
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations, product
from typing import Any

from fangpin.identification.record import Record, items_of
from fangpin.language.interpret import Facts, evaluate
from fangpin.language.tree import Agg, Node, walk
from fangpin.standards import Standard

TODAY = date(2021, 6, 30)
NOT_AT_SCHOOL = "not at school"
OUT = "needs_visit"


class TooMany(Exception):
    """More worlds than a test should try."""


@dataclass
class Case:
    """The rows of one household, and its stale facts."""

    household: dict[str, Any]
    living: dict[str, Any]
    income: dict[str, Any]
    members: list[dict[str, Any]]
    stale: frozenset[str] = frozenset()

    def record(self) -> Record:
        return Record(self.household, self.living, self.income, self.members, TODAY, self.stale)


@dataclass(frozen=True, eq=False)
class Fact:
    """One fact that may be answered: how it is named, where it stands, what may be answered."""

    name: str
    table: str
    column: str
    person: int | None
    values: tuple[Any, ...]
    stale: bool = False
    asked: bool = True


@dataclass
class World:
    """Answers on top of a case."""

    answers: dict[Fact, Any] = field(default_factory=dict)
    newcomers: tuple[tuple[tuple[str, Any], ...], ...] | None = None


# -- inputs, from indicator_definitions.yaml ------------------------------------------------------------------
MEMBER_INPUTS = {
    "H1": ["birth_date", "nutrition_height_cm", "nutrition_weight_kg", "nutrition_judged"],
    "H2": ["resident_medical", "employee_medical"],
    "H3": ["birth_date", "bedridden", "receives_pension"],
    "H4": ["birth_date", "student_status", "education_level", "labour_skill"],
    "E1": ["birth_date", "student_status", "education_level"],
    "E2": ["trained", "work_months", "farm_months"],
}
HOUSE_INPUTS = {
    "E1": ["household.school_debt"],
    "L1": ["living.house_grade"],
    "L2": ["living.durables"],
    "L3": ["living.water_access", "living.water_fetch_minutes", "living.water_safe"],
    "L4": ["living.internet"],
}
NOT_ASSESSED = {"house_grade": "N", "nutrition_judged": "9"}


def birth_dates(standard: Standard) -> tuple[date, ...]:
    """A date for every age the standard can tell apart, newborns among them."""
    limits = {0} | {
        int(v.value) + more
        for name, v in standard.parameters.items()
        for more in (0, 1)
        if (name in ("H1.measured_from", "H1.older_from", "H3.age_min", "H4.age_min", "E1.age_min") and not more)
        or (name in ("H4.age_max", "E1.age_max") and more)
    }
    ages = [date(TODAY.year - age, TODAY.month, TODAY.day) for age in sorted(limits)]
    return (*ages, TODAY - timedelta(days=int(standard.value("H2.newborn_days")) + 1))


def values_of(column: str, standard: Standard) -> tuple[Any, ...]:
    if column == "birth_date":
        return birth_dates(standard)
    fixed: dict[str, tuple[Any, ...]] = {
        "student_status": ("03", NOT_AT_SCHOOL),
        "education_level": ("1", "2", "3", "4"),
        "labour_skill": ("1", "3", "4", "5"),
        "nutrition_judged": ("1", "2", "9"),
        "house_grade": ("A", "C"),
        "durables": ([], ["1", "2", "3", "4", "5", "6"], ["1", "2"]),
        "water_access": ("1", "2"),
        "water_fetch_minutes": (0.0, 25.0, 1000.0),
        "internet": ("1", "3", "5"),
        "nutrition_height_cm": (60.0, 158.0, 165.0, 177.0, 240.0),
        "nutrition_weight_kg": (5.0, 50.0, 52.0, 300.0),
        "work_months": (0, 3, 6, 12),
        "farm_months": (0, 3, 6, 12),
    }
    return fixed.get(column, (True, False))


def open_facts(case: Case, standard: Standard) -> list[Fact]:
    """Blank inputs of unknown indicators, and stale inputs of any.

    Blanks of a known indicator that stands on a stale fact are filled when that fact is asked, not asked themselves.
    """
    record = case.record()
    truths = truths_of(case, standard, World())
    found: dict[str, Fact] = {}

    def add(name: str, table: str, column: str, person: int | None, value: Any, unknown: bool, beside: bool) -> None:
        stale = name in case.stale
        known = value is not None and NOT_ASSESSED.get(column) != value
        asked = stale or (unknown and not known)
        if (asked or (beside and not known)) and (name not in found or not found[name].asked):
            found[name] = Fact(name, table, column, person, values_of(column, standard), stale and known, asked)

    for code in standard.counted:
        names = {f"member.{c}" for c in MEMBER_INPUTS.get(code, [])} | set(HOUSE_INPUTS.get(code, []))
        unknown, beside = truths[code] is None, bool(names & {name.partition("@")[0] for name in case.stale})
        for i, m in enumerate(record.belonging):
            row = case.members[[r["person_id"] for r in case.members].index(m["person_id"])]
            for column in MEMBER_INPUTS.get(code, []):
                if code == "E2" and not m["main_worker"]:
                    continue
                if column == "birth_date" and (m["age"] is not None):
                    continue
                if (
                    column in ("student_status", "education_level")
                    and row.get("student_status") is None
                    and row.get("education_level") is not None
                    and f"member.{column}@{m['person_id']}" not in case.stale
                ):
                    continue
                if column == "education_level" and row.get("student_status") is not None:
                    continue
                add(f"member.{column}@{m['person_id']}", "member", column, i, row.get(column), unknown, beside)
        for path in HOUSE_INPUTS.get(code, []):
            table, _, column = path.partition(".")
            if column == "school_debt" and standard.value("E1.blank_debt") == "no":
                continue  # counts only when recorded
            add(path, table, column, None, getattr(case, table).get(column), unknown, beside)
    return list(found.values())


def income_facts(case: Case, standard: Standard) -> list[Fact]:
    """The income test's open facts: the figure per person, or the blank items where some are known."""
    concept, income = standard.concept, case.record().income(standard.concept)
    low, high = standard.lower.micro, standard.upper.micro
    figures = tuple(dict.fromkeys((low - 1, low, high)))
    if income.known:
        names = [concept] if income.given is not None else list(items_of(concept))
        return [
            Fact(
                f"income_year.{n}", "income", n, None, figures if n == concept else item_values(case, standard, n), True
            )
            for n in names
            if f"income_year.{n}" in case.stale
        ]
    known = [n for n in items_of(concept) if case.income.get(n) is not None]
    if not known:
        return [Fact(f"income_year.{concept}", "income", concept, None, figures)]
    found = [
        Fact(f"income_year.{n}", "income", n, None, item_values(case, standard, n))
        for n in items_of(concept)
        if n not in known
    ]
    if case.household.get("population") is None:
        found.append(Fact("household.population", "household", "population", None, (1, 2, 3, 7, 10**7)))
    return found


def item_values(case: Case, standard: Standard, name: str) -> tuple[int, ...]:
    """Answers to one item that reach every side of the lines when the other blanks are 0."""
    signs = {"a": 1, "b": 1, "c": 1, "d": 1, "e": -1, "insurance_payout": 1, "compliant_self_paid": -1}
    rest = sum(signs[n] * (case.income.get(n) or 0) for n in items_of(standard.concept) if n != name)
    people = case.household.get("population") or 1
    return tuple(
        signs[name] * (target - rest)
        for target in (standard.lower.micro * people - 1, standard.lower.micro * people, standard.upper.micro * people)
    ) + (0,)


# -- worlds ---------------------------------------------------------------------------------------------------
def filled(case: Case, world: World) -> Case:
    """The rows with the answers in."""
    household, living, income = dict(case.household), dict(case.living), dict(case.income)
    members = [dict(m) for m in case.members]
    people = [m for m in members if m.get("state") not in ("5", "6", "7", "8")]
    for fact, value in world.answers.items():
        row = {"household": household, "living": living, "income": income}.get(fact.table)
        row = people[fact.person] if row is None and fact.person is not None else row
        assert row is not None
        row[fact.column] = value
    for m in people:
        if m.get("student_status") == NOT_AT_SCHOOL:
            m["student_status"] = None
            m["__out"] = True
        elif m.get("student_status") is not None and any(
            f.column == "education_level" and f.person is not None and people[f.person] is m for f in world.answers
        ):
            m["education_level"] = None
    return Case(household, living, income, members, case.stale)


def facts_of(case: Case, world: World) -> Facts:
    """What the interpreter reads in a world."""
    before, after = case.record(), filled(case, world).record()
    people = after.belonging
    for old, new in zip(before.belonging, people, strict=True):
        new["main_worker"] = old["main_worker"]
        if new.get("__out"):
            new["student"] = False
    complete = before.complete
    if world.newcomers is not None:
        people = people + [dict(n) for n in world.newcomers]
        complete = True
    values = after.facts().values
    return Facts(values, people, complete, TODAY)


def truths_of(case: Case, standard: Standard, world: World) -> dict[str, bool | None]:
    facts = facts_of(case, world)
    return {i.code: evaluate(i.node, facts) for i in standard.indicators if i.code in standard.counted}


def status(case: Case, standard: Standard, world: World) -> tuple[str, int]:
    """The status of a world, from the table of INTERFACE §3, and how many indicators are unknown."""
    truths = truths_of(case, standard, world)
    t, u = sum(v is True for v in truths.values()), sum(v is None for v in truths.values())
    income = filled(case, world).record().income(standard.concept)
    below, under_upper = income.below(standard.lower.micro), income.below(standard.upper.micro)
    items = [evaluate(i.node, case.record().facts()) for i in standard.veto if i.counts]
    veto = True if True in items else None if None in items else False
    k = standard.k
    assert k is not None
    sure = below is True or t >= k
    still_open = not sure and (below is None or t + u >= k)
    band = not sure and not still_open and below is False and under_upper is True
    if (sure or still_open or band) and veto is True:
        return "vetoed", u
    if (sure or band) and veto is None:
        return "to_compare", u
    return ("low_income" if sure else OUT if still_open else "deliberate" if band else "not_low_income"), u


# -- members nobody has written down --------------------------------------------------------------------------
def newcomer_types(standard: Standard) -> list[tuple[tuple[str, Any], ...]]:
    """One member for each way all quantifiers of the standard can come out, all facts given."""
    return list(
        _newcomers(tuple(i.node for i in standard.indicators if i.code in standard.counted), birth_dates(standard))
    )


@lru_cache(maxsize=64)
def _newcomers(nodes: tuple[Node, ...], births: tuple[date, ...]) -> tuple[tuple[tuple[str, Any], ...], ...]:
    conditions = list(dict.fromkeys(n for node in nodes for n in walk(node) if isinstance(n, Agg)))
    seen: dict[Any, tuple[tuple[str, Any], ...]] = {}
    schools = [("03", None), (None, "1"), (None, "3"), (None, "4")]
    for born, (status_, level), skill, insured, needy, fed, trained, months, chosen in product(
        births, schools, "1345", (True, False), (True, False), "12", (True, False), (0, 12), (True, False)
    ):
        row = {
            "birth_date": born,
            "student_status": status_,
            "education_level": level,
            "labour_skill": skill,
            "resident_medical": insured,
            "employee_medical": False,
            "bedridden": needy,
            "receives_pension": True,
            "nutrition_judged": fed,
            "trained": trained,
            "work_months": months,
            "farm_months": 0,
        }
        person = Record({}, {}, {}, [row], TODAY).belonging[0]
        if chosen and not person["main_worker"]:
            continue
        person["main_worker"] = chosen
        facts = Facts({}, [person], True, TODAY)
        key = tuple(evaluate(c, facts) for c in conditions)
        seen.setdefault(key, tuple((k, v) for k, v in person.items() if k != "__earned"))
    return tuple(seen.values())


# -- the two answers ------------------------------------------------------------------------------------------
def completions(facts: list[Fact]) -> Iterator[dict[Fact, Any]]:
    for values in product(*(f.values for f in facts)):
        yield dict(zip(facts, values, strict=True))


def brute(case: Case, standard: Standard, limit: int = 4000) -> tuple[set[str], int]:
    """The facts asked and the fewest answers, from the definition.

    Raises:
        TooMany: more than ``limit`` completed worlds.
    """
    if status(case, standard, World())[0] != OUT:
        return set(), 0
    facts, money = open_facts(case, standard), income_facts(case, standard)
    record = case.record()
    types = newcomer_types(standard) if not record.complete else []
    rosters: list[Any] = list(combos(types, record.missing)) if types else [None]
    every = [*facts, *money]
    blanks = [f for f in every if not f.stale]
    size = len(rosters)
    for f in every:
        size *= len(f.values)
    if size > limit:
        raise TooMany
    memo: dict[Any, tuple[str, int]] = {}

    def looked_at(answers: dict[Fact, Any], newcomers: Any) -> tuple[str, int]:
        key = (frozenset((f.name, repr(v)) for f, v in answers.items()), newcomers)
        if key not in memo:
            memo[key] = status(case, standard, World(answers, newcomers))
        return memo[key]

    def outcome(answers: dict[Fact, Any], newcomers: Any) -> str:
        return looked_at(answers, newcomers)[0]

    # "not assessed" is an answer; where it leaves open what other answers settle, the world is not completed
    floor = min(looked_at(c, r)[1] for c in completions(blanks) for r in rosters)

    def completed(answers: dict[Fact, Any], newcomers: Any) -> str | None:
        found, unknown = looked_at(answers, newcomers)
        return found if unknown == floor else None

    asked = {f.name for f in every if f.asked and _differs(f, [b for b in blanks if b is not f], rosters, completed)}
    if types and any(len({completed(c, r) for r in rosters} - {None}) > 1 for c in completions(blanks)):
        asked.add("household.roster")
    if not asked:
        asked = {f.name for f in every if f.asked and any(outcome({f: v}, None) != OUT for v in f.values)}
        if types and any(outcome({}, r) != OUT for r in rosters):
            asked.add("household.roster")
    return asked, least(every, rosters if types else [], outcome)


def combos(types: list[Any], missing: int) -> Iterator[Any]:
    yield from (
        (tuple(c) for c in product(types, repeat=missing))
        if missing < 2
        else ((one, two) for i, one in enumerate(types) for two in types[i:])
    )


def _differs(
    fact: Fact, others: list[Fact], rosters: list[Any], completed: Callable[[dict[Fact, Any], Any], str | None]
) -> bool:
    return any(
        len({completed({**rest, fact: v}, roster) for v in fact.values} - {None}) > 1
        for roster in rosters
        for rest in completions(others)
    )


def least(facts: list[Fact], rosters: list[Any], outcome: Callable[[dict[Fact, Any], Any], str]) -> int:
    """The fewest answers after which the status can be another than needs_visit."""
    for count in range(1, len(facts) + (2 if rosters else 1)):
        for chosen in combinations(facts, count):
            if any(outcome(c, None) != OUT for c in partial(list(chosen))):
                return count
        if rosters:
            for chosen in combinations(facts, count - 1):
                if any(outcome(c, r) != OUT for c in partial(list(chosen)) for r in rosters):
                    return count
    return 0


def partial(chosen: list[Fact]) -> Iterator[dict[Fact, Any]]:
    """Answers to the chosen facts alone; "not at school" is said by the level of education, unless it was recorded."""
    for answers in completions(chosen):
        if not any(f.column == "student_status" and v == NOT_AT_SCHOOL and not f.stale for f, v in answers.items()):
            yield answers
