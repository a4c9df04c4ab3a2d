"""Patterns of open households: texts that are equal where the rules cannot tell two households apart.

Reads   the frames of a part, the judged rows of the households that need a visit
Gives   Patterns: one text for each household, and the ranks of its members with open facts
Keeps   what cannot vary is left out: an indicator that is known and that no open fact can change counts as a number,
        a member whose blanks leave nothing unknown counts as what it brings; where facts are stale nothing is left out
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import narwhals as nw
import polars as pl

from fangpin import tables
from fangpin.engine.derive import STANDS_ON, belonging
from fangpin.engine.expressions import to_narwhals
from fangpin.engine.population import columns_of
from fangpin.identification.answers import BORN, atoms_of, place
from fangpin.identification.income_test import POPULATION
from fangpin.identification.readers import Reader, hidden
from fangpin.identification.record import SIGNS, items_of
from fangpin.language import tree as t
from fangpin.language.lower import atom_truth, lower
from fangpin.language.vocabulary import NOT_ASSESSED
from fangpin.standards import Standard

Frames = Mapping[str, pl.DataFrame]
KEY = "household_id"
NEVER = pl.lit(False)
#: A column and the derived column whose question fills it.
FILLED_BY = {BORN: "age", "student_status": "student", "education_level": "student", "age": BORN}


class Patterns:
    """The pattern of every waiting household, and the ranks of its members with open facts."""

    def __init__(self, standard: Standard, readers: Sequence[Reader], frames: Frames, waiting: pl.DataFrame) -> None:
        self.standard, self.readers, self.today = standard, readers, standard.as_of
        self.plan = lower({r.code: r.node for r in readers})
        self.columns = list(dict.fromkeys(c for r in readers for c in t.columns(r.node)))
        self.cells = {r.code: sorted(set(self.plan.cells) & columns_of(self.plan.rules[r.code])) for r in readers}
        table = self._prepared(waiting, frames)
        members = self._members(frames, table)
        self.members = members.filter("__open").select(KEY, "rank", "person_id", "__row")
        self.households = self._households(table, members)

    def ranks(self, households: pl.DataFrame) -> dict[str, dict[str, int]]:
        """For each of these households, the ranks of its members with open facts, by their number."""
        out: dict[str, dict[str, int]] = {}
        rows = self.members.join(households, on=KEY, how="semi").select(KEY, "person_id", "rank")
        for household, person, rank in rows.iter_rows():
            out.setdefault(household, {})[person] = rank
        return out

    # -- conditions -----------------------------------------------------------------------------------------
    @cached_property
    def atoms(self) -> dict[t.Node, str]:
        """The conditions of the rules that tell values apart, each with the column that will hold its truth."""
        found = dict.fromkeys(
            a
            for c in self.columns
            for r in self.readers
            for a in atoms_of(r.node, c)
            if not isinstance(a, t.Col) or a.type.kind == "bool"
        )
        return {atom: f"__t{i}" for i, atom in enumerate(found)}

    def _truths(self, scope: t.Scope) -> list[nw.Expr]:
        return [
            to_narwhals(atom_truth(atom), self.today).alias(name)
            for atom, name in self.atoms.items()
            if t.columns(atom)[0].scope == scope
        ]

    def _class(self, reader: Reader, scope: t.Scope, frame: pl.DataFrame) -> pl.Expr:
        """What one indicator can tell apart of a row, as a text."""
        parts: list[pl.Expr] = []
        for column in (c for c in t.columns(reader.node) if c.scope == scope and place(c) in frame.columns):
            parts.append(pl.when(pl.col(place(column)).is_null()).then(pl.lit("_")).otherwise(pl.lit(".")))
            for atom in dict.fromkeys(atoms_of(reader.node, column)):
                if t.columns(atom)[0] == column:
                    parts.append(self._atom(atom))
        return pl.concat_str(parts, separator=",") if parts else pl.lit("")

    def _atom(self, atom: t.Node) -> pl.Expr:
        among = t.columns(atom)
        raw = pl.concat_str([_raw(c) for c in among], separator="/")
        if isinstance(atom, t.Col) and atom.type.kind != "bool":
            return raw
        code = _code(self.atoms[atom])
        if len(among) == 1:
            return code
        known = pl.all_horizontal([pl.col(place(c)).is_not_null() for c in among])
        return pl.when(known & ~pl.col("__old").fill_null(False)).then(code).otherwise(raw)

    # -- what is open ---------------------------------------------------------------------------------------
    def _asking(self, column: t.Col) -> list[str]:
        """The indicators whose questions fill a column."""
        names = {column.name}
        if column.scope == "member":
            names.add(FILLED_BY.get(column.name, column.name))
        return [r.code for r in self.readers if any(c.scope == column.scope and c.name in names for c in r.asked)]

    def _hides_an_open(self, reader: Reader, scope: t.Scope, frame: pl.DataFrame) -> pl.Expr:
        """Whether a blank that an unknown indicator asks stands inside ``is true`` or the like of this one."""
        found = []
        for column in dict.fromkeys(n for n in hidden(reader.node) if isinstance(n, t.Col) and n.scope == scope):
            asking = self._asking(column)
            if asking and place(column) in frame.columns:
                found.append(_blank(column, frame) & pl.any_horizontal([pl.col(f"__u_{c}") for c in asking]))
        return _any(found)

    def _stale(self, frame: pl.DataFrame, table: str) -> pl.Expr:
        """The stale facts of a row that matter, as a text; empty where there are none."""
        facts = {f for r in self.readers for f in r.asked_facts if f.startswith(f"{table}.")}
        if table == "income_year":
            facts = {f"income_year.{n}" for n in (self.standard.concept, *items_of(self.standard.concept))}
        if table == "household":
            facts |= {POPULATION}
        dates = [pl.col(c) for c in _since(table, frame)]
        age = (pl.lit(self.today) - pl.coalesce(dates)).dt.total_days() if dates else None
        parts = []
        for field in sorted((tables.catalogue().field(f) for f in facts), key=lambda f: f.path):
            name = field.inside if table == "member" else f"{table}.{field.inside}"
            if age is not None and field.fresh_days is not None and name in frame.columns:
                old = (age > field.fresh_days).fill_null(False) & pl.col(name).is_not_null()
                parts.append(pl.when(old).then(pl.lit(f"{field.inside};")).otherwise(pl.lit("")))
        return pl.concat_str(parts) if parts else pl.lit("")

    def _prepared(self, waiting: pl.DataFrame, frames: Frames) -> pl.DataFrame:
        """The waiting households with truths of conditions, what is unknown, what is stale."""
        table = _with_versions(waiting, frames)
        truths = self._truths("household")
        table = nw.from_native(table).with_columns(*truths).to_native() if truths else table
        return table.with_columns(
            *[pl.col(r.code).is_null().alias(f"__u_{r.code}") for r in self.readers],
            pl.concat_str([self._stale(table, n) for n in ("household", "living")]).alias("__stale"),
            self._stale(table, "income_year").alias("__old_income"),
        )

    # -- members --------------------------------------------------------------------------------------------
    def _members(self, frames: Frames, table: pl.DataFrame) -> pl.DataFrame:
        """Belonging members of waiting households: what they bring, whether they are open, their class and rank."""
        members = self._brought(frames, table)
        old = ((pl.col("__stale") != "") | (pl.col("__of_household") != "")).any().over(KEY)
        members = members.with_columns(old.alias("__old"))
        members = members.with_columns(*self._of_readers(members))
        with_members = [r for r in self.readers if self.cells[r.code]]
        varying = [pl.col(f"__v_{r.code}") & pl.col(f"__d_{r.code}") for r in with_members]
        members = members.with_columns((pl.col("__old") | _any(varying)).alias("__open"))
        parts = [
            pl.when(pl.col(f"__v_{r.code}")).then(self._part(r, members)).otherwise(pl.lit("")) for r in with_members
        ]
        members = members.with_columns(pl.concat_str([*parts, pl.col("__stale")], separator=";").alias("__class"))
        rank = pl.col("__class").rank("ordinal").over(KEY, pl.col("__open")).cast(pl.UInt32)
        return members.with_columns(pl.when("__open").then(rank).alias("rank"))

    def _brought(self, frames: Frames, table: pl.DataFrame) -> pl.DataFrame:
        """Belonging members with the cells of the plan and truths of conditions, beside what holds for the whole."""
        rows = frames["member"].join(table.select(KEY), on=KEY, how="semi").with_row_index("__row")
        wanted = {c.name for c in self.columns if c.scope == "member"} & set(STANDS_ON)
        here = belonging(nw.from_native(rows.lazy()), self.today, wanted)
        cells = [to_narwhals(low, self.today).alias(name) for name, (_, low) in self.plan.cells.items()]
        more = [*cells, *self._truths("member")]
        members: pl.DataFrame = (here.with_columns(*more) if more else here).collect().to_native()
        about = table.select(
            KEY,
            pl.col("__stale").alias("__of_household"),
            "__complete",
            *[pl.col(f"__u_{r.code}") for r in self.readers],
        )
        members = members.join(about, on=KEY, how="left")
        return members.with_columns(self._stale(members, "member").alias("__stale"))

    def _of_readers(self, members: pl.DataFrame) -> Iterator[pl.Expr]:
        """For each indicator: whether it can vary (over the household), whether this member's blanks matter to it."""
        for reader in self.readers:
            hiding = self._hides_an_open(reader, "member", members)
            vary = pl.col(f"__u_{reader.code}") | pl.col("__old") | hiding.any().over(KEY)
            if reader.fragile_roster:
                vary = vary | ~pl.col("__complete")
            yield vary.alias(f"__v_{reader.code}")
            yield (pl.col("__old") | hiding | self._leaves_open(reader, members)).alias(f"__d_{reader.code}")

    def _leaves_open(self, reader: Reader, members: pl.DataFrame) -> pl.Expr:
        """Whether a member brings something unknown to an indicator, or has a blank it hides or adds up."""
        asked = [c for c in reader.asked if c.scope == "member" and place(c) in members.columns]
        codes = [name for name in self.cells[reader.code] if self.plan.cells[name][1].op == "code"]
        if len(codes) < len(self.cells[reader.code]):
            return _any([_blank(c, members) for c in asked])
        concealed = set(hidden(reader.node))
        return _any([*(_blank(c, members) for c in asked if c in concealed), *(pl.col(name) == 1 for name in codes)])

    def _part(self, reader: Reader, members: pl.DataFrame) -> pl.Expr:
        """What one member is to one indicator: its class where its blanks matter, else what it brings."""
        cells = [pl.col(n).cast(pl.String).fill_null("~") for n in self.cells[reader.code]]
        detail = self._class(reader, "member", members)
        return pl.when(pl.col(f"__d_{reader.code}")).then(detail).otherwise("=" + pl.concat_str(cells, separator="/"))

    # -- households -----------------------------------------------------------------------------------------
    def _households(self, table: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
        table = self._with_members(table, members)
        old = pl.col("__old").fill_null(False) | (pl.col("__stale") != "")
        table = table.with_columns(old.alias("__old"))
        table = table.with_columns(*[self._varies(r, table).alias(f"__v_{r.code}") for r in self.readers])
        parts = [
            *self._of_income(),
            _code("veto"),
            _code("__complete"),
            pl.col("__stale"),
            pl.col("__roster").fill_null(""),
            self._known_true().cast(pl.String),
        ]
        for reader in self.readers:
            brings = [pl.col(f"{n}__s").cast(pl.String).fill_null("~") for n in self.cells[reader.code]]
            own = pl.concat_str([_code(reader.code), *brings, self._class(reader, "household", table)], separator="/")
            parts.append(pl.when(pl.col(f"__v_{reader.code}")).then(own).otherwise(pl.lit("")))
        return table.select(KEY, pl.concat_str(parts, separator=";").alias("pattern"))

    def _with_members(self, table: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
        """The households with what settled members bring together, the classes of the others, and what can vary."""
        together = [
            (pl.col(n).max() if how == "max" else pl.col(n).sum()).alias(f"{n}__s")
            for n, (how, _) in self.plan.cells.items()
        ]
        settled = members.filter(~pl.col("__open")).group_by(KEY).agg(*together)
        ordered = members.filter("__open").sort(KEY, "rank").group_by(KEY, maintain_order=True)
        people = ordered.agg(pl.col("__class").str.join("|").alias("__roster"))
        varying = members.group_by(KEY).agg(
            pl.col("__old").any(), *[pl.col(f"__v_{r.code}").any() for r in self.readers]
        )
        for more in (settled, people, varying):
            table = table.join(more, on=KEY, how="left")
        return table

    def _varies(self, reader: Reader, table: pl.DataFrame) -> pl.Expr:
        vary = pl.col(f"__u_{reader.code}") | pl.col("__old") | pl.col(f"__v_{reader.code}").fill_null(False)
        vary = vary | self._hides_an_open(reader, "household", table)
        return vary | ~pl.col("__complete") if reader.fragile_roster else vary

    def _known_true(self) -> pl.Expr:
        """How many of the indicators that cannot vary are true."""
        fixed = [(pl.col(r.code).fill_null(False) & ~pl.col(f"__v_{r.code}")).cast(pl.Int32) for r in self.readers]
        return pl.sum_horizontal(fixed) if fixed else pl.lit(0)

    def _of_income(self) -> list[pl.Expr]:
        """What is open of the income test and of the roster."""
        concept = self.standard.concept
        missing = pl.max_horizontal(pl.col(POPULATION).fill_null(1) - pl.col("__members"), 0)
        blanks = [pl.col(f"income_year.{n}").is_null() for n in (concept, *items_of(concept))]
        closed = (pl.col("income_status") != "unknown") & (pl.col("__old_income") == "") & (pl.col("__stale") == "")
        signed = [pl.col(f"income_year.{n}") * SIGNS[n] for n in items_of(concept)]
        total = pl.sum_horizontal(signed, ignore_nulls=False)
        low, high = self.standard.lower.micro, self.standard.upper.micro
        reach = [total < low, total >= high, total < (total // low) * high]
        flags = [
            x.cast(pl.Int8).cast(pl.String).fill_null("~") for x in (*blanks, pl.col(POPULATION).is_null(), *reach)
        ]
        return [
            pl.col("income_status"),
            missing.cast(pl.String),
            pl.col("__old_income"),
            *[pl.when(closed).then(pl.lit("")).otherwise(flag) for flag in flags],
        ]


def _any(conditions: Iterable[pl.Expr]) -> pl.Expr:
    found = list(conditions)
    return pl.any_horizontal(found) if found else NEVER


def _blank(column: t.Col, frame: pl.DataFrame) -> pl.Expr:
    """Whether a column says nothing, or the derived column whose question fills it does not."""
    name = FILLED_BY.get(column.name) if column.scope == "member" else None
    if name is not None and name in frame.columns:
        return pl.col(name).is_null() | pl.col(place(column)).is_null()
    blank = pl.col(place(column)).is_null()
    for code in NOT_ASSESSED.get(column.type.codes or "", ()):
        blank = blank | (pl.col(place(column)) == code).fill_null(False)
    return blank


def _raw(column: t.Col) -> pl.Expr:
    value = pl.col(place(column))
    return (value.list.join("+") if column.type.kind == "codes" else value.cast(pl.String)).fill_null("~")


def _code(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int8).cast(pl.String).fill_null("?")


def _with_versions(waiting: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    for name, table in (("household", "household"), ("living", "living"), ("income_year", "income")):
        own = [c for c in ("known_at", "valid_from") if c in frames[table].columns]
        if own:
            dates = frames[table].select(KEY, *[pl.col(c).alias(f"__{name}_{c}") for c in own])
            waiting = waiting.join(dates, on=KEY, how="left")
    return waiting


def _since(table: str, frame: pl.DataFrame) -> Iterator[str]:
    for column in ("known_at", "valid_from"):
        name = column if table == "member" else f"__{table}_{column}"
        if name in frame.columns:
            yield name
