"""The summary of a run: everything the report counts, gathered part by part in bounded memory.

Reads   verdict tables (identification), the households' frames of the same part
Gives   Summary(standard): `.add(table, frames)` for each part, `.name(registry)` once at the end; then the tallies below,
        which `figures` turns into tables
Not     how it looks (html), what a status means (identification)
Keeps   memory does not grow with the households: only counts by what repeats, and a capped list of households;
        villages are folded into townships, and these into counties, where there are too many to show
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
BINS_BELOW, BINS_ABOVE = 17, 22
SHOWN = ("region_code", "natural_village", HOUSEHOLD, "status", "route", "income_status", "income", "count_true",
         "count_unknown", "veto", "ask_least", "target_group", "population", "head_name")


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
        self.veto_codes = [i.code for i in standard.veto]
        self.generated = False
        self.place_width = 12
        self._named = False
        sums = ("households", "persons", "uncounted")
        self.traits = Tally(("status", "route", "income_status", "veto", *self.veto_codes, "target_group",
                             "target_group_open", "ask_least"), sums)
        self.patterns = Tally(("status", *self.codes), ("households",))
        self.places = Tally(("region_code", "natural_village", "status"), (*sums, "one"))
        self.bins = Tally(("income_status", "bin"), ("households", "persons"))
        self.gaps = Tally(("facts", "one"), ("households",))
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
        household = (frames or {}).get("household")
        if household is not None:
            self._look_at_source(household)
        facts = self._with_facts(table, household)
        persons = [pl.len().cast(pl.Int64).alias("households"), pl.col("population").sum().cast(pl.Int64).alias("persons"),
                   pl.col("population").null_count().cast(pl.Int64).alias("uncounted")]
        lazy = facts.lazy()
        one = (pl.col("ask_least") == 1).sum().cast(pl.Int64).alias("one")
        counted = pl.collect_all([
            lazy.group_by(self.traits.keys).agg(persons),
            lazy.group_by(self.patterns.keys).agg(persons[0]),
            lazy.group_by(self.places.keys).agg(*persons, one),
            self._binned(lazy).group_by(self.bins.keys).agg(persons[:2]),
        ])
        for tally, piece in zip((self.traits, self.patterns, self.places, self.bins), counted, strict=True):
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
        own = household.select(HOUSEHOLD, *[pl.col(n).cast(k) if n in household.columns else pl.lit(None, k).alias(n)
                                            for n, k in wanted.items()])
        if own.height == table.height and own[HOUSEHOLD].equals(table[HOUSEHOLD]):
            return table.hstack(own.select(wanted.keys()))
        return table.join(own, on=HOUSEHOLD, how="left", maintain_order="left")

    def _binned(self, facts: pl.LazyFrame) -> pl.LazyFrame:
        """Income in bins that begin at the lines: -1 is the last below the lower line, 0 the first from it on."""
        known = facts.filter(pl.col("income").is_not_null())
        lower = self.standard.lower.micro // FEN
        top, bottom = bin_width(self.standard)
        number = ((pl.col("income").to_physical().cast(pl.Int64) - lower) * bottom).floordiv(top)
        inside = band_bins(self.standard)
        held = pl.when(pl.col("income_status") == "below").then(number.clip(-BINS_BELOW, -1)).when(
            pl.col("income_status") == "band").then(number.clip(0, inside - 1)).otherwise(
            number.clip(inside, inside + BINS_ABOVE))
        return known.with_columns(held.cast(pl.Int32).alias("bin"))

    def _add_gaps(self, facts: pl.DataFrame) -> None:
        """Which facts are open together, and whether one answer may do."""
        waiting = facts.filter(pl.col("status") == "needs_visit")
        if not waiting.height:
            return
        names = pl.col("ask").list.eval(pl.element().str.replace("@.*$", "")).list.unique().list.sort()
        piece = waiting.select(names.list.join("|").alias("facts"), (pl.col("ask_least") == 1).alias("one")).group_by(
            self.gaps.keys).agg(pl.len().cast(pl.Int64).alias("households"))
        self.gaps.add(piece)
        if self.gaps.frame.height > MOST_PATTERNS:
            self.gaps.replace(self.gaps.frame.sort("households", descending=True).head(MOST_PATTERNS))

    def _add_listed(self, facts: pl.DataFrame) -> None:
        """The first households of each status, by village."""
        candidates = facts.select(*SHOWN, *self.codes)
        order = ["region_code", "natural_village", HOUSEHOLD]
        kept = [self.listed] if self.listed.height else []
        for status in LISTED:
            kept.append(candidates.filter(pl.col("status") == status).bottom_k(
                self.most_listed, by=[pl.col(c).fill_null("") for c in order]))
        best = pl.concat(kept).sort("status", *order)
        self.listed = best.group_by("status", maintain_order=True).head(self.most_listed).select(candidates.columns)

    def _fold_places(self) -> None:
        """Villages into townships, townships into counties, where there are too many."""
        while self.place_width > 6 and self.places.frame.height > MOST_PLACES * len(STATUSES):
            self.place_width -= 3
            folded = self.places.frame.with_columns(pl.col("region_code").str.head(self.place_width),
                                                    pl.lit(None, pl.String).alias("natural_village"))
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
            rows = registry.as_of(loaded, self.standard.as_of)["household"]
            self._look_at_source(rows.head(1))
            own = rows.filter(pl.col(HOUSEHOLD).is_in(list(missing))).select(HOUSEHOLD, "head_name", "natural_village")
            found.append(own)
            missing -= set(own[HOUSEHOLD])
        if found and self.listed.height:
            self.listed = self.listed.update(pl.concat(found), on=HOUSEHOLD, how="left")

    # -- totals ---------------------------------------------------------------------------------------------
    def statuses(self) -> dict[str, int]:
        """Households by status, in the order of the statuses; every status is there."""
        return self._by("status", "households", list(STATUSES))

    def persons(self) -> dict[str, int]:
        """Persons by status, as far as the number of persons is known."""
        return self._by("status", "persons", list(STATUSES))

    @property
    def households(self) -> int:
        """How many households there are."""
        return int(self.traits.frame["households"].sum())

    @property
    def uncounted(self) -> int:
        """Households whose number of persons is not known."""
        return int(self.traits.frame["uncounted"].sum())

    def _by(self, column: str, what: str, known: Sequence[str] = ()) -> dict[str, int]:
        frame = self.traits.frame.group_by(column).agg(pl.col(what).sum()).drop_nulls(column).sort(column)
        found = dict(frame.iter_rows())
        return {**{name: int(found.get(name, 0)) for name in known},
                **{name: int(n) for name, n in found.items() if name not in known}}

    def by(self, column: str, what: str = "households") -> dict[str, int]:
        """Households (or persons) by a column of ``traits``; where it is blank they are left out."""
        return self._by(column, what)


def band_bins(standard: Standard) -> int:
    """How many bins lie between the two lines: two, or none where there is one line."""
    return 2 if standard.upper.yuan > standard.lower.yuan else 0


def bin_width(standard: Standard) -> tuple[int, int]:
    """The width of an income bin in fen, as a fraction: half the band, or a sixteenth of the line."""
    lower, upper = standard.lower.micro // FEN, standard.upper.micro // FEN
    return (upper - lower, 2) if upper > lower else (max(lower, 16), 16)
