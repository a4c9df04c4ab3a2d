"""Background work as a person sees it: what, how far, how long still, how it ended.

Gives   Job
Keeps   a job whose worker died is taken up again; what it does can be done twice
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of work in the background."""

    class State(models.TextChoices):
        QUEUED = "queued", _("等待中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("未完成")
        CANCELLED = "cancelled", _("已取消")

    OPEN = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    """The name under which the work is registered (`jobs.actions.work`)."""
    title = models.CharField(max_length=200, blank=True, default="")
    arguments = models.JSONField(default=dict)
    region_code = models.CharField(max_length=12, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, db_index=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    doing_zh = models.CharField(max_length=200, blank=True, default="")
    doing_en = models.CharField(max_length=200, blank=True, default="")
    cancel_asked = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    """A FangpinError as plain strings in both languages: ``{"zh": {…}, "en": {…}}``."""
    link = models.CharField(max_length=200, blank=True, default="")
    """Where its outcome is seen."""
    attempts = models.IntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    seen = models.BooleanField(default=False)
    """Whether the person has seen that it ended (the bell)."""

    class Meta:
        ordering: ClassVar = ["-created"]
        indexes: ClassVar = [models.Index(fields=["by", "state"], name="jobs_of_a_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where it cannot be said."""
        return min(self.done / self.total, 1.0) if self.total > 0 else None

    @property
    def time_left(self) -> timedelta | None:
        """About how long it still takes, from how long it took so far; None while that cannot be said."""
        if self.state != self.State.RUNNING or self.started is None or not self.share or self.share < 0.02:
            return None
        passed = timezone.now() - self.started
        return passed * (1 - self.share) / self.share

    @property
    def seconds_left(self) -> int | None:
        """The same in whole seconds."""
        left = self.time_left
        return None if left is None else max(1, round(left.total_seconds()))
