"""Limits on untrusted files: how large, how long, how much memory; each can be raised by its environment variable.

Gives   Limits, limits()
Not     enforcing them (watch, and the guard of intake)
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace

PREFIX = "FANGPIN_LIMIT_"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits with their defaults. 0 in the environment lifts one."""

    seconds: float = 10
    """Seconds of work that reading and judging may take, whatever the size."""
    seconds_per_mb: float = 6
    """Further seconds for each megabyte on disk: a large honest file takes its time."""
    memory_mb: float = 1_500
    """Memory of the child process in which files are read."""
    memory_per_mb: float = 60
    """Where a file is large: memory for each of its megabytes on disk."""
    unpacked_mb: float = 4_000
    """What a workbook or a packed file may unpack to."""
    ratio: float = 200
    """How many times its size a file may unpack to, where it unpacks to more than ``ratio_from_mb``."""
    ratio_from_mb: float = 300
    columns: float = 16_384
    """Columns of a table; a spreadsheet has no more."""
    line_mb: float = 16
    """Length of one line of a text file."""
    members: float = 10_000
    """Files inside a workbook."""
    row_groups: float = 100_000
    """Row groups of a Parquet file."""
    rows_per_byte: float = 50
    """Rows of a Parquet file for each of its bytes; ids that differ take room."""
    cells_per_byte: float = 2_000

    def time_for(self, size: int) -> float:
        """Seconds for so many bytes on disk."""
        return self.seconds + self.seconds_per_mb * size / MEGABYTE

    def memory_for(self, size: int) -> int:
        """Bytes of memory for so many bytes on disk."""
        return int(max(self.memory_mb, self.memory_per_mb * size / MEGABYTE) * MEGABYTE)


def limits() -> Limits:
    """The limits in force: the defaults, and what the environment says (FANGPIN_LIMIT_SECONDS and so on).

    Examples:
        >>> Limits().time_for(2_000_000), Limits().memory_for(0)
        (22.0, 1500000000)
    """
    given: dict[str, float] = {}
    for one in fields(Limits):
        try:
            value = float(os.environ.get(variable(one.name), "nan"))
        except ValueError:
            continue
        if value == value and value >= 0:
            given[one.name] = value or float(10**12)
    return replace(Limits(), **given)


def variable(name: str) -> str:
    """The environment variable of a limit."""
    return PREFIX + name.upper()
