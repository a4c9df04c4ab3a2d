"""Poverty and inequality against printed figures and against R laeken and convey on the same survey."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from fangpin.methods import inequality, poverty
from measures_help import case, design, survey

LINE = 6000
HANDBOOK = case("c1_handbook_vectors.json")
LAEKEN = case("c2_syn_expected.json")["laeken"]
CONVEY = case("c2_syn_expected.json")["convey"]
DECOMPOSED = case("c2_syn_decomp_expected.json")
pytestmark = pytest.mark.clause("P1.1")


def same(estimate: Any, expected: dict[str, float], point: float = 1e-10, error: float | None = 1e-8) -> None:
    assert estimate.value == pytest.approx(expected["est"], rel=point, abs=point)
    if error is not None:
        assert estimate.se == pytest.approx(expected["se"], rel=error)


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_fgt_of_the_handbook(name: str) -> None:
    for alpha in (0, 1, 2):
        found = poverty.fgt(HANDBOOK["poverty"][name], line=125, alpha=alpha)
        assert abs(found - HANDBOOK["poverty"]["expected"][name][f"P{alpha}"]) < 1e-9


@pytest.mark.parametrize("name", ["watts", "sen", "sst"])
def test_other_indices_of_the_handbook(name: str) -> None:
    found = getattr(poverty, name)(HANDBOOK["poverty"]["C"], line=125)
    assert abs(found - HANDBOOK["poverty"]["expected"]["C"][name]) < 1e-9


def test_inequality_of_the_handbook() -> None:
    x, expected = HANDBOOK["inequality"]["x"], HANDBOOK["inequality"]["expected"]
    assert abs(inequality.gini(x) - expected["gini"]) < 1e-9
    assert abs(inequality.theil_t(x) - expected["theil_T"]) < 1e-9
    assert abs(inequality.mld(x) - expected["mld"]) < 1e-9
    assert abs(inequality.hoover(x) - expected["hoover"]) < 1e-9
    assert abs(inequality.generalized_entropy(x, alpha=2) - expected["ge"]["2"]) < 1e-7
    for epsilon, value in expected["atkinson"].items():
        assert abs(inequality.atkinson(x, epsilon=float(epsilon)) - value) < 1e-9


@pytest.mark.parametrize("alpha", [0, 1, 2])
def test_fgt_and_its_error_as_in_convey(alpha: int) -> None:
    income = survey()["income"]
    same(poverty.fgt(income, line=LINE, design=design(), alpha=alpha), CONVEY[f"fgt{alpha}_abs"])
    for share in (40, 50, 60):
        same(poverty.fgt(income, share=share / 100, design=design(), alpha=alpha), CONVEY[f"fgt{alpha}_relq{share}"])
    same(poverty.fgt(income, share=0.5, of="mean", design=design(), alpha=alpha), CONVEY[f"fgt{alpha}_relm50"])


@pytest.mark.parametrize("share", [40, 45, 50, 60])
def test_relative_poverty_and_its_error_as_in_convey(share: int) -> None:
    income = survey()["income"]
    same(poverty.relative_line(income, share=share / 100, design=design()), CONVEY[f"arpt{share}"])
    same(poverty.at_risk_of_poverty(income, share=share / 100, design=design()), CONVEY[f"arpr{share}"])
    same(poverty.relative_median_gap(income, share=share / 100, design=design()), CONVEY[f"rmpg{share}"])


def test_relative_poverty_as_in_laeken() -> None:
    rows = survey()
    for share in (40, 45, 50, 60, 70):
        found = poverty.at_risk_of_poverty(rows["income"], share=share / 100, weights=rows["pweight"])
        assert abs(found * 100 - LAEKEN[f"arpr{share}"]) < 1e-8
    assert (
        abs(poverty.relative_median_gap(rows["income"], share=0.6, weights=rows["pweight"]) * 100 - LAEKEN["rmpg60"])
        < 1e-8
    )


def test_gini_quantiles_and_shares_as_in_laeken() -> None:
    income, weights = survey()["income"], survey()["pweight"]
    assert abs(inequality.gini(income, weights) * 100 - LAEKEN["gini"]) < 1e-8
    assert abs(inequality.s80_s20(income, weights) - LAEKEN["qsr"]) < 1e-10
    found = inequality.quantile(income, weights, q=[0.1, 0.25, 0.5, 0.75, 0.9])
    assert found.value.tolist() == LAEKEN["quantiles_10_25_50_75_90"]


def test_inequality_and_its_error_as_in_convey() -> None:
    income = survey()["income"]
    same(inequality.s80_s20(income, design=design()), CONVEY["qsr"])
    # convey's own Gini is not free of the scale of weights; its error is of that Gini
    assert inequality.gini(income, design=design()).se == pytest.approx(CONVEY["gini"]["se"], rel=5e-4)
    curve = inequality.lorenz(income, design=design())
    for p, share, error in zip(*(CONVEY["lorenz"][k] for k in ("p", "L", "se")), strict=True):
        assert abs(curve[p] - share) < 1e-10
        assert curve[p].se == pytest.approx(error, rel=4e-3, abs=1e-12)


def test_log_measures_among_positive_incomes_as_in_convey() -> None:
    rows = survey().filter(pl.col("income") > 0)
    assert len(rows) == CONVEY["n_pos"]
    income, drawn = rows["income"], design(rows)
    for alpha in (0, 1, 2):
        same(inequality.generalized_entropy(income, design=drawn, alpha=alpha), CONVEY[f"gei{alpha}_pos"])
    for epsilon in ("0.5", "1", "2"):
        same(inequality.atkinson(income, design=drawn, epsilon=float(epsilon)), CONVEY[f"atk{epsilon}_pos"])
    same(poverty.watts(income, line=LINE, design=drawn), CONVEY["watts_abs_pos"])


def test_by_county_as_in_convey() -> None:
    rows = survey()
    for alpha in (0, 1):
        found = poverty.fgt(rows["income"], line=LINE, design=design(), alpha=alpha, by=rows["county"])
        expected = DECOMPOSED[f"fgt{alpha}_by_county"]
        for i, county in enumerate(expected["county"]):
            same(found[county], {"est": expected["est"][i], "se": expected["se"][i]})
    lines = poverty.relative_line(rows["income"], share=0.5, design=design(), by=rows["county"])
    expected = DECOMPOSED["arpt50_by_county"]
    for i, county in enumerate(expected["county"]):
        same(lines[county], {"est": expected["est"][i], "se": expected["se"][i]})
