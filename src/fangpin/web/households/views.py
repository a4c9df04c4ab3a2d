"""Pages of households: the list, one household, its open questions, edits, history, paper, a number in full, exports.

Not     reading (queries) and writing (actions); who may do what (request.scope)
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fangpin import tables
from fangpin.vocabulary.errors import FangpinError
from fangpin.web.households import actions, forms, queries
from fangpin.web.households import export as exports
from fangpin.web.households.dossier import dossier_pdf
from fangpin.web.households.models import SavedView
from fangpin.web.households.reading import read
from fangpin.web.households.words import TONES, shown, statuses
from fangpin.web.registers import queries as registers
from fangpin.web.registers.actions import Conflict
from fangpin.web.registers.columns import columns
from fangpin.web.registers.facts import ROW
from fangpin.web.site.guards import permitted
from fangpin.web.site.templatetags.page import lang

MOST_EXPORTED = 20_000
COLUMNS = ("place", "persons", "status", "income", "asked", "fresh")
Request: Any = HttpRequest


# -- the list ----------------------------------------------------------------------------------------------------------


@permitted("household.read")
def listing(request: Request) -> HttpResponse:
    """The list with its filters; htmx asks for the rows alone."""
    filters = queries.Filters.read(request.GET)
    within = registers.households(request.scope)
    rows = queries.listing(request.scope, filters, within)
    paginator = Paginator(rows, queries.PAGE)
    page = paginator.get_page(request.GET.get("page"))
    chosen = _columns(request)
    context = {
        "filters": filters,
        "page": page,
        "total": paginator.count,
        "rows": [_row(row) for row in page.object_list],
        "columns": chosen,
        "all_columns": COLUMNS,
        "address": urlencode(filters.pairs()),
        "statuses": statuses(lang()),
        "may_export": request.scope.may("household.export"),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return _varied(render(request, "households/rows.html", context))
    context["choices"] = queries.place_choices(within, lang())
    context["views"] = SavedView.objects.filter(user=request.user)
    answer = render(request, "households/list.html", context)
    if "columns" in request.GET:
        answer.set_cookie("columns", ".".join(chosen), max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
    return _varied(answer)


def _varied(answer: HttpResponse) -> HttpResponse:
    """Rows and page have one address: a browser that goes back must not take one for the other."""
    patch_vary_headers(answer, ["HX-Request"])
    patch_cache_control(answer, private=True, no_store=True)
    return answer


def _columns(request: Request) -> tuple[str, ...]:
    """The columns of the list: asked for now, else remembered, else all."""
    asked = request.GET.getlist("columns") or request.COOKIES.get("columns", "").split(".")
    chosen = tuple(c for c in COLUMNS if c in asked)
    return chosen or COLUMNS


def _row(row: Any) -> dict[str, Any]:
    words = dict(statuses(lang()))
    return {
        "now": row,
        "village": queries.place_name(row.region_code, lang()),
        "status": words.get(row.status, ""),
        "tone": TONES.get(row.status, "neutral"),
    }


@require_POST
@permitted("household.read")
def keep_view(request: Request) -> HttpResponse:
    """Keep how the list is narrowed."""
    filters = queries.Filters.read(request.POST)
    view = actions.keep_view(request.user, request.POST.get("name", ""), filters)
    messages.success(request, _("已存为“%(name)s”") % {"name": view.name})
    return redirect(f"{reverse('households')}?{view.query}")


@require_POST
@permitted("household.read")
def drop_view(request: Request, number: int) -> HttpResponse:
    """Delete a view of one's own."""
    actions.drop_view(request.user, number)
    return redirect("households")


