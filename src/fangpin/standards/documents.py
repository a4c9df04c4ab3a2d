"""What a standard and an overlay look like as documents; every key is declared here.

Gives   StandardDocument, OverlayDocument, `load_overlay`, `text_of`
Keeps   an unknown key, a wrong type or an impossible date refuses to load with file, line and column
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from fangpin.tables.yaml_file import Places, Strict, parse, validate
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.text import Text

Value = bool | int | float | str | list[str]


class Pair(Strict):
    """A text in both languages."""

    zh: str
    en: str


class PairList(Strict):
    """Several texts in both languages."""

    zh: list[str] = []
    en: list[str] = []

    @model_validator(mode="after")
    def _as_many(self) -> PairList:
        if len(self.zh) != len(self.en):
            raise ValueError(f"{len(self.zh)} in zh, {len(self.en)} in en")
        return self


class Source(Strict):
    """Where a rule or value comes from, and whether it was read there."""

    document: str
    place: str = ""
    verified: bool | Literal["derived", "memory"] = True
    legal_basis: str = ""
    note: str = ""


class Period(Strict):
    """From a day (included) until a day (excluded); None is open."""

    from_: date = Field(alias="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day < self.until)


class ParameterDocument(Strict):
    """A named value: its unit, who may set it and in which direction, its state and source."""

    value: Value
    unit: str | None = None
    label: Pair
    minimum: float | None = None
    maximum: float | None = None
    choices: list[str] | None = None
    set_by: Literal["national", "province", "county"] = "county"
    direction: Literal["any", "up", "down"] = "any"
    state: Literal["national", "local", "unverified", "ours"] = "ours"
    source: str = ""


class Definition(Strict):
    """A named condition used inside rules."""

    rule: str
    text: Pair


class Definitions(Strict):
    """Named conditions by scope."""

    member: dict[str, Definition] = {}
    household: dict[str, Definition] = {}


class IndicatorDocument(Strict):
    """A sub-indicator or a veto item."""

    name: Pair
    dimension: Literal["health", "education", "living"] | None = None
    rule: str
    text: Pair
    parameters: dict[str, ParameterDocument] = {}
    source: Source
    our_reading: PairList = PairList()


class LineDocument(Strict):
    """How the line is set."""

    form: Literal["share_of_median", "absolute_yuan", "multiple_of_dibao", "monitoring_line", "none"]
    yuan: float | None = None
    multiple: float | None = None
    dibao_per_month: float | None = None
    year: int | None = None
    relation: str = ""


class IncomeDocument(Strict):
    """The income test: concept, line, words, and the money it is in."""

    concept: Literal["net_income_pc", "adjusted_income_pc"]
    line: LineDocument
    text: Pair
    note: Pair | None = None
    name: Pair | None = None
    currency: Pair = Pair(zh="元", en="yuan")


class GroupsDocument(Strict):
    """The key groups of a regime: codes for what is recorded, and what the rule assigns."""

    names: dict[str, Pair]
    recorded: dict[str, str] = {}
    ex_poor: str | None = None
    ordinary: str | None = None
    sudden: str | None = None
    sudden_risks: list[str] = []


class MedianDocument(Strict):
    """A county's own median of disposable income."""

    yuan: float
    year: int
    published_on: date
    source: str = ""


class StandardDocument(Strict):
    """A standard as it stands in its file.

    ``base`` is the standard it changes, ``without`` what it takes away from it (indicators, veto items, parameters),
    ``changes`` says so in words; ``regime: none`` is for surveys of other countries, where no official group applies.
    """

    id: str
    title: Pair
    base: str | None = None
    effective: Period
    supersedes: str | None = None
    legal_basis: Pair
    source: Source
    income: IncomeDocument
    parameters: dict[str, ParameterDocument] = {}
    define: Definitions = Definitions()
    indicators: dict[str, IndicatorDocument] = {}
    veto: dict[str, IndicatorDocument] = {}
    groups: GroupsDocument | None = None
    regime: Literal["of the day", "none"] = "of the day"
    without: list[str] = []
    changes: PairList = PairList()
    open_questions: PairList = PairList()


class MonitoringLine(Strict):
    """A monitoring line, in yuan, or as a multiple of the local dibao standard."""

    yuan: float | None = None
    multiple_of: Literal["dibao"] | None = None
    value: float | None = None
    dibao: dict[str, Any] | None = None
    year: int | None = None


class OverlayDocument(Strict):
    """What one place sets differently, from when, and on what authority."""

    id: str = ""
    region: str | None = None
    changes: str
    effective: Period
    title: Pair | None = None
    parameters: dict[str, Value | ParameterChange] = {}
    line: LineDocument | None = None
    monitoring_line: MonitoringLine | None = None
    median: MedianDocument | None = None
    veto: dict[str, Literal["counts", "flag"]] = {}
    source: Source


class ParameterChange(Strict):
    """A changed value with its own source."""

    value: Value
    source: str = ""


OverlayDocument.model_rebuild()


def text_of(path: Path) -> str:
    """The text of a document. Raises DocumentError if it is not text in UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "FP-DOCUMENT-006",
            Text("文件不是 UTF-8 文字", "the file is not UTF-8 text"),
            place=path.name,
            remedy=Text("另存为 UTF-8", "save it as UTF-8"),
        ) from error


def load_overlay(path: Path) -> tuple[OverlayDocument, Places]:
    """An overlay's document. Raises DocumentError with place."""
    data, places = parse(text_of(path), path.name)
    return validate(data, OverlayDocument, places, path.name), places
