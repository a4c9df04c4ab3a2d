"""Addresses under /api/; the description is /api/openapi.json."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path

from fangpin.web.api.views import api


def _own_sign_in(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    """The API answers 401 by itself; the sign-in page is for people."""
    if isinstance(pattern, URLPattern):
        pattern.callback = login_not_required(pattern.callback)
    return pattern


_patterns, _app, _instance = api.urls
urlpatterns = [path("", ([_own_sign_in(pattern) for pattern in _patterns], _app, _instance))]
