"""Pages of casework: the list, one case, the village's meeting, the board, objections, papers, the procedure.

Not     reading (queries), writing (actions), whether something is allowed (standards.process)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fangpin.identification.verdict import STATUSES
from fangpin.reports import papers
from fangpin.reports import procedure as procedure_page
from fangpin.reports.procedure_drawing import drawing
from fangpin.standards.process import process
from fangpin.vocabulary.errors import FangpinError
from fangpin.web.casework import actions, queries
from fangpin.web.casework.facts import KINDS
from fangpin.web.casework.forms import AnswerForm, MeetingForm, NoticeForm, ObjectionForm
from fangpin.web.casework.models import Case, Notice
from fangpin.web.registers import queries as registers
from fangpin.web.site.guards import permitted
from fangpin.web.site.templatetags.page import lang, region_name

PAGE = 50
Request: Any = HttpRequest


@permitted("case.read")
def listing(request: Request) -> HttpResponse:
    """The cases of one's area: by state, village, what is due; several can be acted on at once."""
    found = queries.cases(request.scope)
    counts = queries.state_counts(found)
    state, place = request.GET.get("state", ""), "".join(c for c in request.GET.get("place", "") if c.isdigit())[:12]
    closed, pressing = request.GET.get("closed") == "1", request.GET.get("due") == "1"
    if state:
        found = found.filter(state=state)
    elif not closed:
        found = found.filter(open=True)
    if place:
        found = found.filter(region_code__startswith=place)
    if pressing:
        chosen = list(found.order_by("moved")[: 8 * PAGE])
        rows = [r for r in queries.rows_of(chosen, lang()) if r.tone in ("soon", "overdue")]
        paginator: Paginator[Any] = Paginator(rows, PAGE)
        page = paginator.get_page(request.GET.get("page"))
        shown = list(page.object_list)
    else:
        paginator = Paginator(found, PAGE)
        page = paginator.get_page(request.GET.get("page"))
        shown = queries.rows_of(list(page.object_list), lang())
    rules = process(None, timezone.localdate())
    batch = [
        (name, action.text(lang()), "reason" in action.record)
        for name, action in rules.actions.items()
        if action.batch and state in action.from_ and any(request.scope.may(actions.LEVELS[a]) for a in action.by)
    ]
    context = {
        "rows": shown,
        "page": page,
        "total": paginator.count,
        "state": state,
        "place": place,
        "states": [(name, s.text(lang()), counts.get(name, 0), s.kind) for name, s in rules.states.items()],
        "batch": batch if state else [],
        "closed": closed,
        "pressing": pressing,
    }
    return render(request, "casework/list.html", context)


@require_POST
@permitted("case.propose", "case.review", "case.approve")
def act_on_many(request: Request) -> HttpResponse:
    """One action on the cases that are ticked; what cannot be done says why."""
    name = request.POST.get("action", "")
    numbers = [int(n) for n in request.POST.getlist("chosen") if n.isdigit()][:500]
    found = list(queries.cases(request.scope).filter(pk__in=numbers))
    given = {"reason": request.POST.get("reason", "")}
    outcomes = actions.act_on_many(request.scope, request.user, found, name, given)
    heads = {row.case.pk: row.head for row in queries.rows_of(found, lang())}
    context = {
        "done": [heads[o.case.pk] for o in outcomes if o.done],
        "left": [(o.case, heads[o.case.pk], o.why) for o in outcomes if not o.done],
        "label": process(None, timezone.localdate()).actions[name].text(lang()) if outcomes else "",
    }
    return render(request, "casework/many.html", context)


@require_POST
@permitted("case.propose", "case.review", "case.compare")
def open_case(request: Request) -> HttpResponse:
    """Open the case of a household."""
    channel = request.POST.get("channel", Case.Channel.CADRE)
    channel = channel if channel in Case.Channel.values else Case.Channel.CADRE
    household = request.POST.get("household_id", "")
    made = actions.open_case(request.scope, request.user, household, channel, request.POST.get("reason", ""))
    messages.success(request, _("已立为线索"))
    return redirect("case", made.pk)


@never_cache
@permitted("case.read")
def detail(request: Request, number: int) -> HttpResponse:
    """A case: where it stands and why, what is due, what may be done, what became known, what happened."""
    page = queries.page_of(request.scope, number, lang())
    may_help = request.scope.covers("household.read", **actions.place_of(page.row.case))
    return render(
        request, "casework/detail.html", {"page": page, "case": page.row.case, "row": page.row, "linked": may_help}
    )


