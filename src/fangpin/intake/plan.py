"""Plans: how Parquet files are cut into parts that share no household.

Reads   the files of each table, with the range of household ids in their footers
Gives   plan → cuts: one file or folder a table where that is proven right, else ranges of household ids over all files
Keeps   every row belongs to exactly one cut; all rows of one household id belong to the same cut
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from fangpin.intake.address import readable
from fangpin.intake.columns import needs_cleaning
from fangpin.intake.messages import unusable
from fangpin.intake.parquet_file import ParquetFile

PART_HOUSEHOLDS = 500_000
_SAMPLE = 1_000

Files = Mapping[str, Sequence[ParquetFile]]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Household ids from ``low`` up to but not including ``high``; None is open, and blanks are below everything.

    ``form`` says how keys are compared: ``raw`` text or numbers as they stand, or ``text`` made clean first.
    """

    low: Any
    high: Any
    form: str

    def within(self, heading: str) -> pl.Expr:
        """Whether the key in this column lies in the range."""
        key: pl.Expr = pl.col(heading)
        if self.form == "text":
            key = key.cast(pl.String).str.strip_chars()
        if self.low is None and self.high is None:
            return pl.lit(True)
        if self.low is None:
            return key.is_null() | key.lt(self.high)
        return key.ge(self.low) if self.high is None else key.ge(self.low) & key.lt(self.high)

    def excludes(self, key: str) -> bool:
        """Whether a household with this id is surely outside; numbers are not judged."""
        texts = [edge for edge in (self.low, self.high) if edge is not None]
        if not all(isinstance(edge, str) for edge in texts):
            return False
        return (self.low is not None and key < self.low) or (self.high is not None and key >= self.high)


@dataclass(frozen=True, slots=True)
class Cut:
    """One part: its name, its files by table, and its range of ids where the files are shared with other parts."""

    name: str
    files: dict[str, list[ParquetFile]]
    keys: KeyRange | None = None


def plan(files: Files) -> list[Cut]:
    """The cuts of these files."""
    households = files["household"]
    if len(households) > 1:
        for cuts in (by_file(files), by_folder(files)):
            if _apart_by_footer(cuts) or _apart_by_keys(cuts):
                return cuts
    if sum(f.rows for f in households) <= PART_HOUSEHOLDS:
        name = PurePosixPath(households[0].file.shown).name.split(".")[0] if len(households) == 1 else "household"
        return [Cut(name, {table: list(found) for table, found in files.items()})]
    return by_range(files)


# -- one file or folder a table --------------------------------------------------------------------------------------


def by_file(files: Files) -> list[Cut]:
    """A cut for each file of households, with the files of the same name of other tables; none if some is left over."""
    cuts = {
        f.file.within: Cut(str(PurePosixPath(f.file.within).with_suffix("")), {"household": [f]})
        for f in files["household"]
    }
    for table, found in files.items():
        if table == "household":
            continue
        for file in found:
            if file.file.within not in cuts:
                return []
            cuts[file.file.within].files[table] = [file]
    return list(cuts.values())


def by_folder(files: Files) -> list[Cut]:
    """A cut for each folder of files of households, such as ``county=350526``, with the same folder of other tables.

    None if a file lies in no such folder. How the files in a folder are called does not matter: Spark gives each a
    name of its own.
    """
    cuts = {folder: Cut(folder, {}) for file in files["household"] if (folder := _folder(file))}
    for table, found in files.items():
        for file in found:
            if _folder(file) not in cuts:
                return []
            cuts[_folder(file)].files.setdefault(table, []).append(file)
    return list(cuts.values()) if len(cuts) > 1 else []


def _folder(file: ParquetFile) -> str:
    folder = str(PurePosixPath(file.file.within).parent)
    return "" if folder == "." else folder


def _apart_by_footer(cuts: Sequence[Cut]) -> bool:
    """Whether footers prove that no household has rows in two cuts."""
    if not cuts:
        return False
    ranges: list[tuple[Any, Any]] = []
    for cut in cuts:
        bounds = [(f.lowest, f.highest) for found in cut.files.values() for f in found if f.rows]
        if any(low is None or doubtful(low) or doubtful(high) for low, high in bounds):
            return False
        if bounds:
            ranges.append((min(low for low, _ in bounds), max(high for _, high in bounds)))
    try:
        ranges.sort()
        return all(left[1] < right[0] for left, right in zip(ranges, ranges[1:], strict=False))
    except TypeError:
        return False


