"""The county's rows for the core: read from the version tables as canonical frames, part by part.

Gives   registry (what `fp.identify` takes), frames (all tables, or some, of some households), Seen (batches that count)
Not     which row holds on a day: only the core's `as_of` chooses among versions
Keeps   encrypted columns stay references unless they are asked for in the clear; only published batches are seen
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from django.db import connections

from fangpin.intake.batch import Batch as CoreBatch
from fangpin.intake.batch import Columns as Wanted
from fangpin.intake.batch import Counts, Loaded, SourceFile
from fangpin.registry import Registry
from fangpin.web.registers.base import Batch
from fangpin.web.registers.bulk import unsealed
from fangpin.web.registers.columns import TABLES, columns

ROW, REPLACES, BATCH, SAID = "row_id", "replaces", "batch_id", "said_at"
FETCH = 20_000
ASKED = 400
"""Up to so many households are asked for by their ids; more are read with their whole region."""


@dataclass(frozen=True)
class Seen:
    """Which batches count: those published, perhaps with one that is about to be, or as they stood at a run.

    Args:
        batches: Their ids.
        hidden: Ids within ``0..last`` that do not count; the usual case is short.
    """

    batches: tuple[int, ...]

    @classmethod
    def now(cls, *besides: int) -> Seen:
        """The batches that are published now, and some besides."""
        published = Batch.objects.filter(state=Batch.State.PUBLISHED).values_list("id", flat=True)
        return cls(tuple(sorted({*published, *besides})))

    def sql(self) -> str:
        """The condition on a row; ids are integers, so they may stand in the text."""
        return f"batch_id IN ({', '.join(map(str, map(int, self.batches)))})" if self.batches else "1 = 0"

    def digest(self) -> str:
        """A hash of them: rows are never changed, so the same batches are the same facts."""
        return hashlib.sha256(",".join(map(str, self.batches)).encode()).hexdigest()


@dataclass(frozen=True)
class Within:
    """Which households: of some regions (codes or the first digits of codes; none: all), or these only."""

    regions: tuple[str, ...] = ()
    households: tuple[str, ...] | None = None


def frames(
    names: Iterable[str] = TABLES,
    within: Within | None = None,
    seen: Seen | None = None,
    wanted: Wanted | None = None,
    clear: bool = False,
) -> dict[str, pl.DataFrame]:
    """Canonical frames with the columns ``row_id``, ``replaces`` and ``batch_id``; every version of every row.

    Args:
        names: The tables.
        within: The households.
        seen: The batches that count; those published now if not given.
        wanted: Columns by table, keys and version columns apart; all if not given.
        clear: Whether encrypted columns come as values; else they come as references under their database name.
    """
    within, seen = within or Within(), seen or Seen.now()
    found = {name: _table(name, within, seen, None if wanted is None else wanted.get(name, set())) for name in names}
    if within.regions and within.households is None and "household" in found:
        keep = found["household"].filter(in_regions(within.regions))["household_id"].unique()
        found = {name: frame.filter(pl.col("household_id").is_in(keep.implode())) for name, frame in found.items()}
    return {name: _opened(name, frame) for name, frame in found.items()} if clear else found


def in_regions(regions: Sequence[str]) -> pl.Expr:
    """Rows whose region lies in one of some regions, named by code or by the first digits of one."""
    return pl.any_horizontal([pl.col("region_code").str.starts_with(prefix(r)) for r in regions])


def prefix(code: str) -> str:
    """The digits that all regions within one begin with: 350526000000 becomes 350526."""
    for length in (2, 4, 6, 9):
        if len(code) == 12 and not code[length:].strip("0"):
            return code[:length]
    return code


def rows_by_id(name: str, ids: Sequence[int]) -> pl.DataFrame:
    """Some rows of a table with every column, whatever batch they are of; encrypted columns as references."""
    about, connection = columns(name), connections["default"]
    quote = connection.ops.quote_name
    stored = [*(about.stored(n) for n in about.fields), "id", REPLACES, BATCH, SAID]
    chosen = ", ".join(_plain(quote(n), n, about.model._meta.db_table, connection.vendor) for n in stored)
    names, pieces = [*about.fields, ROW, REPLACES, BATCH, SAID], []
    for start in range(0, len(ids), ASKED):
        some = ", ".join(str(int(i)) for i in ids[start : start + ASKED])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {chosen} FROM {quote(about.model._meta.db_table)} WHERE id IN ({some})")
            pieces.append(about.from_database(names, cursor.fetchall()))
    whole = pl.concat(pieces) if pieces else about.from_database(names, [])
    return whole.rename({n: about.stored(n) for n in about.sealed})


def _table(name: str, within: Within, seen: Seen, wanted: Iterable[str] | None) -> pl.DataFrame:
    about = columns(name)
    keys = [n for n in about.fields if n not in about.facts]
    facts = [n for n in about.facts if wanted is None or n in set(wanted)]
    if name == "household" and "region_code" not in facts:
        facts.append("region_code")
    names = [*keys, *facts, ROW, REPLACES, BATCH, SAID]
    stored = [about.stored(n) for n in keys + facts] + ["id", REPLACES, BATCH, SAID]
    rows = _rows(about.model._meta.db_table, stored, within, seen)
    pieces = [about.from_database(names, some) for some in rows]
    whole = pl.concat(pieces) if pieces else about.from_database(names, [])
    return whole.rename({n: about.stored(n) for n in facts if n in about.sealed})


def _rows(table: str, stored: Sequence[str], within: Within, seen: Seen) -> Iterator[list[tuple[object, ...]]]:
    """Rows of a table in pieces, in the order in which they were added."""
    connection = connections["default"]
    quote = connection.ops.quote_name
    chosen = ", ".join(_plain(quote(n), n, table, connection.vendor) for n in stored)
    sql = f"SELECT {chosen} FROM {quote(table)} WHERE {seen.sql()}"
    some: list[str] | None = None if within.households is None else list(within.households)
    if some is not None and len(some) > ASKED:
        for start in range(0, len(some), ASKED):
            yield from _rows(table, stored, Within((), tuple(some[start : start + ASKED])), seen)
        return
    if some is not None:
        sql += f" AND household_id IN ({', '.join(['%s'] * len(some))})" if some else " AND 1 = 0"
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY id", some)
        while piece := cursor.fetchmany(FETCH):
            yield piece


def _plain(quoted: str, name: str, table: str, vendor: str) -> str:
    """A date or list as text, a truth as a number: the same from both databases, and without a Python object for each.

    A plus keeps SQLite's driver from converting; it changes no value.
    """
    about = columns(table.removeprefix("registers_"))
    kind = about.fields[name].kind if name in about.fields else "date" if name == SAID else ""
    if kind not in ("date", "month", "codes", "bool"):
        return quoted
    if vendor == "postgresql":
        return f"{quoted}::int" if kind == "bool" else f"{quoted}::text"
    return f"+{quoted}"


def _opened(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Encrypted columns in the clear, under their own names."""
    for column, path in columns(name).sealed.items():
        stored = columns(name).stored(column)
        if stored not in frame.columns:
            continue
        values = unsealed(path, frame[stored].drop_nulls().unique().to_list())
        opened = pl.DataFrame(
            {stored: list(values), column: list(values.values())}, schema={stored: pl.Int64, column: pl.String}
        )
        frame = frame.join(opened, on=stored, how="left", maintain_order="left").drop(stored)
    return frame


