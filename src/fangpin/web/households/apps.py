"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    """``fangpin.web.households``."""

    name = "fangpin.web.households"
    label = "households"
