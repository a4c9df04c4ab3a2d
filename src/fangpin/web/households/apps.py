"""The app as Django knows it: its places in the navigation and its cards of the workbench."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    """``fangpin.web.households``."""

    name = "fangpin.web.households"
    label = "households"

    def ready(self) -> None:
        """Put the list, the villages and what is due into the frame."""
        from fangpin.web.households import today
        from fangpin.web.site import cards, places

        places.add(places.Place("households", _("农户"), "households", "people", "household.read", order=10))
        places.add(places.Place("villages", _("各村"), "villages", "chart", "aggregate.read", order=30))
        cards.add("household.visit", today.to_visit)
        cards.add("household.read", today.sure)
