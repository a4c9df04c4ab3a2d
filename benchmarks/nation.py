"""A nation: county after county on the embedded engine and on Spark, beside the hand-written query, in one run.

``python benchmarks/nation.py [--households N]… [--spark] [--no-ask] [--write]``; ``make bench NATION=1``: 190 million.
Generated counties under benchmarks/work/ are worked on again and again until the households are many enough, each time
read anew, decided and written; so no twelve gigabytes are needed, and the work is what a nation of such counties costs.
Gives   wall and CPU seconds of all processes together, seconds per million, and their peak memory, line by line
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path

import polars as pl

import fangpin as fp
from fangpin.synth import generate

HERE = Path(__file__).resolve().parent
WORK = HERE / "work"
PAGE = HERE.parent / "docs" / "performance.md"
MARKS = ("<!-- nation -->", "<!-- /nation -->")
COUNTY, COUNTIES = 200_000, 5
NATION = 190_000_000
TICK = 0.1
STANDARD = ("national/seed_2021", "2021-12-31")


@dataclass(frozen=True)
class Figure:
    """One run: seconds of wall and CPU, and peak memory in MB, of all its processes together."""

    wall: float
    cpu: float
    memory: float


# -- the work ----------------------------------------------------------------------------------------------------------


def by_hand(data: Path, out: Path, times: int) -> None:
    """The hand-written query, county by county."""
    sys.path.insert(0, str(HERE))
    from handwritten import query

    counties = sorted((data / "household").glob("*.parquet"))
    for number in range(times):
        county = counties[number % len(counties)]
        table = query(data, county.stem)
        table.sink_parquet(out / county.name, compression="zstd", compression_level=1, statistics=False)


def by_rules(data: Path, out: Path, times: int, engine: str = "polars", *, asking: bool = True) -> None:
    """The compiled rules, part by part."""
    registry = fp.read(data)
    standard = fp.standard(STANDARD[0], as_of=STANDARD[1])
    parts = registry.parts()
    many = fp.read(data)
    many.batch = replace(many.batch, parts=[replace(parts[n % len(parts)]) for n in range(times)])  # type: ignore[type-var]
    if not asking:
        _without_ask()
    for number, (_, result) in enumerate(fp.identify(many, standard, engine=engine).results()):
        place = out / f"{number % len(parts)}.parquet"
        result.table.write_parquet(place, compression="zstd", compression_level=1, statistics=False)


def _without_ask() -> None:
    from functools import partial

    from fangpin.identification import parts

    parts.decide = partial(parts.decide, asking=False)  # type: ignore[assignment]


TASKS: dict[str, tuple[str, Callable[[Path, Path, int], None]]] = {
    "hand": ("hand-written query", by_hand),
    "rules": ("rules, embedded", lambda d, o, n: by_rules(d, o, n, asking=False)),
    "ask": ("rules and what to ask, embedded", by_rules),
    "spark": ("rules and what to ask, Spark local", lambda d, o, n: by_rules(d, o, n, "spark")),
}


# -- measuring ---------------------------------------------------------------------------------------------------------


def watched(command: list[str]) -> Figure:
    """One run as a session of processes of its own, by what the system says of each while it lives."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    spent: dict[int, float] = {}
    peak = 0.0
    while child.poll() is None:
        together = 0.0
        for process, cpu, memory in _session(child.pid):
            spent[process] = max(spent.get(process, 0.0), cpu)
            together += memory
        peak = max(peak, together)
        time.sleep(TICK)
    wall = time.perf_counter() - began
    for process, _, _ in _session(child.pid):
        os.kill(process, signal.SIGTERM)  # its own session only
    said = child.stderr.read().decode() if child.stderr else ""
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}\n{said}")
    return Figure(wall, sum(spent.values()), peak)


def _session(leader: int) -> Iterator[tuple[int, float, float]]:
    """Of each process of a session: its number, CPU seconds and memory in MB (pages they share count in each)."""
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE") / 2**20
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            resident = int((entry / "statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if int(words[3]) == leader:
            yield int(entry.name), (int(words[11]) + int(words[12])) / tick, resident * page


def rows(size: int, names: list[str]) -> Iterator[str]:
    """The rows of the table for one size."""
    data, out = WORK / f"{COUNTY * COUNTIES}", WORK / "nation-out"
    if not (data / "MANIFEST.json").is_file():
        generate(data, COUNTY * COUNTIES, seed=1)
        shutil.rmtree(data / "truth", ignore_errors=True)
    each = pl.scan_parquet(data / "household" / "*.parquet").select(pl.len()).collect().item() / COUNTIES
    times = max(round(size / each), 1)
    floor: Figure | None = None
    for name in names:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        command = [sys.executable, str(Path(__file__).resolve()), "--task", name, str(data), str(out), str(times)]
        found = watched(command)
        floor = floor or found
        million = times * each / 1e6
        ratio = f"{found.wall / floor.wall:.2f} | {found.cpu / floor.cpu:.2f}"
        yield (
            f"| {times * each:,.0f} | {TASKS[name][0]} | {found.wall:.1f} | {found.cpu:.1f} | "
            f"{found.cpu / million:.2f} | {ratio} | {found.memory:,.0f} |"
        )
    shutil.rmtree(out, ignore_errors=True)


def table(sizes: list[int], names: list[str]) -> Iterator[str]:
    """The whole table, line by line as it comes."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    yield (
        f"{date.today()} · {os.cpu_count()} cores (load {load:.0f} at the start), {memory:.0f} GiB, "
        f"{platform.machine()} · Python {platform.python_version()} · polars {metadata.version('polars')} · "
        f"counties of {COUNTY:,}"
    )
    yield ""
    yield "| households | what | wall s | CPU s | CPU s a million | wall ÷ floor | CPU ÷ floor | peak MB |"
    yield "|---|---|---|---|---|---|---|---|"
    for size in sizes:
        yield from rows(size, names)


def main() -> None:
    """Runs, prints, and with ``--write`` puts the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=lambda t: int(t.replace("_", "")), action="append")
    parser.add_argument("--spark", action="store_true", help="also on a local Spark")
    parser.add_argument("--no-ask", action="store_true", help="without what to ask")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--task", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.task:
        name, data, out, times = args.task
        TASKS[name][1](Path(data), Path(out), int(times))
        return
    names = ["hand", "rules", *([] if args.no_ask else ["ask"]), *(["spark"] if args.spark else [])]
    lines = []
    for line in table(args.households or [NATION], names):
        print(line, flush=True)
        lines.append(line)
    if args.write:
        before, rest = PAGE.read_text("utf-8").split(MARKS[0])
        found = "\n".join(lines)
        PAGE.write_text(f"{before}{MARKS[0]}\n{found}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", "utf-8")


if __name__ == "__main__":
    main()
