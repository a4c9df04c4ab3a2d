"""Dwelling: house, water, network, durables, land and property of every household.

Reads   villages (water, signal), hardship, place by income
Gives   Dwelling, one entry a household
Source  rates are ours, set near the published ownership per 100 rural households (margins.yaml)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangpin.synth.draw import Array, Draw, Flags, Floats, Ints, Small, tilted
from fangpin.synth.people import Homes
from fangpin.synth.places import Villages

DURABLES = ("1", "2", "3", "4", "5", "6")
# phone, computer, refrigerator, colour TV, washing machine, air conditioner or heating: log-odds and slope
_HAS = (4.6, -1.05, 2.4, 3.2, 2.2, 1.1)
_SLOPE = (0.6, 0.8, 1.0, 0.8, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Dwelling:
    """Living conditions; codes as numbers, 0 for none. ``grade`` 1 to 4 for A to D."""

    grade: Small
    other_house: Flags
    area: Floats
    piped_works: Flags
    water: Small
    minutes: Floats
    water_safe: Flags
    internet: Small
    durables: Flags
    car: Flags
    flat: Flags
    firm: Flags
    electricity: Flags
    tv: Flags
    toilet: Flags
    fuel: Small
    road: Small
    road_km: Floats
    cooperative: Flags
    leading_firm: Flags
    leader: Flags
    industry: Small
    forest: Floats
    orchard: Floats
    pasture: Floats
    pond: Floats
    returned: Floats

    @property
    def unsafe(self) -> Flags:
        """Who lives in a house of grade C or D and has no other."""
        found: Flags = (self.grade >= 3) & ~self.other_house
        return found


def dwelling(draw: Draw, homes: Homes, villages: Villages, place: Array, ex_poor: Flags, size: Ints) -> Dwelling:
    """Living conditions of every household."""
    n, hard = homes.n, homes.hardship
    wealth = np.abs(place).astype(np.float32)
    strain = (0.6 * hard + 1.6 * (0.5 - wealth)).astype(np.float32)  # about standard normal
    bad = draw.chance(tilted(0.100, strain, 1.1), n)
    grade = np.where(bad, np.where(draw.chance(0.22, n), 4, 3), np.where(draw.chance(0.42, n), 2, 1))
    water, minutes, safe = _water(draw, homes, villages, strain)
    area = np.rint((55 + 22 * size) * np.exp(0.3 * draw.normal(n)) * (1 + 0.35 * wealth))
    road = np.where(draw.chance(tilted(0.05, strain, 0.5), n), draw.whole(1, 2, n), draw.whole(3, 4, n))
    return Dwelling(
        grade=grade.astype(np.int8),
        other_house=draw.chance(np.where(bad, 0.22, 0.07).astype(np.float32), n),
        area=area.astype(np.float32),
        piped_works=(water == 1) & draw.chance(0.9, n),
        water=water,
        minutes=minutes,
        water_safe=safe,
        internet=_internet(draw, homes, villages, strain),
        durables=_durables(draw, strain),
        car=draw.chance(0.008 + 0.66 * wealth**1.5, n),
        flat=draw.chance(0.003 + 0.24 * wealth**2, n),
        firm=draw.chance(0.006 + 0.06 * wealth**2, n),
        electricity=draw.chance(0.9995, n),
        tv=draw.chance(0.985, n),
        toilet=draw.chance(1 - tilted(0.22, strain, 0.4), n),
        fuel=_fuel(draw, strain),
        road=road.astype(np.int8),
        road_km=(np.rint(draw.unit(n) ** 2 * 25) / 10).astype(np.float32),
        cooperative=draw.chance(np.where(ex_poor, 0.35, 0.12).astype(np.float32), n),
        leading_firm=draw.chance(np.where(ex_poor, 0.22, 0.05).astype(np.float32), n),
        leader=draw.chance(np.where(ex_poor, 0.15, 0.03).astype(np.float32), n),
        industry=_industry(draw, ex_poor),
        forest=_some(draw, n, 0.35, 6.0),
        orchard=_some(draw, n, 0.22, 2.0),
        pasture=_some(draw, n, 0.03, 30.0),
        pond=_some(draw, n, 0.05, 1.2),
        returned=_some(draw, n, 0.12, 3.0),
    )


def _water(draw: Draw, homes: Homes, villages: Villages, strain: Floats) -> tuple[Small, Floats, Flags]:
    """Way of fetching (code), minutes for a round trip where it is fetched (else NaN), and whether it is safe."""
    n = homes.n
    dry = villages.dry[homes.village]
    away = draw.chance(np.where(dry, 0.35, tilted(0.060, strain, 0.95)).astype(np.float32), n)
    own = draw.chance(np.where(dry, 0.25, 0.07).astype(np.float32), n)
    code = np.where(away, np.where(draw.chance(0.6, n), 2, 4), np.where(own, 3, 1)).astype(np.int8)
    far = np.where(dry, 22, 13) * np.exp(0.4 * draw.normal(n))
    minutes = np.where(away, np.clip(np.rint(far), 2, 90), np.nan).astype(np.float32)
    unsafe = draw.chance(np.where(dry, 0.22, tilted(0.042, strain, 1.0)).astype(np.float32), n)
    return code, minutes, ~unsafe


def _internet(draw: Draw, homes: Homes, villages: Villages, strain: Floats) -> Small:
    """Code of `internet`: 1 and 2 are stable, 3 and 4 are not able, 5 is not subscribed."""
    n = homes.n
    faint = villages.faint[homes.village]
    unable = draw.chance(np.where(faint, 0.30, tilted(0.054, strain, 1.0)).astype(np.float32), n)
    unwilling = draw.chance(tilted(0.05, strain, 0.7), n)
    fixed = draw.chance(1 - tilted(0.30, strain, 0.4), n)
    able = np.where(unwilling, 5, np.where(fixed, 1, 2))
    return np.where(unable, np.where(draw.chance(0.6, n), 3, 4), able).astype(np.int8)


def _durables(draw: Draw, strain: Floats) -> Flags:
    """What each household has of the six, one column a kind."""
    n = strain.size
    odds = np.asarray(_HAS, np.float32) - np.asarray(_SLOPE, np.float32) * strain[:, None]
    return draw.unit(n * len(DURABLES)).reshape(n, -1) < 1 / (1 + np.exp(-odds))


def _fuel(draw: Draw, strain: Floats) -> Small:
    wood = draw.chance(tilted(0.22, strain, 0.4), strain.size)
    other = np.array([2, 3, 9], np.int8)[draw.pick((0.05, 0.85, 0.10), strain.size)]
    clean = draw.chance(0.88, strain.size)
    return np.where(wood, 1, np.where(clean, 4, other)).astype(np.int8)


def _industry(draw: Draw, ex_poor: Flags) -> Small:
    """Code of `industry_help` for the ex-poor who have one, else 0."""
    kind = draw.pick((0.30, 0.22, 0.12, 0.04, 0.03, 0.06, 0.08, 0.12, 0.03), ex_poor.size) + np.int8(1)
    return np.where(ex_poor & draw.chance(0.7, ex_poor.size), kind, np.int8(0))


def _some(draw: Draw, n: int, rate: float, usual: float) -> Floats:
    """An area in mu for some, 0 for the others."""
    area = np.maximum(np.rint(usual * np.exp(0.6 * draw.normal(n)) * 10), 1) / 10
    return np.where(draw.chance(rate, n), area, 0).astype(np.float32)
