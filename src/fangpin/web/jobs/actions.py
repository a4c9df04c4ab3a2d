"""Background work: started by a person, done by the worker, watched and ended by the person.

Gives   work(kind), which registers what a kind of job does; start, cancel, look, recover; Progress, Cancelled
Not     what the jobs do (the apps that start them), what their pages look like (views)
Keeps   a job that was cut off is taken up again (at most ATTEMPTS times); progress is written at most twice a second

How to use it::

    @jobs.work("registers.check_import")
    def check(progress: Progress, batch: int) -> dict[str, Any]:    # arguments are plain JSON
        progress(done, total, Text("读入", "reading"))               # raises Cancelled when asked to stop
        return {"rows": 118_000}                                    # kept as the result

    job = jobs.start("registers.check_import", by=user, title=…, link=…, batch=7)
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import Text
from fangpin.web.jobs.models import Job

ATTEMPTS = 3
PAUSE = 0.5
log = logging.getLogger("fangpin.jobs")
Work = Callable[..., dict[str, Any] | None]
_works: dict[str, Work] = {}


class Cancelled(Exception):
    """The person asked the job to stop."""


class Progress:
    """How far a job is; calling it also asks whether to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._said = 0.0

    def __call__(self, done: int, total: int, what: Text) -> None:
        now = time.monotonic()
        if now - self._said < PAUSE and done < total:
            return
        self._said = now
        Job.objects.filter(pk=self.job.pk).update(
            done=done, total=total, doing_zh=what.zh[:200], doing_en=what.en[:200]
        )
        self.check()

    def check(self) -> None:
        """Raises Cancelled where the person asked to stop."""
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled


def work(kind: str) -> Callable[[Work], Work]:
    """Register what a kind of job does: ``APP.VERB``; it is found again in ``fangpin.web.APP.jobs``."""

    def register(function: Work) -> Work:
        _works[kind] = function
        return function

    return register


def _work(kind: str) -> Work:
    if kind not in _works:
        with suppress(ImportError):
            import_string(f"fangpin.web.{kind.split('.')[0]}.jobs.__name__")
    return _works[kind]


def start(kind: str, *, by: Any, title: str = "", region_code: str = "", link: str = "", **arguments: Any) -> Job:
    """Put work into the queue; it begins once the transaction of the caller has ended well.

    Args:
        kind: As registered.
        by: Who asks for it, and who sees it.
        title: What it is about, such as the name of a file.
        region_code: The region it reads or writes.
        link: The page that shows its outcome.
        arguments: Plain JSON.
    """
    job = Job.objects.create(
        kind=kind, title=title[:200], region_code=region_code, link=link, arguments=arguments, by=by
    )
    transaction.on_commit(lambda: run_job.enqueue(job_id=str(job.pk)))
    return job


@task()
def run_job(job_id: str) -> None:
    """Do a job; the worker's task. One that a dead worker left running is done again (the supervisor puts it back)."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in Job.OPEN:
            return
        if job.cancel_asked:
            _end(job, Job.State.CANCELLED)
            return
        if job.attempts >= ATTEMPTS:
            _end(job, Job.State.FAILED, problem=_unforeseen(RuntimeError()))
            return
        job.state, job.attempts = Job.State.RUNNING, job.attempts + 1
        job.started = timezone.now()
        job.save(update_fields=["state", "attempts", "started"])
    try:
        result = _work(job.kind)(Progress(job), **job.arguments)
    except Cancelled:
        _end(job, Job.State.CANCELLED)
    except FangpinError as error:
        _end(job, Job.State.FAILED, problem={"zh": error.to_json("zh"), "en": error.to_json("en")})
    except Exception as error:
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("job %s (%s): %s\n%s", job.pk, job.kind, type(error).__name__, place)
        _end(job, Job.State.FAILED, problem=_unforeseen(error))
    else:
        _end(job, Job.State.DONE, result=result or {})


def _end(job: Job, state: str, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, finished=timezone.now(), **fields)


def _unforeseen(error: Exception) -> dict[str, dict[str, str]]:
    """What a person is told of an error that nobody foresaw: its kind, never its text, which may name somebody."""
    said = FangpinError(
        "FP-JOBS-001",
        Text("后台任务没有完成", "the work in the background did not come to its end"),
        read=type(error).__name__,
        remedy=Text("再试一次；仍不行，请告诉管理员", "try again; if it stays, tell the administrator"),
    )
    return {"zh": said.to_json("zh"), "en": said.to_json("en")}


def recover() -> int:
    """Tasks that a dead worker left running wait for a worker again; for the supervisor, when no worker runs.

    Returns:
        How many. A job among them is done again, at most ATTEMPTS times.
    """
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    return int(running.update(status=TaskResultStatus.READY, started_at=None))


def look(job: Job) -> None:
    """The person has seen how a job ended."""
    Job.objects.filter(pk=job.pk).exclude(state__in=Job.OPEN).update(seen=True)


def cancel(job: Job) -> None:
    """Ask a job to stop: at once where it waits, at its next step where it runs."""
    Job.objects.filter(pk=job.pk, state__in=Job.OPEN).update(cancel_asked=True)
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished=timezone.now())
