"""People: households of ten kinds, and their members.

Gives   Homes (one entry a household), People (one entry a member, in the order of the households)
Not     what the members do or have (traits, labour, income)
Source  shares of the kinds are ours, set so that size and age come out near the 2020 census of the countryside
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangpin.synth.draw import Array, Draw, Flags, Floats, Ints, Small, tilted

HEAD, SPOUSE, CHILD, PARENT, CHILD_SPOUSE, GRAND = 0, 1, 2, 5, 7, 8
_SLOTS = 10  # head, spouse, three children, two parents, a child's spouse, two grandchildren

# one column a kind: elder alone, elder couple, adult alone, couple, couple with children, couple with grown child,
# one parent with children, three generations, elders with a married child, elders with grandchildren
_SHARE = (0.112, 0.168, 0.067, 0.100, 0.172, 0.143, 0.035, 0.124, 0.048, 0.031)
_HEAD_FROM = np.array([62, 60, 28, 42, 28, 43, 28, 32, 54, 56], np.float32)
_HEAD_SPAN = np.array([30, 26, 31, 18, 18, 16, 20, 18, 18, 20], np.float32)
_HEAD_BEND = np.array([1.2, 1.3, 0.8, 0.8, 1.0, 1.0, 1.0, 1.0, 1.2, 1.2], np.float32)
_SPOUSE = np.array([0, 1, 0, 1, 1, 0.97, 0, 0.97, 0.85, 0.72], np.float32)
_SECOND = np.array([0, 0, 0, 0, 0.58, 0.32, 0.42, 0.55, 0, 0], np.float32)
_THIRD = np.array([0, 0, 0, 0, 0.10, 0.02, 0.05, 0.07, 0, 0], np.float32)
_SECOND_PARENT, _SECOND_GRAND = 0.45, 0.48
_WOMAN_HEADS = np.array([0.56, 0.10, 0.22, 0.08, 0.10, 0.09, 0.55, 0.10, 0.16, 0.22], np.float32)
_HARDSHIP = np.array([0.55, 0.25, 0.15, -0.15, -0.15, -0.20, 0.45, -0.05, -0.10, 0.45], np.float32)
_GROWN, _MARRIED = 5, 8
_HARDNESS = np.float32(1.12)
WITH_CHILDREN, WITH_PARENTS, WITH_GRAND = (4, 5, 6, 7, 8), (7,), (8, 9)

IN_REGISTER, NEWBORN, MARRIED_IN, DEAD, MARRIED_OUT, MOVED_OUT, MISSING, PRISON, ARMY = 1, 2, 3, 5, 6, 7, 9, 10, 11
_SON, _DAUGHTER, _CHILD_WIFE = 2, 3, 4  # positions in the list `relation`: 03, 04, 05


@dataclass(frozen=True, slots=True)
class Homes:
    """Households of a block: the village of each, its kind, and its latent hardship (about standard normal)."""

    village: Ints
    kind: Small
    hardship: Floats

    @property
    def n(self) -> int:
        """How many households."""
        return self.village.size


@dataclass(frozen=True, slots=True)
class People:
    """Members of a block. ``start`` has the first member of every household; the others have one entry a member.

    ``relation`` is a position in the list `relation`; ``state`` a code of `member_state`; ``age`` in years on the
    last day; ``belongs`` is false for the dead and for those who married out or moved away.
    """

    start: Array
    household: Ints
    slot: Small
    relation: Small
    female: Flags
    age: Floats
    born: Ints
    state: Small
    belongs: Flags

    @property
    def n(self) -> int:
        """How many members."""
        return self.household.size

    def count(self, flags: Array) -> Ints:
        """How many members of each household are flagged."""
        return np.add.reduceat(flags.astype(np.int16), self.start).astype(np.int32)

    def total(self, values: Array) -> Array:
        """The sum over the members of each household, in float64 or int64."""
        wide = np.float64 if values.dtype.kind == "f" else np.int64
        found: Array = np.add.reduceat(values, self.start, dtype=wide)
        return found

    def any(self, flags: Flags) -> Flags:
        """Whether some member of each household is flagged."""
        return np.logical_or.reduceat(flags, self.start)

    def most(self, values: Array) -> Array:
        """The highest value among the members of each household."""
        found: Array = np.maximum.reduceat(values, self.start)
        return found


def homes(draw: Draw, village: Ints, village_hardship: Floats) -> Homes:
    """Kinds and hardship of the households of a block."""
    n = village.size
    kind = draw.pick(_SHARE, n)
    own = np.float32(0.93) * draw.normal(n) + np.float32(0.36) * village_hardship[village]
    hardship = (own + _HARDSHIP[kind]) * _HARDNESS
    return Homes(village, kind, hardship.astype(np.float32))


def members(draw: Draw, found: Homes, until: int) -> People:
    """The members of every household; ``until`` is the last day, in days since 1970."""
    age = _ages(draw, found.kind)
    present = ~np.isnan(age)
    size = present.sum(axis=1)
    household = np.repeat(np.arange(found.n, dtype=np.int32), size)
    slot = np.nonzero(present)[1].astype(np.int8)
    ages = age[present]
    sexes = _sexes(draw, found.kind)
    female = sexes[present]
    start = np.concatenate(([0], np.cumsum(size)[:-1]))
    relation = _relations(slot, female, sexes[household, HEAD], sexes[household, CHILD])
    state = _states(draw, slot, female, ages)
    belongs = ~np.isin(state, (DEAD, MARRIED_OUT, MOVED_OUT))
    born = (until - (ages * np.float32(365.2425)).astype(np.int32)).astype(np.int32)
    return People(start, household, slot, relation, female, ages, born, state, belongs)


def _ages(draw: Draw, kind: Small) -> Floats:
    """Ages by household and slot; NaN where there is nobody."""
    n = kind.size
    age = np.full((n, _SLOTS), np.nan, np.float32)
    head = _HEAD_FROM[kind] + _HEAD_SPAN[kind] * draw.unit(n) ** _HEAD_BEND[kind]
    age[:, HEAD] = head
    spouse = _within(draw, head - 2 + 2.5 * draw.normal(n), 22, 95)
    age[:, SPOUSE] = np.where(draw.chance(_SPOUSE[kind], n), spouse, np.nan)
    _add_children(draw, kind, head, age)
    _add_parents(draw, kind, head, age)
    _add_grandchildren(draw, kind, head, age)
    return age


def _within(draw: Draw, age: Floats, low: float | Array, high: float | Array) -> Floats:
    """Ages brought inside, spread over a year at the edge so that birthdays do not pile up."""
    spread = draw.unit(age.size)
    inside = np.where(age < low, low + spread, np.where(age > high, high - spread, age))
    return inside.astype(np.float32)


def _add_children(draw: Draw, kind: Small, head: Floats, age: Floats) -> None:
    n = kind.size
    first = np.abs(head - 22 - 9 * draw.unit(n))
    low = np.where(kind == _GROWN, 16, np.where(kind == _MARRIED, 22, 0))
    high = np.where(kind == _GROWN, 33, np.where(kind == _MARRIED, 46, 17.9))
    first = _within(draw, first, low, high)
    second = first - 1.5 - 4 * draw.unit(n)
    third = second - 1.5 - 3 * draw.unit(n)
    has = np.isin(kind, WITH_CHILDREN)
    age[:, CHILD] = np.where(has, first, np.nan)
    two = has & draw.chance(_SECOND[kind], n) & (second > 0)
    age[:, CHILD + 1] = np.where(two, second, np.nan)
    age[:, CHILD + 2] = np.where(two & draw.chance(_THIRD[kind] / 0.5, n) & (third > 0), third, np.nan)
    wife = _within(draw, first - 1.5 + 2 * draw.normal(n), 21, 46)
    age[:, CHILD_SPOUSE] = np.where(kind == _MARRIED, wife, np.nan)


def _add_parents(draw: Draw, kind: Small, head: Floats, age: Floats) -> None:
    n = kind.size
    has = np.isin(kind, WITH_PARENTS)
    parent = _within(draw, head + 22 + 8 * draw.unit(n), 55, 97)
    other = _within(draw, parent - 2 + 2.5 * draw.normal(n), 52, 97)
    age[:, PARENT] = np.where(has, parent, np.nan)
    age[:, PARENT + 1] = np.where(has & draw.chance(_SECOND_PARENT, n), other, np.nan)


def _add_grandchildren(draw: Draw, kind: Small, head: Floats, age: Floats) -> None:
    n = kind.size
    has = np.isin(kind, WITH_GRAND)
    elder = np.where(kind == _MARRIED, age[:, CHILD], head - 24)
    first = _within(draw, np.abs(elder - 22.5 - 5 * draw.unit(n)), 0, 16.9)
    second = first - 1.5 - 4 * draw.unit(n)
    age[:, GRAND] = np.where(has, first, np.nan)
    age[:, GRAND + 1] = np.where(has & draw.chance(_SECOND_GRAND, n) & (second > 0), second, np.nan)


def _sexes(draw: Draw, kind: Small) -> Flags:
    """Whether each slot is a woman; couples are of both sexes."""
    n = kind.size
    female = draw.unit(n * _SLOTS).reshape(n, _SLOTS) < np.float32(0.475)
    female[:, HEAD] = draw.chance(_WOMAN_HEADS[kind], n)
    female[:, SPOUSE] = ~female[:, HEAD]
    female[:, PARENT + 1] = ~female[:, PARENT]
    female[:, CHILD] &= (kind != _MARRIED) | draw.chance(0.3, n)
    female[:, CHILD_SPOUSE] = ~female[:, CHILD]
    return female


def _relations(slot: Small, female: Flags, woman_head: Flags, daughter: Flags) -> Small:
    """Positions in the list `relation`: parents-in-law where the head is a woman, a daughter's children 外孙."""
    child = (slot >= CHILD) & (slot < PARENT)
    parent = (slot == PARENT) | (slot == PARENT + 1)
    grand = slot >= GRAND
    found = np.where(slot == SPOUSE, 1, 0).astype(np.int8)
    found = np.where(child, np.where(female, _DAUGHTER, _SON), found)
    found = np.where(slot == CHILD_SPOUSE, np.where(female, _CHILD_WIFE, _CHILD_WIFE + 1), found)
    found = np.where(grand, np.where(daughter, 8, 6) + female, found)
    found = np.where(parent, np.where(woman_head, 14, 10) + female, found)
    return found.astype(np.int8)


def _states(draw: Draw, slot: Small, female: Flags, age: Floats) -> Small:
    """A code of `member_state` for each member; heads stay in the register."""
    n, u = age.size, draw.unit(age.size)
    state = np.full(n, IN_REGISTER, np.int8)
    state[age < 1] = NEWBORN
    child = (slot >= CHILD) & (slot < PARENT)
    young = child & (age >= 20) & (age < 33)
    state[young & female & (u < 0.05)] = MARRIED_OUT
    state[child & ~female & (age >= 18) & (age < 23) & (u < 0.015)] = ARMY
    state[child & (age >= 18) & (u > 0.992)] = MOVED_OUT
    state[(slot == CHILD_SPOUSE) & (u < 0.06)] = MARRIED_IN
    state[(slot != HEAD) & (age >= 65) & (u < tilted(0.008, (age / 10 - 7).astype(np.float32), 0.5))] = DEAD
    adult = (slot != HEAD) & (age >= 20) & (age < 60)
    state[adult & (u > 0.5) & (u < 0.5005)] = MISSING
    state[adult & (u > 0.6) & (u < 0.6008)] = PRISON
    return state
