"""Standing: ex-poor, on relief, under monitoring, with which risks, and whether they were removed.

Reads   people, traits, labour, dwelling, income per head
Gives   ex_poor(), relief(), monitored() → Monitoring
Source  shares are ours: about 12 % ex-poor, 5 % on relief, nearly 2 % monitored
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangpin.synth.draw import Array, Draw, Flags, Ints, Small, tilted
from fangpin.synth.labour import Labour
from fangpin.synth.people import Homes, People
from fangpin.synth.traits import Health

MONITORING_LINE = 6000.0  # the national floor of 2021; yuan
UNSTABLE, MARGINAL, SUDDEN = 1, 2, 3
RISKS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "99")
ILLNESS, SCHOOLING, DISABILITY, DISASTER, ACCIDENT, FAILED, UNSTABLE_WORK, NO_LABOUR, HOUSE, WATER, EPIDEMIC, OTHER = (
    range(len(RISKS))
)
_SUDDEN_RISKS = (ILLNESS, SCHOOLING, DISABILITY, DISASTER, ACCIDENT, FAILED)


@dataclass(frozen=True, slots=True)
class Hardships:
    """Facts of a household that make a risk, before anybody recorded them; one flag a household and risk."""

    flags: Flags

    def among(self, risks: tuple[int, ...]) -> Flags:
        """Whether a household has one of these."""
        found: Flags = np.logical_or.reduce(self.flags[:, list(risks)], axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Monitoring of every household; 0 or −1 where there is none.

    ``group`` is a code of `monitor_group`; ``on`` and ``removed_on`` are days since 1970; ``risks`` holds up to five
    positions in RISKS, the main one first, −1 beyond the last.
    """

    group: Small
    on: Ints
    risks: Small
    disaster: Small
    removed: Flags
    removed_how: Small
    removed_on: Ints

    @property
    def watched(self) -> Flags:
        """Who is or was under monitoring."""
        found: Flags = self.group > 0
        return found


def ex_poor(draw: Draw, homes: Homes) -> Flags:
    """Whether a household was registered as poor before 2021."""
    return draw.chance(tilted(0.12, homes.hardship, 0.55), homes.n)


def relief(
    draw: Draw, homes: Homes, people: People, labour: Labour, health: Health, place: Array, was_poor: Flags
) -> tuple[Flags, Flags]:
    """Who of the members is on dibao and who on tekun; nobody is on both."""
    low = np.abs(place)
    idle = ~people.any(labour.wages | labour.farms)
    chance = np.select([low < 0.1, low < 0.2, low < 0.35], [0.26, 0.12, 0.04], 0.002) * np.where(idle, 1.7, 0.75)
    chance *= np.where(was_poor, 1.6, 0.9)
    household = draw.chance(np.minimum(chance, 0.8).astype(np.float32), homes.n)
    whole = draw.chance(0.72, homes.n)
    alone = (homes.kind == 0) & (low < 0.35) & idle & draw.chance(0.22, homes.n)
    tekun = alone[people.household] & people.belongs
    weak = health.severe | health.major | (people.age >= 65)
    dibao = household[people.household] & (whole[people.household] | weak) & people.belongs & ~tekun
    return dibao, tekun


def hardships(
    draw: Draw,
    homes: Homes,
    people: People,
    health: Health,
    labour: Labour,
    student: Flags,
    debt: Flags,
    place: Array,
    unsafe_house: Flags,
    unsafe_water: Flags,
    months: Array,
) -> Hardships:
    """The facts of every household that make a risk."""
    n, belongs = homes.n, people.belongs
    found = np.zeros((n, len(RISKS)), np.bool_)
    found[:, ILLNESS] = people.any(health.major & belongs)
    found[:, SCHOOLING] = debt | ((people.count(student) >= 2) & draw.chance(0.05, n))
    found[:, DISABILITY] = people.any(health.severe & belongs)
    found[:, DISASTER] = draw.chance(0.004, n)
    found[:, ACCIDENT] = draw.chance(0.002, n)
    found[:, FAILED] = place < 0
    found[:, UNSTABLE_WORK] = people.any(labour.wages & (months < 6))
    found[:, NO_LABOUR] = ~people.any(labour.able)
    found[:, HOUSE] = unsafe_house
    found[:, WATER] = unsafe_water
    found[:, EPIDEMIC] = draw.chance(0.003, n)
    return Hardships(found)


def monitored(draw: Draw, homes: Homes, facts: Hardships, income: Array, was_poor: Flags, until: int) -> Monitoring:
    """Monitoring: below the line with a risk, or above it after a sudden event; some already removed."""
    n = homes.n
    low = income < 1.08 * MONITORING_LINE
    risky = facts.flags.any(axis=1)
    sudden = facts.among((DISASTER, ACCIDENT, FAILED)) & draw.chance(0.16, n)
    sudden |= facts.among((ILLNESS, SCHOOLING)) & draw.chance(0.018, n)
    listed = (low & risky & draw.chance(np.where(was_poor, 0.18, 0.105).astype(np.float32), n)) | (~low & sudden)
    group = np.where(low, np.where(was_poor, UNSTABLE, MARGINAL), SUDDEN)
    group = np.where(listed, group, 0).astype(np.int8)
    on = until - draw.whole(25, 560, n)
    removed = listed & (until - on > 210) & draw.chance(0.62, n)
    removed_on = np.minimum(on + 180 + draw.whole(0, 240, n), until - 10)
    clue = ~listed & facts.among(_SUDDEN_RISKS) & draw.chance(0.06, n)
    risks = _risks(draw, facts.flags, listed | clue)
    disaster = np.array([1, 2, 3, 4, 5, 6, 7], np.int8)[draw.pick((0.45, 0.1, 0.2, 0.05, 0.15, 0.02, 0.03), n)]
    return Monitoring(
        group=group,
        on=np.where(listed, on, -1).astype(np.int32),
        risks=risks,
        disaster=np.where((risks == DISASTER).any(axis=1), disaster, np.int8(0)),
        removed=removed,
        removed_how=np.where(removed, np.where(draw.chance(0.9, n), 1, 2), 0).astype(np.int8),
        removed_on=np.where(removed, removed_on, -1).astype(np.int32),
    )


def _risks(draw: Draw, flags: Flags, recorded: Flags) -> Small:
    """Up to five risks of each recorded household, in a drawn order; 其他 where no fact makes one."""
    found = np.full((recorded.size, 5), -1, np.int8)
    rows = np.nonzero(recorded)[0]
    if rows.size == 0:
        return found
    held = flags[rows]
    held[~held.any(axis=1), OTHER] = True
    order = np.argsort(np.where(held, draw.unit(held.size).reshape(held.shape), 2), axis=1)[:, :5]
    kept = np.take_along_axis(held, order, axis=1)
    found[rows] = np.where(kept, order, -1)
    return found
