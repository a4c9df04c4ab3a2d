"""What casework keeps: cases and what happened to them, what became known, meetings, notices, objections.

Gives   Case, Event, Known, Meeting, Ballot, Notice, Objection
Keeps   events and what became known are only added to; a case's state is what its last event says
Not     what may be done (standards.process, data), who a household is (registers)
"""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

WHO = settings.AUTH_USER_MODEL


def token() -> str:
    """A name that nobody can guess, for a page without login."""
    return secrets.token_urlsafe(16)


class Case(models.Model):
    """One episode of one household: from a clue to its end."""

    class Channel(models.TextChoices):
        SELF = "SELF", _("农户自主申报")
        CADRE = "CADRE", _("基层干部排查")
        DEPT = "DEPT", _("部门筛查预警")
        SOCIAL = "SOCIAL", _("社会监督、信访舆情")
        PLATFORM = "PLATFORM", _("平台监测分析")
        RULE = "RULE", _("规则判定提名")

    household_id = models.TextField(db_index=True)
    region_code = models.CharField(max_length=12, db_index=True)
    group = models.TextField(blank=True, default="")
    episode = models.IntegerField(default=1)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    reason = models.TextField(blank=True, default="")
    state = models.CharField(max_length=20, db_index=True)
    marks = models.JSONField(default=list)
    """Such as ``outside_rule``: admitted although the rule says no."""
    opened = models.DateTimeField()
    moved = models.DateTimeField()
    version = models.IntegerField(default=1)
    """Counts the events; who acts says which they saw."""
    open = models.BooleanField(default=True)
    receipt = models.CharField(max_length=32, unique=True, default=token)

    class Meta:
        ordering: ClassVar = ["region_code", "household_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["household_id"], condition=models.Q(open=True), name="one_open_case"),
            models.UniqueConstraint(fields=["household_id", "episode"], name="one_case_an_episode"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.episode})"


class Event(models.Model):
    """Something that was done to a case: by whom, at which level, from where to where, with what reason."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    n = models.IntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=30)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    level = models.CharField(max_length=20)
    role = models.CharField(max_length=40, blank=True, default="")
    by = models.ForeignKey(WHO, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=20, blank=True, default="")
    """The rule result at that moment."""
    given = models.JSONField(default=dict)
    """What was recorded with it: reason, fact."""
    process = models.CharField(max_length=64)
    """The hash of the procedure that allowed it."""

    class Meta:
        ordering: ClassVar = ["n"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "n"], name="one_event_a_number")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.n} {self.action}"


class Known(models.Model):
    """What became known of a case: of each kind the latest counts."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="known")
    kind = models.CharField(max_length=30)
    value = models.JSONField()
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(WHO, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Meeting(models.Model):
    """A meeting of the village: who was there, and what was said."""

    region_code = models.CharField(_("村"), max_length=12, db_index=True)
    kind = models.CharField(_("会议"), max_length=20)
    held_on = models.DateField(_("时间"))
    place = models.CharField(_("地点"), max_length=80, blank=True)
    chair = models.CharField(_("主持人"), max_length=40)
    entitled = models.IntegerField(_("应到人数"))
    present = models.IntegerField(_("实到人数"))
    or_entitled = models.IntegerField(_("全村户数"), null=True, blank=True)
    or_present = models.IntegerField(_("到会户数"), null=True, blank=True)
    called_on = models.DateField(_("通知日期"), null=True, blank=True)
    authorised = models.BooleanField(_("经村民会议授权"), default=False)
    opinions = models.TextField(_("发言与意见"), blank=True)
    by = models.ForeignKey(WHO, models.PROTECT, related_name="+")
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.region_code} {self.held_on}"


class Ballot(models.Model):
    """The meeting's vote on one household."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="ballots")
    case = models.ForeignKey(Case, models.PROTECT, related_name="ballots")
    for_votes = models.IntegerField()
    against = models.IntegerField()
    abstain = models.IntegerField(default=0)
    recused = models.IntegerField(default=0)
    rule = models.CharField(max_length=20)
    """The rule result that stood beside the vote."""

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "case"], name="one_ballot_a_meeting")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.case_id}"


class Notice(models.Model):
    """A sheet on a village's board: what is proposed (notice), or what was decided (announcement)."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("村内公示")
        ANNOUNCEMENT = "announcement", _("审定公告")

    region_code = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    token = models.CharField(max_length=32, unique=True, default=token)
    posted_on = models.DateField()
    last_day = models.DateField()
    over = models.DateTimeField()
    """The first moment after the notice."""
    contact = models.CharField(max_length=120, blank=True)
    cases = models.ManyToManyField(Case, related_name="notices")
    by = models.ForeignKey(WHO, models.PROTECT, related_name="+")
    made = models.DateTimeField(auto_now_add=True)
    printed = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.region_code} {self.posted_on}"


class Objection(models.Model):
    """An objection to one household on a notice; by receipt without login, or entered by staff."""

    class Status(models.TextChoices):
        OPEN = "open", _("待答复")
        DISMISSED = "dismissed", _("不成立")
        UPHELD = "upheld", _("成立")
        VISIT = "visit", _("须再入户")

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    case = models.ForeignKey(Case, models.PROTECT, related_name="objections", null=True)
    """Which household; None until staff have read which one is meant."""
    received_on = models.DateField()
    received = models.DateTimeField(auto_now_add=True)
    text = models.TextField()
    name = models.CharField(max_length=40, blank=True)
    """As given; empty where anonymous."""
    about_cadre = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN, db_index=True)
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(WHO, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(WHO, models.PROTECT, null=True, blank=True, related_name="+")
    receipt = models.CharField(max_length=32, unique=True, default=token)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.received_on}"
