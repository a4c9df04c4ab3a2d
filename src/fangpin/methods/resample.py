"""Resample: errors by drawing the sample's own units again, for what has no influence function or a rough one.

Gives   replicates(design, rows, rng, draws): a column of weights a draw; bootstrap(measure, income, …) → Estimate
Not     linearised errors (survey)
Keeps   the source of randomness is an argument; a stratum with one unit stays as it is, and that is said
Source  Rao, Wu and Yue 1992: n−1 of the n units of a stratum with replacement, weights scaled by n/(n−1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from fangpin.methods.arrays import F, numbers, refuse
from fangpin.methods.estimate import Estimate
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text


def replicates(design: Design, rows: int, rng: np.random.Generator, draws: int) -> Iterator[F]:
    """The weights of each redrawn sample. Shape (rows,) each."""
    weight = design.weight_for(rows)
    unit, stratum = design.members(rows)
    order = np.argsort(stratum, kind="stable")
    counts = np.bincount(stratum)
    for _ in range(draws):
        times = np.ones(len(stratum))
        start = 0
        for count in counts.tolist():
            if count > 1:
                mine = order[start : start + count]
                hits = np.bincount(rng.integers(0, count, count - 1), minlength=count)
                times[mine] = hits * (count / (count - 1))
            start += count
        yield weight * times[unit]


def bootstrap(
    measure: Callable[..., Any],
    income: Any,
    design: Design,
    rng: np.random.Generator,
    draws: int = 200,
    **arguments: Any,
) -> Estimate:
    """A measure with the error and the percentile interval of redrawn samples.

    Args:
        measure: A measure of this package, such as ``inequality.palma``.
        income: Income of each record. Shape (n,).
        design: How the records were drawn.
        rng: Source of randomness; the same state gives the same answer.
        draws: How many samples are redrawn; at least 20.
        arguments: Further arguments of the measure.

    Raises:
        Refused: fewer than 20 draws, groups, a census, and whatever the measure refuses.

    Examples:
        >>> from fangpin.methods import inequality
        >>> design = Design(basis="person")
        >>> bootstrap(inequality.gini, [1, 2, 3, 9], design, np.random.default_rng(1)).se > 0
        True
    """
    if draws < 20:
        raise refuse("090", "至少抽 20 次", "at least 20 draws", read=str(draws))
    if "by" in arguments or design.census:
        raise refuse("091", "自助法一次只算一组，且不用于全数登记", "one group at a time, and no census, is redrawn")
    values = numbers(income, "income")
    found: Estimate = measure(values, design=design, **arguments)
    drawn = [float(measure(values, weights=w, **arguments).value) for w in replicates(design, len(values), rng, draws)]
    tail = (1 - design.level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    how = Text(f"加权；自助法 {draws} 次，按初级单元", f"weighted; bootstrap of {draws} draws, by sampling units")
    return replace(found, se=float(np.std(drawn, ddof=1)), interval=(float(low), float(high)), method=how)
