"""Spark gives the same truths as the interpreter: lowered rules as expressions and as SQL text, and whole verdicts.

Many standards go into one Spark job, for a job costs seconds whatever is in it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from fangpin.engine import population
from fangpin.engine.derive import STANDS_ON, belonging, living_one
from fangpin.engine.expressions import spark_name
from fangpin.engine.sql import statement
from fangpin.identification.alike import Alike
from fangpin.identification.decide import decide
from fangpin.identification.record import Record
from fangpin.identification.verdict import schema
from fangpin.intake import read_batch
from fangpin.language.interpret import evaluate
from fangpin.language.lower import Plan, lower
from fangpin.language.parse import parse
from fangpin.language.tree import Node, columns
from fangpin.registry import Registry
from fangpin.standards import Standard, standard
from fangpin.tables import polars_schema
from helpers import trials
from on_spark import judged, plain
from random_registry import TODAY as DAY
from random_registry import frames_of, registry
from random_rules import TODAY, Rules, context, households
from standards_help import CHANGES, SEED

pytestmark = [pytest.mark.xdist_group("spark")]

STANDARDS, RULES, HOUSEHOLDS, A_JOB, FEW = 300, 2, 16, 30, 5


class Standards:
    """Many random standards, each with a random registry of its own, as one set of rules over one set of rows."""

    def __init__(self, seed: int, numbers: range) -> None:
        self.rules: dict[str, Node] = {}
        self.texts: dict[str, str] = {}
        self.rows: list[dict[str, Any]] = []
        self.oracle: dict[str, dict[str, bool | None]] = {}
        for number in numbers:
            self._add(random.Random(f"{seed} {number}"), number)
        self.plan: Plan = lower(self.rules)
        self.wanted: dict[str, set[str]] = {"household": {"population"}, "living": set(), "member": {"state"}}
        for column in (c for node in self.rules.values() for c in columns(node)):
            names = STANDS_ON.get(column.name, (column.name,)) if column.table == "member" else (column.name,)
            self.wanted[column.table].update(names)

    def _add(self, rng: random.Random, number: int) -> None:
        texts = {f"S{number}_{i}": Rules(rng).text(rng.choice([1, 2, 3, 4])) for i in range(RULES)}
        own = {name: parse(text, context()) for name, text in texts.items()}
        wanted: dict[str, set[str]] = {"household": {"population"}, "living": set(), "member": {"state"}}
        for column in (c for node in own.values() for c in columns(node)):
            names = STANDS_ON.get(column.name, (column.name,)) if column.table == "member" else (column.name,)
            wanted[column.table].update(names)
        for h in households(rng, HOUSEHOLDS, wanted):
            key = {"household_id": f"{number}-{h['household']['household_id']}"}
            living = {**h["living"], **key} if h["living"] else None
            row = {"household": {**h["household"], **key}, "living": living, "member": [m | key for m in h["member"]]}
            facts = Record(row["household"], row["living"] or {}, {}, row["member"], TODAY).facts()
            self.rows.append(row)
            self.oracle[key["household_id"]] = {name: evaluate(node, facts) for name, node in own.items()}
        self.rules |= own
        self.texts |= texts

    def _frame(self, table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        keys = ["household_id"] + (["person_id"] if table == "member" else [])
        names = [*keys, *sorted(self.wanted[table] - set(keys))]
        return pl.DataFrame(rows, schema={name: polars_schema(table)[name] for name in names})

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Households with their columns in full, and members."""
        own = self._frame("household", [h["household"] for h in self.rows])
        living = self._frame("living", [living_one(h["living"]) for h in self.rows if h["living"]])
        full = own.rename({c: f"household.{c}" for c in own.columns if c != "household_id"}).join(
            living.rename({c: f"living.{c}" for c in living.columns if c != "household_id"}),
            on="household_id",
            how="left",
        )
        return full, self._frame("member", [m for h in self.rows for m in h["member"]])

    def members(self, native: Any) -> nw.LazyFrame[Any]:
        """The members who belong, with the derived columns that the rules name."""
        derived = {c.name for node in self.rules.values() for c in columns(node)} & set(STANDS_ON)
        return belonging(nw.from_native(native), TODAY, derived)

    def compare(self, engine: str, rows: list[dict[str, Any]]) -> None:
        """Every truth is the interpreter's, in value and type."""
        assert sorted(r["household_id"] for r in rows) == sorted(self.oracle)
        for row in rows:
            for name, want in self.oracle[row["household_id"]].items():
                if row[name] is not want:
                    pytest.fail(
                        f"{engine}, {row['household_id']}: {self.texts[name]}\nwant {want!r}, got {row[name]!r}"
                    )


