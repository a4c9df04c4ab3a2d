"""Draws: random numbers of one block, and the array types that the package shares.

Gives   Draw (one stream for one block of one county), tilted (a rate that rises with hardship)
Keeps   the stream depends on seed, county and block only: not on threads, nor on what follows
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Small = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Money = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Draw:
    """The random numbers of one block of a county.

    Args:
        seed: The seed of the whole call.
        key: What the stream is for, such as county code and block number; other keys give independent streams.
    """

    def __init__(self, seed: int, *key: int) -> None:
        self._rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))

    def unit(self, n: int) -> Floats:
        """``n`` numbers in [0, 1)."""
        found: Floats = self._rng.random(n, dtype=np.float32)
        return found

    def normal(self, n: int) -> Floats:
        """``n`` standard normal numbers."""
        found: Floats = self._rng.standard_normal(n, dtype=np.float32)
        return found

    def chance(self, p: float | Floats, n: int) -> Flags:
        """``n`` answers, each true with probability ``p``."""
        found: Flags = self.unit(n) < p
        return found

    def pick(self, weights: Sequence[float], n: int) -> Small:
        """``n`` positions 0, 1, … drawn with these weights."""
        return position(self.unit(n), weights)

    def whole(self, low: int, high: int, n: int) -> Ints:
        """``n`` whole numbers from ``low`` to ``high``, both included."""
        found: Ints = self._rng.integers(low, high, n, dtype=np.int32, endpoint=True)
        return found


def position(u: Floats, weights: Sequence[float]) -> Small:
    """Where each ``u`` in [0, 1) falls on the weights laid end to end: 0 for the first, and so on."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.zeros(u.size, dtype=np.int8)
    for edge in (edges[:-1] / edges[-1]).astype(np.float32):
        found += u >= edge
    return found


def tilted(rate: float | Floats, hardship: Floats, slope: float, most: float = 0.95) -> Floats:
    """``rate`` made higher where hardship is high, with about the same mean; never above ``most``."""
    factor = np.exp(np.float32(slope) * hardship - np.float32(slope * slope / 2))
    found: Floats = np.minimum(np.float32(most), rate * factor).astype(np.float32)
    return found
