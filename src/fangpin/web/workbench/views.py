"""The workbench: what must I do today? And the reports that stand beside the data, such as the demo's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from fangpin.web.accounts.views import role_names
from fangpin.web.site.cards import cards_of

REPORTS = {"county": gettext_lazy("本县的规则判定报告"), "survey": gettext_lazy("问卷数据的报告")}
PAPER: Any = {
    **{f"{kind}-src": [NONE] for kind in ("script", "connect", "worker", "font", "manifest")},
    "form-action": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
}


@require_GET
def home(request: Any) -> HttpResponse:
    """The cards of this person."""
    names = role_names()
    duties = [(names.get(duty.role, duty.role), duty.region_code) for duty in request.scope.duties]
    shown = [(name, REPORTS[name]) for name in REPORTS if _report(request, name)]
    return render(request, "workbench/home.html", {"cards": cards_of(request), "duties": duties, "reports": shown})


@require_GET
@csp_replace(PAPER)  # type: ignore[arg-type]
def report(request: Any, name: str) -> FileResponse:
    """A report as a page of paper: it may neither run a script nor call anybody."""
    found = _report(request, name)
    if found is None:
        raise Http404(_("没有这份报告"))
    return FileResponse(found.open("rb"), content_type="text/html; charset=utf-8")


def _report(request: Any, name: str) -> Path | None:
    """The file, where it is there and the person may read the whole county (a report names its households)."""
    found = Path(settings.REPORTS_DIR) / name / "report.html" if name in REPORTS else None
    whole = request.scope.covers("household.read", region_code=f"{settings.REPORTS_REGION[:6]}000000")
    return found if found is not None and whole and found.is_file() else None