def test_random_standards_on_every_engine(seed: int, spark: Any) -> None:
    count = trials(STANDARDS)
    for start in range(0, count, A_JOB):
        many = Standards(seed, range(start, min(start + A_JOB, count)))
        full, member = many.frames()

        here = population.evaluate(many.plan, nw.from_native(full.lazy()), many.members(member.lazy()), TODAY)
        table = here.collect().to_native()
        many.compare("polars", table.to_dicts())

        own, people = table.select(*full.columns, "__complete"), many.members(member.lazy()).collect().to_native()
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            connection.register("households", own.to_arrow())
            connection.register("members", people.to_arrow())
            found = connection.execute(statement(many.plan, TODAY)).fetchall()
            many.compare("duckdb", [dict(zip(("household_id", *many.rules), row, strict=True)) for row in found])

        spark_full = spark.createDataFrame(plain(full.rename({c: spark_name(c) for c in full.columns})))
        spark_members = many.members(spark.createDataFrame(plain(member)))
        there = population.evaluate(many.plan, nw.from_native(spark_full), spark_members, TODAY)
        many.compare("spark", rows_of(there.select("household_id", *many.rules).to_native()))

        spark.createDataFrame(plain(own)).createOrReplaceTempView("households")
        spark.createDataFrame(plain(people)).createOrReplaceTempView("members")
        many.compare("spark sql", rows_of(spark.sql(statement(many.plan, TODAY, "spark"))))


def rows_of(found: Any) -> list[dict[str, Any]]:
    """Rows of a Spark frame as plain dictionaries."""
    assert {kind for name, kind in found.dtypes if name != "household_id"} == {"boolean"}
    return [row.asDict() for row in found.collect()]


def random_standard(rng: random.Random, base: Standard) -> Standard:
    """The seed with parameters changed and another k."""
    known = sorted(n for n in CHANGES if n in base.parameters)
    changed = base.with_changes({n: CHANGES[n] for n in rng.sample(known, rng.choice([0, 1, 3, 8]))})
    return replace(changed, k=rng.choice([1, 2, 3, 3, 4]))


def test_whole_verdicts_of_random_standards(seed: int, spark: Any) -> None:
    base = standard(SEED, as_of=DAY)
    tasks: list[tuple[Registry, Standard]] = []
    for number in range(trials(STANDARDS)):
        rng = random.Random(f"{seed} {number}")
        chosen = random_standard(rng, base)
        frames = frames_of(registry(rng, chosen)[:FEW], chosen)  # what to ask costs milliseconds each
        given = {"income_year" if n == "income" else n: f for n, f in frames.items()}
        tasks.append((Registry(read_batch({n: yuan(f) for n, f in given.items()})), chosen))
    for (own, chosen), result in zip(tasks, judged(spark, tasks), strict=True):
        frames = own.rows_on(own.load(), DAY)
        frames["income"], _ = own.income_on(frames, DAY)
        here = decide(frames, chosen, Alike(chosen))
        assert result.table.schema == here.schema == schema(chosen)
        assert result.table.equals(here)


def yuan(frame: pl.DataFrame) -> pl.DataFrame:
    """A canonical frame as a person would hand it in: money in yuan."""
    from fangpin import tables

    money = {f.inside for t in tables.catalogue().tables.values() for f in t.fields.values() if f.kind == "money"}
    return frame.with_columns(
        [(pl.col(c).cast(pl.Decimal(38, 0)) / 1_000_000).cast(pl.Decimal(38, 6)) for c in frame.columns if c in money]
    )
