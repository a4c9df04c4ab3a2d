"""The nation's rural households measured in one reading: ``python benchmarks/nation.py [--rows N] [--counties N]``.

Gives   seconds, households a second, peak memory, and the most that median, Gini, and FGT between lines may be off over
        all counties. The incomes of a county are drawn and thrown away again; drawing them is timed apart.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
from numpy.typing import NDArray

from fangpin.methods import inequality
from fangpin.methods.sketch import Sketch

ROWS, COUNTIES, LINES = 190_000_000, 2_800, {"lower": 6081.6, "upper": 6841.8}


def county(code: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Incomes and persons of one county, another in each."""
    rng = np.random.default_rng(code)
    return rng.lognormal(9.0 + 0.4 * rng.random(), 0.6 + 0.3 * rng.random(), rows), rng.integers(1, 8, rows).astype(
        np.float64
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--counties", type=int, default=COUNTIES)
    arguments = parser.parse_args()
    each = arguments.rows // arguments.counties
    held: list[Sketch] = []
    drawing = reading = 0.0
    for code in range(arguments.counties):
        start = time.perf_counter()
        y, w = county(code, each)
        middle = time.perf_counter()
        held.append(Sketch.of(y, w, LINES, basis="person"))
        drawing += middle - start
        reading += time.perf_counter() - middle
    start = time.perf_counter()
    nation = held[0]
    for sketch in held[1:]:
        nation = nation + sketch
    rows = [(s.median(), s.gini(), s.headcount_ratio(6500.0)) for s in (*held, nation)]
    answering = time.perf_counter() - start
    off = [max((e.interval[1] - e.interval[0]) / 2 / scale for e, scale in column) for column in _scaled(rows)]
    y, w = county(0, each)
    true = float(inequality.gini(y, w))
    print(f"{each * arguments.counties:,} households, {arguments.counties:,} counties, all sketches held")
    print(f"read {reading:.1f} s ({each * arguments.counties / reading / 1e6:.2f} million/s); drawn {drawing:.1f} s")
    print(f"nation added up and {3 * len(rows):,} answers {answering:.1f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    print(f"off at most: median {off[0]:.2g} of it, Gini {off[1]:.2g}, head count at another line {off[2]:.2g}")
    print(f"Gini of the first county {float(held[0].gini()):.12f}, of its records {true:.12f}")


def _scaled(rows: list[tuple[object, ...]]) -> list[list[tuple[object, float]]]:
    """Each column with what its error is measured by: the median by itself, rates as they are."""
    return [[(row[i], float(row[i]) if i == 0 else 1.0) for row in rows] for i in range(3)]  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
