"""Reading the registers, scoped: every list, page, export, chart and job asks here.

Reads   the current projection for lists and search, version tables for one household, results of runs
Gives   households, members (querysets of the current projection within a scope); search; household (all that holds of
        one household on a day, canonical rows by table); timeline and field_history; verdict_of and explanation_of;
        batches, jobs' own data; region_counts
Keeps   what is outside the scope is neither given nor counted; encrypted columns come masked, never in the clear

How to use it::

    from fangpin.web.registers import queries
    rows = queries.households(request.scope)                       # QuerySet[CurrentHousehold], scoped, current
    rows = queries.search(rows, "王小明")                           # name, pinyin, household number, identity number
    page = rows.filter(status="needs_visit").order_by("region_code", "household_id")[:50]
    one = queries.household(request.scope, household_id)           # Household; raises Denied or Missing
    one.head, one.rows["member"], one.rows["living"][0]["house_grade"], one.masked("member", row, "id_number")
    queries.timeline(request.scope, household_id)                  # newest first: [Change(batch, table, key, fields)]
    queries.explanation_of(request.scope, household_id, lang)      # the core's Explanation

Writing is in ``registers.actions``: ``edit(by=…, household_id=…, table=…, key=…, values=…, reason=…)`` adds a version,
decides the household anew and tells what changed; a sealed column is given in the clear and is encrypted on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from fangpin.identification.explain import Explanation
from fangpin.vocabulary.identity_numbers import is_right, lengthened, normal
from fangpin.vocabulary.masking import mask_number
from fangpin.web.accounts.scope import Denied, Scope
from fangpin.web.registers import bulk, runs
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import TABLES, columns
from fangpin.web.registers.crypto import ring
from fangpin.web.registers.facts import BATCH, REPLACES, ROW, Seen, Within, as_of, frames
from fangpin.web.registers.models import CurrentHousehold, CurrentMember, Shown, Verdict

GROUP = "natural_village"
"""The field of a household that names its villagers' group."""


class Missing(Http404):
    """No such household, as far as this person may know."""


def generation() -> int:
    """The generation of the current projection that is shown."""
    return Shown.objects.values_list("generation", flat=True).filter(pk=1).first() or 0


# -- lists and search --------------------------------------------------------------------------------------------------


def households(scope: Scope, action: str = "household.read") -> QuerySet[CurrentHousehold]:
    """The households that the action may reach, as of today."""
    return scope.filter(CurrentHousehold.objects.filter(generation=generation()), action, group=GROUP)


def members(scope: Scope, action: str = "household.read") -> QuerySet[CurrentMember]:
    """The members of those households. A duty that is bound to a group or to households goes through the households."""
    rows = CurrentMember.objects.filter(generation=generation())
    if any(grant.group or grant.reach != "region" for grant in scope.grants(action)):
        return rows.filter(household_id__in=households(scope, action).values("household_id"))
    return scope.filter(rows, action)


def search(rows: QuerySet[CurrentHousehold], text: str, *, numbers: bool = True) -> QuerySet[CurrentHousehold]:
    """Households by name (of anybody in them), pinyin or its initials, household number, identity number or phone.

    Args:
        rows: What ``households`` gave.
        text: What was typed.
        numbers: Whether full identity numbers and phones are looked up (action ``identity.find``).
    """
    text = " ".join(text.split())[:64]
    if not text:
        return rows
    number = normal(text)
    people = CurrentMember.objects.filter(generation=generation())
    if number.isascii() and any(c.isdigit() for c in number):
        found = Q(household_id=text) | Q(household_id__startswith=text)
        if numbers and (is_right(number) or lengthened(number) or (number.isdigit() and len(number) >= 7)):
            index = ring().index(text)
            found |= Q(head_index=index) | Q(phone_index=index)
            found |= Q(household_id__in=people.filter(number_index=index).values("household_id"))
        return rows.filter(found)
    if text.isascii():
        key = text.lower().replace(" ", "")
        inside = people.filter(Q(pinyin__startswith=key) | Q(pinyin__endswith=f" {key}"))
        heads = Q(head_pinyin__startswith=key) | Q(head_pinyin__endswith=f" {key}")
        return rows.filter(heads | Q(household_id__in=inside.values("household_id")) | Q(household_id__startswith=text))
    inside = people.filter(name__startswith=text)
    place = Q(natural_village__startswith=text)
    return rows.filter(Q(head_name__startswith=text) | place | Q(household_id__in=inside.values("household_id")))


