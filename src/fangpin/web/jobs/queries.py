"""Jobs a person may see: their own.

Gives   mine, one, unseen (for the bell)
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from fangpin.web.jobs.models import Job


def mine(user: Any) -> QuerySet[Job]:
    """The jobs that a person started, newest first."""
    return Job.objects.filter(by=user)


def one(user: Any, job_id: str) -> Job:
    """One of them. Raises Http404 where it is not theirs."""
    found = mine(user).filter(pk=job_id).first()
    if found is None:
        raise Http404(job_id)
    return found


def unseen(user: Any) -> int:
    """How many of them ended and were not looked at yet."""
    return mine(user).filter(seen=False).exclude(state__in=Job.OPEN).count()
