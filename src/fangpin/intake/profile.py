"""Mapping profiles: how a researcher's files become the tables, declared in YAML.

Gives   Profile and load_profile; the models are the reference of what a profile may say
Not     applying one to files (mapping)
Keeps   unknown keys, tables, fields, columns, units and constructs refuse to load with file, line and column
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fangpin import tables
from fangpin.intake.expression import FUNCTIONS, ExpressionError, compile_expression
from fangpin.intake.messages import SAYINGS, unusable
from fangpin.intake.units import factor, known
from fangpin.tables import Field
from fangpin.tables.yaml_file import Loc, Places, Strict, parse, validate
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

SHIPPED = Path(__file__).parent / "profiles"
Scalar = str | int | float | bool
How = Literal["count", "sum", "mean", "median", "min", "max", "any", "all", "first"]


class Words(Strict):
    """A text in both languages."""

    zh: str
    en: str

    def text(self) -> Text:
        """The pair."""
        return Text(self.zh, self.en)


class Aggregate(Strict):
    """A value over the rows of another file that belong to the same household.

    ``count`` counts rows; the others take ``value``. Blanks are left out; ``any`` is true if one is true, blank if
    none is true and one is blank. A household without rows has count 0 and else a blank.
    """

    of: str
    how: How
    value: str | None = None
    where: str | None = None


class Value(Strict):
    """Where a value comes from: exactly one of ``from``, ``derive``, ``aggregate``, ``value``; then what is done to it.

    ``recode`` replaces texts; ``else`` is for filled cells that it does not name (without it they stay as they are);
    ``blank`` is for blank cells; ``unit`` is the unit of the figures there; ``note`` is for people.
    """

    from_: str | None = None
    derive: str | None = None
    aggregate: Aggregate | None = None
    value: Scalar | None = None
    recode: dict[Scalar, Scalar | None] | None = None
    else_: Scalar | None = None
    blank: Scalar | None = None
    unit: str | None = None
    note: Words | None = None

    model_config = {
        "extra": "forbid",
        "frozen": True,
        "populate_by_name": True,
        "alias_generator": lambda name: name.rstrip("_"),
    }


class Column(Strict):
    """A column added to a file before the tables are made; columns above it may be used."""

    derive: str | None = None
    aggregate: Aggregate | None = None


class SourceFile(Strict):
    """A file of the survey: ``file`` is a name or pattern within PATH, ``household`` its column of household ids."""

    file: str
    sheet: str | None = None
    household: str
    numbers: tuple[str, ...] = ()
    where: str | None = None
    columns: dict[str, Column] = {}
    about: Words | None = None


class MappedTable(Strict):
    """A table: the file its rows come from, which of them, and its fields; ``by_heading`` reads the others as usual."""

    source: str
    where: str | None = None
    fields: dict[str, Value]
    by_heading: bool = False


class Design(Strict):
    """The survey design: columns of a file with one row a household."""

    source: str
    weight: str | None = None
    stratum: str | None = None
    psu: str | None = None


class ProfileFile(Strict):
    """A profile as written."""

    profile: str
    title: Words
    about: Words
    currency: str | None = None
    regions: Literal["china", "elsewhere"] = "china"
    sources: dict[str, SourceFile]
    tables: dict[str, MappedTable]
    design: Design | None = None
    lacks: dict[str, Words] = {}


@dataclass(frozen=True)
class Profile:
    """A profile that was checked, with the places of its parts and the hash of its text."""

    document: ProfileFile
    places: Places
    file: str
    sha256: str

    @property
    def name(self) -> str:
        """The name of the profile."""
        return self.document.profile

    def refuse(self, code: str, loc: Loc, read: str = "", **values: object) -> DocumentError:
        """The error of this code at a place in the profile."""
        line, column = self.places.of(loc)
        saying = SAYINGS[code]
        return DocumentError(
            code,
            saying.message.format(**values),
            place=f"{self.file}:{line}:{column}",
            read=read,
            remedy=saying.remedy.format(**values),
        )


def shipped() -> list[str]:
    """The names of the profiles in the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_profile(name: str | Path) -> Profile:
    """The profile of this name, or at this path.

    Raises:
        UnusableInput: there is none.
        DocumentError: it does not load, with file, line and column.
    """
    path = SHIPPED / f"{name}.yaml"
    if str(name) not in shipped():
        path = Path(name)
        if not path.is_file():
            raise unusable("FP-INTAKE-009", name=str(name), known="、".join(shipped()))
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unusable("FP-INTAKE-006", place=path.name) from error
    raw, places = parse(text, path.name)
    profile = Profile(
        validate(raw, ProfileFile, places, path.name), places, path.name, hashlib.sha256(data).hexdigest()
    )
    _check(profile)
    return profile


