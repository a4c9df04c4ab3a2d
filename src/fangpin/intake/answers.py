"""Answers: rows that come back from a visit, laid over what was known.

Reads   a judged table and the judged answers to it
Gives   combined: one judged table in which each answer carries on what it leaves blank
Keeps   a filled cell of an answer holds, a blank one leaves what was known; an answer with a date of its own is a new
        version, one without a date takes the place of the row it answers; no row is lost from the account
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from fangpin.intake.columns import Trouble
from fangpin.intake.judge import Judged, Located

VERSION = ("valid_from", "known_at")
SAME_INCOME = ("household_id", "year", "window_to", "stage")
NOT_CONTENT = frozenset({"valid_from", "valid_to", "known_at", "source"})


def combined(base: Judged, answers: Judged) -> Judged:
    """The table with its answers; rows that are taken over by another are ``superseded``: accepted, but not used."""
    if not answers.height:
        return base
    start = base.height
    segments = [*base.segments, *(replace(s, start=s.start + start) for s in answers.segments)]
    troubles = [
        *base.troubles,
        *(
            Located(t.field, Trouble(t.trouble.code, t.trouble.at.cast(pl.UInt32) + start, t.trouble.read))
            for t in answers.troubles
        ),
    ]
    key = base.table.key or (SAME_INCOME if base.table.name == "income_year" else ())
    if not key:
        frame = pl.concat([base.frame, answers.frame])
        return replace(base, frame=frame, segments=segments, troubles=troubles, starts=None)
    filled, gone = _laid_over(base.frame, answers.frame, key)
    return replace(
        base,
        frame=pl.concat([base.frame, filled]),
        segments=segments,
        troubles=troubles,
        starts=None,
        superseded=gone,
    )


def _laid_over(known: pl.DataFrame, answers: pl.DataFrame, key: tuple[str, ...]) -> tuple[pl.DataFrame, pl.Series]:
    """Answers with their blanks filled from the latest row of the same key, and the positions that nothing uses."""
    at, row = "\x00at", "\x00answer"
    content = [c for c in answers.columns if c not in key and c not in NOT_CONTENT]
    empty = answers.select(pl.all_horizontal(pl.col(content).is_null())).to_series() if content else None
    latest = (
        known.with_row_index(at)
        .sort(VERSION, nulls_last=False, maintain_order=True)
        .unique(subset=list(key), keep="last", maintain_order=True)
    )
    met = answers.with_row_index(row).join(
        latest, on=list(key), how="left", suffix="\x00old", nulls_equal=True, maintain_order="left"
    )
    filled = met.select([pl.col(c) if c in key else pl.coalesce(c, f"{c}\x00old") for c in answers.columns])
    undated = met.select(pl.col("known_at").is_null() & pl.col("valid_from").is_null()).to_series()
    same = met.select(
        [pl.col(at).is_not_null(), *(pl.coalesce(c, f"{c}\x00old").eq_missing(pl.col(f"{c}\x00old")) for c in VERSION)]
    )
    replaces = same.select(pl.all_horizontal(pl.all())).to_series() & undated
    gone = [met[at].filter(replaces)]
    if empty is not None:
        unused = empty & met[at].is_not_null()
        gone = [met[at].filter(replaces & ~unused), met[row].filter(unused) + known.height]
    return filled, pl.concat([g.cast(pl.UInt32) for g in gone])
