"""Rows of an import that may be somebody known under another number: what a person decides of them.

Gives   decide: somebody else, the same as a candidate, or left out
Keeps   never a silent update: until it is decided the row is not seen; after the import is merged a decision is a
        batch of its own, which can be undone
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web.accounts import scope
from fangpin.web.audit.actions import record
from fangpin.web.registers import bulk, merge, projection, queries, runs
from fangpin.web.registers.actions import write_row
from fangpin.web.registers.base import Batch, Version
from fangpin.web.registers.columns import TABLES
from fangpin.web.registers.facts import Within, as_of, frames, rows_by_id
from fangpin.web.registers.imports import State, not_in
from fangpin.web.registers.models import ROWS, Ambiguity, CurrentMember


def decide(matter: Ambiguity, *, by: Any, choice: str, chosen: str = "", reason: str = "") -> None:
    """Decide a row that may be somebody known under another number.

    Args:
        matter: The row.
        by: Who decides.
        choice: ``new`` (somebody else), ``same`` (the candidate ``chosen``), ``skip``.
        chosen: ``household_id`` or ``household_id/person_id`` of the candidate.
        reason: Why.

    Raises:
        Denied: the person may not merge in this region.
        UnusableInput: it is decided already, its import is gone, or ``chosen`` is no candidate.
    """
    batch = matter.batch
    scope.of(by).require("import.merge", region_code=matter.region_code or batch.region_code)
    if choice not in Ambiguity.Choice.values or (choice == "same" and chosen not in matter.candidates):
        raise UnusableInput(
            "FP-REGISTERS-015", Text("没有这个选择", "there is no such choice"), read=f"{choice} {chosen}"[:60]
        )
    with transaction.atomic():
        fresh = Ambiguity.objects.select_for_update().get(pk=matter.pk)
        if fresh.choice or batch.state not in (State.CHECKED, State.PUBLISHED):
            raise not_in(batch)
        projection.lock()
        target = batch if batch.state == State.CHECKED else _decision(batch, by, reason)
        touched = _apply(fresh, target, choice, chosen)
        fresh.choice, fresh.chosen, fresh.reason = choice, chosen, reason
        fresh.decided_by, fresh.decided = by, timezone.now()
        fresh.save()
        record(
            by,
            "import.decide",
            region_code=matter.region_code,
            household_id=matter.household_id,
            object_type="ambiguity",
            object_id=matter.pk,
            reason=reason,
            detail={"choice": choice, "batch": target.pk},
        )
        _remember(target, touched)
        if target.state == State.PUBLISHED and touched:
            projection.refresh(touched)
    if target.state == State.PUBLISHED and touched:
        last = runs.latest()
        if last is not None:
            day = max(last.as_of, timezone.localdate())
            runs.run(last.standard, day, last.region, households=sorted(touched), by=by)


def _decision(batch: Batch, by: Any, reason: str) -> Batch:
    return Batch.objects.create(
        kind=Batch.Kind.DECISION,
        state=State.PUBLISHED,
        published=timezone.now(),
        parent=batch,
        region_code=batch.region_code,
        title=batch.title,
        known_at=batch.known_at,
        reason=reason,
        by=by,
    )


def _remember(batch: Batch, touched: Iterable[str]) -> None:
    batch.refresh_from_db()
    if batch.state == State.PUBLISHED or "households" in batch.details:
        batch.details["households"] = sorted({*batch.details.get("households", ()), *touched})
        batch.save(update_fields=["details"])


def _apply(matter: Ambiguity, target: Batch, choice: str, chosen: str) -> set[str]:
    """Move, rewrite or drop the rows that wait; the households they touch."""
    whole = matter.table == "household"
    rows = {name: _waiting_rows(matter, name) for name in (TABLES if whole else ("member",))}
    ids = {name: found["row_id"].to_list() for name, found in rows.items() if found.height}
    if choice == "new":
        for name, some in ids.items():
            _each(ROWS[name], some, lambda found: found.update(batch=target))
        return {matter.household_id}
    for name, some in ids.items():
        _each(ROWS[name], some, lambda found: found.delete())
    if choice == "skip":
        return set()
    household, _, person = chosen.partition("/")
    staging = merge.Staging(target, timezone.localdate(), doubt=False)
    if whole:
        rewritten = {name: found.with_columns(pl.lit(household).alias("household_id")) for name, found in rows.items()}
        rewritten["member"] = _as_known(rewritten["member"], household)
    elif household == matter.household_id:
        rewritten = {"member": rows["member"].with_columns(pl.lit(person).alias("person_id"))}
    else:
        rewritten = {"member": rows["member"]}
        _moved_away(target, household, person)
        staging.touched.add(household)
    given = {name: found.drop("row_id", "replaces", "batch_id", "said_at") for name, found in rewritten.items()}
    merge.stage(staging, given.get, given)
    return staging.touched


def _each(model: type[Version], ids: Sequence[int], do: Any) -> None:
    for start in range(0, len(ids), bulk.LOOKED_UP):
        do(model.objects.filter(pk__in=ids[start : start + bulk.LOOKED_UP]))


def _waiting_rows(matter: Ambiguity, name: str) -> pl.DataFrame:
    """The rows of a matter that wait, with every column."""
    waiting = ROWS[name].objects.filter(batch__parent=matter.batch, batch__state=State.WAITING)
    found = waiting.filter(household_id=matter.household_id)
    if matter.table == "member":
        found = found.filter(pk=matter.row_id)
    return rows_by_id(name, list(found.values_list("pk", flat=True)))


def _as_known(members: pl.DataFrame, household: str) -> pl.DataFrame:
    """Members under the numbers they have in the household they are said to be of, by their identity numbers."""
    there = CurrentMember.objects.filter(generation=queries.generation(), household_id=household)
    known = {bytes(index): person for index, person in there.values_list("number_index", "person_id") if index}
    indexes = dict(projection.indexes([members["id_number_id"]]).iter_rows())
    people = [
        known.get(indexes.get(number, b""), person)
        for number, person in members.select("id_number_id", "person_id").iter_rows()
    ]
    return members.with_columns(pl.Series("person_id", people, pl.String))


def _moved_away(target: Batch, household: str, person: str) -> None:
    """The person has left the household they were known in, from the day of the data on."""
    now = as_of(frames(("member",), Within((), (household,))), timezone.localdate())["member"]
    for old in now.filter(pl.col("person_id") == person).to_dicts():
        values = {"state": "7", "valid_from": target.known_at}
        write_row(
            target,
            "member",
            {"household_id": household, "person_id": person},
            values,
            old,
            target.title,
            replaces=False,
        )
