"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """``fangpin.web.api``."""

    name = "fangpin.web.api"
    label = "api"
