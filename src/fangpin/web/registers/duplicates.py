"""Persons who may be one: found in the background, looked at side by side, decided once, undone if wrong.

Gives   ask_find, find; queue (pairs of one's regions); pair, sides; different, same, undo
Not     how likely two records are one person (linkage)
Keeps   what was decided is never asked again; a merge keeps both histories and can be undone; a pair is shown only to
        those who may see both
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fangpin.engine.derive import GONE
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web.accounts.scope import Scope
from fangpin.web.accounts.scope import of as scope_of
from fangpin.web.audit.actions import record
from fangpin.web.jobs import actions as jobs
from fangpin.web.jobs.models import Job
from fangpin.web.registers import bulk, imports, linkage, preview, projection, queries
from fangpin.web.registers.actions import new_batch, settle, write_row
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import columns
from fangpin.web.registers.facts import Within, as_of, frames
from fangpin.web.registers.models import CurrentMember, DuplicatePair

FIND = "registers.find_duplicates"
NEVER = date(1900, 1, 1)
"""A row that ends before everything was never so."""
Decision = DuplicatePair.Decision
STEPS = (
    Text("比对证件号码", "comparing identity numbers"),
    Text("比对姓名、生日、村", "comparing names, dates, villages"),
)


# -- finding -----------------------------------------------------------------------------------------------------------


def ask_find(*, by: Any, region_code: str) -> Job:
    """Look for duplicates in the background."""
    scope_of(by).require("duplicate.decide", region_code=region_code)
    return jobs.start(FIND, by=by, title="", region_code=region_code, link="/registers/duplicates/")


def find(step: jobs.Progress | Any = None) -> dict[str, int]:
    """Look through all members as of today; pairs that were decided stay decided, others are made anew.

    Returns:
        How many pairs are open, by how they were found.
    """
    tell = step or (lambda done, total, what: None)
    members = _members()
    tell(0, 2, STEPS[0])
    number = linkage.same_number(members)
    tell(1, 2, STEPS[1])
    fuzzy = linkage.alike(members).join(number, on=["one", "other"], how="anti")
    places = dict(members.select("unique_id", "region_code").iter_rows())
    decided = {_key(p) for p in DuplicatePair.objects.exclude(decision=Decision.OPEN)}
    made = [
        _pair(one, other, how, probability, places)
        for how, pairs in (("number", number), ("fuzzy", fuzzy))
        for one, other, probability in pairs.iter_rows()
        if (one, other) not in decided
    ]
    with transaction.atomic():
        DuplicatePair.objects.filter(decision=Decision.OPEN).delete()
        DuplicatePair.objects.bulk_create(made, batch_size=bulk.LOOKED_UP)
    return {how: sum(p.how == how for p in made) for how in ("number", "fuzzy")}


def _members() -> pl.DataFrame:
    names = ("household_id", "person_id", "region_code", "name", "pinyin", "sex", "birth_date", "number_index", "state")
    rows = CurrentMember.objects.filter(generation=queries.generation()).values_list(*names)

    def plain() -> Iterator[tuple[Any, ...]]:
        for household, person, *rest, number, state in rows.iterator(bulk.CHUNK):
            if state not in GONE:
                yield (f"{household}/{person}", *rest, None if number is None else bytes(number))

    return pl.DataFrame(list(plain()), schema=linkage.SCHEMA, orient="row")


def _key(pair: DuplicatePair) -> tuple[str, str]:
    return f"{pair.household_1}/{pair.person_1}", f"{pair.household_2}/{pair.person_2}"


def _pair(one: str, other: str, how: str, probability: float, places: dict[str, str]) -> DuplicatePair:
    (household_1, _, person_1), (household_2, _, person_2) = one.partition("/"), other.partition("/")
    return DuplicatePair(
        household_1=household_1,
        person_1=person_1,
        household_2=household_2,
        person_2=person_2,
        region_code=places[one],
        region_code_2=places[other],
        how=how,
        probability=probability,
    )


# -- looking -----------------------------------------------------------------------------------------------------------


def queue(scope: Scope, action: str = "duplicate.read") -> QuerySet[DuplicatePair]:
    """The pairs whose both persons lie within one's regions; those with one number first, then the likeliest."""
    rows = DuplicatePair.objects.select_related("decided_by", "batch")
    rows = rows.filter(scope.where(action, household="household_1"))
    rows = rows.filter(scope.where(action, region="region_code_2", household="household_2"))
    return rows.order_by("-how", "-probability", "pk")


def pair(scope: Scope, number: int, action: str = "duplicate.read") -> DuplicatePair:
    """One of them.

    Raises:
        Missing: there is none, or a person of it is outside the scope.
    """
    found = queue(scope, action).filter(pk=number).first()
    if found is None:
        raise queries.Missing(str(number))
    return found


