"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig

from fangpin.vocabulary.text import Text


class SiteConfig(AppConfig):
    """``fangpin.web.site``."""

    name = "fangpin.web.site"
    label = "site"

    def ready(self) -> None:
        """A text in two languages is not called by a template: it goes to the filter ``said``."""
        Text.do_not_call_in_templates = True  # type: ignore[attr-defined]