@require_POST
@permitted("household.export")
def export(request: Request) -> HttpResponse:
    """The list as a file, for a purpose."""
    filters = queries.Filters.read(request.POST)
    purpose = " ".join(request.POST.get("purpose", "").split())
    kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    address = f"{reverse('households')}?{urlencode(filters.pairs())}"
    if len(purpose) < 2:
        messages.error(request, _("导出要写明用途"))
        return redirect(address)
    within = registers.households(request.scope, "household.export")
    ids = list(queries.listing(request.scope, filters, within).values_list("household_id", flat=True))
    if not ids or len(ids) > MOST_EXPORTED:
        messages.error(request, _("没有可导出的农户，或超过两万户：请缩小范围"))
        return redirect(address)
    folder = tempfile.TemporaryDirectory(prefix="fangpin-")
    with folder:
        name = f"{_('农户')}-{timezone.localdate():%Y%m%d}.{'zip' if kind == 'csv' else 'xlsx'}"
        write = exports.csv_archive if kind == "csv" else exports.workbook
        path = write(Path(folder.name) / f"export.{kind}", ids, health=request.scope.may("health.read"))
        actions.exported(request.user, filters, purpose, len(ids), kind)
        content = path.read_bytes()
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = FileResponse(filename=name).headers.get("Content-Disposition") or (
        f'attachment; filename="households.{"zip" if kind == "csv" else "xlsx"}"'
    )
    return answer


@permitted("aggregate.read")
def villages(request: Request) -> HttpResponse:
    """Every village at a glance."""
    found = queries.villages(request.scope, lang())
    names = ("households", "persons", "sure", "to_ask", "stale")
    hidden = any(getattr(v, name) is None for v in found for name in names)
    totals = None if hidden else {name: sum(getattr(v, name) for v in found) for name in names}
    context = {"villages": found, "totals": totals, "linked": request.scope.may("household.read")}
    return render(request, "households/villages.html", context)


# -- one household -----------------------------------------------------------------------------------------------------


@never_cache
@permitted("household.read")
def detail(request: Request, household_id: str) -> HttpResponse:
    """A household as it reads."""
    page = queries.page_of(request.scope, household_id, lang())
    return render(request, "households/detail.html", _context(request, page))


def _context(request: Request, page: queries.Page) -> dict[str, Any]:
    place = _place(page.now)
    covers = request.scope.covers
    return {
        "page": page,
        "now": page.now,
        "tone": TONES.get(page.now.status, "neutral"),
        "may_edit": covers("household.edit", **place),
        "may_visit": covers("household.visit", **place),
        "may_reveal": covers("identity.reveal", **place),
        "may_print": covers("household.print", **place),
    }


def _place(now: Any) -> dict[str, str]:
    return {"region_code": now.region_code, "household_id": now.household_id, "group": now.natural_village}


@never_cache
@permitted("household.read")
def history(request: Request, household_id: str) -> HttpResponse:
    """All that was written about a household, newest first."""
    changes = registers.timeline(request.scope, household_id)
    now = registers.current(request.scope, household_id)
    healthy = request.scope.covers("health.read", **_place(now))
    told = [_told(change, healthy) for change in changes]
    chosen = request.GET.get("field", "")
    if chosen:
        told = [t for t in told if any(line["path"] == chosen for line in t["lines"])]
    paginator = Paginator(told, queries.PAGE)
    context = {"now": now, "page": paginator.get_page(request.GET.get("page")), "field": chosen}
    return render(request, "households/history.html", context)


def _told(change: Any, healthy: bool) -> dict[str, Any]:
    about = columns(change.table)
    lines = []
    for name, (before, after) in change.fields.items():
        field = about.fields[name]
        hidden = field.privacy == "sensitive" and not healthy
        sealed = name in about.sealed
        said = [v if sealed else shown(field, v, lang()) for v in (before, after)]
        line = {"path": field.path, "label": field.label(lang()), "before": said[0], "after": said[1]}
        lines.append({**line, "hidden": hidden})
    table = tables.catalogue().table(change.table)
    return {"change": change, "batch": change.batch, "table": table.label(lang()), "lines": lines}


@never_cache
@permitted("household.visit")
def ask(request: Request, household_id: str) -> HttpResponse:
    """The open questions of one household, one below the other; an answer is kept at once and changes the result."""
    page = queries.page_of(request.scope, household_id, lang())
    request.scope.require("household.visit", **_place(page.now))
    changed = None
    if request.method == "POST":
        changed = _answered(request, page)
        if changed is not None and "problem" not in changed:
            page = queries.page_of(request.scope, household_id, lang())
    questions = [_question(page, a, changed) for a in page.asks]
    context = {**_context(request, page), "questions": questions, "changed": changed}
    return render(request, "households/ask.html", context)


