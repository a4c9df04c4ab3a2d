"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """``fangpin.web.audit``."""

    name = "fangpin.web.audit"
    label = "audit"

    def ready(self) -> None:
        """A place in the navigation."""
        from fangpin.web.site.places import Place, add

        add(Place("audit", _("审计"), "audit", "audit", "audit.read", order=80))
