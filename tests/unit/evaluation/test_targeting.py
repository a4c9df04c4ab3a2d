"""Targeting errors: the worked case, intervals, groups, benchmarks, what is refused."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from fangpin.evaluation.targeting import targeting
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text
from measures_help import case

pytestmark = pytest.mark.clause("P1.3")
CASE = case("f1_targeting_small.json")
NAMES = {
    "exclusion_error_undercoverage": "exclusion_error",
    "inclusion_error_leakage": "inclusion_error",
    "false_positive_rate": "false_positive_rate",
    "precision": "precision",
    "recall_coverage_of_poor": "coverage",
    "total_error": "total_error",
    "targeting_differential": "differential",
    "auc_lower_score_poorer": "auc",
}


def small(**more: Any) -> Any:
    return targeting(
        CASE["income"],
        CASE["line"],
        score=CASE["score"],
        cutoff=CASE["score_cutoff"],
        **{"weights": CASE["weight"], **more},
    )


def test_the_worked_case() -> None:
    found = small(benefit=CASE["benefit_if_selected"])
    for key, name in NAMES.items():
        assert abs(getattr(found, name) - CASE["expected"][key]) < 1e-12
    assert abs(found.cgh() - CASE["expected"]["CGH"]) < 1e-12
    assert found.leakage == found.inclusion_error.value


def test_the_counts_of_the_methods_page() -> None:
    poor, chosen = np.repeat([1, 1, 0, 0], [70, 30, 35, 865]), np.repeat([1, 0, 1, 0], [70, 30, 35, 865])
    found = targeting(poor, selected=chosen)
    assert found.exclusion_error == pytest.approx(0.3) and found.inclusion_error == pytest.approx(1 / 3)
    assert round(float(found.false_positive_rate), 5) == 0.03889 and round(float(found.differential), 5) == 0.66111
    assert round(float(found.cgh()), 3) == round(float(found.cgh(0.1)), 3) == 6.667


def test_the_poorest_q_may_end_within_a_record_and_ties_share() -> None:
    found = targeting([1, 2, 2, 9], line=5, selected=[1, 1, 0, 0])
    assert found.cgh(0.25) == pytest.approx(0.5 / 0.25)
    assert found.cgh(0.5) == pytest.approx((1 + 0.5) / 2 / 0.5)
    assert found.cgh(0.125) == pytest.approx(0.25 / 0.125)


def test_benefits_by_yuan_are_not_persons() -> None:
    found = targeting([1, 1, 9], line=5, selected=[1, 1, 1], benefit=[100, 100, 400])
    assert found.inclusion_error == pytest.approx(1 / 3) and found.leakage == pytest.approx(2 / 3)


def test_auc_counts_every_pair() -> None:
    rng = np.random.default_rng(4)
    y, s, w = rng.integers(1, 9, 60), rng.integers(1, 9, 60), rng.integers(1, 4, 60)
    found = targeting(y, line=5, score=s, cutoff=4, weights=w)
    pairs = [
        (w[i] * w[j], 1.0 if s[i] < s[j] else 0.5 if s[i] == s[j] else 0.0)
        for i, j in product(range(60), repeat=2)
        if y[i] < 5 <= y[j]
    ]
    assert found.auc == pytest.approx(np.average([v for _, v in pairs], weights=[m for m, _ in pairs]))
    roc = found.roc()
    x, t = np.r_[0, roc["false_positive_rate"]], np.r_[0, roc["coverage"]]
    assert np.sum(np.diff(x) * (t[1:] + t[:-1]) / 2) == pytest.approx(found.auc.value)


@pytest.mark.parametrize("name", [*NAMES.values(), "leakage", "cgh"])
def test_influence_is_the_derivative_in_a_weight_and_groups_are_measured_alone(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, s, w = rng.uniform(1, 9, 80), rng.uniform(1, 9, 80), rng.uniform(1, 4, 80)
    group = rng.integers(0, 2, 80)

    def value(**more: Any) -> Any:
        found = getattr(targeting(y, line=5, score=s, cutoff=4.5, benefit=s, **more), name)
        return found() if name == "cgh" else found

    for i in (3, 41):
        step = np.zeros(80)
        step[i] = 1e-6
        slope = (float(value(weights=w + step)) - float(value(weights=w - step))) / 2e-6
        design = Design(weights=w, psu=np.arange(80) == i, basis="household")
        assert value(design=design).se / 2 == pytest.approx(abs(w[i] * slope), rel=1e-4, abs=1e-9)
    parts = value(design=Design(weights=w, basis="household"), by=group)
    for g in (0, 1):
        assert parts[g].value == pytest.approx(float(value(weights=w * (group == g))))
        assert parts[g].interval[0] < parts[g].value < parts[g].interval[1]


def test_a_budget_serves_the_lowest_scores_first() -> None:
    found = small()
    curve = found.budget_curve([0, 300, 1200, 5000], each=100)
    assert curve["served"].to_list() == [0, 0.25, 1, 1]
    assert curve["coverage"].to_list() == pytest.approx([0, 3 / 5, 1, 1])
    assert curve["inclusion_error"].to_list() == [None, pytest.approx(0), pytest.approx(7 / 12), pytest.approx(7 / 12)]


def test_the_benchmark_is_named_in_every_result() -> None:
    found = small(
        name=Text("村评议", "the village's deliberation"),
        design=Design(CASE["weight"], basis="household"),
        weights=None,
    )
    assert "村评议" in str(found.exclusion_error) and "deliberation" in found.auc.sentence("en")
    assert found.exclusion_error.basis == "household"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: targeting([1, None, 0], selected=[1, 0, 0]), "1 rows are open"),
        (lambda: targeting([1, 2, 9], line=5, selected=[1, None, None]), "2 rows are open"),
        (lambda: targeting([1, 2, 9], line=0, selected=[1, 1, 1]), "above zero"),
        (lambda: targeting([1, 2, 9], line=5), "who was selected"),
        (lambda: targeting([1, 2, 9], line=5, score=[1, 2, 3]), "who was selected"),
        (lambda: targeting([1, 2, 9], line=5, selected=[1, 1]), "number of rows"),
        (lambda: targeting([1, 2, 9], line=5, selected=[1, 1, 0], benefit=-1), "negative"),
        (lambda: targeting([7, 8, 9], line=5, selected=[1, 1, 0]).exclusion_error, "nobody is poor"),
        (lambda: targeting([1, 2, 9], line=5, selected=[0, 0, 0]).inclusion_error, "nobody is selected"),
        (lambda: targeting([1, 2, 9], line=5, selected=[0, 0, 0]).cgh(), "nobody is selected"),
        (lambda: targeting([1, 2, 9], line=5, selected=[1, 0, 0]).cgh(2), "between 0 and 1"),
        (lambda: targeting([1, 2, 9], line=5, selected=[1, 0, 0]).auc, "no score"),
        (lambda: targeting([1, 2], line=5, score=[1, 2], cutoff=2).auc, "on one side"),
        (lambda: targeting([1, 2], line=5, score=[1, 2], cutoff=2).roc(), "on one side"),
    ],
)
def test_what_cannot_be_judged_says_why(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
