"""Region codes as they were read: unknown ones, old ones with what became of them.

Reads   reference.regions, reference.history
Gives   region_troubles: FP-INTAKE-029 no such code · 095 old, today's code is certain · 096 old, there are candidates
Keeps   a code stays as it was read; a village counts as known if its township is, for villages change faster than lists
"""

from __future__ import annotations

from functools import cache

import polars as pl

from fangpin.intake.columns import Trouble
from fangpin.intake.keys import runs
from fangpin.reference import history, regions
from fangpin.reference.history import Fate
from fangpin.vocabulary.text import Text

UNKNOWN, RECODED, CANDIDATES = "FP-INTAKE-029", "FP-INTAKE-095", "FP-INTAKE-096"
_MOST_CANDIDATES = 6


@cache
def _past() -> frozenset[str]:
    return frozenset(region.code for region in regions.past())


def region_troubles(values: pl.Series) -> list[Trouble]:
    """What is wrong with the region codes of a column; each distinct code is looked at once."""
    distinct = values.filter(runs(values)[0]).drop_nulls().unique().sort().to_list()
    unknown: list[str] = []
    found: list[Trouble] = []
    for code in distinct:
        usual = regions.normal(code)
        fate = history.today(code) if usual is not None and usual[:6] in _past() else None
        if fate is not None and fate.kind != "today":
            at = (values == code).fill_null(False).arg_true()
            found.append(Trouble(RECODED if fate.certain else CANDIDATES, at, values.gather(at), _said(fate)))
        elif not _known(code):
            unknown.append(code)
    if unknown:
        at = values.is_in(unknown).fill_null(False).arg_true()
        found.append(Trouble(UNKNOWN, at, values.gather(at)))
    return found


def _known(code: str) -> bool:
    return regions.exists(code) or (len(code) == 12 and code.isdigit() and regions.exists(code[:9]))


def _said(fate: Fate) -> tuple[tuple[str, object], ...]:
    """What the messages name: the old name, the year, today's regions."""
    shown = fate.now[:_MOST_CANDIDATES]
    more = len(fate.now) > len(shown)
    now = Text(
        "、".join(f"{r.code} {regions.full_name(r.code)}" for r in shown) + ("……" if more else ""),
        ", ".join(f"{r.code} {regions.full_name(r.code)}" for r in shown) + (" …" if more else ""),
    )
    return (("old", fate.name or regions.name(fate.code[:6])), ("year", fate.year or ""), ("now", now))
