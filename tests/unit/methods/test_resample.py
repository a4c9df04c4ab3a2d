"""Redrawn samples: their errors are those of linearisation where that is sound, and the same seed gives the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fangpin.methods import inequality, poverty
from fangpin.methods.resample import bootstrap, replicates
from fangpin.methods.survey import Design
from helpers import trials
from measures_help import design, survey

pytestmark = pytest.mark.clause("P1.1")


@pytest.mark.parametrize(
    "measure", [inequality.gini, lambda y, **k: poverty.poverty_gap_index(y, line=6000, **k), inequality.quantile]
)
def test_close_to_linearised_errors(measure: Any) -> None:
    income, draws = survey()["income"], max(150, trials(1000))
    linear = measure(income, design=design())
    drawn = bootstrap(measure, income, design(), np.random.default_rng(8), draws)
    assert drawn.value == linear.value and drawn.se == pytest.approx(linear.se, rel=0.25)
    assert drawn.interval[0] < linear.value < drawn.interval[1] and "bootstrap" in drawn.method.en
    again = bootstrap(measure, income, design(), np.random.default_rng(8), draws)
    assert (again.se, again.interval) == (drawn.se, drawn.interval)


def test_replicates_keep_the_weight_on_average_and_strata_apart() -> None:
    held = Design(weights=[1, 1, 2, 2, 5], strata=[1, 1, 2, 2, 3], basis="household")
    drawn = np.array(list(replicates(held, 5, np.random.default_rng(1), 4000)))
    assert drawn.mean(axis=0) == pytest.approx([1, 1, 2, 2, 5], rel=0.06)
    assert (drawn[:, 4] == 5).all() and set(np.unique(drawn[:, 0])) == {0, 2}


def test_what_cannot_be_redrawn_says_why() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="at least 20"):
        bootstrap(inequality.gini, [1, 2, 3], Design(basis="person"), rng, draws=3)
    with pytest.raises(ValueError, match="no census"):
        bootstrap(inequality.gini, [1, 2, 3], Design(basis="person", census=True), rng)
