"""Supplementing: answers that came back, laid over what was known, as new rows.

Reads   a registry; workbooks or folders that came back from visits (intake)
Gives   supplement(registry, paths, day) → Registry
Keeps   nothing is overwritten: an answer makes a new version of the latest row, known from the day of the visit;
        a blank cell leaves what was known; a sheet of which nothing was filled in changes nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path

import polars as pl

from fangpin import tables
from fangpin.intake import Batch, Counts, Loaded, Part, read_batch
from fangpin.intake.batch import Columns, SourceFile
from fangpin.registry.income import ENDS, income_on
from fangpin.registry.income import _with_end as with_end
from fangpin.registry.registry import Registry
from fangpin.registry.versions import as_of
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

HOUSEHOLD = "household_id"
VERSIONS = ("valid_from", "valid_to", "known_at", "source")
RECOGNITION: Mapping[str, frozenset[str]] = {
    "household": frozenset({"region_code", "natural_village", "head_name"}),
    "member": frozenset({"name"}),
    "income_year": frozenset({"year", "stage", "window_from", "window_to"}),
}
"""Fields that a sheet shows so that people and rows are recognised: alone they are no answer."""
SOURCE = "入户核查"
ABSENT = ("FP-INTAKE-015", "FP-INTAKE-016", "FP-INTAKE-017")
UNREAD = "FP-INTAKE-011"
STRANGER = "FP-REGISTRY-002"
_ANSWERED, _NEW, _AT = "\x00answered", "\x00new", "\x00at"
_STRANGE = Text(
    "交回的表里有登记中没有的户，这一户的各行未收",
    "a sheet that came back names a household the registry does not have; its rows were refused",
)
_STRANGE_REMEDY = Text(
    "核对户编号；新的户先进农户表", "check the household id; a new household goes into the table of households first"
)


@dataclass(frozen=True, slots=True)
class Returned:
    """One workbook or folder that came back: its rows by table, and what reading it had to say."""

    frames: dict[str, pl.DataFrame]
    findings: list[Finding]
    counts: Counts
    by_table: dict[str, Counts]
    files: list[SourceFile]


def supplement(registry: Registry, paths: Iterable[str | Path], day: date) -> Registry:
    """The registry with the answers of returned sheets laid over it.

    Each filled cell replaces what the latest row of its key said; blank cells leave it. The result is a new row, known
    from its own ``known_at``, else that of its household's row in the sheet, else ``day``; a row learned after the
    visit keeps what it says. A change to nothing but a name or region code is not taken. The whole row then counts as
    seen on that day. Rows of tables without a key are added, but a row of income supplements the row whose window
    ends alike.

    Args:
        registry: What is known.
        paths: Workbooks (or folders) as :func:`fangpin.intake.read_batch` reads them, in the order they came back.
        day: The day for rows that do not say when they were learned.

    Returns:
        A registry with the same parts; findings and counts of the sheets are added to its own.

    Raises:
        UnusableInput: a path cannot be read.
    """
    returned = [_read(Path(path), day) for path in paths]
    known = _known(registry, returned)
    returned = [_refuse_strangers(book, known) for book in returned]
    batch = registry.batch
    parts: list[Part] = [SupplementedPart(p.name, p, tuple(returned), day, not i) for i, p in enumerate(batch.parts)]
    findings = [*batch.findings, *(f for book in returned for f in book.findings)]
    files = [*batch.files, *(f for book in returned for f in book.files)]
    return Registry(Batch(parts, files, findings, batch.profile, batch.profile_hash, batch.place, batch.in_memory))


@dataclass(frozen=True, slots=True)
class SupplementedPart:
    """A part with the answers of its households; the first part also carries the counts of the sheets."""

    name: str
    part: Part
    returned: tuple[Returned, ...]
    day: date
    first: bool

    def load(self, columns: Columns | None = None) -> Loaded:
        """The frames with new rows after the old ones."""
        loaded = self.part.load(columns)
        ids = loaded.frames["household"].select(HOUSEHOLD).unique()
        frames = dict(loaded.frames)
        for book in self.returned:
            for name, answers in book.frames.items():
                if columns is None or name in columns:
                    mine = answers.join(ids, on=HOUSEHOLD, how="semi", maintain_order="left")
                    if mine.height:
                        frames[name] = _overlaid(name, frames[name], mine, self.day)
        loaded = replace(loaded, frames=frames)
        return _with_counts(loaded, self.returned) if self.first else loaded

    def may_hold(self, household_id: str) -> bool:
        """As the part without the answers: they bring no new household."""
        return self.part.may_hold(household_id)


def _with_counts(loaded: Loaded, returned: Sequence[Returned]) -> Loaded:
    by_table = {
        name: sum((b.by_table.get(name, Counts()) for b in returned), counts)
        for name, counts in loaded.by_table.items()
    }
    return replace(loaded, counts=sum((b.counts for b in returned), loaded.counts), by_table=by_table)


# -- reading what came back ---------------------------------------------------------------------------------
def _read(path: Path, day: date) -> Returned:
    """The rows of one workbook or folder, each with the day it was learned and whether it answers anything."""
    batch = read_batch(path)
    loaded = batch.load()
    visited = loaded.frames["household"].select(HOUSEHOLD, pl.col("known_at").alias(_AT)).drop_nulls().unique(HOUSEHOLD)
    frames = {name: _answers(name, frame, visited, day) for name, frame in loaded.frames.items() if frame.height}
    findings = [f for f in (*batch.findings, *loaded.findings) if not _expected(f)]
    return Returned(frames, findings, loaded.counts, dict(loaded.by_table), list(batch.files))


def _expected(found: Finding) -> bool:
    """Whether it lies in the nature of a visit sheet: most columns are not there, and heads are named everywhere."""
    head = tables.catalogue().field("household.head_name").label.zh
    return found.code in ABSENT or (found.code == UNREAD and found.column == head)


def _answers(name: str, frame: pl.DataFrame, visited: pl.DataFrame, day: date) -> pl.DataFrame:
    table = tables.catalogue().table(name)
    told = [f.inside for f in table.fields.values() if f.name not in table.identity]
    facts = [c for c in told if c not in RECOGNITION.get(name, ())]
    rows = frame.join(visited, on=HOUSEHOLD, how="left", maintain_order="left")
    return (
        rows.with_columns(
            pl.coalesce("known_at", _AT, pl.lit(day)).alias("known_at"),
            pl.col("source").fill_null(SOURCE),
            _any_known(facts).alias(_ANSWERED),
            _any_known(told).alias(_NEW),
        )
        .drop(_AT)
        .filter(_NEW)
    )


def _any_known(columns: Sequence[str]) -> pl.Expr:
    return reduce(or_, [pl.col(c).is_not_null() for c in columns], pl.lit(False))


def _known(registry: Registry, returned: Sequence[Returned]) -> pl.DataFrame:
    """The households of the sheets that the registry has."""
    named = pl.concat(
        [
            pl.DataFrame(schema={HOUSEHOLD: pl.String}),
            *(f.select(HOUSEHOLD) for b in returned for f in b.frames.values()),
        ]
    ).unique()
    found = (
        [named.join(p.load({}).frames["household"], on=HOUSEHOLD, how="semi") for p in registry.parts()]
        if named.height
        else []
    )
    return pl.concat([named.head(0), *found]).unique()


def _refuse_strangers(book: Returned, known: pl.DataFrame) -> Returned:
    """The sheet without rows of households that the registry does not have; each such household is a finding."""
    frames, by_table, strange = {}, dict(book.by_table), set()
    for name, frame in book.frames.items():
        frames[name] = frame.join(known, on=HOUSEHOLD, how="semi", maintain_order="left")
        gone = frame.height - frames[name].height
        if gone:
            strange |= set(frame.join(known, on=HOUSEHOLD, how="anti")[HOUSEHOLD])
            by_table[name] = _refused(by_table[name], gone)
    if not strange:
        return book
    file = book.files[0].path.name if book.files else ""
    said = [
        Finding(STRANGER, "error", _STRANGE, _STRANGE_REMEDY, "household.household_id", key, file)
        for key in sorted(strange)
    ]
    return replace(
        book,
        frames=frames,
        findings=[*book.findings, *said],
        by_table=by_table,
        counts=sum(by_table.values(), Counts()),
    )


def _refused(counts: Counts, gone: int) -> Counts:
    """The same rows, so many of them refused."""
    clean = min(gone, counts.accepted)
    return replace(
        counts,
        accepted=counts.accepted - clean,
        refused=counts.refused + gone,
        accepted_with_findings=counts.accepted_with_findings - (gone - clean),
    )


# -- laying over --------------------------------------------------------------------------------------------
def _overlaid(name: str, frame: pl.DataFrame, answers: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of one table with the answers as new versions."""
    key = tables.catalogue().table(name).key
    if name == "income_year":
        return _income_overlaid(frame, answers, day)
    if not key:
        return pl.concat([frame, answers.filter(_ANSWERED).select(frame.columns)])
    latest = as_of({name: frame}, day)[name]
    merged = _merged(answers.select(*frame.columns, _ANSWERED, _NEW), latest, list(key))
    return pl.concat([frame, merged.select(frame.columns)])


