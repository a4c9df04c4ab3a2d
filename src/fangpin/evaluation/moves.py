"""Moves: households whose status differs between two sides, each with what decided it and what it comes from.

Reads   corners
Gives   moves_of(frame, one, two) → one row a move; Tally, all households by place, kind and the four corners
Keeps   what decided a move is what would undo it if it alone were as before; where nothing alone would, all that
        differs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import narwhals as nw
import polars as pl

from fangpin.evaluation.corners import ABSENT
from fangpin.identification.decide import status_of
from fangpin.standards import Standard

KINDS = ("in", "out", "to_visit", "to_deliberate", "other")
CAUSES = ("rule", "facts", "either", "together")
KEYS = ("region_code", "household_type", "before", "by_rule", "by_facts", "after")
MOVES: dict[str, pl.DataType] = {
    "household_id": pl.String(),
    "region_code": pl.String(),
    "natural_village": pl.String(),
    "household_type": pl.String(),
    "persons": pl.Int64(),
    "from": pl.String(),
    "to": pl.String(),
    "kind": pl.String(),
    "cause": pl.String(),
    "decided_by": pl.List(pl.String()),
}


@dataclass(frozen=True)
class Move:
    """One household whose status differs, and what decided it.

    ``decided_by``: codes of indicators, ``income``, ``k``, ``veto``, ``counted`` (which indicators count), ``register``
    (one side does not know the household). ``cause``: ``rule`` or ``facts`` alone, ``either`` of them, or both
    ``together``.
    """

    household_id: str
    region_code: str | None
    before: str
    after: str
    decided_by: tuple[str, ...]
    kind: str = "other"
    cause: str = "rule"
    natural_village: str | None = None
    household_type: str | None = None
    persons: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "household_id": self.household_id,
            "region_code": self.region_code,
            "from": self.before,
            "to": self.after,
            "decided_by": list(self.decided_by),
            "kind": self.kind,
            "cause": self.cause,
            "natural_village": self.natural_village,
            "household_type": self.household_type,
            "persons": self.persons,
        }


def move_of(row: dict[str, Any]) -> Move:
    """A row of the table of moves."""
    return Move(
        row["household_id"],
        row["region_code"],
        row["from"],
        row["to"],
        tuple(row["decided_by"]),
        row["kind"],
        row["cause"],
        row["natural_village"],
        row["household_type"],
        row["persons"],
    )


def tally_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Households and persons by place, type and the four corners."""
    return frame.group_by(KEYS).agg(
        pl.len().cast(pl.Int64).alias("households"), pl.col("population").sum().alias("persons")
    )


