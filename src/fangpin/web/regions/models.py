"""Places of this installation, with the twelve-digit codes of the statistics bureau."""

from __future__ import annotations

from django.db import models


class Region(models.Model):
    """One place; ``parent`` makes the tree."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=10)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
