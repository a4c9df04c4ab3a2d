"""The shortcut of a sensitivity analysis is each variant run by itself."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fangpin.evaluation.edges import edges_of
from fangpin.evaluation.shortcut import BASE, Shortcut
from fangpin.identification.decide import decide
from fangpin.language.interpret import evaluate
from fangpin.standards import Standard, standard
from fangpin.standards.variants import variants_of
from helpers import FULL, trials
from random_cases import READINGS
from random_registry import TODAY, frames_of, record_of, registry
from standards_help import SEED

WIDE = {"L3.test": "four_part", "H4.only_main_worker": True, "H4.no_worker_counts": True, "E2.within_years": 5}


def loaded(base: Standard, shortcut: Shortcut, rng: random.Random) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Random households, as rows and as frames that hold all that any variant reads."""
    wide = base.with_changes(WIDE)
    rows = registry(rng, wide)
    frames = frames_of(rows, wide)
    for table, columns in shortcut.columns.items():
        held = set(frames["income" if table == "income_year" else table].columns)
        assert columns - {"natural_village"} <= held, table
    return rows, frames


@pytest.mark.clause("P1.3")
def test_every_variant_is_what_a_run_of_its_own_gives(seed: int) -> None:
    for trial in range(trials(30)):
        rng = random.Random(f"{seed} {trial}")
        base = standard(SEED, as_of=TODAY).with_changes(rng.choice(READINGS))
        variants = variants_of(base).found
        shortcut = Shortcut(base, {v.id: v.standard for v in variants}, edges_of(base))
        _, frames = loaded(base, shortcut, rng)
        found = shortcut.run(frames).statuses
        alone = {v.id: v.standard for v in (variants if FULL else rng.sample(variants, 12))}
        for name, chosen in {BASE: base, **alone}.items():
            whole = decide(frames, chosen, asking=False)
            assert found["household_id"].equals(whole["household_id"])
            assert found[name].cast(str).to_list() == whole["status"].to_list(), name


def test_the_edges_count_what_one_household_after_another_gives(seed: int) -> None:
    for trial in range(trials(20)):
        rng = random.Random(f"{seed} {trial}")
        base = standard(SEED, as_of=TODAY)
        shortcut = Shortcut(base, {}, edges_of(base))
        rows, frames = loaded(base, shortcut, rng)
        ran = shortcut.run(frames)
        facts = [record_of(h).facts() for h in rows]
        for (i, j), households in ran.near.items():
            assert households == sum(evaluate(shortcut.edges[i].bins[j].rule, f) is True for f in facts)


def test_the_lines_move_as_standards_of_their_own_would(seed: int) -> None:
    rng = random.Random(seed)
    base = standard(SEED, as_of=TODAY)
    shortcut = Shortcut(base, {})
    _, frames = loaded(base, shortcut, rng)
    line = shortcut.run(frames).line
    whole = decide(frames, base, asking=False)
    assert line.row(5, named=True)["low_income"] == (whole["status"] == "low_income").sum()
    assert line["below"].is_sorted()
