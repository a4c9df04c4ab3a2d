"""Random rules over the whole grammar, as text, and random registries to run them on.

Gives   `rule_text(rng)`, a well-typed household rule; `members_of`, `living_of`, `households(rng, n)`: rows as dicts
Keeps   every kind of node, of column and of quantifier turns up; values sit on and around what rules compare with
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fangpin import tables
from fangpin.language.parse import Context, Parameter
from fangpin.language.tree import ROWS, Col, Scope
from fangpin.language.vocabulary import CHECKED, DERIVED, YEARS, check_vocabulary, vocabulary
from fangpin.vocabulary.money import MICRO

TODAY = date(2021, 6, 30)
PARAMETERS = {
    "yes": Parameter(True),
    "no": Parameter(False),
    "reading": Parameter("strict"),
    "years": Parameter(16, "year"),
    "bare": Parameter(3),
    "yuan": Parameter(500.5, "yuan"),
    "grades": Parameter(("C", "D")),
    "none_of": Parameter(()),
}
SKIP = {"household_id", "person_id", "region_code"}
KINDS = ("bool", "number", "code", "codes", "date")
OTHERS: tuple[Scope, ...] = ("former_member", "income_year", "safeguards", "measure", "clearing", "loan")


def context(*, checks: bool = False) -> Context:
    """Everything the random rules may name."""
    return Context(check_vocabulary() if checks else vocabulary(), PARAMETERS, {}, "random.yaml")


def pool(scope: Scope, kind: str, *, checks: bool = False) -> list[tuple[str, Col]]:
    """Names and columns of a kind in a scope."""
    words = check_vocabulary() if checks else vocabulary()
    found = []
    for name in words.names(scope):
        column = words.resolve(name, scope)
        assert column is not None
        if column.type.kind == kind and column.name not in SKIP and ("." in name) == (scope == "household"):
            found.append((name, column))
    return found


POOLS = {(s, k): pool(s, k) for s in ("household", "member") for k in KINDS}
CHECK_POOLS = {(s, k): pool(s, k, checks=True) for s in ("household", *ROWS) for k in KINDS}
# those the shipped standard reads come up often, so that blanks meet
FAVOURITES = {
    "member": [
        "age",
        "student",
        "main_worker",
        "was_main_worker",
        "work_months",
        "farm_months",
        "labour_skill",
        "birth_date",
        "earnings",
        *CHECKED["member"],
    ],
    "household": [
        *(f"household.{name}" for name in CHECKED["household"]),
        "living.durables",
        "living.house_grade",
        "household.population",
        "living.water_fetch_minutes",
    ],
}


class Rules:
    """A source of random rules."""

    def __init__(self, rng: random.Random, *, checks: bool = False) -> None:
        self.rng, self.checks = rng, checks
        self.pools = CHECK_POOLS if checks else POOLS
        self.tables: list[Scope] = ["member", *OTHERS] if checks else ["member"]

    def text(self, depth: int = 3) -> str:
        """A household rule that gives yes or no."""
        return self.truth("household", depth)

    def column(self, scope: Scope, kind: str) -> tuple[str, Col]:
        options = self.pools[scope, kind]
        if scope != "household" and self.checks and (not options or self.rng.random() < 0.1):
            options = self.pools["household", kind]
        favoured = [o for o in options if o[0] in FAVOURITES.get(scope, ())]
        return self.rng.choice(favoured if favoured and self.rng.random() < 0.5 else options)

    # -- truths ---------------------------------------------------------------------------------------------
    def truth(self, scope: Scope, depth: int) -> str:
        leaves: list[Callable[[Scope, int], str]] = [
            self.flag,
            self.flag,
            self.coded,
            self.coded,
            self.compared,
            self.compared,
            self.ranged,
            self.dated,
            self.held,
            self.known,
            self.constant,
        ]
        inner: list[Callable[[Scope, int], str]] = [
            self.joined,
            self.joined,
            self.joined,
            self.negated,
            self.recorded,
            self.is_true,
            self.case,
        ]
        kinds = leaves if depth <= 0 else [*leaves, *inner, *inner]
        if scope == "household" and depth > 0:
            kinds = [*kinds, *([self.quantified] * 10), *([self.totalled] * 4)]
        return self.rng.choice(kinds)(scope, depth - 1)

    def flag(self, scope: Scope, depth: int) -> str:
        return self.column(scope, "bool")[0]

    def constant(self, scope: Scope, depth: int) -> str:
        return self.rng.choice(
            ["unknown", "true", "false", "yes", "no", "reading = 'strict'", "reading in ('lax', 'x')"]
        )

    def coded(self, scope: Scope, depth: int) -> str:
        name, column = self.column(scope, "code")
        if column.type.codes == "house_grade" and self.rng.random() < 0.5:
            return f"{name} {self.rng.choice(['', 'not '])}in {self.rng.choice(['grades', 'none_of'])}"
        codes = list(vocabulary().codes(column.type.codes or ""))
        few = self.rng.sample(codes, min(len(codes), self.rng.randint(1, 4)))
        if self.rng.random() < 0.5:
            return f"{name} {self.rng.choice(['=', '<>'])} '{few[0]}'"
        listed = ", ".join(f"'{c}'" for c in few)
        return f"{name} {self.rng.choice(['', 'not '])}in ({listed})"

    def compared(self, scope: Scope, depth: int) -> str:
        op = self.rng.choice(["<", "<=", "=", ">=", ">", "<>"])
        left, unit = self.number(scope, depth)
        right = self.same_unit(scope, unit, depth)
        return f"{left} {op} {right}" if self.rng.random() < 0.8 else f"{right} {op} {left}"

    def ranged(self, scope: Scope, depth: int) -> str:
        left, unit = self.number(scope, depth)
        return f"{left} between {self.same_unit(scope, unit, -1)} and {self.same_unit(scope, unit, -1)}"

    def dated(self, scope: Scope, depth: int) -> str:
        one, two = self.column(scope, "date")[0], self.column(scope, "date")[0]
        if self.rng.random() < 0.3:
            return f"{one} {self.rng.choice(['<', '<=', '=', '>=', '>'])} {two}"
        name = self.rng.choice(["days_since", "years_since"])
        limit = self.rng.choice([-1, 0, 1, 16, 20, 90, 91, 3650, 40_000])
        return f"{name}({one}) {self.rng.choice(['<', '<=', '=', '>=', '>'])} {limit}"

    def held(self, scope: Scope, depth: int) -> str:
        name, column = self.column(scope, "codes")
        codes = vocabulary().codes(column.type.codes or "")
        if self.rng.random() < 0.5:
            return f"has({name}, '{self.rng.choice(list(codes))}')"
        return f"size({name}) {self.rng.choice(['<', '<=', '=', '>=', '>'])} {self.rng.randint(0, 4)}"

    def known(self, scope: Scope, depth: int) -> str:
        if self.rng.random() < 0.2:
            return f"({self.number(scope, depth)[0]}) is known"
        kind = self.rng.choice(["bool", "number", "code", "codes", "date"])
        return f"{self.column(scope, kind)[0]} is {self.rng.choice(['', 'not '])}known"

    def joined(self, scope: Scope, depth: int) -> str:
        op = self.rng.choice([" and ", " or "])
        return "(" + op.join(self.truth(scope, depth) for _ in range(self.rng.randint(2, 3))) + ")"

    def negated(self, scope: Scope, depth: int) -> str:
        return f"not ({self.truth(scope, depth)})"

    def recorded(self, scope: Scope, depth: int) -> str:
        return f"recorded({self.truth(scope, depth)})"

    def is_true(self, scope: Scope, depth: int) -> str:
        return f"({self.truth(scope, depth)}) is {self.rng.choice(['', 'not '])}{self.rng.choice(['true', 'false'])}"

    def case(self, scope: Scope, depth: int) -> str:
        whens = " ".join(
            f"when {self.truth(scope, depth)} then {self.truth(scope, depth)}" for _ in range(self.rng.randint(1, 2))
        )
        return f"case {whens} else {self.truth(scope, depth)} end"

    def quantified(self, scope: Scope, depth: int) -> str:
        table = self.rng.choice(self.tables)
        one, many = ROWS[table]
        name = self.rng.choice([f"any_{one}", f"all_{many}", f"any_known_{one}"])
        return f"{name}({self.truth(table, depth)})"

    def totalled(self, scope: Scope, depth: int) -> str:
        left, unit = self.aggregate(depth)
        return f"{left} {self.rng.choice(['<', '<=', '=', '>=', '>'])} {self.same_unit('household', unit, -1)}"

    # -- numbers: text and unit -----------------------------------------------------------------------------
    def number(self, scope: Scope, depth: int) -> tuple[str, str | None]:
        kinds = ["column", "column", "column"]
        if depth > 0:
            kinds += ["sum", "product", "ratio", "minus", "case", "since", "size"]
            kinds += ["aggregate"] if scope == "household" else []
        kind = self.rng.choice(kinds)
        if kind == "aggregate":
            return self.aggregate(depth - 1)
        name, column = self.column(scope, "number")
        unit = column.type.unit
        if kind == "sum":
            return f"({name} {self.rng.choice('+-')} {self.same_unit(scope, unit, depth - 1)})", unit
        if kind == "product":
            return f"({name} * {self.rng.choice(['2', '0.5', 'bare', '-1'])})", unit
        if kind == "ratio":
            other, _ = self.column(scope, "number")
            same = [n for n, c in self.pools[column.scope, "number"] if c.type.unit == unit]
            return (f"({name} / {self.rng.choice(same)})", None) if other else (name, unit)
        if kind == "minus":
            return f"(-{name})", unit
        if kind == "case":
            same = [n for n, c in self.pools[column.scope, "number"] if c.type.unit == unit]
            return f"(case when {self.truth(scope, 0)} then {name} else {self.rng.choice(same)} end)", unit
        if kind == "since":
            word = self.rng.choice(["days", "years"])
            return f"{word}_since({self.column(scope, 'date')[0]})", word.rstrip("s")
        if kind == "size":
            return f"size({self.column(scope, 'codes')[0]})", "kind"
        return name, unit

    def same_unit(self, scope: Scope, unit: str | None, depth: int) -> str:
        """A number that fits beside one of ``unit``."""
        same = [n for n, c in self.pools[scope, "number"] if unit is not None and c.type.unit == unit]
        if same and self.rng.random() < 0.25:
            return self.rng.choice(same)
        if unit == "yuan":
            return self.rng.choice(["0", "0.01", "yuan", "1000", "20000", "999999999"])
        if unit == "year":
            return self.rng.choice(["years", "16", "60", "70", "0"])
        return self.rng.choice(["0", "1", "2", "3", "6", "12", "20", "0.5", "-1", "bare", "100", "366", "18.5"])

    def aggregate(self, depth: int) -> tuple[str, str | None]:
        how, table = self.rng.choice(["count", "sum", "max"]), self.rng.choice(self.tables)
        many = ROWS[table][1]
        if how == "count":
            unit = "person" if "member" in table else "count"
            return f"count_{many}({self.truth(table, min(depth, 1))})", unit
        value, unit = self.number(table, min(depth, 1))
        cond = f", {self.truth(table, min(depth, 1))}" if self.rng.random() < 0.6 else ""
        return f"{how}_{many}({value}{cond})", unit


# -- registries ---------------------------------------------------------------------------------------------
def _dates(rng: random.Random) -> date:
    near = [0, 1, 89, 90, 91, 365, 366, 3 * 365, -1, -200]
    if rng.random() < 0.4:
        return TODAY - timedelta(days=rng.choice(near))
    year = TODAY.year - rng.choice([5, 6, 15, 16, 17, 20, 21, 59, 60, 69, 70, 71, 100])
    return rng.choice(
        [
            date(year, 6, 30),
            date(year, 7, 1),
            date(year, 6, 29),
            date(year, 2, 28),
            date(year, 3, 1),
            date(2000, 2, 29),
            date(1952, 2, 29),
            date(1900, 1, 1),
            date(year, 12, 31),
        ]
    )


def _whole(rng: random.Random, field: tables.Field) -> int:
    low = int(field.minimum) if field.minimum is not None else 0
    high = int(field.maximum) if field.maximum is not None else 2_000_000_000
    near = [low, low + 1, low + 2, 3, 6, 12, 16, 59, 60, 70, high]
    return min(max(rng.choice(near), low), high)


def _decimal(rng: random.Random, field: tables.Field) -> float:
    low = float(field.minimum) if field.minimum is not None else -1000.0
    high = float(field.maximum) if field.maximum is not None else 1e9
    near = [low, 0.0, 0.5, 1.0, 18.5, 20.0, 20.5, 45.0, 50.0, 150.0, 170.5, high]
    return min(max(rng.choice(near), low), high)


def value(rng: random.Random, field: tables.Field, blank: float) -> Any:
    """A random value of a field, in canonical form; blank with probability ``blank``."""
    if rng.random() < blank:
        return None
    kind = field.kind
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "int":
        return _whole(rng, field)
    if kind == "num":
        return _decimal(rng, field)
    if kind == "money":
        return rng.choice([0, 1, 10_000, 500_500_000, 1000 * MICRO, 20_000 * MICRO, -5 * MICRO, 999_999_999 * MICRO])
    if kind in ("date", "month"):
        return _dates(rng)
    codes = list(tables.catalogue().codelist(field.codes).items) if field.codes else []
    if kind == "code":
        return rng.choice(codes)
    if kind == "codes":
        return rng.sample(codes, rng.randint(0, min(4, len(codes))))
    return "x"


def row(rng: random.Random, table: str, wanted: set[str], blank: float) -> dict[str, Any]:
    """A random row of a table: the ``wanted`` columns (inside names)."""
    fields = tables.catalogue().table(table).fields.values()
    return {f.inside: value(rng, f, blank) for f in fields if f.inside in wanted}


def households(rng: random.Random, count: int, wanted: dict[str, set[str]]) -> list[dict[str, Any]]:
    """Random households: ``{"household": row, "living": row or None, "member": [rows]}``."""
    found = []
    for i in range(count):
        blank = rng.choice([0.0, 0.1, 0.3, 0.6, 1.0])
        size = rng.choice([0, 1, 1, 2, 2, 3, 5])
        people = [
            {
                "household_id": f"h{i}",
                "person_id": f"p{j}",
                **row(rng, "member", wanted["member"] - {"household_id", "person_id"}, blank),
                "state": rng.choice([None, None, "1", "2", "11", "9", "5", "7"]),
            }
            for j in range(size)
        ]
        own = row(rng, "household", wanted["household"] - {"household_id", "region_code"}, blank)
        own |= {
            "household_id": f"h{i}",
            "population": rng.choice([None, 1, 2, 3, size or None, size or None, size + 1]),
        }
        living = {"household_id": f"h{i}", **row(rng, "living", wanted["living"] - {"household_id"}, blank)}
        found.append({"household": own, "living": living if rng.random() < 0.9 else None, "member": people})
    return found


NUMBERS = [
    "11010519491231002X",
    "110105199912310021",
    "11010519491231002X43",
    "51342119800101123X4B1",
    "110105203012310026",
    "119999201001010020",
    "990105194912310023",
    "119999194912310021",
    "110105491231002",
    "1101",
    "",
    " x ",
]


def other_rows(rng: random.Random, household_id: str, wanted: dict[str, set[str]]) -> dict[str, Any]:
    """Rows of the tables that only checks read, of one household; a table that is None was not given."""
    blank = rng.choice([0.0, 0.1, 0.3, 0.6, 1.0])
    found: dict[str, Any] = {}
    for scope in OTHERS:
        table = "member" if scope == "former_member" else scope
        own = wanted.get(scope, set()) - {"household_id", "person_id"}
        rows = [
            {"household_id": household_id, "person_id": f"x{i}", **row(rng, table, own, blank), **_versions(rng, own)}
            for i in range(rng.choice([0, 0, 1, 2, 3]))
        ]
        found[scope] = rows if table == "member" else [{k: v for k, v in r.items() if k != "person_id"} for r in rows]
    for year in YEARS:
        own = wanted.get(year, set()) - {"household_id"}
        found[year] = (
            {"household_id": household_id, **row(rng, "income_year", own, blank)} if rng.random() < 0.8 else None
        )
    return found


def _versions(rng: random.Random, wanted: set[str]) -> dict[str, Any]:
    return {n: rng.choice([None, _dates(rng)]) for n in ("valid_from", "valid_to", "known_at") if n in wanted}


__all__ = [
    "CHECKED",
    "DERIVED",
    "NUMBERS",
    "OTHERS",
    "PARAMETERS",
    "TODAY",
    "YEARS",
    "Rules",
    "context",
    "households",
    "other_rows",
    "value",
]
