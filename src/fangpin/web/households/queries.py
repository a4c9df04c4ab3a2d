"""What the pages of households read: the list with its filters, one household laid out, a village at a glance.

Reads   registers.queries (scoped), the core's explanation
Gives   Filters and listing; page_of (one household as a page reads it); villages, village
Keeps   nothing outside the scope is read or counted; health facts only where `health.read` reaches
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr
from django.utils import timezone

from fangpin import tables
from fangpin.identification.verdict import STATUSES
from fangpin.reference import regions
from fangpin.tables import Field, Table
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import Text
from fangpin.web.accounts.scope import Scope
from fangpin.web.households.words import SECTIONS, shown
from fangpin.web.registers import queries as registers
from fangpin.web.registers.columns import columns
from fangpin.web.registers.facts import ROW
from fangpin.web.registers.models import CurrentHousehold

PAGE = 50
SORTS: Mapping[str, tuple[str, ...]] = {
    "place": ("region_code", "natural_village", "household_id"),
    "name": ("head_pinyin", "household_id"),
    "status": ("status", "region_code", "household_id"),
    "income": ("income", "household_id"),
    "few": ("asked", "region_code", "household_id"),
    "asked": ("-asked", "region_code", "household_id"),
    "fresh": ("fresh_on", "household_id"),
    "persons": ("-persons", "household_id"),
}
STALE_AFTER = timedelta(days=365)


# -- the list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to, as its address says."""

    q: str = ""
    place: str = ""
    status: tuple[str, ...] = ()
    group: str = ""
    ask: str = ""
    stale: bool = False
    sort: str = "place"

    @classmethod
    def read(cls, data: Any) -> Filters:
        """From the query of an address; what is not known is left out."""
        return cls(
            q=" ".join(data.get("q", "").split())[:64],
            place="".join(c for c in data.get("place", "") if c.isdigit())[:12],
            status=tuple(s for s in data.getlist("status") if s in STATUSES),
            group=data.get("group", "")[:20],
            ask=data.get("ask", "") if data.get("ask", "") in ("1", "3") else "",
            stale=data.get("stale", "") == "1",
            sort=data.get("sort", "place") if data.get("sort", "place") in SORTS else "place",
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return any((self.q, self.place, self.status, self.group, self.ask, self.stale))

    def pairs(self) -> list[tuple[str, str]]:
        """As pairs of an address, without what is as it is anyway."""
        found = [("q", self.q), ("place", self.place), ("group", self.group), ("ask", self.ask)]
        found += [("status", s) for s in self.status] + [("stale", "1" if self.stale else "")]
        return [(k, v) for k, v in found if v] + ([("sort", self.sort)] if self.sort != "place" else [])


def listing(scope: Scope, filters: Filters, rows: QuerySet[CurrentHousehold]) -> QuerySet[CurrentHousehold]:
    """The households of a list, in its order; ``rows`` are those within the scope."""
    if filters.q:
        rows = registers.search(rows, filters.q, numbers=scope.may("identity.find"))
    if filters.place:
        rows = rows.filter(region_code__startswith=filters.place)
    if filters.status:
        rows = rows.filter(status__in=filters.status)
    if filters.group:
        rows = rows.filter(monitor_group=filters.group)
    if filters.ask:
        rows = rows.filter(asked__gt=0, asked__lte=3) if filters.ask == "3" else rows.filter(asked__gt=0)
    if filters.stale:
        rows = rows.filter(Q(fresh_on__lt=timezone.localdate() - STALE_AFTER) | Q(fresh_on=None))
    order = SORTS[filters.sort]
    if filters.sort == "income":
        return rows.order_by(F("income").asc(nulls_last=True), "household_id")
    return rows.order_by(*order)


@dataclass(frozen=True)
class PlaceChoice:
    """A place that the list can be narrowed to."""

    code: str
    name: str
    n: int
    deep: bool


def place_choices(rows: QuerySet[CurrentHousehold], lang: str) -> list[PlaceChoice]:
    """Townships and villages that have households of these, with how many; one query."""
    counted = rows.order_by().values("region_code").annotate(n=Count("id")).order_by("region_code")
    counts = {row["region_code"]: row["n"] for row in counted}
    towns: dict[str, int] = {}
    for code, n in counts.items():
        towns[code[:9]] = towns.get(code[:9], 0) + n
    found: list[PlaceChoice] = []
    for town in sorted(towns):
        if len(towns) > 1:
            found.append(PlaceChoice(town, place_name(town.ljust(12, "0"), lang), towns[town], False))
        villages = sorted(code for code in counts if code.startswith(town))
        found += [PlaceChoice(code, place_name(code, lang), counts[code], True) for code in villages]
    return found


def place_name(code: str, lang: str) -> str:
    """The own name of a place; its code where it has none."""
    return (regions.name(code, lang) if regions.exists(code) else "") or code


# -- one household -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """A fact as a page shows it: its words, its value (None: unknown), whether it is asked."""

    field: Field
    label: str
    value: str | None
    asked: bool
    masked: bool = False
    hidden: bool = False
    question: str = ""

    @property
    def path(self) -> str:
        return self.field.path


@dataclass(frozen=True)
class RowOf:
    """One row of a table with its facts, and since when and from whom they are known."""

    key: str
    title: str
    facts: Sequence[Fact]
    row_id: int | None = None
    known_at: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Section:
    """Facts under one heading."""

    title: str
    table: str
    rows: Sequence[RowOf]


@dataclass
class Page:
    """A household as its page reads it."""

    now: CurrentHousehold
    one: registers.Household
    place: str
    status: str
    explanation: Mapping[str, Any] | None
    trouble: FangpinError | None
    asks: Sequence[Mapping[str, Any]]
    basics: RowOf
    members: Sequence[RowOf]
    sections: Sequence[Section] = field(default_factory=list)


def page_of(scope: Scope, household_id: str, lang: str, day: date | None = None) -> Page:
    """All that a page shows of a household.

    Raises:
        Missing: it is not there, or outside the scope.
    """
    one = registers.household(scope, household_id, day)
    now = one.current or registers.current(scope, household_id)
    healthy = scope.covers(
        "health.read", region_code=now.region_code, household_id=household_id, group=now.natural_village
    )
    explanation: Mapping[str, Any] | None = None
    trouble: FangpinError | None = None
    try:
        explanation = registers.explanation_of(scope, household_id, lang).to_json(lang)
    except FangpinError as error:
        trouble = error
    asks = _asks(explanation, healthy)
    layout = _Layout(one, {a["fact"]: a for a in asks}, healthy, lang)
    if explanation is not None and not healthy:
        explanation = _without_health(explanation, lang)
    return Page(
        now=now,
        one=one,
        place=regions.full_name(now.region_code, lang) if regions.exists(now.region_code) else now.region_code,
        status=STATUSES[now.status](lang) if now.status in STATUSES else "",
        explanation=explanation,
        trouble=trouble,
        asks=asks,
        basics=layout.row("household", one.head),
        members=[layout.row("member", row) for row in one.rows.get("member", [])],
        sections=[
            Section(title(lang), name, [layout.row(name, row) for row in one.rows.get(name, [])])
            for title, names in SECTIONS
            for name in names
        ],
    )


def _asks(explanation: Mapping[str, Any] | None, healthy: bool) -> list[dict[str, Any]]:
    """The questions, those of health only for people who may read health."""
    if explanation is None:
        return []
    found = []
    for question in explanation["questions"]:
        path, _, person = question["fact"].partition("@")
        sensitive = path != "household.roster" and tables.catalogue().field(path).privacy == "sensitive"
        if healthy or not sensitive:
            found.append({**question, "path": path, "person": person})
    return found


def _without_health(explanation: Mapping[str, Any], lang: str) -> Mapping[str, Any]:
    """The explanation for people who may not read health: results, no sentences about it."""
    hidden = Text("涉及健康，按权限不显示", "about health; not shown to this duty")(lang)
    reasons = [
        {
            **r,
            "sentence": f"{r['name']}：{hidden}" if lang == "zh" else f"{r['name']}: {hidden}",
            "facts": [],
            "change": "",
        }
        if r["dimension"] == "health"
        else r
        for r in explanation["reasons"]
    ]
    return {**explanation, "reasons": reasons}


class _Layout:
    """Rows of a household as facts."""

    def __init__(
        self, one: registers.Household, asked: Mapping[str, Mapping[str, Any]], healthy: bool, lang: str
    ) -> None:
        self.one, self.asked, self.healthy, self.lang = one, asked, healthy, lang

    def row(self, name: str, row: Mapping[str, Any]) -> RowOf:
        """One row: keys and version columns are left out."""
        about, table = columns(name), tables.catalogue().table(name)
        facts = [self._fact(name, table, inside, row) for inside in about.facts]
        origin = self.one.origin(row)
        known = row.get("known_at") or (origin.published.date() if origin and origin.published else None)
        said = row.get("source") or (str(origin) if origin else "")
        return RowOf(registers.key_of(name, row), self._title(name, row), facts, row.get(ROW), known, said)

    def _fact(self, name: str, table: Table, inside: str, row: Mapping[str, Any]) -> Fact:
        about = columns(name).fields[inside]
        person = f"@{row['person_id']}" if name == "member" else ""
        question = self.asked.get(f"{about.path}{person}")
        hidden = about.privacy == "sensitive" and not self.healthy
        sealed = inside in columns(name).sealed
        value = None
        if sealed:
            value = self.one.masked(name, row, inside) or None
        elif not hidden:
            value = shown(about, row.get(inside), self.lang)
        return Fact(
            field=about,
            label=about.label(self.lang),
            value=value,
            asked=question is not None,
            masked=sealed and value is not None,
            hidden=hidden,
            question=question["question"] if question else "",
        )

    def _title(self, name: str, row: Mapping[str, Any]) -> str:
        if name == "member":
            relation = columns(name).fields["relation_to_head"]
            word = shown(relation, row.get("relation_to_head"), self.lang) or ""
            return f"{row.get('name') or row['person_id']} {word}".strip()
        if name == "income_year":
            return str(row.get("year") or "")
        return ""


# -- villages ----------------------------------------------------------------------------------------------------------


SMALLEST = 5
"""Counts below this are not shown to people who may not see the households themselves."""


@dataclass(frozen=True)
class Village:
    """A village at a glance; None where a count is too small to be shown to this person."""

    code: str
    name: str
    households: int | None
    persons: int | None
    sure: int | None
    to_ask: int | None
    questions: int | None
    stale: int | None
    town: str = ""


def villages(scope: Scope, lang: str, place: str = "") -> list[Village]:
    """Every village within the scope: households, persons, those sure, those to ask, those whose facts are old."""
    old = Q(fresh_on__lt=timezone.localdate() - STALE_AFTER) | Q(fresh_on=None)
    rows = registers.households(scope, "aggregate.read")
    if place:
        rows = rows.filter(region_code__startswith=place)
    counted = (
        rows.annotate(village=Substr("region_code", 1, 12))
        .values("village")
        .annotate(
            households=Count("id"),
            people=Sum("persons"),
            sure=Count("id", filter=Q(status="low_income")),
            to_ask=Count("id", filter=Q(status="needs_visit")),
            questions=Sum("asked"),
            stale=Count("id", filter=old),
        )
        .order_by("village")
    )
    least = 0 if scope.may("household.read") else SMALLEST
    return [_village(row, lang, least) for row in counted]


def _village(row: Mapping[str, Any], lang: str, least: int) -> Village:
    """A row of counts; small ones, and what could be told from them, are left out."""
    said = {name: row[name] or 0 for name in ("households", "sure", "to_ask", "questions", "stale")}
    said["persons"] = row["people"] or 0
    few = said["households"] < least
    shown_: dict[str, int | None] = {name: None if few or 0 < n < least else n for name, n in said.items()}
    town = place_name(row["village"][:9].ljust(12, "0"), lang)
    return Village(code=row["village"], name=place_name(row["village"], lang), town=town, **shown_)


def status_counts(rows: QuerySet[CurrentHousehold]) -> dict[str, int]:
    """Households by status; one query."""
    found = rows.order_by().values("status").annotate(n=Count("id"))
    counts = {row["status"]: row["n"] for row in found}
    return {status: counts[status] for status in [*STATUSES, ""] if counts.get(status)}
