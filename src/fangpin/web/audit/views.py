"""Pages of the audit: the entries, and whether the chain is whole."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fangpin.web.audit import queries
from fangpin.web.audit.actions import record
from fangpin.web.site.guards import limited, permitted

PAGE = 50


@require_GET
@permitted("audit.read")
def entries(request: Any) -> HttpResponse:
    """The entries, newest first, with what is not sealed yet marked."""
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("action", "username", "household_id")}
    pages = Paginator(queries.entries(request.scope, **wanted), PAGE)
    said = {"page": pages.get_page(request.GET.get("page")), "wanted": wanted, "total": pages.count}
    return render(request, "audit/entries.html", said | {"state": queries.state()})


@require_POST
@never_cache
@limited("10/m")
@permitted("audit.verify")
def verify(request: Any) -> HttpResponse:
    """Hash everything again and say what was found."""
    found = queries.verify()
    record(request.user, "audit.verify", detail={"whole": found.whole, "seals": found.seals, "head": found.head})
    return render(request, "audit/verified.html", {"found": found, "some": found.problems[:50]})
