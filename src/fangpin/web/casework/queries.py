"""What the pages of casework read, scoped: cases with what is due, one case with what may be done, meetings, notices.

Reads   request.scope, the procedure, registers.queries
Gives   cases, listing (rows with due and state), one (a case as its page reads it), to_vote, notices, objections
Keeps   nothing outside the scope is read or counted; heads' names come from the registers, scoped like everything
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from fangpin.identification.verdict import STATUSES
from fangpin.reference import regions
from fangpin.standards.process import CaseFacts, Due, Process, Refusal, due, process, refusals
from fangpin.standards.process.permit import outcome
from fangpin.vocabulary.text import Text
from fangpin.web.accounts.scope import Scope
from fangpin.web.casework.actions import actors, in_force, place_of
from fangpin.web.casework.facts import KINDS, Kind, facts_of, households_of
from fangpin.web.casework.models import Case, Event, Known, Meeting, Notice, Objection

TONES = {"running": "waiting", "due_soon": "soon", "overdue": "overdue"}
POSTED_FROM = {"notice": ("reviewed", "clearing"), "announcement": ("monitored",)}
"""The states from which a case goes on the board; a removal that is being checked needs a notice of its own."""


def cases(scope: Scope, action: str = "case.read") -> QuerySet[Case]:
    """The cases that an action may reach."""
    return scope.filter(Case.objects.all(), action, group="group")


def one_case(scope: Scope, number: int, action: str = "case.read") -> Case:
    """One of them. Raises Http404 where it is not there, or outside the scope."""
    found = cases(scope, action).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


@dataclass(frozen=True)
class Row:
    """A case in a list."""

    case: Case
    head: str
    persons: int | None
    village: str
    state: str
    kind: str
    rule: str
    due: Due | None
    tone: str
    late: int = 0

    @property
    def due_on(self) -> date | None:
        return self.due.last_day if self.due else None


def rows_of(found: Sequence[Case], lang: str) -> list[Row]:
    """Cases with their heads, states and the limit that presses most; a fixed number of queries."""
    heads = households_of(found)
    facts = facts_of(found, heads)
    now = timezone.now()
    made = []
    for case in found:
        rules = in_force(case)
        pressing = [d for d in due(rules, facts[case.pk], now) if not d.limit.least]
        worst = min(pressing, key=lambda d: (d.tone != "overdue", d.tone != "due_soon", d.last_day), default=None)
        head = heads.get(case.household_id)
        state = rules.states[case.state]
        rule = facts[case.pk].rule
        made.append(
            Row(
                case=case,
                head=(head.head_name if head else "") or case.household_id,
                persons=head.persons if head else None,
                village=_place(case.region_code, lang),
                state=state.text(lang),
                kind=state.kind,
                rule=STATUSES[rule](lang) if rule in STATUSES else "",
                due=worst,
                tone=TONES[worst.tone] if worst else "neutral",
            )
        )
    return made


def _place(code: str, lang: str) -> str:
    return (regions.name(code, lang) if regions.exists(code) else "") or code


def state_counts(found: QuerySet[Case]) -> dict[str, int]:
    """Cases by state; one query."""
    counted = found.order_by().values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in counted}


# -- one case ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Something that this person could do, and what still stands against it."""

    name: str
    label: str
    to: str
    needs: Sequence[str]
    why: Sequence[str]
    forms: Sequence[str]
    gentle: bool
    """Does not lead forward: sent back, refused, withdrawn, ended."""


@dataclass
class CasePage:
    """A case as its page reads it."""

    row: Row
    rules: Process
    facts: CaseFacts
    dues: Sequence[tuple[Due, str]]
    choices: Sequence[Choice]
    events: Sequence[tuple[Event, str, str]]
    known: Sequence[tuple[str, Kind, Known | None, bool]]
    clearing: Sequence[tuple[str, str, bool | None]]
    votes: Sequence[Any]
    notices: Sequence[Notice]
    objections: Sequence[Objection]
    said: str


