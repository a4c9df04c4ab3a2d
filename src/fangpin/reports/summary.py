"""The summary of a run: everything the report counts, gathered part by part in bounded memory.

Reads   verdict tables (identification), the households' frames of the same part
Gives   Summary(standard): `.add(table, frames)` for each part, `.name(registry)` once at the end; then the tallies
        below, which `figures` turns into tables
Not     how it looks (html), what a status means (identification)
Keeps   memory does not grow with the households: only counts by what repeats, and a capped list of households;
        villages are folded into townships, and these into counties, where there are too many to show
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from fangpin.identification.verdict import STATUSES
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.money import FEN

HOUSEHOLD = "household_id"
GENERATED = "模拟数据"
LISTED = tuple(s for s in STATUSES if s != "not_low_income")
MOST_LISTED = 500
MOST_PLACES = 20_000
MOST_ROWS = 200_000
MOST_PATTERNS = 20_000
BINS_BELOW, BINS_ABOVE = 17, 24
SHOWN = (
    "region_code",
    "natural_village",
    HOUSEHOLD,
    "status",
    "route",
    "income_status",
    "income",
    "count_true",
    "count_unknown",
    "veto",
    "ask_least",
    "target_group",
    "population",
    "head_name",
)


@dataclass
class Tally:
    """Counts of households by some columns, summed over parts.

    Args:
        keys: The columns counted by.
        sums: Columns that are added up.
        most: How many rows may wait before they are summed.
    """

    keys: tuple[str, ...]
    sums: tuple[str, ...]
    most: int = MOST_ROWS
    _pieces: list[pl.DataFrame] = field(default_factory=list)

    def add(self, piece: pl.DataFrame) -> None:
        """Counts of one more part."""
        self._pieces.append(piece)
        if len(self._pieces) > 1 and sum(p.height for p in self._pieces) > self.most:
            self._pieces = [self.frame]

    @property
    def frame(self) -> pl.DataFrame:
        """The counts, one row for each combination of keys, in their order."""
        if not self._pieces:
            names = {**dict.fromkeys(self.keys, pl.String()), **dict.fromkeys(self.sums, pl.Int64())}
            return pl.DataFrame(schema=names)
        if len(self._pieces) > 1:
            whole = pl.concat(self._pieces)
            self._pieces = [whole.group_by(self.keys).agg(pl.col(self.sums).sum())]
        self._pieces = [self._pieces[0].sort(self.keys, nulls_last=True)]
        return self._pieces[0]

    def by(self, key: str, where: pl.Expr | None = None) -> dict[Any, tuple[int, int]]:
        """Households and persons by one of the keys; rows where it is blank are left out."""
        frame = self.frame if where is None else self.frame.filter(where)
        rows = frame.drop_nulls(key).group_by(key).agg(pl.col("households", "persons").sum()).sort(key)
        return {
            value: (int(n), int(persons)) for value, n, persons in rows.select(key, "households", "persons").iter_rows()
        }

    def replace(self, frame: pl.DataFrame) -> None:
        """Other counts instead, such as folded ones."""
        self._pieces = [frame]


class Summary:
    """What a report says of many households, gathered part by part.

    Args:
        standard: The standard of the verdicts.
        listed: How many households of each status are listed by name (the first by village).
    """

    def __init__(self, standard: Standard, listed: int = MOST_LISTED) -> None:
        self.standard, self.most_listed = standard, listed
        self.codes = [i.code for i in standard.indicators]
        self.answered = [*standard.codes, "veto"]
        self.generated = False
        self.place_width = 12
        self._named = False
        sums = ("households", "persons", "uncounted")
        self.answers = Tally(("status", "income_status", "answers"), sums)
        self.routes = Tally(("status", "route"), ("households", "persons"))
        self.groups = Tally(("target_group", "target_group_open"), ("households", "persons"))
        self.places = Tally(("region_code", "natural_village", "status"), (*sums, "one"))
        self.bins = Tally(("bin",), ("households", "persons"))
        self.gaps = Tally(("facts", "ask_least"), ("households",))
        self.listed = pl.DataFrame()

    # -- gathering ------------------------------------------------------------------------------------------
    def add(self, table: pl.DataFrame, frames: Mapping[str, pl.DataFrame] | None = None) -> None:
        """Counts one verdict table in.

        Args:
            table: As in :func:`fangpin.identification.verdict.schema`.
            frames: The canonical frames it was made from; of ``household`` the columns ``population``,
                ``natural_village``, ``head_name`` and ``source`` are used where they are there.
        """
        if not table.height:
            return
        self.__dict__.pop("patterns", None)
        household = (frames or {}).get("household")
        if household is not None:
            self._look_at_source(household)
        facts = self._with_facts(table, household)
        persons = [
            pl.len().cast(pl.Int64).alias("households"),
            pl.col("population").sum().cast(pl.Int64).alias("persons"),
            pl.col("population").null_count().cast(pl.Int64).alias("uncounted"),
        ]
        one = (pl.col("ask_least") == 1).sum().cast(pl.Int64).alias("one")
        rows = facts.lazy()
        counted = pl.collect_all(
            [
                self._answered(rows).group_by(self.answers.keys).agg(persons),
                rows.filter(pl.col("route").is_not_null()).group_by(self.routes.keys).agg(persons[:2]),
                rows.filter(pl.col("target_group").is_not_null() | pl.col("target_group_open"))
                .group_by(self.groups.keys)
                .agg(persons[:2]),
                rows.group_by(self.places.keys).agg(*persons, one),
                self._binned(rows).group_by(self.bins.keys).agg(persons[:2]),
            ]
        )
        tallies = (self.answers, self.routes, self.groups, self.places, self.bins)
        for tally, piece in zip(tallies, counted, strict=True):
            tally.add(piece)
        self._add_gaps(facts)
        self._add_listed(facts)
        self._fold_places()

    def _look_at_source(self, household: pl.DataFrame) -> None:
        if not self.generated and "source" in household.columns:
            self.generated = bool(household["source"].str.contains(GENERATED, literal=True).any())

    def _with_facts(self, table: pl.DataFrame, household: pl.DataFrame | None) -> pl.DataFrame:
        """The table with what is known of each household besides its verdict."""
        wanted = {"population": pl.Int32(), "natural_village": pl.String(), "head_name": pl.String()}
        if household is None:
            return table.with_columns([pl.lit(None, kind).alias(name) for name, kind in wanted.items()])
        own = household.select(
            HOUSEHOLD,
            *[pl.col(n).cast(k) if n in household.columns else pl.lit(None, k).alias(n) for n, k in wanted.items()],
        )
        if own.height == table.height and own[HOUSEHOLD].equals(table[HOUSEHOLD]):
            return table.hstack(own.select(wanted.keys()))
        return table.join(own, on=HOUSEHOLD, how="left", maintain_order="left")

    def _answered(self, facts: pl.LazyFrame) -> pl.LazyFrame:
        """Indicators, veto items and veto of a household as one number: digits 0 no, 1 yes, 2 unknown."""
        whole = pl.Int32() if len(self.answered) < 20 else pl.Int64()
        number = pl.lit(0, whole)
        for i, code in enumerate(self.answered):
            number += pl.col(code).cast(whole).fill_null(2) * pl.lit(3**i, whole)
        return facts.select("status", "income_status", "population", number.alias("answers"))

    def _binned(self, facts: pl.LazyFrame) -> pl.LazyFrame:
        """Income in bins that begin at the lines: -1 is the last below the lower line, 0 the first from it on."""
        known = facts.filter(pl.col("income").is_not_null())
        lower = self.standard.lower.micro // FEN
        width, parts = bin_width(self.standard)
        number = ((pl.col("income").to_physical().cast(pl.Int64) - lower) * parts).floordiv(width)
        inside = band_bins(self.standard)
        held = (
            pl.when(pl.col("income_status") == "below")
            .then(number.clip(-BINS_BELOW, -1))
            .when(pl.col("income_status") == "band")
            .then(number.clip(0, inside - 1))
            .otherwise(number.clip(inside, inside + BINS_ABOVE))
        )
        return known.select(held.cast(pl.Int32).alias("bin"), "population")

    def _add_gaps(self, facts: pl.DataFrame) -> None:
        """Which facts are open together, and whether one answer may do."""
        waiting = facts.lazy().filter(pl.col("status") == "needs_visit").select("ask", "ask_least").collect()
        if not waiting.height:
            return
        said = waiting.select(pl.col("ask").list.join("|").str.replace_all("@[^|]*", "").alias("facts"), "ask_least")
        count = pl.len().cast(pl.Int64).alias("households")
        alike = (
            said.group_by(self.gaps.keys)
            .agg(count)
            .with_columns(pl.col("facts").str.split("|").list.unique().list.sort().list.join("|"))
        )
        piece = alike.group_by(self.gaps.keys).agg(pl.col("households").sum())
        self.gaps.add(piece)
        if self.gaps.frame.height > MOST_PATTERNS:
            self.gaps.replace(self.gaps.frame.sort("households", descending=True).head(MOST_PATTERNS))

    def _add_listed(self, facts: pl.DataFrame) -> None:
        """The first households of each status, by village; once a list is full, later villages are not looked at."""
        order = ["region_code", "natural_village", HOUSEHOLD]
        kept = [self.listed] if self.listed.height else []
        full = (
            {
                status: rows["region_code"].fill_null("").max()
                for (status,), rows in kept[0].group_by("status")
                if rows.height >= self.most_listed
            }
            if kept
            else {}
        )
        for status in LISTED:
            wanted = pl.col("status") == status
            if status in full:
                wanted &= pl.col("region_code").fill_null("") <= full[status]
            kept.append(
                facts.filter(wanted)
                .select(*SHOWN, *self.standard.codes)
                .bottom_k(self.most_listed, by=[pl.col(c).fill_null("") for c in order])
            )
        best = pl.concat(kept).sort("status", *[pl.col(c).fill_null("") for c in order])
        self.listed = best.group_by("status", maintain_order=True).head(self.most_listed).select(best.columns)

    def _fold_places(self) -> None:
        """Villages into townships, townships into counties, where there are too many."""
        while self.place_width > 6 and self.places.frame.height > MOST_PLACES * len(STATUSES):
            self.place_width -= 3
            folded = self.places.frame.with_columns(
                pl.col("region_code").str.head(self.place_width), pl.lit(None, pl.String).alias("natural_village")
            )
            self.places.replace(folded.group_by(self.places.keys).agg(pl.col(self.places.sums).sum()))

    # -- names ----------------------------------------------------------------------------------------------
    def name(self, registry: Registry) -> None:
        """Looks up the heads of the households that are listed, and whether the data are generated.

        Only the columns needed are read, and only of the parts that hold a household of the list.
        """
        missing = set(self.listed.filter(pl.col("head_name").is_null())[HOUSEHOLD]) if self.listed.height else set()
        found: list[pl.DataFrame] = []
        for number, part in enumerate(registry.parts()):
            if number and not missing:
                break
            loaded = part.load({"household": {"head_name", "natural_village", "source"}})
            rows = registry.rows_on(loaded, self.standard.as_of)["household"]
            self._look_at_source(rows.head(1))
            own = rows.filter(pl.col(HOUSEHOLD).is_in(list(missing))).select(HOUSEHOLD, "head_name", "natural_village")
            found.append(own)
            missing -= set(own[HOUSEHOLD])
        if found and self.listed.height:
            self.listed = self.listed.update(pl.concat(found), on=HOUSEHOLD, how="left")

    # -- totals ---------------------------------------------------------------------------------------------
    def statuses(self) -> dict[str, int]:
        """Households by status, in the order of the statuses; every status is there."""
        found = self.answers.by("status")
        return {status: found.get(status, (0, 0))[0] for status in STATUSES}

    def persons(self) -> dict[str, int]:
        """Persons by status, as far as the number of persons is known."""
        found = self.answers.by("status")
        return {status: found.get(status, (0, 0))[1] for status in STATUSES}

    @property
    def households(self) -> int:
        """How many households there are."""
        return int(self.answers.frame["households"].sum())

    @property
    def uncounted(self) -> int:
        """Households whose number of persons is not known."""
        return int(self.answers.frame["uncounted"].sum())

    @cached_property
    def patterns(self) -> pl.DataFrame:
        """Households by status, income status, indicators, veto items and veto (null: unknown)."""
        digits = [((pl.col("answers") // 3**i) % 3).alias(code) for i, code in enumerate(self.answered)]
        frame = self.answers.frame.with_columns(digits)
        truths = [pl.when(pl.col(c) < 2).then(pl.col(c) == 1).alias(c) for c in self.answered]
        return frame.with_columns(truths).drop("answers")


def band_bins(standard: Standard) -> int:
    """How many bins lie between the two lines: two, or none where there is one line."""
    return 2 if standard.upper.yuan > standard.lower.yuan else 0


def bin_width(standard: Standard) -> tuple[int, int]:
    """The width of an income bin in fen, as a fraction: half the band, or a sixteenth of the line."""
    lower, upper = standard.lower.micro // FEN, standard.upper.micro // FEN
    return (upper - lower, 2) if upper > lower else (max(lower, 16), 16)
