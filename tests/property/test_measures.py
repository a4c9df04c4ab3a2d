"""What no measure may depend on, how it may move, and that its influence values are its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fangpin.methods import inequality, poverty
from fangpin.methods.survey import Design
from helpers import trials

Measure = Callable[..., Any]
LINE = 3000.0
POVERTY: dict[str, Measure] = {
    "headcount": poverty.headcount_ratio,
    "gap": poverty.poverty_gap_index,
    "squared": poverty.squared_poverty_gap,
    "fgt1.5": lambda y, line=LINE, **k: poverty.fgt(y, line, alpha=1.5, **k),
    "watts": poverty.watts,
    "sen": poverty.sen,
    "sst": poverty.sst,
}
INEQUALITY: dict[str, Measure] = {
    "gini": inequality.gini,
    "theil": inequality.theil_t,
    "mld": inequality.mld,
    "ge2": lambda y, **k: inequality.generalized_entropy(y, alpha=2, **k),
    "ge-1": lambda y, **k: inequality.generalized_entropy(y, alpha=-1, **k),
    "atkinson.5": lambda y, **k: inequality.atkinson(y, epsilon=0.5, **k),
    "atkinson1": lambda y, **k: inequality.atkinson(y, epsilon=1, **k),
    "hoover": inequality.hoover,
    "s80s20": inequality.s80_s20,
    "palma": inequality.palma,
    "lorenz.3": lambda y, **k: inequality.lorenz(y, p=0.3, **k),
    "arpr": lambda y, **k: poverty.at_risk_of_poverty(y, share=0.5, **k),
    "rmpg": lambda y, **k: poverty.relative_median_gap(y, share=0.6, **k),
    "sst.5": lambda y, **k: poverty.sst(y, share=0.5, **k),
}
ALL: dict[str, Measure] = {
    **{k: (lambda y, f=f, **o: f(y, line=LINE, **o)) for k, f in POVERTY.items()},
    **INEQUALITY,
    "median": inequality.quantile,
}
pytestmark = pytest.mark.clause("P1.1")


def drawn(seed: int, size: int = 60) -> tuple[Any, Any]:
    """Incomes with ties and whole-number weights."""
    rng = np.random.default_rng(seed)
    return np.round(rng.lognormal(8.2, 0.8, size), -2) + 100, rng.integers(1, 6, size).astype(float)


def close(a: Any, b: Any) -> bool:
    return bool(float(a) == pytest.approx(float(b), rel=1e-11, abs=1e-12))


@pytest.mark.parametrize("name", ALL)
def test_scale_of_weights_order_replication_and_splitting_do_not_matter(name: str, seed: int) -> None:
    f = ALL[name]
    for trial in range(trials(30)):
        y, w = drawn(seed + trial)
        value = f(y, weights=w)
        assert close(value, f(y, weights=w * 0.37))
        turn = np.random.default_rng(seed + trial).permutation(len(y))
        assert close(value, f(y[turn], weights=w[turn]))
        assert close(value, f(np.tile(y, 3), weights=np.tile(w, 3)))
        assert close(value, f(np.repeat(y, w.astype(int))))
        part = np.random.default_rng(trial).uniform(0.1, 0.9, len(y))
        assert close(value, f(np.r_[y, y], weights=np.r_[w * part, w * (1 - part)]))
        assert close(value, f(np.r_[y, 1.0, 9e9], weights=np.r_[w, 0.0, 0.0]))


@pytest.mark.parametrize("name", INEQUALITY)
def test_scale_of_money_does_not_matter(name: str, seed: int) -> None:
    y, w = drawn(seed)
    assert close(INEQUALITY[name](y, weights=w), INEQUALITY[name](y * 7.25, weights=w))


@pytest.mark.parametrize("name", POVERTY)
def test_poverty_scales_with_its_line_and_rises_with_it(name: str, seed: int) -> None:
    f = POVERTY[name]
    for trial in range(trials(30)):
        y, w = drawn(seed + trial)
        assert close(f(y, line=LINE, weights=w), f(y * 7.25, line=LINE * 7.25, weights=w))
        found = [float(f(y, line=z, weights=w)) for z in np.linspace(500, 9000, 18)]
        assert all(a <= b + 1e-12 for a, b in zip(found, found[1:], strict=False))


@pytest.mark.parametrize("name", POVERTY)
def test_an_income_at_the_line_is_not_below_it(name: str) -> None:
    f = POVERTY[name]
    assert f([LINE, LINE, 9000.0], line=LINE) == 0
    assert f([np.nextafter(LINE, 0), LINE, 9000.0], line=LINE) > 0


@pytest.mark.parametrize(
    "name", [k for k in ALL if k not in ("median", "s80s20", "palma", "arpr", "rmpg", "sst.5", "hoover")]
)
def test_influence_is_the_derivative_in_a_weight(name: str, seed: int) -> None:
    """Each record alone in its stratum but one: the error of w·ψ is read off through a design of two units."""
    y, w = drawn(seed)
    rng = np.random.default_rng(seed)
    y, w = y + rng.uniform(0, 1, len(y)), w + rng.uniform(0, 1, len(y))  # away from ties and exact shares
    step = 1e-6
    for i in rng.choice(len(y), 5, replace=False):
        up, down = w.copy(), w.copy()
        up[i] += step
        down[i] -= step
        slope = (float(ALL[name](y, weights=up)) - float(ALL[name](y, weights=down))) / (2 * step)
        # with unit i against all others, and Σ wψ = 0, the standard error is |w_i ψ_i| · sqrt(2·2)
        design = Design(weights=w, psu=np.arange(len(y)) == i, basis="person")
        assert ALL[name](y, design=design).se / 2 == pytest.approx(abs(w[i] * slope), rel=2e-4, abs=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_groups_are_measured_as_if_alone(name: str, seed: int) -> None:
    y, w = drawn(seed, 240)
    rng = np.random.default_rng(seed)
    group, village = rng.integers(0, 4, 240), np.arange(240) % 40
    whole = ALL[name](y, design=Design(weights=w, psu=village, basis="person"), by=group)
    for g in range(4):
        mine = group == g
        alone = ALL[name](y[mine], weights=w[mine])
        assert close(whole[g], alone)
        # the error of a group: all others weigh nothing, and every village stays in the design
        domain = ALL[name](y, design=Design(weights=w * mine, psu=village, basis="person"))
        assert whole[g].se == pytest.approx(domain.se, rel=1e-9)
        assert whole[g].interval == pytest.approx(domain.interval, rel=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_errors_do_not_depend_on_the_order_and_halve_with_four_times_the_sample(name: str, seed: int) -> None:
    if name in ("arpr", "rmpg", "s80s20", "palma", "median", "sst.5"):
        return  # their density is smoothed less in a larger population
    y, w = drawn(seed)
    one = ALL[name](y, design=Design(weights=w, basis="person"))
    turn = np.random.default_rng(seed).permutation(len(y))
    assert one.se == pytest.approx(ALL[name](y[turn], design=Design(weights=w[turn], basis="person")).se, rel=1e-9)
    four = ALL[name](np.tile(y, 4), design=Design(weights=np.tile(w, 4), basis="person"))
    assert four.se == pytest.approx(one.se / 2 * np.sqrt((4 * 59) / (4 * 60 - 1)), rel=1e-9)