def page_of(scope: Scope, number: int, lang: str) -> CasePage:
    """A case with what may be done with it by this person.

    Raises:
        Http404: it is not there, or outside the scope.
    """
    case = one_case(scope, number)
    rules, now = in_force(case), timezone.now()
    facts = facts_of([case])[case.pk]
    choices = []
    for name, action in rules.actions.items():
        if case.state not in action.from_:
            continue
        candidates = actors(scope, rules, case, name)
        if not candidates:
            continue
        given = {"reason": "·", "fact": "·"}
        against = min((refusals(rules, facts, name, a, now, given) for a in candidates), key=len)
        choices.append(_choice(rules, case, name, against, lang))
    latest: dict[str, Known] = {}
    for fact in case.known.select_related("by"):
        latest[fact.kind] = fact
    row = outcome(rules, facts)[1]
    return CasePage(
        row=rows_of([case], lang)[0],
        rules=rules,
        facts=facts,
        dues=[(d, TONES[d.tone]) for d in due(rules, facts, now)],
        choices=sorted(choices, key=lambda c: (c.gentle, len(c.why))),
        events=[
            (e, rules.actions[e.action].text(lang), rules.states[e.after].text(lang))
            for e in case.events.select_related("by").order_by("-n")
        ],
        known=[
            (kind, about, latest.get(kind), any(scope.covers(a, **place_of(case)) for a in about.actions))
            for kind, about in KINDS.items()
            if kind != "clearing"
        ],
        clearing=[(k, c.text(lang), facts.clearing.get(k)) for k, c in rules.clear_conditions.items()],
        votes=list(case.ballots.select_related("meeting")),
        notices=list(case.notices.all()),
        objections=list(case.objections.all()),
        said=(row.zh if lang == "zh" else row.en) if row is not None else "",
    )


def _choice(rules: Process, case: Case, name: str, against: Iterable[Refusal], lang: str) -> Choice:
    action = rules.actions[name]
    closes = action.to != "same" and rules.states[action.to].kind == "closed" and name not in ("clear",)
    return Choice(
        name=name,
        label=action.text(lang),
        to="" if action.to == "same" else rules.states[action.to].text(lang),
        needs=tuple(action.record),
        why=tuple(r.text(lang) for r in against),
        forms=tuple(action.forms),
        gentle=action.returns or closes,
    )


# -- the village -------------------------------------------------------------------------------------------------------


def villages_of(scope: Scope, action: str, states: Iterable[str], lang: str) -> list[tuple[str, str, int]]:
    """Villages within the scope with cases in some states: code, name, how many."""
    counted = cases(scope, action).filter(state__in=list(states)).order_by().values("region_code")
    rows = counted.annotate(n=Count("id")).order_by("region_code")
    return [(row["region_code"], _place(row["region_code"], lang), row["n"]) for row in rows]


def to_vote(scope: Scope, region_code: str, lang: str) -> list[Row]:
    """The households of a village that wait for its meeting, with the rule result beside each."""
    found = cases(scope, "case.propose").filter(region_code=region_code, state="compared")
    return rows_of(list(found), lang)


def to_post(scope: Scope, region_code: str, kind: str, lang: str) -> list[Row]:
    """The households of a village that go on its board."""
    found = cases(scope, "case.propose").filter(region_code=region_code, state__in=POSTED_FROM[kind])
    posted = Notice.cases.through.objects.filter(case_id=OuterRef("pk"), notice__made__gte=OuterRef("moved"))
    return rows_of(list(found.exclude(Q(state="clearing") & Q(Exists(posted)))), lang)


def notices(scope: Scope) -> QuerySet[Notice]:
    """The notices of the scope's villages."""
    return scope.filter(Notice.objects.all(), "case.read", household=None).prefetch_related("cases")


def notice(scope: Scope, number: int) -> Notice:
    """One of them. Raises Http404."""
    found = notices(scope).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def objections(scope: Scope) -> QuerySet[Objection]:
    """The objections to notices of the scope's villages, those that wait first."""
    reach = scope.where("case.read", region="notice__region_code", household=None)
    return Objection.objects.filter(reach).select_related("notice", "case").order_by("answered_on", "received_on")


def heads_of(found: Iterable[Case]) -> list[Mapping[str, Any]]:
    """What stands on a board about some cases: group, head, persons; nothing else."""
    rows = sorted(households_of(found).values(), key=lambda row: (row.natural_village, row.head_pinyin))
    return [{"group": r.natural_village, "head_name": r.head_name, "population": r.persons} for r in rows]


def public_notice(name: str) -> Notice | None:
    """The notice that a code on a board names; for everybody."""
    return Notice.objects.filter(token=name).first()


def public_receipt(name: str) -> tuple[str, Case | Objection] | None:
    """What a receipt names: a case or an objection; for who has it."""
    case = Case.objects.filter(receipt=name).first()
    if case is not None:
        return "case", case
    objection = Objection.objects.filter(receipt=name).first()
    return ("objection", objection) if objection is not None else None


def state_said(case: Case) -> Text:
    """A case's state in words."""
    return process(case.region_code, timezone.localdate()).states[case.state].text


def meeting(scope: Scope, number: int) -> Meeting:
    """A meeting of the scope's villages. Raises Http404."""
    found = scope.filter(Meeting.objects.all(), "case.read", household=None).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def objection(scope: Scope, number: int) -> Objection:
    """An objection to a notice of the scope's villages. Raises Http404."""
    found = objections(scope).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def case_of(scope: Scope, household_id: str) -> Case | None:
    """The case of a household that is open, or its last one; None where there is none or it is outside the scope."""
    return cases(scope).filter(household_id=household_id).order_by("-episode").first()
