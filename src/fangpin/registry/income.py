"""Income on a day: which row of income_year speaks for a household.

Reads   income_year as of the day
Gives   income_on: at most one row a household, with the day its window ends; findings where rows contradict
Keeps   a window that ends after the day is not used; nothing is filled from older rows
Source  INTERFACE section 2, "Income on a day"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from fangpin import tables
from fangpin.intake.keys import different, runs
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

HOUSEHOLD, ENDS = "household_id", "ends_on"
PER_HEAD = ("net_income_pc", "adjusted_income_pc")
ITEMS = ("a", "b", "c", "d", "e")
THAT_MATTER = (*PER_HEAD, *ITEMS, "insurance_payout", "compliant_self_paid")
CONTRADICTION = "FP-REGISTRY-001"
_AT = "\x00at"

_MESSAGE = Text(
    "同一收入周期有 {count} 行收入，{names} 不同，按未知处理",
    "{count} rows of income for one window differ in {names}, which count as unknown",
)
_REMEDY = Text(
    "只留一行，或写明获知日期 known_at，以后得知的为准",
    "keep one of them, or give each its known_at: the one learned last holds",
)


def income_on(frames: Mapping[str, pl.DataFrame], day: date) -> tuple[pl.DataFrame, list[Finding]]:
    """The row of income that holds for each household on a day.

    The row whose window ends last, but not after the day; a row with a year alone ends on 31 December. Ties go to
    the row learned last, then to the highest stage. Rows still tied that differ in money that matters leave it
    unknown. A row with neither window nor year is a snapshot: it holds where no dated row does.

    Args:
        frames: Canonical frames as of the day (``as_of``).
        day: The day.

    Returns:
        ``income_year`` with at most one row a household and the column ``ends_on`` (null for a snapshot), ordered
        like the input; and findings for contradictions.
    """
    rows = _with_end(frames["income_year"])
    rows = rows.filter((pl.col(ENDS) <= day).fill_null(True))
    if different(rows[HOUSEHOLD]):
        return rows, []
    last = _last_window(rows)
    if last is not None:
        return last, []
    order = [ENDS, *(c for c in ("known_at", "stage") if c in rows.columns)]
    new, heads = runs(rows[HOUSEHOLD])
    if heads.n_unique() < len(heads):
        return _chosen(rows, order)
    alone = new & new.shift(-1).fill_null(True)
    numbered = rows.with_row_index(_AT)
    several, findings = _chosen(numbered.filter(~alone), order)
    return pl.concat([numbered.filter(alone), several]).sort(_AT).drop(_AT), findings


def _chosen(rows: pl.DataFrame, order: list[str]) -> tuple[pl.DataFrame, list[Finding]]:
    """The best row of each household, and what contradicts."""
    best = _best(rows, order)
    if best[HOUSEHOLD].n_unique() == best.height:
        return best, []
    return _settle(best)


def _last_window(rows: pl.DataFrame) -> pl.DataFrame | None:
    """The rows of the last window of all, if every household has exactly one; None if that is not sure."""
    last = rows.select((pl.col(ENDS) == pl.col(ENDS).max()).fill_null(False)).to_series()
    if last.sum() != len(runs(rows[HOUSEHOLD])[1]):
        return None
    top = rows.filter(last)
    return top if different(top[HOUSEHOLD]) else None


def _with_end(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the day their window ends."""
    ends: list[pl.Expr] = []
    if "window_to" in rows.columns:
        ends.append(pl.col("window_to"))
    if "year" in rows.columns:
        ends.append(pl.date(pl.col("year"), 12, 31))
    return rows.with_columns((pl.coalesce(ends) if ends else pl.lit(None, dtype=pl.Date)).alias(ENDS))


def _best(rows: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """All rows that are not outranked by another of their household: several only where they are tied."""
    for column in order:
        if rows[column].null_count() == rows.height:
            continue
        level = pl.col(column).to_physical() if column == "stage" else pl.col(column)
        top = level.max().over(HOUSEHOLD)
        rows = rows.filter(level.eq_missing(top))
    return rows


def _settle(tied: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """One row for each household; money in which tied rows differ is unknown, with a finding."""
    present = [c for c in THAT_MATTER if c in tied.columns]
    counts = tied.group_by(HOUSEHOLD, maintain_order=True).agg(
        pl.len().alias("\x00rows"), *(pl.col(c).n_unique().gt(1).alias(c) for c in present)
    )
    differing = counts.filter(pl.any_horizontal(present)) if present else counts.head(0)
    one = tied.unique(subset=[HOUSEHOLD], keep="first", maintain_order=True)
    if not differing.height:
        return one, []
    marks = one.select(HOUSEHOLD).join(differing, on=HOUSEHOLD, how="left", maintain_order="left")
    per_head = [pl.col(c) for c in PER_HEAD if c in present]
    total = pl.any_horizontal(per_head) if per_head else pl.lit(False)
    unknown = marks.select(
        [(pl.col(c) | total if c in ITEMS else pl.col(c)).fill_null(False).alias(c) for c in present]
    )
    settled = one.with_columns([pl.select(pl.when(~unknown[c]).then(one[c])).to_series().alias(c) for c in present])
    return settled, [_finding(row, present) for row in differing.iter_rows(named=True)]


def _finding(row: Mapping[str, object], present: list[str]) -> Finding:
    names = [c for c in present if row[c]]
    labels = tables.catalogue().table("income_year").fields
    values = {"count": row["\x00rows"], "names": Text("、".join(labels[c].label.zh for c in names), ", ".join(names))}
    return Finding(
        CONTRADICTION, "warning", _MESSAGE.format(**values), _REMEDY, f"income_year.{names[0]}", str(row[HOUSEHOLD])
    )
