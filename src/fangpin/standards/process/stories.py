"""Worked stories: a case told step by step, with what the procedure allows and refuses, as data.

Reads   rules/process/stories/*.yaml
Gives   load() → Story; run(story) → what went otherwise than told, empty if all is so
Keeps   a story has its own clock: every step names its moment; nothing asks the computer's
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter

from fangpin.language.documents import rules_root
from fangpin.standards.documents import Pair
from fangpin.standards.process.calendar import CHINA
from fangpin.standards.process.case import Actor, CaseFacts, Notice, Objection, Vote
from fangpin.standards.process.due import due
from fangpin.standards.process.model import Process
from fangpin.standards.process.permit import refusals, taken
from fangpin.standards.process.resolve import process
from fangpin.tables.yaml_file import Strict, load

_PARTS: dict[str, Any] = {"vote": Vote, "notices": tuple[Notice, ...], "objections": tuple[Objection, ...]}


class Step(Strict):
    """A moment: what becomes known, who tries what, and what comes of it."""

    at: datetime
    now: dict[str, Any] = {}
    by: str = ""
    do: str = ""
    given: dict[str, str] = {}
    then: str | None = None
    refused: list[str] | None = None
    due: dict[str, str] = {}


class Story(Strict):
    """A case from its first day."""

    title: Pair
    region: str | None = None
    starts: str = "clue"
    steps: list[Step] = Field(min_length=1)


class _File(Strict):
    stories: list[Story]


def read(root: Path | None = None) -> list[Story]:
    """Every story under ``rules/process/stories``.

    Raises:
        DocumentError: a file does not load, with file, line and column.
    """
    folder = (root or rules_root()) / "process" / "stories"
    return [story for path in sorted(folder.glob("*.yaml")) for story in load(path, _File).stories]


def run(story: Story) -> list[str]:
    """What went otherwise than told; empty if everything is as the story says."""
    first = story.steps[0].at.replace(tzinfo=CHINA)
    facts = CaseFacts(state=story.starts, entered={story.starts: first})
    found: list[str] = []
    for n, step in enumerate(story.steps, 1):
        at = step.at.replace(tzinfo=CHINA)
        rules = process(story.region, at.date())
        facts = learned(facts, step.now)
        facts, wrong = _step(rules, facts, step, at)
        found += [f"{story.title.zh} › {n} {step.do}: {what}" for what in wrong]
    return found


def _step(rules: Process, facts: CaseFacts, step: Step, at: datetime) -> tuple[CaseFacts, list[str]]:
    wrong: list[str] = []
    if step.do:
        user, _, role = step.by.partition("/")
        actor = Actor(user, role)
        against = [r.code for r in refusals(rules, facts, step.do, actor, at, step.given)]
        expected = step.refused or []
        if against != expected:
            wrong.append(f"refused {against}, told {expected}")
        if not against:
            facts = taken(rules, facts, step.do, actor, at)
    if step.then is not None and facts.state != step.then:
        wrong.append(f"state {facts.state}, told {step.then}")
    if step.due:
        running = {d.name: f"{d.last_day} {d.tone}" for d in due(rules, facts, at)}
        wrong += [f"due {k} {running.get(k)}, told {v}" for k, v in step.due.items() if running.get(k) != v]
    return facts, wrong


def learned(facts: CaseFacts, now: dict[str, Any]) -> CaseFacts:
    """The case with what has become known; a part such as a vote is given by its own keys.

    Raises:
        ValueError: a case has no such fact, or the value does not fit.
    """
    known = {f.name for f in fields(CaseFacts)}
    wrong = set(now) - known
    if wrong:
        raise ValueError(f"a case has no {', '.join(sorted(wrong))}")
    made = {key: TypeAdapter(_PARTS[key]).validate_python(v) if key in _PARTS and v else v for key, v in now.items()}
    if "refused_on" in made and isinstance(made["refused_on"], str):
        made["refused_on"] = date.fromisoformat(made["refused_on"])
    return replace(facts, **made)
