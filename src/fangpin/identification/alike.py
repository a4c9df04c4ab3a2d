"""Open households that look alike to the rules, found where the data is, so that each pattern is worked out once.

Reads   the frames of a part, the households that need a visit, an Asker
Gives   asks(frames, waiting, asker) → household_id, ask, ask_least
Keeps   the same answers as asking every household by itself: a pattern holds all that the rules can tell apart
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import narwhals as nw
import polars as pl

from fangpin import tables
from fangpin.engine.derive import STANDS_ON, belonging
from fangpin.engine.expressions import to_narwhals
from fangpin.engine.population import columns_of
from fangpin.identification.answers import atoms_of
from fangpin.identification.ask import Asker, asked_columns, field_position
from fangpin.identification.open_households import records
from fangpin.identification.record import items_of
from fangpin.language import tree as t
from fangpin.language.lower import atom_truth, lower
from fangpin.standards import Standard

Frames = Mapping[str, pl.DataFrame]
KEY = "household_id"
ASKED: dict[str, pl.DataType] = {"ask": pl.List(pl.String), "ask_least": pl.Int32()}


def asks(frames: Frames, waiting: pl.DataFrame, asker: Asker) -> pl.DataFrame:
    """What to ask each waiting household.

    Args:
        frames: Canonical frames of one day, as :func:`fangpin.identification.decide.decide` takes them.
        waiting: The judged rows of the households whose status is ``needs_visit``.
        asker: Remembers what was worked out before.

    Returns:
        ``household_id, ask, ask_least``, one row a household, in the order of ``waiting``.
    """
    patterns = _Patterns(asker.standard, frames, waiting)
    known = asker.patterns
    fresh = patterns.households.filter(~pl.col("pattern").is_in(list(known))) if known else patterns.households
    first = fresh.unique("pattern", keep="first", maintain_order=True)
    ranks = patterns.ranks(first.select(KEY))
    for (pattern, household), record in zip(
        first.select("pattern", KEY).iter_rows(), records(frames, first.select(KEY), asker.standard.as_of), strict=True
    ):
        known[pattern] = _template(asker.ask(record), ranks.get(household, {}), record.stale)
    return _filled(patterns, known, waiting)


Template = tuple[list[tuple[str, int, bool, int | None]], int]


def _template(answer: tuple[list[str], int], ranks: Mapping[str, int], stale: frozenset[str]) -> Template:
    """An answer with members by their rank instead of their number: (fact, position, stale, rank)."""
    names, least = answer
    out = []
    for name in names:
        fact, _, person = name.partition("@")
        out.append((fact, field_position(fact), name in stale, ranks[person] if person else None))
    return out, least


def _filled(patterns: _Patterns, known: Mapping[str, Template], waiting: pl.DataFrame) -> pl.DataFrame:
    own = patterns.households
    used = own["pattern"].unique().to_list()
    rows = [(p, fact, at, stale, rank) for p in used for fact, at, stale, rank in known[p][0]]
    facts = pl.DataFrame(
        rows,
        orient="row",
        schema={"pattern": pl.String, "fact": pl.String, "at": pl.Int32, "stale": pl.Boolean, "rank": pl.UInt32},
    )
    least = pl.DataFrame(
        [(p, known[p][1]) for p in used], orient="row", schema={"pattern": pl.String, "ask_least": pl.Int32}
    )
    each = own.join(facts, on="pattern").join(patterns.members, on=[KEY, "rank"], how="left")
    name = pl.when(pl.col("rank").is_null()).then(pl.col("fact")).otherwise(pl.col("fact") + "@" + pl.col("person_id"))
    lists = (
        each.with_columns(name.alias("ask"))
        .sort(KEY, ~pl.col("stale"), "at", "__row", maintain_order=True)
        .group_by(KEY, maintain_order=True)
        .agg(pl.col("ask"))
    )
    found = own.join(least, on="pattern", how="left").join(lists, on=KEY, how="left")
    found = found.with_columns(pl.col("ask").fill_null(pl.lit([], pl.List(pl.String))))
    return (
        waiting.select(KEY).join(found, on=KEY, how="left").select(KEY, *[pl.col(c).cast(k) for c, k in ASKED.items()])
    )


class _Patterns:
    """The pattern of every waiting household, and the ranks of its members with open facts."""

    def __init__(self, standard: Standard, frames: Frames, waiting: pl.DataFrame) -> None:
        self.standard, self.today = standard, standard.as_of
        self.rules = {i.code: i.node for i in standard.indicators if i.code in standard.counted}
        self.plan = lower(self.rules)
        self.columns = list(dict.fromkeys(c for n in self.rules.values() for c in t.columns(n)))
        self.atoms = self._named_atoms()
        members = self._members(frames, waiting)
        self.members = members.filter("__open").select(KEY, "rank", "person_id", "__row")
        self.households = self._households(frames, waiting, members)

    def ranks(self, households: pl.DataFrame) -> dict[str, dict[str, int]]:
        """For each of these households, the ranks of its members with open facts, by their number."""
        out: dict[str, dict[str, int]] = {}
        rows = self.members.join(households, on=KEY, how="semi").select(KEY, "person_id", "rank")
        for household, person, rank in rows.iter_rows():
            out.setdefault(household, {})[person] = rank
        return out

    def _named_atoms(self) -> dict[t.Node, str]:
        """The conditions of the rules that tell values apart, each with the column that will hold its truth."""
        found = dict.fromkeys(
            a
            for c in self.columns
            for n in self.rules.values()
            for a in atoms_of(n, c)
            if not isinstance(a, t.Col) or a.type.kind == "bool"
        )
        return {atom: f"__t{i}" for i, atom in enumerate(found)}

    def _truths(self, scope: t.Scope) -> list[nw.Expr]:
        return [
            to_narwhals(atom_truth(atom), self.today).alias(name)
            for atom, name in self.atoms.items()
            if t.columns(atom)[0].scope == scope
        ]

    # -- members --------------------------------------------------------------------------------------------
    def _members(self, frames: Frames, waiting: pl.DataFrame) -> pl.DataFrame:
        """Belonging members of waiting households: what they bring, whether they are open, their class."""
        rows = frames["member"].join(waiting.select(KEY), on=KEY, how="semi").with_row_index("__row")
        wanted = {c.name for c in self.columns if c.scope == "member"} & set(STANDS_ON)
        here = belonging(nw.from_native(rows.lazy()), self.today, wanted)
        cells = [to_narwhals(low, self.today).alias(name) for name, (_, low) in self.plan.cells.items()]
        more = [*cells, *self._truths("member")]
        here = (here.with_columns(*more) if more else here).collect().to_native()
        here = here.join(
            waiting.select(KEY, *[pl.col(c).is_null().alias(f"__u_{c}") for c in self.rules]), on=KEY, how="left"
        )
        here = here.with_columns(self._stale_fields(here, "member").alias("__stale"))
        old = (pl.col("__stale") != "").any().over(KEY)
        here = here.with_columns((self._open(here) | old).alias("__open"))
        here = here.with_columns(self._linked(here).max().over(KEY).alias("__linked"))
        classes = [
            pl.when(pl.col("__linked") | pl.col(f"__u_{code}")).then(text).otherwise(pl.lit(""))
            for code, text in self._by_rule("member", here)
        ]
        here = here.with_columns(pl.concat_str([*classes, pl.col("__stale")], separator=";").alias("__class"))
        ranked = pl.col("__class").rank("ordinal").over(KEY, pl.col("__open")).cast(pl.UInt32)
        ranks: pl.DataFrame = here.with_columns(pl.when("__open").then(ranked).alias("rank"))
        return ranks

    def _open(self, here: pl.DataFrame) -> pl.Expr:
        """A member one of whose blanks leaves an unknown indicator open, and who still brings something unknown."""
        blanks = []
        for code, node in self.rules.items():
            own = [c for c in t.columns(node) if c.scope == "member" and c.name in here.columns]
            if own:
                blanks.append(pl.col(f"__u_{code}") & pl.any_horizontal([self._blank(c) for c in own]))
        return pl.any_horizontal(blanks) if blanks else pl.lit(False)

    def _linked(self, here: pl.DataFrame) -> pl.Expr:
        """A member whose open facts are read by several indicators, so that these must be looked at together."""
        asked = [{c.name for c in asked_columns(n) if c.scope == "member"} for n in self.rules.values()]
        shared = [c for c in self.columns if c.scope == "member" and sum(c.name in a for a in asked) > 1]
        blank = pl.any_horizontal([self._blank(c) for c in shared]) if shared else pl.lit(False)
        return (pl.col("__open") & blank) | (pl.col("__stale") != "")

    def _by_rule(self, scope: t.Scope, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Expr]]:
        """Per indicator, a text of what it can tell apart of a row."""
        for code, node in self.rules.items():
            parts = self._classes([c for c in t.columns(node) if c.scope == scope], [node], frame)
            if parts:
                yield code, pl.concat_str(parts, separator=",")

    @staticmethod
    def _blank(column: t.Col) -> pl.Expr:
        from fangpin.language.vocabulary import NOT_ASSESSED

        blank = pl.col(column.name).is_null()
        for code in NOT_ASSESSED.get(column.type.codes or "", ()):
            blank = blank | (pl.col(column.name) == code).fill_null(False)
        return blank

    # -- classes --------------------------------------------------------------------------------------------
    def _classes(self, columns: Sequence[t.Col], nodes: Sequence[t.Node], frame: pl.DataFrame) -> list[pl.Expr]:
        """Texts that are equal where the rules cannot tell values apart."""
        out: list[pl.Expr] = []
        for column in columns:
            if _name(column) not in frame.columns:
                continue
            out.append(self._blank_flag(column))
            for atom in dict.fromkeys(a for n in nodes for a in atoms_of(n, column)):
                among = t.columns(atom)
                if len(among) > 1 and among[0] != column:
                    continue
                out.append(self._atom(atom, among))
        return out

    def _blank_flag(self, column: t.Col) -> pl.Expr:
        return pl.when(pl.col(_name(column)).is_null()).then(pl.lit("_")).otherwise(pl.lit("."))

    def _atom(self, atom: t.Node, among: Sequence[t.Col]) -> pl.Expr:
        raw = pl.concat_str(
            [
                pl.col(_name(c)).cast(pl.String).fill_null("~")
                if c.type.kind != "codes"
                else pl.col(_name(c)).list.join("+").fill_null("~")
                for c in among
            ],
            separator="/",
        )
        if isinstance(atom, t.Col) and atom.type.kind != "bool":
            return raw
        code = pl.col(self.atoms[atom]).cast(pl.Int8).cast(pl.String).fill_null("?")
        if len(among) == 1:
            return code
        known = pl.all_horizontal([pl.col(_name(c)).is_not_null() for c in among])
        return pl.when(known).then(code).otherwise(raw)

    def _stale_fields(self, frame: pl.DataFrame, table: str) -> pl.Expr:
        """The stale facts of a row that matter, as a text; empty where there are none."""
        facts = {f for c in self.columns for f in c.facts if f.startswith(f"{table}.")}
        if table == "income_year":
            facts = {f"income_year.{n}" for n in (self.standard.concept, *items_of(self.standard.concept))}
        since = pl.coalesce([pl.col(c) for c in _since(table, frame)] or [pl.lit(None, pl.Date)])
        parts = []
        for fact in sorted(facts):
            field = tables.catalogue().field(fact)
            name = field.inside if table == "member" else f"{table}.{field.inside}"
            if field.fresh_days is not None and name in frame.columns:
                old = (pl.lit(self.today) - since).dt.total_days() > field.fresh_days
                parts.append(
                    pl.when(old.fill_null(False) & pl.col(name).is_not_null())
                    .then(pl.lit(f"{field.inside};"))
                    .otherwise(pl.lit(""))
                )
        return pl.concat_str(parts) if parts else pl.lit("")

    # -- households -----------------------------------------------------------------------------------------
    def _households(self, frames: Frames, waiting: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
        truths = self._truths("household")
        table = _with_versions(waiting, frames)
        if truths:
            table = nw.from_native(table).with_columns(*truths).to_native()
        open_ = (
            members.filter("__open")
            .sort(KEY, "rank")
            .group_by(KEY, maintain_order=True)
            .agg(pl.col("__class").str.join("|").alias("__patterns"))
        )
        hows = [
            pl.col(name).max() if how == "max" else pl.col(name).sum() for name, (how, _) in self.plan.cells.items()
        ]
        settled = members.filter(~pl.col("__open")).group_by(KEY).agg(*hows) if hows else members.select(KEY).unique()
        table = table.join(open_, on=KEY, how="left").join(settled, on=KEY, how="left", suffix="__s")
        linked = members.group_by(KEY).agg(pl.col("__linked").any())
        table = table.join(linked, on=KEY, how="left").with_columns(
            (pl.col("__linked").fill_null(False) | ~pl.col("__complete")).alias("__linked")
        )
        stale = pl.concat_str([self._stale_fields(table, n) for n in ("household", "living", "income_year")])
        table = table.with_columns(stale.alias("__stale"))
        parts = [*self._cells(table), *self._of_income(), pl.col("__stale"), pl.col("__patterns").fill_null("")]
        for code, text in self._by_rule("household", table):
            parts.append(
                pl.when(pl.col(code).is_null() | pl.col("__linked") | (pl.col("__stale") != ""))
                .then(text)
                .otherwise(pl.lit(""))
            )
        parts += [_code(c) for c in (*self.rules, "veto", "__complete")]
        return table.select(KEY, pl.concat_str(parts, separator=",").alias("pattern"))

    def _cells(self, table: pl.DataFrame) -> Iterator[pl.Expr]:
        """What the members without open facts bring together, where an indicator still looks at it."""
        for name in self.plan.cells:
            readers = [code for code, low in self.plan.rules.items() if name in columns_of(low)]
            needed = pl.any_horizontal([pl.col(c).is_null() for c in readers]) | pl.col("__linked")
            own = pl.col(f"{name}__s" if f"{name}__s" in table.columns else name)
            yield pl.when(needed).then(own.cast(pl.String).fill_null("~")).otherwise(pl.lit(""))

    def _of_income(self) -> list[pl.Expr]:
        """What is open of the income test and of the roster."""
        population = pl.col("household.population")
        missing = pl.max_horizontal(population.fill_null(1) - pl.col("__members"), 0)
        items = [
            pl.col(f"income_year.{n}").is_null() for n in (self.standard.concept, *items_of(self.standard.concept))
        ]
        known = pl.col("income_status") != "unknown"
        total = pl.when(population.is_null() & ~known).then(pl.col("__net_total").cast(pl.String))
        return [
            pl.col("income_status"),
            total.fill_null(""),
            missing.cast(pl.String),
            *[
                pl.when(known & (pl.col("__stale") == "")).then(pl.lit("")).otherwise(x.cast(pl.Int8).cast(pl.String))
                for x in (*items, population.is_null())
            ],
        ]


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


def _name(column: t.Col) -> str:
    return column.name if column.scope == "member" else column.key
