"""Counted indicators prepared for asking: what each reads, what of it may be asked, what it can tell apart.

Gives   Reader, one prepared indicator; asked_columns, hidden
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from fangpin.identification.answers import atoms_of, hashable, place, single_classifier
from fangpin.identification.group import Split, split
from fangpin.identification.worlds import Combiner, filled_by
from fangpin.language import tree as t
from fangpin.language.interpret import Evaluator, Facts, compiled

Turning = Mapping[t.Node, tuple[t.Node, ...]]
HIDING = (t.IsTrue, t.Recorded, t.IsKnown)  # what comes out of these may change although it is known


def asked_columns(node: t.Node) -> list[t.Col]:
    """Columns whose blanks may be asked: those outside ``recorded(…)``."""
    if isinstance(node, t.Recorded):
        return []
    if isinstance(node, t.Col):
        return [node]
    return list(dict.fromkeys(c for child in t.children(node) for c in asked_columns(child)))


def hidden(node: t.Node, inside: bool = False) -> Iterator[t.Node]:
    """The columns and quantifiers whose blanks may change a known answer: those inside ``is true`` and the like."""
    inside = inside or isinstance(node, HIDING)
    if inside and isinstance(node, t.Col | t.Agg):
        yield node
    inside = inside or (isinstance(node, t.Agg) and node.how == "any_known")
    for child in t.children(node):
        yield from hidden(child, inside)


class Classes:
    """What a rule can tell apart of a row, by the columns of one scope."""

    def __init__(self, node: t.Node, scope: t.Scope, today: date, turning: Turning) -> None:
        self.today = today
        columns = [c for c in t.columns(node) if c.scope == scope]
        self._single = [(place(c), single_classifier(c, node, today)) for c in columns]
        atoms = dict.fromkeys(a for c in columns for a in atoms_of(node, c) if len(t.columns(a)) > 1)
        self._several = [
            ([place(c) for c in t.columns(a)], compiled(a), [compiled(e) for e in turning.get(a, ())]) for a in atoms
        ]

    def of(self, row: Mapping[str, Any], open_: Set[str]) -> Hashable:
        """Equal for rows that the rule cannot tell apart, whatever the columns ``open_`` come to hold."""
        own = [classify(row.get(name)) for name, classify in self._single]
        for names, run, ends in self._several:
            if ends and any(n in open_ for n in names):
                facts = Facts(row, (), True, self.today)
                own.append((run(facts, row), *(end(facts, row) for end in ends)))
            elif any(n in open_ for n in names):
                own.append(tuple(hashable(row.get(n)) for n in names))
            else:
                own.append(run(Facts(row, (), True, self.today), row))
        return tuple(own)


@dataclass(frozen=True)
class Reader:
    """One counted indicator, prepared."""

    code: str
    node: t.Node
    today: date
    turning: Turning = field(default_factory=dict, compare=False)

    @cached_property
    def split(self) -> Split:
        """The indicator over the values of its quantifiers."""
        return split(self.code, self.node)

    @cached_property
    def run(self) -> Evaluator:
        """Its truth for a household."""
        return compiled(self.node)

    @cached_property
    def asked(self) -> tuple[t.Col, ...]:
        """The columns it may ask."""
        return tuple(asked_columns(self.node))

    @cached_property
    def asked_facts(self) -> frozenset[str]:
        """The facts (``table.field``) it may ask; the age that was given stands for the date of birth."""
        found = {f for c in self.asked for f in c.facts}
        return frozenset(found | {"member.age"} if "member.birth_date" in found else found)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The places it reads, with those that answers fill."""
        return filled_by({place(c) for c in t.columns(self.node)})

    @cached_property
    def fragile(self) -> frozenset[str]:
        """The places whose blanks may change an answer of it that is known."""
        return filled_by({place(n) for n in hidden(self.node) if isinstance(n, t.Col)})

    @cached_property
    def fragile_roster(self) -> bool:
        """Whether missing member rows may change an answer of it that is known."""
        return any(isinstance(n, t.Agg) for n in hidden(self.node))

    @cached_property
    def combiner(self) -> Combiner:
        """Its own quantifiers."""
        return Combiner(self.split.aggregates)

    @cached_property
    def household(self) -> Classes:
        """What it can tell apart of a household."""
        return Classes(self.node, "household", self.today, self.turning)

    @cached_property
    def member(self) -> Classes:
        """What it can tell apart of a member."""
        return Classes(self.node, "member", self.today, self.turning)
