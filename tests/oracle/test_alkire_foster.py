"""Alkire–Foster against the printed example, against R mpitbR on the synthetic survey, and against whole numbers."""

from __future__ import annotations

import csv
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from fangpin.methods.multidimensional import AlkireFoster
from measures_help import CASES, case, design, survey

PRINTED = case("b1_alkire_foster_2011_example.json")
INDICATORS = "nutr insur elder labour school skill house durab water net".split()
EQUAL = {f"d_{name}": Fraction(1, 10) for name in INDICATORS}
SIZES = {"nutr": 4, "insur": 4, "elder": 4, "labour": 4, "school": 2, "skill": 2}
NESTED = {f"d_{name}": Fraction(1, 3 * SIZES.get(name, 4)) for name in INDICATORS}
pytestmark = pytest.mark.clause("P1.2")


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_printed_example(k: int) -> None:
    x, z = np.array(PRINTED["X"]), np.array(PRINTED["z"])
    expected = PRINTED["expected"][f"k{k}"]
    measure = AlkireFoster({f"d{i}": Fraction(1, 4) for i in range(4)}, k=Fraction(k, 4))
    found = measure.estimate(x < z, gaps=np.maximum(1 - x / z, 0))
    assert abs(found.headcount - expected["H"]) < 1e-12
    assert abs(found.intensity - expected["A"]) < 1e-12
    assert abs(found.adjusted_headcount - expected["M0"]) < 1e-12
    assert abs(found.adjusted_gap - expected["M1"]) < 1e-12
    assert abs(found.adjusted_squared_gap - expected["M2"]) < 1e-12
    assert [float(e) for e in found.raw_headcount.values()] == PRINTED["uncensored_headcount"]
    assert [float(e) for e in found.censored_headcount.values()] == expected["censored_headcount"]
    assert [float(e) for e in found.contribution.values()] == pytest.approx(expected["contribution_pct"], abs=1e-12)


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def value_of(found: Any, row: dict[str, str]) -> Any:
    single = {"H": "headcount", "A": "intensity", "M0": "adjusted_headcount"}
    several = {"hd": "raw_headcount", "hdk": "censored_headcount", "pctb": "contribution", "actb": "contribution"}
    if row["measure"] in single:
        return getattr(found, single[row["measure"]])
    return getattr(found, several[row["measure"]])[row["indicator"]]


def as_r_stops(share: Any, weight: Any) -> float:
    """A weighted mean as R's svyciprop and svyglm reach it: a logistic fit with nothing but an intercept, which starts
    at (w·y + 1/2)/(w + 1) and ends when the deviance changes by less than 1e-8. Up to 7e-9 off the mean."""
    w = weight / weight.mean()
    at = (w * share + 0.5) / (w + 1)
    line, before = np.log(at / (1 - at)), np.inf
    for _ in range(25):
        with np.errstate(divide="ignore", invalid="ignore"):
            yes, no = share * np.log(share / at), (1 - share) * np.log((1 - share) / (1 - at))
        now = 2 * float((w * (np.where(share > 0, yes, 0) + np.where(share < 1, no, 0))).sum())
        if abs(now - before) / (abs(now) + 0.1) < 1e-8:
            break
        before, slope = now, at * (1 - at)
        centre = ((w * slope) * (line + (share - at) / slope)).sum() / (w * slope).sum()
        line = np.full(len(share), centre)
        at = 1 / (1 + np.exp(-line))
    return float(at[0])


def printed_by_r(found: Any, row: dict[str, str], mine: Any, weight: Any) -> float:
    """The figure of a row of mpitbR, from the records of its group."""
    what, name = row["measure"], row["indicator"]
    share, poor = found._share[mine], found.poor[mine]
    if what in ("H", "M0"):
        return as_r_stops(share if what == "M0" else poor.astype(float), weight[mine])
    if what == "A":
        return as_r_stops(share[poor], weight[mine][poor])
    deprived = found.given[name].astype(float) if what == "hd" else found._censored(name)
    part = as_r_stops(deprived[mine], weight[mine])
    if what in ("hd", "hdk"):
        return part
    part *= float(found.measure.weights[name])
    return part if what == "actb" else part / as_r_stops(share, weight[mine])


@pytest.mark.parametrize(
    ("name", "weights"), [("b2_syn_af_count_expected.csv", EQUAL), ("b3_syn_af_nested_expected.csv", NESTED)]
)
def test_every_figure_of_mpitbr(name: str, weights: dict[str, Fraction]) -> None:
    """R's figure to 1e-13 by R's own iteration; ours, the mean itself, to 1e-10 or as far as that stops early."""
    data, drawn, found = survey(), design(), {}
    county, weight = data["county"].to_numpy(), data["pweight"].to_numpy()
    checked = 0
    for row in rows(name):
        k = Fraction(row["k"]) / 100 if row["k"] != "NA" else Fraction(2, 10)
        if k not in found:
            measure = AlkireFoster(weights, k)
            found[k] = measure.estimate(data, design=drawn), measure.estimate(data, design=drawn, by=data["county"])
        nation, counties = found[k]
        whole = row["loa"] == "nat"
        mine = np.ones(len(county), dtype=bool) if whole else county == int(row["subg"])
        expected = float(row["b"])
        by_r = printed_by_r(nation, row, mine, weight)
        assert by_r == pytest.approx(expected, abs=1e-13), row
        estimate = value_of(nation if whole else counties, row)
        estimate = estimate if whole else estimate[int(row["subg"])]
        value = float(estimate)
        if row["measure"] == "actb":
            value *= float(nation.adjusted_headcount if whole else counties.adjusted_headcount[int(row["subg"])])
        assert value == pytest.approx(expected, abs=2e-8), row
        if row["measure"] in ("H", "M0", "hd", "hdk"):
            assert value == pytest.approx(exact_mean(nation, row, mine, weight), rel=1e-13, abs=1e-15), row
        if row["measure"] != "actb" and row["se"] != "NA" and expected > 1e-6:
            assert estimate.se == pytest.approx(float(row["se"]), rel=1e-6), row
        if row["measure"] != "actb" and row["ll"] != "NA" and whole:
            assert estimate.interval == pytest.approx((float(row["ll"]), float(row["ul"])), rel=1e-6), row
        checked += 1
    assert checked > 500


def exact_mean(found: Any, row: dict[str, str], mine: Any, weight: Any) -> float:
    """The weighted mean itself."""
    one = {"H": found.poor, "M0": found._share}.get(row["measure"])
    if one is None:
        one = found.given[row["indicator"]] if row["measure"] == "hd" else found._censored(row["indicator"])
    return float(np.average(one[mine], weights=weight[mine]))


@pytest.mark.parametrize("scheme", case("b5_cutoff_boundary_exactness.json"), ids=lambda s: s["scheme"])
def test_every_pattern_at_every_cutoff(scheme: dict[str, Any]) -> None:
    units, size = scheme["weights_num"], scheme["den"]
    weights = {f"i{j}": Fraction(unit, size) for j, unit in enumerate(units)}
    patterns = np.array(list(product([0, 1], repeat=len(units))))
    for cutoff, expected in scheme["poor_patterns_exact"].items():
        over, under = map(int, cutoff.split("/"))
        found = AlkireFoster(weights, Fraction(over, under)).estimate(patterns)
        assert int(found.poor.sum()) == expected
