"""Bounds: how few and how many can lie below a line, whatever the shape of the distribution.

Reads   group means and shares, a lowest possible income
Gives   sharp_bounds(means, shares, line, lowest)
Keeps   sharp: both ends are reached (the upper one as a limit) by a distribution with exactly these group means
Source  groups are ranges of income that do not overlap: a member of a group lies between the means of its neighbours
"""

from __future__ import annotations

import numpy as np

from fangpin.methods.grouped.shapes import Array


def sharp_bounds(means: Array, shares: Array, line: float, lowest: float = 0.0) -> tuple[float, float]:
    """The least and the greatest share of incomes strictly below ``line``.

    In the group just below the line as many as possible sit at the line, the others at the mean of the group before;
    in the group just above it as many as possible sit right below the line, the others at the mean of the group after.
    """
    below = int(np.searchsorted(means, line, side="left"))  # groups whose mean lies below the line
    full = float(np.sum(shares[:below]))
    least = 0.0
    if below:
        mean, floor = means[below - 1], means[below - 2] if below > 1 else lowest
        least = full - shares[below - 1] * (1 - (line - mean) / (line - floor))
    if below == len(means):
        return float(least), 1.0
    if line <= lowest:
        return 0.0, 0.0
    if below + 1 == len(means):
        return float(least), 1.0
    mean, ceiling = means[below], means[below + 1]
    part = (ceiling - mean) / (ceiling - line) if ceiling > line else 1.0
    return float(least), float(full + shares[below] * part)
