"""The teaching survey was drawn from a census that the same package carries: do our intervals hold the census value?

The survey: seven strata (region, urban or rural), 33 of 133 enumeration areas drawn by size without replacement, 25
households in each. Redrawn the same way, intervals that know the shares drawn (``fpc``) must hold the truth in 93 to 97
of 100 samples; those that take the units as drawn with replacement may err to the safe side only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from fangpin.intake.surveys import locate
from fangpin.methods import inequality, poverty
from fangpin.methods.survey import Design
from fangpin.vocabulary.errors import UnusableInput
from helpers import FULL, trials

pytestmark = pytest.mark.clause("P1.1")
LINE = 2000.0
PER_UNIT = 25
MEASURES: dict[str, Callable[..., Any]] = {
    "headcount": lambda y, **k: poverty.headcount_ratio(y, line=LINE, **k),
    "gap": lambda y, **k: poverty.poverty_gap_index(y, line=LINE, **k),
    "relative": lambda y, **k: poverty.at_risk_of_poverty(y, share=0.6, **k),
    "gini": inequality.gini,
    "theil": inequality.theil_t,
    "median": inequality.quantile,
    "sst": lambda y, **k: poverty.sst(y, line=LINE, **k),
    "squared": lambda y, **k: poverty.squared_poverty_gap(y, line=LINE, **k),
    "watts": lambda y, **k: poverty.watts(y, line=LINE, **k),
    "sen": lambda y, **k: poverty.sen(y, line=LINE, **k),
    "median gap": lambda y, **k: poverty.relative_median_gap(y, share=0.6, **k),
    "mld": inequality.mld,
    "ge2": lambda y, **k: inequality.generalized_entropy(y, alpha=2, **k),
    "atkinson": lambda y, **k: inequality.atkinson(y, epsilon=1, **k),
    "hoover": inequality.hoover,
    "s80s20": inequality.s80_s20,
    "palma": inequality.palma,
}


@cache
def tables() -> tuple[pl.DataFrame, pl.DataFrame]:
    try:
        folder = locate("teaching_survey")
    except UnusableInput as error:
        pytest.skip(str(error))
    stratum = pl.concat_str("geo1", "urbrur").alias("stratum")
    census = pl.read_parquet(folder / "hld_pop_wb_2023.parquet").with_columns(stratum).sort("stratum", "ea")
    return census, pl.read_parquet(folder / "hld_sample_wb_2023.parquet").with_columns(stratum)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("basis", ["household", "person"])
def test_the_survey_as_it_ships(name: str, basis: Any) -> None:
    """One sample: the census value lies within the interval at 99 % (of thirty-four at 95 %, one or two may miss by chance)."""
    census, sample = tables()
    size = {"household": pl.lit(1.0), "person": pl.col("hhsize").cast(pl.Float64)}[basis]
    truth = MEASURES[name](census["pc_exp"], weights=census.select(pl.repeat(1.0, pl.len()) * size).to_series())
    weights = sample.select(pl.col("hhweight") * size).to_series()
    design = Design(weights, sample["stratum"], sample["ea"], basis=basis, level=0.99)
    found = MEASURES[name](sample["pc_exp"], design=design)
    assert found.interval[0] < float(truth) < found.interval[1]
    assert found.n == 825 and "33" in found.method.en


def redrawn(count: int, seed: int) -> Iterator[tuple[Any, Design, Design]]:
    """Samples drawn as the survey was: places in the census, the design with shares drawn, and the one without."""
    census, sample = tables()
    unit = census["ea"].rle_id().to_numpy().astype(int)
    first = np.searchsorted(unit, np.arange(unit.max() + 2))
    stratum_of = census["stratum"].rank("dense").to_numpy().astype(int)[first[:-1]] - 1
    size = np.diff(first)
    wanted = sample.group_by("stratum").agg(pl.col("ea").n_unique()).sort("stratum")["ea"].to_list()
    rng = np.random.default_rng(seed)
    for _ in range(count):
        chosen, share = [], []
        for h, n in enumerate(wanted):
            units = rng.permutation(np.flatnonzero(stratum_of == h))
            step = size[units].sum() / n
            hits = rng.uniform(0, step) + step * np.arange(n)
            chosen.append(units[np.searchsorted(np.cumsum(size[units]), hits)])
            share.append(np.minimum(size[chosen[-1]] / step, 1))
        units, part = np.concatenate(chosen), np.concatenate(share)
        places = np.concatenate([first[u] + rng.choice(size[u], PER_UNIT, replace=False) for u in units])
        one, two = np.repeat(part, PER_UNIT), np.repeat(PER_UNIT / size[units], PER_UNIT)
        common = {"weights": 1 / (one * two), "strata": np.repeat(stratum_of[units], PER_UNIT), "basis": "household"}
        psu = np.repeat(units, PER_UNIT)
        yield places, Design(psu=psu, fpc=(one, two), **common), Design(psu=psu, **common)  # type: ignore[arg-type]


def test_intervals_hold_the_truth_as_often_as_they_say(seed: int) -> None:
    census, _ = tables()
    income, count = census["pc_exp"].to_numpy(), trials(2000)
    truth = {name: float(f(income)) for name, f in MEASURES.items()}
    held = {name: [0, 0] for name in MEASURES}
    for places, known, plain in redrawn(count, seed if not FULL else 20231124):
        for name, f in MEASURES.items():
            for j, design in enumerate((known, plain)):
                low, high = f(income[places], design=design).interval
                held[name][j] += low <= truth[name] <= high
    rates = {name: (a / count, b / count) for name, (a, b) in held.items()}
    slack = 4 * (0.95 * 0.05 / count) ** 0.5 if not FULL else 0.0  # fewer samples: the rate itself is uncertain
    for name, (known_rate, plain_rate) in rates.items():
        assert 0.93 - slack <= known_rate <= 0.97 + slack, (name, rates)
        assert plain_rate >= 0.93 - slack, (name, rates)
    mean = sum(a for a, _ in rates.values()) / len(rates)
    assert 0.93 - slack <= mean <= 0.97 + slack, rates