@require_POST
@permitted("case.propose", "case.review", "case.compare", "case.approve", "case.help")
def act(request: Request, number: int) -> HttpResponse:
    """Take an action on a case."""
    case = queries.one_case(request.scope, number)
    given = {name: request.POST.get(name, "") for name in ("reason", "fact")}
    seen = request.POST.get("seen", "")
    try:
        event = actions.act(
            request.scope,
            request.user,
            case,
            request.POST.get("action", ""),
            given,
            int(seen) if seen.isdigit() else None,
        )
    except (actions.Refused, actions.Moved) as error:
        messages.error(request, error.title(lang()) + (f"：{error.expected(lang())}" if error.expected else ""))
        return redirect("case", number)
    messages.success(request, process(case.region_code, timezone.localdate()).states[event.after].text(lang()))
    return redirect("case", event.case_id)


@require_POST
@permitted("case.propose", "case.review", "case.compare", "case.help")
def learn(request: Request, number: int) -> HttpResponse:
    """Record what became known of a case."""
    case = queries.one_case(request.scope, number)
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        return redirect("case", number)
    actions.learn(request.scope, request.user, case, kind, _value(request, case, kind), request.POST.get("note", ""))
    messages.success(request, _("已记下"))
    return redirect(reverse("case", args=[number]) + "#known")


def _value(request: Request, case: Case, kind: str) -> Any:
    """What was given, as its kind is; what cannot be read is handed on as it is and refused there."""
    given = request.POST.get("value", "").strip()
    if kind == "clearing":
        names = actions.in_force(case).clear_conditions
        said = {name: request.POST.get(f"clearing.{name}", "") for name in names}
        return {name: {"true": True, "false": False}.get(value) for name, value in said.items()}
    wanted = KINDS[kind].type
    if wanted is bool:
        return {"true": True, "false": False}.get(given, given)
    if wanted is int:
        return int(given) if given.isdigit() and len(given) < 6 else given
    return _day(given) or given


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


# -- the village's meeting ---------------------------------------------------------------------------------------------


@never_cache
@permitted("case.propose")
def meeting(request: Request) -> HttpResponse:
    """One meeting, one show of hands for the list; households in doubt are singled out with their own vote."""
    villages = queries.villages_of(request.scope, "case.propose", ("compared",), lang())
    place = request.GET.get("village", request.POST.get("village", villages[0][0] if villages else ""))
    rows = queries.to_vote(request.scope, place, lang()) if place else []
    form = MeetingForm(request.POST or None, region=place or "", lang=lang())
    problem = ""
    if request.method == "POST" and form.is_valid():
        votes = _votes(request, rows)
        made = form.save(commit=False)
        made.region_code = place
        if votes is None:
            problem = _("至少选一户；每户的票数须是整数")
        else:
            try:
                actions.hold(request.scope, request.user, made, votes)
            except FangpinError as error:
                problem = error.message(lang())
            else:
                return _moved_by_vote(request, made, [v.case for v in votes])
    context = {
        "form": form,
        "rows": rows,
        "villages": villages,
        "village": place,
        "problem": problem,
        "name": region_name(place),
    }
    return render(request, "casework/meeting.html", context, status=422 if problem or form.errors else 200)


def _votes(request: Request, rows: list[queries.Row]) -> list[actions.Votes] | None:
    """The vote on each household that is ticked: its own where it was singled out, else that of the list."""
    by_id = {str(row.case.pk): row.case for row in rows}
    found = []
    for number in request.POST.getlist("chosen"):
        if number not in by_id:
            continue
        own = request.POST.get(f"own.{number}") == "1"
        names = [f"{n}.{number}" if own else n for n in ("for", "against", "abstain", "recused")]
        counts = [request.POST.get(name, "0").strip() or "0" for name in names]
        if not all(c.isdigit() and len(c) < 6 for c in counts):
            return None
        found.append(actions.Votes(by_id[number], *map(int, counts)))
    return found or None


def _moved_by_vote(request: Request, made: Any, voted: list[Case]) -> HttpResponse:
    """Those that rule and vote send to the notice go there; the others wait for what the procedure asks."""
    outcomes = actions.act_on_many(request.scope, request.user, voted, "deliberate")
    done = sum(o.done for o in outcomes)
    messages.success(request, _("%(n)s 户评议通过") % {"n": done})
    for outcome in outcomes:
        if not outcome.done:
            words = (
                "；".join(w(lang()) for w in outcome.why)
                if lang() == "zh"
                else "; ".join(w(lang()) for w in outcome.why)
            )
            messages.warning(request, f"{outcome.case.household_id} {words}")
    return redirect(f"{reverse('cases')}?place={made.region_code}&state={'reviewed' if done else 'compared'}")


