"""What casework writes: cases opened and moved, what became known, meetings, notices, objections.

Reads   the procedure (standards.process), the scope of the person
Gives   open_case, act, act_on_many, learn, hold, post, object_to, answer
Keeps   every refusal is the procedure's own; each step is an event of its own with an entry in the audit, in one
        transaction; who acts on a case that moved meanwhile is told; nothing is ever taken away
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from fangpin.standards.process import Actor, CaseFacts, Process, process, refusals
from fangpin.standards.process.permit import level_for, outcome, state_after
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import Text
from fangpin.web.accounts.scope import Denied, Scope
from fangpin.web.audit.actions import record
from fangpin.web.casework.facts import KINDS, facts_of
from fangpin.web.casework.models import Ballot, Case, Event, Known, Meeting, Notice, Objection
from fangpin.web.registers import queries as registers

LEVELS = {
    "village": "case.propose",
    "township": "case.review",
    "county": "case.compare",
    "approver": "case.approve",
    "helper": "case.help",
    "applicant": "case.propose",
}
"""The level of the procedure → the action of the permission table that reaches the household."""


NOT_READY = Text("不是本村信息比对后的农户", "not a household of this village after its cross-check")


class Refused(FangpinError):
    """The procedure does not allow it; every reason is said."""

    def __init__(self, what: Text, why: Iterable[Text]) -> None:
        reasons = tuple(why)
        self.reasons = reasons
        super().__init__(
            "FP-CASEWORK-001",
            Text(f"现在不能{what.zh}", f"not now: {what.en}"),
            expected=Text("；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons)),
        )


class Moved(FangpinError):
    """Somebody else acted on the case since it was read."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            "FP-CASEWORK-002",
            Text("这一件刚被别人办过", "somebody else has just acted on this case"),
            read=str(case),
            remedy=Text("看过现在的状态，再决定", "look at its state now, then decide"),
        )


def place_of(case: Case) -> dict[str, str]:
    """Where a case lies, as the scope asks."""
    return {"region_code": case.region_code, "household_id": case.household_id, "group": case.group}


def in_force(case: Case, at: datetime | None = None) -> Process:
    """The procedure of a case's place, now."""
    return process(case.region_code, timezone.localdate(at) if at else timezone.localdate())


def actors(scope: Scope, rules: Process, case: Case, name: str) -> list[Actor]:
    """In which of their roles a person could take an action on this case: those whose duty reaches the household."""
    found = []
    for level in rules.actions[name].by:
        if not scope.covers(LEVELS[level], **place_of(case)):
            continue
        roles = [r for r in rules.actors[level].roles if r in scope.roles]
        found += [Actor(scope.user.username, role) for role in roles]
    return found


# -- cases -------------------------------------------------------------------------------------------------------------


def open_case(scope: Scope, by: Any, household_id: str, channel: str, reason: str = "") -> Case:
    """A clue about a household: its case begins.

    Raises:
        Missing: the household is not there, or outside the scope.
        Denied: this person opens no cases there.
        FangpinError: it has one already.
    """
    now = registers.current(scope, household_id)
    place = {"region_code": now.region_code, "household_id": household_id, "group": now.natural_village}
    if not any(scope.covers(a, **place) for a in ("case.propose", "case.review", "case.compare")):
        raise Denied("case.propose")
    at = timezone.now()
    with transaction.atomic():
        before = Case.objects.select_for_update().filter(household_id=household_id).order_by("-episode").first()
        if before is not None and before.open:
            raise FangpinError(
                "FP-CASEWORK-003",
                Text("这一户已经有一件在办", "this household already has a case"),
                read=household_id,
                remedy=Text("打开那一件接着办", "open that one and go on"),
            )
        case = Case.objects.create(
            household_id=household_id,
            region_code=now.region_code,
            group=now.natural_village,
            episode=(before.episode if before else 0) + 1,
            channel=channel,
            reason=reason[:400],
            state=next(iter(process(now.region_code, timezone.localdate()).states)),
            opened=at,
            moved=at,
        )
        record(by, "case.propose", **_about(case), reason=reason, detail={"channel": channel})
    return case


