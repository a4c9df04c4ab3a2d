"""The figures of docs/performance.md: fangpin against the hand-written query, whole processes, in one run.

``python benchmarks/run.py [--households N]… [--runs R] [--write]``. Data are generated under benchmarks/work/ and kept.
The contenders take turns; a figure is the median of the runs, a ratio the median of the ratios run by run.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

import polars as pl

from fangpin.synth import generate

HERE = Path(__file__).resolve().parent
WORK = HERE / "work"
PAGE = HERE.parent / "docs" / "performance.md"
MARKS = ("<!-- table -->", "<!-- /table -->")
SAME = ("status", "route", "income_status", "income", "margin", "count_true", "count_unknown", "veto", "target_group")


@dataclass(frozen=True)
class Figure:
    """One run of one contender: seconds of wall and CPU, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


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


def measured(command: list[str]) -> Figure:
    """One run as a process of its own, by the operating system's account of it."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    said = child.stderr.read().decode() if child.stderr else ""
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)}\n{said}")
    return Figure(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compared(out: Path) -> None:
    """The hand-written query and the compiled rules say the same of every household."""
    hand = pl.read_parquet(out / "hand" / "*.parquet").sort("household_id")
    rules = pl.read_parquet(out / "rules" / "*.parquet").sort("household_id").select(hand.columns)
    for name in hand.columns:
        if not hand[name].equals(rules[name].cast(hand[name].dtype), null_equal=True):
            raise SystemExit(f"the two differ in {name}")


def rows(households: int, runs: int) -> Iterator[str]:
    """The rows of the table for one size."""
    data, out = WORK / str(households), WORK / f"{households}-out"
    if not (data / "MANIFEST.json").is_file():
        generate(data, households, seed=1)
        shutil.rmtree(data / "truth", ignore_errors=True)
    commands = contenders(data, out)
    found: dict[str, list[Figure]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(measured(command))
    compared(out)
    floor = next(iter(found.values()))
    for name, figures in found.items():
        wall, cpu = (statistics.median(getattr(f, w) for f in figures) for w in ("wall", "cpu"))
        ratio = statistics.median(f.cpu / g.cpu for f, g in zip(figures, floor, strict=True))
        walls = statistics.median(f.wall / g.wall for f, g in zip(figures, floor, strict=True))
        memory = max(f.memory for f in figures)
        yield f"| {households:,} | {name} | {wall:.1f} | {cpu:.1f} | {walls:.2f} | {ratio:.2f} | {memory:,.0f} |"
    shutil.rmtree(out, ignore_errors=True)


def table(sizes: list[int], runs: int) -> str:
    """The whole table, with machine and date."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    head = (
        f"{date.today()} · {os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()} · Python "
        f"{platform.python_version()} · polars {metadata.version('polars')} · "
        f"{runs} runs each, in turn"
    )
    title = "| households | what | wall s | CPU s | wall ÷ floor | CPU ÷ floor | peak MB |"
    lines = [head, "", title, "|---|---|---|---|---|---|---|"]
    for size in sizes:
        lines += list(rows(size, runs))
    return "\n".join(lines)


def main() -> None:
    """Runs, prints, and with ``--write`` puts the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=lambda t: int(t.replace("_", "")), action="append")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    args = parser.parse_args()
    found = table(args.households or [1_000_000], args.runs)
    print(found)
    if args.write:
        before, rest = PAGE.read_text("utf-8").split(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n{found}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", "utf-8")


if __name__ == "__main__":
    main()
