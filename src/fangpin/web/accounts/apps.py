"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """``fangpin.web.accounts``."""

    name = "fangpin.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to who signs in."""
        from fangpin.web.accounts import signals  # noqa: F401
