"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """``fangpin.web.workbench``."""

    name = "fangpin.web.workbench"
    label = "workbench"

    def ready(self) -> None:
        """Put the cards of administrators, auditors, researchers and departments there."""
        from fangpin.web.workbench import cards

        cards.register()
