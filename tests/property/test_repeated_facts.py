"""A rule that names a fact twice is unknown only if an answer to it makes a difference, whoever reads the rule."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from fangpin import tables
from fangpin.engine.population import evaluate as over_population
from fangpin.language.documents import rules_root
from fangpin.language.exact import exact, inexact
from fangpin.language.interpret import Facts, evaluate
from fangpin.language.lower import lower
from fangpin.language.parse import Context, parse
from fangpin.language.tree import Node
from fangpin.language.vocabulary import vocabulary
from fangpin.standards import standard
from fangpin.standards.validate import remarks
from helpers import trials
from standards_help import SEED

DAY = date(2021, 6, 30)
VALUES: dict[str, list[Any]] = {
    "living.water_safe": [True, False],
    "living.internet": [*tables.catalogue().codelist("internet").items],
    "living.water_fetch_minutes": [0.0, 5.0, 10.0, 15.0, 20.0, 25.0],
    "household.population": [1, 4, 5, 6, 7, 60],
}
MEMBER: dict[str, list[Any]] = {"trained": [True, False], "bedridden": [True, False], "age": [5, 16, 40, 50, 60, 70]}
ATOMS = [
    "water_safe",
    "internet in ('1', '3')",
    "internet = '5'",
    "water_fetch_minutes < 10",
    "water_fetch_minutes >= 20",
    "population > 5",
    "population < 7",
    "any_member({})",
    "all_members({})",
]
OF_MEMBER = ["trained", "bedridden", "age >= 60", "age < 16", "age <= 40"]


def rule_of(rng: random.Random, atoms: list[str], depth: int) -> str:
    if depth == 0 or rng.random() < 0.2:
        atom = rng.choice(atoms)
        return atom.format(rule_of(rng, OF_MEMBER, 2)) if "{}" in atom else atom
    one, two = rule_of(rng, atoms, depth - 1), rule_of(rng, atoms, depth - 1)
    return rng.choice([f"({one} and {two})", f"({one} or {two})", f"not ({one})", f"({one} and not ({two}))"])


def parsed(text: str) -> Node:
    return parse(text, Context(vocabulary(), {}, {}, "rule"), scope="household")


def worlds(values: dict[str, Any], members: list[dict[str, Any]]) -> Iterator[Facts]:
    """Every way the blanks can be filled."""
    blanks = [(values, k, VALUES[k]) for k in VALUES if values[k] is None]
    blanks += [(m, k, MEMBER[k]) for m in members for k in MEMBER if m[k] is None]
    for answers in product(*(options for _, _, options in blanks)):
        for (row, key, _), answer in zip(blanks, answers, strict=True):
            row[key] = answer
        yield Facts(dict(values), [dict(m) for m in members], True, DAY)
    for row, key, _ in blanks:
        row[key] = None


def test_unknown_only_if_an_answer_changes_it(seed: int) -> None:
    tried = 0
    for trial in range(trials(3000)):
        rng = random.Random(f"{seed} {trial}")
        text = rule_of(rng, ATOMS, 3)
        node = exact(parsed(text))
        if inexact(parsed(text)) or text.count("_member") > 1:
            continue  # members compared across quantifiers stay Kleene's
        blank = set(rng.sample([*VALUES], rng.choice([1, 2, 3])))
        values = {k: None if k in blank else rng.choice(v) for k, v in VALUES.items()}
        members = [{k: None if rng.random() < 0.3 else rng.choice(v) for k, v in MEMBER.items()} for _ in range(2)]
        found = {evaluate(node, world) for world in worlds(values, members)}
        want = found.pop() if len(found) == 1 else None
        have = evaluate(node, Facts(values, members, True, DAY))
        assert have is want, (text, values, members)
        tried += 1
    assert tried


def test_engine_and_interpreter_read_it_alike(seed: int) -> None:
    for trial in range(trials(200)):
        rng = random.Random(f"{seed} {trial}")
        nodes = {f"R{i}": exact(parsed(rule_of(rng, ATOMS, 3))) for i in range(6)}
        homes, people = [], []
        for h in range(20):
            row = {k: None if rng.random() < 0.4 else rng.choice(v) for k, v in VALUES.items()}
            row["household.population"] = rng.choice([None, 1, 2, 4])
            homes.append({"household_id": f"h{h:02}", **row})
            for p in range(rng.choice([0, 1, 3])):
                own = {k: None if rng.random() < 0.4 else rng.choice(v) for k, v in MEMBER.items()}
                people.append({"household_id": f"h{h:02}", "person_id": str(p), **own})
        households = pl.DataFrame(homes, schema_overrides={"household.population": pl.Int32()})
        kinds = {"household_id": pl.String(), "person_id": pl.String(), "age": pl.Int32()}
        kinds |= {"trained": pl.Boolean(), "bedridden": pl.Boolean()}
        members = pl.DataFrame(people, schema=kinds)
        frames = (nw.from_native(households.lazy()), nw.from_native(members.lazy()))
        table = over_population(lower(nodes), *frames, DAY).collect().to_native().sort("household_id")
        for row, got in zip(homes, table.iter_rows(named=True), strict=True):
            mine = [m for m in people if m["household_id"] == row["household_id"]]
            complete = len(mine) >= max(row["household.population"] or 1, 1)
            facts = Facts(row, mine, complete, DAY)
            assert {n: evaluate(x, facts) for n, x in nodes.items()} == {n: got[n] for n in nodes}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("water_safe or not water_safe", True),
        ("water_fetch_minutes < 10 or water_fetch_minutes >= 10", True),
        ("population > 5 and population < 6", False),
        ("any_member(trained or not trained)", True),
        ("(water_safe and population = 4) or (not water_safe and population = 4)", None),
    ],
)
def test_plain_cases(text: str, want: bool | None) -> None:
    facts = Facts({}, ({},), True, DAY)
    assert evaluate(exact(parsed(text)), facts) is want


def test_what_cannot_be_told_is_named() -> None:
    rule = "any_member(work_months + farm_months < 6 or work_months >= 6)"
    assert [c.key for c in inexact(parsed(rule))] == ["member.work_months"]


def test_a_shipped_rule_is_left_as_it_is() -> None:
    chosen = standard(SEED, as_of=DAY)
    assert all(exact(i.node) is i.node or exact(i.node) == i.node for i in chosen.indicators)


def test_the_check_of_a_standard_names_it(tmp_path: Path) -> None:
    text = (rules_root() / "national/seed_2021/standard.yaml").read_text("utf-8")
    path = tmp_path / "standard.yaml"
    twice = "any_member(work_months + farm_months < 6 or work_months >= 6) and size(durables) <= durables_max"
    path.write_text(text.replace("rule: size(durables) <= durables_max", f"rule: {twice}"), "utf-8")
    [remark] = remarks(path)
    assert remark.zh.startswith("L2") and "务工时间" in remark.zh
    assert remarks(rules_root() / "national/seed_2021/standard.yaml") == []
