"""Pages of duplicates: the queue, two persons side by side, and the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fangpin.web.registers import duplicates
from fangpin.web.registers.models import DuplicatePair
from fangpin.web.site.guards import permitted

Request = Any
SHOWN = {str(one.value): one for one in DuplicatePair.Decision}


@permitted("duplicate.read")
@require_GET
def duplicates_page(request: Request) -> HttpResponse:
    """The pairs of one's regions: those to be looked at, or those decided."""
    which = request.GET.get("show", "open")
    which = which if which in SHOWN else "open"
    rows = duplicates.queue(request.scope).filter(decision=SHOWN[which])
    page = Paginator(rows, 10).get_page(request.GET.get("page"))
    shown = [(one, duplicates.sides(one)) for one in page]
    may = request.scope.may("duplicate.decide")
    context = {"page": page, "shown": shown, "which": which, "may": may, "more": f"&show={which}"}
    return render(request, "registers/duplicates.html", context)


@permitted("duplicate.decide")
@require_POST
def duplicates_find(request: Request) -> HttpResponse:
    """Look for duplicates anew, in the background."""
    duty = next(d for d in request.scope.duties if request.scope.rules.reach(d.role, "duplicate.decide"))
    job = duplicates.ask_find(by=request.user, region_code=duty.region_code.ljust(12, "0"))
    return redirect("job", job.pk)


@permitted("duplicate.decide")
@require_POST
def duplicate_decide(request: Request, number: int) -> HttpResponse:
    """Decide a pair, or take a decision back."""
    found = duplicates.pair(request.scope, number, "duplicate.decide")
    choice, reason = request.POST.get("choice", ""), request.POST.get("reason", "")[:400]
    if choice in ("keep1", "keep2"):
        duplicates.same(found, by=request.user, keep=int(choice[-1]), reason=reason)
        messages.success(request, _("已合并，两份历史都在；可以撤销。"))
    elif choice == "different":
        duplicates.different(found, by=request.user, reason=reason)
        messages.success(request, _("已记下，不再问。"))
    else:
        duplicates.undo(found, by=request.user, reason=reason)
        messages.success(request, _("已撤销，恢复到判断之前。"))
    return redirect("duplicates")
