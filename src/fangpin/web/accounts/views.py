"""Pages of user administration: people, one person, a new person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangpin.vocabulary.errors import FangpinError
from fangpin.web.accounts import actions, queries
from fangpin.web.accounts.forms import DutyForm, NewPersonForm
from fangpin.web.accounts.permissions import table
from fangpin.web.accounts.scope import Denied
from fangpin.web.site.guards import permitted

PAGE = 50


def role_names() -> dict[str, str]:
    """Role codes and what they are called in the language of the page."""
    lang = "en" if get_language() == "en" else "zh"
    return {code: role.label(lang) for code, role in table().roles.items()}


@require_GET
@permitted("user.read")
def people(request: Any) -> HttpResponse:
    """The list."""
    text, role = request.GET.get("q", ""), request.GET.get("role", "")
    pages = Paginator(queries.people(request.scope, text, role if role in table().roles else ""), PAGE)
    page = pages.get_page(request.GET.get("page"))
    names = role_names()
    shown = [(user, [duty for duty in user.duties.all() if duty.until is None]) for user in page]
    said = {"page": page, "shown": shown, "names": names, "text": text, "role": role, "total": pages.count}
    return render(request, "accounts/people.html", said)


@require_GET
@never_cache
@permitted("user.read")
def person(request: Any, number: int) -> HttpResponse:
    """One person."""
    return _person_page(request, number, DutyForm(scope=request.scope))


def _person_page(request: Any, number: int, form: DutyForm, once: str = "", status: int = 200) -> HttpResponse:
    user = queries.one_person(request.scope, number)
    manage = request.scope.may("user.manage") and queries.covered(request.scope, user) and user.pk != request.user.pk
    said = {
        "person": user,
        "duties": queries.duties(request.scope).filter(user=user).order_by("until", "-since"),
        "names": role_names(),
        "form": form,
        "manage": manage,
        "once": once,
    }
    return render(request, "accounts/person.html", said, status=status)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@never_cache
@permitted("user.manage")
def new_person(request: Any) -> HttpResponse:
    """A new person: the one-time password is shown on the page that follows the form, once."""
    form = NewPersonForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        try:
            user, once = actions.new_person(form.cleaned_data, by=request.user)
        except FangpinError as error:
            form.add_error(None, _said(error))
        else:
            return _person_page(request, user.pk, DutyForm(scope=request.scope), once)
    return render(request, "accounts/new_person.html", {"form": form}, status=422 if form.errors else 200)


def _said(error: FangpinError) -> str:
    lang = "en" if get_language() == "en" else "zh"
    said = error.to_json(lang)
    return "；".join(part for part in (said["message"], said["read"], said["remedy"]) if part)


@require_POST
@permitted("user.manage")
def give(request: Any, number: int) -> HttpResponse:
    """Give a duty."""
    user = queries.one_person(request.scope, number)
    form = DutyForm(request.POST, scope=request.scope)
    if form.is_valid():
        found = form.cleaned_data
        try:
            actions.add_duty(
                user,
                found["role"],
                found["region_code"],
                by=request.user,
                group=found["group"],
                department=found["department"],
            )
        except FangpinError as error:
            form.add_error(None, _said(error))
        else:
            messages.success(request, _("职责已加上。"))
            return redirect("person", number)
    return _person_page(request, number, form, status=422)


@require_POST
@permitted("user.manage")
def end(request: Any, number: int, duty: int) -> HttpResponse:
    """End a duty."""
    user = queries.one_person(request.scope, number)
    actions.end_duty(get_object_or_404(user.duties, pk=duty, until=None), by=request.user)
    messages.success(request, _("职责已结束。"))
    return redirect("person", number)


@require_POST
@never_cache
@permitted("user.manage")
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Enable, disable, or reset the password."""
    scope: Any = request.scope  # type: ignore[attr-defined]
    user = queries.one_person(scope, number)
    if not queries.covered(scope, user):
        raise Denied("user.manage")
    act = request.POST.get("act")
    if act == "reset":
        once = actions.reset_password(user, by=request.user)
        return _person_page(request, number, DutyForm(scope=scope), once)
    if act in ("enable", "disable"):
        actions.set_active(user, act == "enable", by=request.user)
        messages.success(request, _("账号已启用。") if act == "enable" else _("账号已停用，已登录的设备随即退出。"))
    return redirect("person", number)