def region_counts(scope: Scope, digits: int = 12, action: str = "household.read") -> dict[str, int]:
    """Households by region, the codes cut to so many digits."""
    from django.db.models.functions import Substr

    rows = households(scope, action).annotate(place=Substr("region_code", 1, digits)).values("place")
    return {row["place"]: row["n"] for row in rows.annotate(n=Count("id")).order_by("place")}


# -- one household -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Household:
    """All that holds of one household on a day: canonical rows by table, by inside names.

    Each row also has ``row_id`` and ``batch_id``; an encrypted column stands under
    ``NAME_id`` as a reference, and ``masked`` shows it.
    """

    household_id: str
    day: date
    rows: Mapping[str, list[dict[str, Any]]]
    batches: Mapping[int, Batch]
    current: CurrentHousehold | None = None
    _values: dict[str, dict[int, str]] = field(default_factory=dict, repr=False)

    @property
    def head(self) -> dict[str, Any]:
        """Its row of the table of households."""
        return self.rows["household"][0]

    def masked(self, table: str, row: Mapping[str, Any], column: str) -> str:
        """An encrypted value as it may be shown; empty where there is none."""
        return mask_number(self.clear(table, row, column))

    def clear(self, table: str, row: Mapping[str, Any], column: str) -> str:
        """An encrypted value in the clear: only where a reason was given and recorded (``identity.reveal``)."""
        reference = row.get(columns(table).stored(column))
        if reference is None:
            return ""
        path = columns(table).sealed[column]
        known = self._values.setdefault(path, {})
        if reference not in known:
            stored = columns(table).stored(column)
            wanted = [r[stored] for r in self.rows[table] if r.get(stored) is not None]
            known.update(bulk.unsealed(path, wanted))
        return known.get(reference, "")

    def origin(self, row: Mapping[str, Any]) -> Batch | None:
        """The write that a row came with."""
        return self.batches.get(row[BATCH])


def current(scope: Scope, household_id: str, action: str = "household.read") -> CurrentHousehold:
    """The row of one household in the current projection.

    Raises:
        Missing: there is none, or it is outside the scope.
    """
    found = households(scope, action).filter(household_id=household_id).first()
    if found is None:
        raise Missing(household_id)
    return found


def household(scope: Scope, household_id: str, day: date | None = None, action: str = "household.read") -> Household:
    """All that holds of a household on a day (today if not given), as the core chooses it.

    Raises:
        Missing: it is not there, or outside the scope.
    """
    return _household(current(scope, household_id, action), day or timezone.localdate())


def _household(now: CurrentHousehold, day: date, seen: Seen | None = None) -> Household:
    every = frames(within=Within((), (now.household_id,)), seen=seen)
    kept = {name: frame.select(ROW, BATCH) for name, frame in every.items()}
    found = as_of({name: frame.drop(BATCH) for name, frame in every.items()}, day)
    rows = {
        name: frame.join(kept[name], on=ROW, how="left", maintain_order="left").to_dicts()
        for name, frame in found.items()
    }
    used = {row[BATCH] for some in rows.values() for row in some}
    return Household(now.household_id, day, rows, Batch.objects.select_related("by").in_bulk(used), now)


@dataclass(frozen=True)
class Change:
    """What one write said of one row: ``fields`` maps inside names to (before, after); encrypted ones masked."""

    batch: Batch
    table: str
    key: str
    fields: Mapping[str, tuple[Any, Any]]
    added: bool


def timeline(scope: Scope, household_id: str, action: str = "household.read") -> list[Change]:
    """All that was written about a household, newest first.

    Raises:
        Missing: it is not there, or outside the scope.
    """
    return _timeline(current(scope, household_id, action).household_id)