def _about(case: Case) -> dict[str, Any]:
    return {
        "region_code": case.region_code,
        "household_id": case.household_id,
        "object_type": "case",
        "object_id": case.pk,
    }


def act(
    scope: Scope,
    by: Any,
    case: Case,
    name: str,
    given: Mapping[str, str] | None = None,
    seen: int | None = None,
    at: datetime | None = None,
) -> Event:
    """Take an action of the procedure on a case.

    Args:
        scope: Of the person.
        by: The person.
        case: The case.
        name: The action.
        given: What is recorded with it: ``reason``, ``fact``.
        seen: The case's version that the person had before them.
        at: Now.

    Raises:
        Denied: no duty of this person reaches it.
        Refused: the procedure does not allow it; every reason is said.
        Moved: somebody else acted on it since.
    """
    at = at or timezone.now()
    given = {k: " ".join(v.split())[:1000] for k, v in (given or {}).items() if v and v.strip()}
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case.pk)
        rules = in_force(case, at)
        if name not in rules.actions:
            raise Denied(name)
        candidates = actors(scope, rules, case, name)
        if not candidates:
            raise Denied(name)
        if seen is not None and seen != case.version:
            raise Moved(case)
        facts = facts_of([case])[case.pk]
        tried = [(a, refusals(rules, facts, name, a, at, given)) for a in candidates]
        actor, against = min(tried, key=lambda pair: len(pair[1]))
        if against:
            raise Refused(rules.actions[name].text, [r.text for r in against])
        return _taken(by, case, rules, facts, name, actor, given, at)


def _taken(
    by: Any,
    case: Case,
    rules: Process,
    facts: CaseFacts,
    name: str,
    actor: Actor,
    given: Mapping[str, str],
    at: datetime,
) -> Event:
    action = rules.actions[name]
    after = state_after(facts, action)
    level = level_for(rules, action, actor.role) or action.by[0]
    if action.opens is not None:
        case = _new_episode(case, after, at)
    event = Event.objects.create(
        case=case,
        n=case.version,
        at=at,
        action=name,
        before=facts.state,
        after=after,
        level=level,
        role=actor.role,
        by=by,
        rule=facts.rule or "",
        given=dict(given),
        process=rules.hash,
    )
    row = outcome(rules, facts)[1]
    if name == "recheck_notice" and row is not None and row.mark:
        case.marks = sorted({*case.marks, row.mark})
    case.state, case.moved, case.version = after, at, case.version + 1
    case.open = rules.states[after].kind != "closed"
    case.save(update_fields=["state", "moved", "version", "open", "marks"])
    record(
        by,
        LEVELS[level],
        **_about(case),
        reason=given.get("reason", given.get("fact", "")),
        detail={"action": name, "from": facts.state, "to": after, "rule": facts.rule},
    )
    return event


def _new_episode(case: Case, state: str, at: datetime) -> Case:
    """A new case of the same household; the old one stays closed as it is."""
    fresh = Case(
        household_id=case.household_id, region_code=case.region_code, group=case.group, episode=case.episode + 1,
        channel=case.channel, state=state, opened=at, moved=at,
    )  # fmt: skip
    fresh.save()
    last = Known.objects.filter(case=case, kind="visitors").order_by("-id").first()
    if last is not None:
        Known.objects.create(case=fresh, kind="visitors", value=last.value, at=at, by=last.by)
    return fresh


@dataclass(frozen=True)
class Outcome:
    """What became of one case of many: moved, or why not."""

    case: Case
    done: bool
    why: tuple[Text, ...] = ()


