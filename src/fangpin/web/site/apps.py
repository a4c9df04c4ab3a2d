"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """``fangpin.web.site``."""

    name = "fangpin.web.site"
    label = "site"
