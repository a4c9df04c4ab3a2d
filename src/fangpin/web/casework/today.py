"""What is due today in casework, as cards of the workbench."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fangpin.web.casework import queries
from fangpin.web.site.cards import Card
from fangpin.web.site.templatetags.page import lang

MOST = 400


def due(request: Any) -> Card | None:
    """Cases whose limit is over or nearly so, among those that wait longest."""
    found = list(queries.cases(request.scope).filter(open=True).order_by("moved")[:MOST])
    rows = [r for r in queries.rows_of(found, lang()) if r.tone in ("soon", "overdue")]
    if not rows:
        return None
    tone = "overdue" if any(r.tone == "overdue" for r in rows) else "soon"
    days = [r.due_on for r in rows if r.due_on]
    return Card(_("办快到期的件"), len(rows), reverse("cases") + "?due=1", due=min(days), tone=tone, order=5)


def _count(request: Any, action: str, state: str) -> int:
    return queries.cases(request.scope, action).filter(state=state).count()


def to_post(request: Any) -> Card | None:
    """Households that were deliberated and wait for the board."""
    n = _count(request, "case.propose", "reviewed")
    return Card(_("贴出公示"), n, reverse("case_notice_new"), tone="todo", order=15) if n else None


def to_vote(request: Any) -> Card | None:
    """Households that wait for the village's meeting."""
    n = _count(request, "case.propose", "compared")
    return Card(_("开评议会"), n, reverse("case_meeting"), tone="todo", order=12) if n else None


def to_review(request: Any) -> Card | None:
    """Households on notice, for the township."""
    n = _count(request, "case.review", "published")
    return Card(_("乡镇审核"), n, reverse("cases") + "?state=published", tone="todo", order=15) if n else None


def to_approve(request: Any) -> Card | None:
    """Households that the township has reviewed."""
    n = _count(request, "case.approve", "township_ok")
    return Card(_("县级审定"), n, reverse("cases") + "?state=township_ok", tone="todo", order=15) if n else None
