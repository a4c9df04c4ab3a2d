"""Intervals: how lopsided the units are, and what is done where that cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from fangpin.methods import inequality, intervals, poverty
from fangpin.methods.survey import Design
from helpers import trials

pytestmark = pytest.mark.clause("P1.1")


def test_the_shape_of_units_is_that_of_their_totals(seed: int) -> None:
    """Against sums written out: two strata, units with several records, groups that not every unit holds."""
    rng = np.random.default_rng(seed)
    for _ in range(trials(40)):
        stratum, unit = np.repeat([0, 1], [40, 60]), np.repeat(np.arange(20), 5)
        group, pull = rng.integers(0, 3, 100), rng.normal(size=100) ** 3
        found = Design(strata=stratum, psu=unit, basis="person").shape(pull, group, 3)
        for g in range(3):
            second = third = fourth = 0.0
            for units in (range(8), range(8, 20)):
                total = np.array([pull[(unit == u) & (group == g)].sum() for u in units])
                away, n = total - total.mean(), len(total)
                second += n / (n - 1) * (away**2).sum()
                third += n**2 / ((n - 1) * (n - 2)) * (away**3).sum()
                fourth += (n / (n - 1)) ** 2 * (away**4).sum()
            assert found.skew[g] == pytest.approx(third / second**1.5)
            assert found.fourth[g] == pytest.approx(fourth / second**2)


def test_without_skewness_or_heavy_tails_it_is_the_t_interval() -> None:
    shape = intervals.Shape(np.zeros(1), np.array([3 / 40 - 1e-9]), np.array([40]))
    low, high = intervals.skewed(np.array([1.0]), np.array([0.1]), np.array([39]), shape, 0.95)
    reach = intervals.factor(np.array([39]), 0.95) * 0.1
    assert (high - low)[0] == pytest.approx(2 * reach[0], rel=1e-4) and low[0] == pytest.approx(1 - reach[0], rel=1e-4)


def test_skewness_shifts_the_interval_and_heavy_tails_widen_it() -> None:
    one = np.ones(1)

    def ends(skew: float, fourth: float) -> tuple[float, float]:
        shape = intervals.Shape(one * skew, one * fourth, np.array([30]))
        low, high = intervals.skewed(one, one * 0.1, np.array([29]), shape, 0.95)
        return float(low[0]), float(high[0])

    even, lopsided, heavy = ends(0.0, 0.1), ends(0.4, 0.1), ends(0.0, 0.4)
    assert lopsided[0] > even[0] and lopsided[1] > even[1]
    assert heavy[0] < even[0] and heavy[1] > even[1]
    mirrored = ends(-0.4, 0.1)
    assert (2 - mirrored[1], 2 - mirrored[0]) == pytest.approx(lopsided)


def test_with_two_units_a_stratum_skewness_cannot_be_told_and_the_logarithm_serves() -> None:
    y = np.array([3.0, 5.0, 9.0, 2.0, 4.0, 40.0, 7.0, 1.0])
    pairs = Design(strata=np.repeat(np.arange(4), 2), basis="person")
    found = inequality.mld(y, design=pairs)
    reach = float(intervals.factor(np.array(4), 0.95)) * found.se / found.value
    assert found.interval == pytest.approx((found.value / np.exp(reach), found.value * np.exp(reach)))
    assert inequality.mld(y, design=Design(basis="person")).interval != pytest.approx(found.interval)


def test_all_alike_have_no_width_and_an_index_never_falls_below_nought(seed: int) -> None:
    same = poverty.watts([2.0] * 9, line=4, design=Design(basis="person"))
    assert same.se == pytest.approx(0, abs=1e-15) and same.interval == pytest.approx((same.value, same.value))
    rng = np.random.default_rng(seed)
    for _ in range(trials(200)):
        found = poverty.sst(rng.lognormal(0, 1, 6), line=1.0, design=Design(basis="person"))
        low, high = found.interval
        assert low <= found.value <= high and (low >= 0 or found.value == 0)
