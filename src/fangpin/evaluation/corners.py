"""The four corners of a comparison: each of two rules on each of two sets of facts.

Reads   two registries (or one on two days), two standards
Gives   corners(one, two) → part by part, one row a household: its status at each corner, and what it was decided by
Keeps   what is the same on both sides is worked out once; a household that one side does not know is ``absent`` there
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from fangpin.identification.decide import decide, needed_columns
from fangpin.intake.batch import Columns, Loaded
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.text import Text

Progress = Callable[[int, int, Text], None]
Frames = Mapping[str, pl.DataFrame]
Seen = tuple[pl.DataFrame, ...]
ABSENT = "absent"
GENERATED = "模拟数据"
HOUSEHOLD = "household_id"
ABOUT = {"household_type": pl.String(), "natural_village": pl.String(), "population": pl.Int64()}
DOING = Text("比较", "comparing")


@dataclass(frozen=True)
class Side:
    """One side of a comparison: facts, and the standard that decides on them."""

    registry: Registry
    standard: Standard

    @property
    def day(self) -> date:
        return self.standard.as_of

    def same_facts(self, other: Side) -> bool:
        """Whether both look at the same facts on the same day."""
        mine, theirs = self.registry, other.registry
        shown = (mine.day, mine.known) == (theirs.day, theirs.known)
        return mine.batch is theirs.batch and shown and self.day == other.day

    def same_rule(self, other: Side) -> bool:
        """Whether both decide in the same way."""
        return self.standard.hash == other.standard.hash


def corners(one: Side, two: Side, progress: Progress | None = None) -> Iterator[pl.DataFrame]:
    """Part by part, every household of either side.

    Returns:
        ``household_id``, ``region_code``, the columns of ``ABOUT``; ``before`` and ``after``, the statuses of the two
        sides; ``by_rule``, the second rule on the first facts; ``by_facts``, the first rule on the second facts; and
        what each side was decided by, with ``__a`` and ``__b`` behind its name.
    """
    need = wanted(one.standard, two.standard)
    if one.registry.batch is two.registry.batch:
        parts, others = one.registry.parts(), two.registry.parts()
        for done, (part, twin) in enumerate(zip(parts, others, strict=True)):
            _tell(progress, done, len(parts))
            loaded = part.load(need)
            facts = frames_on(one.registry, loaded, one.day)
            if one.same_facts(two):
                a, b = _decided(facts, one.standard, one.day), _decided(facts, two.standard, one.day)
                yield _joined((a, b, _about(facts)), (b, a, _about(facts)))
            else:
                again = loaded if two.registry is one.registry else twin.load(need)
                yield _joined(_seen(facts, one, two), _seen(frames_on(two.registry, again, two.day), two, one))
        _tell(progress, len(parts), len(parts))
        return
    seen = []
    for done, (own, other) in enumerate(((one, two), (two, one))):
        _tell(progress, done, 2)
        loads = (part.load(need) for part in own.registry.parts())
        found = [_seen(frames_on(own.registry, loaded, own.day), own, other) for loaded in loads]
        seen.append(tuple(pl.concat(pieces) for pieces in zip(*found, strict=True)))
    _tell(progress, 2, 2)
    yield _joined(*seen)


def _tell(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of, DOING)


def wanted(*standards: Standard) -> Columns:
    """The stored columns that deciding by any of the standards reads, and those that tell households apart."""
    found: dict[str, set[str]] = {"household": set(ABOUT)}
    for standard in standards:
        for table, columns in needed_columns(standard).items():
            found.setdefault(table, set()).update(columns)
    return found


def is_generated(registry: Registry) -> bool:
    """Whether the households say of themselves that they are generated (looked up in the first part)."""
    for part in registry.parts()[:1]:
        source = part.load({"household": {"source"}}).frames["household"]
        if "source" in source.columns:
            return bool(source["source"].head(1).str.contains(GENERATED, literal=True).any())
    return False


def frames_on(registry: Registry, loaded: Loaded, day: date) -> dict[str, pl.DataFrame]:
    """The frames of a part as known on a day, the row of income that holds among them."""
    frames = dict(registry.rows_on(loaded, day))
    frames["income"], _ = registry.income_on(frames, day)
    return frames


def _seen(facts: Frames, own: Side, other: Side) -> Seen:
    """The facts of one side: under its own rule, under the other's, and who they are about."""
    table = _decided(facts, own.standard, own.day)
    return table, table if own.same_rule(other) else _decided(facts, other.standard, own.day), _about(facts)


def _decided(facts: Frames, standard: Standard, day: date) -> pl.DataFrame:
    table = decide(facts, replace(standard, as_of=day), asking=False)
    read = ["income_status", "count_true", "count_unknown", *standard.codes, "veto"]
    return table.select(HOUSEHOLD, "region_code", "status", *read)


def _about(facts: Frames) -> pl.DataFrame:
    household = facts["household"]
    kept = [
        pl.col(name).cast(kind) if name in household.columns else pl.lit(None, kind).alias(name)
        for name, kind in ABOUT.items()
    ]
    return household.select(HOUSEHOLD, *kept)


def _joined(one: Seen, two: Seen) -> pl.DataFrame:
    """Everything of a household in one row."""
    (a, by_rule, about), (b, by_facts, about_two) = one, two
    left = a.rename({c: f"{c}__a" for c in a.columns if c != HOUSEHOLD})
    right = b.rename({c: f"{c}__b" for c in b.columns if c != HOUSEHOLD})
    both = left.join(right, on=HOUSEHOLD, how="full", coalesce=True)
    for name, found in (("by_rule", by_rule), ("by_facts", by_facts)):
        both = both.join(found.select(HOUSEHOLD, pl.col("status").alias(name)), on=HOUSEHOLD, how="left")
    for suffix, found in (("__one", about), ("__two", about_two)):
        both = both.join(found.rename({c: f"{c}{suffix}" for c in ABOUT}), on=HOUSEHOLD, how="left")
    said = [pl.coalesce(f"{c}__two", f"{c}__one").alias(c) for c in ABOUT]
    both = both.with_columns(
        pl.coalesce("region_code__b", "region_code__a").alias("region_code"),
        pl.col("status__a").fill_null(ABSENT).alias("before"),
        pl.col("status__b").fill_null(ABSENT).alias("after"),
        pl.col("by_rule", "by_facts").fill_null(ABSENT),
        *said,
    )
    return both.drop(_dropped(both.columns)).sort(HOUSEHOLD)


def _dropped(columns: Sequence[str]) -> list[str]:
    gone = ("status__", "region_code__", *(f"{c}__" for c in ABOUT))
    return [c for c in columns if c.startswith(gone) and c.endswith(("__a", "__b", "__one", "__two"))]
