"""Writing the registers by hand: one edit, one household, one transaction; results and lists follow at once.

Gives   edit (new versions of rows, with the rule result before and after); Edited, Conflict
Not     imports (imports), family events (events), duplicates (duplicates)
Keeps   nothing is overwritten: an edit adds the corrected row under a batch of its own; encrypted columns are given in
        the clear and encrypted on the way; two people on one household: the second is told, and decides

How to use it::

    done = actions.edit(
        by=request.user, household_id="…", table="living", values={"house_grade": "D"},
        seen=row["row_id"],                 # the row the person had before them; None where there was none
        effective=None,                     # a day: so from then on; None: it was always so, the record was wrong
        reason="入户核查", source="入户核查",
    )
    done.before, done.after                 # Verdict or None: status, items, ask
    done.changed                            # {"house_grade": ("C", "D")}, encrypted ones masked

For a member give ``person_id``; for a table without a key (income_year, loan …) ``seen`` names the row; to add a row
leave ``seen`` out. A value of None blanks the field. Raises ``Conflict`` where the row was replaced meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from fangpin.tables.schemas import polars_type
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web.accounts import scope
from fangpin.web.audit.actions import record
from fangpin.web.registers import bulk, load, projection, queries, runs
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import columns
from fangpin.web.registers.facts import ROW, Seen, rows_by_id
from fangpin.web.registers.models import ROWS, CurrentHousehold, Verdict


class Conflict(UnusableInput):
    """The row was changed by somebody else since it was read; ``theirs`` holds what they wrote, by inside names."""

    def __init__(self, household_id: str, table: str, theirs: Mapping[str, tuple[Any, Any]]) -> None:
        self.theirs = theirs
        super().__init__(
            "FP-REGISTERS-001",
            Text("这一行刚被别人改过", "somebody else has just changed this row"),
            place=f"{household_id} › {table}",
            read="、".join(theirs),
            remedy=Text("看过对方的值，再决定是否保存", "look at their values, then decide whether to save"),
        )


@dataclass(frozen=True)
class Edited:
    """What an edit did."""

    batch: Batch
    row_id: int
    changed: Mapping[str, tuple[Any, Any]]
    before: Verdict | None
    after: Verdict | None


def edit(
    *,
    by: Any,
    household_id: str,
    table: str,
    values: Mapping[str, Any],
    person_id: str = "",
    seen: int | None = None,
    effective: date | None = None,
    known_at: date | None = None,
    reason: str = "",
    source: str = "",
    action: str = "household.edit",
) -> Edited:
    """Write new values of one row (see the head of the module).

    Raises:
        Denied: it is outside the person's scope.
        Conflict: the row has been replaced since the person read it.
        UnusableInput: a field does not exist, or a value is of another type.
    """
    now = queries.current(scope.of(by), household_id, action)
    scope.of(by).require(action, region_code=now.region_code, household_id=household_id, group=now.natural_village)
    with transaction.atomic():
        projection.lock()
        batch = new_batch(Batch.Kind.EDIT, by, now, reason=reason, effective=effective, known_at=known_at, title=table)
        old = _before(batch, household_id, table, person_id, seen)
        key = {"household_id": household_id, **({"person_id": person_id} if person_id else {})}
        row_id, changed = write_row(batch, table, key, values, old, source)
        before, after = settle(batch, [household_id], by)[household_id]
        record(
            by,
            action,
            region_code=now.region_code,
            household_id=household_id,
            object_type=table,
            object_id=row_id,
            reason=reason,
            detail={"fields": sorted(changed), "person": person_id, "batch": batch.pk},
        )
    return Edited(batch, row_id, changed, before, after)


def new_batch(kind: str, by: Any, place: CurrentHousehold | None, **fields: Any) -> Batch:
    """A batch of a write that is published with the transaction it is written in."""
    fields["known_at"] = fields.get("known_at") or timezone.localdate()
    region = place.region_code if place is not None else fields.pop("region_code", "")
    return Batch.objects.create(
        kind=kind, state=Batch.State.PUBLISHED, published=timezone.now(), region_code=region, by=by, **fields
    )


def _before(batch: Batch, household_id: str, table: str, person_id: str, seen: int | None) -> dict[str, Any] | None:
    """The row that is corrected, if nobody has replaced it meanwhile."""
    model = ROWS[table]
    if seen is None:
        return None
    found = rows_by_id(table, [seen]).to_dicts()
    if not found or found[0]["household_id"] != household_id or (person_id and found[0]["person_id"] != person_id):
        raise UnusableInput(
            "FP-REGISTERS-002", Text("没有这一行", "no such row"), place=f"{household_id} › {table}", read=str(seen)
        )
    published = {"replaces": seen, "batch__state": Batch.State.PUBLISHED}
    theirs = model.objects.filter(**published).exclude(batch=batch).order_by("-id").first()
    if theirs is not None:
        raise Conflict(
            household_id, table, queries.changed_fields(table, found[0], rows_by_id(table, [theirs.pk]).to_dicts()[0])
        )
    return found[0]


def write_row(
    batch: Batch,
    table: str,
    key: Mapping[str, str],
    values: Mapping[str, Any],
    old: Mapping[str, Any] | None,
    source: str = "",
    *,
    replaces: bool | None = None,
) -> tuple[int, dict[str, tuple[Any, Any]]]:
    """Add one row: the old one with new values. From the batch's effective day on, or as a correction.

    Args:
        batch: The write; its ``effective`` day says whether the old row stays for the time before.
        table: The table.
        key: ``household_id`` and, for members, ``person_id``.
        values: New values by inside names; encrypted ones in the clear.
        old: The row before, with encrypted columns as references; None for a new one.
        source: Who says so.
        replaces: Whether the old row is corrected; by default where the batch has no effective day, or an earlier one
            than the old row.

    Returns:
        The id of the row, and the fields that changed.
    """
    about = columns(table)
    row: dict[str, Any] = {about.stored(name): None for name in about.fields}
    row.update({k: v for k, v in (old or {}).items() if k in row})
    row.update(key)
    for name, value in values.items():
        row[about.stored(name)] = _stored(table, name, value)
    corrects = replaces if replaces is not None else batch.effective is None
    if batch.effective is not None and old is not None and replaces is None:
        corrects = old.get("valid_from") is not None and old["valid_from"] >= batch.effective
    if batch.effective is not None:
        row["valid_from"] = values.get("valid_from", batch.effective)
    row["known_at"], row["source"] = values.get("known_at", batch.known_at), source or batch.reason or None
    frame = _frame(table, row, old[ROW] if old is not None and corrects else None)
    load.add_sealed(table, frame, batch)
    added = ROWS[table].objects.filter(batch=batch).order_by("-id").values_list("id", flat=True)[0]
    return added, queries.changed_fields(table, old, {**row, ROW: added})


def _stored(table: str, name: str, value: Any) -> Any:
    """A value as a row holds it."""
    about = columns(table)
    if name not in about.fields:
        raise UnusableInput("FP-REGISTERS-003", Text("没有这个字段", "no such field"), read=f"{table}.{name}"[:80])
    if value is None or value == "":
        return None
    if name in about.sealed:
        return bulk.references([str(value)], about.sealed[name])[str(value)]
    return value


def _frame(table: str, row: Mapping[str, Any], replaces: int | None) -> pl.DataFrame:
    about = columns(table)
    schema = {about.stored(n): pl.Int64() if n in about.sealed else polars_type(f) for n, f in about.fields.items()}
    try:
        frame = pl.DataFrame({n: [row[n]] for n in schema}, schema=schema, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise UnusableInput(
            "FP-REGISTERS-004",
            Text("有的值类型不对", "a value is of the wrong type"),
            place=table,
            read=type(error).__name__,
            expected=Text("代码用代码表中的代码，金额为微元整数", "codes of the list, money as whole micro-yuan"),
        ) from None
    return frame.with_columns(pl.lit(replaces, pl.Int64).alias("replaces"))


def settle(
    batch: Batch, households: list[str], by: Any, *, decide: bool = True
) -> dict[str, tuple[Verdict | None, Verdict | None]]:
    """After rows were written: the lists, and the rule result of each household before and after."""
    touched = sorted(set(households))
    Batch.objects.filter(pk=batch.pk).update(details={**batch.details, "households": touched})
    generation = queries.generation()
    before = {
        row.household_id: Verdict.objects.filter(pk=row.verdict_id or 0).first()
        for row in CurrentHousehold.objects.filter(generation=generation, household_id__in=touched)
    }
    projection.refresh(touched, seen=Seen.now())
    found: dict[str, tuple[Verdict | None, Verdict | None]] = {}
    last = runs.latest()
    for household in touched:
        after = None
        if decide and last is not None:
            try:
                after = runs.reconsider(household, by=by)
            except UnusableInput:  # on the day of the run the household was not known, or is gone
                after = None
        found[household] = (before.get(household), after)
    return found
