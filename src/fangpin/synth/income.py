"""Income: a rank for every household, an income that meets the published quintiles, and its parts.

Reads   people, labour, traits, standing
Gives   Account (yuan by item, one entry a household), Work (months and pay, one entry a member)
Keeps   net income = a + b + c + d − e to the fen, and a1 is what the members' months and pay give
Source  quintile means: fangpin.reference.statistics; shares of the parts are ours
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from fangpin.synth.draw import Array, Draw, Flags, Money, Small
from fangpin.synth.labour import LOST, Labour
from fangpin.synth.people import Homes, People
from fangpin.synth.traits import Cover, Health, Schooling

FEN = 100
_MIDDLES = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
_GRID = (np.arange(2000) + 0.5) / 2000
_SPREAD = 0.80  # of the log-normal shape that is bent to the quintiles
_SHAPE = np.exp(_SPREAD * np.array([NormalDist().inv_cdf(u) for u in _GRID.tolist()]))
_LEAST_WAGE = 900.0
_LEAST_PAY = 10


@dataclass(frozen=True, slots=True)
class Transfers:
    """What a household receives whatever it earns; yuan a year."""

    pension: Array
    dibao: Array
    tekun: Array
    elder: Array
    disability: Array
    land: Array
    forest: Array
    public_job: Array

    @property
    def total(self) -> Array:
        """All of them together."""
        return (
            self.pension
            + self.dibao
            + self.tekun
            + self.elder
            + self.disability
            + self.land
            + self.forest
            + self.public_job
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A household's year; fen. ``net`` is a + b + c + d − e."""

    items: dict[str, Money]
    net: Money
    payout: Money
    self_paid: Money


@dataclass(frozen=True, slots=True)
class Work:
    """Months of paid work, pay a month, months on the own land, and what each member earned in the window; yuan."""

    months: Small
    pay: Money
    farm_months: Small
    public_months: Small
    earnings: Money


def transfers(
    draw: Draw,
    people: People,
    cover: Cover,
    health: Health,
    labour: Labour,
    dibao: Flags,
    tekun: Flags,
    public_months: Small,
    year: int,
) -> Transfers:
    """Pensions, relief, subsidies and public jobs of a year; amounts grow with the year."""
    grown = 1.045 ** (year - 2021)
    n, homes = people.n, people.start.size
    pension = np.where(cover.employee_pension, 27600 + 6000 * draw.unit(n), 1980 + 60 * draw.whole(0, 14, n))
    relief = np.where(dibao, 12 * np.rint(170 + 160 * draw.unit(n)), 0)
    care = np.where(tekun, 12 * np.rint(640 + 120 * draw.unit(n)), 0)
    pay = np.rint(5 + 4 * draw.unit(n)) * 100
    mine = people.belongs

    def yearly(values: Array, who: Flags) -> Array:
        return np.rint(people.total(np.where(who & mine, values, 0).astype(np.float64)) * grown)

    wooded = draw.chance(0.12, homes)
    return Transfers(
        pension=yearly(pension, cover.receives_pension),
        dibao=yearly(relief, dibao),
        tekun=yearly(care, tekun),
        elder=yearly(np.full(n, 600.0), people.age >= 80),
        disability=yearly(np.full(n, 840.0), health.severe),
        land=np.rint(labour.land.astype(np.float64) * 82),
        forest=np.where(wooded, draw.whole(50, 900, homes), 0),
        public_job=yearly(pay * public_months, labour.public_job > 0),
    )


def rank(draw: Draw, homes: Homes, people: People, labour: Labour, cover: Cover, school: Schooling) -> Array:
    """The place of every household among its block by income, in (0, 1); failed seasons come first."""
    size = np.maximum(people.count(people.belongs), 1)
    workers = people.total(np.where(labour.wages, 1.25 * labour.pull, labour.farms * labour.pull)) / size
    learned = people.total(np.where(labour.able, school.level, 0).astype(np.float32))
    learned = learned / np.maximum(people.count(labour.able), 1)
    pensioned = people.count(cover.employee_pension & cover.receives_pension & people.belongs) / size
    noise = draw.normal(homes.n)
    score = (
        -0.62 * homes.hardship
        + 0.85 * (workers - 0.6)
        + 0.16 * (learned - 2.6)
        + 1.9 * pensioned
        - 0.17 * (size - 2.86)
        + 0.60 * noise
    )
    failed = people.any(labour.farms) & draw.chance(0.0045, homes.n)
    score[failed] -= 1000
    order = np.argsort(score, kind="stable")
    found = np.empty(homes.n)
    found[order] = (np.arange(homes.n) + 0.5) / homes.n
    return np.where(failed, -found, found)  # a failed season is marked by the sign


