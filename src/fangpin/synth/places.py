"""Places: the counties of a call, and the townships and villages of a county.

Reads   fangpin.reference.regions
Gives   plan (which counties, how many households each), county (a County with its villages)
Keeps   townships are real codes; villages are made up (township + 201, 202, …);
        the first six digits of identity numbers are no county's, so that no person has such a number
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fangpin.reference import regions
from fangpin.synth.draw import Draw, Flags, Floats, Ints
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

DEFAULT_COUNTY = "350526"
COUNTY_SIZE = 200_000
_RURAL_KINDS = ("县", "自治县", "旗", "自治旗", "县级市")
_STRIDE = 997  # a prime: neighbours in the plan lie in different provinces
_VILLAGE_SIZE = 320
_VILLAGES = 799  # codes 201 to 999 of a township
_VILLAGE_KEY = 0
_MINORITIES = {
    "15": ("02", 0.20),
    "45": ("08", 0.38),
    "52": ("06", 0.36),
    "53": ("07", 0.33),
    "54": ("04", 0.95),
    "62": ("03", 0.10),
    "63": ("04", 0.45),
    "64": ("03", 0.38),
    "65": ("05", 0.60),
    "43": ("15", 0.12),
    "50": ("15", 0.08),
    "51": ("07", 0.07),
    "42": ("15", 0.05),
    "46": ("19", 0.18),
    "35": ("22", 0.01),
}


@dataclass(frozen=True, slots=True)
class Villages:
    """The villages of a county, one entry each: arrays of the same length.

    ``hardship`` is common to a village's households; ``gaps`` multiplies the rates of missing facts;
    ``dry`` and ``faint`` have poor water and a poor signal; ``minority`` is mostly of the county's minority.
    """

    code: tuple[str, ...]
    township: Ints
    households: Ints
    hardship: Floats
    gaps: Floats
    dry: Flags
    faint: Flags
    minority: Flags
    land: Floats


@dataclass(frozen=True, slots=True)
class County:
    """A county to be filled: code, names, townships, villages, and the prefix of its identity numbers."""

    code: str
    name: str
    townships: tuple[tuple[str, str], ...]
    identity_prefix: str
    minority: str
    work_places: tuple[str, ...]
    size: int
    villages: Villages


def plan(households: int, county: str | None = None) -> list[tuple[str, int]]:
    """The counties of a call with the households of each; every one is full but the last.

    Raises:
        UnusableInput: the code names no county, or there are more households than the counties hold.
    """
    if county is not None:
        return [(_county_code(county), households)]
    codes = _rural_counties()
    if households > len(codes) * COUNTY_SIZE:
        raise UnusableInput(
            "FP-SYNTH-002",
            Text("户数太多", "too many households"),
            place="--households",
            read=str(households),
            expected=Text(f"不超过 {len(codes) * COUNTY_SIZE}", f"at most {len(codes) * COUNTY_SIZE}"),
        )
    sizes = [COUNTY_SIZE] * (households // COUNTY_SIZE)
    rest = households % COUNTY_SIZE
    return list(zip(codes, [*sizes, rest] if rest else sizes, strict=False))


def _county_code(county: str) -> str:
    region = regions.get(county)
    if region is None or region.level != "county":
        raise UnusableInput(
            "FP-SYNTH-001",
            Text("没有这个县级代码", "no county has this code"),
            place="--county",
            read=county,
            expected=Text("6 位县级行政区划代码", "the 6-digit code of a county"),
            remedy=Text("用 fangpin region 查代码", "find the code with fangpin region"),
        )
    return region.code


def _rural_counties() -> list[str]:
    """The counties of the region list, the default first, then strewn over the provinces."""
    found = [r.code for r in regions.children(level="county") if r.kind in _RURAL_KINDS and r.code != DEFAULT_COUNTY]
    stride = _STRIDE if len(found) % _STRIDE else 1
    return [DEFAULT_COUNTY, *(found[(i * stride) % len(found)] for i in range(len(found)))]


def county(code: str, size: int, seed: int) -> County:
    """The county ``code`` with room for ``size`` households; the same for the same seed, code and size."""
    minority, share = _MINORITIES.get(code[:2], ("01", 0.0))
    townships = _townships(code, -(-size // (_VILLAGES * _VILLAGE_SIZE // 2)))
    draw = Draw(seed, int(code), _VILLAGE_KEY)
    return County(
        code=code,
        name=regions.name(code),
        townships=townships,
        identity_prefix=_identity_prefix(code),
        minority=minority,
        work_places=_work_places(code),
        size=size,
        villages=_villages(draw, townships, size, share),
    )


def _townships(code: str, least: int) -> tuple[tuple[str, str], ...]:
    """Code and name of the county's townships; made-up ones where the list has too few."""
    try:
        found = [(r.code, r.name) for r in regions.children(code, "township") if len(r.code) == 9]
    except UnusableInput:  # a Python that cannot unpack the township list
        found = []
    known = {township for township, _ in found}
    spare = (f"{code}{i:03d}" for i in range(901, 1000))
    while len(found) < least:
        made = next(spare, None)
        if made is None:
            break
        if made not in known:
            found.append((made, "模拟乡"))
    return tuple(found)


def _identity_prefix(code: str) -> str:
    """Six digits that never named a county, one for each county of the prefecture."""
    siblings = [r.code for r in regions.children(level="county") if r.code[:4] == code[:4]]
    rank = siblings.index(code) if code in siblings else len(siblings)
    free = [f"{code[:4]}{i}" for i in range(41, 100) if not regions.exists(f"{code[:4]}{i}")]
    return free[rank % len(free)]


def _work_places(code: str) -> tuple[str, ...]:
    """Where people of the county go to work: the county itself, the province's capital, then far cities."""
    far = ("440100", "440300", "441900", "330100", "320500", "310000", "350200", "110000")
    near = tuple(place for place in (code, f"{code[:2]}0100") if regions.exists(place))
    return near + tuple(place for place in far if regions.exists(place) and place not in near)


def _villages(draw: Draw, townships: Sequence[tuple[str, str]], size: int, minority: float) -> Villages:
    """Villages of log-normal size, spread over the townships in order."""
    n = min(max(1, -(-size // _VILLAGE_SIZE)), _VILLAGES * len(townships))
    weight = np.exp(0.45 * draw.normal(n)).astype(np.float64)
    edges = np.rint(np.cumsum(weight) / weight.sum() * size).astype(np.int64)
    households = np.diff(edges, prepend=0).astype(np.int32)
    township = (np.arange(n) * len(townships) // n).astype(np.int32)
    first = np.searchsorted(township, township)
    number = np.arange(n) - first + 201
    code = tuple(f"{townships[t][0]}{k:03d}" for t, k in zip(township.tolist(), number.tolist(), strict=True))
    gaps = np.exp(0.45 * draw.normal(n) + np.float32(0.05))
    return Villages(
        code=code,
        township=township,
        households=households,
        hardship=draw.normal(n),
        gaps=np.where(draw.chance(0.06, n), gaps * 4, gaps).astype(np.float32),
        dry=draw.chance(0.07, n),
        faint=draw.chance(0.07, n),
        minority=draw.chance(minority, n),
        land=np.exp(0.4 * draw.normal(n)).astype(np.float32),
    )
