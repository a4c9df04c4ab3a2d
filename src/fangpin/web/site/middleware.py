"""Language of the page, and errors of the core said as a page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from fangpin.vocabulary.errors import FangpinError

Handler = Callable[[HttpRequest], HttpResponse]


class Language:
    """Chinese unless the person chose otherwise; what the browser prefers is not asked."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = code
        with translation.override(code):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response


class Refusals:
    """A FangpinError becomes a page with its five fields (422), never a traceback."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, where the error is one of ours."""
        if not isinstance(error, FangpinError):
            return None
        said = error.to_json("en" if translation.get_language() == "en" else "zh")
        return render(request, "site/refused.html", {"said": said}, status=422)
