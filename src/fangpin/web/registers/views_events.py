"""Pages of what happens to a household: choose, fill in, see what it did to the rule result, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangpin.engine.derive import GONE
from fangpin.vocabulary.errors import FangpinError
from fangpin.web.accounts.scope import Denied
from fangpin.web.registers import events, imports, queries
from fangpin.web.registers.forms import EventForm
from fangpin.web.site.guards import permitted
from fangpin.web.site.templatetags.page import lang

Request = Any


@permitted(events.ACTION)
@require_GET
def events_page(request: Request, household_id: str) -> HttpResponse:
    """What can be said of a household, and what was said, with a way back."""
    found = queries.household(request.scope, household_id, action=events.ACTION)
    context = {
        "now": found.current,
        "kinds": events.TITLES.items(),
        "past": events.past(household_id),
    }
    return render(request, "registers/events.html", context)


@permitted(events.ACTION)
@require_http_methods(["GET", "POST"])
def event_page(request: Request, household_id: str, kind: str) -> HttpResponse:
    """One kind of event: the form, and doing it."""
    if kind not in events.TITLES:
        raise Http404(kind)
    found = queries.household(request.scope, household_id, action=events.ACTION)
    here = [row for row in found.rows["member"] if row["state"] not in GONE]
    people = [(row["person_id"], f"{row['name'] or ''} {row['person_id']}") for row in here]
    form = EventForm(kind, people, request.POST or None)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            events.happen(kind, by=request.user, household=found, said=form.cleaned_data)
        except Denied:
            raise
        except FangpinError as error:
            problem = error.to_json(lang())
        else:
            messages.success(request, _("已记下，名单和规则判定随之更新；可以撤销。"))
            return redirect("events", household_id)
    status = 422 if problem or form.errors else 200
    context = {"now": found.current, "form": form, "title": events.TITLES[kind], "problem": problem}
    return render(request, "registers/event.html", context, status=status)


@permitted(events.ACTION)
@require_POST
def event_undo(request: Request, household_id: str, number: int) -> HttpResponse:
    """Undo an event."""
    queries.current(request.scope, household_id, events.ACTION)
    batch = next((b for b in events.past(household_id) if b.pk == number), None)
    if batch is None:
        raise Http404(str(number))
    imports.undo(batch, by=request.user, action=events.ACTION)
    messages.success(request, _("已撤销，恢复到之前。"))
    return redirect("events", household_id)
