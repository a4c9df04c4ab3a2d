"""Alkire–Foster: exactness, blanks, bounds, what is refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fangpin.methods.multidimensional import AlkireFoster, change
from fangpin.methods.survey import Design
from helpers import trials

pytestmark = pytest.mark.clause("P1.2")
THIRDS = {"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}


def test_at_the_cutoff_is_poor_and_one_part_in_a_great_number_is_not() -> None:
    row = {"a": [1], "b": [1], "c": [0]}
    assert AlkireFoster(THIRDS, Fraction(2, 3)).estimate(row).headcount == 1
    assert AlkireFoster(THIRDS, Fraction(2, 3) + Fraction(1, 10**30)).estimate(row).headcount == 0
    odd = {"a": Fraction(1, 10**25), "b": 1 - Fraction(1, 10**25)}
    assert AlkireFoster(odd, 1 - Fraction(1, 10**25)).estimate({"a": [0, 1], "b": [1, 0]}).poor.tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: AlkireFoster({"a": 0.5, "b": 0.5}, Fraction(1, 2)), "exact fraction"),  # type: ignore[dict-item]
        (lambda: AlkireFoster(THIRDS, 0.3333), "exact fraction"),  # type: ignore[arg-type]
        (lambda: AlkireFoster(THIRDS, Fraction(0)), "k must lie"),
        (lambda: AlkireFoster(THIRDS, Fraction(4, 3)), "k must lie"),
        (lambda: AlkireFoster({"a": Fraction(1, 2)}, Fraction(1)), "add up to 1/2"),
        (lambda: AlkireFoster({"a": Fraction(2), "b": Fraction(-1)}, Fraction(1)), "above zero"),
        (lambda: AlkireFoster({}, Fraction(1)), "above zero"),
        (lambda: AlkireFoster(THIRDS, Fraction(1), missing="guess"), "no such value"),  # type: ignore[arg-type]
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate({"a": [1], "b": [1]}), "missing: c"),
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate({"a": [1], "b": [1], "c": [2]}), "neither 0 nor 1"),
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate({"a": [1], "b": [1], "c": [0, 1]}), "number of rows"),
        (
            lambda: AlkireFoster(THIRDS, Fraction(1)).estimate({"a": [None], "b": [1], "c": [1]}),
            "every record has a blank",
        ),
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate([[1, 1, 0]]).intensity, "nobody reaches"),
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate([[1, 1, 0]]).contribution, "nobody reaches"),
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate([[1, 1]]), "3 columns"),
        (lambda: AlkireFoster(THIRDS, Fraction(1)).estimate([[1, 1, 0]]).adjusted_gap, "gaps are wanted"),
    ],
)
def test_what_cannot_be_computed_says_why(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_blanks_are_dropped_or_no_or_both_and_it_is_said() -> None:
    data = pl.DataFrame({"a": [1, 1, None, 0], "b": [1, None, None, 0], "c": [0, 0, 1, 0]})
    k = Fraction(2, 3)
    drop, no, both = (AlkireFoster(THIRDS, k, m).estimate(data) for m in ("drop", "not_deprived", "bounds"))
    assert (drop.headcount, drop.headcount.n) == (0.5, 2)
    assert no.headcount == 0.25 and both.headcount == 0.25
    assert both.headcount.interval == (0.25, 0.75) and both.headcount.interval_kind == "bounds"
    assert both.upper is not None and both.upper.headcount == 0.75
    for found, code in ((drop, "dropped"), (no, "blank-not-deprived"), (both, "bounds")):
        assert code in [w.code for w in found.headcount.warnings]
    assert AlkireFoster(THIRDS, k).estimate(data.to_pandas()).headcount == 0.5
    assert AlkireFoster(THIRDS, k).estimate(data.to_arrow()).headcount == 0.5
    assert AlkireFoster(THIRDS, k).estimate(pd.DataFrame(data.to_dict(as_series=False), dtype=object)).headcount == 0.5


def test_bounds_hold_every_completion_and_are_reached(seed: int) -> None:
    weights = {"a": Fraction(1, 2), "b": Fraction(1, 3), "c": Fraction(1, 6)}
    for trial in range(trials(60)):
        rng = np.random.default_rng(seed + trial)
        data = np.where(rng.random((5, 3)) < 0.3, np.nan, rng.integers(0, 2, (5, 3)).astype(float))
        w, k = rng.integers(1, 4, 5).astype(float), Fraction(int(rng.integers(1, 7)), 6)
        bounds = AlkireFoster(weights, k, "bounds").estimate(data, w)
        holes = np.argwhere(np.isnan(data))
        if not len(holes):
            continue
        worlds = []
        for filled in product([0.0, 1.0], repeat=len(holes)):
            world = data.copy()
            world[tuple(holes.T)] = filled
            worlds.append(AlkireFoster(weights, k).estimate(world, w))
        for name in ("headcount", "adjusted_headcount"):
            values = [float(getattr(x, name)) for x in worlds]
            assert getattr(bounds, name).interval == pytest.approx((min(values), max(values)), abs=1e-12)
        intensities = [float(x.intensity) for x in worlds if x.poor.any()]
        if bounds.poor.any():
            assert bounds.intensity.interval == pytest.approx((min(intensities), max(intensities)), abs=1e-12)


def test_parts_add_up_and_k_only_lowers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = list("abcdef")
    weights = dict(zip(names, [Fraction(1, 4), Fraction(1, 4), *[Fraction(1, 8)] * 4], strict=True))
    data = {n: rng.random(400) < 0.35 for n in names}
    w, group = rng.integers(1, 9, 400).astype(float), rng.integers(0, 3, 400)
    last = (1.0, 1.0)
    for j in range(1, 9):
        measure = AlkireFoster(weights, Fraction(j, 8))
        found, parts = measure.estimate(data, w), measure.estimate(data, w, by=group)
        now = float(found.headcount), float(found.adjusted_headcount)
        assert now[0] <= last[0] and now[1] <= last[1] + 1e-15
        last = now
        if found.poor.any():
            assert sum(float(c) for c in found.contribution.values()) == pytest.approx(1)
            assert found.headcount * found.intensity == pytest.approx(found.adjusted_headcount.value)
        share = parts.headcount.population / w.sum()
        assert (share * parts.adjusted_headcount.value).sum() == pytest.approx(now[1])
        assert sum(float(weights[n]) * float(c) for n, c in found.censored_headcount.items()) == pytest.approx(now[1])


def test_the_count_of_1_plus_3_n_is_one_instance() -> None:
    rng = np.random.default_rng(3)
    data = rng.random((500, 10)) < 0.2
    measure = AlkireFoster({f"i{j}": Fraction(1, 10) for j in range(10)}, Fraction(3, 10))
    assert (measure.estimate(data).poor == (data.sum(axis=1) >= 3)).all()


def test_a_change_has_the_error_of_both_and_mixed_bases_are_refused() -> None:
    rng = np.random.default_rng(5)
    measure = AlkireFoster(THIRDS, Fraction(2, 3))
    one, two = (measure.estimate(rng.random((200, 3)) < p, design=Design(basis="person")) for p in (0.5, 0.3))
    found = change(one, two)
    assert found.se == pytest.approx((one.adjusted_headcount.se**2 + two.adjusted_headcount.se**2) ** 0.5)
    assert found < 0 and found.interval[1] < 0
    households = measure.estimate(rng.random((200, 3)) < 0.3, design=Design(basis="household"))
    with pytest.raises(ValueError, match="households"):
        change(one, households)


def test_counted_by_pattern_or_by_record_it_is_the_same() -> None:
    rng = np.random.default_rng(9)
    data, w, group = rng.random((6000, 3)) < 0.4, rng.integers(0, 4, 6000).astype(float), rng.integers(0, 5, 6000)
    measure = AlkireFoster(THIRDS, Fraction(2, 3))
    quick = measure.estimate(data, w, by=group)
    slow = measure.estimate(data, design=Design(weights=w, basis="person"), by=group)
    assert quick._small is not quick and slow._small is slow
    for name in ("headcount", "adjusted_headcount", "intensity"):
        one, two = getattr(quick, name), getattr(slow, name)
        assert one.value == pytest.approx(two.value) and one.n.tolist() == two.n.tolist()
        assert one.population == pytest.approx(two.population)
    for name in ("raw_headcount", "censored_headcount", "contribution"):
        for n in THIRDS:
            assert getattr(quick, name)[n].value == pytest.approx(getattr(slow, name)[n].value)
    assert quick.poor.tolist() == slow.poor.tolist()