def act_on_many(
    scope: Scope, by: Any, cases: Iterable[Case], name: str, given: Mapping[str, str] | None = None
) -> list[Outcome]:
    """One action on many cases, each its own record: what can be done is done, the rest says why not."""
    found = []
    for case in cases:
        try:
            act(scope, by, case, name, given, case.version)
            found.append(Outcome(case, True))
        except Refused as refused:
            found.append(Outcome(case, False, refused.reasons))
        except Moved as moved:
            found.append(Outcome(case, False, (moved.title,)))
        except Denied:
            found.append(Outcome(case, False, (Text("不在您的职责内", "not within your duties"),)))
    return found


def learn(
    scope: Scope, by: Any, case: Case, kind: str, value: Any, note: str = "", at: datetime | None = None
) -> Known:
    """Record what became known of a case; what was recorded before stays.

    Raises:
        Denied: it is not for this person.
        FangpinError: the value is not of its kind.
    """
    about = KINDS[kind]
    if not any(scope.covers(action, **place_of(case)) for action in about.actions):
        raise Denied(about.actions[0])
    if about.type is date:
        fits = isinstance(value, date)
        value = value.isoformat() if fits else value
    else:
        fits = type(value) is about.type and (not isinstance(value, int) or 0 <= value <= 1000)
    if not fits:
        raise FangpinError("FP-CASEWORK-004", Text("值不合要求", "the value does not fit"), read=str(value)[:40])
    with transaction.atomic():
        made = Known.objects.create(case=case, kind=kind, value=value, note=note[:400], at=timezone.now(), by=by)
        record(by, about.actions[0], **_about(case), reason=note, detail={"known": kind, "value": value})
    return made


# -- the village's meeting ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Votes:
    """The vote on one case."""

    case: Case
    for_votes: int
    against: int
    abstain: int = 0
    recused: int = 0


def hold(scope: Scope, by: Any, meeting: Meeting, votes: Iterable[Votes]) -> Meeting:
    """Keep a meeting and its votes; nothing moves by it: what follows is an action of its own.

    Raises:
        Denied: the village is not this person's.
        FangpinError: a vote is larger than the meeting, or a case is not of the village or not ready for the vote.
    """
    scope.require("case.propose", region_code=meeting.region_code)
    rows = list(votes)
    for vote in rows:
        cast = vote.for_votes + vote.against + vote.abstain + vote.recused
        counts = (vote.for_votes, vote.against, vote.abstain, vote.recused)
        if cast != meeting.present or min(counts) < 0 or meeting.present > meeting.entitled:
            raise FangpinError(
                "FP-CASEWORK-005",
                Text("票数与到会人数不符", "the votes do not add up to those present"),
                place=vote.case.household_id,
                read=f"{cast} ≠ {meeting.present}",
                remedy=Text("核对赞成、不赞成、弃权和回避的人数", "check for, against, abstentions and recusals"),
            )
    facts = facts_of([v.case for v in rows])
    with transaction.atomic():
        meeting.by = by
        meeting.save()
        for vote in rows:
            if vote.case.region_code != meeting.region_code or vote.case.state != "compared":
                raise Refused(
                    Text("表决", "a vote"),
                    [Text("不是本村信息比对后的农户", "not a household of this village after its cross-check")],
                )
            Ballot.objects.create(
                meeting=meeting,
                case=vote.case,
                for_votes=vote.for_votes,
                against=vote.against,
                abstain=vote.abstain,
                recused=vote.recused,
                rule=facts[vote.case.pk].rule or "",
            )
        record(
            by,
            "case.propose",
            region_code=meeting.region_code,
            object_type="meeting",
            object_id=meeting.pk,
            detail={"households": len(rows), "present": meeting.present},
        )
    return meeting


# -- the board ---------------------------------------------------------------------------------------------------------


