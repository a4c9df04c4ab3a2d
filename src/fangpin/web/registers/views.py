"""Pages of the registers: imports from upload to merge, and rows that wait for a decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangpin.vocabulary.errors import FangpinError
from fangpin.web.jobs.models import Job
from fangpin.web.registers import deciding, imports, preview, queries, reading
from fangpin.web.registers.base import Batch
from fangpin.web.registers.forms import UploadForm
from fangpin.web.registers.undoing import in_the_way
from fangpin.web.site.guards import permitted
from fangpin.web.site.templatetags.page import lang

OPEN = (Batch.State.UPLOADED, Batch.State.CHECKING, Batch.State.PUBLISHING)
Request = Any


@permitted("import.read", "import.upload")
@require_http_methods(["GET", "POST"])
def imports_page(request: Request) -> HttpResponse:
    """The imports of one's regions, and the form for a new one."""
    form = (
        UploadForm(request.scope, request.POST or None, request.FILES or None)
        if request.scope.may("import.upload")
        else None
    )
    problem = None
    if request.method == "POST" and form is not None and form.is_valid():
        said = form.cleaned_data
        try:
            batch = imports.upload(
                by=request.user,
                file=said["file"],
                region_code=said["region_code"],
                keep_existing=said["keep_existing"],
                known_at=said["known_at"],
                department=form.departments.get(said["region_code"], ""),
            )
        except FangpinError as error:
            problem = error.to_json(lang())
        else:
            return redirect("import", batch.pk)
    rows = queries.batches(request.scope, kinds=[Batch.Kind.LOAD, Batch.Kind.IMPORT])
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    status = 422 if problem or (form is not None and form.errors) else 200
    return render(request, "registers/imports.html", {"page": page, "form": form, "problem": problem}, status=status)


@permitted("import.read")
@require_GET
def import_page(request: Request, number: int) -> HttpResponse:
    """One import: how far it is, what it would change, what can be done with it."""
    batch = queries.batch(request.scope, number)
    context = {
        "batch": batch,
        "job": _job(batch),
        "open": batch.state in OPEN,
        "heads": preview.heads(),
        "rows": preview.sums(batch),
        "problem": (batch.details.get("problem") or {}).get(lang()),
        "undecided": preview.matters(batch).filter(choice="").count(),
        "matters": preview.matters(batch).count(),
        "may_merge": request.scope.covers("import.merge", region_code=batch.region_code),
        "may_undo": request.scope.covers("import.undo", region_code=batch.region_code),
        "book": bool(batch.details.get("findings")),
        "in_the_way": in_the_way(batch) if batch.state == Batch.State.PUBLISHED else [],
    }
    if not request.headers.get("HX-Request"):
        return render(request, "registers/import.html", context)
    if context["open"]:
        return render(request, "registers/import_progress.html", context)
    return HttpResponse(headers={"HX-Refresh": "true"})


def _job(batch: Batch) -> Job | None:
    return Job.objects.filter(link=f"/registers/imports/{batch.pk}/").order_by("-created").first()


@permitted("import.read")
@require_GET
def import_rows(request: Request, number: int, table: str, what: str) -> HttpResponse:
    """The rows of a table that an import adds or changes, field by field, a page at a time."""
    batch = queries.batch(request.scope, number)
    if table not in batch.counts:
        raise queries.Missing(table)
    at = _page(request)
    rows = (preview.changes if what == "changed" else preview.added)(batch, table, at)
    total = batch.counts[table].get(what, 0)
    context = {
        "batch": batch,
        "rows": rows,
        "table": preview.label_of(table),
        "what": preview.LABELS[what],
        "total": total,
        "before": at if at > 0 else None,
        "after": at + 2 if (at + 1) * preview.PAGE < total else None,
    }
    return render(request, "registers/import_rows.html", context)


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text) - 1, 0) if text.isdecimal() and len(text) < 8 else 0


@permitted("import.read")
@require_GET
def import_findings(request: Request, number: int) -> HttpResponse:
    """What checking the file had to say."""
    batch = queries.batch(request.scope, number)
    at, total = _page(request), min(batch.details.get("findings", 0), reading.MOST_FINDINGS)
    context = {
        "batch": batch,
        "findings": preview.findings(batch, lang(), at),
        "total": batch.details.get("findings", 0),
        "before": at if at > 0 else None,
        "after": at + 2 if (at + 1) * preview.PAGE < total else None,
    }
    return render(request, "registers/import_findings.html", context)


@permitted("import.read")
@require_GET
def import_book(request: Request, number: int) -> Any:
    """The findings workbook, to be mended and sent again."""
    batch = queries.batch(request.scope, number)
    path = imports.folder(batch) / "read" / reading.BOOK
    if not path.exists():
        if not batch.details.get("findings"):
            raise queries.Missing(str(number))
        return redirect("job", imports.ask_book(batch, by=request.user).pk)
    imports.took_book(batch, by=request.user)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"findings-{batch.pk}.xlsx")


@permitted("import.merge", "import.upload", "import.undo")
@require_POST
def import_do(request: Request, number: int, what: str) -> HttpResponse:
    """Merge, reject, check again or undo an import."""
    batch = queries.batch(request.scope, number)
    if what == "merge":
        imports.ask_merge(batch, by=request.user)
    elif what == "reject":
        imports.reject(batch, by=request.user)
        messages.info(request, _("已放弃，登记没有变。"))
    elif what == "check":
        imports.check_again(batch, by=request.user)
    else:
        imports.undo(batch, by=request.user, reason=request.POST.get("reason", "")[:400])
        messages.success(request, _("已撤销，登记恢复到合并之前。"))
    return redirect("import", batch.pk)


@permitted("import.read")
@require_GET
def import_matters(request: Request, number: int) -> HttpResponse:
    """The rows of an import that wait for a decision, side by side with those they may be."""
    batch = queries.batch(request.scope, number)
    page = Paginator(preview.matters(batch), 10).get_page(request.GET.get("page"))
    shown = [(matter, [] if matter.choice else preview.candidates(matter)) for matter in page]
    may = request.scope.covers("import.merge", region_code=batch.region_code)
    return render(request, "registers/import_matters.html", {"batch": batch, "page": page, "shown": shown, "may": may})


@permitted("import.merge")
@require_POST
def import_decide(request: Request, number: int, matter: int) -> HttpResponse:
    """Decide one of them."""
    batch = queries.batch(request.scope, number)
    one = get_object_or_404(preview.matters(batch), pk=matter)
    choice, _colon, chosen = request.POST.get("choice", "").partition(":")
    deciding.decide(one, by=request.user, choice=choice, chosen=chosen, reason=request.POST.get("reason", "")[:400])
    messages.success(request, _("已记下。"))
    return redirect("import_matters", batch.pk)
