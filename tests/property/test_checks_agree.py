"""What data checks may say besides: rows of other tables, last year, derived columns; three readers, one answer."""

from __future__ import annotations

import random
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from fangpin.engine.check_columns import checked_one, household_columns, member_columns
from fangpin.engine.derive import STANDS_ON, belonging, derive_one, living_one
from fangpin.engine.rows import about_rows, decide
from fangpin.engine.sql import statement
from fangpin.language.interpret import Facts, compiled, evaluate
from fangpin.language.lower import atom_truth, complete_of, lower
from fangpin.language.parse import parse
from fangpin.language.say import certificate, say
from fangpin.language.tree import Agg, Node, columns, walk
from fangpin.tables import polars_schema
from helpers import trials
from random_rules import CHECKED, NUMBERS, OTHERS, TODAY, YEARS, Rules, context, households, other_rows

STORED = {"member": {"id_number", "sex", "relation_to_head", "name", "birth_date", "age"}}
STORED["household"] = {"phone", "helper_phone", "head_name", "head_id_number", "population"}
RULES_AT_ONCE, HOUSEHOLDS_AT_ONCE = 6, 16


def wanted_of(rules: dict[str, Node]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {t: set() for t in ("household", "living", "member", *OTHERS, *YEARS)}
    wanted["member"] |= {"state", *STORED["member"]}
    wanted["household"] |= STORED["household"]
    for node in rules.values():
        for column in columns(node):
            names = STANDS_ON.get(column.name, (column.name,)) if column.table == "member" else (column.name,)
            wanted[column.table].update(n for n in names if n not in CHECKED.get(column.table, {}))
    return wanted


def registry(rng: random.Random, wanted: dict[str, set[str]]) -> list[dict[str, Any]]:
    """Random households with rows of every table."""
    found = []
    for h in households(rng, HOUSEHOLDS_AT_ONCE, wanted):
        h["household"] |= {"phone": rng.choice([None, "13800138000", "0595-123 4567", " "]), "region_code": "110105"}
        h["household"] |= {
            "head_name": rng.choice([None, "甲", "乙", "阿·甲", "王明", "王?明"]),
            "head_id_number": rng.choice([None, *NUMBERS]),
        }
        for m in h["member"]:
            m |= {
                "id_number": rng.choice([None, *NUMBERS]),
                "name": rng.choice([None, "甲 ", "乙", "", "王?明", "阿•甲", "王A", "乙\ue863", "王　明", "甲（故）"]),
            }
            m["relation_to_head"] = rng.choice([None, "01", "01", "02", "03"])
            for name in ("valid_from", "valid_to", "known_at"):
                if name in wanted["member"]:
                    m[name] = rng.choice([None, TODAY])
        found.append(h | other_rows(rng, h["household"]["household_id"], wanted))
    return found


def facts_of(h: dict[str, Any], given: set[str]) -> Facts:
    own, members = checked_one(h["household"], derive_one(h["member"], TODAY), TODAY)
    values = {f"household.{n}": v for n, v in own.items()}
    values |= {f"living.{n}": v for n, v in living_one(h["living"] or {}).items()}
    for year in YEARS:
        values |= {f"{year}.{n}": v for n, v in (h[year] or {}).items()}
    rows = {scope: h[scope] for scope in OTHERS if scope in given}
    return Facts(values, members, len(members) >= max(own.get("population") or 1, 1), TODAY, rows)


def frame(scope: str, rows: list[dict[str, Any]], wanted: set[str]) -> pl.DataFrame:
    table = {"former_member": "member", "this_year": "income_year", "last_year": "income_year"}.get(scope, scope)
    schema = polars_schema(table)
    keys = ["household_id", *(["person_id"] if table == "member" else [])]
    names = [*keys, *sorted(wanted - set(keys))]
    return pl.DataFrame(rows, schema={name: schema[name] for name in names})


class Frames:
    """The same households as frames."""

    def __init__(self, rules: dict[str, Node], rows: list[dict[str, Any]], wanted: dict[str, set[str]]) -> None:
        member = frame("member", [m for h in rows for m in h["member"]], wanted["member"])
        named = {c for node in rules.values() for c in columns(node)}
        here = belonging(nw.from_native(member.lazy()), TODAY, {"age", *({c.name for c in named} & set(STANDS_ON))})
        household = frame("household", [h["household"] for h in rows], wanted["household"] | {"region_code"})
        derived = {c.name for c in named if c.table == "member"} & set(CHECKED["member"])
        self.members = member_columns(here.collect().to_native(), household, TODAY, derived)
        full = household.rename({c: f"household.{c}" for c in household.columns if c != "household_id"})
        for scope in ("living", *YEARS):
            given = [living_one(h[scope]) if scope == "living" else h[scope] for h in rows if h[scope]]
            other = frame(scope, given, wanted[scope])
            other = other.rename({c: f"{scope}.{c}" for c in other.columns if c != "household_id"})
            full = full.join(other, on="household_id", how="left")
        self.households = household_columns(full, self.members, {c.key for c in named})
        self.rows = {s: frame(s, [r for h in rows for r in h[s]], wanted[s]) for s in OTHERS}


def by_duckdb(plan: Any, whole: pl.DataFrame, frames: Frames, given: set[str]) -> list[tuple[Any, ...]]:
    kept = [*frames.households.columns, "__complete", *(complete_of(s) for s in plan.others)]
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.register("households", whole.select(kept).to_arrow())
        connection.register("members", frames.members.to_arrow())
        for scope in plan.others:
            own = frames.rows[scope] if scope in given else frames.rows[scope].head(0)
            connection.register(scope, own.to_arrow())
        return connection.execute(statement(plan, TODAY)).fetchall()


def test_random_checks_agree(seed: int) -> None:
    for trial in range(trials(300)):
        rng = random.Random(f"{seed} checks {trial}")
        texts = {f"R{i}": Rules(rng, checks=True).text(rng.choice([1, 2, 3])) for i in range(RULES_AT_ONCE)}
        rules = {name: parse(text, context(checks=True)) for name, text in texts.items()}
        wanted, given = wanted_of(rules), {s for s in OTHERS if rng.random() < 0.8}
        rows, plan = registry(rng, wanted), lower(rules)
        oracle = sorted(
            (h["household"]["household_id"], *(evaluate(n, facts_of(h, given)) for n in rules.values())) for h in rows
        )
        frames = Frames(rules, rows, wanted)
        present = {s: f for s, f in frames.rows.items() if s in given} | {"member": frames.members}
        whole = decide(plan, frames.households, present, given, TODAY)
        polars = whole.sort("household_id").select("household_id", *rules).rows()
        duck = by_duckdb(plan, whole, frames, given)
        for name, got in (("polars", polars), ("duckdb", duck)):
            for want, have in zip(oracle, got, strict=True):
                for at, (rule, text) in enumerate(texts.items(), start=1):
                    if want[at] is not have[at]:
                        h = next(h for h in rows if h["household"]["household_id"] == want[0])
                        pytest.fail(f"{name}, trial {trial}, {rule}: {text}\n{h}\n{want[at]}, {name} {have[at]}")
        for h in rows[:3]:
            facts = facts_of(h, given)
            for node in rules.values():
                for condition in certificate(node, facts):
                    assert say(condition, facts, "zh")
                    assert say(condition, facts, "en")


def test_random_checks_about_rows_agree(seed: int) -> None:
    for trial in range(trials(200)):
        rng = random.Random(f"{seed} rows {trial}")
        scope: Any = rng.choice(["member", *OTHERS])
        texts = {f"R{i}": Rules(rng, checks=True).truth(scope, 2) for i in range(RULES_AT_ONCE)}
        rules = {name: parse(text, context(checks=True), scope=scope) for name, text in texts.items()}
        wanted = wanted_of(rules)
        rows = registry(rng, wanted)
        frames = Frames(rules, rows, wanted)
        own = frames.members if scope == "member" else frames.rows[scope]
        got = about_rows({n: atom_truth(node) for n, node in rules.items()}, own, frames.households, TODAY)
        every = [(facts, r) for facts in (facts_of(h, set(OTHERS)) for h in rows) for r in facts.of(scope)[0]]
        for name, node in rules.items():
            want = [compiled(node)(facts, r) for facts, r in every]
            assert got[name].to_list() == want, texts[name]


def test_the_random_checks_reach_every_table(seed: int) -> None:
    rng = random.Random(seed)
    nodes = [parse(Rules(rng, checks=True).text(3), context(checks=True)) for _ in range(2000)]
    met = [n for node in nodes for n in walk(node)]
    assert {n.table for n in met if isinstance(n, Agg)} == {"member", *OTHERS}
    tables = {c.table for node in nodes for c in columns(node)}
    assert tables == {"household", "living", "member", *OTHERS, *YEARS}
    named = {name for table in CHECKED.values() for name, column in table.items() if column[0].kind != "text"}
    assert {c.name for node in nodes for c in columns(node)} >= named


def test_an_absent_table_is_unknown_and_an_empty_one_says_none() -> None:
    node = parse("any_measure(measure_kind = '100A42')", context(checks=True))
    none = Facts({}, (), True, TODAY, {"measure": []})
    assert evaluate(node, none) is False
    assert evaluate(node, Facts({}, (), True, TODAY)) is None
    frame_ = pl.DataFrame({"household_id": ["h"], "household.population": [1]})
    members = pl.DataFrame({"household_id": ["h"]})
    measures = pl.DataFrame(schema={n: polars_schema("measure")[n] for n in ("household_id", "measure_kind")})
    plan = lower({"R": node})
    for rows, given, want in (({"measure": measures}, {"measure"}, False), ({}, set(), None)):
        found = decide(plan, frame_, {"member": members, **rows}, given, TODAY)
        assert found["R"].to_list() == [want]
