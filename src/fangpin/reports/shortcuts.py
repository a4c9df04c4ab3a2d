"""Shortcuts: facts whose answer makes other questions needless.

Reads   the rules of a standard
Gives   stand_ins(standard): fact → facts that need no asking once it is answered; `needed`, what is then left of a set
Keeps   read off the rules themselves: a fact stands in for others only if each of its answers alone settles the
        indicator, and only for facts that no other counted indicator reads
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from fangpin import tables
from fangpin.language import tree as t
from fangpin.language.interpret import Facts, evaluate
from fangpin.language.vocabulary import NOT_ASSESSED
from fangpin.standards import Standard

StandIns = Mapping[str, frozenset[str]]


def stand_ins(standard: Standard) -> StandIns:
    """For each fact that settles an indicator whatever the answer, the facts that need no asking then.

    Examples:
        >>> from fangpin import standards
        >>> found = stand_ins(standards.standard("national/seed_2021", as_of="2021-06-30"))
        >>> sorted(found["member.nutrition_judged"])[:2]
        ['member.nutrition_height_cm', 'member.nutrition_weight_kg']
    """
    rules = tuple((i.code, i.node) for i in standard.indicators if i.code in standard.counted)
    return _found(rules, standard.as_of.toordinal())


@lru_cache(maxsize=32)
def _found(rules: tuple[tuple[str, t.Node], ...], day: int) -> StandIns:
    readers: dict[str, set[str]] = {}
    for code, node in rules:
        for fact in _facts(node):
            readers.setdefault(fact, set()).add(code)
    found: dict[str, frozenset[str]] = {}
    for code, node in rules:
        for column in dict.fromkeys(t.columns(node)):
            if len(column.facts) == 1 and readers.get(column.facts[0]) == {code} and _settles(node, column, day):
                others = {f for f in _facts(node) if readers.get(f) == {code}} - set(column.facts)
                if others:
                    found[column.facts[0]] = frozenset(others)
    return found


def _facts(node: t.Node) -> set[str]:
    """The facts a rule reads that are ever asked."""
    catalogue = tables.catalogue()
    return {f for c in t.columns(node) for f in c.facts if catalogue.field(f).ask is not None}


def _settles(node: t.Node, column: t.Col, day: int) -> bool:
    """Whether every answer to one fact alone, all else blank, gives the rule a value."""
    answers = _answers(column)
    if not answers or column.facts[0] not in _facts(node) or _value(node, column, None, day) is not None:
        return False
    return all(_value(node, column, answer, day) is not None for answer in answers)


def _answers(column: t.Col) -> list[Any]:
    if column.type.kind == "bool":
        return [True, False]
    if column.type.kind != "code" or column.type.codes is None:
        return []
    unsaid = NOT_ASSESSED.get(column.type.codes, ())
    return [c for c in tables.catalogue().codelist(column.type.codes).codes if c not in unsaid]


def _value(node: t.Node, column: t.Col, answer: Any, day: int) -> Any:
    own = {column.name if column.scope == "member" else column.key: answer}
    member, household = (own, {}) if column.scope == "member" else ({}, own)
    return evaluate(node, Facts(household, [member], True, date.fromordinal(day)))


def needed(facts: frozenset[str], shortcuts: StandIns) -> frozenset[str]:
    """What is left to ask of a set of open facts when those that stand in for others are asked."""
    spared: set[str] = set()
    for fact in sorted(facts):
        if fact not in spared:
            spared |= shortcuts.get(fact, frozenset()) & facts
    return facts - spared