# -- checks ----------------------------------------------------------------------------------------------------------


def _check(profile: Profile) -> None:
    """Every name, unit and expression of a profile.

    Raises:
        DocumentError: one does not fit.
    """
    document = profile.document
    for name, source in document.sources.items():
        _expression(profile, source.where, ("sources", name, "where"))
        for column, spec in source.columns.items():
            _only_one(profile, spec, ("derive", "aggregate"), ("sources", name, "columns", column))
            _parts(profile, spec, ("sources", name, "columns", column))
    if "household" not in document.tables:
        raise profile.refuse("FP-PROFILE-004", ("tables",), name="household", guess=_guess("", []))
    for name, table in document.tables.items():
        _table(profile, name, table)
    if document.design is not None:
        _source(profile, document.design.source, ("design", "source"))
    for path in document.lacks:
        _known_field(profile, path, ("lacks", path))


def _guess(name: str, names: Any) -> Text:
    found = nearest(name, names)
    return Text(f"是否想写 {found}？", f"did you mean {found}?") if found else Text("检查拼写", "check the spelling")


def _source(profile: Profile, name: str, loc: Loc) -> None:
    if name not in profile.document.sources:
        raise profile.refuse("FP-PROFILE-004", loc, name=name, guess=_guess(name, profile.document.sources))


def _known_field(profile: Profile, path: str, loc: Loc) -> Field:
    try:
        return tables.catalogue().field(path)
    except LookupError as error:
        every = [f.path for t in tables.catalogue().tables.values() for f in t.columns.values()]
        raise profile.refuse("FP-PROFILE-004", loc, name=path, guess=_guess(path, every)) from error


def _table(profile: Profile, name: str, table: MappedTable) -> None:
    loc: Loc = ("tables", name)
    catalogue = tables.catalogue()
    if name not in catalogue.tables:
        raise profile.refuse("FP-PROFILE-004", loc, name=name, guess=_guess(name, catalogue.tables))
    _source(profile, table.source, (*loc, "source"))
    _expression(profile, table.where, (*loc, "where"))
    for field_name, spec in table.fields.items():
        here: Loc = (*loc, "fields", field_name)
        field = _known_field(profile, f"{name}.{field_name}", here)
        _only_one(profile, spec, ("from_", "derive", "aggregate", "value"), here)
        _parts(profile, spec, here)
        _unit(profile, field, spec, here)
    missing = [key for key in catalogue.tables[name].identity if key not in table.fields]
    if missing and not table.by_heading:
        raise profile.refuse(
            "FP-PROFILE-004",
            (*loc, "fields"),
            name=f"{name}.{missing[0]}",
            guess=Text(f"补写 {missing[0]}", f"add {missing[0]}"),
        )


def _unit(profile: Profile, field: Field, spec: Value, loc: Loc) -> None:
    if spec.unit is None or factor(spec.unit, field.unit or "", profile.document.currency) is not None:
        return
    raise profile.refuse(
        "FP-PROFILE-005",
        (*loc, "unit"),
        unit=spec.unit,
        wanted=field.unit or "—",
        known="、".join(known(field.unit or "")),
    )


def _only_one(profile: Profile, spec: Value | Column, names: tuple[str, ...], loc: Loc) -> None:
    if sum(getattr(spec, name) is not None for name in names) != 1:
        raise profile.refuse("FP-PROFILE-006", loc, what=str(loc[-1]), known=", ".join(n.rstrip("_") for n in names))


def _parts(profile: Profile, spec: Value | Column, loc: Loc) -> None:
    """The expressions within a value, and the file that it aggregates."""
    _expression(profile, spec.derive, (*loc, "derive"))
    if spec.aggregate is None:
        return
    here: Loc = (*loc, "aggregate")
    _source(profile, spec.aggregate.of, (*here, "of"))
    _expression(profile, spec.aggregate.value, (*here, "value"))
    _expression(profile, spec.aggregate.where, (*here, "where"))
    if (spec.aggregate.value is None) != (spec.aggregate.how == "count"):
        raise profile.refuse("FP-PROFILE-006", here, what="aggregate", known="how: count, value")


def _expression(profile: Profile, text: str | None, loc: Loc) -> None:
    if text is None:
        return
    try:
        compile_expression(text)
    except ExpressionError as error:
        raise profile.refuse("FP-PROFILE-003", loc, text[:200], why=error.why, known=", ".join(FUNCTIONS)) from error
