"""Robustness: dominance over the cutoff, pairs that keep their order, and covariances that know the villages."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from fangpin.methods.multidimensional import AlkireFoster
from fangpin.methods.robustness import alternatives, confidence, over_k, robustness
from fangpin.methods.survey import Design
from helpers import trials
from measures_help import survey

pytestmark = pytest.mark.clause("P1.2")
TENTH = Fraction(1, 10)
FOUR = AlkireFoster({n: Fraction(1, 4) for n in "abcd"}, Fraction(1, 2))
UNEVEN = AlkireFoster(
    {"a": Fraction(1, 2), "b": Fraction(1, 4), "c": Fraction(1, 6), "d": Fraction(1, 12)}, Fraction(1, 3)
)


def drawn(seed: int, rows: int = 200) -> tuple[dict[str, Any], Any, Any]:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, rows)
    odds = 0.1 + 0.1 * group
    return {n: (rng.random(rows) < odds).astype(int) for n in "abcd"}, group, rng.integers(1, 5, rows).astype(float)


@pytest.mark.parametrize("measure", [FOUR, UNEVEN])
def test_curves_are_the_measure_at_every_cutoff(measure: AlkireFoster, seed: int) -> None:
    """Also between two cutoffs that matter: there it is what the next one gives."""
    given, group, w = drawn(seed)
    found = over_k(measure, given, w, by=group)
    for k in [*found.cutoffs, *(c - Fraction(1, 1000) for c in found.cutoffs)]:
        alone = AlkireFoster(measure.weights, k).estimate(given, w, by=group)
        i = next(n for n, c in enumerate(found.cutoffs) if c >= k)
        assert found.headcount[i].value == pytest.approx(alone.headcount.value)
        assert found.adjusted_headcount[i].value == pytest.approx(alone.adjusted_headcount.value)
    table = found.to_polars()
    assert table.height == 4 * len(found.cutoffs) and table["headcount_se"].null_count() == table.height


def test_dominance_is_told_with_its_crossings() -> None:
    """The one group has many with one deprivation, the other few with all."""
    rows = [[1, 0, 0, 0]] * 6 + [[0, 0, 0, 0]] * 4 + [[1, 1, 1, 1]] * 3 + [[0, 0, 0, 0]] * 7
    found = over_k(FOUR, rows, by=["many"] * 10 + ["deep"] * 10)
    assert found.cutoffs == (Fraction(1, 4), Fraction(1))
    crossed = found.dominance("many", "deep", "headcount")
    assert not crossed.holds and crossed.crossings == (Fraction(1),)
    assert found.dominance("many", "deep", "headcount", high=Fraction(1, 4)).holds
    assert found.dominance("deep", "many", "headcount", low=Fraction(1, 3)).holds
    assert found.dominance("deep", "many").holds and found.dominance("deep", "many").certain
    assert not found.dominance("many", "many").holds


@pytest.mark.parametrize("lonely", ["centre", "certainty"])
@pytest.mark.parametrize("shares", [0, 1, 2])
@pytest.mark.parametrize("clustered", [True, False])
def test_covariances_agree_with_variances_of_groups_and_of_their_sums(
    lonely: Any, shares: int, clustered: bool, seed: int
) -> None:
    """The diagonal is the variance of each group; of a joint group it is the sum over its block."""
    for trial in range(trials(20)):
        rng = np.random.default_rng(seed + trial)
        stratum = np.repeat([0, 1, 2], [40, 55, 5])
        unit = np.repeat(np.arange(20), 5) if clustered else None
        share = (rng.uniform(0.1, 0.9, 20)[np.arange(100) // 5], np.repeat(rng.uniform(0.1, 0.9, 20), 5))
        fpc = None if not shares else share[0] if shares == 1 or not clustered else share
        design = Design(rng.uniform(1, 3, 100), stratum, unit, basis="person", fpc=fpc, lonely=lonely)
        group, pull = rng.integers(0, 3, 100), rng.normal(size=100)
        pull -= (np.bincount(group, pull) / np.bincount(group))[group]  # influence adds up to nought in every group
        found, freedom = design.covariance(pull, group, 3)
        assert np.diag(found) == pytest.approx(design.variance(pull, group, 3).variance)
        assert freedom == (20 if clustered else 100) - 3
        whole = design.variance(pull).variance[0]
        assert found.sum() == pytest.approx(whole)
        sign = np.array([1.0, -1.0, 0.0])
        assert sign @ found @ sign == pytest.approx(design.variance(pull * sign[group]).variance[0])


def test_pairs_of_counties_with_errors() -> None:
    """Against every pair written out: the difference of two counties and its error, at each of the cutoffs."""
    rows = survey()
    names = [c for c in rows.columns if c.startswith("d_")]
    assert len(names) == 10
    measure = AlkireFoster(dict.fromkeys(names, TENTH), 3 * TENTH)
    design = Design(rows["pweight"], psu=rows["village"], strata=rows["county"], basis="person")
    others = alternatives(measure, ks=[2 * TENTH, 4 * TENTH])
    assert list(others)[:2] == ["k=1/5", "k=2/5"] and len(others) == 12
    found = robustness(measure, others, rows.select(names), design=design, by=rows["county"])
    differ = kept = 0
    for i, j in combinations(range(len(found.labels)), 2):
        signs = []
        for one in (measure, *others.values()):
            m0 = one.estimate(rows.select(names), design=design, by=rows["county"]).adjusted_headcount
            away = m0.value[i] - m0.value[j]  # counties are strata: independent
            reach = 1.9815667 * np.hypot(m0.se[i], m0.se[j])  # t of 120 - 8 units
            signs.append(0 if abs(away) <= reach else np.sign(away))
        differ += signs[0] != 0
        kept += signs[0] != 0 and len(set(signs)) == 1
    assert differ > 2 and found.pairs == kept / differ
    table = found.to_polars()
    assert table["pairs"].to_list() == [differ] * 12 and (table["kendall"] <= 1).all()
    ranks = found.ranks()
    assert ((ranks["lowest"] <= ranks["rank"]) & (ranks["rank"] <= ranks["highest"])).all() and ranks["se"].min() > 0


def test_heavier_dimensions_add_up_and_keep_their_proportions() -> None:
    found = alternatives(UNEVEN, dimensions={"one": ["a", "b"], "two": ["c", "d"]}, heavy="3/4")
    assert list(found) == ["one 3/4", "two 3/4"]
    assert found["one 3/4"].weights == {
        "a": Fraction(1, 2),
        "b": Fraction(1, 4),
        "c": Fraction(1, 6),
        "d": Fraction(1, 12),
    }
    assert found["two 3/4"].weights["c"] == Fraction(1, 2) and found["two 3/4"].k == UNEVEN.k
    alone = alternatives(UNEVEN)
    assert list(alone) == ["2×b", "2×c", "2×d"]  # twice a half would leave the others nothing
    assert alone["2×b"].weights["b"] == Fraction(1, 2) and alone["2×b"].weights["a"] == Fraction(1, 3)


def test_confidence_is_the_share_of_weights_that_call_a_household_poor(seed: int) -> None:
    assert confidence([1, 2, 3, 4, 5], 10, 3 * TENTH) == pytest.approx(
        [0.0404, 0.1960, 0.4628, 0.7297, 0.9012], abs=5e-5
    )
    weights = np.random.default_rng(seed).dirichlet(np.ones(4), 40_000)
    for c in range(5):
        share = (weights[:, :c].sum(axis=1) >= 1 / 3 - 1e-12).mean()
        assert confidence([c], 4, Fraction(1, 3))[0] == pytest.approx(share, abs=0.015)


def test_a_register_has_no_error_and_without_a_design_values_are_compared(seed: int) -> None:
    given, group, w = drawn(seed)
    full = robustness(FOUR, alternatives(FOUR), given, design=Design(w, basis="household", census=True), by=group)
    bare = robustness(FOUR, alternatives(FOUR), given, w, by=group)
    assert full.pairs == bare.pairs and full.baseline.se == pytest.approx(0) and bare.baseline.se is None
    assert full.to_polars().equals(bare.to_polars())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: over_k(FOUR, [[0, 0, 0, 0]], by=[1]), "nobody is deprived"),
        (lambda: over_k(FOUR, [[1, 0, 0, 0]], by=None), "groups"),
        (lambda: over_k(AlkireFoster(FOUR.weights, FOUR.k, "bounds"), [[1, None, 0, 0]], by=[1]), "bounds"),
        (lambda: over_k(FOUR, [[1, 0, 0, 0]], by=[1]).dominance(1, 2), "no such group"),
        (lambda: over_k(FOUR, [[1, 0, 0, 0]], by=[1]).dominance(1, 1, low=Fraction(1, 2)), "no cutoff"),
        (lambda: over_k(FOUR, [[1, 0, 0, 0]], by=[1]).dominance(1, 1, low=0.5), "exact fraction"),
        (lambda: over_k(FOUR, [[1, 0, 0, 0]], by=[1]).dominance(1, 1, "m1"), "no such value"),  # type: ignore[arg-type]
        (lambda: robustness(FOUR, {}, [[1, 0, 0, 0]], by=[1]), "other measures"),
        (lambda: robustness(FOUR, {"x": AlkireFoster({"a": 1}, 1)}, [[1, 0, 0, 0]], by=[1]), "other measures"),  # type: ignore[arg-type,dict-item]
        (lambda: robustness(FOUR, alternatives(FOUR), [[1, 0, 0, 0]] * 2, by=[1, 2]).pairs, "no two groups differ"),
        (lambda: alternatives(FOUR, ks=[0]), "k must lie"),
        (lambda: alternatives(FOUR, dimensions={"one": ["a", "b"], "two": ["b", "c", "d"]}), "one of at least two"),
        (lambda: confidence([11], 10, TENTH), "counts are whole numbers"),
        (lambda: confidence([1.5], 10, TENTH), "counts are whole numbers"),
        (lambda: confidence([1], 10, 0.3), "exact fraction"),
        (lambda: confidence([1], 10, 2), "k must lie"),
    ],
)
def test_what_cannot_be_compared_says_why(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert any("一" <= c <= "鿿" for c in caught.value.message("zh"))
