"""Rows learned later never change what an earlier day knew: added, contradicting, permuted, in any file."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fangpin as fp
from fangpin.intake import read_batch
from fangpin.registry import Registry
from fangpin.standards import standard
from helpers import trials
from standards_help import SEED

DAY = date(2021, 6, 30)
CHOSEN = standard(SEED, as_of=DAY)
Rows = dict[str, list[dict[str, Any]]]
FIELDS: dict[str, dict[str, list[Any]]] = {
    "household": {"population": [1, 2, 3, None], "region_code": ["350526100201", None]},
    "member": {
        "birth_date": [date(1945, 5, 1), date(1980, 5, 1), date(2012, 5, 1), None],
        "resident_medical": [True, False, None],
        "receives_pension": [True, False, None],
        "bedridden": [True, False, None],
        "labour_skill": ["1", "4", None],
        "state": [None, None, "5"],
    },
    "living": {"house_grade": ["A", "C", None], "internet": ["1", "4", None], "water_safe": [True, False, None]},
    "income_year": {
        "year": [2019, 2020, 2021],
        "net_income_pc": [3000, 6500, 9000, None],
        "stage": ["1", "3", None],
    },
}
KEYS = {"household": 1, "living": 1, "income_year": 1, "member": 2}


def row(rng: random.Random, table: str, days: list[date | None]) -> dict[str, Any]:
    """One row of a table, learned on one of these days."""
    known = rng.choice(days)
    valid = rng.choice([None, None, known, date(2020, 1, 1), date(2021, 5, 1), date(2021, 8, 1)])
    ends = rng.choice([None, None, None, date(2021, 6, 30), date(2021, 7, 1)])
    key = {"household_id": f"h{rng.randint(1, 6)}"}
    if KEYS[table] == 2:
        key["person_id"] = f"p{rng.randint(1, 3)}"
    facts = {name: rng.choice(values) for name, values in FIELDS[table].items()}
    return {**key, **facts, "valid_from": valid, "valid_to": ends, "known_at": known}


def rows(rng: random.Random, n: int, days: list[date | None]) -> Rows:
    """Rows of every table."""
    return {table: [row(rng, table, days) for _ in range(rng.randint(n // 2, n))] for table in FIELDS}


def written(found: Rows) -> dict[str, pl.DataFrame]:
    """The rows as frames, all of them text, as from a file."""
    names = {t: list(row(random.Random(0), t, [None])) for t in FIELDS}
    return {
        table: pl.DataFrame(
            [[None if r[c] is None else str(r[c]) for c in names[table]] for r in some],
            schema=dict.fromkeys(names[table], pl.String),
            orient="row",
        )
        for table, some in found.items()
    }


def of(found: Rows) -> Registry:
    """The registry of these rows."""
    return Registry(read_batch(written(found)))


def verdicts(registry: Registry) -> pl.DataFrame:
    """The verdicts of the day; members are asked in the order of the roster, which is permuted here."""
    return fp.identify(registry, CHOSEN).to_polars().with_columns(pl.col("ask").list.sort())


EARLY: list[date | None] = [None, date(2020, 1, 2), date(2021, 3, 1), date(2021, 5, 2), DAY]
LATE: list[date | None] = [DAY + timedelta(days=n) for n in (1, 2, 60)]


@pytest.mark.clause("P1.3")
def test_rows_learned_later_change_nothing_that_was_known(seed: int) -> None:
    there = 0
    for trial in range(trials(60)):
        rng = random.Random(f"{seed} {trial}")
        early, late = rows(rng, 12, EARLY), rows(rng, 12, LATE)
        late = {t: some + rng.sample(some, min(2, len(some))) for t, some in late.items()}  # twice: contradicting
        both = {t: rng.sample(early[t] + late[t], len(early[t]) + len(late[t])) for t in FIELDS}
        then, now = verdicts(of(early)), verdicts(of(both))
        assert then.equals(now), (trial, early, late)
        there += then.height
    assert there > trials(60)


@pytest.mark.clause("P1.3")
def test_what_is_known_on_a_day_is_made_of_what_was_learned_by_then(seed: int) -> None:
    learned = [d for d in (*EARLY, *LATE) if d is not None]
    for trial in range(trials(100)):
        rng = random.Random(f"{seed} {trial}")
        found, known = rows(rng, 15, [*EARLY, *LATE]), rng.choice(learned)
        by_then = {t: [r for r in some if r["known_at"] is None or r["known_at"] <= known] for t, some in found.items()}
        need = {t: set(FIELDS[t]) for t in FIELDS}
        whole, part = (of(f).as_of(DAY, known=known).load(need).frames for f in (found, by_then))
        for table in FIELDS:
            columns = [*list(row(rng, table, [None]))]
            one, two = (f[table].select(columns).sort(columns) for f in (whole, part))
            assert one.equals(two), (trial, table, known)


def test_a_visit_after_which_more_was_learned_still_counts_between(tmp_path: Path) -> None:
    county, visit = tmp_path / "county", tmp_path / "visit"
    for folder in (county, visit):
        folder.mkdir()
    (county / "household.csv").write_text("household_id,population\nh1,1\n", "utf-8")
    learned = "household_id,house_grade,internet,known_at\nh1,A,,2021-01-10\n"
    (visit / "household.csv").write_text("household_id\nh1\n", "utf-8")
    (visit / "living.csv").write_text("household_id,house_grade,internet,known_at\nh1,D,4,2021-05-01\n", "utf-8")
    found = []
    for later in ("", "h1,C,,2021-08-01\n"):
        (county / "living.csv").write_text(learned + later, "utf-8")
        registry = Registry(read_batch([county, visit]))
        days = [registry.as_of(day).load().frames["living"] for day in (DAY, "2021-08-01")]
        found.append([f.select(pl.col("house_grade", "internet").cast(pl.String)).row(0) for f in days])
    assert found == [[("D", "4"), ("D", "4")], [("D", "4"), ("C", "4")]]
