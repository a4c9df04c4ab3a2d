"""Patterns of open households: texts that are equal where the rules cannot tell two households apart.

Reads   the frames of a part, the judged rows of the households that need a visit
Gives   Patterns: for each household its situation and the groups of its indicators that share open facts, a text each;
        the ranks of members with open facts within each group
Keeps   what cannot vary is left out: an indicator that is known and that no open fact can change counts as a number,
        a member whose blanks leave nothing unknown counts as what it brings; where facts are stale nothing is left out
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import narwhals as nw
import polars as pl

from fangpin.engine.derive import STANDS_ON, belonging
from fangpin.identification.income_test import POPULATION
from fangpin.identification.readers import Reader
from fangpin.identification.record import SIGNS, items_of
from fangpin.identification.shapes import NEVER, Shapes, code, either, of_reader, text_of

Frames = Mapping[str, pl.DataFrame]
KEY = "household_id"
GROUP = "group"
BITS = 60


class Patterns:
    """The open households of a part as the rules see them.

    ``households``: ``household_id, situation``. ``groups``: one row for each group of indicators of a household, in the
    order of the groups: ``household_id, group, pattern`` (``group`` is a position in ``members_of``). ``members``: one
    row for each member with open facts in a group: ``household_id, group, rank, person_id, __row``.
    """

    def __init__(self, shapes: Shapes, frames: Frames, waiting: pl.DataFrame) -> None:
        self.shapes, self.readers = shapes, shapes.readers
        self._all: list[tuple[int, ...]] = []
        table = self._prepared(waiting, frames)
        members = self._brought(frames, table)
        table, members = self._openings(table, members)
        groups = self._grouped(table, members)
        long = self._in_groups(members, groups)
        self.members = self._ranked(long)
        self.groups = self._patterns(table, groups, long, self.members)
        self.members = self.members.select(KEY, GROUP, "rank", "person_id", "__row")
        self.households = table.select(KEY, self._situation().alias("situation"))

    @property
    def members_of(self) -> list[tuple[int, ...]]:
        """The indicators of each group, by position among the counted ones."""
        return self._all

    def ranks(self, households: pl.DataFrame) -> dict[tuple[str, int], dict[str, int]]:
        """For each of these households and its groups, the ranks of the members with open facts, by their number."""
        out: dict[tuple[str, int], dict[str, int]] = {}
        rows = self.members.join(households, on=KEY, how="semi").select(KEY, GROUP, "person_id", "rank")
        for household, group, person, rank in rows.iter_rows():
            out.setdefault((household, group), {})[str(person)] = rank
        return out

    # -- what is open ---------------------------------------------------------------------------------------
    def _prepared(self, waiting: pl.DataFrame, frames: Frames) -> pl.DataFrame:
        """The waiting households with truths of conditions, what is unknown, what is stale."""
        table = _with_versions(waiting, frames)
        truths = self.shapes.truths["household"]
        table = nw.from_native(table).with_columns(*truths).to_native() if truths else table
        stale = {**self.shapes.stale(table, "household"), **self.shapes.stale(table, "living")}
        income = self.shapes.stale(table, "income_year")
        return table.with_columns(
            *[pl.col(r.code).is_null().alias(f"__u_{r.code}") for r in self.readers],
            *[either(x for f, x in stale.items() if f in r.asked_facts).alias(f"__o_{r.code}") for r in self.readers],
            *[text_of(of_reader(r, stale)).alias(f"__s_{r.code}") for r in self.readers],
            either(stale.values()).alias("__stale"),
            text_of(income).alias("__old_income"),
            stale.get(POPULATION, NEVER).alias("__old_population"),
        )

    def _brought(self, frames: Frames, table: pl.DataFrame) -> pl.DataFrame:
        """Belonging members of waiting households with what they bring, truths of conditions, what is stale."""
        rows = frames["member"].with_row_index("__row").join(table.select(KEY), on=KEY, how="semi")
        wanted = {c.name for c in self.shapes.columns if c.scope == "member"} & set(STANDS_ON)
        here = belonging(nw.from_native(rows.lazy()), self.shapes.today, wanted)
        more = [*self.shapes.contributions, *self.shapes.truths["member"]]
        members: pl.DataFrame = (here.with_columns(*more) if more else here).collect().to_native()
        stale = self.shapes.stale(members, "member")
        return members.with_columns(
            *[either(x for f, x in stale.items() if f in r.asked_facts).alias(f"__m_{r.code}") for r in self.readers],
            *[text_of(of_reader(r, stale)).alias(f"__s_{r.code}") for r in self.readers],
            either(stale.values()).alias("__stale"),
        )

    def _openings(self, table: pl.DataFrame, members: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """With which indicators vary (``__v_``) over a household, and to which a member's blanks matter (``__d_``)."""
        codes = [r.code for r in self.readers]
        aged = members.filter("__stale")
        if aged.height:
            old = aged.group_by(KEY).agg(pl.lit(True).alias("__aged"), *[pl.col(f"__m_{c}").any() for c in codes])
            table = table.join(old, on=KEY, how="left", maintain_order="left")
        else:
            table = table.with_columns(pl.lit(False).alias("__aged"), *[NEVER.alias(f"__m_{c}") for c in codes])
        stale = [pl.col(f"__o_{c}") | pl.col(f"__m_{c}").fill_null(False) for c in codes]
        table = table.with_columns(
            (pl.col("__aged").fill_null(False) | pl.col("__stale")).alias("__old"),
            *[x.alias(f"__o_{c}") for c, x in zip(codes, stale, strict=True)],
            *[(pl.col(f"__u_{c}") | x).alias(f"__u_{c}") for c, x in zip(codes, stale, strict=True)],
        )
        table = table.with_columns(*[self._varies(r, table).alias(f"__v_{r.code}") for r in self.readers])
        about = table.select(
            KEY, "__old", *[pl.col(f"__{x}_{c}") for c in codes for x in "uov"],
        )  # fmt: skip
        members = members.drop([f"__m_{c}" for c in codes]).join(about, on=KEY, how="left", maintain_order="left")
        return self._of_members(table, members)

    def _of_members(self, table: pl.DataFrame, members: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        hiding = {r.code: self.shapes.hides_an_open(r, "member", members) for r in self.readers}
        hidden = [code_ for code_, x in hiding.items() if x is not NEVER]
        if hidden:
            members = members.with_columns(
                (pl.col(f"__v_{c}") | hiding[c].any().over(KEY)).alias(f"__v_{c}") for c in hidden
            )
            more = members.group_by(KEY).agg(pl.col(f"__v_{c}").any().alias(f"__w_{c}") for c in hidden)
            table = table.join(more, on=KEY, how="left", maintain_order="left").with_columns(
                (pl.col(f"__v_{c}") | pl.col(f"__w_{c}").fill_null(False)).alias(f"__v_{c}") for c in hidden
            )
        opens = [
            (
                pl.col(f"__v_{r.code}")
                & (pl.col(f"__o_{r.code}") | hiding[r.code] | self.shapes.leaves_open(r, members)).fill_null(True)
            ).alias(f"__d_{r.code}")
            for r in self.readers
        ]
        return table, members.with_columns(opens)

    def _varies(self, reader: Reader, table: pl.DataFrame) -> pl.Expr:
        vary = pl.col(f"__u_{reader.code}") | self.shapes.hides_an_open(reader, "household", table)
        return vary | ~pl.col("__complete") if reader.fragile_roster else vary

    # -- groups ---------------------------------------------------------------------------------------------
    def _grouped(self, table: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
        """``household_id, group`` for each group of varying indicators that may share an open fact, in their order."""
        links, of_members = self._links(members)
        table = table.join(of_members, on=KEY, how="left", maintain_order="left") if of_members is not None else table
        flags = [pl.col(f"__v_{r.code}") for r in self.readers]
        for at, shared in enumerate(self.shapes.shared):
            flags.append(self._linked(at, shared.one, shared.two, shared.household, table, at in links))
        roster = [i for i, r in enumerate(self.readers) if r.split.aggregates]
        flags.append(~pl.col("__complete"))
        packed = [
            reduce(lambda a, b: a + b, [x.cast(pl.Int64) * (1 << i) for i, x in enumerate(flags[start : start + BITS])])
            for start in range(0, len(flags), BITS)
        ]
        names = [f"__bits{i}" for i in range(len(packed))]
        table = table.select(KEY, *[x.alias(n) for n, x in zip(names, packed, strict=True)])
        rows = [(*row, self._partition(row, roster)) for row in table.select(names).unique().iter_rows()]
        kinds = {**dict.fromkeys(names, pl.Int64()), GROUP: pl.List(pl.Int32())}
        found = table.join(pl.DataFrame(rows, schema=kinds, orient="row"), on=names, how="left", maintain_order="left")
        return found.select(KEY, GROUP).explode(GROUP).filter(pl.col(GROUP).is_not_null())

    def _links(self, members: pl.DataFrame) -> tuple[list[int], pl.DataFrame | None]:
        """Which pairs of indicators some member links, by an open fact that both read."""
        stale = self.shapes.stale(members, "member")
        found = {
            at: (
                pl.col(f"__d_{self.readers[s.one].code}")
                & pl.col(f"__d_{self.readers[s.two].code}")
                & (self._stale_places(stale, s.member) | self.shapes.open_places(s.member, members))
            )
            for at, s in enumerate(self.shapes.shared)
            if s.member
        }
        if not found:
            return [], None
        linked = members.select(KEY, *[x.alias(f"__l{at}") for at, x in found.items()])
        linked = linked.filter(pl.any_horizontal(pl.exclude(KEY)))
        return list(found), linked.group_by(KEY).agg(pl.exclude(KEY).any())

    def _stale_places(self, stale: Mapping[str, pl.Expr], places: frozenset[str]) -> pl.Expr:
        return either(old for fact, old in stale.items() if fact in places or fact.removeprefix("member.") in places)

    def _linked(
        self, at: int, one: int, two: int, household: frozenset[str], table: pl.DataFrame, by_member: bool
    ) -> pl.Expr:
        both = pl.col(f"__v_{self.readers[one].code}") & pl.col(f"__v_{self.readers[two].code}")
        found = NEVER
        if household:
            stale = {**self.shapes.stale(table, "household"), **self.shapes.stale(table, "living")}
            found = found | self._stale_places(stale, household) | self.shapes.open_places(household, table)
        if by_member:
            found = found | pl.col(f"__l{at}").fill_null(False)
        return both & found

    def _partition(self, packed: tuple[int, ...], roster: list[int]) -> list[int]:
        """The groups of one combination of flags."""
        count = len(self.readers)
        flags = [bool(packed[i // BITS] >> (i % BITS) & 1) for i in range(count + len(self.shapes.shared) + 1)]
        pairs = [(s.one, s.two) for s, on in zip(self.shapes.shared, flags[count:-1], strict=True) if on]
        if flags[-1]:
            open_ = [i for i in roster if flags[i]]
            pairs += list(zip(open_, open_[1:], strict=False))
        leader = list(range(count))

        def head(i: int) -> int:
            while leader[i] != i:
                i = leader[i]
            return i

        for one, two in pairs:
            a, b = sorted((head(one), head(two)))
            leader[b] = a
        groups: dict[int, list[int]] = {}
        for i in (i for i in range(count) if flags[i]):
            groups.setdefault(head(i), []).append(i)
        return [self._number(tuple(g)) for g in groups.values()]

    def _number(self, group: tuple[int, ...]) -> int:
        if group not in self._all:
            self._all.append(group)
        return self._all.index(group)

    # -- members in groups ----------------------------------------------------------------------------------
    def _furniture(self) -> pl.DataFrame:
        """One row for each group: its name, which indicators are in it, whether any reads members."""
        rows = [
            {
                GROUP: at,
                "__name": "+".join(self.readers[i].code for i in group),
                "__reads_members": any(self.readers[i].split.aggregates for i in group),
                **{f"__in_{r.code}": i in group for i, r in enumerate(self.readers)},
            }
            for at, group in enumerate(self._all)
        ]
        names = {GROUP: pl.Int32(), "__name": pl.String(), "__reads_members": pl.Boolean()}
        return pl.DataFrame(rows, schema={**names, **{f"__in_{r.code}": pl.Boolean() for r in self.readers}})

    def _in_groups(self, members: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
        """Each member once in each group that reads members, with whether its blanks matter there."""
        furniture = self._furniture().filter("__reads_members")
        long = members.join(groups.join(furniture, on=GROUP), on=KEY)
        here = [pl.col(f"__in_{r.code}") & pl.col(f"__d_{r.code}") for r in self.readers]
        return long.with_columns(either(here).alias("__open"))

    def _ranked(self, long: pl.DataFrame) -> pl.DataFrame:
        """The members with open facts in a group, with their class there, and their rank by it."""
        open_ = long.filter("__open")
        parts = [
            pl.when(pl.col(f"__in_{r.code}")).then(self._part(r, open_)).otherwise(pl.lit(""))
            for r in self.readers
            if self.shapes.cells[r.code]
        ]
        open_ = open_.with_columns((pl.concat_str(parts, separator=";") if parts else pl.lit("")).alias("__class"))
        open_ = open_.sort(KEY, GROUP, "__class", "__row")
        open_ = open_.with_columns(pl.struct(KEY, GROUP).rle_id().alias("__run"))
        rank = pl.int_range(pl.len(), dtype=pl.UInt32).over("__run")
        return open_.with_columns(rank.alias("rank"))

    def _part(self, reader: Reader, members: pl.DataFrame) -> pl.Expr:
        """What one member is to one indicator: its class where its blanks matter, else what it brings."""
        cells = [pl.col(n).cast(pl.String).fill_null("~") for n in self.shapes.cells[reader.code]]
        detail = self.shapes.told_apart(reader, "member", members, pl.col("__old"))
        detail = pl.concat_str([detail, pl.col(f"__s_{reader.code}")], separator="!")
        return pl.when(pl.col(f"__d_{reader.code}")).then(detail).otherwise("=" + pl.concat_str(cells, separator="/"))

    # -- patterns -------------------------------------------------------------------------------------------
    def _patterns(
        self, table: pl.DataFrame, groups: pl.DataFrame, long: pl.DataFrame, ranked: pl.DataFrame
    ) -> pl.DataFrame:
        together = [
            (pl.col(n).max() if how == "max" else pl.col(n).sum()).alias(f"{n}__s")
            for n, (how, _) in self.shapes.plan.cells.items()
        ]
        settled = long.filter(~pl.col("__open")).group_by(KEY, GROUP).agg(*together)
        people = ranked.group_by("__run", maintain_order=True).agg(
            pl.col(KEY).first(), pl.col(GROUP).first(), pl.col("__class").str.join("|").alias("__roster")
        )
        own = table.select(
            KEY,
            pl.concat_str([code("__complete"), self._missing().cast(pl.String)], separator=",").alias("__size"),
            *[
                pl.concat_str(
                    [code(r.code), self.shapes.told_apart(r, "household", table, pl.col("__old")), f"__s_{r.code}"],
                    separator="/",
                ).alias(f"__h_{r.code}")
                for r in self.readers
            ],
        )
        found = groups.join(self._furniture(), on=GROUP, how="left", maintain_order="left")
        found = found.join(own, on=KEY, how="left", maintain_order="left")
        found = found.join(settled, on=[KEY, GROUP], how="left", maintain_order="left")
        found = found.join(people.drop("__run"), on=[KEY, GROUP], how="left", maintain_order="left")
        parts: list[pl.Expr] = [
            pl.col("__name"),
            pl.when("__reads_members").then("__size").otherwise(pl.lit("")),
            pl.col("__roster").fill_null(""),
        ]
        for r in self.readers:
            brings = [pl.col(f"{n}__s").cast(pl.String).fill_null("~") for n in self.shapes.cells[r.code]]
            text = pl.concat_str([pl.col(f"__h_{r.code}"), *brings], separator="/")
            parts.append(pl.when(pl.col(f"__in_{r.code}")).then(text).otherwise(pl.lit("")))
        return found.select(KEY, GROUP, pl.concat_str(parts, separator=";").alias("pattern"))

    def _missing(self) -> pl.Expr:
        return pl.max_horizontal(pl.col(POPULATION).fill_null(1) - pl.col("__members"), 0)

    def _situation(self) -> pl.Expr:
        """What is open of the income test, the veto, and how many of the indicators that cannot vary are true."""
        fixed = [(pl.col(r.code).fill_null(False) & ~pl.col(f"__v_{r.code}")).cast(pl.Int32) for r in self.readers]
        known = pl.sum_horizontal(fixed) if fixed else pl.lit(0)
        return pl.concat_str([*self._of_income(), code("veto"), known.cast(pl.String)], separator=";")

    def _of_income(self) -> list[pl.Expr]:
        standard = self.shapes.standard
        items = items_of(standard.concept)
        blanks = [pl.col(f"income_year.{n}").is_null() for n in (standard.concept, *items)]
        old = (pl.col("__old_income") != "") | pl.col("__old_population")
        closed = (pl.col("income_status") != "unknown") & ~old
        total = pl.sum_horizontal([pl.col(f"income_year.{n}") * SIGNS[n] for n in items], ignore_nulls=False)
        low, high = standard.lower.micro, standard.upper.micro
        reach = [total < low, total >= high, total < (total // low) * high]
        flags = [
            x.cast(pl.Int8).cast(pl.String).fill_null("~") for x in (*blanks, pl.col(POPULATION).is_null(), *reach)
        ]
        return [
            pl.col("income_status"),
            pl.col("__old_income"),
            code("__old_population"),
            *[pl.when(closed).then(pl.lit("")).otherwise(flag) for flag in flags],
        ]


def _with_versions(waiting: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    for name, table in (("household", "household"), ("living", "living"), ("income_year", "income")):
        own = [c for c in ("known_at", "valid_from") if c in frames[table].columns]
        if own:
            dates = frames[table].select(KEY, *[pl.col(c).alias(f"__{name}_{c}") for c in own])
            waiting = waiting.join(dates, on=KEY, how="left", maintain_order="left")
    return waiting