def together(pieces: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Tallies of several parts as one."""
    kinds = {**dict.fromkeys(KEYS, pl.String()), "households": pl.Int64(), "persons": pl.Int64()}
    whole = pl.concat([pl.DataFrame(schema=kinds), *pieces])
    return whole.group_by(KEYS).agg(pl.col("households", "persons").sum()).sort(KEYS, nulls_last=True)


def moves_of(frame: pl.DataFrame, one: Standard, two: Standard) -> pl.DataFrame:
    """The moves among the households of a part, with the columns of ``MOVES``."""
    moved = frame.filter(pl.col("before") != pl.col("after"))
    moved = moved.with_columns(_kind().alias("kind"), cause().alias("cause"), _decided_by(moved, one, two))
    named = moved.rename({"before": "from", "after": "to", "population": "persons"})
    return named.select([pl.col(name).cast(kind) for name, kind in MOVES.items()])


def _kind() -> pl.Expr:
    before, after = pl.col("before"), pl.col("after")
    return (
        pl.when(after == "low_income")
        .then(pl.lit("in"))
        .when(before == "low_income")
        .then(pl.lit("out"))
        .when(after == "needs_visit")
        .then(pl.lit("to_visit"))
        .when(after == "deliberate")
        .then(pl.lit("to_deliberate"))
        .otherwise(pl.lit("other"))
    )


def cause() -> pl.Expr:
    """What a move comes from, read off the corners between."""
    rule = (pl.col("by_rule") == pl.col("after")) & (pl.col("by_facts") == pl.col("before"))
    facts = (pl.col("by_facts") == pl.col("after")) & (pl.col("by_rule") == pl.col("before"))
    either = (pl.col("by_rule") == pl.col("after")) & (pl.col("by_facts") == pl.col("after"))
    said = pl.when(rule).then(pl.lit("rule")).when(facts).then(pl.lit("facts"))
    return said.when(either).then(pl.lit("either")).otherwise(pl.lit("together"))


# -- what decided ---------------------------------------------------------------------------------------------
def _decided_by(moved: pl.DataFrame, one: Standard, two: Standard) -> pl.Series:
    """What decided each move, in the order: income, indicators, k, veto items, veto."""
    codes = list(dict.fromkeys([*one.counted, *two.counted]))
    items = list(dict.fromkeys(i.code for i in (*one.veto, *two.veto)))
    changed = {
        "income": pl.col("income_status__a") != pl.col("income_status__b"),
        **{code: reduce(lambda x, y: x | y, (b != a for a, b in _adds(code, one, two))) for code in codes},
        "k": pl.lit(one.k != two.k),
        "veto": pl.col("veto__a").ne_missing(pl.col("veto__b")),
    }
    marks = moved.select(
        ((pl.col("before") != ABSENT) & (pl.col("after") != ABSENT)).alias("both"),
        *[differs.fill_null(False).alias(f"{name} differs") for name, differs in changed.items()],
        *[_item(code, one).ne_missing(_item(code, two, "__b")).alias(code) for code in items],
    )
    for name in changed:
        undone = _without(moved, name, name in codes, one, two) != moved["after"]
        marks = marks.with_columns((pl.col(f"{name} differs") & undone).alias(f"{name} alone"))
    said = [_said(row, list(changed), items) for row in marks.iter_rows(named=True)]
    return pl.Series("decided_by", said, pl.List(pl.String))


def _without(moved: pl.DataFrame, name: str, is_indicator: bool, one: Standard, two: Standard) -> pl.Series:
    """The status if one thing alone were as it was before."""
    counts = [pl.col("count_true__b"), pl.col("count_unknown__b")]
    if is_indicator:
        counts = [c - after + before for c, (before, after) in zip(counts, _adds(name, one, two), strict=True)]
    undone = moved.with_columns(counts[0].alias("__true"), counts[1].alias("__unknown"))
    income = nw.col("income_status" + ("__a" if name == "income" else "__b"))
    veto = nw.col("veto" + ("__a" if name == "veto" else "__b"))
    k = one.k if name == "k" else two.k
    status = status_of(income, nw.col("__true"), nw.col("__unknown"), veto, k).alias("again")
    found: pl.DataFrame = nw.from_native(undone).select(status).to_native()
    return found["again"]


def _said(row: dict[str, Any], names: Sequence[str], items: Sequence[str]) -> list[str]:
    if not row["both"]:
        return ["register"]
    found = [name for name in names if row[f"{name} alone"]] or [name for name in names if row[f"{name} differs"]]
    if "veto" in found:
        found[-1:] = [*(code for code in items if row[code]), "veto"]
    return found


def _adds(code: str, one: Standard, two: Standard) -> list[tuple[pl.Expr, pl.Expr]]:
    """What an indicator adds to the counts of true and unknown, before and after."""
    zero = pl.lit(0, pl.Int32)
    sides = [(s, pl.col(f"{code}__{side}")) for s, side in ((one, "a"), (two, "b"))]
    true = [c.fill_null(False).cast(pl.Int32) if code in s.counted else zero for s, c in sides]
    unknown = [c.is_null().cast(pl.Int32) if code in s.counted else zero for s, c in sides]
    return [(true[0], true[1]), (unknown[0], unknown[1])]


def _item(code: str, standard: Standard, side: str = "__a") -> pl.Expr:
    """A veto item where it counts; false where it does not."""
    counts = any(i.code == code and i.counts for i in standard.veto)
    return pl.col(code + side) if counts else pl.lit(False)
