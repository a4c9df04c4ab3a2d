"""Names a rule may use: the declared columns of `tables`, and the derived ones.

Gives   Vocabulary.resolve(name, scope) → Col; `DERIVED`, the derived columns with the facts they stand on
Keeps   a name means one column; where two tables of the household share a name it must be written table.name
"""

from __future__ import annotations

from functools import cache

from fangpin import tables
from fangpin.language.tree import Col, Kind, Scope, Type
from fangpin.language.units import MONEY

HOUSEHOLD_TABLES = ("household", "living")
NUMBERS = {"int", "num", "money"}

#: Derived member columns: type, facts whose blanks leave them open, meaning.
DERIVED: dict[str, tuple[Type, tuple[str, ...]]] = {
    "age": (Type("number", "year"), ("member.birth_date",)),
    "student": (Type("bool"), ("member.student_status", "member.education_level")),
    "main_worker": (Type("bool"), ()),
    "was_main_worker": (Type("bool"), ("member.labour_lost_on",)),
}


class Vocabulary:
    """Columns and code lists as rules see them."""

    def __init__(self) -> None:
        catalogue = tables.catalogue()
        self._lists = {name: tuple(codes.items) for name, codes in catalogue.codelists.items()}
        self._columns: dict[Scope, dict[str, Col | None]] = {"household": {}, "member": {}}
        for table in (*HOUSEHOLD_TABLES, "member"):
            for field in catalogue.table(table).fields.values():
                if table == "member" and field.name in DERIVED:
                    continue
                column = Col(
                    table,
                    field.inside,
                    _type(field.kind, field.unit, field.codes),
                    (field.path,),
                    field.minimum,
                    field.maximum,
                )
                self._add("member" if table == "member" else "household", column)
        for name, (kind, facts) in DERIVED.items():
            low, high = (0, 130) if name == "age" else (None, None)
            self._add("member", Col("member", name, kind, facts, low, high))

    def _add(self, scope: Scope, column: Col) -> None:
        names = self._columns[scope]
        names[column.key] = column
        names[column.name] = None if column.name in names else column

    def resolve(self, name: str, scope: Scope) -> Col | None:
        """The column called ``name`` in ``scope``, or None if there is none or it is ambiguous."""
        return self._columns[scope].get(name)

    def names(self, scope: Scope) -> list[str]:
        """Every name that ``scope`` knows."""
        return [n for n, column in self._columns[scope].items() if column is not None]

    def codes(self, codelist: str) -> tuple[str, ...]:
        """The codes of a list, in its order."""
        return self._lists[codelist]


def _type(kind: str, unit: str | None, codes: str | None) -> Type:
    if kind in NUMBERS:
        return Type("number", (unit or MONEY) if kind == "money" else unit)
    if kind in ("date", "month"):
        return Type("date")
    plain: dict[str, Kind] = {"bool": "bool", "code": "code", "codes": "codes"}
    return Type(plain.get(kind, "text"), codes=codes)


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of the shipped tables."""
    return Vocabulary()


#: Codes that say a fact was not assessed: they may be asked like a blank.
NOT_ASSESSED: dict[str, frozenset[str]] = {"house_grade": frozenset({"N"}), "nutrition": frozenset({"9"})}
