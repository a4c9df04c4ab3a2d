"""Who may do what with a case now, and if not, why not.

Gives   refusals(process, facts, action, actor, at) → every reason against it; `allowed`, what somebody may do now;
        `outcome` of rule and vote; `state_after`
Keeps   what is not listed is refused; nobody acts on one case at two levels; every reason is said, not only the first
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fangpin.standards.process.case import Act, Actor, CaseFacts
from fangpin.standards.process.documents import ActionDocument, VoteDocument
from fangpin.standards.process.guards import GUARDS, meeting_problem, outcome_of
from fangpin.standards.process.model import Process
from fangpin.vocabulary.text import Text

APART = frozenset({"village", "township", "county", "approver"})
"""Levels of which one person may act at one only, in one case."""

MEETING = {
    "kind": Text("这一天没有这种会议可作决定", "no meeting of this kind may decide on that day"),
    "future": Text("会议日期在将来", "the meeting lies in the future"),
    "counts": Text("票数与到会人数不符", "the votes do not add up to those present"),
    "quorum": Text("到会人数不足", "the quorum was not met"),
    "called": Text("会议通知的天数不足", "the meeting was not called early enough"),
    "authorisation": Text("代表会议没有村民会议的授权", "the representatives were not authorised by the assembly"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason against an action: a stable code (the guard's name, or state, role, levels, record) and its words."""

    code: str
    text: Text


def outcome(process: Process, facts: CaseFacts) -> tuple[str | None, VoteDocument | None]:
    """What rule and vote lead to (publish, refuse, recheck, not_put), and the row that says so."""
    found = outcome_of(process, facts)
    vote = facts.vote.result if facts.vote is not None else None
    row = next((r for r in process.votes if facts.rule in r.rule and r.vote in (vote, "any")), None)
    return found, row if found is not None else None


def state_after(facts: CaseFacts, action: ActionDocument) -> str:
    """The state that an action leads to."""
    return facts.state if action.to == "same" else action.to


def taken(process: Process, facts: CaseFacts, name: str, actor: Actor, at: datetime) -> CaseFacts:
    """The case after an action that was allowed: its new state, when it was entered, who acted at which level.

    A new episode begins with nothing but its first state; the old one stays as it is, with whoever keeps it.
    """
    action = process.actions[name]
    act = Act(actor.user, name, level_for(process, action, actor.role) or action.by[0], at)
    state = state_after(facts, action)
    if action.opens == "new episode":
        return CaseFacts(state=state, entered={state: at}, acts=(act,), visitors=facts.visitors)
    entered = facts.entered if action.to == "same" else {**facts.entered, state: at}
    return replace(facts, state=state, entered=entered, acts=(*facts.acts, act))


def level_for(process: Process, action: ActionDocument, role: str) -> str | None:
    """The level at which a role takes this action; None if it may not."""
    return next((level for level in action.by if role in process.actors[level].roles), None)


def refusals(
    process: Process,
    facts: CaseFacts,
    name: str,
    actor: Actor,
    at: datetime,
    given: Mapping[str, str] | None = None,
) -> tuple[Refusal, ...]:
    """Every reason against an action; none means that it may be taken.

    Args:
        process: The procedure in force.
        facts: The case as it stands.
        name: The action.
        actor: Who wants to take it, in which role.
        at: Now; it carries its time zone.
        given: What is recorded with it, such as ``{"reason": "…"}``.

    Raises:
        KeyError: the procedure has no such action.
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    action = process.actions[name]
    found: list[Refusal] = []
    if facts.state not in action.from_:
        state = process.states[facts.state]
        found.append(Refusal("state", Text(f"现在是“{state.zh}”，不能{action.zh}", f"not while it is “{state.en}”")))
    level = level_for(process, action, actor.role)
    if level is None:
        who = "、".join(process.actors[a].zh for a in action.by)
        english = ", ".join(process.actors[a].en for a in action.by)
        found.append(Refusal("role", Text(f"须由{who}办理", f"this is for {english}")))
    elif level in APART and any(a.user == actor.user and a.level in APART - {level} for a in facts.acts):
        found.append(Refusal("levels", Text("同一人不得在两级经办同一案件", "nobody acts on one case at two levels")))
    found += [_held(process, facts, guard, at) for guard in action.guards if not GUARDS[guard](process, facts, at)]
    needs = [*action.record, *(["reason"] if _lifts(facts, action) and "reason" not in action.record else [])]
    for need in needs:
        if not (given or {}).get(need, "").strip():
            word = Text("写明理由", "give the reason") if need == "reason" else Text("写明事实", "write down the fact")
            found.append(Refusal("record", word))
    return tuple(found)


def _lifts(facts: CaseFacts, action: ActionDocument) -> bool:
    """A veto that the village lifts needs its reason on record."""
    return facts.rule == "vetoed" and "vote_publish" in action.guards


def _held(process: Process, facts: CaseFacts, guard: str, at: datetime) -> Refusal:
    text = process.guards[guard].text
    missing = Text(f"还须：{text.zh}", f"still needed: {text.en}")
    if guard == "meeting_valid" and facts.vote is not None:
        why = meeting_problem(process, facts.vote, at)
        missing = (
            MEETING[why] if why else Text("会议早于最近一次信息比对", "the meeting was before the last cross-check")
        )
    return Refusal(guard, missing)


def allowed(process: Process, facts: CaseFacts, actor: Actor, at: datetime) -> dict[str, tuple[Refusal, ...]]:
    """The actions that this person's role has from this state, each with the reasons that still stand against it.

    What must be recorded with an action does not count against it here: it is asked for when the action is taken.
    """
    given = {"reason": "·", "fact": "·"}
    return {
        name: refusals(process, facts, name, actor, at, given)
        for name, action in process.actions.items()
        if facts.state in action.from_ and level_for(process, action, actor.role) is not None
    }