def post(
    scope: Scope, by: Any, region_code: str, cases: Iterable[Case], kind: str, posted_on: date, contact: str
) -> Notice:
    """Put cases on the board: one notice for all; each moves by its own event.

    Raises:
        Denied: the village is not this person's.
        FangpinError: the day lies in the future, or too far back; none may be posted.
        Refused: the procedure does not allow one of them.
    """
    scope.require("case.propose", region_code=region_code)
    today = timezone.localdate()
    chosen = list(cases)
    if posted_on > today or (today - posted_on).days > 7 or not chosen:
        raise FangpinError(
            "FP-CASEWORK-006",
            Text("公示没有贴出", "nothing was posted"),
            read=posted_on.isoformat(),
            expected=Text(
                "至少一户；张贴日期在今天或前七天内", "at least one household; posted today or in the last 7 days"
            ),
        )
    rules = process(region_code, today)
    limit = rules.deadlines["notice"]
    name = "publish" if kind == Notice.Kind.NOTICE else "announce"
    with transaction.atomic():
        made = Notice.objects.create(
            region_code=region_code,
            kind=kind,
            posted_on=posted_on,
            last_day=rules.last_day(limit, posted_on),
            over=rules.over(limit, posted_on),
            contact=contact[:120],
            by=by,
        )
        made.cases.set(chosen)
        for case in chosen:
            if case.state in rules.actions[name].from_:
                act(scope, by, case, name, seen=case.version)
        record(
            by,
            "case.propose",
            region_code=region_code,
            object_type="notice",
            object_id=made.pk,
            detail={"households": len(chosen), "posted_on": posted_on.isoformat()},
        )
    return made


def object_to(
    notice: Notice, text: str, *, name: str = "", case: Case | None = None, about_cadre: bool = False, by: Any = None
) -> Objection:
    """An objection to a notice, by anybody while it hangs, or entered by staff.

    Raises:
        FangpinError: it says nothing, or the notice is over.
    """
    text = text.strip()[:2000]
    now = timezone.now()
    if len(text) < 2 or now >= notice.over:
        raise FangpinError(
            "FP-CASEWORK-007",
            Text("异议没有收下", "the objection was not taken"),
            expected=Text("公示期内，写明哪一户、什么情况", "within the notice, saying which household and what"),
        )
    with transaction.atomic():
        made = Objection.objects.create(
            notice=notice,
            case=case,
            received_on=timezone.localdate(now),
            text=text,
            name=name.strip()[:40],
            about_cadre=about_cadre,
            entered_by=by,
        )
        detail = {"named": bool(made.name), "about_cadre": about_cadre}
        _record_of(notice, by, "case.propose", "objection", made.pk, detail=detail)
    return made


def answer(scope: Scope, by: Any, objection: Objection, status: str, text: str, case: Case | None = None) -> Objection:
    """Answer an objection; one about a cadre is the township's.

    Raises:
        Denied: it is not this person's.
        FangpinError: it was answered before, or the answer says nothing.
    """
    levels = ("case.review",) if objection.about_cadre else ("case.propose", "case.review")
    if not any(scope.covers(level, region_code=objection.notice.region_code) for level in levels):
        raise Denied(levels[0])
    text = text.strip()[:2000]
    if len(text) < 2 or status not in ("dismissed", "upheld", "visit") or objection.status != Objection.Status.OPEN:
        raise FangpinError(
            "FP-CASEWORK-008",
            Text("答复没有记下", "the answer was not kept"),
            expected=Text("写明核查情况和结论；已答复的不再改", "what was found, and the conclusion; an answer stays"),
        )
    with transaction.atomic():
        objection.status, objection.answer, objection.answered_by = status, text, by
        objection.answered_on = timezone.localdate()
        objection.case = objection.case or case
        objection.save()
        detail = {"status": status, "answer": text}
        _record_of(objection.notice, by, levels[-1], "objection", objection.pk, detail=detail)
    return objection


def printed(by: Any, notice: Notice) -> None:
    """A notice went on paper, perhaps again."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(printed=notice.printed + 1)
        _record_of(notice, by, "case.read", "notice", notice.pk, detail={"printed": notice.printed + 1})


def _record_of(notice: Notice, by: Any, action: str, what: str, number: int, detail: dict[str, Any]) -> None:
    """An entry about a notice, or what belongs to it."""
    region = notice.region_code
    record(by, action, region_code=region, object_type=what, object_id=number, detail=detail)
