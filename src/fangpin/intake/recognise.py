"""Recognising: which profile a sheet was made by, told by its headings.

Reads   a raw sheet; the shipped layouts, the template's own tables, or one profile that was asked for
Gives   recognise → Reading: what each column is, and how many headings are known
Not     rows and cells (wide, judge)
Keeps   the profile with most known headings is taken, and said with its score; below its least share none is
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fangpin import tables
from fangpin.intake.header import normal
from fangpin.intake.headings import heading_of
from fangpin.intake.layouts import HOUSEHOLD_ID, ColumnSpec, Layout, SheetSpec, shipped, words_of
from fangpin.intake.raw import Sheet
from fangpin.tables import Table
from fangpin.vocabulary.text import Text

TEMPLATE = "template"
_TEMPLATE_TITLE = Text("本系统模板", "the template of fangpin")
_LEAST_HEADINGS = 3
MOST_HEADINGS = 1_000
"""How many headings are compared to choose a profile."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is: ``path`` is table.field, ``household_id`` of every table of the sheet, or empty."""

    path: str = ""
    spec: ColumnSpec | None = None

    @property
    def known(self) -> bool:
        """Whether the profile knows its heading."""
        return bool(self.path) or self.spec is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is understood: by which profile and kind of sheet, each column, and how many headings are known."""

    profile: str
    title: Text
    kind: str
    spec: SheetSpec
    columns: tuple[Column, ...]
    known: int
    headings: int
    names: frozenset[str] = frozenset()
    """The columns of the profile that are there."""

    @property
    def paths(self) -> frozenset[str]:
        """The fields that some column is."""
        return frozenset(column.path for column in self.columns if column.path)

    @property
    def whole(self) -> bool:
        """Whether everything is there without which a sheet is not of this kind."""
        key = self.spec.match is not None or HOUSEHOLD_ID in self.paths
        some = not self.spec.needs_any or not self.names.isdisjoint(self.spec.needs_any)
        return key and some and all(need in self.paths for need in self.spec.needs)

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """What is compared to choose one."""
        return self.known, bool(self.spec.repeats), self.profile == TEMPLATE


def template_spec(table: Table) -> SheetSpec:
    """The kind of sheet that a table's own headings make."""
    needs = tuple(f"{table.name}.{key}" for key in table.identity if key != HOUSEHOLD_ID)
    return SheetSpec(rows=table.name, understands=(table.name,), needs=needs, columns={})


def recognise(sheet: Sheet, profile: Layout | None = None) -> Reading | None:
    """The best reading of a sheet, or None where no profile knows it.

    Args:
        sheet: Its headings are compared.
        profile: The profile that was asked for; without one, all that ship and the template.
    """
    if profile is not None:
        return _asked(sheet, profile)
    found = [r for r in readings(_beginning(sheet)) if r.whole and r.known >= _LEAST_HEADINGS]
    found = [r for r in found if r.known >= r.spec.least * r.headings]
    best = max(found, key=lambda r: r.rank, default=None)
    if best is None or len(sheet.headings) <= MOST_HEADINGS:
        return best
    return read(sheet, best.spec, best.profile, best.title, best.kind)


def _beginning(sheet: Sheet) -> Sheet:
    """The sheet with no more columns than any export has."""
    most = MOST_HEADINGS
    return sheet if len(sheet.headings) <= most else replace(sheet, headings=sheet.headings[:most], groups=())


def readings(sheet: Sheet) -> Iterator[Reading]:
    """A reading by each layout that ships, and by each table of the template."""
    for table in tables.catalogue().tables.values():
        yield read(sheet, template_spec(table), TEMPLATE, _TEMPLATE_TITLE, table.name)
    for layout in shipped().values():
        yield from _by(sheet, layout)


def nearest(sheet: Sheet) -> Reading | None:
    """The reading that knows most headings, good enough or not."""
    found = [r for r in readings(_beginning(sheet)) if r.known]
    return max(found, key=lambda r: (r.whole, *r.rank), default=None)


def _by(sheet: Sheet, layout: Layout) -> Iterator[Reading]:
    for kind, spec in layout.document.sheets.items():
        yield read(sheet, spec, layout.name, layout.document.title.text(), kind)


def _asked(sheet: Sheet, profile: Layout) -> Reading | None:
    """The reading by a profile that was asked for: by the names it gives, else by headings."""
    found = [r for r in _by(sheet, profile) if r.spec.fits(sheet.origin.file, sheet.origin.sheet)]
    exact = [r for r in found if r.spec.file or r.spec.sheet]
    whole = [r for r in exact or found if r.whole]
    return max(whole or exact, key=lambda r: r.rank, default=None)


def read(sheet: Sheet, spec: SheetSpec, profile: str, title: Text, kind: str) -> Reading:
    """A sheet read as one kind of sheet."""
    words = words_of(spec)
    seen: Counter[str] = Counter()
    columns: list[Column] = []
    groups = sheet.groups or ("",) * len(sheet.headings)
    for heading, group in zip(sheet.headings, groups, strict=True):
        word = normal(heading)
        seen[word] += 1
        columns.append(_column(spec, words, heading, _tries(word, normal(group), seen[word])))
    filled = [c for c, heading in zip(columns, sheet.headings, strict=True) if heading]
    names = frozenset(name for name, column in spec.columns.items() if any(c.spec is column for c in columns))
    return Reading(profile, title, kind, spec, tuple(columns), sum(c.known for c in filled), len(filled), names)


def _tries(word: str, group: str, number: int) -> Sequence[str]:
    """The ways in which a heading may be written in a profile, the most particular first."""
    tries = [f"{group}/{word}"] if group and group != word else []
    if number > 1:
        tries.append(f"{word}#{number}")
    return [*tries, word, word.partition("(")[0]] if word else []


def _column(spec: SheetSpec, words: dict[str, str], heading: str, tries: Sequence[str]) -> Column:
    name = next((words[word] for word in tries if word in words), None)
    if name is not None:
        column = spec.columns[name]
        return Column(_path(column.field or ""), column)
    for table in spec.understands:
        field = heading_of(table, heading)
        if field is not None:
            return Column(_path(field.path))
    return Column()


def _path(path: str) -> str:
    return HOUSEHOLD_ID if path.endswith(f".{HOUSEHOLD_ID}") else path
