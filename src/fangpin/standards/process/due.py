"""What is due when: the running time limits of a case, and how much of each has gone.

Gives   due(process, facts, at) → the limits that run, most urgent first
Keeps   amber from the share that the procedure names (75 %), red when the last day is over
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from fangpin.standards.process.calendar import local_day
from fangpin.standards.process.case import CaseFacts
from fangpin.standards.process.documents import DeadlineDocument
from fangpin.standards.process.model import Process

Tone = Literal["running", "due_soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Due:
    """A limit that runs: since when, its last day, how much of it has gone (above 1: overdue), and its tone."""

    name: str
    limit: DeadlineDocument
    since: date
    last_day: date
    gone: float
    tone: Tone


def due(process: Process, facts: CaseFacts, at: datetime) -> tuple[Due, ...]:
    """The limits that run for a case now, most urgent first; a closed case has none.

    A limit runs from the first state of its list that was entered in this episode until one of its ends is. Of a limit
    that recurs the latest entry counts. Limits of notices, objections and appeals run while these wait.
    """
    running = [] if process.states[facts.state].kind == "closed" else [*_of_states(process, facts)]
    running += [("notice", n.posted_on) for n in facts.notices if facts.state in ("published", "clearing")]
    running += [("objection", o.received_on) for o in facts.objections if o.status == "open"]
    if facts.state == "rejected" and facts.refused_on is not None:
        running.append(("appeal", facts.refused_on))
    found = [_due(process, name, since, at) for name, since in running]
    return tuple(sorted(found, key=lambda d: (d.last_day, d.name)))


def _of_states(process: Process, facts: CaseFacts) -> list[tuple[str, date]]:
    found = []
    for name, limit in process.deadlines.items():
        starts = [facts.entered[s] for s in limit.from_ if s in facts.entered]
        if not starts:
            continue
        since = max(starts) if limit.every else min(starts)
        if limit.every:
            running = facts.state in limit.from_
        else:
            running = not any(s in facts.entered and facts.entered[s] >= since for s in limit.until)
        if running:
            found.append((name, local_day(since)))
    return found


def _due(process: Process, name: str, since: date, at: datetime) -> Due:
    limit = process.deadlines[name]
    end, last = process.over(limit, since), process.last_day(limit, since)
    begun = process.calendar.over(since)
    whole = max((end - begun).total_seconds(), 1.0)
    gone = max((at - begun).total_seconds(), 0.0) / whole
    tone: Tone = "overdue" if at >= end and not limit.least else "due_soon" if gone >= process.amber_at else "running"
    return Due(name, limit, since, last, gone, tone)
