"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """``fangpin.web.accounts``."""

    name = "fangpin.web.accounts"
    label = "accounts"
