"""What must hold before an action: the test of each guard that a procedure may name.

Gives   GUARDS: name → test(process, facts, at)
Keeps   what was not recorded holds nothing up as if it were a no, and lets nothing through as if it were a yes:
        every guard asks for something recorded
Source  rules/process/monitoring.yaml (the words); this module has the tests, and the loader refuses a name it lacks
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import ceil

from fangpin.standards.process.calendar import local_day
from fangpin.standards.process.case import CaseFacts, Vote
from fangpin.standards.process.documents import MeetingKind, Outcome
from fangpin.standards.process.model import Process

Guard = Callable[["Process", CaseFacts, datetime], bool]
DECIDE = frozenset({"deliberate", "recheck_notice"})


def outcome_of(process: Process, facts: CaseFacts) -> Outcome | None:
    """What rule and vote lead to; None while either is missing. A veto that may not be lifted ends in a refusal."""
    if facts.rule is None:
        return None
    for row in process.votes:
        if facts.rule not in row.rule:
            continue
        if row.vote == "any":
            return row.then
        if facts.vote is not None and facts.vote.result == row.vote:
            if row.then != "lift":
                return row.then
            return "publish" if process.veto_may_be_lifted else "refuse"
    return None


def meeting_problem(process: Process, vote: Vote, at: datetime) -> str | None:
    """What makes a meeting void, by a short name; None where it stands."""
    kind = process.meeting(vote.kind, vote.held_on)
    if kind is None:
        return "kind"
    if vote.held_on > local_day(at):
        return "future"
    counts = (vote.for_, vote.against, vote.abstain, vote.recused)
    if min(counts) < 0 or sum(counts) != vote.present or vote.present > vote.entitled:
        return "counts"
    if not _quorate(kind, vote):
        return "quorum"
    if kind.notice_days and (vote.called_on is None or (vote.held_on - vote.called_on).days < kind.notice_days):
        return "called"
    return "authorisation" if kind.needs_authorisation and not vote.authorised else None


def _quorate(kind: MeetingKind, vote: Vote) -> bool:
    quorum = kind.quorum
    if vote.entitled > 0 and vote.present >= ceil(quorum.share * vote.entitled):
        return True
    if quorum.or_share is None or not vote.or_entitled or vote.or_present is None:
        return False
    return vote.or_entitled >= vote.or_present >= ceil(quorum.or_share * vote.or_entitled)


def _meeting_valid(process: Process, facts: CaseFacts, at: datetime) -> bool:
    compared = facts.entered.get("compared")
    return (
        facts.vote is not None
        and (compared is None or facts.vote.held_on >= local_day(compared))
        and meeting_problem(process, facts.vote, at) is None
    )


def _decided_at(facts: CaseFacts) -> datetime | None:
    """When what stands on the notice was decided: a sheet posted before counts for nothing, one recorded later does."""
    if facts.state == "clearing":
        return facts.entered.get("clearing")
    decided = [facts.entered[s] for s in ("reviewed", "rechecked") if s in facts.entered]
    return max(decided, default=facts.entered.get("published"))


def _notice_over(process: Process, facts: CaseFacts, at: datetime) -> bool:
    began = _decided_at(facts)
    posted = [n for n in facts.notices if began is None or n.posted_on >= local_day(began)]
    limit = process.deadlines["notice"]
    return bool(posted) and all(process.over(limit, notice.posted_on) <= at for notice in posted)


def _no_open_objection(process: Process, facts: CaseFacts, at: datetime) -> bool:
    limit = process.deadlines["objection"]
    return not any(o.status == "open" and at < process.over(limit, o.received_on) for o in facts.objections)


def _appeal_in_time(process: Process, facts: CaseFacts, at: datetime) -> bool:
    return facts.refused_on is None or at < process.over(process.deadlines["appeal"], facts.refused_on)


def _decided(process: Process, facts: CaseFacts, at: datetime) -> bool:
    turning = DECIDE | {name for name, action in process.actions.items() if action.returns}
    last = [act.action for act in facts.acts if act.action in turning]
    return bool(last) and last[-1] in DECIDE


def _cleared(process: Process, facts: CaseFacts) -> bool:
    return all(facts.clearing.get(name) is True for name in process.clear_conditions)


GUARDS: dict[str, Guard] = {
    "authorised": lambda p, f, at: f.authorised,
    "two_visitors": lambda p, f, at: f.visitors >= 2,
    "no_gaps": lambda p, f, at: f.rule is not None and f.rule != "needs_visit",
    "comparison_back": lambda p, f, at: f.compared and f.rule != "to_compare",
    "property_or_false": lambda p, f, at: f.property_verified or f.declared_falsely,
    "meeting_valid": _meeting_valid,
    "vote_publish": lambda p, f, at: outcome_of(p, f) == "publish",
    "vote_refuse": lambda p, f, at: outcome_of(p, f) == "refuse",
    "vote_recheck": lambda p, f, at: outcome_of(p, f) == "recheck",
    "notice_over": _notice_over,
    "no_open_objection": _no_open_objection,
    "no_upheld_objection": lambda p, f, at: not any(o.status == "upheld" for o in f.objections),
    "objection_answered": lambda p, f, at: any(o.status == "visit" for o in f.objections),
    "objection_upheld": lambda p, f, at: any(o.status == "upheld" for o in f.objections),
    "appeal_in_time": _appeal_in_time,
    "decided": _decided,
    "no_risk": lambda p, f, at: f.no_risk_found,
    "household_ended": lambda p, f, at: f.cancelled or f.members_left == 0,
    "sudden_event": lambda p, f, at: f.sudden,
    "needs_change": lambda p, f, at: f.needs_change,
    "clear_conditions": lambda p, f, at: _cleared(p, f),
    "not_stable": lambda p, f, at: not _cleared(p, f),
    "new_risk": lambda p, f, at: f.new_risk,
    "helped": lambda p, f, at: f.measures > 0,
}
