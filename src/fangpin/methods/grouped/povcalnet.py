"""The sums PovcalNet and PIP publish for a Lorenz curve, step for step.

Reads   a curve's value and slope
Gives   published_gini, published_mld, published_watts
Keeps   the published steps, so that a published figure is met to its last digit: Simpson's rule in steps of 0.001
        (Beta's Gini), trapezia of logarithms in steps of 0.001 (mean log deviation) or of 1/100 and 1/200 of the poor
        (Watts), ranks without income left out; exact values stand beside them in an estimate's details. For GQ the
        lowest step enters twice: its mean log deviation and Watts index come out some 2–3 % high
Source  agreement with 97 text reports of PovcalNet (tests/oracle/test_grouped.py)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fangpin.methods.grouped.shapes import Array

Curve = Callable[[Any], Array]
_STEP = 0.001


def published_gini(value: Curve) -> float:
    """Gini coefficient by Simpson's rule in steps of 0.001."""
    odd = np.arange(500) * 2 * _STEP + _STEP
    even = np.minimum(odd + _STEP, 1.0)
    return float(1 - 2 * _STEP / 3 * (np.sum(4 * value(odd) + 2 * value(even)) - 1))


def _log_sum(slope: Curve, step: float, count: int) -> float:
    """Trapezia of ln slope over ``count`` steps from rank 0, those that touch a rank without income left out."""
    with np.errstate(all="ignore"):
        first = float(slope(step / 2))
        grid = slope(np.arange(count + 1) * step)
    usable = np.isfinite(grid) & (grid > 0)
    logs = np.log(np.where(usable, grid, 1.0))
    both = usable[1:] & usable[:-1]
    total = float(np.sum((logs[1:] + logs[:-1])[both])) * step / 2
    return total + (float(np.log(first)) * step if first > 0 else 0.0)


def published_mld(slope: Curve) -> float:
    """Mean log deviation, up to rank 0.999."""
    return -_log_sum(slope, _STEP, 999)


def published_watts(slope: Curve, rank: float, line: float, steps: int) -> float:
    """Watts index below ``line`` (over the mean), whose rank is ``rank``."""
    if rank <= 0:
        return 0.0
    return float(np.log(line)) * rank - _log_sum(slope, rank / steps, steps)
