"""The places of the navigation, in the order of a working day. Another app adds its own in AppConfig.ready().

Gives   Place, add(place), places_of(request): those the person may go to; on a phone the first four stand in the bar
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PHONE = 4


@dataclass(frozen=True)
class Place:
    """One entry: where it leads, its icon, and the action one needs (empty: everybody)."""

    code: str
    label: str | Promise
    url: str
    icon: str
    action: str = ""
    order: int = 50


_places: dict[str, Place] = {}


def add(place: Place) -> None:
    """Put a place into the navigation; the same code replaces."""
    _places[place.code] = place


add(Place("home", _("今日"), "home", "home", order=0))


def places_of(request: Any) -> list[dict[str, Any]]:
    """The places this person may go to, with their addresses and which of them is open."""
    found: list[dict[str, Any]] = []
    for place in sorted(_places.values(), key=lambda p: (p.order, p.code)):
        if place.action and not request.scope.may(place.action):
            continue
        try:
            address = reverse(place.url)
        except NoReverseMatch:
            continue
        here = request.path == "/" if address == "/" else request.path.startswith(address)
        found.append({"place": place, "url": address, "here": here, "phone": len(found) < PHONE})
    return found
