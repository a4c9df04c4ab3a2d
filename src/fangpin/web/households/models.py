"""What the pages of households keep: the views that people saved.

Gives   SavedView
Not     households themselves (registers)
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A list narrowed in a way that somebody wants again; its own address, without what was searched for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="household_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="one_view_a_name")]

    def __str__(self) -> str:
        return self.name
