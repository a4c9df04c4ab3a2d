"""Shapes: what the indicators of a standard can tell apart, as expressions over frames; made once for a standard.

Gives   Shapes; blank, raw, code and the like, the small expressions patterns are made of
Not     the frames of one part (patterns)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import narwhals as nw
import polars as pl

from fangpin import tables
from fangpin.engine.expressions import to_narwhals
from fangpin.engine.population import columns_of
from fangpin.identification.answers import BORN, atoms_of, place
from fangpin.identification.income_test import POPULATION
from fangpin.identification.readers import Reader, hidden
from fangpin.identification.record import items_of
from fangpin.language import tree as t
from fangpin.language.lower import atom_truth, lower
from fangpin.language.vocabulary import NOT_ASSESSED
from fangpin.standards import Standard

NEVER = pl.lit(False)
#: A column and the derived column whose question fills it.
FILLED_BY = {BORN: "age", "student_status": "student", "education_level": "student", "age": BORN}
SCHOOL = frozenset(("student", "student_status", "education_level"))
AGE = frozenset(("age", BORN))


class Shared(NamedTuple):
    """Two indicators (by position) and the places both read."""

    one: int
    two: int
    household: frozenset[str]
    member: frozenset[str]


class Shapes:
    """The indicators of one standard as patterns see them."""

    def __init__(self, standard: Standard, readers: Sequence[Reader]) -> None:
        self.standard, self.readers, self.today = standard, readers, standard.as_of
        self.turning = readers[0].turning if readers else {}
        self.plan = lower({r.code: r.node for r in readers})
        self.columns = list(dict.fromkeys(c for r in readers for c in t.columns(r.node)))
        self.cells = {r.code: sorted(set(self.plan.cells) & columns_of(self.plan.rules[r.code])) for r in readers}
        self.born_read = any(c.name == BORN and c.scope == "member" for c in self.columns)

    @cached_property
    def shared(self) -> list[Shared]:
        """The pairs of indicators that read some place in common."""
        found = []
        for (i, one), (j, two) in combinations(enumerate(self.readers), 2):
            common = one.reads & two.reads
            household = frozenset(x for x in common if "." in x)
            found.append(Shared(i, j, household, common - household))
        return [s for s in found if s.household or s.member]

    @cached_property
    def atoms(self) -> dict[t.Node, str]:
        """The conditions of the rules that tell values apart, each with the column that will hold its truth."""
        found = dict.fromkeys(
            a
            for r in self.readers
            for scope in ("household", "member")
            for _, atoms in self._told[r.code, scope]
            for a in atoms
            if not isinstance(a, t.Col) or a.type.kind == "bool"
        )
        at_ends = dict.fromkeys(a for ends in self.turning.values() for a in ends)
        return {atom: f"__t{i}" for i, atom in enumerate((*found, *at_ends))}

    @cached_property
    def _told(self) -> dict[tuple[str, str], list[tuple[t.Col, list[t.Node]]]]:
        """By indicator and scope: its columns, each with the conditions that name it first."""
        found: dict[tuple[str, str], list[tuple[t.Col, list[t.Node]]]] = {}
        for r in self.readers:
            for scope in ("household", "member"):
                found[r.code, scope] = [
                    (c, [a for a in dict.fromkeys(atoms_of(r.node, c)) if t.columns(a)[0] == c])
                    for c in t.columns(r.node)
                    if c.scope == scope
                ]
        return found

    @cached_property
    def truths(self) -> dict[str, list[nw.Expr]]:
        """By scope: the truth of every condition."""
        found: dict[str, list[nw.Expr]] = {"household": [], "member": []}
        for atom, name in self.atoms.items():
            found[t.columns(atom)[0].scope].append(to_narwhals(atom_truth(atom), self.today).alias(name))
        return found

    @cached_property
    def contributions(self) -> list[nw.Expr]:
        """What a member brings to the quantifiers, one column each."""
        return [to_narwhals(low, self.today).alias(name) for name, (_, low) in self.plan.cells.items()]

    # -- expressions ----------------------------------------------------------------------------------------
    def told_apart(self, reader: Reader, scope: t.Scope, frame: pl.DataFrame, old: pl.Expr) -> pl.Expr:
        """What one indicator can tell apart of a row, as a text; ``old``: whether something about it is stale."""
        parts: list[pl.Expr] = []
        for column, atoms in self._told[reader.code, scope]:
            if place(column) in frame.columns:
                parts.append(pl.when(pl.col(place(column)).is_null()).then(pl.lit("_")).otherwise(pl.lit(".")))
                parts += [self._atom(atom, old) for atom in atoms]
        return pl.concat_str(parts, separator=",") if parts else pl.lit("")

    def _atom(self, atom: t.Node, old: pl.Expr) -> pl.Expr:
        among = t.columns(atom)
        values = pl.concat_str([raw(c) for c in among], separator="/")
        if isinstance(atom, t.Col) and atom.type.kind != "bool":
            return values
        truth = code(self.atoms[atom])
        if len(among) == 1:
            return truth
        if atom in self.turning:
            values = pl.concat_str([truth, *(code(self.atoms[a]) for a in self.turning[atom])])
        return pl.when(pl.col(self.atoms[atom]).is_not_null() & ~old).then(truth).otherwise(values)

    def asking(self, column: t.Col) -> list[str]:
        """The indicators whose questions fill a column."""
        names = {column.name}
        if column.scope == "member":
            names.add(FILLED_BY.get(column.name, column.name))
        return [r.code for r in self.readers if any(c.scope == column.scope and c.name in names for c in r.asked)]

    def hides_an_open(self, reader: Reader, scope: t.Scope, frame: pl.DataFrame) -> pl.Expr:
        """Whether a blank that an open indicator (``__u_CODE``) asks stands inside ``is true`` or the like of this."""
        found = []
        for column in dict.fromkeys(n for n in hidden(reader.node) if isinstance(n, t.Col) and n.scope == scope):
            asking = self.asking(column)
            if asking and place(column) in frame.columns:
                found.append(blank(column, frame) & pl.any_horizontal([pl.col(f"__u_{c}") for c in asking]))
        return either(found)

    def leaves_open(self, reader: Reader, members: pl.DataFrame) -> pl.Expr:
        """Whether a member brings something unknown to an indicator, or has a blank it hides or adds up."""
        asked = [c for c in reader.asked if c.scope == "member" and place(c) in members.columns]
        codes = [name for name in self.cells[reader.code] if self.plan.cells[name][1].op == "code"]
        if len(codes) < len(self.cells[reader.code]):
            return either(blank(c, members) for c in asked)
        concealed = set(hidden(reader.node))
        return either([*(blank(c, members) for c in asked if c in concealed), *(pl.col(name) == 1 for name in codes)])

    def open_places(self, places: frozenset[str], frame: pl.DataFrame) -> pl.Expr:
        """Whether a question about one of these places of a row may be open (nothing being stale)."""
        found: list[pl.Expr] = []
        if places & SCHOOL:
            found.append(
                pl.col("student").is_null()
                if "student" in frame.columns
                else pl.all_horizontal([pl.col(c).is_null() for c in SCHOOL if c in frame.columns])
            )
        if places & AGE:
            name = BORN if self.born_read or "age" not in frame.columns else "age"
            found.append(pl.col(name).is_null() if name in frame.columns else NEVER)
        by_place = {place(c): c for c in self.columns}
        rest = [by_place[p] for p in sorted(places - SCHOOL - AGE) if p in by_place and p in frame.columns]
        return either([*found, *(blank(c, frame) for c in rest)])

    # -- staleness ------------------------------------------------------------------------------------------
    def stale(self, frame: pl.DataFrame, table: str) -> dict[str, pl.Expr]:
        """The facts (``table.field``) of a row that may be stale, each with whether it is, in the order of fields."""
        dates = [pl.col(c) for c in _since(table, frame)]
        if not dates:
            return {}
        age = (pl.lit(self.today) - pl.coalesce(dates)).dt.total_days()
        found = {}
        for field in sorted((tables.catalogue().field(f) for f in self._facts(table)), key=lambda f: f.path):
            name = field.inside if table == "member" else f"{table}.{field.inside}"
            if field.fresh_days is not None and name in frame.columns:
                old = (age > field.fresh_days).fill_null(False)
                found[f"{table}.{field.inside}"] = old & pl.col(name).is_not_null()
        return found

    def _facts(self, table: str) -> set[str]:
        if table == "income_year":
            return {f"income_year.{n}" for n in (self.standard.concept, *items_of(self.standard.concept))}
        facts = {f for r in self.readers for f in r.asked_facts if f.startswith(f"{table}.")}
        return facts | {POPULATION} if table == "household" else facts


def _since(table: str, frame: pl.DataFrame) -> Iterator[str]:
    for column in ("known_at", "valid_from"):
        name = column if table == "member" else f"__{table}_{column}"
        if name in frame.columns:
            yield name


def text_of(stale: dict[str, pl.Expr]) -> pl.Expr:
    """Which facts are stale, as a text; empty where none is."""
    named = {name.partition(".")[2]: old for name, old in stale.items()}
    parts = [pl.when(old).then(pl.lit(f"{name};")).otherwise(pl.lit("")) for name, old in named.items()]
    return pl.concat_str(parts) if parts else pl.lit("")


def of_reader(reader: Reader, stale: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    """Those of the stale facts that fill a place an indicator reads."""
    return {f: x for f, x in stale.items() if f in reader.reads or f.removeprefix("member.") in reader.reads}


def either(conditions: Iterable[pl.Expr]) -> pl.Expr:
    """Whether any condition holds; never where there is none."""
    found = list(conditions)
    return pl.any_horizontal(found) if found else NEVER


def blank(column: t.Col, frame: pl.DataFrame) -> pl.Expr:
    """Whether a column says nothing, or the derived column whose question fills it does not."""
    name = FILLED_BY.get(column.name) if column.scope == "member" else None
    if name is not None and name in frame.columns:
        return pl.col(name).is_null() | pl.col(place(column)).is_null()
    found = pl.col(place(column)).is_null()
    for item in NOT_ASSESSED.get(column.type.codes or "", ()):
        found = found | (pl.col(place(column)) == item).fill_null(False)
    return found


def raw(column: t.Col) -> pl.Expr:
    """The value of a column as a text."""
    value = pl.col(place(column))
    return (value.list.join("+") if column.type.kind == "codes" else value.cast(pl.String)).fill_null("~")


def code(name: str) -> pl.Expr:
    """A truth as a text: 1, 0 or ?."""
    return pl.col(name).cast(pl.Int8).cast(pl.String).fill_null("?")
