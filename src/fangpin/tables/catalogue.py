"""The catalogue: every table, field and code list, read once from tables/data.

Reads   data/codelists.yaml, data/versions.yaml, data/<table>.yaml
Gives   catalogue(), cached and immutable; `read` for another folder of the same layout
Keeps   an unknown key, a doubled key, a code list that does not exist, or a name that could mean two fields
        refuses to load with file, line and column
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import StringConstraints

from fangpin.tables.model import Catalogue, CodeList, Field, Kind, Per, Privacy, Required, Table
from fangpin.tables.yaml_file import Loc, Places, Strict, parse, validate
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

TABLES = ("household", "member", "income_year", "safeguards", "living", "measure", "clearing", "loan")
DATA = Path(__file__).parent / "data"

Filled = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Document = TypeVar("Document", bound=Strict)


class Words(Strict):
    """A text in both languages, as written in YAML."""

    zh: Filled
    en: Filled

    def text(self) -> Text:
        """The pair."""
        return Text(self.zh, self.en)


class CodeEntry(Words):
    """One code: its labels and the other spellings that are read as it."""

    also: tuple[Filled, ...] = ()


class CodeListEntry(Strict):
    """One code list."""

    label: Words
    source: Filled
    ours: bool = False
    items: dict[str, CodeEntry]


class CodeListFile(Strict):
    """codelists.yaml."""

    lists: dict[str, CodeListEntry]


class FieldEntry(Strict):
    """One field."""

    label: Words
    kind: Kind
    unit: Filled | None = None
    codes: Filled | None = None
    alias: Filled | None = None
    required: Required = "N"
    privacy: Privacy
    fresh_days: int | None
    fresh_source: Filled | None = None
    minimum: float | None = None
    maximum: float | None = None
    ask: Words | None = None
    ours: bool = False
    excuse: bool = False
    note: Words | None = None
    source: Filled


class Roster(Strict):
    """What to call, and how to ask for, members that no row speaks of (``household.roster``)."""

    label: Words
    ask: Words


class TableFile(Strict):
    """<table>.yaml."""

    table: Filled
    label: Words
    key: tuple[str, ...]
    per: Per
    fresh_source: Filled
    roster: Roster | None = None
    fields: dict[str, FieldEntry]


class VersionEntry(Strict):
    """A column that every table accepts."""

    label: Words
    kind: Kind
    note: Words


class VersionFile(Strict):
    """versions.yaml."""

    columns: dict[str, VersionEntry]


class _Source:
    """A file that was read, able to say where something in it stands."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.data, self.places = parse(path.read_text("utf-8"), path.name)

    def document(self, model: type[Document]) -> Document:
        return validate(self.data, model, self.places, self.name)

    def refuse(self, code: str, loc: Loc, title: Text, read: str, remedy: Text | None = None) -> DocumentError:
        line, column = _place(self.places, loc)
        return DocumentError(code, title, place=f"{self.name}:{line}:{column}", read=read, remedy=remedy)


def _place(places: Places, loc: Loc) -> tuple[int, int]:
    return places.of_value(loc) if loc and isinstance(loc[-1], str) else places.of(loc)


@cache
def catalogue() -> Catalogue:
    """All tables and code lists of the package; read once, then shared.

    Examples:
        >>> from fangpin import tables
        >>> tables.catalogue().field("member.birth_date").label
        Text(zh='出生日期', en='date of birth')
    """
    return read(DATA)


def read(folder: Path) -> Catalogue:
    """The catalogue of a folder with codelists.yaml, versions.yaml and one file for each table.

    Raises:
        DocumentError: a file does not load; the place is file:line:column.
    """
    codelists = _codelists(_Source(folder / "codelists.yaml"))
    versions = _Source(folder / "versions.yaml").document(VersionFile)
    tables: dict[str, Table] = {}
    headings: dict[tuple[str, str], Field] = {}
    roster: Roster | None = None
    for name in TABLES:
        source = _Source(folder / f"{name}.yaml")
        document = source.document(TableFile)
        if document.table != name:
            raise source.refuse(
                "FP-TABLES-007",
                ("table",),
                Text("表名与文件名不一致", "the table is not that of the file"),
                document.table,
            )
        tables[name] = _table(source, document, versions, codelists)
        headings.update(_headings(source, tables[name]))
        roster = document.roster or roster
    if roster is None:
        raise DocumentError(
            "FP-DOCUMENT-004", Text("缺少必要的键", "a required key is missing"), place="household.yaml", read="roster"
        )
    names = {word: t.name for t in tables.values() for word in (t.name, t.label.zh, t.label.en.casefold())}
    return Catalogue(
        MappingProxyType(tables),
        MappingProxyType(codelists),
        roster.label.text(),
        roster.ask.text(),
        MappingProxyType(headings),
        MappingProxyType(names),
    )


def _codelists(source: _Source) -> dict[str, CodeList]:
    _check_quotes(source)
    document = source.document(CodeListFile)
    return {name: _codelist(source, name, entry) for name, entry in document.lists.items()}


