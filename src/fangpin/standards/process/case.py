"""What the procedure needs to know of a case: where it stands, and what has been recorded.

Gives   CaseFacts and its parts: Act, Actor, Vote, Notice, Objection
Not     where any of it is kept; names, numbers and addresses have no place here
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from fangpin.standards.process.documents import Voted


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to act."""

    user: str
    role: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done in this episode: by whom, at which level."""

    user: str
    action: str
    level: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vote:
    """The village's vote on one household.

    ``entitled`` counts what the quorum is a share of; ``or_entitled`` and ``or_present`` the other count, where the
    law allows two. ``recused`` are near relatives who do not vote on their own; they are present.
    """

    kind: str
    held_on: date
    entitled: int
    present: int
    for_: int
    against: int
    abstain: int = 0
    recused: int = 0
    or_entitled: int | None = None
    or_present: int | None = None
    called_on: date | None = None
    authorised: bool = False

    @property
    def result(self) -> Voted:
        """For, if more than half of those present and voting on it are for; else against."""
        return "for" if 2 * self.for_ > self.present - self.recused else "against"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sheet on the board: the day it was posted, and whether it is photographed on the first and the last day."""

    posted_on: date
    first_photo: bool = False
    last_photo: bool = False
    village: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection to this household's notice, and what became of it."""

    received_on: date
    status: Literal["open", "dismissed", "upheld", "visit"] = "open"
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One episode of one household, as far as the procedure asks; what is not known permits nothing.

    ``entered`` has the last time each state was entered, ``rule`` the status of the rule result, ``compared``
    whether the cross-check came back, ``measures`` how many have been recorded, ``refused_on`` when a refusal was
    delivered, ``clearing`` which conditions of removal hold.
    """

    state: str
    entered: Mapping[str, datetime] = field(default_factory=dict)
    rule: str | None = None
    acts: tuple[Act, ...] = ()
    authorised: bool = False
    visitors: int = 0
    compared: bool = False
    property_verified: bool = False
    declared_falsely: bool = False
    vote: Vote | None = None
    notices: tuple[Notice, ...] = ()
    objections: tuple[Objection, ...] = ()
    refused_on: date | None = None
    no_risk_found: bool = False
    members_left: int | None = None
    cancelled: bool = False
    sudden: bool = False
    measures: int = 0
    needs_change: bool = False
    new_risk: bool = False
    clearing: Mapping[str, bool | None] = field(default_factory=dict)
