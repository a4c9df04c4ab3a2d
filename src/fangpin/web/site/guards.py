"""Guards of views: an action of the permission table before anything is done, and not too often.

Gives   permitted("household.read"), a decorator; the row itself is still asked of request.scope; limited("60/h")
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja.throttling import SimpleRateThrottle

View = Callable[..., HttpResponse]


def permitted(*actions: str) -> Callable[[View], View]:
    """The view only for people whose duties allow at least one of the actions somewhere; others get the 403 page."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.scope.may(action) for action in actions):  # type: ignore[attr-defined]
                raise PermissionDenied(actions[0])
            return view(request, *args, **kwargs)

        run.actions = actions  # type: ignore[attr-defined]
        return run

    return guard


class _Pace(SimpleRateThrottle):
    """How often one person may call one view; counted in the shared cache."""

    def __init__(self, name: str, rate: str) -> None:
        self.scope = name
        super().__init__(rate)

    def get_cache_key(self, request: HttpRequest) -> str:
        """One count a person and view."""
        return f"pace_{self.scope}_{request.user.pk}"


def limited(rate: str, *, method: str = "") -> Callable[[View], View]:
    """The view at most so often for one person (``60/h``, ``10/m``); beyond that a page that says when to go on (429).

    Args:
        rate: How often.
        method: Count only calls of this method.
    """

    def guard(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            pace = _Pace(f"{view.__module__}.{view.__name__}", rate)
            if (method in ("", request.method)) and not pace.allow_request(request):
                wait = int(pace.wait() or 1) + 1
                answer = render(request, "site/error.html", {"kind": "429", "minutes": -(-wait // 60)}, status=429)
                answer.headers["Retry-After"] = str(wait)
                return answer
            return view(request, *args, **kwargs)

        return run

    return guard
