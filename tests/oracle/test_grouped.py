"""Head counts from grouped data against published and separately computed figures (tests/cases/grouped/README.md)."""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from fangpin.methods.grouped import Fit, GroupedIncome
from helpers import ROOT

CASES = ROOT / "tests" / "cases" / "grouped"
PERSONS = 50979  # rural population of the paper, 万
MEANS = {2019: (4262.6, 9754.1, 13984.2, 19732.4, 36049.4), 2020: (4681.5, 10391.6, 14711.7, 20884.5, 38520.3)}


def load(name: str) -> Any:
    return json.loads((CASES / name).read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def off(found: Any, expected: Any) -> float:
    return float(np.max(np.abs(np.asarray(found, dtype=float) - np.asarray(expected, dtype=float))))


# ---- a1, a3: Datt's curves -----------------------------------------------------------------------------------


def test_rural_india_1983_as_datt_printed_it() -> None:
    case = load("a1_datt_rural_india_1983.json")
    table = GroupedIncome.from_lorenz(case["P"], case["L"], case["mean"], basis="person")
    for method, key, tolerance in (("lorenz_gq", "gq", 1e-6), ("lorenz_beta", "beta", 2e-5)):
        fit, want, z = table.fit(method), case[key], case["z"]
        assert fit.gini() == pytest.approx(want["gini"], abs=tolerance)
        assert fit.headcount(z) == pytest.approx(want["headcount"], abs=tolerance)
        assert fit.poverty_gap(z) == pytest.approx(want["poverty_gap"], abs=tolerance)
        assert fit.squared_gap(z) == pytest.approx(want["poverty_severity"], abs=tolerance)
        assert fit.median() == pytest.approx(want["median"], rel=1e-6)
        for name, value in fit.parameters.items():
            assert value == pytest.approx(want[name], abs=1e-9)


@pytest.mark.parametrize("name", ["gd_ex1", "gd_ex2", "gd_ex3"])
def test_vectors_with_the_world_banks_selection(name: str) -> None:
    case = load("a3_wbpip_unit_cases.json")[name]
    table = GroupedIncome.from_lorenz(case["P"], case["L"], case["mean"], basis="person")
    fit = table.select_lorenz()
    assert fit.gini() == pytest.approx(case["gini"], rel=1.5e-6)
    if "median" in case:
        assert fit.median() == pytest.approx(case["median"], rel=1.5e-6)
    if "mld" in case:
        assert fit.mld() == pytest.approx(case["mld"], rel=1.5e-6)
        assert fit.mld().details["exact"] < fit.mld()
    if "povline" in case:
        poor = table.select_lorenz(case["povline"])
        assert poor.headcount(case["povline"]) == pytest.approx(case["headcount"], rel=1.5e-6)
        assert poor.poverty_gap(case["povline"]) == pytest.approx(case["poverty_gap"], rel=1.5e-6)
        assert poor.squared_gap(case["povline"]) == pytest.approx(case["poverty_severity"], rel=1.5e-6)


# ---- a2: PovcalNet's own reports -----------------------------------------------------------------------------

REPORTS: list[dict[str, Any]] = load("a2_povcalnet_grouped.json")
TOLERANCES = {  # per cent points, but the median (relative), the mean log deviation and Watts (absolute)
    "lorenz_gq": {"H": 1e-3, "PG": 1.5e-4, "FGT2": 1.5e-4, "gini": 5.1e-5, "median": 5e-6, "mld": 6e-7, "watts": 7e-3},
    "lorenz_beta": {"H": 6e-3, "PG": 5e-3, "FGT2": 5e-3, "gini": 2e-4, "median": 5e-6, "mld": 6e-7, "watts": 7e-3},
}


@pytest.mark.parametrize("report", REPORTS, ids=[str(report["id"]) for report in REPORTS])
def test_a_report_of_povcalnet(report: dict[str, Any]) -> None:
    table = GroupedIncome.from_lorenz(report["P"], report["L"], report["gq"]["mean"], basis="person")
    for method, key in (("lorenz_gq", "gq"), ("lorenz_beta", "beta")):
        fit, want, allowed = table.fit(method), report[key], TOLERANCES[method]
        assert fit.valid == (want["valid"] == "Valid")
        if not fit.valid:
            assert not fit.accepted or any(w.code == "negative-bottom" for w in fit.warnings)
            continue
        z = want["poverty_line"]
        pairs = {
            "H": (100 * fit.headcount(z), want["headcount_pct"]),
            "PG": (100 * fit.poverty_gap(z), want["pg_pct"]),
            "FGT2": (100 * fit.squared_gap(z), want["fgt2_pct"]),
            "gini": (100 * fit.gini(), want["gini_pct"]),
            "median": (fit.median() / want["median"], 1),
            "mld": (fit.mld(), want["mld"]),
        }
        if want["watts"] is None:  # most of the poor would have negative incomes
            with pytest.raises(ValueError, match="log measure"):
                fit.watts(z)
        else:
            pairs["watts"] = (fit.watts(z), want["watts"])
        for name, (found, expected) in pairs.items():
            assert abs(found - expected) <= allowed[name], (method, name, float(found), expected)
        deciles = 100 * np.diff(fit.lorenz(np.linspace(0, 1, 11)))
        assert off(deciles, want["deciles_pct"]) < 8e-5


def test_the_curve_that_povcalnet_chose() -> None:
    agreed = total = 0
    for report in REPORTS:
        said = report["selected_distribution"]
        if not said.startswith(("GQ", "Beta")):
            continue
        table = GroupedIncome.from_lorenz(report["P"], report["L"], report["gq"]["mean"], basis="person")
        total += 1
        agreed += table.select_lorenz().method == ("lorenz_gq" if said.startswith("GQ") else "lorenz_beta")
    assert total > 80 and agreed == total


# ---- a4: deciles in, PIP's head counts out --------------------------------------------------------------------


@cache
def urban_errors(method: str) -> dict[str, float]:
    """Mean absolute error in per cent points at each of PIP's lines."""
    found: dict[str, list[float]] = {}
    for row in rows("a4_pip_china_urban_1981_2019.csv"):
        shares = np.array([float(row[f"decile{i}_share"]) for i in range(1, 11)])
        means = shares / shares.sum() * 10 * float(row["mean"])
        fit = GroupedIncome(means=means, basis="person", year=int(row["Year"])).fit(method)
        for line in (100, 215, 365, 685, 1000, 2000, 2435, 3000, 4000):
            error = 100 * fit.headcount(line / 100) - float(row[f"headcount_ratio_{line}"])
            found.setdefault(str(line), []).append(abs(error))
        for share in (40, 50, 60):
            error = 100 * fit.headcount(float(row[f"median_{share}"])) - float(row[f"headcount_ratio_{share}_median"])
            found.setdefault(f"{share} %", []).append(abs(error))
    return {line: float(np.mean(errors)) for line, errors in found.items()}


def test_urban_china_from_deciles() -> None:
    errors = urban_errors("gb2")
    fixed = [error for line, error in errors.items() if "%" not in line]
    assert max(fixed) < 0.5 and min(fixed) < 0.09, errors
    assert max(errors.values()) < 0.6, errors
    assert max(urban_errors("lorenz_gq").values()) < 0.65


# ---- e: Table 1 ----------------------------------------------------------------------------------------------


@pytest.mark.clause("P1.1")
def test_table_1_is_a_straight_line_through_two_quintile_means() -> None:
    case = load("e1_seed_table1.json")
    table = GroupedIncome(means=case["quintile_means_2019"], basis="household", year=2019)
    fit = table.fit("linear_cdf")
    for share, want in case["reproduced"].items():
        z = int(share) / 100 * case["seed_median"]
        assert fit.headcount(z) * case["rural_population_wan"] == pytest.approx(want, abs=0.01)
        assert "mixed-vintages" in {w.code for w in fit.headcount(z, year=2020).warnings}


METHODS: dict[str, tuple[str, str | None]] = {
    "linear CDF, group midpoints (= the seed)": ("linear_cdf", None),
    "PCHIP CDF, midpoints": ("pchip", None),
    "log-linear CDF, midpoints": ("loglinear_cdf", None),
    "probit-log (piecewise log-normal) CDF, midpoints": ("probit_cdf", None),
    "mean-preserving piecewise-linear quantile": ("mean_preserving", None),
    "lognormal Lorenz LS (EWMD)": ("lognormal", "lorenz"),
    "lognormal GMM (OMD)": ("lognormal", "gmm"),
    "Singh-Maddala Lorenz LS (EWMD)": ("singh_maddala", "lorenz"),
    "Singh-Maddala GMM (OMD)": ("singh_maddala", "gmm"),
    "Dagum Lorenz LS (EWMD)": ("dagum", "lorenz"),
    "Dagum GMM (OMD)": ("dagum", "gmm"),
    "GB2 Lorenz LS (EWMD)": ("gb2", "lorenz"),
    "GB2 GMM (OMD)": ("gb2", "gmm"),
    "lognormal LS on log group means": ("lognormal", "log_means"),
    "lognormal, probit regression of ln group mean": ("lognormal", "probit"),
    "lognormal from official mean+median": ("lognormal", "mean_median"),
    "lognormal, official median + sigma from Lorenz": ("lognormal", "median_lorenz"),
    "GB2 LS on log group means": ("gb2", "log_means"),
    "GB2 LS log means + official median": ("gb2", "log_means_median"),
    "Dagum LS log means + official median": ("dagum", "log_means_median"),
    "Lorenz GQ (World Bank)": ("lorenz_gq", None),
    "Lorenz Beta (World Bank)": ("lorenz_beta", None),
}
MEDIANS = {"A": (2019, 15032, 14389), "B": (2019, 14389, 14389), "C": (2020, 15204, 15204)}
OFFICIAL_MEANS = {2019: 16020.7, 2020: 17131.5}


def published(year: int, tilted: bool = False) -> GroupedIncome:
    median = {2019: 14389, 2020: 15204}[year]
    table = GroupedIncome(means=MEANS[year], basis="household", mean=OFFICIAL_MEANS[year], median=median, year=year)
    return table.tilted() if tilted else table


@pytest.mark.parametrize("row", rows("e2_table1_sensitivity.csv"), ids=lambda r: f"{r['scenario'][:2]} {r['method']}")
def test_table_1_by_other_methods(row: dict[str, str]) -> None:
    scenario = row["scenario"]
    year, median, _ = MEDIANS[scenario[0]]
    table = published(year, tilted=scenario[1] == "'")
    want = [float(row[f"N{share}"]) for share in (40, 45, 50)]
    lines = [share * median for share in (0.40, 0.45, 0.50)]
    if row["method"].startswith("sharp"):
        side = 0 if "lower" in row["method"] else 1
        assert off([table.bounds(z)[side] * PERSONS for z in lines], want) <= 1
        return
    method, criterion = METHODS[row["method"]]
    tolerance = 5 if criterion else 1
    assert off([table.fit(method, criterion).headcount(z) * PERSONS for z in lines], want) <= tolerance


def test_quintiles_are_of_households() -> None:
    case = load("e4_household_quintiles_fujian2002.json")
    table = GroupedIncome(
        means=case["per_capita_net_income"],
        basis="household",
        household_sizes=case["household_size"],
        mean=case["published_mean"],
        year=2002,
    )
    persons, want = table.to_persons(), case["expected"]
    assert table.points.mean == pytest.approx(want["simple_mean"])
    assert persons.points.mean == pytest.approx(want["person_weighted_mean"])
    assert off(persons.shares, want["person_shares"]) < 1e-12
    assert "mean-differs" in {w.code for w in table.warnings}
    assert "mean-differs" not in {w.code for w in persons.warnings}


@pytest.mark.parametrize(
    "row", rows("e5_self_consistent_lines.csv"), ids=lambda r: f"{r['year']} {r['method']} {r['tilt']}"
)
def test_lines_of_the_curves_own_median(row: dict[str, str]) -> None:
    names = {"GQ": "lorenz_gq", "Beta": "lorenz_beta", "GB2": "gb2", "LN": "lognormal"}
    fit = published(int(row["year"]), tilted=row["tilt"] == "1").fit(names[row["method"]])
    assert fit.median() == pytest.approx(float(row["own_median"]), abs=1)
    for share in (40, 45, 50):
        rate = fit.headcount(share / 100 * float(fit.median()))
        assert rate * PERSONS == pytest.approx(float(row[f"N{share}"]), abs=2)


# ---- the range -----------------------------------------------------------------------------------------------


def in_wan(ends: tuple[float, float] | None) -> tuple[float, float]:
    assert ends is not None
    return round(ends[0] * PERSONS), round(ends[1] * PERSONS)


@pytest.mark.clause("P1.1")
def test_the_accepted_range_of_2020() -> None:
    lines = [share * 15204 for share in (0.40, 0.45, 0.50)]
    equal = published(2020).compare(lines, year=2020)
    assert [in_wan(r) for r in equal.ranges] == [(6372, 7054), (7783, 8447), (9310, 9917)]
    persons = published(2020, tilted=True).compare(lines, year=2020)
    assert [in_wan(r) for r in persons.ranges] == [(7010, 7685), (8537, 9175), (10174, 10742)]
    accepted = {row.method for row in equal if row.accepted}
    assert accepted == {"gb2", "dagum", "lorenz_gq", "lorenz_beta"}
    for estimate, ends, bounds in zip(equal.estimates, equal.ranges, equal.bounds, strict=True):
        assert estimate.interval == ends and estimate.interval_kind == "range"
        assert bounds[0] < estimate.interval[0] <= estimate.value <= estimate.interval[1] < bounds[1]


def test_a_fit_says_how_far_it_is_from_the_table() -> None:
    fits: list[Fit] = [published(2019).fit(name) for name in ("gb2", "lognormal")]
    assert off(fits[0].group_means, (4274, 9636, 14203, 19601, 36068)) < 1
    assert off(fits[1].group_means, (5317, 9270, 13321, 19206, 36668)) < 1
    assert fits[0].accepted and not fits[1].accepted
    assert "fit-rejected" in {w.code for w in fits[1].headcount(6000).warnings}


@pytest.mark.parametrize("name", ["PAN_3_1979", "CAF_3_1992.43", "NGA_3_1985.25", "ZAF_3_2000.75"])
def test_a_table_at_the_limit_of_the_family_takes_few_evaluations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fit climbs along a ridge; stopping there costs less than 1e-4 of the head count."""
    from fangpin.methods.grouped import criteria

    case = next(r for r in REPORTS if r["id"] == name)
    lines, taken = np.array([0.2, 0.35, 0.5, 0.8, 1.2]) * case["gq"]["mean"], []
    search = criteria.least_squares

    def counted(*given: Any, **more: Any) -> Any:
        found = search(*given, **more)
        taken.append(found.nfev)
        return found

    monkeypatch.setattr(criteria, "least_squares", counted)
    heads = []
    for steps in (criteria._FAR, 300):
        monkeypatch.setattr(criteria, "_FAR", steps)
        table = GroupedIncome.from_lorenz(case["P"], case["L"], case["gq"]["mean"], basis="person")
        heads.append(table.fit("gb2").headcount(lines))
        if len(heads) == 1:
            assert sum(taken) <= 180
    assert off(*heads) < 1e-4
