"""The lists a region stands on, each with the state of its verification.

Gives   marks: 832, 592, contiguous area, last 52, 160, 三区三州, 22 provinces, inside point
Keeps   a mark always carries its state: `verified` read in a published page, `unverified` not yet checked against one,
        `uncertain` likely to hold errors
Source  regions_lists.csv, key_counties_160.csv, data/SOURCES.md
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from fangpin.reference import regions
from fangpin.reference._files import rows
from fangpin.vocabulary.text import Text

State = Literal["verified", "unverified", "uncertain"]
STATES: dict[State, Text] = {
    "verified": Text("已核对", "verified"),
    "unverified": Text("未核对", "unverified"),
    "uncertain": Text("不确定", "uncertain"),
}
_OF_ROW: dict[str, State] = {"verified": "verified", "memory_low": "uncertain"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A list that a region stands on: of which region it is true (a township has its county's), and how sure it is."""

    flag: str
    label: Text
    of: str
    state: State
    note: Text
    source: str
    value: str = ""


@cache
def _lists() -> dict[str, dict[str, str]]:
    return {row["flag"]: row for row in rows("regions_lists.csv")}


@cache
def _key_160() -> dict[str, State]:
    listed = (row for row in rows("key_counties_160.csv") if row["code"])
    return {row["code"]: _OF_ROW.get(row["verification"], "unverified") for row in listed}


def _mark(flag: str, code: str, value: str = "") -> Mark:
    row = _lists()[flag]
    if row["state"] == "by_row":
        state = _key_160().get(code, "unverified")
    elif code[:2] in row["verified_in"].split():
        state = "verified"
    else:
        state = "unverified"
    label, note = Text(row["zh"], row["en"]), Text(row["note_zh"], row["note_en"])
    return Mark(flag, label, code, state, note, row["source"], value)


def marks(code: str) -> tuple[Mark, ...]:
    """The lists that a region, or the county and province it lies in, stands on."""
    found: list[Mark] = []
    own = regions.get(code)
    for region in (*((own,) if own else ()), *regions.ancestors(code)):
        found += [_mark(flag, region.code) for flag in _lists() if flag in region.flags]
        if region.contiguous_area:
            found.append(_mark("contiguous_area", region.code, region.contiguous_area))
        if own is not None and region.point and region.code == own.code:
            longitude, latitude = region.point
            found.append(_mark("point", region.code, f"{longitude}, {latitude}"))
    return tuple(found)
