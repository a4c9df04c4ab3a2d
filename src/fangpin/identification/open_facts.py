"""Which facts of one household are open: blank where an indicator is unknown, or stale, and what may be answered.

Gives   OpenFacts: variables of the household and of each member
Keeps   a blank of a known indicator is open only where that indicator stands on a stale fact, and is not asked itself;
        who belongs, and who is a main worker, stay as the facts stand; facts that only excuse are never asked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

from fangpin import tables
from fangpin.identification.answers import BORN, Options, Variable, hashable
from fangpin.identification.readers import Reader
from fangpin.identification.record import Record
from fangpin.identification.worlds import NOT_A_STUDENT
from fangpin.language import tree as t
from fangpin.language.vocabulary import DERIVED, NOT_ASSESSED
from fangpin.standards import Standard

SCHOOL = ("member.student_status", "member.education_level")


class Questions:
    """The facts that a standard's counted indicators may ask, and their answers."""

    def __init__(self, standard: Standard, readers: Sequence[Reader]) -> None:
        nodes = tuple(r.node for r in readers)
        columns = list(dict.fromkeys(c for r in readers for c in r.asked if c.facts))
        self.household = [c for c in columns if c.scope == "household"]
        self.member = [c for c in columns if c.scope == "member"]
        self.education = next((c for c in columns if c.name == "education_level"), None)
        self._options = Options(nodes, standard.as_of)
        read = list(dict.fromkeys(c for node in nodes for c in t.columns(node) if c.scope == "member"))
        self.births = self._options.births([c for c in read if c.name in ("age", BORN)])

    def options(self, column: t.Col, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of a column that the indicators can tell apart, beside what is known in ``row``."""
        return self._options.of(column, codes_of, row)

    def newcomer(self, columns: Sequence[t.Col]) -> list[Variable]:
        """A member nobody has written down, as far as ``columns`` see one: everything is open."""
        found: dict[str, Variable] = {}
        for column in columns:
            if column.name in ("age", BORN):
                found[BORN] = Variable("", BORN, self.births)
            elif column.name == "student":
                found["student_status"] = Variable("", "student_status", (NOT_A_STUDENT, "03"))
                found.setdefault("education_level", Variable("", "education_level", ("1",)))
            elif column.name in DERIVED:
                found[column.name] = Variable("", column.name, (True, False))
            else:
                found[column.name] = Variable("", column.name, self.options(column, {}))
        return list(found.values())


class OpenFacts:
    """The open facts of one household, as its indicators stand."""

    def __init__(
        self,
        questions: Questions,
        readers: Sequence[Reader],
        truths: Sequence[bool | None],
        record: Record,
        values: Mapping[str, Any],
    ) -> None:
        self.questions, self.record, self.values = questions, record, values
        here = {"", *(str(m.get("person_id")) for m in record.belonging)}
        self.stale = {(fact, who) for fact, _, who in (name.partition("@") for name in record.stale) if who in here}
        self.old = frozenset(fact for fact, _ in self.stale)
        standing = zip(readers, truths, strict=True)
        self._unknown = {c.key for r, truth in standing if truth is None for c in r.asked}
        self._beside = {c.key for r in readers if self.old and self.old & r.asked_facts for c in r.asked}

    @cached_property
    def household(self) -> list[Variable]:
        """The household's own."""
        found = []
        for column in self.questions.household:
            value = self.values.get(column.key)
            stale, open_ = (column.facts[0], "") in self.stale, column.key in self._unknown
            blank = is_blank(value, column)
            if stale or (blank and (open_ or column.key in self._beside)):
                options = self.questions.options(column, self.values)
                current = hashable(value)
                found.append(Variable(column.facts[0], column.key, options, current, not blank, stale or open_))
        return found

    @cached_property
    def members(self) -> list[list[Variable]]:
        """Those of each member who belongs."""
        columns = [c for c in self.questions.member if self.stale or c.key in self._unknown or c.key in self._beside]
        return [self._of_member(m, columns) if columns else [] for m in self.record.belonging]

    def _of_member(self, member: dict[str, Any], columns: Sequence[t.Col]) -> list[Variable]:
        person = str(member.get("person_id"))
        found: dict[str, Variable] = {}
        for column in columns:
            open_, beside = column.key in self._unknown, column.key in self._beside
            for fact in column.facts:
                stale = bool(self.stale) and ("member.age" if column.name == "age" else fact, person) in self.stale
                if fact not in found and (stale or open_ or beside):
                    variable = self._variable(column, fact, member, stale)
                    if variable is not None:
                        found[fact] = variable if stale or open_ else replace(variable, asked=False)
        return list(found.values())

    def _variable(self, column: t.Col, fact: str, member: dict[str, Any], stale: bool) -> Variable | None:
        if fact == f"member.{BORN}":
            given = column.name == "age" and member["age"] is not None
            open_ = member.get(BORN) is None and (stale or not given)
            return Variable(fact, BORN, self.questions.births, None, given) if open_ else None
        if fact in SCHOOL:
            return self._of_school(fact, member, stale)
        value = member.get(column.name)
        if column.name in DERIVED:
            return Variable(fact, column.name, (True, False)) if value is None else None
        blank = is_blank(value, column)
        if not stale and not blank:
            return None
        return Variable(fact, column.name, self.questions.options(column, member), hashable(value), not blank)

    def _of_school(self, fact: str, member: dict[str, Any], stale: bool) -> Variable | None:
        """At school or not, and what was finished; the one that is filled says that the other is not asked."""
        status, level = member.get("student_status"), member.get("education_level")
        if fact == "member.student_status":
            asked = stale or (status is None and level is None)
            return Variable(fact, "student_status", (NOT_A_STUDENT, status or "03"), status, stale) if asked else None
        left = status is None or ("member.student_status", str(member.get("person_id"))) in self.stale
        if not left or (level is not None and not stale):
            return None
        plain = self.questions.education
        options = self.questions.options(plain, member) if plain else ("1",)
        return Variable(fact, "education_level", options, level, stale)


def is_blank(value: Any, column: t.Col) -> bool:
    """Whether a column says nothing: blank, or a code for not assessed."""
    return value is None or (isinstance(value, str) and value in NOT_ASSESSED.get(column.type.codes or "", ()))


@lru_cache(maxsize=512)
def codes_of(column: t.Col) -> tuple[str, ...]:
    """The codes a column may hold; none for other kinds."""
    if column.type.codes is None or column.type.kind == "bool":
        return ()
    return tuple(tables.catalogue().codelist(column.type.codes).items)
