"""The app as Django knows it: its place in the navigation and its cards of the workbench."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    """``fangpin.web.casework``."""

    name = "fangpin.web.casework"
    label = "casework"

    def ready(self) -> None:
        """Put the cases and what is due into the frame."""
        from fangpin.web.casework import today
        from fangpin.web.site import cards, places

        places.add(places.Place("cases", _("办件"), "cases", "check", "case.read", order=20))
        cards.add("case.read", today.due)
        cards.add("case.propose", today.to_vote)
        cards.add("case.propose", today.to_post)
        cards.add("case.review", today.to_review)
        cards.add("case.approve", today.to_approve)
