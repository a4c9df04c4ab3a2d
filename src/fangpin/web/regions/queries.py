"""The places of a county, from the register of regions.

Gives   places_in(ranges, level): the places that lie within ranges of codes, to choose from
"""

from __future__ import annotations

from collections.abc import Iterable

from fangpin.reference import regions
from fangpin.reference.regions import Region

DIGITS = {"county": 6, "township": 9, "village": 12}


def places_in(ranges: Iterable[tuple[str, str]], lowest: str = "village") -> list[Region]:
    """Counties, townships and villages within ranges of twelve-digit codes, parents before children."""
    found: dict[str, Region] = {}
    for first, _last in ranges:
        stem = first.rstrip("0")
        top = next((stem.ljust(n, "0") for n in (6, 9, 12) if len(stem) <= n), "")
        if regions.exists(top):
            for region in _under(regions.require(top), DIGITS[lowest]):
                found[region.code] = region
    return list(found.values())


def _under(region: Region, digits: int) -> Iterable[Region]:
    yield region
    if len(region.code) < digits:
        for child in regions.children(region.code):
            if len(child.code) <= digits:
                yield from _under(child, digits)
