"""Derived member columns: who belongs, age on the day, student, main worker.

Reads   canonical member rows of one day
Gives   belonging(members, today, wanted) → members who belong, with the derived columns a rule names
Keeps   computed once, at load, with wide types; a main worker is chosen from the facts as they stand, never unknown
Source  indicator definitions › members, main_worker; `derive_one` is the same for one household, in plain Python
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw
import polars as pl

from fangpin.engine.expressions import completed_years
from fangpin.language.interpret import completed_years as years

#: States of a member who does not belong: 死亡, 嫁出, 迁出, 分户.
HOUSE_DATES = ("house_rebuilt_on", "house_appraised_on")
GRADES = ("house_grade", "house_grade_provisional")
GONE = ("5", "6", "7", "8")
WORKING_AGE = (16, 59)
OLDER_WORKER = (60, 69)
NO_LABOUR = ("4", "5")
LOST = "4"
MAIN_SHARE = (3, 10)  # a main worker earns at least 30 % of what the workers earn together

#: Stored columns each derived column is made from (beside household_id and state).
STANDS_ON: dict[str, tuple[str, ...]] = {
    "age": ("birth_date", "age"),
    "student": ("student_status", "education_level"),
    "main_worker": (
        "birth_date",
        "age",
        "student_status",
        "education_level",
        "labour_skill",
        "work_months",
        "farm_months",
        "earnings",
        "work_monthly_income",
    ),
}
STANDS_ON["was_main_worker"] = (*STANDS_ON["main_worker"], "labour_lost_on")


def as_it_stands(living: pl.DataFrame) -> pl.DataFrame:
    """Living conditions with a house grade from before a rebuild taken as no grade: it must be appraised again."""
    if not set(HOUSE_DATES) <= set(living.columns) or "house_grade" not in living.columns:
        return living
    rebuilt, appraised = (pl.col(name) for name in HOUSE_DATES)
    gone = rebuilt.is_not_null() & ~(appraised >= rebuilt).fill_null(False)
    blank = [pl.when(~gone).then(pl.col(c)).alias(c) for c in GRADES if c in living.columns]
    return living.with_columns(blank)


def living_one(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same for one household, in plain Python."""
    rebuilt, appraised = (row.get(name) for name in HOUSE_DATES)
    gone = rebuilt is not None and (appraised is None or appraised < rebuilt)
    return {**row, **dict.fromkeys(GRADES)} if gone else dict(row)


def belonging(members: nw.LazyFrame[Any], today: date, wanted: set[str]) -> nw.LazyFrame[Any]:
    """The members who belong to their household, with the derived columns in ``wanted``."""
    here = members.filter(nw.col("state").is_null() | ~_one_of("state", GONE))
    needs_work = bool(wanted & {"main_worker", "was_main_worker"})
    if "age" in wanted or needs_work:
        given = nw.col("age").cast(nw.Int32())
        here = here.with_columns(nw.coalesce(completed_years(nw.col("birth_date"), today), given).alias("age"))
    if "student" in wanted or needs_work:
        enrolled = nw.when(~nw.col("student_status").is_null()).then(nw.lit(True))
        out = nw.when(~nw.col("education_level").is_null()).then(nw.lit(False)).otherwise(nw.lit(None, nw.Boolean()))
        here = here.with_columns(enrolled.otherwise(out).alias("student"))
    return _with_workers(here, "was_main_worker" in wanted) if needs_work else here


def _one_of(column: str, codes: Sequence[str]) -> nw.Expr:
    found = nw.col(column) == codes[0]
    for code in codes[1:]:
        found = found | (nw.col(column) == code)
    return found


def _with_workers(members: nw.LazyFrame[Any], lost_too: bool) -> nw.LazyFrame[Any]:
    known_months = nw.col("work_months").fill_null(0) + nw.col("farm_months").fill_null(0)
    working_age = nw.col("age").is_between(*WORKING_AGE).fill_null(False)
    older = (nw.col("age").is_between(*OLDER_WORKER) & (known_months > 0)).fill_null(False)
    student = nw.col("student").fill_null(False)
    able = ~_one_of("labour_skill", NO_LABOUR).fill_null(False)
    pay = nw.col("work_months").cast(nw.Int64()) * nw.col("work_monthly_income")
    earned = nw.coalesce(nw.col("earnings"), pay).fill_null(0)
    of_age = nw.col("age").is_between(*WORKING_AGE).fill_null(True)
    lost = of_age & ~student & (nw.col("labour_skill") == LOST).fill_null(True)
    worker = (working_age | older) & ~student & able
    members = members.with_columns(worker.alias("__worker"), earned.alias("__earned"))
    members = _chosen(members, nw.col("__worker"), "main_worker")
    if lost_too:
        members = members.with_columns(lost.alias("__lost"))
        members = _chosen(members, nw.col("__worker") | nw.col("__lost"), "__was")
        open_ = nw.col("__lost") & nw.col("labour_lost_on").is_null()
        was = nw.when(open_).then(nw.lit(None, nw.Boolean())).otherwise(nw.col("__lost") & nw.col("__was"))
        members = members.with_columns(was.alias("was_main_worker"))
    return members


