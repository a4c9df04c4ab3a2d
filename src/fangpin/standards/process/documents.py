"""What a procedure and a county's change of it look like as documents; every key is declared here.

Gives   ProcessDocument, ProcessOverlay
Keeps   an unknown key, a wrong type or an impossible date refuses to load with file, line and column
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fangpin.standards.documents import Pair, Period, Source
from fangpin.tables.yaml_file import Strict
from fangpin.vocabulary.text import Text

Level = Literal["national", "local", "ours", "unverified"]
Kind = Literal["open", "held", "closed"]
Outcome = Literal["publish", "refuse", "recheck", "not_put", "lift"]
Voted = Literal["for", "against"]


def _fraction(value: object) -> Fraction:
    share = Fraction(str(value))
    if not 0 < share <= 1:
        raise ValueError("a share lies above 0 and is at most 1")
    return share


Share = Annotated[Fraction, BeforeValidator(_fraction)]


Words = str | Pair
"""Where something comes from: a document's own name, or words in both languages."""


def said(words: Words) -> Text:
    """Words in both languages; a document's own name is the same in both."""
    return Text(words, words) if isinstance(words, str) else Text(words.zh, words.en)


class Named(Strict):
    """Something with a name in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class StateDocument(Named):
    """A state of a case."""

    kind: Kind


class ActorDocument(Named):
    """A level at which somebody acts, and the roles that act there."""

    roles: list[str] = Field(min_length=1)


class ActionDocument(Named):
    """Something that may be done: from where, by whom, under which guards, with what recorded."""

    from_: list[str] = Field(alias="from", min_length=1)
    to: str
    by: list[str] = Field(min_length=1)
    guards: list[str] = []
    record: list[Literal["reason", "fact"]] = []
    forms: list[str] = []
    right: Literal["appeal"] | None = None
    within: str | None = None
    starts: Literal["notice"] | None = None
    returns: bool = False
    batch: bool = False
    opens: Literal["new episode"] | None = None
    level: Level
    source: Words = ""


class DeadlineDocument(Named):
    """A time limit: counted from entering a state until another is reached, or from an event named by its use."""

    from_: list[str] = Field(default=[], alias="from")
    until: list[str] = []
    days: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    unit: Literal["natural", "working"] = "natural"
    least: bool = False
    every: bool = False
    enforced: bool = False
    level: Level
    source: Words
    verified: bool = False


class DeadlineChange(Strict):
    """What a county sets differently in a time limit."""

    days: int | None = Field(default=None, ge=0)
    months: int | None = Field(default=None, ge=0)
    unit: Literal["natural", "working"] | None = None


class VoteDocument(Strict):
    """What rule result and vote lead to together."""

    rule: list[str] = Field(min_length=1)
    vote: Literal["for", "against", "any"]
    then: Outcome
    mark: Literal["outside_rule"] | None = None
    zh: str = ""
    en: str = ""


class Switch(Named):
    """A yes or no that a county may set."""

    value: bool
    level: Level


class Quorum(Strict):
    """How many must be present: a share of those entitled, or of another count."""

    of: str
    share: Share
    or_of: str | None = None
    or_share: Share | None = None


class MeetingKind(Named):
    """A kind of meeting that may decide."""

    quorum: Quorum
    notice_days: int = Field(default=0, ge=0)
    needs_authorisation: bool = False
    decision: Literal["majority of those present"]
    level: Level


class MeetingsDocument(Strict):
    """The meetings that may decide in a period."""

    effective: Period
    source: Source
    kinds: dict[str, MeetingKind] = Field(min_length=1)


class ConditionDocument(Named):
    """A condition of removal."""

    level: Level = "national"
    source: Words = ""


class FormDocument(Named):
    """A paper of the procedure: what stands on it, and what must not."""

    fields: list[str] = []
    must_not_contain: list[str] = []
    signed_by: Pair | None = None
    verification: Literal["verified", "local", "memory", "ours"]
    source: Words
    note: Pair | None = None


class FormsDocument(Strict):
    """The papers of the procedure."""

    source: Source
    forms: dict[str, FormDocument]


class Counting(Strict):
    """How days are counted."""

    posting_day_counts: Literal[False]
    end_on_holiday_moves: Literal[True]
    source: str
    verified: bool


class ProcessDocument(Strict):
    """A procedure as it stands in its file."""

    id: str
    title: Pair
    effective: Period
    legal_basis: Pair
    source: Source
    states: dict[str, StateDocument]
    actors: dict[str, ActorDocument]
    guards: dict[str, Named]
    actions: dict[str, ActionDocument]
    deadlines: dict[str, DeadlineDocument]
    votes: list[VoteDocument]
    veto_may_be_lifted: Switch
    meetings: list[MeetingsDocument]
    clear_conditions: dict[str, ConditionDocument]
    never_publish: list[str]
    counting: Counting
    amber_at: float = Field(gt=0, lt=1)


class ProcessOverlay(Strict):
    """What one place sets differently, from when, and on what authority."""

    region: str
    changes: str
    effective: Period
    title: Pair
    deadlines: dict[str, DeadlineChange] = {}
    veto_may_be_lifted: bool | None = None
    meetings: dict[str, Share] = {}
    source: Source
