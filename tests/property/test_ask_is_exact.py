"""`ask` and `ask_least` against brute force over the answers."""

from __future__ import annotations

import random

import pytest

from ask_oracle import TODAY, TooMany, brute
from fangpin.identification.ask import Asker, asked_order
from fangpin.standards import standard
from helpers import trials
from random_cases import READINGS, blanked, known_case
from standards_help import SEED


def test_ask_against_brute_force(seed: int) -> None:
    standards = [standard(SEED, as_of=TODAY).with_changes(r) for r in READINGS]
    askers = [Asker(s) for s in standards]
    done = open_ = 0
    trial = 0
    while done < trials(3000):
        rng = random.Random(f"{seed} {trial}")
        trial += 1
        at = rng.randrange(len(standards))
        case = blanked(rng, known_case(rng, standards[at]))
        try:
            want, fewest = brute(case, standards[at], 3000)
        except TooMany:
            continue
        done += 1
        open_ += bool(want)
        record = case.record()
        got, least = askers[at].ask(record)
        if (set(got), least) != (want, fewest) or got != asked_order(got, record):
            pytest.fail(
                f"trial {trial - 1}, {READINGS[at]}\n{case}\n"
                f"more: {set(got) - want}, fewer: {want - set(got)}; least {least}, brute force {fewest}"
            )
    assert open_ > done / 20