def _income_overlaid(frame: pl.DataFrame, answers: pl.DataFrame, day: date) -> pl.DataFrame:
    """Income: the row whose window ends alike, else the one that holds on the day where the sheet names no window."""
    rows = as_of({"income_year": frame}, day)["income_year"]
    held = income_on({"income_year": rows}, day)[0].select(HOUSEHOLD, pl.col(ENDS).alias(_AT))
    mine = with_end(answers.select(*frame.columns, _ANSWERED, _NEW)).join(
        held, on=HOUSEHOLD, how="left", maintain_order="left"
    )
    mine = mine.with_columns(pl.coalesce(ENDS, _AT).alias(ENDS)).drop(_AT)
    order = [c for c in ("known_at", "stage") if c in rows.columns]
    latest = (
        with_end(rows)
        .sort(order, nulls_last=False, maintain_order=True)
        .unique([HOUSEHOLD, ENDS], keep="last", maintain_order=True)
    )
    merged = _merged(mine, latest, [HOUSEHOLD, ENDS]).filter(_ANSWERED)
    same = ["household_id", ENDS, "known_at"]
    kept = with_end(frame).join(merged.select(same), on=same, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([kept.select(frame.columns), merged.select(frame.columns)])


def _merged(answers: pl.DataFrame, latest: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Answers laid over the latest rows of their keys; rows that answer nothing and are not new are left out."""
    old = latest.rename({c: f"\x00{c}" for c in latest.columns if c not in key}).with_columns(pl.lit(True).alias(_AT))
    both = answers.join(old, on=key, how="left", nulls_equal=True, maintain_order="left")
    is_new = pl.col(_AT).is_null()
    both = both.filter(pl.col(_ANSWERED) | (is_new & pl.col(_NEW)))
    later = (pl.col("\x00known_at") > pl.col("known_at")).fill_null(False)
    laid = []
    for column in latest.columns:
        if column in key:
            continue
        mine, before = pl.col(column), pl.col(f"\x00{column}")
        if column == "known_at":
            laid.append(pl.max_horizontal(mine, before).alias(column))
        elif column == "source":
            laid.append(mine)
        else:
            laid.append(
                pl.when(later).then(pl.coalesce(before, mine)).otherwise(pl.coalesce(mine, before)).alias(column)
            )
    return both.with_columns(laid)
