"""Decompositions: the printed ones, R convey's within and between, and that parts add up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fangpin.methods import decompose, poverty
from fangpin.methods.grouped import GroupedIncome
from measures_help import case, design, survey

pytestmark = pytest.mark.clause("P1.1")


@pytest.mark.parametrize("measure", ["theil_t", "mld"])
def test_within_and_between_as_in_convey(measure: str) -> None:
    rows = survey().filter(pl.col("income") > 0)
    expected = case("c2_syn_decomp_expected.json")["theilT" if measure == "theil_t" else "MLD"]
    found = decompose.subgroup(rows["income"], rows["county"], measure, design=design(rows))  # type: ignore[arg-type]
    assert found.between is not None
    for estimate, value, error in zip(
        (found.total, found.within, found.between), expected["est"], expected["se"], strict=True
    ):
        assert abs(estimate - value) < 1e-10
        assert estimate.se == pytest.approx(error, rel=1e-6)
    assert sum(found.contribution.values()) == pytest.approx(found.within.value)
    assert found.within + found.between.value == pytest.approx(found.total.value)


def test_theil_of_the_methods_page() -> None:
    y, group = [1, 2, 3, 4, 5, 5], [1, 1, 1, 2, 2, 2]
    theil = decompose.subgroup(y, group, "theil_t")
    assert theil.between is not None
    assert [round(float(e), 6) for e in (theil.total, theil.between, theil.within)] == [0.112112, 0.082283, 0.029829]
    assert round(float(decompose.subgroup(y, group, "mld").total), 6) == 0.137818


def test_poverty_of_groups_adds_up() -> None:
    rows = survey()
    for alpha in (0, 1, 2):
        found = decompose.subgroup(rows["income"], rows["county"], line=6000, alpha=alpha, design=design())
        assert sum(found.contribution.values()) == pytest.approx(found.total.value, abs=1e-12)
        assert found.between is None and sum(found.share.values()) == pytest.approx(1)


@pytest.mark.parametrize("measure", ["headcount", "poverty_gap", "squared_gap"])
@pytest.mark.parametrize("method", ["datt_ravallion", "shapley"])
def test_growth_and_redistribution_add_up(measure: str, method: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, after = rng.lognormal(8.4, 0.7, 500), rng.lognormal(8.7, 0.8, 600)
    found = decompose.growth_redistribution(before, after, 4000, measure, method)  # type: ignore[arg-type]
    parts = found.growth + found.redistribution.value + found.residual.value
    assert parts == pytest.approx(found.total.value, abs=1e-12)
    back = decompose.growth_redistribution(after, before, 4000, measure, method)  # type: ignore[arg-type]
    if method == "shapley":
        assert found.residual == 0 and back.growth == pytest.approx(-found.growth.value)
    grown = poverty.poverty_gap_index(before * after.mean() / before.mean(), line=4000)
    if (measure, method) == ("poverty_gap", "datt_ravallion"):
        assert found.growth == pytest.approx(grown.value - found.before.value)


def test_growth_alone_and_movement_alone() -> None:
    y = np.array([100.0, 200.0, 400.0, 900.0])
    only = decompose.growth_redistribution(y, 1.5 * y, 250, "poverty_gap")
    assert only.redistribution == pytest.approx(0) and only.growth == pytest.approx(only.total.value)
    turned = decompose.growth_redistribution(
        y, y[::-1] * 0 + np.array([300.0, 300.0, 400.0, 600.0]), 250, "poverty_gap"
    )
    assert turned.growth == pytest.approx(0) and turned.redistribution == pytest.approx(turned.total.value)


class Fit:
    """What a fit gives, from the printed figures: the measure at the four lines that are asked."""

    def __init__(self, mean: float, own: float, other: float, z: float, basis: str = "person") -> None:
        self.mean, self._values, self.basis, self._z = mean, (own, other), basis, z

    def headcount(self, z: float) -> float:
        return self._values[0] if z == pytest.approx(self._z) else self._values[1]

    poverty_gap = squared_gap = headcount


@pytest.mark.parametrize("measure", [0, 1, 2])
def test_rural_china_1990_to_1999(measure: int) -> None:
    d = case("d1_growth_redistribution.json")[0]
    before = Fit(d["mean1"], d["P1"][measure], d["P_mu2_L1"][measure], d["z"])
    after = Fit(d["mean2"], d["P2"][measure], d["P_mu1_L2"][measure], d["z"])
    name = ("headcount", "poverty_gap", "squared_gap")[measure]
    found = decompose.growth_redistribution(before, after, d["z"], name)  # type: ignore[arg-type]
    assert abs(found.growth - d["growth_base_initial"][measure]) < 1e-6
    assert abs(found.redistribution - d["redistribution_base_initial"][measure]) < 1e-6
    assert abs(found.residual - d["residual_base_initial"][measure]) < 1e-6
    shapley = decompose.growth_redistribution(before, after, d["z"], name, "shapley")  # type: ignore[arg-type]
    assert abs(shapley.growth - d["growth_shapley"][measure]) < 1e-6
    assert abs(shapley.redistribution - d["redistribution_shapley"][measure]) < 1e-6


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: decompose.growth_redistribution([1, 2], [1, 2], 0), "above zero"),
        (lambda: decompose.growth_redistribution([-1, -2], [1, 2], 1), "mean not above zero"),
        (lambda: decompose.growth_redistribution([1], [2], 1, "gini"), "no such value"),  # type: ignore[arg-type]
        (lambda: decompose.growth_redistribution([1], [2], 1, method="x"), "no such value"),  # type: ignore[arg-type]
        (lambda: decompose.growth_redistribution(Fit(1, 0, 0, 1), Fit(2, 0, 0, 1, "household"), 1), "households"),
        (lambda: decompose.subgroup([1, 2], [1, 2], "gini"), "no such value"),  # type: ignore[arg-type]
        (lambda: decompose.subgroup([0, 2], [1, 2], "mld"), "1 records have incomes"),
    ],
)
def test_what_cannot_be_decomposed_says_why(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=words):
        call()


def test_fits_of_published_tables_go_in() -> None:
    shares, before, after = [0.2] * 5, [3000, 6000, 9000, 13000, 24000], [4200, 9700, 14000, 19700, 36000]
    one = GroupedIncome(shares=shares, means=before, basis="household", year=2013).fit("gb2")
    two = GroupedIncome(shares=shares, means=after, basis="household", year=2019).fit("gb2")
    for measure in ("headcount", "poverty_gap", "squared_gap"):
        found = decompose.growth_redistribution(one, two, 5000, measure)  # type: ignore[arg-type]
        parts = found.growth + found.redistribution.value + found.residual.value
        assert parts == pytest.approx(found.total.value, abs=1e-12) and found.growth < 0
        assert found.total.basis == "household" and found.total.years["data"] == 2019
    persons = GroupedIncome(shares=shares, means=after, basis="person", year=2019).fit("gb2")
    with pytest.raises(ValueError, match="households"):
        decompose.growth_redistribution(one, persons, 5000)
