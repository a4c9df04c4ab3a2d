"""The background work of the registers, as the worker finds it."""

from __future__ import annotations

from datetime import date
from typing import Any

from fangpin.web.accounts.models import User
from fangpin.web.jobs.actions import Progress, work
from fangpin.web.registers import duplicates, imports, runs
from fangpin.web.registers.base import Batch


@work(imports.CHECK)
def check_import(progress: Progress, batch: int) -> dict[str, Any]:
    """Check an uploaded file and stage what it would change."""
    return imports.check(Batch.objects.get(pk=batch), progress)


@work(imports.MERGE)
def merge_import(progress: Progress, batch: int, user: int | None = None) -> dict[str, Any]:
    """Show a staged import and decide its households."""
    by = User.objects.filter(pk=user).first() if user else None
    return imports.merge_batch(Batch.objects.get(pk=batch), progress, by)


@work(imports.BOOK)
def findings_book(progress: Progress, batch: int) -> dict[str, Any]:
    """Write the findings workbook of an import."""
    return imports.book(Batch.objects.get(pk=batch), progress)


@work(duplicates.FIND)
def find_duplicates(progress: Progress) -> dict[str, Any]:
    """Look for persons who may be one."""
    return {**duplicates.find(progress)}


@work("registers.run")
def run(progress: Progress, standard: str, day: str, region: str = "", user: int | None = None) -> dict[str, Any]:
    """Decide all households."""
    by = User.objects.filter(pk=user).first() if user else None
    made = runs.run(standard, date.fromisoformat(day), region, by=by, step=progress)
    return {"run": made.pk, "statuses": made.statuses}