def _question(page: queries.Page, asked: Any, changed: Any) -> dict[str, Any]:
    """A question with its control; the roster is asked for on the edit page of members."""
    if asked["path"] == "household.roster":
        return {**asked, "control": None}
    table, _dot, code = asked["path"].partition(".")
    row = _row_for(page, table, asked["person"])
    problem = (changed or {}).get("problem", {}) if (changed or {}).get("fact") == asked["fact"] else {}
    given = {code: changed["given"]} if problem else None
    (control,) = forms.controls(
        table, row or {}, lang(), only=[tables.catalogue().field(asked["path"]).name], given=given, problems=problem
    )
    return {**asked, "control": control}


def _row_for(page: queries.Page, table: str, person: str) -> dict[str, Any] | None:
    rows = page.one.rows.get(table, [])
    if table == "member":
        return next((r for r in rows if str(r["person_id"]) == person), None)
    return rows[-1] if rows else None


def _answered(request: Request, page: queries.Page) -> dict[str, Any] | None:
    """One answer, written as an edit of the visit; what changed by it."""
    fact = request.POST.get("fact", "")
    asked = next((a for a in page.asks if a["fact"] == fact), None)
    if asked is None or asked["path"] == "household.roster":
        return None
    table, _dot, _code = asked["path"].partition(".")
    field = tables.catalogue().field(asked["path"])
    given = [v.strip() for v in request.POST.getlist(field.name) if v.strip()]
    if not given:
        return {"fact": fact, "given": "", "problem": {field.name: _("没有填写")}}
    text = ";".join(given) if field.kind == "codes" else given[-1]
    values, problems = read(table, {field.name: text})
    if problems:
        return {"fact": fact, "given": text, "problem": {k: v(lang()) for k, v in problems.items()}}
    row = _row_for(page, table, asked["person"])
    done = actions.edit(
        request.scope,
        request.user,
        page.now.household_id,
        table,
        values,
        person_id=asked["person"],
        seen=row[ROW] if row else None,
        reason=_("入户核查"),
        action="household.visit",
    )
    return _outcome(done, fact)


def _outcome(done: Any, fact: str = "") -> dict[str, Any]:
    """What an edit did to the rule result, in words."""
    words = dict(statuses(lang()))
    before, after = done.before, done.after
    return {
        "fact": fact,
        "before": words.get(before.status, "") if before else "",
        "after": words.get(after.status, "") if after else "",
        "moved": bool(before and after and before.status != after.status),
        "tone": TONES.get(after.status, "neutral") if after else "neutral",
        "left": len(after.ask) if after else 0,
    }


@never_cache
@permitted("household.edit")
def edit(request: Request, household_id: str, table: str) -> HttpResponse:
    """One row of a table: what holds, in a form; saving adds a version and decides the household anew."""
    if table not in tables.catalogue().tables:
        raise registers.Missing(table)
    page = queries.page_of(request.scope, household_id, lang())
    place = _place(page.now)
    request.scope.require("household.edit", **place)
    row = _chosen(page, table, request.GET.get("row", request.POST.get("row", "")))
    healthy = request.scope.covers("health.read", **place)
    problems: dict[str, str] = {}
    given: dict[str, str] = {}
    conflict: Conflict | None = None
    if request.method == "POST":
        given = forms.posted(table, request.POST, row or {}, lang())
        values, unread = read(table, given)
        problems = {code: said(lang()) for code, said in unread.items()}
        if not problems and given:
            try:
                return _saved(request, page, table, row, values)
            except Conflict as error:
                conflict = error
        elif not given:
            messages.info(request, _("没有改动"))
            return redirect("household", household_id)
    masked = {c: page.one.masked(table, row, c) for c in columns(table).sealed} if row else {}
    context = {
        **_context(request, page),
        "table": tables.catalogue().table(table),
        "label": tables.catalogue().table(table).label(lang()),
        "row": row[ROW] if row else "",
        "controls": forms.controls(
            table, row or {}, lang(), health=healthy, given=given, problems=problems, masked=masked
        ),
        "problems": problems,
        "conflict": _conflict(table, conflict) if conflict else None,
        "reason": request.POST.get("reason", ""),
        "person_id": str(row["person_id"]) if row and table == "member" else request.POST.get("person_id", ""),
    }
    return render(request, "households/edit.html", context, status=422 if problems or conflict else 200)