@permitted("case.read")
def minutes(request: Request, number: int) -> HttpResponse:
    """The minutes of a meeting as PDF (F03)."""
    held = queries.meeting(request.scope, number)
    rows = {r.case.pk: r for r in queries.rows_of([b.case for b in held.ballots.select_related("case")], lang())}
    data = {
        "village": region_name(held.region_code),
        "meeting_date": held.held_on.isoformat(),
        "place": held.place,
        "kind": _kind(held),
        "chair": held.chair,
        "entitled": held.entitled,
        "present": held.present,
        "opinions": held.opinions,
        "households": [
            {
                "head_name": rows[b.case_id].head,
                "rule": STATUSES[b.rule](lang()) if b.rule in STATUSES else "",
                "for": b.for_votes,
                "against": b.against,
                "abstain": b.abstain,
                "recused": b.recused,
                "result": _("赞成") if 2 * b.for_votes > held.present - b.recused else _("不赞成"),
            }
            for b in held.ballots.all()
        ],
    }
    return _pdf(request, "F03", data)


def _kind(held: Any) -> str:
    found = process(held.region_code, held.held_on).meeting(held.kind, held.held_on)
    return found.text(lang()) if found else held.kind


def _pdf(request: Request, form: str, data: Mapping[str, Any]) -> HttpResponse:
    foot = f"{request.user}　{timezone.localtime():%Y-%m-%d %H:%M}"
    from django.conf import settings

    made = papers.pdf(form, data, lang(), foot=foot, simulated=settings.DEMO)
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{form}.pdf"'
    return answer


# -- the board ---------------------------------------------------------------------------------------------------------


@permitted("case.read")
def notices(request: Request) -> HttpResponse:
    """The notices of one's villages, and the objections that wait."""
    page = Paginator(queries.notices(request.scope), PAGE).get_page(request.GET.get("page"))
    waiting = list(queries.objections(request.scope).filter(status="open")[:PAGE])
    now = timezone.now()
    shown = [(n, region_name(n.region_code), n.over <= now) for n in page.object_list]
    return render(request, "casework/notices.html", {"notices": shown, "page": page, "waiting": waiting})


@never_cache
@permitted("case.propose")
def post(request: Request) -> HttpResponse:
    """Post a notice (before the decision) or an announcement (after it) for the households that are ticked."""
    kind = request.GET.get("kind", request.POST.get("kind", "notice"))
    kind = kind if kind in Notice.Kind.values else "notice"
    villages = queries.villages_of(request.scope, "case.propose", queries.POSTED_FROM[kind], lang())
    place = request.GET.get("village", request.POST.get("village", villages[0][0] if villages else ""))
    rows = queries.to_post(request.scope, place, kind, lang()) if place else []
    form = NoticeForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        wanted = set(request.POST.getlist("chosen"))
        chosen = [row.case for row in rows if str(row.case.pk) in wanted]
        try:
            data = form.cleaned_data
            made = actions.post(request.scope, request.user, place, chosen, kind, data["posted_on"], data["contact"])
            return redirect("case_notice", made.pk)
        except FangpinError as error:
            problem = error.message(lang())
    context = {"form": form, "rows": rows, "villages": villages, "village": place, "kind": kind, "problem": problem}
    return render(request, "casework/post.html", context, status=422 if problem or form.errors else 200)


@never_cache
@permitted("case.read")
def notice(request: Request, number: int) -> HttpResponse:
    """A notice: who stands on it, until when, objections, the sheet to print."""
    found = queries.notice(request.scope, number)
    context = {
        "notice": found,
        "village": region_name(found.region_code),
        "over": found.over <= timezone.now(),
        "heads": queries.heads_of(found.cases.all()),
        "objections": found.objections.select_related("case", "answered_by"),
        "form": AnswerForm(),
        "objecting": ObjectionForm(),
        "cases": queries.rows_of(list(found.cases.all()), lang()),
        "address": request.build_absolute_uri(reverse("public_notice", args=[found.token])),
    }
    return render(request, "casework/notice.html", context)


