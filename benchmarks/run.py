"""The figures of docs/performance.md: fangpin against the hand-written query, whole processes, in one run.

``python benchmarks/run.py [--households N]… [--runs R] [--write]``. Data are generated under benchmarks/work/ and kept.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from fangpin.synth import generate
from timing import HERE, WORK, apart, head, in_turn, number, written

MARKS = ("<!-- table -->", "<!-- /table -->")


def contenders(data: Path, out: Path) -> dict[str, list[str]]:
    """The commands, by name; the first is the floor."""
    python, day = sys.executable, "2021-12-31"
    identify = [
        "identify",
        str(data),
        "--standard",
        "national/seed_2021",
        "--as-of",
        day,
        "--out",
        str(out / "command"),
    ]
    return {
        "hand-written query": [python, str(HERE / "handwritten.py"), str(data), str(out / "hand")],
        "compiled rules": [python, str(HERE / "compiled.py"), str(data), str(out / "rules")],
        "compiled rules with ask": [python, str(HERE / "compiled.py"), str(data), str(out / "ask"), "--ask"],
        "fangpin identify, report included": [python, "-m", "fangpin", *identify],
    }


def compared(out: Path) -> None:
    """The hand-written query and the compiled rules say the same of every household."""
    hand = pl.read_parquet(out / "hand" / "*.parquet").sort("household_id")
    rules = pl.read_parquet(out / "rules" / "*.parquet").sort("household_id").select(hand.columns)
    for name in hand.columns:
        if not hand[name].equals(rules[name].cast(hand[name].dtype), null_equal=True):
            raise SystemExit(f"the two differ in {name}")


def made(data: Path, households: int) -> None:
    """Generated counties, without what only their maker knows."""
    generate(data, households, seed=1)
    shutil.rmtree(data / "truth", ignore_errors=True)


def rows(households: int, runs: int) -> Iterator[str]:
    """The rows of the table for one size."""
    data, out = WORK / str(households), WORK / f"{households}-out"
    if not (data / "MANIFEST.json").is_file():
        apart(made, data, households)
    found = in_turn(contenders(data, out), runs)
    apart(compared, out)
    for name, f in found.items():
        ratios = f"{f.wall_ratio:.2f} | {f.cpu_ratio:.2f}"
        yield f"| {households:,} | {name} | {f.wall:.1f} | {f.cpu:.1f} | {ratios} | {f.memory:,.0f} |"
    shutil.rmtree(out, ignore_errors=True)


def table(sizes: list[int], runs: int) -> str:
    """The whole table, with machine and date."""
    title = "| households | what | wall s | CPU s | wall ÷ floor | CPU ÷ floor | peak MB |"
    lines = [head(runs), "", title, "|---|---|---|---|---|---|---|"]
    for size in sizes:
        lines += list(rows(size, runs))
    return "\n".join(lines)


def main() -> None:
    """Runs, prints, and with ``--write`` puts the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=number, action="append")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    args = parser.parse_args()
    found = table(args.households or [1_000_000], args.runs)
    print(found)
    if args.write:
        written(found, MARKS)


if __name__ == "__main__":
    main()
