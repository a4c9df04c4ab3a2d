"""Pages without login: a notice is genuine, an objection to it, what a receipt names.

Keeps   no name of anybody stands on them; a notice's page closes with the notice; objections are counted by address
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from fangpin.vocabulary.errors import FangpinError
from fangpin.web.casework import actions, queries
from fangpin.web.casework.forms import ObjectionForm

MOST_A_DAY = 10
"""Objections that one address may send in a day."""


@never_cache
@login_not_required
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """A sheet on a board: genuine, until when; and a place for an objection."""
    found = queries.public_notice(token)
    if found is None:
        raise Http404
    closed = timezone.now() >= found.over
    form = ObjectionForm(request.POST or None)
    problem = ""
    if request.method == "POST" and not closed and form.is_valid():
        if _too_many(request):
            problem = _("今天从这里提的异议太多，请打公示上的电话或当面提出")
        else:
            try:
                made = actions.object_to(found, form.cleaned_data["text"], **_rest(form))
                return redirect("public_receipt", made.receipt)
            except FangpinError as error:
                problem = error.title("en" if request.LANGUAGE_CODE == "en" else "zh")
    context = {"notice": found, "closed": closed, "form": form, "problem": problem, "households": found.cases.count()}
    return render(request, "casework/public_notice.html", context, status=422 if problem or form.errors else 200)


def _rest(form: ObjectionForm) -> dict[str, Any]:
    return {"name": form.cleaned_data["name"], "about_cadre": form.cleaned_data["about_cadre"]}


def _too_many(request: HttpRequest) -> bool:
    """Whether an address has sent enough for today."""
    key = f"objections:{request.META.get('REMOTE_ADDR', '')}:{timezone.localdate()}"
    n = int(cache.get(key, 0)) + 1
    cache.set(key, n, 24 * 3600)
    return n > MOST_A_DAY


@never_cache
@login_not_required
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What a receipt names: how far it is, and nothing about anybody."""
    found = queries.public_receipt(token)
    if found is None:
        raise Http404
    kind, thing = found
    context: dict[str, Any] = {"kind": kind, "thing": thing}
    if kind == "case":
        context["state"] = queries.state_said(thing)  # type: ignore[arg-type]
    return render(request, "casework/public_receipt.html", context)
