"""Open households that look alike to the rules, found where the data is, so that each pattern is worked out once.

Reads   the frames of a part, the households that need a visit
Gives   Alike(standard).asks(frames, waiting) → household_id, ask, ask_least
Keeps   the same answers as asking every household by itself: a pattern holds all that the rules can tell apart; groups
        that count alike share an outlook, so that what matters is settled once for each combination of outlooks
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from fangpin.identification.ask import Asker, Worlds, field_position
from fangpin.identification.fold import Apart, Fold, settled
from fangpin.identification.income_test import IncomeTest
from fangpin.identification.open_households import records
from fangpin.identification.patterns import GROUP, KEY, Frames, Patterns
from fangpin.identification.settle import Exact, Outlook, Settled, Situation
from fangpin.identification.shapes import Shapes
from fangpin.standards import Standard

ASKED: dict[str, pl.DataType] = {"ask": pl.List(pl.String), "ask_least": pl.Int32()}
TRUTH = {"1": True, "0": False, "?": None}
Slot = tuple[str, int, bool, int | None]  # fact, its position among the tables, stale, rank of the member
_FACTS = {"fact": pl.String(), "at": pl.Int32(), "stale": pl.Boolean(), "rank": pl.UInt32()}


class Alike:
    """What was worked out for one standard so far: groups by pattern, and what to ask by what groups come to."""

    def __init__(self, standard: Standard) -> None:
        self.asker = Asker(standard)
        self.shapes = Shapes(standard, self.asker.readers)
        self._number: dict[str, list[int]] = {}  # pattern of indicators that may share facts → its groups
        self._exact: list[Outlook] = []
        self._slots: list[list[Slot]] = []
        self._kind: list[int] = []  # number of a group → its outlook
        self._kinds: dict[Fold, int] = {}
        self._of_group: dict[int, int] = {}
        self._outlooks: list[Outlook] = []
        self._situations: dict[str, tuple[Situation, frozenset[str]]] = {}
        self._settled: dict[str, tuple[int, Settled, list[Slot]] | None] = {}

    def asks(self, frames: Frames, waiting: pl.DataFrame) -> pl.DataFrame:
        """What to ask each waiting household.

        Args:
            frames: Canonical frames of one day, as :func:`fangpin.identification.decide.decide` takes them.
            waiting: The judged rows of the households whose status is ``needs_visit``.

        Returns:
            ``household_id, ask, ask_least``, one row a household, in the order of ``waiting``.
        """
        patterns = Patterns(self.shapes, frames, waiting)
        self._learn(patterns, frames)
        groups = patterns.groups.join(
            self._numbers(patterns.groups["pattern"].unique()), on="pattern", maintain_order="left"
        )
        groups = groups.with_columns(pl.int_range(pl.len()).over(KEY).cast(pl.Int32).alias("nth"))
        own = self._combined(patterns, groups, frames)
        return self._filled(patterns, groups, own, waiting)

    # -- groups ---------------------------------------------------------------------------------------------
    def _learn(self, patterns: Patterns, frames: Frames) -> None:
        """Work out the groups whose pattern is new, each from one household that has it."""
        fresh = patterns.groups.unique("pattern", keep="first", maintain_order=True)
        if self._number:
            fresh = fresh.filter(~pl.col("pattern").is_in(list(self._number)))
        homes = fresh.select(KEY).unique(maintain_order=True)
        ranks = patterns.ranks(homes)
        wanted: dict[str, list[tuple[int, str]]] = {}
        for household, group, pattern in fresh.select(KEY, GROUP, "pattern").iter_rows():
            wanted.setdefault(household, []).append((group, pattern))
        for household, record in zip(homes[KEY], records(frames, homes, self.asker.standard.as_of), strict=True):
            worlds = Worlds(self.asker, record)
            for at, pattern in wanted[household]:
                self._add(worlds, patterns.members_of[at], pattern, ranks.get((household, at), {}))

    def _add(self, worlds: Worlds, at: tuple[int, ...], pattern: str, ranks: Mapping[str, int]) -> None:
        """Remember the groups that these indicators of a household fall into, and what belongs to none."""
        numbers: list[int] = []
        groups = worlds.groups_of(at)
        people = [str(m.get("person_id")) for m in worlds.record.belonging]
        for own in groups:
            slots: list[Slot] = []
            for fact, member in own.facts():
                name = fact if member is None else f"{fact}@{people[member]}"
                rank = None if member is None else ranks[people[member]]
                slots.append((fact, field_position(fact), name in worlds.record.stale, rank))
            exact = worlds.outlook(own.group)
            numbers.append(self._keep(exact, slots, self._outlook(exact)))
        apart = worlds.apart(at, groups)
        if apart != (0, 0):
            numbers.append(self._keep(settled(apart), [], self._same(settled(apart))))
        self._number[pattern] = numbers

    def _keep(self, outlook: Outlook, slots: list[Slot], kind: int) -> int:
        self._exact.append(outlook)
        self._slots.append(slots)
        self._kind.append(kind)
        return len(self._exact) - 1

    def _outlook(self, exact: Exact) -> int:
        """The number of the outlook of a group: shared with all groups that count alike."""
        known = self._of_group.get(id(exact.group))
        if known is None:
            folded = exact.folded()
            known = self._of_group[id(exact.group)] = self._new(exact) if folded is None else self._same(folded)
        return known

    def _same(self, folded: Fold) -> int:
        if folded not in self._kinds:
            self._kinds[folded] = self._new(folded)
        return self._kinds[folded]

    def _new(self, outlook: Outlook) -> int:
        self._outlooks.append(outlook)
        return len(self._outlooks) - 1

    def _numbers(self, patterns: pl.Series) -> pl.DataFrame:
        rows = [(p, n, self._kind[n]) for p in patterns for n in self._number[p]]
        return pl.DataFrame(rows, orient="row", schema={"pattern": pl.String, "number": pl.Int32, "kind": pl.Int32})

    # -- combinations ---------------------------------------------------------------------------------------
    def _combined(self, patterns: Patterns, groups: pl.DataFrame, frames: Frames) -> pl.DataFrame:
        """``household_id, combination``: the situation of a household and what its groups come to, as a text."""
        joined = groups.group_by(KEY, maintain_order=True).agg(
            pl.col("kind").cast(pl.String).str.join(","), pl.col("number").cast(pl.String).str.join(",")
        )
        own = patterns.households.join(joined, on=KEY, how="left", maintain_order="left")
        kinds = pl.concat_str([pl.col("situation"), pl.col("kind").fill_null("")], separator="|")
        own = own.with_columns(kinds.alias("combination"), pl.col("number").fill_null(""))
        self._settle(own, "kind", frames, self._outlooks)
        apart = [text for text in own["combination"].unique() if self._settled[text] is None]
        if apart:
            exact = pl.concat_str([pl.col("situation"), pl.lit("="), pl.col("number")], separator="|")
            among = pl.col("combination").is_in(apart)
            own = own.with_columns(pl.when(among).then(exact).otherwise("combination").alias("combination"))
            again = own.filter(pl.col("combination").str.contains("|=|", literal=True))
            self._settle(again, "number", frames, self._exact)
        return own.select(KEY, "combination")

    def _settle(self, own: pl.DataFrame, by: str, frames: Frames, outlooks: Sequence[Outlook]) -> None:
        """Work out the combinations that are new, each from one household in that situation."""
        fresh = own.unique("combination", keep="first", maintain_order=True)
        fresh = fresh.filter(~pl.col("combination").is_in(list(self._settled))) if self._settled else fresh
        self._learn_situations(fresh, frames)
        for text, name, numbers in fresh.select("combination", "situation", by).iter_rows():
            members = [int(n) for n in numbers.split(",")] if numbers else []
            situation, stale = self._situations[name]
            try:
                settled = situation.settle([outlooks[n] for n in members])
            except Apart:
                self._settled[text] = None
                continue
            income: list[Slot] = [(f, field_position(f), f in stale, None) for f in settled.income]
            self._settled[text] = (len(self._settled), settled, income)

    def _learn_situations(self, fresh: pl.DataFrame, frames: Frames) -> None:
        """The situations that are new, each from one household that is in it."""
        new = fresh.unique("situation", keep="first", maintain_order=True)
        new = new.filter(~pl.col("situation").is_in(list(self._situations))) if self._situations else new
        found = records(frames, new.select(KEY), self.asker.standard.as_of)
        for name, record in zip(new["situation"], found, strict=True):
            veto, known = name.split(";")[-2:]
            test = IncomeTest(record, self.asker.standard, {fact.partition("@")[0] for fact in record.stale})
            self._situations[name] = (
                Situation(self.asker.standard, (int(known), 0), test, TRUTH[veto]),
                record.stale,
            )

    # -- names ----------------------------------------------------------------------------------------------
    def _filled(
        self, patterns: Patterns, groups: pl.DataFrame, own: pl.DataFrame, waiting: pl.DataFrame
    ) -> pl.DataFrame:
        used = {text: one for text in own["combination"].unique() if (one := self._settled[text]) is not None}
        least = pl.DataFrame(
            [(text, number, settled.least) for text, (number, settled, _) in used.items()],
            orient="row",
            schema={"combination": pl.String, "settled": pl.Int32, "ask_least": pl.Int32},
        )
        own = own.join(least, on="combination", how="left", maintain_order="left").drop("combination")
        facts = pl.concat([self._of_income(own, used), self._of_groups(patterns, groups, own, used)])
        name = pl.when(pl.col("person_id").is_null()).then("fact").otherwise(pl.col("fact") + "@" + pl.col("person_id"))
        lists = (
            facts.with_columns(name.alias("ask"))
            .unique([KEY, "ask"], keep="first", maintain_order=True)
            .sort(KEY, ~pl.col("stale"), "at", "__row", maintain_order=True)
            .group_by(KEY, maintain_order=True)
            .agg(pl.col("ask"))
        )
        found = waiting.select(KEY).join(own, on=KEY, how="left", maintain_order="left")
        found = found.join(lists, on=KEY, how="left", maintain_order="left")
        found = found.with_columns(pl.col("ask").fill_null(pl.lit([], pl.List(pl.String))))
        return found.select(KEY, *[pl.col(c).cast(k) for c, k in ASKED.items()])

    def _of_groups(
        self,
        patterns: Patterns,
        groups: pl.DataFrame,
        own: pl.DataFrame,
        used: Mapping[str, tuple[int, Settled, list[Slot]]],
    ) -> pl.DataFrame:
        rows = [(number, nth, fact) for number, settled, _ in used.values() for nth, fact in settled.facts]
        kinds = {"settled": pl.Int32(), "nth": pl.Int32(), "slot": pl.Int32()}
        asked = pl.DataFrame(rows, orient="row", schema=kinds)
        slots = pl.DataFrame(
            list(self._every_slot(groups["number"].unique())),
            orient="row",
            schema={"number": pl.Int32(), "slot": pl.Int32(), **_FACTS},
        )
        each = groups.join(own.select(KEY, "settled"), on=KEY).join(asked, on=["settled", "nth"])
        each = each.join(slots, on=["number", "slot"]).join(patterns.members, on=[KEY, GROUP, "rank"], how="left")
        return each.select(KEY, "fact", "at", "stale", "person_id", "__row")

    def _every_slot(self, numbers: pl.Series) -> Iterator[tuple[object, ...]]:
        for number in numbers:
            for at, slot in enumerate(self._slots[number]):
                yield (number, at, *slot)

    def _of_income(self, own: pl.DataFrame, used: Mapping[str, tuple[int, Settled, list[Slot]]]) -> pl.DataFrame:
        rows = [(number, *slot) for number, _, income in used.values() for slot in income]
        facts = pl.DataFrame(rows, orient="row", schema={"settled": pl.Int32(), **_FACTS})
        none = [pl.lit(None, pl.String).alias("person_id"), pl.lit(None, pl.UInt32).alias("__row")]
        return own.join(facts, on="settled").select(KEY, "fact", "at", "stale", *none)
