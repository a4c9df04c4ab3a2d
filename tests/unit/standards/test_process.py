"""The procedure as data: whatever is not listed is refused, nothing gets stuck, limits are counted as the law counts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from fangpin.language.documents import rules_root
from fangpin.standards.process import Actor, CaseFacts, Notice, Objection, Vote, allowed, process, refusals, taken
from fangpin.standards.process.calendar import CHINA, calendar
from fangpin.standards.process.checks import ROLES, STATUSES, refuse, remarks
from fangpin.standards.process.documents import ProcessDocument, ProcessOverlay
from fangpin.standards.process.guards import DECIDE, GUARDS
from fangpin.standards.process.resolve import forms, national
from fangpin.standards.process.stories import Story, read, run
from fangpin.tables.yaml_file import parse, validate
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from helpers import SEED, trials

DAY = date(2024, 5, 10)
NOW = datetime(2024, 5, 10, 9, 0, tzinfo=CHINA)
FILE = rules_root() / "process" / "monitoring.yaml"
RULES = process(None, DAY)
STORIES = read()


@pytest.mark.clause("P1.6")
@pytest.mark.parametrize("story", STORIES, ids=[s.title.zh for s in STORIES])
def test_stories_go_as_told(story: Story) -> None:
    assert run(story) == []


def test_a_story_that_is_told_wrong_is_noticed() -> None:
    told = STORIES[0].model_dump()
    told["steps"][0]["then"] = "visited"
    told["steps"][2]["due"] = {"comparison": "2024-05-14 running"}
    assert len(run(Story.model_validate(told))) == 2


# ---- what is not listed is refused ------------------------------------------------------------------------------------


def test_every_state_role_and_action_not_listed_is_refused() -> None:
    """Every triple: the reasons name the state and the role exactly where the document does not list them."""
    for state in RULES.states:
        facts = CaseFacts(state=state)
        for role in ROLES:
            for name, action in RULES.actions.items():
                codes = {r.code for r in refusals(RULES, facts, name, Actor("u", role), NOW)}
                assert ("state" in codes) == (state not in action.from_)
                may = any(role in RULES.actors[level].roles for level in action.by)
                assert ("role" in codes) == (not may)


@pytest.mark.parametrize("role", ["auditor", "researcher", "department_officer", "county_admin", "nobody"])
def test_roles_without_a_level_may_do_nothing(role: str) -> None:
    for state in RULES.states:
        assert allowed(RULES, CaseFacts(state=state), Actor("u", role), NOW) == {}


def test_every_open_state_can_be_returned_refused_withdrawn_or_ended() -> None:
    exits = {s: {a.to for a in RULES.actions.values() if s in a.from_} for s in RULES.in_states("open")}
    for state, to in exits.items():
        assert {"withdrawn", "natural_end"} <= to, state
        refused = {"closed_no_risk", "rejected"} & to or {"rechecked", "visited"} & to
        assert refused, state
    back = {s for s in ("compared", "reviewed", "published", "township_ok", "rechecked") if "visited" in exits[s]}
    assert back == {"compared", "reviewed", "published", "township_ok", "rechecked"}


def test_nobody_acts_on_one_case_at_two_levels() -> None:
    facts = taken(RULES, CaseFacts(state="clue"), "screen", Actor("u", "village_cadre"), NOW)
    facts = replace(facts, state="published")
    assert "levels" in {r.code for r in refusals(RULES, facts, "review", Actor("u", "township_reviewer"), NOW)}
    assert "levels" not in {r.code for r in refusals(RULES, facts, "review", Actor("v", "township_reviewer"), NOW)}


# ---- no way around -----------------------------------------------------------------------------------------------------


def random_facts(rng: random.Random, facts: CaseFacts, at: datetime) -> CaseFacts:
    """A case of which something more, or something else, has become known."""
    day = at.date()
    vote = Vote("delegates", day - timedelta(rng.randint(-1, 2)), 30, 24, rng.choice([3, 24]), 0, 0)
    vote = replace(vote, against=24 - vote.for_)
    objection = Objection(day - timedelta(rng.randint(0, 9)), rng.choice(["open", "dismissed", "upheld", "visit"]))
    some: dict[str, Any] = {
        "rule": rng.choice([None, *STATUSES, "low_income", "low_income", "deliberate"]),
        "authorised": rng.random() < 0.8,
        "visitors": rng.choice([0, 1, 2, 2, 3]),
        "compared": rng.random() < 0.8,
        "property_verified": rng.random() < 0.1,
        "vote": rng.choice([None, vote, vote, vote]),
        "notices": rng.choice(
            [facts.notices, facts.notices, (), (Notice(day - timedelta(rng.choice([0, 0, 3, 12]))),)]
        ),
        "objections": rng.choice([(), (), (), (objection,)]),
        "no_risk_found": rng.random() < 0.1,
        "members_left": rng.choice([None, 0, 3, 3, 3, 3, 3, 3]),
        "sudden": rng.random() < 0.2,
        "measures": rng.randint(0, 2),
        "needs_change": rng.random() < 0.2,
        "new_risk": rng.random() < 0.2,
        "clearing": dict.fromkeys(RULES.clear_conditions, rng.random() < 0.7),
    }
    keys = rng.sample(sorted(some), rng.randint(1, len(some)))
    return replace(facts, **{k: some[k] for k in keys})


FORWARD = {"screen", "visit", "compare", "deliberate", "publish", "recheck_notice", "review", "approve"}


def walk(rng: random.Random) -> Iterator[tuple[CaseFacts, CaseFacts, str, datetime]]:
    """Somebody tries something, again and again, in any order: the case before, after, the action, the moment."""
    at, facts = NOW, CaseFacts(state="clue", entered={"clue": NOW})
    for _ in range(60):
        at += timedelta(hours=rng.choice([0, 1, 12, 24, 48, 130]))
        facts = random_facts(rng, facts, at)
        actors = [Actor(rng.choice([role, role, "everywhere"]), role) for role in ROLES]
        may = [(n, actor) for actor in actors for n, why in allowed(RULES, facts, actor, at).items() if not why]
        ahead = [pair for pair in may if pair[0] in FORWARD]
        tried = may if rng.random() < 0.05 else ahead
        if tried:
            name, actor = rng.choice(tried)
            after = taken(RULES, facts, name, actor, at)
            yield facts, after, name, at
            facts = after


@pytest.mark.clause("P1.4")
def test_no_household_is_admitted_without_decision_notice_and_another_persons_approval() -> None:
    """Whatever the order of actions; and nothing that was done disappears."""
    rng = random.Random(SEED)
    admitted = 0
    for _ in range(trials(2000)):
        for before, after, name, at in walk(rng):
            if RULES.actions[name].opens is None:
                assert after.acts[:-1] == before.acts
            if name != "approve":
                continue
            admitted += 1
            approval = after.acts[-1]
            decided = [n for n, a in enumerate(before.acts) if a.action in DECIDE]
            returned = [n for n, a in enumerate(before.acts) if RULES.actions[a.action].returns]
            assert decided[-1] > max(returned, default=-1)
            assert approval.user not in {a.user for a in before.acts if a.level in ("village", "township", "county")}
            decision = max(before.entered[s] for s in ("reviewed", "rechecked") if s in before.entered)
            posted = [n for n in before.notices if n.posted_on >= decision.date()]
            assert posted
            assert all((at.date() - n.posted_on).days > 5 for n in posted)
            assert not any(o.status == "upheld" for o in before.objections)
    assert admitted > 20


# ---- the vote ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("for_", [3, 24])
def test_a_vote_alone_never_refuses_a_household_that_is_sure(status: str, for_: int) -> None:
    vote = Vote("delegates", DAY, 30, 24, for_, 24 - for_)
    facts = CaseFacts(state="compared", rule=status, compared=True, vote=vote, entered={"compared": NOW})
    given = {"reason": "x"}
    codes = {r.code for r in refusals(RULES, facts, "refuse_by_vote", Actor("u", "village_cadre"), NOW, given)}
    may_refuse = (status, for_ > 12) in {
        ("not_low_income", False),
        ("deliberate", False),
        ("vetoed", False),
        ("vetoed", True),
    }
    assert (not codes) == may_refuse


def test_a_county_may_let_the_village_lift_a_veto_with_a_reason() -> None:
    source = {"document": "x", "verified": False}
    data = {
        "region": "350526",
        "changes": "monitoring",
        "effective": {"from": "2024-01-01"},
        "title": {"zh": "甲", "en": "a"},
        "veto_may_be_lifted": True,
        "source": source,
    }
    rules = process("350526", DAY, changes=(("draft", ProcessOverlay.model_validate(data)),))
    vote = Vote("delegates", DAY, 30, 24, 20, 4)
    facts = CaseFacts(state="compared", rule="vetoed", compared=True, vote=vote, entered={"compared": NOW})
    cadre = Actor("u", "village_cadre")
    assert [r.code for r in refusals(rules, facts, "deliberate", cadre, NOW)] == ["record"]
    assert refusals(rules, facts, "deliberate", cadre, NOW, {"reason": "车已报废"}) == ()
    assert rules.hash != process("350526", DAY).hash


# ---- days -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "unit", "last"),
    [
        (date(2024, 5, 6), 5, "natural", date(2024, 5, 11)),  # a Saturday that is worked
        (date(2024, 5, 13), 5, "natural", date(2024, 5, 20)),  # ends on a Saturday, moves to Monday
        (date(2024, 9, 26), 5, "natural", date(2024, 10, 8)),  # ends in the National Day week
        (date(2024, 12, 27), 5, "natural", date(2025, 1, 2)),  # over the year's end, New Year's Day is off
        (date(2024, 2, 8), 1, "working", date(2024, 2, 9)),
        (date(2024, 2, 9), 1, "working", date(2024, 2, 18)),  # the Sunday after the Spring Festival is worked
        (date(2026, 1, 2), 1, "working", date(2026, 1, 4)),
    ],
)
def test_the_day_of_posting_is_not_counted_and_an_end_on_a_day_off_moves(
    start: date, days: int, unit: Any, last: date
) -> None:
    assert calendar().last_day(start, days=days, unit=unit) == last


def test_working_days_are_counted_as_a_plain_count_would() -> None:
    cal, rng = calendar(), random.Random(SEED)
    for _ in range(200):
        start, n = date(2021, 1, 1) + timedelta(rng.randrange(2000)), rng.randint(1, 30)
        last = cal.last_day(start, days=n, unit="working")
        assert sum(cal.works(start + timedelta(d)) for d in range(1, (last - start).days + 1)) == n
        assert cal.works(last)


def test_months_end_on_the_last_day_where_the_day_is_not_there() -> None:
    assert calendar().last_day(date(2024, 1, 31), months=1) == date(2024, 2, 29)
    assert not calendar().knows(date(2031, 1, 1))
    assert calendar().knows(DAY)


# ---- loading -----------------------------------------------------------------------------------------------------------------


def test_the_steps_do_not_fit_into_the_whole_and_it_is_said() -> None:
    assert "19" in remarks(RULES.deadlines)[0].zh
    assert remarks(process("430626", DAY).deadlines) == []


def test_every_guard_has_words_and_a_test() -> None:
    assert set(national().guards) == set(GUARDS)
    assert {f for a in RULES.actions.values() for f in a.forms} <= set(forms())


CHANGES: dict[str, tuple[list[Any], Any, str]] = {
    "a state that is not there": (["actions", "screen", "to"], "jugded", "FP-PROCESS-003"),
    "a guard that is not there": (["actions", "compare", "guards"], ["authorized"], "FP-PROCESS-003"),
    "a role that is not there": (["actors", "county", "roles"], ["county_oficer"], "FP-PROCESS-003"),
    "a limit that is not there": (["actions", "visit", "within"], "vist", "FP-PROCESS-003"),
    "a paper that is not there": (["actions", "visit", "forms"], ["F99"], "FP-PROCESS-003"),
    "a state nobody reaches": (["actions", "screen", "to"], "visited", "FP-PROCESS-004"),
    "a state without withdrawal": (["actions", "withdraw", "from"], ["clue"], "FP-PROCESS-004"),
    "a vote with two answers": (["votes", 0, "vote"], "any", "FP-PROCESS-005"),
    "an unknown key": (["actions", "screen", "guard"], [], "FP-DOCUMENT-003"),
    "a share above one": (["meetings", 0, "kinds", "delegates", "quorum", "share"], "3/2", "FP-DOCUMENT-005"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_document_that_cannot_work_refuses_to_load(what: str) -> None:
    where, value, code = CHANGES[what]
    data = yaml.safe_load(FILE.read_text("utf-8"))
    inner = data
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    plain, places = parse(text, "draft.yaml")
    with pytest.raises(DocumentError) as refused:
        refuse(validate(plain, ProcessDocument, places, "draft.yaml"), forms(), places, "draft.yaml")
    assert refused.value.code == code
    assert refused.value.place.startswith("draft.yaml:")


def overlay(region: str, **what: Any) -> ProcessOverlay:
    base = {
        "region": region,
        "changes": "monitoring",
        "effective": {"from": "2024-01-01"},
        "title": {"zh": "甲", "en": "a"},
    }
    return ProcessOverlay.model_validate(base | {"source": {"document": "x"}} | what)


def test_a_county_cannot_shorten_the_notice_nor_contradict_itself() -> None:
    with pytest.raises(DocumentError, match="FP-PROCESS-006"):
        process("350526", DAY, changes=(("a", overlay("350526", deadlines={"notice": {"days": 3}})),))
    two = (
        ("a", overlay("350526", deadlines={"visit": {"days": 2}})),
        ("b", overlay("350526", deadlines={"visit": {"days": 4}})),
    )
    with pytest.raises(UnusableInput, match="FP-PROCESS-002") as refused:
        process("350526", DAY, changes=two)
    assert refused.value.place == "a · b"
    mixed = (
        ("b", overlay("350526", deadlines={"visit": {"days": 4}})),
        ("a", overlay("35", deadlines={"visit": {"days": 2}})),
    )
    assert process("350526", DAY, changes=mixed).deadlines["visit"].days == 4
    assert process("350100", DAY, changes=mixed).deadlines["visit"].days == 2
    with pytest.raises(UnusableInput, match="FP-PROCESS-003"):
        process("350526", DAY, changes=(("a", overlay("350526", deadlines={"vist": {"days": 3}})),))


def test_before_the_procedure_there_is_none() -> None:
    with pytest.raises(UnusableInput, match="FP-PROCESS-001"):
        process(None, date(2020, 1, 1))


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        refusals(RULES, CaseFacts(state="clue"), "screen", Actor("u", "village_cadre"), datetime(2024, 5, 1))


def test_rules_of_the_procedure_stand_beside_the_others() -> None:
    assert Path(FILE).is_file()
    assert process("430626", DAY).set_by["deadlines.notice"] == "county/430626_pingjiang/process.yaml"
