"""Worked cases: tests as data, written beside the rule so that a clerk can object.

Reads   rules/**/cases/*.yaml
Gives   load(), run(case) → what differs from what the case expects, on every reader of the rules
Keeps   one file runs on the interpreter and on the engine; 是, 否, 未知 are words here, not YAML booleans
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field

from fangpin.identification.ask import ask, veto_of
from fangpin.identification.decide import decide
from fangpin.identification.groups import group_of
from fangpin.identification.income_test import income_status
from fangpin.identification.open_households import records
from fangpin.identification.record import Record
from fangpin.identification.verdict import STATUSES, decide_status, route_of, schema
from fangpin.intake import read_batch
from fangpin.language.documents import rules_root
from fangpin.language.interpret import evaluate
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.standards.resolve import Sources, read_day, resolve
from fangpin.tables.yaml_file import Strict, parse, validate
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

WORDS: dict[str, bool | None] = {"是": True, "否": False, "未知": None}
KEYS = {"户": "household_id", "人": "person_id"}
TABLES = ("household", "member", "income_year", "living")
READERS = ("interpreter", "engine")
NO_VERDICT = "没有判定"


class CaseDocument(Strict):
    """One case: rows of any table as text, and what is expected of each household.

    ``line_is`` says what the lower line must say of itself (``estimated``, ``outdated``, ``verified``, ``year``);
    ``refused`` is a part of the message with which the standard must be refused.
    """

    name: str
    standard: str | None = None
    as_of: str | None = None
    region: str | None = None
    overlay: str | None = None
    changes: dict[str, Any] = {}
    household: str = ""
    member: str = ""
    income_year: str = ""
    living: str = ""
    expect: dict[str, str | dict[str, Any]] = {}
    line_is: dict[str, Any] = {}
    refused: str | None = None


class CaseFile(Strict):
    """A file of cases; what stands at its head holds for every case that does not say otherwise."""

    indicator: str | None = None
    title: str = ""
    standard: str = "national/seed_2021"
    as_of: str = "2021-06-30"
    region: str | None = None
    changes: dict[str, Any] = {}
    cases: list[CaseDocument] = Field(min_length=1)


@dataclass(frozen=True)
class Case:
    """A case ready to run, with its place."""

    file: str
    line: int
    standard: str
    as_of: str
    region: str | None
    overlay: Path | None
    changes: Mapping[str, Any]
    indicator: str | None
    document: CaseDocument

    @property
    def name(self) -> str:
        return self.document.name

    def resolved(self) -> Standard:
        """The standard the case is about. Raises UnusableInput where the case expects a refusal."""
        overlays = (self.overlay,) if self.overlay else ()
        return _resolved(
            Sources(self.standard, self.region, read_day(self.as_of), overlays),
            repr(sorted(self.changes.items(), key=str)),
            _Hidden(self.changes),
        )


class _Hidden:
    """Changes carried past the cache key, which names them already."""

    def __init__(self, changes: Mapping[str, Any]) -> None:
        self.changes = changes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=512)
def _resolved_cached(
    standard: str, region: str | None, day: Any, overlays: tuple[Path, ...], key: str, hidden: _Hidden
) -> Standard:
    return resolve(Sources(standard, region, day, overlays, hidden.changes))


def _resolved(sources: Sources, key: str, hidden: _Hidden) -> Standard:
    return _resolved_cached(sources.id, sources.region, sources.as_of, sources.overlays, key, hidden)


def load(root: Path | None = None) -> list[Case]:
    """Every case under ``rules/`` (or another root), in the order of files and lines.

    Raises:
        DocumentError: a file that does not load, with its place.
    """
    root = root or rules_root()
    return [case for path in sorted(root.glob("**/cases/*.yaml")) for case in read(path, root)]


def read(path: Path, root: Path | None = None) -> Iterator[Case]:
    """The cases of one file."""
    name = path.relative_to(root).as_posix() if root else path.name
    data, places = parse(path.read_text("utf-8"), name)
    document = validate(data, CaseFile, places, name)
    for i, case in enumerate(document.cases):
        line, _ = places.of(("cases", i))
        overlay = path.parent / case.overlay if case.overlay else None
        yield Case(
            name,
            line,
            case.standard or document.standard,
            case.as_of or document.as_of,
            case.region if case.region is not None else document.region,
            overlay,
            {**document.changes, **case.changes},
            document.indicator,
            case,
        )


# -- rows ---------------------------------------------------------------------------------------------------
def rows(text: str) -> list[dict[str, str]]:
    """The rows of a table written with ``|``; an empty cell is blank."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    heads = [KEYS.get(h.strip(), h.strip()) for h in lines[0].split("|")]
    out = []
    for line in lines[1:]:
        cells = [c.strip() for c in line.split("|")]
        cells += [""] * (len(heads) - len(cells))
        out.append(dict(zip(heads, cells, strict=False)))
    return out


