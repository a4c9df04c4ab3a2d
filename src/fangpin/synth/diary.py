"""Diary: when each household was visited, and when what was learned there became known.

Gives   Diary (days since 1970, one entry a household), diary()
Keeps   nothing is known after the last day, nor before it happened; most facts are younger than a year
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangpin.synth.draw import Draw, Ints
from fangpin.synth.facts import Facts, Season

_STALE = 0.035


@dataclass(frozen=True, slots=True)
class Diary:
    """Days of a household: the visit, when it was entered, the income survey, the property check."""

    visited: Ints
    entered: Ints
    income_known: Ints
    checked: Ints


def diary(draw: Draw, facts: Facts, when: Season) -> Diary:
    """The days of every household of a block."""
    n, last = facts.homes.n, when.last
    stale = draw.chance(_STALE, n)
    back = np.where(stale, draw.whole(380, 800, n), draw.whole(8, 330, n))
    watched = facts.monitoring.watched
    back = np.where(watched, draw.whole(1, 40, n), back)
    visited = np.maximum(last - back, facts.people.most(facts.people.born) + 3)
    visited = np.maximum(visited, np.maximum(facts.monitoring.on, facts.monitoring.removed_on) + 1)
    visited = np.minimum(visited, last).astype(np.int32)
    entered = np.minimum(visited + draw.whole(0, 9, n), last).astype(np.int32)
    _, window_to = when.window(0)
    income_known = np.minimum(window_to + draw.whole(8, 75, n), last).astype(np.int32)
    return Diary(visited, entered, income_known, last - draw.whole(5, 320, n))
