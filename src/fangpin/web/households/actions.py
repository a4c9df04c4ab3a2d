"""What the pages of households write: saved views, answers and edits, looks at a number, exports.

Gives   keep_view, drop_view; edit (through registers.actions); revealed; exported
Keeps   every write and every sight of a sensitive value is in the audit, in the same transaction
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import Text
from fangpin.web.accounts.scope import Scope
from fangpin.web.audit.actions import record
from fangpin.web.households.models import SavedView
from fangpin.web.households.queries import Filters
from fangpin.web.registers import actions as registers
from fangpin.web.registers import queries
from fangpin.web.registers.actions import Edited
from fangpin.web.registers.columns import columns

MOST_VIEWS = 30


def keep_view(by: Any, name: str, filters: Filters) -> SavedView:
    """Keep how a list is narrowed under a name; the same name is replaced. What was searched for is not kept.

    Raises:
        FangpinError: it has no name, or there are too many.
    """
    from urllib.parse import urlencode

    name = " ".join(name.split())[:40]
    if not name or (SavedView.objects.filter(user=by).exclude(name=name).count() >= MOST_VIEWS):
        raise FangpinError(
            "FP-WEB-020",
            Text("视图没有存下", "the view was not kept"),
            expected=Text(f"一个名字；每人最多 {MOST_VIEWS} 个", f"a name; at most {MOST_VIEWS} a person"),
            remedy=Text("写个名字，或先删去不用的", "give it a name, or delete one that is not used"),
        )
    query = urlencode([pair for pair in filters.pairs() if pair[0] != "q"])
    return SavedView.objects.update_or_create(user=by, name=name, defaults={"query": query})[0]


def drop_view(by: Any, number: int) -> None:
    """Delete one of a person's own views."""
    SavedView.objects.filter(user=by, pk=number).delete()


def reveal(scope: Scope, by: Any, household_id: str, table: str, key: str, column: str, reason: str) -> str:
    """An encrypted value in the clear, for a reason; the sight is in the audit.

    Raises:
        Missing: the household is not there, or outside the scope.
        Denied: the duty does not reach it.
        FangpinError: no reason was given, or there is no such value.
    """
    reason = " ".join(reason.split())
    if len(reason) < 2:
        raise FangpinError(
            "FP-WEB-021",
            Text("查看完整号码要写明理由", "seeing a number in full needs a reason"),
            remedy=Text("写明为什么要看，例如核对入户材料", "say why, such as checking the papers of a visit"),
        )
    with transaction.atomic():
        one = queries.household(scope, household_id, action="identity.reveal")
        row = next((r for r in one.rows.get(table, []) if queries.key_of(table, r) == key), None)
        if row is None or column not in columns(table).sealed:
            raise queries.Missing(household_id)
        value = one.clear(table, row, column)
        record(
            by,
            "identity.reveal",
            region_code=one.current.region_code if one.current else "",
            household_id=household_id,
            object_type=table,
            object_id=f"{key} {column}",
            reason=reason,
        )
    return value


def edit(
    scope: Scope,
    by: Any,
    household_id: str,
    table: str,
    values: Mapping[str, Any],
    *,
    person_id: str = "",
    seen: int | None = None,
    reason: str = "",
    action: str = "household.edit",
) -> Edited:
    """Change facts of a household: a new version, the rule result at once.

    Args:
        scope: Of the person.
        by: The person.
        household_id: The household.
        table: The table.
        values: Canonical values by inside names.
        person_id: The member, in the table of members.
        seen: The row that the person had before them; None for a new row.
        reason: Why, in the person's words.
        action: The action of the permission table it is done under.

    Raises:
        Missing, Denied: outside the scope.
        Conflict: somebody else changed the same row since.
    """
    now = queries.current(scope, household_id, action)
    scope.require(action, region_code=now.region_code, household_id=household_id, group=now.natural_village)
    said = " ".join(reason.split())[:400]
    return registers.edit(
        by=by, household_id=household_id, table=table, values=values, person_id=person_id, seen=seen,
        reason=said, source=said, action=action,
    )  # fmt: skip


def printed(by: Any, household_id: str, region_code: str, what: str) -> None:
    """A household went on paper."""
    record(by, "household.print", region_code=region_code, household_id=household_id, detail={"what": what})


def exported(by: Any, filters: Filters, purpose: str, households: int, kind: str) -> None:
    """A list left the house."""
    detail = {"households": households, "kind": kind, "narrowed": dict(filters.pairs())}
    record(by, "household.export", reason=purpose, detail=detail)
