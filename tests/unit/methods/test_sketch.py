"""Sketch: lines by name, what does not add up, what is refused and what is said."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from fangpin.methods import inequality
from fangpin.methods.estimate import Refused
from fangpin.methods.sketch import Sketch, sketches

pytestmark = pytest.mark.clause("P1.1")
Y = [1000.0, 2000.0, 3000.0, 4000.0]


def test_a_line_by_name_may_be_another_in_every_part() -> None:
    one = Sketch.of(Y, lines={"own": 2500, "national": 3500}, basis="person", year=2020)
    two = Sketch.of(Y, lines={"own": 1500, "national": 3500}, basis="person", year=2021)
    both = one + two
    assert both.headcount_ratio("own") == 3 / 8 and "their own line" in both.headcount_ratio("own").definition.en
    assert both.headcount_ratio("national") == 6 / 8 and both.headcount_ratio("national").details["line"] == 3500
    assert dict(one.headcount_ratio("own").years) == {"data": 2020} and dict(both.mean().years) == {}
    assert both.fgt("national", alpha=1.5).interval is not None


def test_exactly_at_a_share_the_median_is_the_mean_of_two() -> None:
    found = Sketch.of(Y).median()
    assert found.value == pytest.approx(inequality.quantile(Y).value, rel=1e-4) and found.interval_kind == "bounds"
    assert found.interval[0] <= 2500 <= found.interval[1] and "off by at most" in found.method.en


def test_the_year_of_the_line_travels() -> None:
    held = Sketch.of(Y, lines=[2500], basis="person", year=2019)
    found = held.headcount_ratio(2500, year=2020)
    assert dict(found.years) == {"data": 2019, "line": 2020}
    assert [w.code for w in found.warnings] == ["mixed-vintages"] and "2020" in found.report("zh")
    assert dict(held.headcount_ratio(share=0.6).years) == {"data": 2019, "line": 2019}
    assert held.headcount_ratio(2600, year=2019).warnings == ()


def test_strictly_below_a_line_given_beforehand() -> None:
    found = Sketch.of(Y, lines=[3000])
    assert found.headcount_ratio(3000) == 0.5 and found.headcount_ratio(3000).interval is None
    assert Sketch.of([5.0] * 9, lines=[5]).headcount_ratio(5) == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Sketch.of([]), "no row"),
        (lambda: Sketch.of([1, None]), "1 rows are blank"),
        (lambda: Sketch.of([1, 2], [1, -1]), "negative"),
        (lambda: Sketch.of([1, 2], [0, 0]), "all weights are zero"),
        (lambda: Sketch.of(Y, lines=[0]), "above zero"),
        (lambda: Sketch.of(Y, lines=["poor"]), "no such line"),
        (lambda: Sketch.of(Y, bins=8), "at least 64"),
        (lambda: Sketch.of(Y, basis="people"), "household or person"),  # type: ignore[arg-type]
        (lambda: Sketch.of(Y).fgt("own"), "no such line"),
        (lambda: Sketch.of(Y).fgt(-3), "above zero"),
        (lambda: Sketch.of(Y).fgt(), "one of the two"),
        (lambda: Sketch.of(Y).fgt(3, share=0.5), "one of the two"),
        (lambda: Sketch.of(Y).fgt(3, alpha=-1), "alpha"),
        (lambda: Sketch.of(Y).headcount_ratio(share=0), "share is above zero"),
        (lambda: Sketch.of([-5, -4, 1]).headcount_ratio(share=0.5), "not above zero"),
        (lambda: Sketch.of(Y).watts(3000), "beforehand"),
        (lambda: Sketch.of([0, *Y]).mld(), "1 records have incomes zero or below"),
        (lambda: Sketch.of([0, *Y]).theil_t(), "1 records"),
        (lambda: Sketch.of([0, *Y], lines=[3]).watts(3), "1 records"),
        (lambda: Sketch.of([-1, *Y]).generalized_entropy(alpha=2), "below zero"),
        (lambda: Sketch.of(Y).generalized_entropy(alpha=3), "one pass has"),
        (lambda: Sketch.of([-1, 1]).gini(), "more than zero"),
        (lambda: Sketch.of([0, 0]).lorenz(0.5), "more than zero"),
        (lambda: Sketch.of(Y).quantile(1.5), "between 0 and 1"),
        (lambda: Sketch.of(Y, lines=[3]) + Sketch.of(Y), "other lines"),
        (lambda: Sketch.of(Y, bins=64) + Sketch.of(Y), "other lines or bins"),
        (lambda: Sketch.of(Y, basis="person") + Sketch.of(Y, basis="household"), "persons"),
        (lambda: sketches(Y, by=[1, 2, None, 4]), "1 rows have no group"),
    ],
)
def test_what_cannot_be_computed_says_why(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert isinstance(caught.value, Refused) and any("一" <= c <= "鿿" for c in caught.value.message("zh"))


def test_a_sketch_travels_between_processes() -> None:
    held = Sketch.of(Y, lines=[3000], basis="person")
    again = pickle.loads(pickle.dumps(held))
    assert again.gini() == held.gini() and (again + held).sums.records == 8


def test_a_sketch_adds_to_sketches_only() -> None:
    with pytest.raises(TypeError):
        Sketch.of(Y) + 3  # type: ignore[operator]


def test_incomes_of_any_size_find_a_bin() -> None:
    y = np.array([-1e140, -1e9, -1.0, 0.0, 1e-300, 1.0, 1e9, 1e12, 1e15])
    found = Sketch.of(y, bins=64)
    for q in (0, 0.5, 1):
        low, high = found.quantile(q).interval
        assert low <= float(inequality.quantile(y, q=q)) <= high
