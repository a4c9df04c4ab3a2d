"""Layouts: profiles of exports and departments' files, recognised by their headings.

Gives   Layout and load_layout; shipped(), by name; the models are the reference of what one may say
Not     applying one to a sheet (recognise, wide)
Keeps   data and no code: a new export is a new file; unknown keys, tables, fields and units refuse to load
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from fangpin import tables
from fangpin.intake.header import normal
from fangpin.intake.messages import SAYINGS
from fangpin.intake.units import factor, known
from fangpin.tables.yaml_file import Loc, Places, Strict, parse, validate
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

SHIPPED = Path(__file__).parent / "profiles" / "exports"
HOUSEHOLD_ID = "household_id"
Scalar = str | int | float | bool
Level = Literal["province", "prefecture", "county", "township", "village"]


class Words(Strict):
    """A text in both languages."""

    zh: str
    en: str

    def text(self) -> Text:
        """The pair."""
        return Text(self.zh, self.en)


class ColumnSpec(Strict):
    """What a column is: a field, the name of a place, or nothing (``skip``, with the reason).

    ``also`` are its other headings: ``组/标题`` is the heading below a merged cell, ``标题#2`` the second column of
    that name. ``unit`` is the unit of its figures, ``recode`` replaces texts. ``guess`` (how sure, 0–1) and ``why``
    mark what a draft proposes; giving the draft back takes it as decided.
    """

    field: str | None = None
    place: Level | None = None
    skip: Words | None = None
    also: tuple[str, ...] = ()
    unit: str | None = None
    recode: dict[Scalar, Scalar | None] | None = None
    else_: Scalar | None = None
    blank: Scalar | None = None
    guess: float | None = None
    why: str | None = None

    model_config = {
        "extra": "forbid",
        "frozen": True,
        "populate_by_name": True,
        "alias_generator": lambda name: name.rstrip("_"),
    }


class SheetSpec(Strict):
    """A kind of sheet: the table that one row is (``rows``), those that its rows repeat (``repeats``), its columns.

    ``file`` and ``sheet`` are names or patterns that a draft puts in; ``header_row`` the number of the row of headings.
    ``understands`` names tables whose own headings (code or Chinese name) are taken too. ``needs`` are fields without
    which a sheet is not this one; of the columns ``needs_any`` one must be there; ``least`` is the share of its
    headings that must be known. ``values`` are fields with the same value in every row. ``person_id: order`` numbers
    the members of a household where no column does; ``match: id_number`` finds household and person by the identity
    number among the members of the same input.
    """

    file: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    rows: str
    repeats: tuple[str, ...] = ()
    understands: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_any: tuple[str, ...] = ()
    least: float = 0.6
    person_id: Literal["order"] | None = None
    match: Literal["id_number"] | None = None
    values: dict[str, Scalar] = {}
    columns: dict[str, ColumnSpec]

    def fits(self, file: str, sheet: str) -> bool:
        """Whether a file and sheet have the names that it gives, if it gives any."""
        names = (file, PurePosixPath(file).name)
        return (self.file is None or any(fnmatchcase(name, self.file) or name == self.file for name in names)) and (
            self.sheet is None or fnmatchcase(sheet, self.sheet) or sheet == self.sheet
        )


class LayoutFile(Strict):
    """A layout as written; ``from`` and ``until`` say when exports looked like this."""

    profile: str
    title: Words
    about: Words
    source: str
    verified: Literal["verified", "local", "unverified"]
    from_: str | None = None
    until: str | None = None
    sheets: dict[str, SheetSpec]

    model_config = {
        "extra": "forbid",
        "frozen": True,
        "populate_by_name": True,
        "alias_generator": lambda name: name.rstrip("_"),
    }


@dataclass(frozen=True)
class Layout:
    """A layout that was checked, with the hash of its text."""

    document: LayoutFile
    sha256: str

    @property
    def name(self) -> str:
        """The name of the profile."""
        return self.document.profile


@cache
def shipped() -> dict[str, Layout]:
    """The layouts of the package, by name."""
    found = [load_layout(path) for path in sorted(SHIPPED.glob("*.yaml"))]
    return {layout.name: layout for layout in found}


def is_layout(path: Path) -> bool:
    """Whether a YAML file is a layout (it has ``sheets``) and not a survey's mapping (which has ``sources``)."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith("sheets:") for line in lines)


def load_layout(path: Path) -> Layout:
    """The layout in a file.

    Raises:
        DocumentError: it does not load, with file, line and column.
    """
    data = path.read_bytes()
    raw, places = parse(data.decode("utf-8-sig"), path.name)
    document = validate(raw, LayoutFile, places, path.name)
    for name, spec in document.sheets.items():
        _Check(places, path.name, ("sheets", name)).sheet(spec)
    return Layout(document, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class _Check:
    """The names and units of one kind of sheet."""

    places: Places
    file: str
    loc: Loc

    def sheet(self, spec: SheetSpec) -> None:
        """Every name in it.

        Raises:
            DocumentError: one is not known.
        """
        for table in (spec.rows, *spec.repeats, *spec.understands):
            if table not in tables.catalogue().tables:
                raise self._refuse("FP-PROFILE-004", ("rows",), table, tables.catalogue().tables)
        own = (spec.rows, *spec.repeats)
        for path in (*spec.needs, *spec.values):
            self._field(path, own, ("needs",) if path in spec.needs else ("values", path))
        for heading, column in spec.columns.items():
            self._column(column, own, ("columns", heading))

    def _column(self, column: ColumnSpec, own: tuple[str, ...], loc: Loc) -> None:
        if sum(part is not None for part in (column.field, column.place, column.skip)) != 1:
            saying = SAYINGS["FP-PROFILE-006"]
            known_ = "field, place, skip"
            raise self._error(
                "FP-PROFILE-006",
                loc,
                saying.message.format(what=str(loc[-1]), known=known_),
                saying.remedy.format(),
            )
        if column.field is None:
            return
        self._field(column.field, own, (*loc, "field"))
        if column.unit is not None and column.field != HOUSEHOLD_ID:
            wanted = tables.catalogue().field(column.field).unit or ""
            if factor(column.unit, wanted) is None:
                saying = SAYINGS["FP-PROFILE-005"]
                raise self._error(
                    "FP-PROFILE-005",
                    (*loc, "unit"),
                    saying.message.format(unit=column.unit, wanted=wanted or "—"),
                    saying.remedy.format(known="、".join(known(wanted))),
                )

    def _field(self, path: str, own: tuple[str, ...], loc: Loc) -> None:
        if path == HOUSEHOLD_ID:
            return
        fields = [field.path for name in own for field in tables.catalogue().table(name).columns.values()]
        if path not in fields:
            raise self._refuse("FP-PROFILE-004", loc, path, fields)

    def _refuse(self, code: str, loc: Loc, name: str, names: Iterable[str]) -> DocumentError:
        guess = nearest(name, names)
        hint = (
            Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else Text("检查拼写", "check the spelling")
        )
        saying = SAYINGS[code]
        return self._error(code, loc, saying.message.format(name=name), saying.remedy.format(guess=hint))

    def _error(self, code: str, loc: Loc, message: Text, remedy: Text) -> DocumentError:
        line, column = self.places.of((*self.loc, *loc))
        return DocumentError(code, message, place=f"{self.file}:{line}:{column}", remedy=remedy)


def words_of(spec: SheetSpec) -> dict[str, str]:
    """Every heading that a kind of sheet knows, as headings are compared, with the name of its column."""
    found: dict[str, str] = {}
    for name, column in spec.columns.items():
        for word in (name, *column.also):
            found.setdefault(normal(word), name)
    return found
