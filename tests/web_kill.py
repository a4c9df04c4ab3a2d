"""A merge that is killed in the middle, run as a script with its own database: what is seen stays whole.

Each call does one step (``setup``, a point of POINTS, ``finish``) and prints what is seen; at a point the process ends
itself by SIGKILL.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

import polars as pl  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

import registers_help as county  # noqa: E402
from fangpin.web.accounts.models import Duty, User  # noqa: E402
from fangpin.web.jobs.actions import run_job  # noqa: E402
from fangpin.web.jobs.models import Job  # noqa: E402
from fangpin.web.registers import bulk, facts, imports, load, projection, queries, reading  # noqa: E402
from fangpin.web.registers.models import Batch, CurrentHousehold, CurrentMember  # noqa: E402

NOT_RUN = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def seen() -> str:
    """All that anybody can see."""
    rows = [f.drop("row_id", "replaces", "batch_id", "said_at").write_json() for f in facts.frames().values()]
    shown = queries.generation()
    lists = [
        sorted(map(str, model.objects.filter(generation=shown).values_list("household_id", name)))
        for model, name in ((CurrentHousehold, "population"), (CurrentMember, "name"))
    ]
    return json.dumps([rows, lists])


def die_in(module: Any, name: str, call: int, *, after: bool = False) -> Callable[[], None]:
    """The n-th call of a function is the last thing that the process does."""

    def prepare() -> None:
        real, calls = getattr(module, name), []

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) == call and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if len(calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(module, name, wrapped)

    return prepare


POINTS: dict[str, Callable[[], None]] = {
    "in the middle of staging": die_in(load, "add_sealed", 2),
    "in the middle of the lists": die_in(bulk, "insert", 1, after=True),
    "a large one, at the flip": die_in(projection, "show", 1, after=True),
}
"""Where the process ends itself; the first while checking, the others while merging."""


def setup() -> None:
    """A county, and an import that changes every household, not yet checked."""
    call_command("migrate", verbosity=0)
    officer = User.objects.create_user("o", "x")
    Duty.objects.create(user=officer, role="county_officer", region_code="350526")
    county.loaded(run=True)
    files = county.given("household", "member", "living")
    files["living"] = files["living"].with_columns(pl.lit("D").alias("house_grade"))
    files["household"] = files["household"].with_columns(pl.lit(9).cast(pl.Int32).alias("population"))
    imports.upload(by=officer, file=county.archive(files), region_code="350526000000")
    say("before", seen())


def die(point: str) -> None:
    """Do the last job, and end at a point of it."""
    job = Job.objects.latest("created")
    batch = Batch.objects.get(kind="import")
    if batch.state == "checking" and "staging" not in point:
        run_job.func(str(job.pk))
        batch.refresh_from_db()
        say("checked", [batch.state, batch.counts["living"].get("changed", 0) > 0])
        imports.ask_merge(batch, by=batch.by)
        job = Job.objects.latest("created")
    if "large" in point:
        details = {k: v for k, v in batch.details.items() if k != "households"}
        Batch.objects.filter(pk=batch.pk).update(details=details)
    say("seen", seen())
    Job.objects.filter(pk=job.pk).update(attempts=0)
    POINTS[point]()
    run_job.func(str(job.pk))


def finish() -> None:
    """After the last death: what is seen, then the job done again, and what is seen then."""
    say("seen", seen())
    job = Job.objects.latest("created")
    Job.objects.filter(pk=job.pk).update(attempts=0)
    run_job.func(str(job.pk))
    batch = Batch.objects.get(kind="import")
    grades = facts.as_of(facts.frames(("living",)), batch.known_at)["living"]["house_grade"].unique().to_list()
    people = CurrentHousehold.objects.filter(generation=queries.generation()).values_list("population", flat=True)
    whole = grades == ["D"] and set(people) == {9} and CurrentHousehold.objects.count() == county.HOUSEHOLDS
    say("done", [whole, batch.state])


def say(what: str, value: Any) -> None:
    """One line for the test."""
    print(json.dumps([what, value]), flush=True)


if __name__ == "__main__":
    reading.read = county.reader()  # type: ignore[assignment]
    step = sys.argv[1]
    with override_settings(TASKS=NOT_RUN):
        {"setup": setup, "finish": finish}.get(step, lambda: die(step))()
