"""One tree, three readers: plain Python, narwhals on Polars, SQL text on DuckDB give the same truths."""

from __future__ import annotations

import random
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from fangpin.engine import population
from fangpin.engine.derive import STANDS_ON, belonging, living_one
from fangpin.engine.sql import statement
from fangpin.identification.record import Record
from fangpin.language.interpret import evaluate
from fangpin.language.lower import lower
from fangpin.language.parse import parse
from fangpin.language.tree import Agg, Arith, Cmp, Col, Node, Since, columns, walk
from fangpin.tables import polars_schema
from helpers import trials
from random_rules import DERIVED, TODAY, Rules, context, households

RULES_AT_ONCE, HOUSEHOLDS_AT_ONCE = 6, 24


def wanted_of(rules: dict[str, Node]) -> dict[str, set[str]]:
    """The stored columns the rules stand on, by table."""
    wanted: dict[str, set[str]] = {"household": {"population"}, "living": set(), "member": {"state"}}
    for node in rules.values():
        for column in columns(node):
            names = STANDS_ON.get(column.name, (column.name,)) if column.table == "member" else (column.name,)
            wanted[column.table].update(names)
    return wanted


def frame(table: str, rows: list[dict[str, Any]], wanted: set[str]) -> pl.DataFrame:
    """Rows as a canonical frame."""
    schema = polars_schema(table)
    keys = ["household_id"] + (["person_id"] if table == "member" else [])
    return pl.DataFrame(rows, schema={name: schema[name] for name in [*keys, *sorted(wanted - set(keys))]})


def by_interpreter(rules: dict[str, Node], rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The truths of every household, one after another."""
    found = []
    for h in rows:
        facts = Record(h["household"], h["living"] or {}, {}, h["member"], TODAY).facts()
        found.append((h["household"]["household_id"], *(evaluate(node, facts) for node in rules.values())))
    return sorted(found)


def by_engines(
    rules: dict[str, Node], rows: list[dict[str, Any]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The same through narwhals on Polars, and through SQL on DuckDB."""
    wanted, plan = wanted_of(rules), lower(rules)
    household = frame("household", [h["household"] for h in rows], wanted["household"])
    living = frame("living", [living_one(h["living"]) for h in rows if h["living"]], wanted["living"])
    member = frame("member", [m for h in rows for m in h["member"]], wanted["member"])
    derived = {c.name for node in rules.values() for c in columns(node)} & set(STANDS_ON)
    members = belonging(nw.from_native(member.lazy()), TODAY, derived)
    joined = household.rename({c: f"household.{c}" for c in household.columns if c != "household_id"}).join(
        living.rename({c: f"living.{c}" for c in living.columns if c != "household_id"}), on="household_id", how="left"
    )
    whole = population.evaluate(plan, nw.from_native(joined.lazy()), members, TODAY).collect().to_native()
    polars = whole.sort("household_id").select("household_id", *rules).rows()
    return polars, by_duckdb(plan, whole.select(*joined.columns, "__complete"), members.collect().to_native())


def by_duckdb(plan: Any, households: pl.DataFrame, members: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The SQL text on DuckDB."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.register("households", households.to_arrow())
        connection.register("members", members.to_arrow())
        return connection.execute(statement(plan, TODAY)).fetchall()


def random_rules(rng: random.Random, count: int) -> tuple[dict[str, Node], dict[str, str]]:
    """Random rules by name, and their texts."""
    texts = {f"R{i}": Rules(rng).text(rng.choice([1, 2, 3, 4])) for i in range(count)}
    return {name: parse(text, context()) for name, text in texts.items()}, texts


def test_random_rules_agree(seed: int) -> None:
    for trial in range(trials(500)):
        rng = random.Random(f"{seed} {trial}")
        rules, texts = random_rules(rng, RULES_AT_ONCE)
        rows = households(rng, HOUSEHOLDS_AT_ONCE, wanted_of(rules))
        oracle = by_interpreter(rules, rows)
        polars, duck = by_engines(rules, rows)
        for name, got in (("polars", polars), ("duckdb", duck)):
            for want, have in zip(oracle, got, strict=True):
                for at, (rule, text) in enumerate(texts.items(), start=1):
                    if want[at] is not have[at]:
                        household = next(h for h in rows if h["household"]["household_id"] == want[0])
                        pytest.fail(
                            f"{name}, trial {trial}, {rule}: {text}\n{household}\n"
                            f"interpreter {want[at]}, {name} {have[at]}"
                        )


def test_the_random_rules_reach_the_whole_grammar(seed: int) -> None:
    rng = random.Random(seed)
    met = [n for _ in range(400) for node in random_rules(rng, 1)[0].values() for n in walk(node)]
    assert {type(n).__name__ for n in met} == {n.__name__ for n in Node.__subclasses__()}
    assert {n.how for n in met if isinstance(n, Agg)} == {"any", "all", "any_known", "count", "sum", "max"}
    assert {n.op for n in met if isinstance(n, Cmp)} == {"<", "<=", "=", ">=", ">"}
    assert {n.op for n in met if isinstance(n, Arith)} == {"+", "-", "*", "/"}
    assert {n.type.kind for n in met if isinstance(n, Col)} == {"bool", "number", "code", "codes", "date"}
    assert {n.unit for n in met if isinstance(n, Since)} == {"day", "year"}
    assert set(DERIVED) <= {n.name for n in met if isinstance(n, Col)}


def test_an_empty_roster_and_nothing_known_agree() -> None:
    texts = {
        "R0": "any_member(bedridden)",
        "R1": "all_members(bedridden)",
        "R2": "count_members(bedridden) < 1",
        "R3": "any_known_member(bedridden)",
        "R4": "sum_members(work_months) >= 0",
        "R5": "max_members(age) > 3",
        "R6": "not any_member(true)",
        "R7": "count_members(true) >= 0",
    }
    rules = {name: parse(text, context()) for name, text in texts.items()}
    rows = [
        {"household": {"household_id": f"h{i}", "population": p}, "living": None, "member": []}
        for i, p in enumerate([None, 1, 4])
    ]
    oracle = by_interpreter(rules, rows)
    assert list(by_engines(rules, rows)) == [oracle, oracle]
    assert [row[1:] for row in oracle] == [(None, None, None, None, True, None, None, True)] * 3
