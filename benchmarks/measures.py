"""Measures of a million records beside hand-written queries, in one run: ``python benchmarks/measures.py [--rows N]``.

Gives   seconds of both and their ratio, one line a task; the hand-written side has no checks, no names and no errors
        but those it computes. Results of both are held together before a ratio is printed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from fangpin.identification.decide import status_of
from fangpin.methods import inequality, poverty
from fangpin.methods.multidimensional import AlkireFoster
from fangpin.methods.survey import Design

LINE, COUNTIES, UNITS, RUNS = 6000.0, 831, 12, 5
INDICATORS = [f"i{j}" for j in range(10)]
ANSWERS = [f"a{j}" for j in range(10)]
GOALS = {"status": 0.1, "fgt+af": 0.3, "fgt se": 1.0, "gini se": 2.0}


def population(rows: int) -> pl.DataFrame:
    """Incomes, weights, counties, villages, ten indicators, and ten answers of which some are unknown."""
    rng = np.random.default_rng(1)
    county = rng.integers(0, COUNTIES, rows)
    return pl.DataFrame(
        {
            "y": rng.lognormal(9.3, 0.8, rows),
            "w": rng.uniform(1, 9, rows),
            "county": county,
            "village": county * UNITS + rng.integers(0, UNITS, rows),
            **{name: rng.random(rows) < 0.15 for name in INDICATORS},
            "income": rng.choice(["below", "band", "above", "unknown"], rows),
            "veto": rng.choice([1, 0, 2], rows),
            **{name: rng.choice([1, 0, 2], rows, p=[0.15, 0.8, 0.05]) for name in ANSWERS},
        }
    ).with_columns(pl.when(pl.col(n) < 2).then(pl.col(n) == 1).alias(n) for n in ("veto", *ANSWERS))


def ours_fgt_af(data: pl.DataFrame) -> Any:
    """FGT 0–2, and H, M0, A and the headcounts of every indicator, by county."""
    fgt = [poverty.fgt(data["y"], LINE, data["w"], alpha=a, by=data["county"]) for a in (0, 1, 2)]
    measure = AlkireFoster({name: Fraction(1, 10) for name in INDICATORS}, Fraction(3, 10))
    found = measure.estimate(data, data["w"], by=data["county"])
    censored = [found.censored_headcount[name] for name in INDICATORS]
    return np.array([m.value for m in (*fgt, found.headcount, found.adjusted_headcount, *censored)])


def hand_fgt_af(data: pl.DataFrame) -> Any:
    """The same as one Polars query."""
    w, y = pl.col("w"), pl.col("y")
    gap = pl.when(y < LINE).then(1 - y / LINE).otherwise(0)
    count = pl.sum_horizontal(INDICATORS)
    held = data.with_columns(gap=gap, below=(y < LINE), poor=count >= 3, count=count)
    poor = pl.col("poor")
    shares = (pl.col("below"), pl.col("gap"), pl.col("gap") ** 2, poor, poor * pl.col("count") / 10)
    mean = [(w * x).sum() / w.sum() for x in shares]
    mean += [(w * (poor & pl.col(name))).sum() / w.sum() for name in INDICATORS]
    out = held.lazy().group_by("county").agg(m.alias(str(i)) for i, m in enumerate(mean)).sort("county").collect()
    return out.drop("county").to_numpy().T


def design(data: pl.DataFrame) -> Design:
    """Counties as strata, villages as units."""
    return Design(data["w"], data["county"], data["village"], basis="person")


def ours_fgt_se(data: pl.DataFrame) -> Any:
    """The headcount of every county with its standard error."""
    return poverty.headcount_ratio(data["y"], LINE, design=design(data), by=data["county"]).se


def hand_fgt_se(data: pl.DataFrame) -> Any:
    """The same by totals of villages."""
    w, below = pl.col("w"), pl.col("y") < LINE
    village = data.lazy().group_by("county", "village").agg(n=w.sum(), p=(w * below).sum())
    rate = (pl.col("p").sum() / pl.col("n").sum()).over("county")
    total = village.with_columns(u=(pl.col("p") - rate * pl.col("n")) / pl.col("n").sum().over("county"))
    spread = (pl.col("u").var() * pl.len()).sqrt()
    return total.group_by("county").agg(se=spread).sort("county").collect()["se"].to_numpy()


def ours_gini_se(data: pl.DataFrame) -> Any:
    """The Gini of all with its standard error."""
    found = inequality.gini(data["y"], design=design(data))
    return np.array([found.value, found.se])


def hand_gini_se(data: pl.DataFrame) -> Any:
    """The same in numpy: sort, cumulate, influence, totals of villages."""
    y, w, place = data["y"].to_numpy(), data["w"].to_numpy(), np.argsort(data["y"].to_numpy())
    ys, ws = y[place], w[place]
    below, amount = np.cumsum(ws), np.cumsum(ws * ys)
    whole, money = below[-1], amount[-1]
    away = ys * (2 * below - ws - whole) + money - 2 * amount + ws * ys
    gini = (ws * away).sum() / 2 / whole / money
    pull = ws * (away / whole / money - gini / whole - gini * ys / money)
    unit = np.bincount(data["village"].to_numpy()[place], pull, COUNTIES * UNITS).reshape(COUNTIES, UNITS)
    return np.array([gini, np.sqrt((unit.var(axis=1, ddof=1) * UNITS).sum())])


def ours_status(data: pl.DataFrame) -> Any:
    """The 1+3–N count and status from ten ready indicators (null: unknown), as the engine counts them."""
    ready = nw.from_native(data.lazy())
    true = nw.sum_horizontal(*(nw.col(n).fill_null(False).cast(nw.Int32) for n in ANSWERS))
    unknown = nw.sum_horizontal(*(nw.col(n).is_null().cast(nw.Int32) for n in ANSWERS))
    counted = ready.with_columns(true=true, unknown=unknown)
    status = status_of(nw.col("income"), nw.col("true"), nw.col("unknown"), nw.col("veto"), 3)
    found = counted.select(status.alias("status")).collect().to_native()["status"]
    return found.value_counts().sort("status")["count"].to_numpy()


def hand_status(data: pl.DataFrame) -> Any:
    """The same as one Polars query."""
    true = pl.sum_horizontal(pl.col(n).fill_null(False).cast(pl.Int32) for n in ANSWERS)
    unknown = pl.sum_horizontal(pl.col(n).is_null().cast(pl.Int32) for n in ANSWERS)
    income, veto = pl.col("income"), pl.col("veto")
    sure = (income == "below") | (pl.col("t") >= 3)
    waiting = ~sure & ((income == "unknown") | (pl.col("t") + pl.col("u") >= 3))
    band = ~sure & ~waiting & (income == "band")
    status = (
        pl.when((sure | waiting | band) & veto.fill_null(False))
        .then(pl.lit("vetoed"))
        .when((sure | band) & veto.is_null())
        .then(pl.lit("to_compare"))
        .when(sure)
        .then(pl.lit("low_income"))
        .when(waiting)
        .then(pl.lit("needs_visit"))
        .when(band)
        .then(pl.lit("deliberate"))
        .otherwise(pl.lit("not_low_income"))
    )
    found = data.lazy().with_columns(t=true, u=unknown).select(status=status).collect()["status"]
    return found.value_counts().sort("status")["count"].to_numpy()


TASKS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str]] = {
    "status": (ours_status, hand_status, "1+3–N count and status from ten ready columns"),
    "fgt+af": (ours_fgt_af, hand_fgt_af, f"FGT 0–2 and Alkire–Foster, {COUNTIES} counties"),
    "fgt se": (ours_fgt_se, hand_fgt_se, "headcount with linearised error by county"),
    "gini se": (ours_gini_se, hand_gini_se, "Gini with linearised error"),
}


def seconds(task: Callable[..., Any], data: pl.DataFrame) -> tuple[float, Any]:
    """How long one run takes, and what it gives."""
    start = time.perf_counter()
    found = task(data)
    return time.perf_counter() - start, found


def main() -> None:
    """Print the table; the contenders take turns, a ratio is the median of the ratios run by run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    data = population(arguments.rows)
    print(f"{arguments.rows:,} rows, {arguments.runs} runs, polars {pl.__version__}, numpy {np.__version__}")
    print("| task | fangpin s | by hand s | ratio | goal s |\n|---|---|---|---|---|")
    for key, (ours, hand, name) in TASKS.items():
        mine, theirs = [], []
        for _ in range(arguments.runs):
            (a, one), (b, two) = seconds(ours, data), seconds(hand, data)
            np.testing.assert_allclose(one, two, rtol=1e-9)
            mine.append(a)
            theirs.append(b)
        ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
        middle = statistics.median(mine), statistics.median(theirs)
        print(f"| {name} | {middle[0]:.3f} | {middle[1]:.3f} | {ratio:.2f} | {GOALS[key]} |")


if __name__ == "__main__":
    main()
