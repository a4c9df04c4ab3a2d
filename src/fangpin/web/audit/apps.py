"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """``fangpin.web.audit``."""

    name = "fangpin.web.audit"
    label = "audit"