def sides(found: DuplicatePair) -> list[tuple[Text, Text, Text, bool]]:
    """Both persons field by field: label, one, the other, whether they are equal; numbers masked."""
    one = _row(found.household_1, found.person_1)
    other = _row(found.household_2, found.person_2)
    return preview.side_by_side("member", one, other) if one and other else []


def _row(household: str, person: str) -> dict[str, Any] | None:
    """The row of a member that holds today."""
    now = as_of(frames(("member",), Within((), (household,))), timezone.localdate())["member"]
    return next((row for row in now.to_dicts() if row["person_id"] == person), None)


# -- deciding ----------------------------------------------------------------------------------------------------------


def different(found: DuplicatePair, *, by: Any, reason: str) -> None:
    """They are two persons; the reason is kept, and nobody is asked again.

    Raises:
        Missing: a person of the pair is outside the scope.
        UnusableInput: no reason is given, or it is decided already.
    """
    if not reason.strip():
        raise UnusableInput("FP-REGISTERS-030", Text("要写明理由", "a reason is needed"), read="")
    with transaction.atomic():
        _decide(found, Decision.DIFFERENT, by, reason)


def same(found: DuplicatePair, *, by: Any, keep: int, reason: str = "") -> Batch:
    """They are one person: ``keep`` 1 or 2 goes on and takes over what it lacks; the other record ends as never so.

    Raises:
        Missing: a person of the pair is outside the scope.
        UnusableInput: it is decided already, or a record is gone.
    """
    keys = [(found.household_1, found.person_1), (found.household_2, found.person_2)]
    kept, gone = keys if keep == 1 else keys[::-1]
    with transaction.atomic():
        projection.lock()
        old, other = _row(*kept), _row(*gone)
        if old is None or other is None:
            raise _refuse()
        place = queries.current(scope_of(by), kept[0], "duplicate.decide")
        details = {"kept": "/".join(kept), "gone": "/".join(gone)}
        batch = new_batch(Batch.Kind.MERGE, by, place, title="/".join(gone), reason=reason, details=details)
        about = columns("member")
        lacking = {n: other[about.stored(n)] for n in about.facts if old[about.stored(n)] is None}
        known = {**old, **{about.stored(n): value for n, value in lacking.items()}}
        if any(value is not None for value in lacking.values()):
            write_row(batch, "member", {"household_id": kept[0], "person_id": kept[1]}, {}, known, reason)
        ended = {"valid_from": None, "valid_to": NEVER}
        write_row(batch, "member", {"household_id": gone[0], "person_id": gone[1]}, ended, other, reason)
        _decide(found, Decision.SAME, by, reason, batch)
        settle(batch, [kept[0], gone[0]], by)
    return batch


def undo(found: DuplicatePair, *, by: Any, reason: str = "") -> None:
    """A decision taken back: both records are as before, and the pair is open again.

    Raises:
        UnusableInput: it is open, or later writes build on the merge.
    """
    with transaction.atomic():
        fresh = _fresh(found, by)
        if fresh.decision == Decision.OPEN:
            raise _refuse()
        if fresh.batch is not None:
            imports.undo(fresh.batch, by=by, reason=reason, action="duplicate.decide")
        else:
            place = fresh.region_code
            record(by, "duplicate.decide", region_code=place, object_type="pair", object_id=fresh.pk, reason=reason)
        fresh.decision, fresh.batch, fresh.reason, fresh.decided, fresh.decided_by = Decision.OPEN, None, "", None, None
        fresh.save()


def _fresh(found: DuplicatePair, by: Any) -> DuplicatePair:
    pair(scope_of(by), found.pk, "duplicate.decide")
    return DuplicatePair.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _decide(found: DuplicatePair, decision: str, by: Any, reason: str, batch: Batch | None = None) -> None:
    fresh = _fresh(found, by)
    if fresh.decision != Decision.OPEN:
        raise _refuse()
    fresh.decision, fresh.reason, fresh.batch = decision, reason, batch
    fresh.decided_by, fresh.decided = by, timezone.now()
    fresh.save()
    record(
        by,
        "duplicate.decide",
        region_code=fresh.region_code,
        household_id=fresh.household_1,
        object_type="pair",
        object_id=fresh.pk,
        reason=reason,
        detail={"decision": decision, "batch": batch.pk if batch else None},
    )


def _refuse() -> UnusableInput:
    return UnusableInput(
        "FP-REGISTERS-031",
        Text("这一对已经判断过，或记录已不在", "the pair is decided already, or a record is gone"),
        remedy=Text("刷新页面看它的现状", "reload the page to see how it stands"),
    )
