"""Spellings: how people write yes, no, none and not known in a field, and labels of earlier code lists.

Reads   data/spellings.yaml
Gives   words_of (the words of one field), superseded (codes that an earlier label could mean)
Keeps   unknown is never no: a word for "none" counts only where the field says what none is
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from fangpin import tables
from fangpin.tables import Field
from fangpin.tables.yaml_file import Loc, Places, Strict, parse, validate
from fangpin.vocabulary.characters import folded
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.text import Text

DATA = Path(__file__).parent / "data" / "spellings.yaml"
None_ = Literal["zero", "no", "empty", "blank"]
KINDS_OF_NONE: Mapping[str, frozenset[str]] = {
    "zero": frozenset({"money", "num", "int"}),
    "no": frozenset({"bool"}),
    "empty": frozenset({"codes"}),
}


class FieldWords(Strict):
    """What words mean in one field: what ``none`` is there, and words of its own."""

    none: None_ | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()


class Superseded(Strict):
    """Labels of earlier code lists, each with the codes it could mean."""

    source: str
    labels: dict[str, tuple[str, ...]]


class SpellingFile(Strict):
    """spellings.yaml."""

    unknown: tuple[str, ...]
    none: tuple[str, ...]
    marks: tuple[str, ...]
    broken: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    done: tuple[str, ...]
    not_done: tuple[str, ...]
    fields: dict[str, FieldWords]
    superseded: dict[str, Superseded]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one field, folded: unknown, none, marks and broken hold in every field."""

    unknown: frozenset[str]
    none: frozenset[str]
    marks: frozenset[str]
    broken: frozenset[str]
    blank: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    none_is: None_ | None

    @property
    def standing_for_nothing(self) -> frozenset[str]:
        """Every word that is no value of its own."""
        return self.unknown | self.none | self.marks | self.broken | self.blank


@cache
def spellings() -> SpellingFile:
    """The words of the package; read once."""
    return read(DATA)


def read(path: Path) -> SpellingFile:
    """The words of a file.

    Raises:
        DocumentError: it does not load, or a field, list or code does not exist; with file, line and column.
    """
    data, places = parse(path.read_text("utf-8"), path.name)
    document = validate(data, SpellingFile, places, path.name)
    _check(document, places, path.name)
    return document


def _check(document: SpellingFile, places: Places, file: str) -> None:
    """Every name in the file is a name of the catalogue, and none means something that the field can hold."""
    catalogue = tables.catalogue()
    for path, words in document.fields.items():
        table, _, name = path.partition(".")
        known = next(iter(catalogue.tables)) if table == "*" else table
        try:
            field = catalogue.field(f"{known}.{name}")
        except LookupError as error:
            raise _refusal(places, file, ("fields", path), path) from error
        if field.kind not in KINDS_OF_NONE.get(words.none or "", {field.kind}):
            raise _refusal(places, file, ("fields", path, "none"), f"{path}: {words.none}")
    for name, superseded_ in document.superseded.items():
        if name not in catalogue.codelists:
            raise _refusal(places, file, ("superseded", name), name)
        for label, codes in superseded_.labels.items():
            wrong = [code for code in codes if code not in catalogue.codelist(name).items]
            if wrong or not codes:
                raise _refusal(places, file, ("superseded", name, "labels", label), f"{label}: {'、'.join(wrong)}")


def _refusal(places: Places, file: str, loc: Loc, read_: str) -> DocumentError:
    line, column = places.of(loc)
    title = Text(
        "字段、代码表或代码不存在，或与字段类型不符", "a field, list or code that does not exist or does not fit"
    )
    return DocumentError("FP-SPELLINGS-001", title, place=f"{file}:{line}:{column}", read=read_)


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(word) for word in words)


@cache
def words_of(path: str) -> Words:
    """The words of the field at ``table.field``."""
    document = spellings()
    own = document.fields.get(path) or document.fields.get(f"*.{path.partition('.')[2]}") or FieldWords()
    yes = own.yes + tuple(before + stem for stem in own.stems for before in document.done)
    no = own.no + tuple(before + stem for stem in own.stems for before in document.not_done)
    return Words(
        _folded(document.unknown),
        _folded(document.none),
        _folded(document.marks),
        _folded(document.broken),
        _folded(own.blank),
        _folded(document.yes + yes),
        _folded(document.no + no),
        own.none,
    )


@cache
def _earlier(codelist: str) -> Mapping[str, tuple[str, ...]]:
    found = spellings().superseded.get(codelist)
    return {folded(label): codes for label, codes in found.labels.items()} if found else {}


def superseded(codelist: str, text: str) -> tuple[str, ...]:
    """The codes that an earlier label could mean; empty where it is none."""
    return _earlier(codelist).get(folded(text), ())


def field_words(field: Field) -> Words:
    """The words of a field."""
    return words_of(field.path)
