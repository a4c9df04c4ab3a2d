"""Selection: which of the two Lorenz curves the World Bank uses.

Reads   the curves GQ and Beta fitted to the same points, a line over the mean
Gives   quadratic_for_distribution, quadratic_for_poverty
Source  the rule of PovcalNet and PIP: a valid curve before an invalid one, a normal before an abnormal one; between
        equals the smaller sum of squared errors, for poverty up to the point behind the head count
"""

from __future__ import annotations

import numpy as np

from fangpin.methods.grouped.curves import BetaCurve, Quadratic
from fangpin.methods.grouped.shapes import Array

_BETA_WINS = {  # GQ valid, Beta valid, GQ normal, Beta normal at the line
    (True, True, False, True),
    (True, False, False, True),
    (False, True, True, True),
    (False, True, False, True),
    (False, True, False, False),
    (False, False, False, True),
}
_ERRORS_DECIDE = {(True, True, True, True), (False, False, True, True)}


def _errors(curve: Quadratic | BetaCurve, p: Array, lorenz: Array, rank: float = 1.0) -> float:
    """Squared errors over the inner points, up to the first one at or above ``rank``."""
    inner = slice(0, min(int(np.searchsorted(p, rank, side="left")) + 1, len(p)))
    return float(np.sum((lorenz[inner] - curve.value(p[inner])) ** 2))


def quadratic_for_distribution(gq: Quadratic, beta: BetaCurve, p: Array, lorenz: Array) -> bool:
    """Whether GQ, rather than Beta, gives Gini, quantiles and the like; ``p`` and ``lorenz`` without the ends."""
    if gq.valid and beta.valid:
        return _errors(gq, p, lorenz) <= _errors(beta, p, lorenz)
    return gq.valid or not beta.valid


def quadratic_for_poverty(gq: Quadratic, beta: BetaCurve, p: Array, lorenz: Array, line: float) -> bool:
    """Whether GQ, rather than Beta, gives head count and gaps at ``line`` (over the mean)."""
    flags = (gq.valid, beta.valid, gq.normal, beta.reaches(line))
    if flags in _ERRORS_DECIDE:
        ranks = gq.rank(line), beta.rank(line)
        return _errors(gq, p, lorenz, ranks[0]) <= _errors(beta, p, lorenz, ranks[1])
    return flags not in _BETA_WINS
