"""Audit entries, their seals, and which entry stands in which. Rows are added, never changed (triggers hold it)."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act: a write, or a read of sensitive data. A bulk operation is one entry with a compact diff."""

    at = models.DateTimeField(db_index=True)
    user_id = models.BigIntegerField(null=True, db_index=True)
    username = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=60, db_index=True)
    region_code = models.CharField(max_length=12, blank=True, db_index=True)
    household_id = models.CharField(max_length=64, blank=True, db_index=True)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]


class Seal(models.Model):
    """A batch of entries under one hash, which takes in the hash of the seal before."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    count = models.IntegerField()
    content = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)


class Sealed(models.Model):
    """That an entry stands in a seal, and its own hash."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="sealed")
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="entries")
    hash = models.CharField(max_length=64)
