"""Parquet: rows read part by part, only the columns asked for.

Reads   a listing whose files are all Parquet
Gives   parquet_batch: a batch whose parts share no household; FilePart (one file a table), RangePart (a range of ids)
Not     how files are cut into parts (plan)
Keeps   a household's rows are always together, in whatever files they stand; a doubled household is found across files
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from fangpin import tables
from fangpin.intake.address import readable
from fangpin.intake.batch import Batch, Columns, Loaded, Part, Progress, SourceFile
from fangpin.intake.guard import again
from fangpin.intake.headings import Headed, absent_in, read_headings
from fangpin.intake.judge import Judged, column_findings, empty_frame, judge, wanted_fields
from fangpin.intake.messages import finding, unusable
from fangpin.intake.parquet_file import ParquetFile, open_file
from fangpin.intake.plan import Cut, KeyRange, by_range, doubtful, plan
from fangpin.intake.raw import Origin, RawTable, unique_names
from fangpin.intake.rows import account
from fangpin.intake.sources import Listing, TableFile
from fangpin.tables import Table
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

FINDING_LIMIT = 1_000
"""Findings of one code and field that are kept one by one in each part; the rest is counted."""

Files = Mapping[str, Sequence[ParquetFile]]


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """Households of one set of files, or of one range of ids in them."""

    name: str
    files: Files
    keys: KeyRange | None = None

    def load(self, columns: Columns | None = None) -> Loaded:
        """The frames of this part, read from the files each time."""
        with again([f.file.path for some in self.files.values() for f in some], self.name):
            return self._loaded(columns)

    def _loaded(self, columns: Columns | None) -> Loaded:
        judged: dict[str, Judged] = {}
        hashes: pl.Series | None = None
        for table in tables.catalogue().tables.values():
            if columns is not None and table.name not in columns and table.name != "household":
                judged[table.name] = Judged(table, empty_frame(wanted_fields(table, ())), [])
                continue
            asked = None if columns is None else columns.get(table.name, set())
            raws = [self._raw(file, table, asked) for file in self.files.get(table.name, ())]
            judged[table.name], _ = judge(table, raws, asked, households=hashes)
            if table.name == "household":
                hashes = judged[table.name].frame["household_id"].hash()
        return account(judged, FINDING_LIMIT)

    def may_hold(self, household_id: str) -> bool:
        """Whether the household can be in this part, by the ranges of ids in the footers."""
        if self.keys is not None and self.keys.excludes(household_id):
            return False
        bounds = [(f.lowest, f.highest) for f in self.files.get("household", ())]
        if any(not isinstance(low, str) or doubtful(low) or doubtful(high) for low, high in bounds):
            return True
        return any(low <= household_id <= high for low, high in bounds)

    def _raw(self, file: ParquetFile, table: Table, asked: set[str] | None) -> RawTable:
        wanted = {f.name for f in wanted_fields(table, asked)}
        headings = [h for h, name in file.fields.items() if name in wanted]
        if not file.distinct:
            return read_parquet_raw(file.file, table.name)
        return read_range(file, headings, self.keys) if self.keys else read_whole(file, headings)


def _named(frame: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    names = unique_names(len(headings))
    return pl.DataFrame([frame[heading].alias(name) for heading, name in zip(headings, names, strict=True)])


def read_whole(file: ParquetFile, headings: Sequence[str]) -> RawTable:
    """Columns of a whole file."""
    try:
        frame = pl.read_parquet(readable(file.file.path), columns=list(headings), glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unusable("FP-INTAKE-006", place=file.file.shown, read=str(error)[:200]) from error
    return RawTable(file.table, _named(frame, headings), tuple(headings), Origin(file.file.shown), typed=True)


def read_range(file: ParquetFile, headings: Sequence[str], keys: KeyRange) -> RawTable:
    """Columns of the rows of a file whose household lies in a range."""
    try:
        scan = pl.scan_parquet(readable(file.file.path), glob=False, hive_partitioning=False, row_index_name="\x00row")
        frame = scan.filter(keys.within(file.key)).select("\x00row", *headings).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unusable("FP-INTAKE-006", place=file.file.shown, read=str(error)[:200]) from error
    origin = Origin(file.file.shown, rows=frame["\x00row"] + 2)
    return RawTable(file.table, _named(frame, headings), tuple(headings), origin, typed=True)


def read_parquet_raw(file: TableFile, table: str) -> RawTable:
    """All columns of a file as they stand, also where two have one name."""
    import pyarrow.parquet as pq

    try:
        read = pq.ParquetFile(file.path.open("rb") if file.data is None else io.BytesIO(file.data)).read()
    except Exception as error:  # pyarrow raises its own kinds, OSError and ValueError
        raise unusable("FP-INTAKE-006", place=file.shown, read=str(error)[:200]) from error
    names = unique_names(read.num_columns)
    columns = [pl.from_arrow(read.column(i)) for i in range(read.num_columns)]
    frame = pl.DataFrame({n: c.alias(n) for n, c in zip(names, columns, strict=True) if isinstance(c, pl.Series)})
    return RawTable(table, frame, tuple(read.column_names), Origin(file.shown), typed=True)


# -- the batch -------------------------------------------------------------------------------------------------------


def parquet_batch(listing: Listing, place: str, progress: Progress | None = None) -> Batch:
    """The batch of a folder of Parquet files.

    Raises:
        UnusableInput: a file is damaged, or a key column is missing or doubled.
    """
    files: dict[str, list[ParquetFile]] = {}
    findings = list(listing.findings)
    total = sum(len(found) for found in listing.files.values())
    done = 0
    for table in tables.catalogue().tables.values():
        if table.name not in listing.files:
            findings.append(finding("FP-INTAKE-017", table=table.name, label=table.label, field=table.name))
            continue
        headed: list[tuple[Headed, Origin]] = []
        for listed in listing.files[table.name]:
            opened, heads = _open(table, listed)
            files.setdefault(table.name, []).append(opened)
            headed.append((heads, Origin(listed.shown)))
            done += 1
            if progress is not None and done % 100 == 0:
                progress(done, total, Text("打开文件", "opening files"))
        findings += _about_columns(table, headed)
    parts = [_part(cut) for cut in plan(files)]
    sources = [
        SourceFile(f.file.path, name, f.rows, shown=f.file.shown) for name, found in files.items() for f in found
    ]
    return Batch(parts, sources, findings, place=place, in_memory=False)


def finer(batch: Batch, most: int) -> Batch:
    """The batch in parts of at most about ``most`` households: for work that reads every column.

    A part that shares its files with others (a range of ids) is cut anew over all of these files.
    """
    parts: list[Part] = []
    ranged: list[ParquetPart] = []
    for part in batch.parts:
        if not isinstance(part, ParquetPart) or sum(f.rows for f in part.files.get("household", ())) <= most:
            parts.append(part)
        elif part.keys is None:
            parts += [replace(_part(cut), name=f"{part.name}-{cut.name}") for cut in by_range(part.files, most)]
        else:
            ranged.append(part)
    if ranged:
        parts += [_part(cut) for cut in by_range(ranged[0].files, most)]
    return replace(batch, parts=parts) if len(parts) != len(batch.parts) else batch


def _about_columns(table: Table, headed: list[tuple[Headed, Origin]]) -> list[Finding]:
    return column_findings([heads for heads, _ in headed]) + absent_in(table, headed)


def _part(cut: Cut) -> ParquetPart:
    return ParquetPart(cut.name, cut.files, cut.keys)


def _open(table: Table, listed: TableFile) -> tuple[ParquetFile, Headed]:
    """A file whose columns are understood, and what its headings had to say."""
    opened = open_file(listed, table.name)

    def same(left: int, right: int) -> bool:
        raw = read_parquet_raw(listed, table.name)
        return raw.column(left).equals(raw.column(right), check_names=False, null_equal=True)

    heads = read_headings(table, opened.headings, Origin(listed.shown), same)
    return opened, heads
