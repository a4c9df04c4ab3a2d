"""What the benchmarks share: whole processes measured in turn, and the tables of docs/performance.md.

Gives   Figure, measured(command), in_turn(commands, runs), summary(figures, floor), head(runs), written(table, marks)
Keeps   contenders take turns; a figure is the median of the runs, a ratio the median of the ratios run by run; data are
        made in a process of their own, because what a process once used counts as the peak of its children
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WORK = HERE / "work"
PAGE = HERE.parent / "docs" / "performance.md"


@dataclass(frozen=True)
class Figure:
    """One run of one contender: seconds of wall and CPU, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Summary:
    """Several runs of one contender, and how they stand to the floor of the same runs."""

    wall: float
    cpu: float
    memory: float
    wall_ratio: float
    cpu_ratio: float


def measured(command: list[str]) -> Figure:
    """One run as a process of its own, by the operating system's account of it."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode() if child.stderr else ""
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)}\n{said}")
    return Figure(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turn(commands: Mapping[str, list[str]], runs: int) -> dict[str, Summary]:
    """Every contender measured ``runs`` times, in turn; the first is the floor."""
    found: dict[str, list[Figure]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(measured(command))
            print(name, found[name][-1], file=sys.stderr)
    floor = next(iter(found.values()))
    return {name: summary(figures, floor) for name, figures in found.items()}


def summary(figures: list[Figure], floor: list[Figure]) -> Summary:
    """The medians of some runs."""
    pairs = list(zip(figures, floor, strict=True))
    return Summary(
        statistics.median(f.wall for f in figures),
        statistics.median(f.cpu for f in figures),
        max(f.memory for f in figures),
        statistics.median(f.wall / g.wall for f, g in pairs),
        statistics.median(f.cpu / g.cpu for f, g in pairs),
    )


def apart(task: Callable[..., Any], *arguments: Any) -> Any:
    """What a task gives, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(task, *arguments).result()


def head(runs: int) -> str:
    """Day, machine and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{date.today()} · {os.cpu_count()} cores (load {os.getloadavg()[0]:.0f} at the start), {memory:.0f} GiB, "
        f"{platform.machine()} · Python {platform.python_version()} · polars {metadata.version('polars')} · "
        f"runs of each, in turn: {runs}"
    )


def written(table: str, marks: tuple[str, str]) -> None:
    """Puts a table between its marks on the page."""
    before, rest = PAGE.read_text("utf-8").split(marks[0])
    PAGE.write_text(f"{before}{marks[0]}\n{table}\n{marks[1]}{rest.split(marks[1])[1]}", "utf-8")


def number(text: str) -> int:
    """A number as typed, 1_000_000 too."""
    return int(text.replace("_", ""))