def registry_of(document: CaseDocument) -> Registry:
    """The rows of a case through the front door; households named anywhere exist."""
    found = {table: rows(getattr(document, table)) for table in TABLES}
    named = dict.fromkeys([*document.expect, *(r["household_id"] for t in TABLES for r in found[t])])
    given = {r["household_id"] for r in found["household"]}
    found["household"] += [{"household_id": h} for h in named if h not in given]
    for i, row in enumerate(found["member"]):
        row.setdefault("person_id", f"p{i + 1}")
    frames = {
        t: pl.DataFrame(r, schema=dict.fromkeys(dict.fromkeys(k for row in r for k in row), pl.String)).with_columns(
            pl.all().replace("", None)
        )
        for t, r in found.items()
        if r
    }
    return Registry(read_batch(frames))


# -- readers ------------------------------------------------------------------------------------------------
def answers(case: Case, reader: str) -> dict[str, dict[str, Any]]:
    """The verdict rows of a case by household, from one reader of the rules."""
    standard = case.resolved()
    registry = registry_of(case.document)
    frames = registry.rows_on(registry.load(), standard.as_of)
    income, _ = registry.income_on(frames, standard.as_of)
    frames = {**frames, "income": income}
    if reader == "engine":
        return {r["household_id"]: r for r in decide(frames, standard).iter_rows(named=True)}
    ids = frames["household"].select("household_id")
    return {str(r.household["household_id"]): one_row(r, standard) for r in records(frames, ids, standard.as_of)}


def one_row(record: Record, standard: Standard) -> dict[str, Any]:
    """The verdict row of one household through the plain interpreter."""
    facts, income = record.facts(), record.income(standard.concept)
    truths = {i.code: evaluate(i.node, facts) for i in (*standard.indicators, *standard.veto)}
    true = sum(truths[c] is True for c in standard.counted)
    unknown = sum(truths[c] is None for c in standard.counted)
    by_income, veto = income_status(income, standard), veto_of(standard, facts)
    group, group_open = group_of(record, standard.regime)
    asked, least = ask(record, standard)
    shown = None if income.per_person is None else to_yuan(income.per_person)
    row = {
        "household_id": record.household["household_id"],
        "region_code": record.household.get("region_code"),
        "status": decide_status(by_income, true, unknown, standard.k, veto),
        "route": route_of(by_income, true, standard.k),
        "income_status": by_income,
        "income": shown,
        "line": standard.lower.yuan,
        "line_upper": standard.upper.yuan,
        "margin": None if shown is None else shown - standard.lower.yuan,
        "count_true": true,
        "count_unknown": unknown,
        **truths,
        "veto": veto,
        "target_group": group,
        "target_group_open": group_open,
        "ask": asked,
        "ask_least": least,
    }
    return {name: row[name] for name in schema(standard)}


# -- running ------------------------------------------------------------------------------------------------
def run(case: Case) -> list[str]:
    """What differs from what the case expects, one line each; nothing where it holds."""
    try:
        case.resolved()
    except UnusableInput as error:
        if case.document.refused is not None and case.document.refused in error.message("zh"):
            return []
        return [f"{case.file}:{case.line} {case.name}: {error.message('zh')}"]
    if case.document.refused is not None:
        return [f"{case.file}:{case.line} {case.name}: 应当拒绝（{case.document.refused}），实际可用"]
    out = [
        f"{case.file}:{case.line} {case.name}: line.{name} 应为 {want!r}，得到 {have!r}"
        for name, want, have in _line_differences(case)
    ]
    for reader in READERS:
        got = answers(case, reader)
        for household, wanted in case.document.expect.items():
            if (household in got) is (wanted == NO_VERDICT):
                found = "有判定" if household in got else NO_VERDICT
                out.append(f"{case.file}:{case.line} {case.name}: {household} {found}（{reader}）")
            if household not in got or wanted == NO_VERDICT:
                continue
            out += [
                f"{case.file}:{case.line} {case.name}: {household} {column} 应为 {want!r}，{reader} 得到 {have!r}"
                for column, want, have in _differences(case, wanted, got[household])
            ]
    return out


def _line_differences(case: Case) -> Iterator[tuple[str, Any, Any]]:
    line = case.resolved().lower
    for name, want in case.document.line_is.items():
        have, value = getattr(line, name), _value(name, want)
        if have != value:
            yield name, value, have


def _differences(case: Case, wanted: str | dict[str, Any], row: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    if not isinstance(wanted, dict):
        if case.indicator is None:
            raise DocumentError(
                "FP-CASE-001",
                Text("案例没有写指标", "the case names no indicator"),
                place=f"{case.file}:{case.line}",
                read=case.name,
            )
        wanted = {case.indicator: wanted}
    for column, want in wanted.items():
        if column not in row:
            yield column, want, Text("没有这一列", "no such column").zh
            continue
        value = _value(column, want)
        if column == "ask" and isinstance(value, list):
            if list(row["ask"]) != value:
                yield column, value, row["ask"]
        elif row[column] != value:
            yield column, value, row[column]


def _value(column: str, want: Any) -> Any:
    if isinstance(want, str):
        if want in WORDS:
            return WORDS[want]
        if column == "status":
            return next((code for code, label in STATUSES.items() if want in (code, label.zh)), want)
        if want == "无":
            return [] if column == "ask" else None
    if column in ("income", "line", "line_upper", "margin") and want is not None:
        return Decimal(str(want)).quantize(Decimal("0.01"))
    return want
