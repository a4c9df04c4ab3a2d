"""Tables of group means: what is refused, what is warned of, and numbers against brute force."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from fangpin.methods.estimate import Refused
from fangpin.methods.grouped import CANDIDATES, GroupedIncome
from fangpin.methods.grouped.curves import incomplete_beta
from fangpin.methods.grouped.interpolation import NAMES as RULES
from fangpin.methods.grouped.words import ALLOWED, METHODS
from helpers import trials

MEANS = [4262.6, 9754.1, 13984.2, 19732.4, 36049.4]
Z = 6012.8


def table(**changes: Any) -> GroupedIncome:
    return GroupedIncome(**{"means": MEANS, "basis": "household", "median": 14389, "year": 2019, **changes})


# ---- bad input -----------------------------------------------------------------------------------------------

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no basis": ({"basis": None}, "basis"),
    "another basis": ({"basis": "hh"}, "basis"),
    "no means": ({"means": None}, "from_lorenz"),
    "one group": ({"means": [5.0]}, "two groups"),
    "shares that do not add up": ({"shares": [0.2, 0.2, 0.2, 0.2, 0.3]}, "add up"),
    "per cent": ({"shares": [20, 20, 20, 20, 20]}, "divide by 100"),
    "shares of another number": ({"shares": [0.5, 0.5]}, "differ in number"),
    "an empty group": ({"shares": [0.0, 0.3, 0.2, 0.2, 0.3]}, "empty group"),
    "a negative share": ({"shares": [-0.1, 0.4, 0.2, 0.2, 0.3]}, "above zero"),
    "falling means": ({"means": [4262.6, 9754.1, 9000.0, 19732.4, 36049.4]}, "from poor to rich"),
    "a missing mean": ({"means": [4262.6, float("nan"), 13984.2, 19732.4, 36049.4]}, "number 2"),
    "an infinite mean": ({"means": [4262.6, 9754.1, 13984.2, 19732.4, float("inf")]}, "number 5"),
    "text": ({"means": ["a", 1]}, "list of numbers"),
    "a mean of zero": ({"mean": 0}, "above zero"),
    "a negative median": ({"median": -3}, "above zero"),
    "no population": ({"population": 0}, "above zero"),
    "sizes of another number": ({"household_sizes": [4, 4]}, "one a group"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_table_is_refused(case: str) -> None:
    changes, says = BAD[case]
    with pytest.raises(ValueError, match=says):
        table(**changes)


@pytest.mark.parametrize("z", [0, -5, float("nan"), float("inf"), None, "low"])
@pytest.mark.parametrize("measure", ["headcount", "poverty_gap", "squared_gap", "watts", "bounds", "compare"])
def test_a_line_is_a_positive_number(measure: str, z: Any) -> None:
    of = table() if measure in ("bounds", "compare") else table().fit("gb2")
    with pytest.raises(ValueError, match="positive number"):
        getattr(of, measure)(z)


def test_no_such_method_or_criterion() -> None:
    with pytest.raises(ValueError, match="did you mean dagum"):
        table().fit("dagun")
    with pytest.raises(ValueError, match="log_means, lorenz, gmm"):
        table().fit("gb2", "ml")
    with pytest.raises(ValueError, match="no criterion"):
        table().fit("lorenz_gq", "gmm")


def test_points_that_are_no_lorenz_curve() -> None:
    for p, lorenz in (
        ([0.5, 0.4, 1], [0.2, 0.3, 1]),
        ([0.5, 0.9], [0.2, 0.6]),
        ([0.5, 1], [0.2, 0.9]),
        ([0.5, 0.5, 1], [0.1, 0.2, 1]),
        ([1], [1]),
    ):
        with pytest.raises(ValueError, match="no points of a Lorenz curve"):
            GroupedIncome.from_lorenz(p, lorenz, 100.0, basis="person")
    with pytest.raises(ValueError, match="from poor to rich"):
        GroupedIncome.from_lorenz([0.3, 0.6, 1], [0.3, 0.35, 1], 100.0, basis="person")
    with pytest.raises(ValueError, match="differ in length"):
        GroupedIncome.from_lorenz([0.5, 1], [0.2, 0.3, 1], 100.0, basis="person")
    with pytest.raises(ValueError, match="basis"):
        GroupedIncome.from_lorenz([0.3, 0.6, 1], [0.1, 0.35, 1], 100.0)


def test_ordinates_printed_with_few_digits_pass_and_are_marked() -> None:
    rounded = GroupedIncome.from_lorenz(
        [0.01, 0.02, 0.2, 0.5, 0.8, 1], [0.00102, 0.00203, 0.05, 0.2, 0.5, 1], 100.0, basis="person"
    )
    assert "means-rounded" in {w.code for w in rounded.warnings}
    assert rounded.fit("lorenz_beta").headcount(50.0) > 0


def test_too_few_groups_for_a_shape() -> None:
    three = GroupedIncome(means=[2.0, 5.0, 9.0], basis="person")
    with pytest.raises(ValueError, match="at least 4 groups"):
        three.fit("gb2")
    with pytest.raises(ValueError, match="at least 4 groups"):
        three.fit("lorenz_gq")
    assert 0 < three.fit("dagum").headcount(3) < 0.5
    found = three.compare([3.0])
    assert {row.method for row in found if row.fit is None} == {"gb2", "lorenz_gq", "lorenz_beta"}
    assert all(row.reason is not None for row in found if row.fit is None)


def test_incomes_that_are_not_positive_are_kept_where_they_can_be() -> None:
    loss = GroupedIncome(means=[-500.0, 9754.1, 13984.2, 19732.4, 36049.4], basis="household")
    with pytest.raises(ValueError, match="not positive"):
        loss.fit("gb2")
    beta = loss.fit("lorenz_beta").headcount(Z)
    assert beta > 0
    with pytest.raises(ValueError, match="no Lorenz curve"):
        loss.fit("lorenz_gq").headcount(Z)
    found = loss.compare([Z])
    assert json.dumps(found.to_dict("en")) and found.best.method == "lorenz_beta"
    low, high = loss.bounds(Z)
    assert 0 < low < high < 1
    nothing = GroupedIncome(means=[0.0, 9754.1, 13984.2, 19732.4, 36049.4], basis="household")
    with pytest.raises(ValueError, match="not positive"):
        nothing.fit("dagum")


def test_no_fit_where_all_have_the_same() -> None:
    same = GroupedIncome(means=[5.0] * 5, basis="person")
    for method in METHODS:
        try:
            rate = same.fit(method).headcount(4.0)
        except ValueError:
            continue
        assert np.isfinite(float(rate)), method


def test_a_rule_ends_where_the_means_end() -> None:
    with pytest.raises(ValueError, match="outside the group means"):
        table().fit("linear_cdf").headcount(4000)
    with pytest.raises(ValueError, match="log measure"):
        GroupedIncome(means=[1000.0, 9000, 14000], basis="person").fit("linear_cdf").watts(2000)


def test_a_line_outside_the_informed_range_is_marked() -> None:
    codes = {w.code for w in table().fit("gb2").headcount(3000).warnings}
    assert "outside-informed-range" in codes
    assert {w.code for w in table().fit("gb2").headcount(Z).warnings} == set()


def test_vintages_and_bases_are_marked() -> None:
    whole = table(population=5e8, population_year=2020)
    codes = {w.code for w in whole.fit("gb2").headcount(Z, year=2020).warnings}
    assert codes == {"mixed-vintages", "household-basis"}
    estimate = whole.fit("gb2").headcount(Z, year=2020)
    assert dict(estimate.years) == {"data": 2019, "line": 2020, "population": 2020}
    assert estimate.basis == "household" and "mixed vintages" in estimate.report("en")
    assert whole.fit("gb2").persons_below(Z) == pytest.approx(5e8 * float(estimate))
    with pytest.raises(ValueError, match="no population"):
        table().fit("gb2").persons_below(Z)


def test_shares_printed_with_one_decimal_are_scaled_and_marked() -> None:
    rounded = table(shares=[0.2, 0.2, 0.2, 0.2, 0.1995])
    assert sum(rounded.shares) == pytest.approx(1, abs=1e-12)
    assert "shares-rounded" in {w.code for w in rounded.warnings}


def test_shares_of_income_without_means() -> None:
    """Deciles are often published as shares of income and a mean."""
    whole = np.array(MEANS)
    one = GroupedIncome(shares=whole / whole.sum(), basis="person", mean=float(whole.mean()))
    assert np.allclose(one.means, MEANS) and one.shares == (0.2,) * 5
    with pytest.raises(ValueError, match="mean="):
        GroupedIncome(shares=whole / whole.sum(), basis="person")
    with pytest.raises(ValueError, match="from poor to rich"):
        GroupedIncome(shares=[0.3, 0.1, 0.6], basis="person", mean=10)


def test_the_person_basis() -> None:
    with pytest.raises(ValueError, match="household sizes are not known"):
        table().to_persons()
    with pytest.raises(ValueError, match="no published mean"):
        table().tilted()
    tilted = table(mean=16020.7).tilted()
    assert tilted.points.mean == pytest.approx(16020.7) and tilted.basis == "person"
    assert np.round(100 * np.array(tilted.shares), 1).tolist() == [22.0, 21.0, 20.0, 19.0, 18.0]
    with pytest.raises(ValueError, match="already"):
        tilted.to_persons()
    with pytest.raises(ValueError, match="too far off"):
        table().tilted(4000)


# ---- numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [*ALLOWED, "lorenz_gq", "pchip", "probit_cdf", "mean_preserving"])
def test_sums_agree_with_the_share_below(method: str) -> None:
    """Poverty gap and squared gap are integrals of the share below a line, by another road."""
    fit = table().fit(method)

    def below(x: float) -> float:
        return float(fit.model.cdf(x)) if method != "lorenz_gq" or x > 0 else 0.0

    gap = quad(below, 0, Z, limit=400, points=[4262.6], epsabs=1e-9)[0] / Z
    squared = 2 * quad(lambda x: (Z - x) * below(x), 0, Z, limit=400, points=[4262.6], epsabs=1e-5)[0] / Z**2
    assert fit.poverty_gap(Z) == pytest.approx(gap, abs=2e-6)
    assert fit.squared_gap(Z) == pytest.approx(squared, abs=2e-6)


@pytest.mark.parametrize("method", [*ALLOWED, *RULES])
def test_quantiles_and_lorenz_curve_agree(method: str) -> None:
    fit = table().fit(method)
    ranks = np.linspace(0.12, 0.88, 9)
    assert np.allclose(fit.model.cdf(fit.quantile(ranks)), ranks, atol=1e-9)
    lorenz = fit.lorenz(np.linspace(0, 1, 101))
    assert lorenz[0] == pytest.approx(0, abs=1e-12) and lorenz[-1] == pytest.approx(1, abs=1e-9)
    assert np.all(np.diff(lorenz, 2) > -1e-9)
    trapezoid = 1 - np.sum((lorenz[1:] + lorenz[:-1]) / 100)
    assert fit.gini() == pytest.approx(trapezoid, abs=1.5e-3)
    assert fit.median() == pytest.approx(float(fit.quantile(0.5)))


@pytest.mark.parametrize("method", ["gb2", "dagum", "singh_maddala", "lognormal"])
def test_logarithmic_measures(method: str) -> None:
    fit = table().fit(method)
    ranks = (np.arange(400_000) + 0.5) / 400_000
    incomes = fit.quantile(ranks)
    assert fit.mld() == pytest.approx(np.log(float(fit.mean())) - np.mean(np.log(incomes)), abs=2e-4)
    poor = incomes[incomes < Z]
    assert fit.watts(Z) == pytest.approx(np.sum(np.log(Z / poor)) / len(ranks), abs=2e-5)


def test_published_sums_carry_the_exact_ones() -> None:
    for method in ("lorenz_gq", "lorenz_beta"):
        fit = table().fit(method)
        ranks = (np.arange(200_000) + 0.5) / 200_000
        slopes = fit.model.quantile(ranks) / float(fit.mean())
        usable = slopes > 0
        assert fit.mld().details["exact"] == pytest.approx(
            -np.mean(np.where(usable, np.log(np.abs(slopes)), 0)), abs=2e-4
        )
    assert table().fit("lorenz_beta").gini() == pytest.approx(
        table().fit("lorenz_beta").gini().details["exact"], abs=2e-5
    )


def test_incomplete_beta_beyond_the_usual() -> None:
    for x, a, b in ((0.3, 1.2, 0.7), (0.45, 2.1, -0.3), (0.2, 0.8, 0.0), (0.9, 1.4, -0.2)):
        direct = quad(lambda t, a=a, b=b: t ** (a - 1) * (1 - t) ** (b - 1), 0, x)[0]
        assert incomplete_beta(x, a, b) == pytest.approx(direct, rel=1e-7)


# ---- invariances ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "criterion"), CANDIDATES)
def test_the_currency_does_not_matter(method: str, criterion: str | None, seed: int) -> None:
    rate = np.random.default_rng(seed).uniform(0.01, 100)
    one, two = (
        table().fit(method, criterion),
        table(means=np.array(MEANS) * rate, median=14389 * rate).fit(method, criterion),
    )
    assert two.headcount(Z * rate) == pytest.approx(float(one.headcount(Z)), abs=2e-6)
    assert two.gini() == pytest.approx(float(one.gini()), abs=2e-6)


@pytest.mark.parametrize("method", METHODS)
def test_more_lie_below_a_higher_line(method: str) -> None:
    fit = table().fit(method)
    lines = np.linspace(4300, 36000, 60)
    rates = fit.headcount(lines)
    assert np.all(np.diff(rates) >= -1e-12) and rates[0] >= 0 and rates[-1] <= 1


def test_random_tables_keep_their_promises(seed: int) -> None:
    """Any fit that meets the group means exactly lies within the sharp bounds; a GB2 comes back from its own means."""
    rng = np.random.default_rng(seed)
    for _ in range(20):
        incomes = np.sort(rng.lognormal(9, rng.uniform(0.3, 0.9), 5000))
        means = incomes.reshape(5, -1).mean(axis=1)
        found = GroupedIncome(means=means, basis="person")
        for z in np.quantile(incomes, [0.05, 0.15, 0.3, 0.6]):
            low, high = found.bounds(z)
            truth = float(np.mean(incomes < z))
            assert float(low) - 1e-9 <= truth <= float(high) + 1e-9
            assert abs(found.fit("lognormal").headcount(z) - truth) < 0.03
        inner = found.fit("mean_preserving")
        assert np.allclose(inner.group_means, means, rtol=1e-9)


def test_gb2_comes_back_from_its_own_group_means() -> None:
    from fangpin.methods.grouped.shapes import BetaShape

    true = BetaShape(3.2, 12000.0, 0.6, 1.4)
    ranks = np.linspace(0, 1, 11)
    means = true.mean * np.diff(true.lorenz(ranks)) / 0.1
    for criterion in ("log_means", "lorenz", "gmm"):
        fit = GroupedIncome(means=means, basis="person").fit("gb2", criterion)
        for z in (4000, 8000, 15000):
            assert fit.headcount(z) == pytest.approx(float(true.cdf(z)), abs=2e-5)
        assert fit.gini() == pytest.approx(true.gini, abs=2e-5)


def test_nothing_but_numbers_or_reasons_comes_out(seed: int) -> None:
    """Odd tables: far apart, all alike, with ties and zeros; a value is finite and in its range, or the refusal says why."""
    rng = np.random.default_rng(seed)
    for _ in range(trials(60)):
        groups = int(rng.integers(2, 20))
        shares = np.maximum(rng.dirichlet(np.full(groups, rng.uniform(0.5, 20))), 1e-4)
        means = [
            np.sort(rng.lognormal(9, rng.uniform(0.01, 2.5), groups)),
            np.sort(rng.uniform(1, 1.001, groups)),
            np.round(np.sort(rng.lognormal(2, 1, groups))),
        ][int(rng.integers(3))]
        if means.sum() == 0:
            continue
        found = GroupedIncome(shares / shares.sum(), means, "person")
        for method in METHODS:
            for measure in ("headcount", "poverty_gap", "watts", "gini"):
                try:
                    fit = found.fit(method)
                    value = float(fit.gini() if measure == "gini" else getattr(fit, measure)(found.points.mean * 0.5))
                except Refused:
                    continue
                assert np.isfinite(value) and value >= -1e-9, (method, measure, value)
                assert measure != "headcount" or value <= 1, (method, value)


def test_unequal_groups_and_merged_groups() -> None:
    shares = [0.1, 0.3, 0.2, 0.25, 0.15]
    one = GroupedIncome(shares, MEANS, "person")
    assert one.fit("linear_cdf").headcount(MEANS[1]) == pytest.approx(0.25)
    points = one.points
    two = GroupedIncome.from_lorenz(points.p, points.lorenz, points.mean, basis="person")
    for method in ("gb2", "lorenz_gq", "lorenz_beta", "mean_preserving"):
        assert two.fit(method).headcount(Z) == pytest.approx(float(one.fit(method).headcount(Z)), abs=1e-7)


def test_a_comparison_is_plain_data() -> None:
    found = table(population=5.0979e8).compare({"40 %": Z, "50 %": 7516.0}, year=2020)
    data = json.loads(json.dumps(found.to_dict("en")))
    assert data["lines"] == {"40 %": Z, "50 %": 7516.0}
    assert {"gb2", "lorenz_gq", "linear_cdf", "lognormal"} <= {m["method"] for m in data["methods"]}
    assert data["accepted_range"][0][0] < data["accepted_range"][0][1]
    assert "mixed-vintages" in {w["code"] for w in data["warnings"]}


def test_a_comparison_prints_in_a_terminal_and_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGPIN_LANG", "en")
    found = table().compare({"40 %": Z})
    assert "40 %: 15.29 % [13.91 %, 15.39 %]" in str(found) and "sharp bounds | 5.82–30.61 % | " in str(found)
    page = found._repr_html_()
    assert page.count("<tr>") == len(found.rows) + 3 and "<th>40 %</th>" in page


def test_a_fit_of_gb2_is_quick() -> None:
    best = min(_seconds() for _ in range(20))
    assert best < 0.03


def _seconds() -> float:
    fresh = table()
    begin = time.perf_counter()
    fresh.fit("gb2").headcount(Z)
    return time.perf_counter() - begin