def _chosen(members: nw.LazyFrame[Any], among: nw.Expr, name: str) -> nw.LazyFrame[Any]:
    """Of the members ``among``: who earns most (ties: all), any with at least 30 %, or all where nobody earns."""
    members = members.with_columns(nw.when(among).then(nw.col("__earned")).alias("__pick"))
    pick = nw.col("__pick")
    joined = members.with_columns(
        pick.max().over("household_id").alias("__top"), pick.sum().over("household_id").alias("__sum")
    )
    share, whole = MAIN_SHARE
    earned = nw.col("__earned")
    enough = (nw.col("__sum") == 0) | (earned == nw.col("__top")) | (earned * whole >= nw.col("__sum") * share)
    return joined.with_columns((among & enough).fill_null(False).alias(name)).drop("__pick", "__top", "__sum")


def derive_one(rows: Sequence[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """The members of one household who belong, with every derived column: the oracle of :func:`belonging`."""
    members = [dict(row) for row in rows if row.get("state") not in GONE]
    for m in members:
        born = m.get("birth_date")
        m["age"] = years(born, today) if born is not None else m.get("age")
        known = m.get("education_level") is not None
        m["student"] = True if m.get("student_status") is not None else False if known else None
        m["__earned"] = _earned(m)
    workers = [_is_worker(m) for m in members]
    lost = [_may_have_lost(m) for m in members]
    main = _choose(members, workers)
    was = _choose(members, [w or gone for w, gone in zip(workers, lost, strict=True)])
    for m, is_main, is_lost, was_main in zip(members, main, lost, was, strict=True):
        m["main_worker"] = is_main
        open_ = is_lost and m.get("labour_lost_on") is None
        m["was_main_worker"] = None if open_ else is_lost and was_main
    return members


def _earned(m: dict[str, Any]) -> int:
    if m.get("earnings") is not None:
        return int(m["earnings"])
    if m.get("work_months") is None or m.get("work_monthly_income") is None:
        return 0
    return int(m["work_months"]) * int(m["work_monthly_income"])


def _able_age(m: dict[str, Any]) -> bool:
    age = m["age"]
    return age is not None and WORKING_AGE[0] <= age <= WORKING_AGE[1] and m["student"] is not True


def _may_have_lost(m: dict[str, Any]) -> bool:
    """Whether nothing known speaks against a loss at working age."""
    of_age = m["age"] is None or WORKING_AGE[0] <= m["age"] <= WORKING_AGE[1]
    return of_age and m["student"] is not True and m.get("labour_skill") in (LOST, None)


def _is_worker(m: dict[str, Any]) -> bool:
    months = (m.get("work_months") or 0) + (m.get("farm_months") or 0)
    age = m["age"]
    older = age is not None and OLDER_WORKER[0] <= age <= OLDER_WORKER[1] and months > 0 and m["student"] is not True
    return (_able_age(m) or older) and m.get("labour_skill") not in NO_LABOUR


def may_work(m: dict[str, Any]) -> bool:
    """Whether nothing known of a member speaks against being a worker: age, school, labour, months."""
    age, months = m.get("age"), (m.get("work_months"), m.get("farm_months"))
    older = age is not None and OLDER_WORKER[0] <= age <= OLDER_WORKER[1] and any(n is None or n > 0 for n in months)
    of_age = age is None or WORKING_AGE[0] <= age <= WORKING_AGE[1] or older
    return of_age and m.get("student") is not True and m.get("labour_skill") not in NO_LABOUR


def _choose(members: Sequence[dict[str, Any]], among: Sequence[bool]) -> list[bool]:
    earned = [m["__earned"] for m, chosen in zip(members, among, strict=True) if chosen]
    if not earned:
        return [False] * len(members)
    total, top = sum(earned), max(earned)
    share, whole = MAIN_SHARE
    return [
        chosen and (total == 0 or m["__earned"] == top or m["__earned"] * whole >= total * share)
        for m, chosen in zip(members, among, strict=True)
    ]
