"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """``fangpin.web.registers``."""

    name = "fangpin.web.registers"
    label = "registers"

    def ready(self) -> None:
        """Its places in the navigation, its cards, its background work."""
        from django.utils.translation import gettext_lazy as _

        from fangpin.web.registers import cards
        from fangpin.web.registers import jobs as _jobs  # noqa: F401  registers its work
        from fangpin.web.site.places import Place, add

        add(Place("imports", _("导入"), "imports", "upload", "import.read", order=40))
        add(Place("duplicates", _("重复"), "duplicates", "twins", "duplicate.read", order=45))
        cards.register()
