"""Pages of background work: one's own jobs, how far each is, and stopping one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from fangpin.web.jobs import actions, queries
from fangpin.web.site.templatetags.page import lang


@require_GET
def jobs_page(request: Any) -> HttpResponse:
    """The jobs that this person started."""
    page = Paginator(queries.mine(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "jobs/jobs.html", {"page": page})


@require_GET
def job_page(request: Any, job_id: str) -> HttpResponse:
    """One job; asked again by the page while it runs."""
    job = queries.one(request.user, str(job_id))
    actions.look(job)
    problem = job.problem.get(lang()) if job.problem else None
    name = "jobs/progress.html" if request.headers.get("HX-Request") else "jobs/job.html"
    return render(request, name, {"job": job, "problem": problem})


@require_POST
def job_cancel(request: Any, job_id: str) -> HttpResponse:
    """Ask it to stop."""
    job = queries.one(request.user, str(job_id))
    actions.cancel(job)
    return redirect(job.link or "jobs")
