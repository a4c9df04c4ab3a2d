"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """``fangpin.web.accounts``."""

    name = "fangpin.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to who signs in; a place in the navigation."""
        from fangpin.web.accounts import signals  # noqa: F401
        from fangpin.web.site.places import Place, add

        add(Place("people", _("人员"), "people", "people", "user.read", order=90))
