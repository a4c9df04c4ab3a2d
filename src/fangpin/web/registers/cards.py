"""Cards of the workbench: imports that wait to be merged, rows that wait for a decision."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fangpin.web.registers import duplicates, queries
from fangpin.web.registers.models import Ambiguity, Batch
from fangpin.web.site.cards import Card, add


def to_merge(request: Any) -> Card | None:
    """Imports that are checked and wait."""
    rows = queries.batches(request.scope, "import.merge").filter(state=Batch.State.CHECKED)
    count = rows.count()
    return Card(_("查看并合并导入"), count, reverse("imports"), tone="todo", order=30) if count else None


def undecided(request: Any) -> Card | None:
    """Rows of imports that may be somebody known under another number."""
    rows = request.scope.filter(Ambiguity.objects.filter(choice=""), "import.merge")
    first = rows.exclude(batch__state__in=[Batch.State.REJECTED, Batch.State.UNDONE]).order_by("batch_id").first()
    if first is None:
        return None
    address = reverse("import_matters", args=[first.batch_id])
    return Card(_("判断是不是同一户、同一人"), rows.count(), address, tone="todo", order=31)


def duplicates_open(request: Any) -> Card | None:
    """Persons who may be one."""
    count = duplicates.queue(request.scope).filter(decision="open").count()
    return Card(_("看看是不是同一个人"), count, reverse("duplicates"), tone="neutral", order=35) if count else None


def register() -> None:
    """Put them on the workbench."""
    add("import.merge", to_merge)
    add("import.merge", undecided)
    add("duplicate.decide", duplicates_open)