def targets(place: Array, floor: Array, size: Array, means: Array) -> Array:
    """Income per head with the published group means: households in five equal groups, means over persons.

    Args:
        place: Rank in (0, 1) of each household; negative for a failed season, whose income is below zero.
        floor: The least that each household's transfers give per head.
        size: Persons of each household.
        means: Mean income of the five groups, poorest first; yuan per person and year.
    """
    failed = place < 0
    base = np.interp(np.abs(place), _GRID, _SHAPE)
    loss = -(300 + 4500 * np.mod(base * 7919, 1.0))
    bend = np.log(means / np.interp(_MIDDLES, _GRID, _SHAPE))
    found = base
    for _ in range(25):
        found = base * np.exp(np.interp(np.abs(place), _MIDDLES, bend))
        found = np.where(failed, loss, np.maximum(found, floor))
        off = np.log(means / np.maximum(_group_means(found, size, means), 1.0))
        if np.abs(off).max() < 0.0005:
            break
        bend += 0.9 * np.clip(off, -0.5, 0.5)
    return found


def _group_means(income: Array, size: Array, means: Array) -> Array:
    """Mean over the persons of each fifth of the households; the aim itself where a fifth is empty."""
    n = income.size
    cuts = [n * k // 5 for k in range(1, 5)]
    edges = np.partition(income, cuts)[cuts] if n >= 5 else np.array([])
    group = np.searchsorted(edges, income, side="right")
    persons = np.bincount(group, weights=size, minlength=5)
    money = np.bincount(group, weights=income * size, minlength=5)
    found: Array = np.where(persons > 0, money / np.maximum(persons, 1), means)
    return found


def wages_and_months(draw: Draw, people: People, labour: Labour, rest: Array) -> tuple[Small, Money, Array]:
    """Months and monthly pay of every wage worker, and each household's wages; yuan.

    ``rest`` is what a household has beside its transfers. Whoever is offered little works fewer months.
    """
    weight = np.where(labour.wages, labour.pull, 0).astype(np.float64)
    farming = np.where(labour.farms, 1.15 * labour.pull, 0).astype(np.float64)
    both = people.total(weight) + people.total(farming) + 0.25
    share = weight / both[people.household]
    offered = np.maximum(rest, 0)[people.household] * share
    usual = 3500 * (0.75 + 0.35 * labour.pull) * (0.8 + 0.4 * draw.unit(people.n))
    months = np.clip(np.rint(offered / usual), 1, 12)
    pay = np.floor(offered / months / _LEAST_PAY) * _LEAST_PAY
    works = offered >= _LEAST_WAGE
    months = np.where(works, months, 0).astype(np.int8)
    pay = np.where(works, pay, 0).astype(np.int64)
    return months, pay, people.total(months * pay)


def months_on_land(draw: Draw, homes: Homes, people: People, labour: Labour, months: Small) -> Small:
    """Months on the own land: most farmers eight and more; wage workers with few months fill up with farming."""
    n, hard = people.n, homes.hardship[people.household]
    full = draw.whole(7, 11, n)
    part = draw.whole(2, 5, n)
    fill = draw.whole(6, 9, n) - months
    steady = draw.chance(np.clip(0.93 - 0.05 * hard, 0.5, 0.99), n) | (labour.public_job > 0)
    found = np.where(labour.farms, np.where(steady, full, part), 0)
    short = labour.wages & (months < 6)
    found = np.where(short & steady, fill, found)
    some = labour.wages & ~short & draw.chance(0.35, n)
    found = np.where(some, np.minimum(12 - months, draw.whole(1, 3, n)), found)
    return np.clip(found, 0, 12 - months).astype(np.int8)


def account(
    draw: Draw, people: People, paid: Transfers, net: Money, wages: Array, labour: Labour, ill: Flags
) -> Account:
    """The items of a household's year, given its net income (fen), its wages and what it receives (yuan)."""
    n = net.size
    rest = net - ((wages + paid.total) * FEN).astype(np.int64)
    up = np.maximum(rest, 0)
    farms = people.any(labour.farms) | people.any(labour.wages)
    support = np.where(farms, 0.13 + 0.43 * draw.unit(n) ** 2, 0.40 + 0.3 * draw.unit(n))
    rent = np.where(farms, 0.07 * draw.unit(n), 0.05 + 0.2 * draw.unit(n))
    d6 = _yuan(up * support)
    c = _yuan(up * rent)
    business = rest - d6 - c
    items = _business(draw, business)
    items.update(_property(draw, c, n))
    items["a1"] = (wages * FEN).astype(np.int64)
    items["a4"] = (paid.public_job * FEN).astype(np.int64)
    items["a"] = items["a1"] + items["a4"]
    items.update(_transfer_items(draw, paid, d6, farms, n))
    payout = np.where(ill & draw.chance(0.10, n), draw.whole(5, 300, n) * 100, 0).astype(np.int64) * FEN
    spent = np.where(ill, draw.whole(3, 260, n), 0) + np.where(draw.chance(0.10, n), draw.whole(5, 150, n), 0)
    return Account(items, net, payout, spent.astype(np.int64) * 100 * FEN)


def _yuan(fen: Array) -> Money:
    """Rounded down to whole yuan, in fen."""
    return (np.floor(fen / FEN) * FEN).astype(np.int64)


def _business(draw: Draw, net: Money) -> dict[str, Money]:
    """Business income and cost whose difference is ``net``: crops, livestock, orchards and trade."""
    n = net.size
    cost = 0.25 + 0.3 * draw.unit(n)
    gross = np.where(net > 0, net / (1 - cost), draw.whole(200, 3000, n) * FEN)
    b = np.maximum(_yuan(gross), net)
    e = b - net
    first, second = draw.unit(n), draw.unit(n)
    trades = draw.chance(0.14, n)
    b1 = _yuan(b * np.where(trades, 0.3, 0.35 + 0.65 * first))
    b2 = _yuan((b - b1) * np.where(trades, 0.1, second))
    b3 = np.where(draw.chance(0.2, n) & ~trades, b - b1 - b2, 0)
    e1 = _yuan(e * np.where(trades, 0.3, 0.35 + 0.65 * first))
    return {"b": b, "b1": b1, "b2": b2, "b3": b3, "b4": b - b1 - b2 - b3, "e": e, "e1": e1, "e4": e - e1}


def _property(draw: Draw, c: Money, n: int) -> dict[str, Money]:
    """Property income: dividends, rent of land, other."""
    dividend = np.where(draw.chance(0.15, n), np.minimum(c, draw.whole(100, 1500, n) * FEN), 0)
    rent = _yuan((c - dividend) * 0.7)
    return {"c": c, "c1": dividend, "c2": rent, "c5": c - dividend - rent}


def _transfer_items(draw: Draw, paid: Transfers, d6: Money, farms: Flags, n: int) -> dict[str, Money]:
    """Transfers by item; ``d6`` is what children and others give."""

    def fen(values: Array) -> Money:
        return (values * FEN).astype(np.int64)

    support = np.where(farms & draw.chance(0.7, n), 0, d6)
    items = {
        "d2": fen(paid.dibao),
        "d3": fen(paid.tekun),
        "d4": fen(paid.pension),
        "d5a": fen(paid.forest),
        "d6b": fen(paid.land),
        "d6d": fen(paid.elder),
        "d6f": fen(paid.disability),
        "d6j": support,
        "d6p": d6 - support,
    }
    items["d5"] = items["d5a"]
    items["d6"] = items["d6b"] + items["d6d"] + items["d6f"] + d6
    items["d"] = items["d2"] + items["d3"] + items["d4"] + items["d5"] + items["d6"]
    return items


def earnings(
    people: People, labour: Labour, months: Small, pay: Money, farm_months: Small, public_yuan: Array, business: Money
) -> Money:
    """What each member earned in the window, in yuan: pay, public jobs, and a share of the household's business.

    Whoever lost the ability to work earns nothing.
    """
    weight = np.where(labour.able & people.belongs, farm_months * (0.3 + labour.pull), 0).astype(np.float64)
    total = people.total(weight)
    share = weight / np.maximum(total, 1e-9)[people.household]
    profit = np.maximum(business, 0)[people.household] / FEN * share
    holders = np.maximum(people.count(labour.public_job > 0), 1)[people.household]
    public = np.where(labour.public_job > 0, public_yuan[people.household] / holders, 0)
    found = months * pay + np.floor(profit + public).astype(np.int64)
    return np.where(labour.skill >= LOST, 0, found)


def floors(paid: Transfers, size: Array, draw: Draw) -> Array:
    """The least income per head that fits the transfers, with a little beside them; yuan."""
    found: Array = paid.total / size + 60 + 500 * draw.unit(size.size) ** 2
    return found
