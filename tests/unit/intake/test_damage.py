"""Planted damage: every detectable one is found at its place or read as it was meant, and nothing else suffers."""

from __future__ import annotations

from functools import cache
from typing import get_args

import pytest

from damage.county import Shape
from damage.kinds import KINDS
from damage.measure import Measure, measured, together
from damage.plan import Kind
from helpers import FULL

HOUSEHOLDS, SEED = 300, 1
SMALL = 20

# Gaps that docs/recall.md shows as missed; whoever closes one takes it out of here.
GAPS: set[str] = set()
ROWS = [kind for kind in KINDS if kind.level in ("cell", "row")]
FILES = [kind for kind in KINDS if kind.level in ("column", "file")]


@cache
def at_once(shape: Shape) -> list[Measure]:
    """Every kind that breaks cells or rows, once, in one county of a shape."""
    return together([kind for kind in ROWS if kind.shape == shape], HOUSEHOLDS, SEED, 5 if FULL else 1)


def complete(made: Measure) -> None:
    """The plants were planted; what can be found was found at its place or read as it was meant."""
    assert made.planted, "nothing was planted"
    if not made.kind.why[0] and made.kind.name not in GAPS:
        missed = [(p.row and p.row.record, p.heading) for p in made.missed]
        assert not missed, f"{made.kind.name}: {missed}; said {dict(made.said)}"
    assert made.found + made.read + len(made.missed) == made.planted


def test_there_are_kinds_enough_and_each_says_what_it_is() -> None:
    assert len(KINDS) >= 40
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert all(kind.text), kind.name
        told = bool(kind.says or kind.read or kind.name in GAPS)
        assert told != bool(kind.why[0] and kind.why[1]), kind.name


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.name)
def test_cells_and_rows(kind: Kind) -> None:
    [made] = [m for m in at_once(kind.shape) if m.kind is kind]
    complete(made)


@pytest.mark.parametrize("shape", get_args(Shape))
def test_nothing_undamaged_is_refused_and_the_counts_add_up(shape: Shape) -> None:
    for made in at_once(shape):
        assert made.refused == 0, made.kind.name
        assert made.adds_up, made.kind.name


@pytest.mark.parametrize("kind", FILES, ids=lambda kind: kind.name)
def test_columns_and_files(kind: Kind) -> None:
    made = measured(kind, SMALL, SEED, 3)
    complete(made)
    assert made.refused == 0
    assert made.adds_up


def test_the_same_seed_breaks_the_same_cells() -> None:
    kind = next(k for k in KINDS if k.name == "date_impossible")
    runs = [measured(kind, SMALL, SEED, 3) for _ in range(2)]
    assert runs[0].said == runs[1].said
    assert runs[0].found == runs[1].found == 3
