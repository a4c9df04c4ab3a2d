"""Open households that look alike to the rules, found where the data is, so that each pattern is worked out once.

Reads   the frames of a part, the households that need a visit, an Asker
Gives   asks(frames, waiting, asker) → household_id, ask, ask_least
Keeps   the same answers as asking every household by itself: a pattern holds all that the rules can tell apart
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from fangpin.identification.ask import Asker, field_position
from fangpin.identification.open_households import records
from fangpin.identification.patterns import KEY, Frames, Patterns

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
    patterns = Patterns(asker.standard, asker.readers, frames, waiting)
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


def _filled(patterns: Patterns, known: Mapping[str, Template], waiting: pl.DataFrame) -> pl.DataFrame:
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
