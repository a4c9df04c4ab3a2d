"""Generating: a county (or many) with households, and its hidden truth apart.

Reads   fangpin.tables (schemas), fangpin.reference (regions, quintiles)
Gives   generate() → Generated; the files that INTERFACE §2 `fangpin synth` names
Keeps   same seed and version, same bytes; a full county is the same however many follow; nothing half-written stays
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

from fangpin.synth import places
from fangpin.synth.block import Made, add_to, make
from fangpin.synth.calibration import calibration
from fangpin.synth.deliver import about_files, check_out, staged, write_manifest
from fangpin.synth.facts import Block, Season, season
from fangpin.synth.places import County
from fangpin.synth.write import LATENT, NOTICE, CountyFiles
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

VERSION = 1
"""Version of the generator: raised whenever the same seed gives other bytes."""

TABLES = ("household", "member", "income_year", "living", "safeguards", "measure", "loan", "clearing")
BLOCK_SIZE = 25_000
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2070, 12, 31)
_MOST_YEARS = 20
Progress = Callable[[int, int, Text], None]
_WHAT = Text("生成模拟数据", "generating synthetic data")


@dataclass(frozen=True, slots=True)
class Generated:
    """What was generated: where it stands, the counties, and rows by table."""

    path: Path
    households: int
    members: int
    counties: tuple[str, ...]
    rows: Mapping[str, int]
    truth: Path
    manifest: Path


def generate(
    out: Path,
    households: int,
    seed: int,
    county: str | None = None,
    years: int = 1,
    until: date = date(2021, 12, 31),
    progress: Progress | None = None,
) -> Generated:
    """Households with members, income, living conditions and aid, in Parquet; every file says 模拟数据.

    Up to 200,000 households are one county, ``TABLE.parquet``; more are many counties of the region list,
    ``TABLE/<county>.parquet``, all full but the last. The complete facts stand in ``truth/`` in the same layout, with
    ``latent`` beside them.

    Args:
        out: The folder; it is made if need be. Of what stands there, only an earlier result is replaced.
        households: How many.
        seed: Any whole number from 0.
        county: Six digits of the one county to fill, whatever its size; default 350526, or many.
        years: Years of income and measures.
        until: The last day: nothing is known after it.
        progress: Called with the households done, their number, and what is going on.

    Raises:
        UnusableInput: an argument cannot be used, or the folder holds tables that are not of this generator.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> made = generate(Path(mkdtemp()) / "county", households=20, seed=7)
        >>> made.households, made.counties
        (20, ('350526',))
    """
    _check(households, seed, years, until)
    out = Path(out)
    check_out(out, TABLES)
    plan = places.plan(households, county)
    when = season(until, years)
    about = {
        "notice": NOTICE,
        "generator": VERSION,
        "fangpin": _package_version(),
        "seed": seed,
        "years": years,
        "until": until.isoformat(),
        "quintile_years": list(when.quintile_years),
    }
    with staged(out, (*TABLES, "truth")) as stage:
        members, rows = _fill(stage, plan, seed, when, about, progress)
        asked = {**about, "households": households, "county": county}
        about_files(stage, asked)
        write_manifest(stage, asked, [code for code, _ in plan], rows, calibration(stage))
    return Generated(
        out, households, members, tuple(code for code, _ in plan), rows, out / "truth", out / "MANIFEST.json"
    )


def _check(households: int, seed: int, years: int, until: date) -> None:
    wrong: list[tuple[bool, str, object, Text]] = [
        (households < 1, "--households", households, Text("至少 1", "at least 1")),
        (seed < 0, "--seed", seed, Text("0 或更大的整数", "a whole number from 0")),
        (not 1 <= years <= _MOST_YEARS, "--years", years, Text(f"1 到 {_MOST_YEARS}", f"1 to {_MOST_YEARS}")),
        (
            not _FIRST_DAY <= until <= _LAST_DAY,
            "--until",
            until,
            Text(f"{_FIRST_DAY} 到 {_LAST_DAY}", f"{_FIRST_DAY} to {_LAST_DAY}"),
        ),
    ]
    for bad, place, read, expected in wrong:
        if bad:
            raise UnusableInput(
                "FP-SYNTH-003",
                Text("参数不能用", "the argument cannot be used"),
                place=place,
                read=str(read),
                expected=expected,
            )


def _package_version() -> str:
    """The installed version; the root package is not imported, because it imports what stands above."""
    try:
        return metadata.version("fangpin")
    except metadata.PackageNotFoundError:
        return "unknown"


def _fill(
    stage: Path,
    plan: list[tuple[str, int]],
    seed: int,
    when: Season,
    about: Mapping[str, object],
    progress: Progress | None,
) -> tuple[int, dict[str, int]]:
    """All counties written under ``stage``; the number of members, and rows by table of the registry."""
    total, done, members = sum(size for _, size in plan), 0, 0
    rows = dict.fromkeys(TABLES, 0)
    for code, size in plan:
        blocks = _blocks(places.county(code, size, seed))
        # the pool is left before the files: nothing writes into a file that is being closed
        with (
            _county_files(stage, code, len(plan) == 1, about) as (registry, truth),
            ThreadPoolExecutor(max_workers=1) as pool,
        ):
            for made in _written(pool, registry, truth, blocks, seed, when):
                done += made.households
                members += made.members
                if progress is not None:
                    progress(done, total, _WHAT)
        for table in TABLES:
            rows[table] += registry.rows[table]
    return members, rows


def _blocks(county: County) -> list[Block]:
    count = -(-county.size // BLOCK_SIZE)
    return [
        Block(county, i, count, i * BLOCK_SIZE, min(BLOCK_SIZE, county.size - i * BLOCK_SIZE)) for i in range(count)
    ]


def _written(
    pool: ThreadPoolExecutor, registry: CountyFiles, truth: CountyFiles, blocks: list[Block], seed: int, when: Season
) -> Iterator[Made]:
    """The blocks in order, each written by the other thread while the next is drawn."""
    waiting: tuple[Future[None], Made] | None = None
    for block in blocks:
        made = make(seed, block, when)
        if waiting is not None:
            waiting[0].result()
            yield waiting[1]
        waiting = pool.submit(add_to, registry, truth, made), made
    if waiting is not None:
        waiting[0].result()
        yield waiting[1]


@contextmanager
def _county_files(
    stage: Path, code: str, alone: bool, about: Mapping[str, object]
) -> Iterator[tuple[CountyFiles, CountyFiles]]:
    """The files of one county, for the registry and for the truth; closed whatever happens."""

    def path(folder: Path, table: str) -> Path:
        return folder / f"{table}.parquet" if alone else folder / table / f"{code}.parquet"

    known = {table: path(stage, table) for table in TABLES}
    true = {table: path(stage / "truth", table) for table in (*TABLES, LATENT)}
    with CountyFiles(known, about) as registry, CountyFiles(true, {**about, "part": "truth"}) as truth:
        yield registry, truth
