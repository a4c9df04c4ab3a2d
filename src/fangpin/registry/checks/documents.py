"""Checks as documents: rules/checks/*.yaml, parsed and checked against the tables.

Reads   the files of checks
Gives   checks() → every check that ships; read(folder) for others; finding_code
Keeps   a check that names an unknown column, code, function or unit refuses to load with file, line and column;
        a code stands once over all files
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from fangpin import tables
from fangpin.language import tree as t
from fangpin.language.documents import rules_root
from fangpin.language.parse import Context, Parameter, parse
from fangpin.language.vocabulary import check_vocabulary
from fangpin.registry.checks.integrity import FUNCTIONS
from fangpin.tables.yaml_file import Places, Strict, validate
from fangpin.tables.yaml_file import parse as parse_yaml
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.findings import Severity
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

State = Literal["verified", "local", "unverified", "ours"]
Scene = dict[str, Any]
CODE = re.compile(r"DQ(\d{2,3})")
STATES: dict[State, Text] = {
    "verified": Text("已核实", "verified"),
    "local": Text("地方", "local"),
    "unverified": Text("未核实", "unverified"),
    "ours": Text("我们的", "ours"),
}
PLACE = re.compile(r"\{([a-z_0-9.]+)\}")


class Pair(Strict):
    """A text in both languages."""

    zh: str
    en: str

    def text(self) -> Text:
        return Text(self.zh, self.en)


class Period(Strict):
    """From a day (included) until a day (excluded); None is open."""

    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day < self.until)


class Bound(Strict):
    """A named value of a check, which a county may set otherwise; its message may show it."""

    value: bool | int | float | str
    unit: str | None = None


class Examples(Strict):
    """Registries of one household (or a few) on which a check fires, does not, or cannot be judged."""

    fires: list[Scene] = Field(min_length=1)
    passes: list[Scene] = Field(min_length=1)
    unknown: list[Scene] = []


class Shared(Strict):
    """What a file says once for its checks."""

    remedy: Pair | None = None
    source: str | None = None
    state: State | None = None
    effective: Period | None = None


class Entry(Shared):
    """One check."""

    name: Pair
    object: t.Scope = "household"
    severity: Severity
    only: str | None = None
    rule: str | None = None
    function: str | None = None
    parameters: dict[str, Bound] = {}
    needs: list[str] = []
    field: str
    message: Pair
    reason: Pair
    our_reading: Pair | None = None
    examples: Examples

    @model_validator(mode="after")
    def _one_way(self) -> Entry:
        if (self.rule is None) == (self.function is None):
            raise ValueError("a check has either a rule or a function")
        return self


class Definitions(Strict):
    """Named conditions by scope."""

    household: dict[str, str] = {}
    member: dict[str, str] = {}


class CheckFile(Shared):
    """One file of checks."""

    title: Pair
    define: Definitions = Definitions()
    checks: dict[str, Entry]


@dataclass(frozen=True)
class Check:
    """One check, parsed. ``only`` is about the household, ``rule`` about the object."""

    code: str
    file: str
    title: Text
    entry: Entry
    rule: t.Node | None
    only: t.Node | None
    remedy: Text
    source: str
    state: State
    effective: Period

    @property
    def object(self) -> t.Scope:
        """What the check is about: a household, or a row of this table."""
        return self.entry.object

    @cached_property
    def finding_code(self) -> str:
        """The code of its findings."""
        return finding_code(self.code)

    @cached_property
    def authority(self) -> Text:
        """Who says so: the check, its source and how far that was read."""
        state = STATES[self.state]
        return Text(
            f"疑点规则 {self.code}：{self.source}（{state.zh}）",
            f"quality check {self.code}: {self.source} ({state.en})",
        )

    @cached_property
    def message_columns(self) -> tuple[tuple[str, t.Col], ...]:
        """The facts its message shows: as they are written, and their columns."""
        words, found = check_vocabulary(), []
        for name in dict.fromkeys(PLACE.findall(self.entry.message.zh + self.entry.message.en)):
            column = words.resolve(name, self.object)
            if column is not None:
                found.append((name, column))
        return tuple(found)

    @cached_property
    def field_column(self) -> t.Col | None:
        """The column of the marked field, as the object's row or household has it; None where it is another's."""
        table, _, name = self.entry.field.partition(".")
        inside = tables.catalogue().field(self.entry.field).inside
        words = check_vocabulary()
        if table == self.object or (table == "member" and self.object == "former_member"):
            return words.resolve(inside if self.object != "household" else f"household.{inside}", self.object)
        if self.object == "household":
            return words.resolve(f"{'this_year' if table == 'income_year' else table}.{inside}", "household")
        return words.resolve(f"{table}.{name}", self.object)


def finding_code(code: str) -> str:
    """The code of the findings of a check: DQ07 gives FP-DQ-007."""
    return f"FP-DQ-{int(code[2:]):03d}"


@cache
def checks() -> tuple[Check, ...]:
    """Every check that ships, by code."""
    return read(rules_root() / "checks")


def read(folder: Path) -> tuple[Check, ...]:
    """The checks of a folder, by code.

    Raises:
        DocumentError: a file does not load, with its place.
    """
    found: dict[str, Check] = {}
    for path in sorted(folder.glob("*.yaml")):
        for check in _file(path):
            if check.code in found:
                raise _error(
                    "FP-CHECKS-001", Text("同一编号有两项疑点规则", "two checks with one code"), path.name, check.code
                )
            found[check.code] = check
    return tuple(sorted(found.values(), key=lambda c: int(c.code[2:])))


def _error(code: str, title: Text, place: str, read: str, remedy: Text | None = None) -> DocumentError:
    return DocumentError(code, title, place=place, read=read, remedy=remedy)


@dataclass(frozen=True)
class _Reader:
    """One file being read."""

    name: str
    places: Places
    context: Context

    def place(self, *loc: str) -> str:
        line, column = self.places.of_value(loc)
        return f"{self.name}:{line}:{column}"

    def tree(self, text: str, scope: t.Scope, *loc: str) -> t.Node:
        line, column = self.places.of_value(loc)
        return parse(text, replace(self.context, line=line, column=column), scope=scope)


def _file(path: Path) -> Iterator[Check]:
    data, places = parse_yaml(path.read_text("utf-8"), path.name)
    document = validate(data, CheckFile, places, path.name)
    definitions: dict[str, tuple[str, t.Node]] = {}
    reader = _Reader(path.name, places, Context(check_vocabulary(), {}, definitions, path.name))
    scopes: tuple[tuple[t.Scope, Mapping[str, str]], ...] = (
        ("member", document.define.member),
        ("household", document.define.household),
    )
    for scope, texts in scopes:
        for name, text in texts.items():
            definitions[name] = (scope, reader.tree(text, scope, "define", scope, name))
    for code, entry in document.checks.items():
        yield _check(reader, document, code, entry)


def _check(reader: _Reader, document: CheckFile, code: str, entry: Entry) -> Check:
    if not CODE.fullmatch(code):
        raise _error(
            "FP-CHECKS-002",
            Text("编号应为 DQ 加两到三位数字", "a code is DQ and two or three digits"),
            reader.place("checks", code),
            code,
        )
    reader = _with_parameters(reader, entry)
    entry = entry.model_copy(update={"message": _filled(entry)})
    rule = None if entry.rule is None else reader.tree(entry.rule, entry.object, "checks", code, "rule")
    only = None if entry.only is None else reader.tree(entry.only, "household", "checks", code, "only")
    if entry.function is not None and entry.function not in FUNCTIONS:
        guess = nearest(entry.function, FUNCTIONS)
        raise _error(
            "FP-CHECKS-003",
            Text("没有这个核对函数", "there is no such function"),
            reader.place("checks", code, "function"),
            entry.function,
            Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None,
        )
    for i, path in enumerate([entry.field, *entry.needs]):
        _known_field(reader, code, path, "needs" if i else "field")
    _known_facts(reader, code, entry)
    given = {n: getattr(entry, n) or getattr(document, n) for n in ("remedy", "source", "state", "effective")}
    for name in ("remedy", "source", "state"):
        if given[name] is None:
            raise _error(
                "FP-DOCUMENT-004",
                Text("缺少必要的键", "a required key is missing"),
                reader.place("checks", code),
                f"{code}.{name}",
            )
    return Check(
        code,
        reader.name,
        document.title.text(),
        entry,
        rule,
        only,
        given["remedy"].text(),
        given["source"],
        given["state"],
        given["effective"] or Period(),
    )


def _with_parameters(reader: _Reader, entry: Entry) -> _Reader:
    """The reader for a check that has values of its own."""
    own = {name: Parameter(bound.value, bound.unit) for name, bound in entry.parameters.items()}
    return replace(reader, context=replace(reader.context, parameters=own))


def _filled(entry: Entry) -> Pair:
    """The message with the values of the check in it."""
    zh, en = entry.message.zh, entry.message.en
    for name, bound in entry.parameters.items():
        zh, en = (text.replace(f"{{{name}}}", str(bound.value)) for text in (zh, en))
    return Pair(zh=zh, en=en)


def _known_field(reader: _Reader, code: str, path: str, key: str) -> None:
    try:
        tables.catalogue().field(path)
    except LookupError as error:
        raise _error(
            "FP-CHECKS-004",
            Text("没有这个字段", "there is no such field"),
            reader.place("checks", code, key),
            path,
            Text(str(error), str(error)),
        ) from error


def _known_facts(reader: _Reader, code: str, entry: Entry) -> None:
    """Every fact a message shows is a column of the object (or, from a function, one of its own values)."""
    own = FUNCTIONS[entry.function].values if entry.function else ()
    for text in (entry.message.zh, entry.message.en):
        for name in PLACE.findall(text):
            if name not in own and check_vocabulary().resolve(name, entry.object) is None:
                raise _error(
                    "FP-CHECKS-005",
                    Text("说明里写的事实不是本对象的列", "a fact of the message is no column"),
                    reader.place("checks", code, "message"),
                    name,
                )