def _timeline(household_id: str) -> list[Change]:
    every = frames(within=Within((), (household_id,)))
    batches = Batch.objects.select_related("by").in_bulk(
        {b for f in every.values() for b in f[BATCH].unique().to_list()}
    )
    changes = [
        Change(batches[row[BATCH]], name, key_of(name, row), changed_fields(name, before, row), before is None)
        for name, frame in every.items()
        for row, before in _with_before(name, frame)
    ]
    changes = [c for c in changes if c.fields]
    return sorted(changes, key=lambda c: (c.batch.published or c.batch.created, c.batch.pk), reverse=True)


def field_history(scope: Scope, household_id: str, table: str, column: str, person_id: str = "") -> list[Change]:
    """The writes that changed one field of a household or of a member, newest first."""
    key = f"{household_id}/{person_id}" if person_id else household_id
    return [c for c in timeline(scope, household_id) if c.table == table and c.key == key and column in c.fields]


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """How a row is called: ``household_id``, or ``household_id/person_id``."""
    return f"{row['household_id']}/{row['person_id']}" if table == "member" else str(row["household_id"])


def _with_before(name: str, frame: pl.DataFrame) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each row with the one it followed: the one it replaces, else the last of its key."""
    by_id: dict[int, dict[str, Any]] = {}
    last: dict[tuple[Any, ...], dict[str, Any]] = {}
    found = []
    for row in frame.iter_rows(named=True):
        key = tuple(row.get(columns(name).stored(k)) for k in columns(name).key)
        before = by_id.get(row[REPLACES]) if row[REPLACES] is not None else last.get(key)
        by_id[row[ROW]] = last[key] = row
        found.append((row, before))
    return found


def changed_fields(name: str, before: Mapping[str, Any] | None, row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields in which two rows differ; encrypted ones masked."""
    about = columns(name)
    found = {}
    for fact in (*about.facts, "valid_from", "valid_to"):
        stored = about.stored(fact)
        old, new = (before or {}).get(stored), row.get(stored)
        if old == new:
            continue
        if fact in about.sealed:
            ids = [i for i in (old, new) if i is not None]
            values = bulk.unsealed(about.sealed[fact], ids)
            old, new = (mask_number(values.get(i)) if i is not None else None for i in (old, new))
        found[fact] = (old, new)
    return found


# -- rule results ------------------------------------------------------------------------------------------------------


def verdict_of(scope: Scope, household_id: str) -> Verdict | None:
    """The rule result that is shown for a household; None before any run.

    Raises:
        Missing: the household is not there, or outside the scope.
    """
    now = current(scope, household_id)
    return Verdict.objects.select_related("run").filter(pk=now.verdict_id).first() if now.verdict_id else None


def explanation_of(scope: Scope, household_id: str, lang: str = "zh") -> Explanation:
    """Why a household has the result that is shown: under the standard and on the day of its run.

    Raises:
        Missing: the household is not there, or outside the scope.
        UnusableInput: it was not known on the day of the run.
    """
    verdict = verdict_of(scope, household_id)
    return runs.explanation(household_id, verdict.run if verdict else None, lang)


# -- batches -----------------------------------------------------------------------------------------------------------


def batches(scope: Scope, action: str = "import.read", kinds: Sequence[str] = ()) -> QuerySet[Batch]:
    """The writes that a person may see: imports of their regions, the newest first."""
    rows = scope.filter(Batch.objects.select_related("by"), action, household=None, department="department")
    return rows.filter(kind__in=kinds) if kinds else rows


def batch(scope: Scope, number: int, action: str = "import.read") -> Batch:
    """One of them.

    Raises:
        Missing: there is none, or it is outside the scope.
    """
    found = batches(scope, action).filter(pk=number).first()
    if found is None:
        raise Missing(str(number))
    return found


__all__ = [
    "TABLES",
    "Change",
    "Denied",
    "Household",
    "Missing",
    "batch",
    "batches",
    "changed_fields",
    "current",
    "explanation_of",
    "field_history",
    "generation",
    "household",
    "households",
    "key_of",
    "members",
    "region_counts",
    "search",
    "timeline",
    "verdict_of",
]
