"""Addresses under /api/; the description is /api/openapi.json."""

from __future__ import annotations

from django.urls import path

from fangpin.web.api.views import api

urlpatterns = [path("", api.urls)]
