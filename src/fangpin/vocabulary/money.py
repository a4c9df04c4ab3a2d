"""Money as integers wherever it decides.

A yuan is held as 1,000,000 micro-yuan (int64), so that a figure is compared as it was given, nothing is rounded before,
and sums do not depend on their order. A line is set in whole fen, half up.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MICRO = 1_000_000
FEN = MICRO // 100
LIMIT_YUAN = 1_000_000_000  # beyond this a cell is taken as damaged


def to_micro(yuan: Decimal | int | float | str) -> int:
    """Yuan as micro-yuan, half up beyond the sixth decimal."""
    return int((Decimal(str(yuan)) * MICRO).to_integral_value(ROUND_HALF_UP))


def to_yuan(micro: int) -> Decimal:
    """Micro-yuan as yuan with two decimals, half up (for showing; never for deciding)."""
    return (Decimal(micro) / MICRO).quantize(Decimal("0.01"), ROUND_HALF_UP)


def whole_fen(yuan: Decimal | int | float | str) -> Decimal:
    """Yuan rounded to whole fen, half up."""
    return Decimal(str(yuan)).quantize(Decimal("0.01"), ROUND_HALF_UP)
