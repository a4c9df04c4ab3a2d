"""Cards of the workbench: a verb, a number, a deadline. An app adds its own in AppConfig.ready().

Gives   Card; add(action, make): ``make(request)`` gives a Card or None, asked only of people who may do it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

TONES = ("neutral", "todo", "waiting", "soon", "overdue")


@dataclass(frozen=True)
class Card:
    """What there is to do: ``verb`` the sentence, ``number`` how many, ``due`` until when, ``tone`` one of TONES."""

    verb: str | Promise
    number: int
    url: str
    due: date | None = None
    tone: str = "neutral"
    note: str | Promise = ""
    order: int = 50


_makers: list[tuple[str, Callable[[Any], Card | None]]] = []


def add(action: str, make: Callable[[Any], Card | None]) -> None:
    """A card for the people whose duties allow ``action``."""
    if (action, make) not in _makers:
        _makers.append((action, make))


def cards_of(request: Any) -> list[Card]:
    """The cards of this person, most urgent first."""
    made = (make(request) for action, make in _makers if request.scope.may(action))
    return sorted((card for card in made if card), key=lambda c: (-TONES.index(c.tone), c.order))
