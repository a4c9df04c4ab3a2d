"""Answers: rows that come back from a visit, laid over what was known.

Reads   a judged table and the judged answers to it
Gives   combined: one judged table in which each answer carries on what it leaves blank; visits, the days of the visits
Keeps   a filled cell of an answer holds, a blank one leaves what was known by then; what was learned after the visit
        keeps what it says, and changes no earlier day; an answer with a date is a new version, one without takes the
        place of the row it answers; a row that only names whom it is about is no answer; no row is lost
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from fangpin import tables
from fangpin.intake.columns import Trouble
from fangpin.intake.judge import Judged, Located

HOUSEHOLD = "household_id"
VERSION = ("valid_from", "known_at")
NOT_CONTENT = frozenset({"valid_from", "valid_to", "known_at", "source"})
#: Fields that a sheet shows so that people and rows are recognised: alone they are no answer.
RECOGNITION: Mapping[str, frozenset[str]] = {
    "household": frozenset({"region_code", "natural_village", "head_name"}),
    "member": frozenset({"name"}),
    "income_year": frozenset({"year", "stage", "window_from", "window_to"}),
}
_AT, _ROW, _ENDS, _VISIT = "\x00at", "\x00answer", "\x00ends", "\x00visit"
_OLD = "\x00old"


def visits(answers: Judged) -> pl.DataFrame:
    """The day each household of the answers was visited: ``household_id, known_at``."""
    dated = answers.frame.select(HOUSEHOLD, "known_at").drop_nulls()
    return dated.unique(HOUSEHOLD, keep="last", maintain_order=True)


def combined(base: Judged, answers: Judged, visited: pl.DataFrame | None = None) -> Judged:
    """The table with its answers; rows that are taken over by another are ``superseded``: accepted, but not used.

    Args:
        base: What was known.
        answers: What was said since.
        visited: The days of the visits, where the answers are those of visits; a row without a date of its own was
            learned on that day, and one that only names whom it is about says nothing.
    """
    if not answers.height:
        return base
    start = base.height
    segments = [*base.segments, *(replace(s, start=s.start + start) for s in answers.segments)]
    troubles = [
        *base.troubles,
        *(Located(t.field, replace(t.trouble, at=t.trouble.at.cast(pl.UInt32) + start)) for t in answers.troubles),
    ]
    if visited is not None and base.table.name == "household":
        troubles += _strangers(base.frame, answers.frame)
    name, said = base.table.name, _dated(answers.frame, visited)
    known, key = base.frame, base.table.key
    if name == "income_year":
        known = _with_end(known)
        said = _with_end(said, known)
        key = (HOUSEHOLD, _ENDS)
    if key:
        shown = RECOGNITION.get(name, frozenset()) if visited is not None else frozenset()
        known, said, gone = _laid_over(known, base.superseded, said, key, shown)
        known, said = known.select(base.frame.columns), said.select(base.frame.columns)
        base = replace(base, superseded=pl.concat([base.superseded, gone]).unique().sort())
    else:
        known = base.frame
    frame = pl.concat([known, said])
    return replace(base, frame=frame, segments=segments, troubles=troubles, starts=None)


def _strangers(known: pl.DataFrame, answers: pl.DataFrame) -> list[Located]:
    """The households that nobody knew before they were answered about: most likely a number typed wrongly."""
    at = (~answers[HOUSEHOLD].is_in(known[HOUSEHOLD].implode())).fill_null(False).arg_true()
    if not len(at):
        return []
    field = tables.catalogue().field(f"household.{HOUSEHOLD}")
    return [Located(field, Trouble("FP-INTAKE-090", at + known.height, answers[HOUSEHOLD].gather(at)))]


def _dated(answers: pl.DataFrame, visited: pl.DataFrame | None) -> pl.DataFrame:
    """The answers, known from the day of the visit where they do not say it themselves."""
    if visited is None or not visited.height:
        return answers
    days = visited.rename({"known_at": _VISIT})
    found = answers.join(days, on=HOUSEHOLD, how="left", maintain_order="left")
    undated = pl.col("known_at").is_null() & pl.col("valid_from").is_null()
    return found.with_columns(pl.when(undated).then(_VISIT).otherwise("known_at").alias("known_at")).drop(_VISIT)


def _with_end(rows: pl.DataFrame, among: pl.DataFrame | None = None) -> pl.DataFrame:
    """Rows of income with the day their window ends; one that names none is about the last of its household."""
    ends = pl.coalesce("window_to", pl.date(pl.col("year"), 12, 31))
    rows = rows.with_columns(ends.alias(_ENDS))
    if among is None:
        return rows
    open_ = (
        rows.with_row_index(_ROW)
        .filter(pl.col(_ENDS).is_null())
        .select(_ROW, HOUSEHOLD, pl.col("known_at").alias(_VISIT))
    )
    ended = among.select(HOUSEHOLD, _ENDS, "known_at").drop_nulls(_ENDS)
    by_then = pl.col("known_at").is_null() | pl.col(_VISIT).is_null() | (pl.col("known_at") <= pl.col(_VISIT))
    last = open_.join(ended, on=HOUSEHOLD).filter(by_then).group_by(_ROW).agg(pl.col(_ENDS).max().alias(_OLD))
    found = rows.with_row_index(_ROW).join(last, on=_ROW, how="left", maintain_order="left")
    return found.with_columns(pl.coalesce(_ENDS, _OLD).alias(_ENDS)).drop(_OLD, _ROW)


def _laid_over(
    known: pl.DataFrame, unused: pl.Series, answers: pl.DataFrame, key: tuple[str, ...], shown: frozenset[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """What was known, answers with their blanks filled from the latest row that was known by then, and the positions
    that nothing uses. A row that was learned after an answer is filled where it is blank.
    """
    told = [c for c in answers.columns if c not in key and c not in NOT_CONTENT]
    content = [c for c in told if c not in shown]
    rank = [*VERSION, *(c for c in ("stage",) if _ENDS in key)]
    used = known.with_row_index(_AT).filter(~pl.col(_AT).is_in(unused.implode()))
    pairs = answers.with_row_index(_ROW).join(
        used, on=list(key), how="left", suffix=_OLD, nulls_equal=True, maintain_order="left"
    )
    later = (pl.col(f"known_at{_OLD}") > pl.col("known_at")).fill_null(False)
    latest = (
        pairs.filter(~later & pl.col(_AT).is_not_null())
        .sort([f"{c}{_OLD}" for c in rank], nulls_last=False, maintain_order=True)
        .unique(_ROW, keep="last")
    )
    old = [c for c in pairs.columns if c.endswith(_OLD)]
    met = answers.with_row_index(_ROW).join(latest.select(_ROW, _AT, *old), on=_ROW, how="left", maintain_order="left")
    filled = met.select([pl.col(c) if c in key else _either(c) for c in answers.columns])
    # what is learned without a date, or on the very day of the row it answers, takes that row's place
    same = [pl.coalesce(c, f"{c}{_OLD}").eq_missing(pl.col(f"{c}{_OLD}")) for c in VERSION]
    replaces = met.select(pl.all_horizontal(pl.col(_AT).is_not_null(), *same)).to_series()
    gone = [met[_AT].filter(replaces)]
    if content:
        says = pl.when(pl.col(_AT).is_null()).then(_any_known(told)).otherwise(_any_known(content))
        blank = met.select(~says).to_series()
        gone = [met[_AT].filter(replaces & ~blank), met[_ROW].filter(blank) + known.height]
        pairs = pairs.filter(_any_known(content))
    known = _filled_later(known, pairs.filter(later), told)
    return known, filled, pl.concat([g.cast(pl.UInt32) for g in gone]).unique().sort()


def _filled_later(known: pl.DataFrame, later: pl.DataFrame, told: Sequence[str]) -> pl.DataFrame:
    """Rows that were learned after an answer, with the answer where they are blank."""
    if not later.height or not told:
        return known
    latest = later.sort("known_at", maintain_order=True).unique(_AT, keep="last").select(_AT, *told)
    both = known.with_row_index(_AT).join(latest, on=_AT, how="left", suffix=_VISIT, maintain_order="left")
    return both.select([pl.coalesce(c, f"{c}{_VISIT}") if c in told else pl.col(c) for c in known.columns])


def _any_known(columns: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(columns).is_not_null())


def _either(column: str) -> pl.Expr:
    mine, old = pl.col(column), pl.col(f"{column}{_OLD}")
    return pl.max_horizontal(mine, old) if column == "known_at" else pl.coalesce(mine, old)
