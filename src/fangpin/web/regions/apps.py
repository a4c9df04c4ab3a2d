"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """``fangpin.web.regions``."""

    name = "fangpin.web.regions"
    label = "regions"
