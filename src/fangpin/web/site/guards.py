"""Guards of views: an action of the permission table before anything is done.

Gives   permitted("household.read"), a decorator; the row itself is still asked of request.scope
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

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
