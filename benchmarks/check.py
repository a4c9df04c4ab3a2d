"""The figures of docs/performance.md for checking: read, typed and checked by all checks, beside merely reading.

``python benchmarks/check.py [--persons N] [--sheet-persons N] [--runs R] [--write]``. A county in CSV, Parquet
and xlsx under benchmarks/work/; whole processes, in turn; medians of the runs; ratios run by run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import xlsxwriter

from fangpin.synth import generate
from timing import WORK, apart, head, in_turn, number, written

MARKS = ("<!-- check -->", "<!-- /check -->")
TABLES = ("household", "member", "income_year", "living", "safeguards")
PER_HOUSEHOLD = 2.9
DAY = "2021-12-31"
MERELY = {
    "parquet": "import polars,sys,glob\n"
    "for f in glob.glob(sys.argv[1]+'/*.parquet'): print(polars.read_parquet(f).height)",
    "csv": "import polars,sys,glob\n"
    "for f in glob.glob(sys.argv[1]+'/*.csv'): print(polars.read_csv(f,infer_schema=False).height)",
    "xlsx": "import sys,python_calamine as c\nb=c.CalamineWorkbook.from_path(sys.argv[1])\n"
    "for n in b.sheet_names: print(len(b.get_sheet_by_name(n).to_python()))",
}


def made(persons: int) -> Path:
    """A county with about this many persons as Parquet and as CSV: the tables that hold it."""
    folder = WORK / f"check-{persons}"
    if (folder / "csv" / "safeguards.csv").is_file():
        return folder
    source = folder / "source"
    generate(source, round(persons / PER_HOUSEHOLD), seed=1, county="350526")
    for kind in ("parquet", "csv"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        frame = pl.read_parquet(source / f"{table}.parquet")
        frame.write_parquet(folder / "parquet" / f"{table}.parquet")
        plain = frame.with_columns(pl.col(pl.List(pl.String)).list.join(";"), pl.col(pl.Categorical).cast(pl.String))
        plain.write_csv(folder / "csv" / f"{table}.csv")
    return folder


def book(persons: int) -> Path:
    """The same as one workbook."""
    folder = made(persons)
    path = folder / "county.xlsx"
    if not path.is_file():
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as out:
            for table in TABLES:
                page = out.add_worksheet(table)
                frame = pl.read_csv(folder / "csv" / f"{table}.csv", infer_schema=False)
                for i, line in enumerate([tuple(frame.columns), *frame.rows()]):
                    page.write_row(i, 0, line)
    return path


def size(folder: Path) -> tuple[int, int]:
    """Persons, and the columns of all tables."""
    frames = [pl.scan_parquet(folder / "parquet" / f"{table}.parquet") for table in TABLES]
    persons = int(frames[1].select(pl.len()).collect().item())
    return persons, sum(len(frame.collect_schema()) for frame in frames)


def rows(persons: int, sheet_persons: int, runs: int) -> Iterator[str]:
    """The rows of the table."""
    python = sys.executable
    check = [python, "-m", "fangpin", "check"]
    large, small = apart(made, persons), apart(book, sheet_persons)
    for kind, path in (("parquet", large / "parquet"), ("csv", large / "csv"), ("xlsx", small)):
        count, columns = size(small.parent if kind == "xlsx" else large)
        commands = {
            "merely reading": [python, "-c", MERELY[kind], str(path)],
            "fangpin check, without checks": [*check, str(path), "--json", "--no-checks"],
            "fangpin check, all checks": [*check, str(path), "--json", "--as-of", DAY],
        }
        for name, f in in_turn(commands, runs).items():
            size_of = f"{count:,} × {columns}"
            yield f"| {kind} | {size_of} | {name} | {f.wall:.1f} | {f.cpu:.1f} | {f.cpu_ratio:.1f} | {f.memory:,.0f} |"


def table(persons: int, sheet_persons: int, runs: int) -> str:
    """The whole table, with machine and date."""
    title = "| format | persons × columns of all tables | what | wall s | CPU s | CPU ÷ merely reading | peak MB |"
    return "\n".join([head(runs), "", title, "|---|---|---|---|---|---|---|", *rows(persons, sheet_persons, runs)])


def main() -> None:
    """Runs, prints, and with ``--write`` puts the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("--persons", 350_000), ("--sheet-persons", 30_000), ("--runs", 3)):
        parser.add_argument(name, type=number, default=default)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    args = parser.parse_args()
    found = table(args.persons, args.sheet_persons, args.runs)
    print(found)
    if args.write:
        written(found, MARKS)


if __name__ == "__main__":
    main()
