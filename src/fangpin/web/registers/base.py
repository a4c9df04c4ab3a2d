"""What the tables of the registers share: batches, versions, and the one table of encrypted values.

Gives   Batch (every write belongs to one; its state shows or hides its rows), Version (what each row of a register
        carries), Identity (ciphertext and blind index)
Not     the columns of each table (models_generated, written from tables/ by tools/web_models.py)
Keeps   rows are only ever added; a correction names the row it replaces and wins once it is known
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """A write: an import, an edit, an event, a merge. Its rows are seen while it is published, all or none."""

    class Kind(models.TextChoices):
        LOAD = "load", _("首次载入")
        IMPORT = "import", _("导入")
        DECISION = "decision", _("待决处理")
        EDIT = "edit", _("修改")
        EVENT = "event", _("家庭变动")
        MERGE = "merge", _("合并")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("已上传")
        CHECKING = "checking", _("核对中")
        CHECKED = "checked", _("待合并")
        WAITING = "waiting", _("待决")
        PUBLISHING = "publishing", _("合并中")
        PUBLISHED = "published", _("已合并")
        REJECTED = "rejected", _("已放弃")
        UNDONE = "undone", _("已撤销")
        FAILED = "failed", _("未完成")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, db_index=True)
    region_code = models.CharField(max_length=12, blank=True, default="")
    """The region within which it writes; a person sees the batches of their own regions."""
    department = models.CharField(max_length=40, blank=True, default="")
    """The department that delivered it; its officers see these and no others."""
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    title = models.CharField(max_length=200, blank=True, default="")
    """The name of the file, or what was done."""
    file = models.CharField(max_length=400, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    keep_existing = models.BooleanField(default=False)
    """Only rows that are new; what is known stays byte for byte."""
    known_at = models.DateField(null=True, blank=True)
    """When what it says became known, where its rows do not say so themselves."""
    reason = models.TextField(blank=True, default="")
    effective = models.DateField(null=True, blank=True)
    """The day from which an event holds."""
    counts = models.JSONField(default=dict, blank=True)
    """Rows by table and outcome, as the preview shows them; the numbers add up."""
    details = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    published = models.DateTimeField(null=True, blank=True, db_index=True)
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}".strip()


class Identity(models.Model):
    """One value of one column, encrypted; ``index`` finds it by any spelling, ``exact`` by this one."""

    column = models.CharField(max_length=40)
    index = models.BinaryField(max_length=16, db_index=True)
    exact = models.BinaryField(max_length=16, unique=True)
    cipher = models.BinaryField()

    def __str__(self) -> str:
        return self.column


class Version(models.Model):
    """What each row of a register carries besides its columns."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    replaces = models.BigIntegerField(null=True, blank=True, db_index=True)
    """The row of this table that this one corrects; that one is no longer used once this one is known."""
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    known_at = models.DateField(null=True, blank=True)
    said_at = models.DateField(null=True, blank=True)
    """When the file says that it became known, where that is earlier than when we learned of the correction."""
    source = models.TextField(null=True, blank=True)
    extra = models.JSONField(default=dict, blank=True)
    """Fields of the county's own."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True


def sealed(find: bool = False) -> models.ForeignKey:  # type: ignore[type-arg]
    """The reference to an encrypted value, in place of a column that names a person; ``find``: rows are found by it."""
    return models.ForeignKey(
        Identity,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=find,
    )
