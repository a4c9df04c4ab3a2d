"""A procedure in force, with everything resolved.

Gives   Process: states, actors, guards, actions, deadlines, votes, meetings, calendar; `over`, `last_day`, `meeting`
Not     how it is put together (resolve), what may be done (permit)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fangpin.standards.process.calendar import Calendar
from fangpin.standards.process.documents import (
    ActionDocument,
    ActorDocument,
    ConditionDocument,
    DeadlineDocument,
    MeetingKind,
    MeetingsDocument,
    Named,
    StateDocument,
    VoteDocument,
)
from fangpin.vocabulary.text import Text


@dataclass(frozen=True)
class Process:
    """A procedure in force: frozen, with the hash of everything that it says."""

    id: str
    title: Text
    legal_basis: Text
    region: str | None
    as_of: date
    states: Mapping[str, StateDocument]
    actors: Mapping[str, ActorDocument]
    guards: Mapping[str, Named]
    actions: Mapping[str, ActionDocument]
    deadlines: Mapping[str, DeadlineDocument]
    votes: tuple[VoteDocument, ...]
    veto_may_be_lifted: bool
    meetings: tuple[MeetingsDocument, ...]
    clear_conditions: Mapping[str, ConditionDocument]
    never_publish: tuple[str, ...]
    amber_at: float
    calendar: Calendar
    set_by: Mapping[str, str]
    hash: str

    def over(self, limit: DeadlineDocument, start: date) -> datetime:
        """The first moment after a limit that begins on a day."""
        return self.calendar.over(start, days=limit.days, months=limit.months, unit=limit.unit)

    def last_day(self, limit: DeadlineDocument, start: date) -> date:
        """The last day of a limit that begins on a day."""
        return self.calendar.last_day(start, days=limit.days, months=limit.months, unit=limit.unit)

    def meeting(self, kind: str, day: date) -> MeetingKind | None:
        """The rules of a kind of meeting on a day; None where none of that name may decide then."""
        return next((m.kinds[kind] for m in self.meetings if m.effective.covers(day) and kind in m.kinds), None)

    def kinds_of(self, day: date) -> Mapping[str, MeetingKind]:
        """The kinds of meeting that may decide on a day."""
        return next((m.kinds for m in self.meetings if m.effective.covers(day)), {})

    def in_states(self, kind: str) -> tuple[str, ...]:
        """The names of the states of a kind: open, held, closed."""
        return tuple(name for name, state in self.states.items() if state.kind == kind)
