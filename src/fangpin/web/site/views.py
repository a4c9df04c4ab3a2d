"""Pages of the whole site: /healthz, the language switch, and the pages that say what went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

import fangpin


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """200 and JSON where the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = "ok"
    except DatabaseError:
        database = "unreachable"
    well = database == "ok"
    said = {"status": "ok" if well else "failing", "database": database, "version": fangpin.__version__}
    return JsonResponse(said, status=200 if well else 503)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language and go back to the page the person was on."""
    code, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            httponly=True,
            secure=settings.HTTPS,
        )
    return response


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return render(request, "site/error.html", {"kind": "400"}, status=400)


def denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403: not within this person's duties."""
    return render(request, "site/error.html", {"kind": "403"}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or came from elsewhere."""
    return render(request, "site/error.html", {"kind": "csrf"}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    return render(request, "site/error.html", {"kind": "404"}, status=404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """500: the page needs neither session nor database."""
    return render(request, "site/failed.html", status=500)