@permitted("case.read")
def notice_paper(request: Request, number: int) -> HttpResponse:
    """The sheet for the board: heads, persons and groups, and a code that leads to its page; nothing else."""
    found = queries.notice(request.scope, number)
    data: dict[str, Any] = {
        "village": region_name(found.region_code),
        "contact": found.contact,
        "households": queries.heads_of(found.cases.all()),
        "check_url": request.build_absolute_uri(reverse("public_notice", args=[found.token])),
    }
    if found.kind == Notice.Kind.NOTICE:
        data |= {"notice_from": found.posted_on.isoformat(), "notice_to": found.last_day.isoformat()}
    else:
        data["approved_on"] = found.posted_on.isoformat()
    actions.printed(request.user, found)
    return _pdf(request, "F04" if found.kind == Notice.Kind.NOTICE else "F11", data)


@require_POST
@permitted("case.propose")
def object_to(request: Request, number: int) -> HttpResponse:
    """Enter an objection that was made by phone or in person."""
    found = queries.notice(request.scope, number)
    request.scope.require("case.propose", region_code=found.region_code)
    form = ObjectionForm(request.POST)
    wanted = request.POST.get("case", "")
    case = found.cases.filter(pk=int(wanted)).first() if wanted.isdigit() else None
    if form.is_valid():
        data = form.cleaned_data
        actions.object_to(
            found, data["text"], name=data["name"], case=case, about_cadre=data["about_cadre"], by=request.user
        )
        messages.success(request, _("异议已记下"))
    else:
        messages.error(request, _("异议没有记下：写明是什么情况"))
    return redirect("case_notice", number)


@require_POST
@permitted("case.propose", "case.review")
def answer(request: Request, number: int) -> HttpResponse:
    """Answer an objection."""
    objection = queries.objection(request.scope, number)
    form = AnswerForm(request.POST)
    if form.is_valid():
        wanted = request.POST.get("case", "")
        case = objection.notice.cases.filter(pk=int(wanted)).first() if wanted.isdigit() else None
        data = form.cleaned_data
        actions.answer(request.scope, request.user, objection, data["status"], data["text"], case)
        messages.success(request, _("答复已记下"))
    else:
        messages.error(request, _("答复没有记下：写明核查情况和结论"))
    return redirect("case_notice", objection.notice_id)


# -- papers and the procedure ------------------------------------------------------------------------------------------


@permitted("case.read")
def paper(request: Request, number: int, form: str) -> HttpResponse:
    """A paper of a case, filled in from the registers as far as it is known."""
    page = queries.page_of(request.scope, number, lang())
    case = page.row.case
    data: dict[str, Any] = {"household_id": case.household_id, "head_name": page.row.head}
    if form in ("F02", "F06", "F08"):
        data["population"] = page.row.persons
    if form == "F12":
        last = next((e for e, _label, _after in page.events if e.after == "rejected"), None)
        given = last.given if last else {}
        rules = page.rules
        data |= {"reason": given.get("reason", ""), "fact": given.get("fact", "")}
        if page.facts.refused_on is not None:
            by = rules.last_day(rules.deadlines["appeal"], page.facts.refused_on)
            data |= {"delivered_on": page.facts.refused_on.isoformat(), "appeal_by": by.isoformat()}
        data["appeal_to"] = region_name(case.region_code[:9] + "000")
    if form in ("F01", "F02"):
        data["address"] = region_name(case.region_code)
        data["members"] = _members(request, case)
    places = papers.names()
    if form not in places:
        raise registers.Missing(form)
    return _pdf(request, form, data)


def _members(request: Request, case: Case) -> list[dict[str, Any]]:
    """The roster as it stands on a paper: names, relations, dates of birth."""
    from fangpin.web.households.words import shown
    from fangpin.web.registers.columns import columns

    one = registers.household(request.scope, case.household_id)
    relation = columns("member").fields["relation_to_head"]
    return [
        {
            "name": row.get("name") or "",
            "relation": shown(relation, row.get("relation_to_head"), lang()) or "",
            "birth_date": row["birth_date"].isoformat() if row.get("birth_date") else "",
        }
        for row in one.rows.get("member", [])
    ]


@permitted("standard.read")
def procedure(request: Request) -> HttpResponse:
    """The procedure in force in one's county, as a drawing and as words."""
    region = next((duty.region_code for duty in request.scope.duties), None)
    rules = process(region, timezone.localdate())
    context = {
        "rules": rules,
        "title": rules.title(lang()),
        "drawing": mark_safe(drawing(rules, lang()).replace('style="max-width:100%;height:auto" ', "")),
        "sections": procedure_page.sections(rules, lang())[1:],
    }
    return render(request, "casework/procedure.html", context)