@dataclass(frozen=True)
class DatabasePart:
    """The households of some regions, or some households: one part of a registry."""

    name: str
    within: Within
    seen: Seen
    clear: bool = False
    _ids: set[str] = field(default_factory=set, repr=False)

    def load(self, wanted: Wanted | None = None) -> Loaded:
        """The frames of this part; rows come as they were accepted, so there are no findings."""
        loaded = frames(TABLES, self.within, self.seen, wanted, self.clear)
        plain = {n: _for_core(n, frame, self.clear) for n, frame in loaded.items()}
        by_table = {n: Counts(frame.height, frame.height) for n, frame in plain.items()}
        return Loaded(plain, [], sum(by_table.values(), Counts()), by_table)

    def may_hold(self, household_id: str) -> bool:
        """Whether the household can be in this part."""
        return self.within.households is None or household_id in self.within.households


def _for_core(name: str, frame: pl.DataFrame, clear: bool) -> pl.DataFrame:
    """A frame with the columns of the core and those by which versions replace each other."""
    references = [] if clear else [columns(name).stored(n) for n in columns(name).sealed]
    frame = frame.drop([BATCH, SAID, *(r for r in references if r in frame.columns)])
    if not frame[REPLACES].null_count() < frame.height:
        return frame.drop(ROW, REPLACES)
    return frame


def registry(
    regions: Sequence[str] = (),
    households: Sequence[str] | None = None,
    seen: Seen | None = None,
    clear: bool = False,
) -> Registry:
    """The registry of some regions, or of some households, for the core.

    Args:
        regions: Codes, or the first digits of codes; none for all.
        households: These only.
        seen: The batches that count; those published now if not given.
        clear: Whether identity numbers come in the clear (the quality checks need them; rules do not).
    """
    seen = seen or Seen.now()
    within = Within(tuple(regions), None if households is None else tuple(households))
    part = DatabasePart(" ".join(regions) or "registers", within, seen, clear)
    said = f"{seen.digest()} {sorted(within.regions)} {sorted(within.households or ())}"
    content = hashlib.sha256(said.encode()).hexdigest()
    files = [SourceFile(Path(name), name, 0, content=content, shown=name) for name in TABLES]
    return Registry(CoreBatch([part], files, [], place="", in_memory=False))


def as_of(frames: Mapping[str, pl.DataFrame], day: object) -> dict[str, pl.DataFrame]:
    """What holds on a day, as the core chooses it."""
    from datetime import date

    from fangpin.registry import as_of as choose

    return choose(frames, day if isinstance(day, date) else date.fromisoformat(str(day)))
