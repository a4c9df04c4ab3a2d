"""The verdict table of a population is what each household gets by itself, through the plain interpreter."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fangpin.identification.ask import Asker, income_status, veto_of
from fangpin.identification.decide import decide, needed_columns
from fangpin.identification.groups import group_of
from fangpin.identification.record import Record, items_of, stale_of
from fangpin.identification.verdict import decide_status, route_of, schema
from fangpin.language.interpret import evaluate
from fangpin.standards import Standard, standard
from fangpin.tables import polars_schema
from fangpin.vocabulary.money import MICRO
from helpers import trials
from random_rules import row
from standards_help import CHANGES, SEED, overlay

TODAY = date(2021, 6, 30)
HOUSEHOLDS = 40
TABLES = {"household": "household", "living": "living", "income": "income_year", "member": "member"}


# -- random registries ----------------------------------------------------------------------------------------
def dated(rng: random.Random, row_: dict[str, Any]) -> dict[str, Any]:
    """A row, sometimes with the day it was learned or holds from."""
    days = rng.choice([None, None, None, 10, 200, 400, 800])
    learned = None if days is None else TODAY - timedelta(days=days)
    return {**row_, "known_at": learned, "valid_from": rng.choice([None, learned])}


def money(rng: random.Random, chosen: Standard, people: int | None) -> dict[str, Any]:
    """Income on either side of the lines, to the fen, as a figure a head or as items."""
    low, high, many = chosen.lower.micro, chosen.upper.micro, people or 2
    head = rng.choice(
        [low - 10_000, low - 1, low, low + 10_000, high - 10_000, high, high + 10_000, 0, -5 * MICRO, 20_000 * MICRO]
    )
    items: dict[str, Any] = dict.fromkeys((*items_of("adjusted_income_pc"), "net_income_pc", "adjusted_income_pc"))
    if rng.random() < 0.4:
        items[chosen.concept] = rng.choice([head, None])
    else:
        items |= dict.fromkeys(items_of(chosen.concept), 0) | {"a": head * many, "b": 3 * MICRO, "e": 3 * MICRO}
        for name in rng.sample(list(items_of(chosen.concept)), rng.choice([0, 0, 0, 1, 2])):
            items[name] = None
    return items


def registry(rng: random.Random, chosen: Standard) -> list[dict[str, Any]]:
    """Random households as rows of the tables."""
    need = needed_columns(chosen)
    found = []
    for i in range(HOUSEHOLDS):
        key, blank = {"household_id": f"h{i:03}"}, rng.choice([0.0, 0.05, 0.05, 0.2, 0.5, 1.0])
        size = rng.choice([0, 1, 1, 2, 2, 3, 4])
        population = rng.choice([None, size or None, size or None, size or None, size + 1, size + 3])
        household = row(rng, "household", need["household"] - {"region_code"}, blank) | key
        household |= {"population": population, "region_code": rng.choice([None, "350526100201", "420000000000"])}
        living = {**row(rng, "living", need["living"], blank), **key}
        if rng.random() < 0.8:
            living |= {
                n: v
                for n, v in {
                    "property_checked_on": date(2021, 1, 1),
                    "property_car": False,
                    "property_house": rng.random() < 0.1,
                }.items()
                if n in need["living"]
            }
        people = [
            {
                **row(rng, "member", need["member"], blank),
                **key,
                "person_id": f"p{j}",
                "state": rng.choice([None, None, None, "1", "3", "5", "11"]),
            }
            for j in range(size)
        ]
        found.append(
            {
                "household": dated(rng, household),
                "living": dated(rng, living) if rng.random() < 0.9 else None,
                "income": dated(rng, {**key, **money(rng, chosen, population)}) if rng.random() < 0.85 else None,
                "member": [dated(rng, p) for p in people],
            }
        )
    return found


def frames_of(rows: list[dict[str, Any]], chosen: Standard) -> dict[str, pl.DataFrame]:
    """The same as canonical frames."""
    need, out = needed_columns(chosen), {}
    for name, table in TABLES.items():
        columns = [
            "household_id",
            *(["person_id"] if name == "member" else []),
            *sorted(need[table]),
            "known_at",
            "valid_from",
        ]
        kinds = polars_schema(table)
        of_table = [r for h in rows for r in (h[name] if name == "member" else [h[name]] if h[name] else [])]
        out[name] = pl.DataFrame(of_table, schema={c: kinds[c] for c in columns})
    return out


def record_of(h: dict[str, Any]) -> Record:
    """The same as the rows of one household."""
    living, income = before_a_rebuild(h["living"] or {}), h["income"] or {}
    stale = [
        s
        for table, r in (("household", h["household"]), ("living", living), ("income_year", income))
        for s in stale_of(table, r, TODAY)
    ]
    stale += [s for m in h["member"] for s in stale_of("member", m, TODAY, m["person_id"])]
    return Record(h["household"], living, income, h["member"], TODAY, frozenset(stale))


def before_a_rebuild(living: dict[str, Any]) -> dict[str, Any]:
    """Living conditions without a grade that is older than the rebuilding of the house."""
    rebuilt, appraised = living.get("house_rebuilt_on"), living.get("house_appraised_on")
    stands = rebuilt is None or (appraised is not None and appraised >= rebuilt)
    return living if stands else {**living, "house_grade": None, "house_grade_provisional": None}


# -- one household by itself ----------------------------------------------------------------------------------
def alone(record: Record, chosen: Standard, asker: Asker) -> dict[str, Any]:
    """The verdict of one household."""
    facts, income = record.facts(), record.income(chosen.concept)
    truths = {i.code: evaluate(i.node, facts) for i in (*chosen.indicators, *chosen.veto)}
    counted = [truths[c] for c in chosen.counted]
    true, unknown = sum(v is True for v in counted), sum(v is None for v in counted)
    status, veto = income_status(income, chosen), veto_of(chosen, facts)
    shown = None if income.per_person is None else Decimal(income.per_person // 10_000) / 100
    asked, least = asker.ask(record)
    group, open_ = group_of(record, chosen.regime)
    return {
        "household_id": record.household["household_id"],
        "region_code": record.household["region_code"],
        "status": decide_status(status, true, unknown, chosen.k, veto),
        "route": route_of(status, true, chosen.k),
        "income_status": status,
        "income": shown,
        "line": chosen.lower.yuan,
        "line_upper": chosen.upper.yuan,
        "margin": None if shown is None else shown - chosen.lower.yuan,
        "count_true": true,
        "count_unknown": unknown,
        **truths,
        "veto": veto,
        "target_group": group,
        "target_group_open": open_,
        "ask": asked,
        "ask_least": least,
    }


def agree(chosen: Standard, rows: list[dict[str, Any]], said: object) -> None:
    table = decide(frames_of(rows, chosen), chosen)
    assert table.columns == list(schema(chosen))
    assert table["household_id"].to_list() == sorted(h["household"]["household_id"] for h in rows)
    got = {r["household_id"]: r for r in table.iter_rows(named=True)}
    asker = Asker(chosen)
    for h in rows:
        want = alone(record_of(h), chosen, asker)
        have = got[want["household_id"]]
        differing = {n: (want[n], have[n]) for n in want if want[n] != have[n] or type(want[n]) is not type(have[n])}
        if differing:
            pytest.fail(f"{said}\n{h}\none household, population: {differing}")


def changed(rng: random.Random, base: Standard) -> tuple[Standard, dict[str, Any]]:
    """The standard with a few parameters changed at random."""
    names = rng.sample(sorted(CHANGES), rng.choice([0, 1, 3, 8]))
    changes = {n: CHANGES[n] for n in names if n in base.parameters}
    return base.with_changes(changes), changes


def test_the_seed_with_any_parameter_changed(seed: int) -> None:
    base = standard(SEED, as_of=TODAY)
    for trial in range(trials(120)):
        rng = random.Random(f"{seed} {trial}")
        chosen, changes = changed(rng, base)
        agree(chosen, registry(rng, chosen), (trial, changes))


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("national/regime_2021", None),
        ("research/pk_pslm2015", None),
        ("research/teaching_survey", None),
        (SEED, "350526"),
    ],
)
def test_other_standards(seed: int, name: str, region: str | None) -> None:
    chosen = standard(name, region=region, as_of=TODAY)
    for trial in range(trials(40)):
        rng = random.Random(f"{seed} {trial}")
        agree(chosen, registry(rng, chosen), trial)


def test_with_an_overlay(seed: int, tmp_path: Path) -> None:
    path = overlay(
        tmp_path,
        region="350526",
        parameters={"k": 2, "L2.durables_max": 4},
        veto={"V3": "counts"},
        line={"form": "absolute_yuan", "yuan": 7000.35},
    )
    chosen = standard(SEED, region="350526", as_of=TODAY, overlays=[path])
    for trial in range(trials(40)):
        rng = random.Random(f"{seed} {trial}")
        agree(chosen, registry(rng, chosen), trial)


def test_one_asker_for_many_parts_gives_the_same(seed: int) -> None:
    chosen = standard(SEED, as_of=TODAY)
    asker = Asker(chosen)
    for trial in range(trials(40)):
        rng = random.Random(f"{seed} {trial}")
        frames = frames_of(registry(rng, chosen), chosen)
        assert decide(frames, chosen, asker).equals(decide(frames, chosen)), trial


def test_nothing_at_all() -> None:
    chosen = standard(SEED, as_of=TODAY)
    assert decide(frames_of([], chosen), chosen).height == 0
