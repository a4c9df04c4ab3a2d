"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """``fangpin.web.registers``."""

    name = "fangpin.web.registers"
    label = "registers"