def doubtful(bound: object) -> bool:
    """Whether a bound hints at keys that change when they are made clean."""
    if isinstance(bound, str):
        return bound != bound.strip() or not bound or not bound.isascii()
    return isinstance(bound, bytes | float)


def _apart_by_keys(cuts: Sequence[Cut]) -> bool:
    """Whether no household has rows in two cuts, by looking at every key."""
    if not cuts:
        return False
    seen: list[pl.Series] = []
    for cut in cuts:
        own = [_hashes(read_keys(f)) for found in cut.files.values() for f in found]
        seen.append(pl.concat(own).unique())
    together = pl.concat(seen)
    return together.n_unique() == len(together)


def _hashes(keys: pl.Series) -> pl.Series:
    keys = keys.drop_nulls()
    changes = keys.filter((keys != keys.shift(1)).fill_null(True))
    return changes.hash()


def read_keys(file: ParquetFile) -> pl.Series:
    """The household ids of a file, clean, as text.

    Raises:
        UnusableInput: the file is damaged.
    """
    try:
        keys = pl.read_parquet(
            readable(file.file.path), columns=[file.key], glob=False, hive_partitioning=False
        ).to_series()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unusable("FP-INTAKE-006", place=file.file.shown, read=str(error)[:200]) from error
    keys = keys.cast(pl.String)
    return keys.str.strip_chars() if needs_cleaning(keys) else keys


# -- ranges of household ids -----------------------------------------------------------------------------------------


def by_range(files: Files, most: int | None = None) -> list[Cut]:
    """Cuts of about equal numbers of households, at most about ``most`` each, over all files."""
    form = _form(files)
    samples = [_sample(f, form) for f in files["household"]]
    sample = pl.concat(samples).drop_nulls().sort()
    count = -(-sum(f.rows for f in files["household"]) // (most or PART_HOUSEHOLDS))
    step = max(1, -(-len(sample) // max(count, 1)))
    edges = sample.gather_every(step)[1:].unique(maintain_order=True).to_list()
    bounds = [None, *edges, None]
    return [
        Cut(f"{i + 1:03d}", {table: list(found) for table, found in files.items()}, KeyRange(low, high, form))
        for i, (low, high) in enumerate(zip(bounds, bounds[1:], strict=False))
    ]


def _form(files: Files) -> str:
    """How keys may be compared: as they stand only if all files hold one type and nothing needs to be made clean."""
    kinds = set()
    for file in _all(files):
        dtype = pl.read_parquet_schema(readable(file.file.path))[file.key]
        kinds.add("int" if dtype.is_integer() else "str" if dtype == pl.String else "other")
    if kinds == {"int"}:
        return "raw"
    if kinds != {"str"}:
        return "text"
    dirty = any(_any_dirty(file) for file in _all(files))
    return "text" if dirty else "raw"


def _all(files: Files) -> Iterable[ParquetFile]:
    return (file for found in files.values() for file in found)


def _any_dirty(file: ParquetFile) -> bool:
    """Whether some key of a file changes when it is made clean."""
    key = pl.col(file.key)
    edges = [key.str.starts_with(c) | key.str.ends_with(c) for c in (" ", "\t", "\r", "\n", "\u3000", "\u00a0")]
    scan = pl.scan_parquet(readable(file.file.path), glob=False, hive_partitioning=False)
    return bool(scan.select(pl.any_horizontal(edges).any()).collect(engine="streaming").item())


def _sample(file: ParquetFile, form: str) -> pl.Series:
    key = pl.col(file.key)
    if form == "text":
        key = key.cast(pl.String).str.strip_chars()
    scan = pl.scan_parquet(readable(file.file.path), glob=False, hive_partitioning=False)
    return scan.select(key.gather_every(_SAMPLE).alias("key")).collect().to_series()
