"""Sealing in the background."""

from __future__ import annotations

from django_tasks import TaskResultStatus, task

from fangpin.web.audit import actions
from fangpin.web.audit.models import Entry


@task()
def seal() -> int:
    """Seal what is not sealed yet."""
    return actions.seal()


def seal_soon() -> bool:
    """Put the sealing in the queue where there is something to seal and it does not wait there already."""
    from django_tasks_db.models import DBTaskResult

    if not Entry.objects.filter(sealed=None).exists():
        return False
    waiting = DBTaskResult.objects.filter(task_path=seal.module_path, status=TaskResultStatus.READY)
    if waiting.exists():
        return False
    seal.enqueue()
    return True
