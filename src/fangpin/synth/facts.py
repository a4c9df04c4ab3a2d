"""Facts: everything that is so in one block of a county, before anything is forgotten.

Gives   Block (which households), Season (days and published means of the call), Facts, draw_facts()
Keeps   a block depends on seed, county, its size and its number only
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from fangpin.reference import statistics
from fangpin.synth import dwelling, income, labour, people, standing, traits
from fangpin.synth.draw import Array, Draw, Flags, Ints, Money, Small, tilted
from fangpin.synth.dwelling import Dwelling
from fangpin.synth.income import Account, Work
from fangpin.synth.labour import Labour
from fangpin.synth.people import Homes, People
from fangpin.synth.places import County
from fangpin.synth.standing import Monitoring
from fangpin.synth.traits import Cover, Health, Schooling

_EPOCH = date(1970, 1, 1)
_SEASON_END = (9, 30)  # yearly collection counts October to September


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


@dataclass(frozen=True, slots=True)
class Season:
    """The days of a call: its last day, how many income years, and the published quintiles of each."""

    until: date
    years: int
    means: tuple[tuple[float, ...], ...]
    quintile_years: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last day, in days since 1970."""
        return day_number(self.until)

    @property
    def year(self) -> int:
        """The year in which the last income window ends."""
        return self.until.year - ((self.until.month, self.until.day) < _SEASON_END)

    def window(self, back: int) -> tuple[int, int]:
        """First and last day of the income window, ``back`` years before the last one."""
        year = self.year - back
        return day_number(date(year - 1, 10, 1)), day_number(date(year, *_SEASON_END))

    @property
    def since_september(self) -> float:
        """The part of a year since the school year began."""
        began = date(self.until.year - (self.until.month < 9), 9, 1)
        return (self.until - began).days / 365.2425


def season(until: date, years: int) -> Season:
    """The days of a call, with the quintiles of each year; years without published ones take the nearest."""
    bare = Season(until, years, (), ())
    chosen = [_nearest_quintiles(bare.year - back) for back in range(years)]
    means = tuple(tuple(float(mean) for mean in found.means) for found in chosen)
    return Season(until, years, means, tuple(found.year for found in chosen))


def _nearest_quintiles(year: int) -> statistics.Quintiles:
    for distance in range(200):
        for candidate in (year - distance, year + distance):
            try:
                return statistics.rural_quintiles(candidate)
            except statistics.NotPublished:
                continue
    raise LookupError(f"no quintiles near {year}")


@dataclass(frozen=True, slots=True)
class Block:
    """Households ``first`` to ``first + n`` of a county; ``number`` of ``blocks``."""

    county: County
    number: int
    blocks: int
    first: int
    n: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is so in a block. ``place`` is the rank by income, ``pc`` income per head in fen."""

    homes: Homes
    people: People
    size: Ints
    ex_poor: Flags
    health: Health
    school: Schooling
    cover: Cover
    labour: Labour
    dibao: Flags
    tekun: Flags
    place: Array
    work: Work
    accounts: tuple[Account, ...]
    dwelling: Dwelling
    debt: Flags
    monitoring: Monitoring

    @property
    def woman_head(self) -> Flags:
        """Whether the head of each household is a woman."""
        found: Flags = self.people.female[self.people.start]
        return found

    @property
    def students(self) -> Flags:
        """Members of 6 to 20 who are at school."""
        found: Flags = (self.school.student > 0) & (self.people.age >= 6) & (self.people.age < 21)
        return found


def draw_facts(draw: Draw, block: Block, when: Season) -> Facts:
    """The facts of a block, drawn in a fixed order."""
    villages = block.county.villages
    village = np.repeat(np.arange(villages.households.size, dtype=np.int32), villages.households)
    homes = people.homes(draw, village[block.first : block.first + block.n], villages.hardship)
    folk = people.members(draw, homes, when.last)
    size = np.maximum(folk.count(folk.belongs), 1)
    was_poor = standing.ex_poor(draw, homes)
    health = traits.health(draw, homes, folk)
    school = traits.schooling(draw, homes, folk, when.since_september)
    cover = traits.cover(draw, homes, folk, school, was_poor)
    hands = labour.labour(draw, homes, folk, health, school, was_poor, villages.land)
    place = income.rank(draw, homes, folk, hands, cover, school)
    dibao, tekun = standing.relief(draw, homes, folk, hands, health, place, was_poor)
    work, accounts = _money(draw, when, homes, folk, size, hands, cover, health, (dibao, tekun), place)
    living = dwelling.dwelling(draw, homes, villages, place, was_poor, size)
    pupil = (school.student > 0) & (folk.age >= 6) & (folk.age < 21) & folk.belongs
    debt = folk.any(pupil) & draw.chance(tilted(0.105, homes.hardship, 1.05), homes.n)
    water = ~living.water_safe
    risks = standing.hardships(draw, homes, folk, health, hands, pupil, debt, place, living.unsafe, water, work.months)
    watched = standing.monitored(draw, homes, risks, accounts[0].net / 100 / size, was_poor, when.last)
    return Facts(
        homes,
        folk,
        size,
        was_poor,
        health,
        school,
        cover,
        hands,
        dibao,
        tekun,
        place,
        work,
        accounts,
        living,
        debt,
        watched,
    )


def _money(
    draw: Draw,
    when: Season,
    homes: Homes,
    folk: People,
    size: Ints,
    hands: Labour,
    cover: Cover,
    health: Health,
    relief: tuple[Flags, Flags],
    place: Array,
) -> tuple[Work, tuple[Account, ...]]:
    """Work of the last window, and the accounts of all years, the last year first."""
    public_months = np.where(hands.public_job > 0, draw.whole(6, 12, folk.n), 0).astype(np.int8)
    ill = folk.any((health.major | health.severe) & folk.belongs)
    accounts: list[Account] = []
    share = np.zeros(homes.n)
    work: Work | None = None
    for back in range(when.years):
        rank = place if back == 0 else _moved(draw, place)
        paid = income.transfers(draw, folk, cover, health, hands, *relief, public_months, when.year - back)
        pc = income.targets(rank, income.floors(paid, size, draw), size, np.array(when.means[back]))
        net = np.rint(pc * size * 100).astype(np.int64)
        rest = net / 100 - paid.total
        if work is None:
            months, pay, wages = income.wages_and_months(draw, folk, hands, rest)
            share = wages / np.maximum(rest, 1)
        else:
            wages = np.floor(np.clip(share, 0, 1) * np.maximum(rest, 0) / 10) * 10
        book = income.account(draw, folk, paid, net, wages, hands, ill)
        accounts.append(book)
        if work is None:
            work = _work(draw, homes, folk, hands, months, pay, public_months, paid.public_job, book)
    assert work is not None
    return work, tuple(accounts)


def _work(
    draw: Draw,
    homes: Homes,
    folk: People,
    hands: Labour,
    months: Small,
    pay: Money,
    public_months: Small,
    public_yuan: Array,
    book: Account,
) -> Work:
    farm = income.months_on_land(draw, homes, folk, hands, months)
    business = book.items["b"] - book.items["e"]
    earned = income.earnings(folk, hands, months, pay, farm, public_yuan, business)
    return Work(months, pay, farm, public_months, earned)


def _moved(draw: Draw, place: Array) -> Array:
    """Ranks of an earlier year: near those of the last one; no season failed then."""
    score = np.abs(place) + 0.14 * draw.normal(place.size)
    found = np.empty(place.size)
    found[np.argsort(score, kind="stable")] = (np.arange(place.size) + 0.5) / place.size
    return found