def _check_quotes(source: _Source) -> None:
    """Codes are text: one without quotes would be read as a number and lose its leading zero."""
    lists = source.data.get("lists") if isinstance(source.data, dict) else None
    for name, entry in lists.items() if isinstance(lists, dict) else ():
        items = entry.get("items") if isinstance(entry, dict) else None
        for code in items if isinstance(items, dict) else ():
            if not isinstance(code, str):
                raise source.refuse(
                    "FP-TABLES-006",
                    _as_written(source.places, ("lists", str(name), "items"), code),
                    Text("代码没有加引号，会被读成数字", "a code without quotes is read as a number"),
                    f"{name}: {code}",
                    Text('加上引号，例如 "01"', 'put it in quotes, such as "01"'),
                )


def _as_written(places: Places, parent: Loc, key: object) -> Loc:
    """The place of a key that was read as a number, whatever zeros it was written with; else its parent's."""
    spellings = [(*parent, str(key).zfill(width)) for width in (1, 2, 3)]
    return next((spelling for spelling in spellings if places.of(spelling) != places.of(parent)), parent)


def _codelist(source: _Source, name: str, entry: CodeListEntry) -> CodeList:
    """One list, with every spelling pointing at one code only."""
    index: dict[str, str] = {}
    for code, item in entry.items.items():
        for word in (item.zh, item.en, item.en.casefold(), *item.also, *(a.casefold() for a in item.also)):
            if index.setdefault(word, code) != code or (word in entry.items and word != code):
                raise source.refuse(
                    "FP-TABLES-002",
                    ("lists", name, "items", code),
                    Text("同一个写法对应两个代码", "one spelling means two codes"),
                    f"{name}: {word}",
                    Text("改掉其中一个标签或 also", "change one of the labels or `also`"),
                )
    return CodeList(
        name,
        entry.label.text(),
        MappingProxyType({c: i.text() for c, i in entry.items.items()}),
        MappingProxyType({c: i.also for c, i in entry.items.items() if i.also}),
        entry.source,
        entry.ours,
        MappingProxyType(index),
    )


def _table(source: _Source, document: TableFile, versions: VersionFile, lists: dict[str, CodeList]) -> Table:
    """One table with its fields checked against the code lists and its key against its fields."""
    fields = {}
    for name, entry in document.fields.items():
        _check_codes(source, name, entry, lists)
        fields[name] = _field(document, name, entry)
    for i, name in enumerate(document.key):
        if name not in fields:
            raise source.refuse(
                "FP-TABLES-004", ("key", i), Text("主键不是本表的字段", "a key that is no field of the table"), name
            )
    version = {
        name: Field(document.table, name, v.label.text(), v.kind, note=v.note.text())
        for name, v in versions.columns.items()
    }
    return Table(
        document.table,
        document.label.text(),
        document.key,
        document.per,
        MappingProxyType(fields),
        MappingProxyType(version),
    )


def _field(document: TableFile, name: str, entry: FieldEntry) -> Field:
    return Field(
        table=document.table,
        name=name,
        label=entry.label.text(),
        kind=entry.kind,
        unit=entry.unit,
        codes=entry.codes,
        required=entry.required,
        privacy=entry.privacy,
        fresh_days=entry.fresh_days,
        fresh_source=None if entry.fresh_days is None else entry.fresh_source or document.fresh_source,
        ask=entry.ask.text() if entry.ask else None,
        ours=entry.ours,
        source=entry.source,
        note=entry.note.text() if entry.note else None,
        minimum=entry.minimum,
        maximum=entry.maximum,
        alias=entry.alias,
        excuse=entry.excuse,
    )


def _check_codes(source: _Source, name: str, entry: FieldEntry, lists: dict[str, CodeList]) -> None:
    """A field of codes names a list that exists; no other field names one."""
    if (entry.kind in ("code", "codes")) != (entry.codes is not None):
        raise source.refuse(
            "FP-TABLES-003",
            ("fields", name, "kind"),
            Text("代码字段必须且只有代码字段才写 codes", "a field of codes, and no other, names its list in `codes`"),
            f"{name}: kind {entry.kind}, codes {entry.codes}",
        )
    if entry.codes is not None and entry.codes not in lists:
        guess = nearest(entry.codes, lists)
        raise source.refuse(
            "FP-TABLES-001",
            ("fields", name, "codes"),
            Text("没有这个代码表", "there is no such code list"),
            entry.codes,
            Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None,
        )


def _headings(source: _Source, table: Table) -> dict[tuple[str, str], Field]:
    """Every heading that means a column of the table; one that could mean two refuses."""
    found: dict[tuple[str, str], Field] = {}
    for field in table.columns.values():
        for word in (field.name, field.alias, field.label.zh, field.label.en, field.label.en.casefold()):
            if word is None:
                continue
            if found.setdefault((table.name, word), field) is not field:
                raise source.refuse(
                    "FP-TABLES-005",
                    ("fields", field.name),
                    Text("两个字段同名，标题无法区分", "two fields of one name: a heading could mean either"),
                    word,
                )
    return found
