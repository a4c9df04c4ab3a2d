"""Names a rule may use: the declared columns of `tables`, and the derived ones.

Gives   Vocabulary.resolve(name, scope) → Col; `DERIVED`, the derived columns with the facts they stand on;
        check_vocabulary(), which data checks use: more tables, more derived columns, the row of the year before
Keeps   a name means one column; where two tables of the household share a name it must be written table.name
"""

from __future__ import annotations

from functools import cache

from fangpin import tables
from fangpin.language.tree import ROWS, Col, Kind, Scope, Type
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

#: Derived columns that only data checks read: type, facts, lowest and highest value.
CHECKED: dict[str, dict[str, tuple[Type, tuple[str, ...], float | None, float | None]]] = {
    "member": {
        "id_length": (Type("number", "digit"), ("member.id_number",), 1, None),
        "id_fits": (Type("bool"), ("member.id_number",), None, None),
        "id_born_on": (Type("date"), ("member.id_number",), None, None),
        "id_sex": (Type("code", codes="sex"), ("member.id_number",), None, None),
        "id_local": (Type("bool"), ("member.id_number", "household.region_code"), None, None),
        "certificate_class": (Type("bool"), ("member.id_number",), None, None),
        "id_day": (Type("date"), ("member.id_number",), None, None),
        "id_prefix_known": (Type("bool"), ("member.id_number",), None, None),
        "id_old_end": (Type("text"), (), None, None),
        "name_length": (Type("number", "character"), ("member.name",), 0, None),
        "name_lost": (Type("bool"), ("member.name",), None, None),
        "name_mixed": (Type("bool"), ("member.name",), None, None),
        "name_dots": (Type("bool"), ("member.name",), None, None),
        "name_spaced": (Type("bool"), ("member.name",), None, None),
        "name_private": (Type("text"), (), None, None),
        "head_age": (Type("number", "year"), ("member.birth_date",), 0, 130),
        "head_sex": (Type("code", codes="sex"), ("member.sex",), None, None),
    },
    "household": {
        "phone_length": (Type("number", "digit"), ("household.phone",), 1, None),
        "helper_phone_length": (Type("number", "digit"), ("household.helper_phone",), 1, None),
        "head_name_odd": (Type("bool"), ("household.head_name",), None, None),
        "head_name_fits": (Type("bool"), ("household.head_name", "member.name"), None, None),
        "head_number_fits": (Type("bool"), ("household.head_id_number", "member.id_number"), None, None),
        "members_listed": (Type("number", "person"), ("household.roster",), 0, None),
    },
}
#: The row of income of the year, and of the year before it.
YEARS = ("this_year", "last_year")


class Vocabulary:
    """Columns and code lists as rules see them.

    Args:
        checks: Whether data checks read it: all tables with several rows a household, version dates, the rows of this
            year and last, more derived columns; and a row's condition may name its household's columns in full.
    """

    def __init__(self, *, checks: bool = False) -> None:
        catalogue = tables.catalogue()
        self.qualified = checks
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
        if checks:
            self._add_for_checks(catalogue)

    def _add_for_checks(self, catalogue: tables.Catalogue) -> None:
        for scope in ROWS:
            stored = catalogue.table("member" if scope == "former_member" else scope)
            self._columns.setdefault(scope, {})
            fields = [*(() if scope == "member" else stored.fields.values()), *stored.version_fields.values()]
            for field in fields:
                kind = _type(field.kind, field.unit, field.codes)
                self._add(scope, Col(scope, field.inside, kind, (field.path,), field.minimum, field.maximum))
        for word in YEARS:
            for field in catalogue.table("income_year").fields.values():
                kind = _type(field.kind, field.unit, field.codes)
                column = Col(word, field.inside, kind, (field.path,), field.minimum, field.maximum)
                self._columns["household"][column.key] = column
        for table, columns in CHECKED.items():
            for name, (kind, facts, low, high) in columns.items():
                self._add("member" if table == "member" else "household", Col(table, name, kind, facts, low, high))

    def _add(self, scope: Scope, column: Col) -> None:
        names = self._columns[scope]
        names[column.key] = column
        names[column.name] = None if column.name in names else column

    def resolve(self, name: str, scope: Scope) -> Col | None:
        """The column called ``name`` in ``scope``, or None if there is none or it is ambiguous."""
        found = self._columns.get(scope, {}).get(name)
        if found is None and self.qualified and scope != "household" and "." in name:
            return self._columns["household"].get(name)
        return found

    def names(self, scope: Scope) -> list[str]:
        """Every name that ``scope`` knows."""
        return [n for n, column in self._columns.get(scope, {}).items() if column is not None]

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
    """The vocabulary of the shipped tables, for standards."""
    return Vocabulary()


@cache
def check_vocabulary() -> Vocabulary:
    """The same with everything that data checks may name."""
    return Vocabulary(checks=True)


#: Codes that say a fact was not assessed: they may be asked like a blank.
NOT_ASSESSED: dict[str, frozenset[str]] = {"house_grade": frozenset({"N"}), "nutrition": frozenset({"9"})}