def _chosen(page: queries.Page, table: str, number: str) -> dict[str, Any] | None:
    """The row that is edited: the one named, else the only one; None for a new one."""
    rows = page.one.rows.get(table, [])
    if number == "new":
        return None
    if number:
        return next((r for r in rows if str(r[ROW]) == number), rows[-1] if rows else None)
    return rows[-1] if rows and table in ("household", "living", "safeguards", "income_year") else None


def _saved(request: Request, page: queries.Page, table: str, row: Any, values: dict[str, Any]) -> HttpResponse:
    seen = request.POST.get("overwrite") or request.POST.get("row", "")
    person = str(row["person_id"]) if row and table == "member" else request.POST.get("person_id", "").strip()
    if table == "member" and not person:
        person = _next_person(page)
    done = actions.edit(
        request.scope,
        request.user,
        page.now.household_id,
        table,
        values,
        person_id=person if table == "member" else "",
        seen=int(seen) if seen.isdigit() else None,
        reason=request.POST.get("reason", ""),
    )
    said = _outcome(done)
    if said["moved"]:
        messages.success(
            request,
            _("已保存。规则判定由“%(before)s”变为“%(after)s”") % {"before": said["before"], "after": said["after"]},
        )
    else:
        messages.success(request, _("已保存。规则判定不变：%(after)s") % {"after": said["after"] or _("未作判定")})
    return redirect("household", page.now.household_id)


def _next_person(page: queries.Page) -> str:
    """The number of a new member: the next that no member of the household has."""
    known = {str(r["person_id"]) for r in page.one.rows.get("member", [])}
    n = len(known) + 1
    while f"{page.now.household_id}-{n}" in known:
        n += 1
    return f"{page.now.household_id}-{n}"


def _conflict(table: str, error: Conflict) -> dict[str, Any]:
    """What somebody else wrote meanwhile, beside what was typed."""
    about = columns(table)
    lines = []
    for name, (before, after) in error.theirs.items():
        field = about.fields[name]
        sealed = name in about.sealed
        said = [v if sealed else shown(field, v, lang()) for v in (before, after)]
        lines.append({"label": field.label(lang()), "before": said[0], "after": said[1]})
    return {"message": error.title(lang()), "remedy": error.remedy(lang()) if error.remedy else "", "lines": lines}


@never_cache
@require_POST
@permitted("identity.reveal")
def reveal(request: Request, household_id: str) -> HttpResponse:
    """A number in full, for a reason; never in an address, never kept by the browser."""
    data = request.POST
    try:
        value = actions.reveal(
            request.scope, request.user, household_id, data.get("table", ""), data.get("key", ""),
            data.get("column", ""), data.get("reason", ""),
        )  # fmt: skip
    except FangpinError as error:
        return render(request, "households/revealed.html", {"problem": error.message(lang())}, status=422)
    return render(request, "households/revealed.html", {"value": value, "household_id": household_id})


@never_cache
@permitted("household.print")
def dossier(request: Request, household_id: str) -> HttpResponse:
    """One household on A4: everything this person may see, with who printed it and when."""
    page = queries.page_of(request.scope, household_id, lang())
    request.scope.require("household.print", **_place(page.now))
    actions.printed(request.user, household_id, page.now.region_code, "page")
    return render(request, "households/print.html", {**_context(request, page), "printed": timezone.now()})


@never_cache
@permitted("household.print")
def paper(request: Request, household_id: str) -> HttpResponse:
    """The same as a PDF (一户一档)."""
    page = queries.page_of(request.scope, household_id, lang())
    request.scope.require("household.print", **_place(page.now))
    made = dossier_pdf(page, lang(), str(request.user), timezone.localtime())
    actions.printed(request.user, household_id, page.now.region_code, "pdf")
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="household.pdf"'
    return answer
