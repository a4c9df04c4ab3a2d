"""The verdict table of a population is what each household gets by itself, through the plain interpreter."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.identification.alike import Alike
from fangpin.identification.ask import Asker, veto_of
from fangpin.identification.decide import decide
from fangpin.identification.groups import group_of
from fangpin.identification.income_test import income_status
from fangpin.identification.record import Record
from fangpin.identification.verdict import decide_status, route_of, schema
from fangpin.language.interpret import evaluate
from fangpin.standards import Standard, standard
from helpers import trials
from random_registry import TODAY, frames_of, record_of, registry
from standards_help import CHANGES, SEED, overlay


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
    for trial in range(trials(60)):
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
    alike = Alike(chosen)
    for trial in range(trials(40)):
        rng = random.Random(f"{seed} {trial}")
        frames = frames_of(registry(rng, chosen), chosen)
        assert decide(frames, chosen, alike).equals(decide(frames, chosen)), trial


def test_nothing_at_all() -> None:
    chosen = standard(SEED, as_of=TODAY)
    assert decide(frames_of([], chosen), chosen).height == 0
