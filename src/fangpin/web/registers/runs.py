"""Rule runs: the standard over the registers on a day, kept with what is needed to do it again.

Reads   facts.registry, `fp.standard`, `fp.identify`; one household goes through the interpreter (`fp.explain`)
Gives   run (all households of some regions, or some households), reconsider (one household after an edit),
        explanation, replay
Keeps   a run names its standard by hash and its facts by their batches; results are added, never changed
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

import fangpin as fp
from fangpin.identification.explain import Explanation
from fangpin.identification.verdicts import identify
from fangpin.reports.manifest import version
from fangpin.standards import Standard
from fangpin.vocabulary.text import Text
from fangpin.web.registers import bulk, projection
from fangpin.web.registers.facts import Seen, registry
from fangpin.web.registers.models import Run, Verdict

SEED = "national/seed_2021"
Step = Callable[[int, int, Text], None]
WRITING = Text("写入结果", "writing results")
PLAIN = (
    *("household_id", "region_code", "status", "route", "income_status", "count_true", "count_unknown"),
    *("veto", "target_group", "target_group_open", "ask_least"),
)
MONEY = ("income", "line", "line_upper", "margin")


@lru_cache(maxsize=16)
def standard_on(standard: str, region: str, day: date) -> Standard:
    """The standard in force; kept, as every page asks for it."""
    return fp.standard(standard, region=region or None, as_of=day.isoformat())


def run(
    standard: str = SEED,
    day: date | None = None,
    region: str = "",
    regions: Sequence[str] = (),
    households: Sequence[str] | None = None,
    by: Any = None,
    step: Step | None = None,
) -> Run:
    """Decide all households of some regions, or some households, and keep the results.

    Args:
        standard: Its id.
        day: The day; today if not given.
        region: Chooses overlay and line; never filters households.
        regions: Whose households; none for all.
        households: These only.
        by: Who asked for it.
        step: Told how far it is.
    """
    day = day or timezone.localdate()
    rules, seen = standard_on(standard, region, day), Seen.now()
    facts = registry(regions, households, seen)
    verdicts = identify(facts, rules, step)
    table = verdicts.to_polars()
    statuses = {s: n for s, n, _ in verdicts.summary().iter_rows()}
    manifest = _manifest(rules, seen, facts.snapshot_hash(), regions, households)
    with transaction.atomic():
        made = Run.objects.create(
            standard=rules.id,
            standard_hash=rules.hash,
            region=region,
            as_of=day,
            whole=households is None,
            by=by,
            households=table.height,
            statuses=statuses,
            manifest=manifest,
        )
    rows = _rows(made.pk, table, rules)
    for done, piece in enumerate(rows.iter_slices(bulk.CHUNK)):
        if step is not None:
            step(done * bulk.CHUNK, rows.height, WRITING)
        with transaction.atomic():
            bulk.insert(Verdict, piece)
    projection.take_results(made.pk)
    with transaction.atomic():
        Run.objects.filter(pk=made.pk).update(state=Run.State.DONE, finished=timezone.now())
    made.refresh_from_db()
    return made


def _manifest(
    rules: Standard, seen: Seen, snapshot: str, regions: Sequence[str], households: Sequence[str] | None
) -> dict[str, Any]:
    return {
        "fangpin": version(),
        "standard": {"id": rules.id, "hash": rules.hash, "as_of": rules.as_of.isoformat(), "region": rules.region},
        "line": str(rules.lower.yuan),
        "line_upper": str(rules.upper.yuan),
        "input": {
            "batches": list(seen.batches),
            "snapshot": snapshot,
            "regions": list(regions),
            "households": None if households is None else list(households),
        },
    }


def _rows(run_id: int, table: pl.DataFrame, rules: Standard) -> pl.DataFrame:
    """The verdict table as rows of the database."""
    items = pl.concat_str(
        [
            pl.lit(f'{", " if at else "{"}"{code}": ') + pl.col(code).cast(pl.String).fill_null("null")
            for at, code in enumerate(rules.codes)
        ]
        + [pl.lit("}")]
    )
    empty = pl.lit("{}")
    return table.select(
        pl.lit(run_id, pl.Int64).alias("run_id"),
        *PLAIN,
        *[pl.col(name).cast(pl.String) for name in MONEY],
        (items if rules.codes else empty).alias("items"),
        _list("ask"),
    )


def _list(name: str) -> pl.Expr:
    from fangpin.web.registers.columns import as_json

    return as_json(name)


# -- one household -----------------------------------------------------------------------------------------------------


def explanation(household_id: str, made: Run | None = None, lang: str = "zh") -> Explanation:
    """Why a household has its result, under the standard and on the day of a run (or the seed standard, today).

    Raises:
        UnusableInput: no such household is known on the day.
    """
    rules = _rules(made)
    return fp.explain(registry(households=[household_id]), rules, household_id, lang)  # type: ignore[no-any-return]


def _rules(made: Run | None, day: date | None = None) -> Standard:
    if made is None:
        return standard_on(SEED, "", day or timezone.localdate())
    return standard_on(made.standard, made.region, day or made.as_of)


def latest() -> Run | None:
    """The last whole run that came to its end."""
    return Run.objects.filter(whole=True, state=Run.State.DONE).order_by("-id").first()


def reconsider(household_id: str, by: Any = None, day: date | None = None) -> Verdict:
    """The rule result of one household after an edit, through the interpreter; kept, and shown at once.

    The standard is that of the last whole run; the day is today (what was just learned is not known on an earlier one).
    """
    last = latest()
    rules = _rules(last, day or timezone.localdate())
    row = fp.explain(registry(households=[household_id]), rules, household_id).row
    with transaction.atomic():
        made = Run.objects.create(
            standard=rules.id,
            standard_hash=rules.hash,
            region=last.region if last else "",
            as_of=rules.as_of,
            whole=False,
            state=Run.State.DONE,
            finished=timezone.now(),
            by=by,
            households=1,
            statuses={row["status"]: 1},
            manifest=_manifest(rules, Seen.now(), "", (), [household_id]),
        )
        verdict = Verdict.objects.create(run=made, **_fields(row, rules))
        projection.take_results(made.pk, [household_id])
    return verdict


def _fields(row: Mapping[str, Any], rules: Standard) -> dict[str, Any]:
    return {
        **{name: row[name] for name in (*PLAIN, *MONEY)},
        "items": {code: row[code] for code in rules.codes},
        "ask": list(row["ask"]),
    }


# -- again -------------------------------------------------------------------------------------------------------------


def replay(made: Run) -> dict[str, Any]:
    """A run again from the facts as they were known to it: the same, or which households differ.

    Returns:
        ``{"same": bool, "households": n, "differing": [household_id, …], "causes": [code, …]}``; causes are
        ``standard`` (its text has changed) and ``version`` (of the program).
    """
    said = made.manifest["input"]
    seen = Seen(tuple(said["batches"]))
    rules = standard_on(made.standard, made.region, made.as_of)
    facts = registry(said["regions"], said["households"], seen)
    now = _rows(made.pk, identify(facts, rules).to_polars(), rules)
    compared = ("household_id", "status", "route", "count_true", "count_unknown", "target_group")
    before = dict.fromkeys(made.verdicts.values_list(*compared))
    after = dict.fromkeys(now.select(compared).iter_rows())
    differing = sorted({row[0] for row in before.keys() ^ after.keys()})
    causes = [
        *(["standard"] if rules.hash != made.standard_hash else []),
        *(["version"] if version() != made.manifest["fangpin"] else []),
    ]
    return {"same": not differing, "households": len(after), "differing": differing, "causes": causes}


def items(verdict: Verdict) -> dict[str, bool | None]:
    """Indicators and veto items of a result, whichever database gave it."""
    return dict(json.loads(verdict.items) if isinstance(verdict.items, str) else verdict.items)
