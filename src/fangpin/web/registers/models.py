"""What the registers keep: version tables, the current projection, rule results, matters that wait for a decision.

Reads   the version tables generated from tables/ (models_generated), what they share (base)
Gives   Batch, Identity, ROWS and its models; CurrentHousehold, CurrentMember, Shown; Run, Verdict; Ambiguity;
        DuplicatePair
Not     reading them for a page (queries) or writing them (actions)
Keeps   version tables, runs and results are only added to; the current projection can be thrown away and made again
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fangpin.web.registers.base import Batch, Identity, Version
from fangpin.web.registers.models_generated import (
    ROWS,
    ClearingRow,
    HouseholdRow,
    IncomeYearRow,
    LivingRow,
    LoanRow,
    MeasureRow,
    MemberRow,
    SafeguardsRow,
)

__all__ = [
    "ROWS",
    "Ambiguity",
    "Batch",
    "ClearingRow",
    "CurrentHousehold",
    "CurrentMember",
    "DuplicatePair",
    "HouseholdRow",
    "Identity",
    "IncomeYearRow",
    "LivingRow",
    "LoanRow",
    "MeasureRow",
    "MemberRow",
    "Run",
    "SafeguardsRow",
    "Shown",
    "Verdict",
    "Version",
]


class Run(models.Model):
    """The rule run over households on a day: which standard, over which batches, and what came out."""

    class State(models.TextChoices):
        RUNNING = "running", _("计算中")
        DONE = "done", _("完成")
        FAILED = "failed", _("未完成")

    standard = models.CharField(max_length=100)
    standard_hash = models.CharField(max_length=64)
    region = models.CharField(max_length=12, blank=True, default="")
    as_of = models.DateField()
    whole = models.BooleanField(default=True)
    """Over every household of its region; else over those that an import or an edit touched."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    households = models.IntegerField(default=0)
    statuses = models.JSONField(default=dict)
    manifest = models.JSONField(default=dict)
    started = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.standard} {self.as_of}"


class Verdict(models.Model):
    """The rule result of one household in one run (columns as in the verdict table of the core)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="verdicts")
    household_id = models.TextField(db_index=True)
    region_code = models.TextField(null=True)
    status = models.CharField(max_length=20)
    route = models.CharField(max_length=10, null=True)
    income_status = models.CharField(max_length=10)
    income = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    line = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    line_upper = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    margin = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    count_true = models.IntegerField()
    count_unknown = models.IntegerField()
    items = models.JSONField(default=dict)
    """Indicators and veto items by code: true, false, or null where unknown."""
    veto = models.BooleanField(null=True)
    target_group = models.CharField(max_length=20, null=True)
    target_group_open = models.BooleanField()
    ask = models.JSONField(default=list)
    ask_least = models.IntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "household_id"], name="one_verdict_a_run")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.status}"


class Shown(models.Model):
    """Which generation of the current projection is shown; one row."""

    generation = models.IntegerField(default=0)
    made = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.generation)


class CurrentHousehold(models.Model):
    """A household as of today, for lists and search; disposable."""

    generation = models.IntegerField()
    household_id = models.TextField()
    region_code = models.CharField(max_length=12, db_index=True)
    natural_village = models.TextField(default="")
    head_name = models.TextField(default="")
    head_pinyin = models.TextField(default="")
    """Full and initials: ``wangxiaoming wxm``."""
    head_index = models.BinaryField(max_length=16, null=True, db_index=True)
    """Blind index of the head's identity number."""
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)
    population = models.IntegerField(null=True)
    """As recorded; ``persons`` are the members that belong."""
    persons = models.IntegerField(default=0)
    monitor_group = models.CharField(max_length=20, null=True)
    household_type = models.CharField(max_length=20, null=True)
    is_ex_poor = models.BooleanField(null=True)
    helper_name = models.TextField(default="")
    fresh_on = models.DateField(null=True)
    """The oldest day on which one of its core tables was last known."""
    status = models.CharField(max_length=20, default="", db_index=True)
    """Rule result (规则判定) of the last run that took it in; empty before any."""
    route = models.CharField(max_length=10, null=True)
    income = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    margin = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    count_true = models.IntegerField(null=True)
    count_unknown = models.IntegerField(null=True)
    target_group = models.CharField(max_length=20, null=True)
    asked = models.IntegerField(default=0)
    """How many facts the rule asks for."""
    verdict_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "household_id"], name="one_current_household")
        ]
        indexes: ClassVar = [
            models.Index(fields=["generation", "region_code", "household_id"], name="current_by_region")
        ]

    def __str__(self) -> str:
        return self.household_id


class CurrentMember(models.Model):
    """A member as of today, for search and duplicates; disposable."""

    generation = models.IntegerField()
    household_id = models.TextField()
    person_id = models.TextField()
    region_code = models.CharField(max_length=12)
    name = models.TextField(default="")
    pinyin = models.TextField(default="")
    number_index = models.BinaryField(max_length=16, null=True, db_index=True)
    sex = models.CharField(max_length=4, null=True)
    birth_date = models.DateField(null=True)
    relation_to_head = models.CharField(max_length=8, null=True)
    state = models.CharField(max_length=8, null=True)
    row_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["generation", "household_id"], name="current_member_household"),
            models.Index(fields=["generation", "name"], name="current_member_name"),
            models.Index(fields=["generation", "pinyin"], name="current_member_pinyin"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}/{self.person_id}"


class Ambiguity(models.Model):
    """A row of an import that may be somebody who is known under another number: it waits for a decision."""

    class Choice(models.TextChoices):
        NEW = "new", _("不是同一个，作为新记录")
        SAME = "same", _("是同一个，更新原记录")
        SKIP = "skip", _("不用这一行")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="ambiguities")
    table = models.CharField(max_length=20)
    household_id = models.TextField()
    person_id = models.TextField(blank=True, default="")
    region_code = models.CharField(max_length=12, blank=True, default="")
    row_id = models.BigIntegerField()
    """The staged row, in a batch of its own that is never shown until it is decided."""
    candidates = models.JSONField(default=list)
    """Keys of those it may be: ``household_id`` or ``household_id/person_id``."""
    choice = models.CharField(max_length=4, choices=Choice.choices, blank=True, default="")
    chosen = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.household_id}/{self.person_id}"


class DuplicatePair(models.Model):
    """Two persons who may be one; what was decided is remembered and never asked again."""

    class Decision(models.TextChoices):
        OPEN = "open", _("待看")
        SAME = "same", _("是同一人")
        DIFFERENT = "different", _("不是同一人")

    household_1 = models.TextField()
    person_1 = models.TextField()
    household_2 = models.TextField()
    person_2 = models.TextField()
    region_code = models.CharField(max_length=12, db_index=True)
    region_code_2 = models.CharField(max_length=12, blank=True, default="")
    how = models.CharField(max_length=10, default="fuzzy")
    """``number``: one identity number; ``fuzzy``: name, birth date and village."""
    probability = models.FloatField(default=1.0)
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN, db_index=True)
    reason = models.TextField(blank=True, default="")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The merge, which can be undone."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)
    found = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["household_1", "person_1", "household_2", "person_2"], name="one_pair")
        ]

    def __str__(self) -> str:
        return f"{self.household_1}/{self.person_1} – {self.household_2}/{self.person_2}"

    @property
    def percent(self) -> int:
        """The probability in whole percent, never quite 100 where it is not sure."""
        return min(round(100 * self.probability), 99)
