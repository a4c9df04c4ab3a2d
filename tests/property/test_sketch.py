"""A population read once, in parts: the same measures as its records in memory, whatever the parts and their order."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest

from fangpin.methods import inequality, poverty
from fangpin.methods.sketch import Sketch, sketches
from helpers import trials

pytestmark = pytest.mark.clause("P1.1")
LINES = [3000.0, 6000.0]
EXACT: dict[str, tuple[Callable[[Sketch], Any], Callable[..., Any]]] = {
    "mean": (Sketch.mean, lambda y, weights: np.average(y, weights=weights)),
    "mld": (Sketch.mld, inequality.mld),
    "theil": (Sketch.theil_t, inequality.theil_t),
    "ge2": (
        lambda s: s.generalized_entropy(alpha=2),
        lambda y, weights: inequality.generalized_entropy(y, weights, alpha=2),
    ),
    "watts": (lambda s: s.watts(3000), lambda y, weights: poverty.watts(y, 3000, weights)),
    **{
        f"fgt{a} {z}": (
            lambda s, a=a, z=z: s.fgt(z, alpha=a),
            lambda y, weights, a=a, z=z: poverty.fgt(y, z, weights, alpha=a),
        )
        for a in (0, 1, 2)
        for z in LINES
    },
}
BOUNDED: dict[str, tuple[Callable[[Sketch], Any], Callable[..., Any]]] = {
    "gini": (Sketch.gini, inequality.gini),
    **{
        f"q{q}": (lambda s, q=q: s.quantile(q), lambda y, weights, q=q: inequality.quantile(y, weights, q=q))
        for q in (0, 0.1, 0.25, 0.5, 0.9, 1)
    },
    **{
        f"lorenz{p}": (lambda s, p=p: s.lorenz(p), lambda y, weights, p=p: inequality.lorenz(y, weights, p=p))
        for p in (0, 0.2, 0.5, 0.95, 1)
    },
    **{
        f"fgt{a} {z}": (
            lambda s, a=a, z=z: s.fgt(z, alpha=a),
            lambda y, weights, a=a, z=z: poverty.fgt(y, z, weights, alpha=a),
        )
        for a in (0, 0.5, 1, 1.5, 2, 3)
        for z in (500.0, 4000.0, 9876.5)
    },
    **{
        f"below {share} of {of}": (
            lambda s, share=share, of=of: s.headcount_ratio(share=share, of=of),
            lambda y, weights, share=share, of=of: poverty.headcount_ratio(y, weights=weights, share=share, of=of),
        )
        for share in (0.4, 0.6)
        for of in ("median", "mean")
    },
}


def drawn(seed: int, size: int = 400, low: float = 1.0) -> tuple[Any, Any]:
    """Incomes with heaps and a long tail, above ``low`` (below it for a few where that is negative), and weights."""
    rng = np.random.default_rng(seed)
    y = rng.lognormal(8.6, 0.9, size)
    y = np.where(rng.random(size) < 0.4, np.round(y, -3), y)
    y = np.where(rng.random(size) < 0.05, rng.uniform(low, 900, size), y)
    return np.maximum(y, low), rng.integers(1, 9, size).astype(float)


def cut(seed: int, rows: int, parts: int) -> list[Any]:
    """Places of the rows in parts, shuffled."""
    return np.array_split(np.random.default_rng(seed).permutation(rows), parts)


def within(found: Any, value: float) -> bool:
    """Whether the truth lies between the bounds, but for rounding."""
    low, high = found.interval
    slack = 1e-11 * max(abs(value), 1e-3)
    return bool(low - slack <= value <= high + slack and low <= found.value <= high)


@pytest.mark.parametrize("bins", [131_072, 200])
@pytest.mark.parametrize("low", [1.0, -800.0])
def test_one_pass_gives_what_the_records_give(bins: int, low: float, seed: int) -> None:
    for trial in range(trials(30)):
        y, w = drawn(seed + trial, low=low)
        parts = [Sketch.of(y[i], w[i], LINES, bins=bins) for i in cut(seed, len(y), 1 + trial % 5)]
        whole = reduce(add, parts)
        for name, (mine, theirs) in EXACT.items():
            if low > 0 or name.startswith(("mean", "fgt")):
                assert float(mine(whole)) == pytest.approx(float(theirs(y, weights=w)), rel=1e-9, abs=1e-12), name
        for name, (mine, theirs) in BOUNDED.items():
            assert within(mine(whole), float(theirs(y, weights=w))), (name, seed + trial)


def test_what_is_off_is_less_than_a_ten_thousandth(seed: int) -> None:
    """The county of 20,000 records; at a heap the line and the median are no worse."""
    y, w = drawn(seed, 20_000)
    whole = Sketch.of(y, w)
    for found, size in (
        (whole.median(), whole.median().value),
        (whole.quantile(0.1), whole.quantile(0.1).value),
        (whole.gini(), 1),
        (whole.poverty_gap_index(4321), 1),
        (whole.squared_poverty_gap(4321), 1),
        (whole.headcount_ratio(4321.5), 1),
    ):
        low, high = found.interval
        assert (high - low) / 2 < 1e-4 * size, found.definition.en


@pytest.mark.parametrize("bins", [131_072, 64, 150])
def test_parts_and_their_order_do_not_matter(bins: int, seed: int) -> None:
    for trial in range(trials(40)):
        y, w = drawn(seed + trial, 300, low=-500.0)
        whole = Sketch.of(y, w, LINES, bins=bins)
        for parts in (2, 7, 40):
            pieces = [Sketch.of(y[i], w[i], LINES, bins=bins) for i in cut(trial + parts, len(y), parts)]
            other = sum(pieces)
            assert isinstance(other, Sketch)
            assert np.array_equal(other.bins.key, whole.bins.key) and other.bins.level == whole.bins.level
            assert other.bins.weight == pytest.approx(whole.bins.weight)
            assert len(other.bins.key) <= bins
            for name in ("gini", "mean", "median"):
                assert float(getattr(other, name)()) == pytest.approx(float(getattr(whole, name)()), rel=1e-10)
            assert other.fgt(3000, alpha=2).value == pytest.approx(whole.fgt(3000, alpha=2).value, rel=1e-12)


def test_bounds_are_reached_by_some_incomes(seed: int) -> None:
    """The Gini's: everybody at the mean of the bin, or at its two edges."""
    y, w = drawn(seed, 200)
    found = Sketch.of(y, w, bins=64)
    bins = found.bins
    low = inequality.gini(bins.mean, bins.weight)
    share = (bins.mean - bins.low) / (bins.high - bins.low)
    high = inequality.gini(np.r_[bins.low, bins.high], np.r_[bins.weight * (1 - share), bins.weight * share])
    assert found.gini().interval == pytest.approx((float(low), float(high)), rel=1e-9)


def test_groups_are_sketched_as_if_alone(seed: int) -> None:
    y, w = drawn(seed)
    group = np.random.default_rng(seed).choice(["a", "b", "c"], len(y))
    w = np.where(group == "c", 0.0, w)
    found = sketches(y, w, {"own": 5000.0}, by=group, basis="person", year=2021)
    assert list(found) == ["a", "b"]  # nobody in c has a weight
    for label, sketch in found.items():
        alone = Sketch.of(y[group == label], w[group == label], {"own": 5000.0}, basis="person", year=2021)
        assert sketch.gini() == alone.gini() and sketch.fgt("own") == alone.fgt("own")
