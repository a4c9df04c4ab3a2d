"""A case as the procedure asks for it: from its events, what became known, votes, notices and objections.

Reads   the rows of one or several cases, in few queries
Gives   facts_of(cases) → CaseFacts by case; KINDS, what may become known and of which type
Keeps   the rule result is that of today: who answers a question sees it move; what was not recorded permits nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fangpin.standards.process import Act, CaseFacts, Notice, Objection, Vote
from fangpin.web.casework.models import Ballot, Case, Event, Known
from fangpin.web.casework.models import Notice as NoticeRow
from fangpin.web.casework.models import Objection as ObjectionRow
from fangpin.web.registers.models import CurrentHousehold, Shown


@dataclass(frozen=True)
class Kind:
    """Something that may become known of a case: its words, its type, who records it."""

    label: str | Promise
    type: type
    field: str
    actions: tuple[str, ...]

    @property
    def shape(self) -> str:
        """The name of its type, for the form that records it."""
        return self.type.__name__


KINDS: Mapping[str, Kind] = {
    "authorised": Kind(_("授权查询书已签"), bool, "authorised", ("case.propose",)),
    "visitors": Kind(_("入户人数"), int, "visitors", ("case.propose", "case.review")),
    "compared": Kind(_("信息比对结果已返回"), bool, "compared", ("case.compare",)),
    "property_verified": Kind(_("查实有否决情形的财产"), bool, "property_verified", ("case.compare", "case.review")),
    "declared_falsely": Kind(_("查实申报不实"), bool, "declared_falsely", ("case.compare", "case.review")),
    "no_risk_found": Kind(_("核查后没有风险"), bool, "no_risk_found", ("case.propose",)),
    "members_left": Kind(_("在世的家庭成员人数"), int, "members_left", ("case.propose", "case.review")),
    "cancelled": Kind(_("整户销户"), bool, "cancelled", ("case.review",)),
    "sudden": Kind(_("突发灾害或意外"), bool, "sudden", ("case.propose", "case.review")),
    "refused_on": Kind(_("不予纳入告知书送达日期"), date, "refused_on", ("case.propose", "case.review")),
    "measures": Kind(_("已记录的帮扶措施数"), int, "measures", ("case.help", "case.review")),
    "needs_change": Kind(_("有新风险，或措施不见效"), bool, "needs_change", ("case.help", "case.review")),
    "new_risk": Kind(_("发现新的风险"), bool, "new_risk", ("case.propose",)),
    "clearing": Kind(_("风险消除的条件"), dict, "clearing", ("case.propose", "case.review")),
}


def facts_of(cases: Iterable[Case], rows: Mapping[str, CurrentHousehold] | None = None) -> dict[int, CaseFacts]:
    """The facts of cases, by their ids; a fixed number of queries, however many they are.

    Args:
        cases: The cases.
        rows: Their households, where they have been read already.
    """
    by_id = {case.pk: case for case in cases}
    ids = list(by_id)
    found_rows = households_of(by_id.values()) if rows is None else rows
    rules = {name: row.status for name, row in found_rows.items() if row.status}
    events: dict[int, list[Event]] = {pk: [] for pk in ids}
    for event in Event.objects.select_related("by").filter(case__in=ids).order_by("case_id", "n"):
        events[event.case_id].append(event)
    known: dict[int, dict[str, Any]] = {pk: {} for pk in ids}
    for fact in Known.objects.filter(case__in=ids).order_by("id"):
        known[fact.case_id][fact.kind] = fact.value
    ballots = {b.case_id: b for b in Ballot.objects.select_related("meeting").filter(case__in=ids).order_by("id")}
    notices: dict[int, list[NoticeRow]] = {pk: [] for pk in ids}
    through = NoticeRow.cases.through.objects.filter(case_id__in=ids).select_related("notice").order_by("id")
    for link in through:
        if link.notice.kind == NoticeRow.Kind.NOTICE:
            notices[link.case_id].append(link.notice)
    objections: dict[int, list[ObjectionRow]] = {pk: [] for pk in ids}
    for objection in ObjectionRow.objects.filter(case__in=ids):
        objections[objection.case_id or 0].append(objection)
    return {
        pk: _facts(
            case, rules.get(case.household_id), events[pk], known[pk], ballots.get(pk), notices[pk], objections[pk]
        )
        for pk, case in by_id.items()
    }


def households_of(cases: Iterable[Case]) -> dict[str, CurrentHousehold]:
    """The households of cases as of today, by their ids; for cases that a person may see."""
    ids = [case.household_id for case in cases]
    shown = Shown.objects.filter(pk=1).values("generation")
    rows = CurrentHousehold.objects.filter(generation__in=shown, household_id__in=ids)
    return {row.household_id: row for row in rows}


def _facts(
    case: Case,
    rule: str | None,
    events: list[Event],
    known: dict[str, Any],
    ballot: Ballot | None,
    notices: list[NoticeRow],
    objections: list[ObjectionRow],
) -> CaseFacts:
    entered: dict[str, datetime] = {events[0].before if events else case.state: case.opened}
    for event in events:
        if event.before != event.after or event.action == "follow_up":
            entered[event.after] = event.at
    said = {KINDS[kind].field: _value(KINDS[kind].type, value) for kind, value in known.items() if kind in KINDS}
    return CaseFacts(
        state=case.state,
        entered=entered,
        rule=rule,
        acts=tuple(Act(e.by.username if e.by else "", e.action, e.level, e.at) for e in events),
        vote=_vote(ballot) if ballot is not None else None,
        notices=tuple(Notice(n.posted_on, village=n.region_code) for n in notices),
        objections=tuple(
            Objection(o.received_on, o.status, o.answered_on)  # type: ignore[arg-type]
            for o in objections
        ),
        **said,
    )


def _value(wanted: type, value: Any) -> Any:
    return date.fromisoformat(value) if wanted is date and isinstance(value, str) else value


def _vote(ballot: Ballot) -> Vote:
    meeting = ballot.meeting
    return Vote(
        kind=meeting.kind,
        held_on=meeting.held_on,
        entitled=meeting.entitled,
        present=meeting.present,
        for_=ballot.for_votes,
        against=ballot.against,
        abstain=ballot.abstain,
        recused=ballot.recused,
        or_entitled=meeting.or_entitled,
        or_present=meeting.or_present,
        called_on=meeting.called_on,
        authorised=meeting.authorised,
    )
