"""Ledgers: the sheets of income, living conditions and safeguards.

Reads   Facts, Diary
Gives   income_sheet(), living_sheet(), safeguards_sheet(); every cell as it truly is
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fangpin.synth.diary import Diary
from fangpin.synth.draw import Array, Draw, Ints, Money
from fangpin.synth.dwelling import DURABLES
from fangpin.synth.facts import Facts, Season
from fangpin.synth.registers import version_columns
from fangpin.synth.sheet import Sheet

IDENTIFICATION, YEARLY = 1, 2
LETTERS = ("a", "b", "c", "d", "e")
DERIVED = ("gross_income", "net_income", "net_income_pc", "adjusted_income", "adjusted_income_pc")


@dataclass(frozen=True, slots=True)
class IncomeRows:
    """Which household each row of income speaks of, how many years back, and whether it is the last yearly row."""

    household: Ints
    back: Ints
    stage: Ints

    @property
    def latest(self) -> Array:
        """The yearly row of the last window."""
        found: Array = (self.back == 0) & (self.stage == YEARLY)
        return found


def income_rows(facts: Facts, when: Season) -> IncomeRows:
    """A yearly row for each household and year, and one at identification for those monitored before the window's end.

    Rows stand by household, the earliest first.
    """
    n = facts.homes.n
    _, window_to = when.window(0)
    on = facts.monitoring.on
    early = np.nonzero((on > 0) & (_month_before(on) < window_to))[0].astype(np.int32)
    household = np.concatenate([np.tile(np.arange(n, dtype=np.int32), when.years), early])
    back = np.concatenate([np.repeat(np.arange(when.years), n), np.full(early.size, 0)]).astype(np.int32)
    stage = np.concatenate([np.full(n * when.years, YEARLY), np.full(early.size, IDENTIFICATION)]).astype(np.int32)
    if early.size or when.years > 1:
        order = np.lexsort((stage, -back, household))
        household, back, stage = household[order], back[order], stage[order]
    return IncomeRows(household, back, stage)


def _month_before(day: Ints) -> Ints:
    """The last day of the month before each day."""
    found: Ints = day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(
        np.int32
    ) - np.int32(1)
    return found


def _first_of_window(last: Ints) -> Ints:
    """The first day of the twelve whole months that end on each day."""
    months = last.astype("datetime64[D]").astype("datetime64[M]")
    found: Ints = (months - np.timedelta64(11, "M")).astype("datetime64[D]").astype(np.int32)
    return found


def income_sheet(draw: Draw, facts: Facts, diary: Diary, keys: pa.Array, rows: IncomeRows, when: Season) -> Sheet:
    """The sheet ``income_year``: items, sums, per-head figures; those at identification have the letters only."""
    sheet = Sheet(rows.household.size)
    first = rows.stage == IDENTIFICATION
    part = np.where(first, 0.75 + 0.25 * draw.unit(sheet.n), 1.0)
    books = facts.accounts
    items = {name: _stacked([book.items[name] for book in books], rows) for name in books[0].items}
    for letter in LETTERS:
        items[letter] = np.where(first, np.floor(items[letter] * part / 100).astype(np.int64) * 100, items[letter])
    sheet.text("household_id", keys.take(pa.array(rows.household)))
    for name, fen in items.items():
        sheet.yuan(name, fen, None if name in LETTERS else first)
    payout = _stacked([book.payout for book in books], rows)
    self_paid = _stacked([book.self_paid for book in books], rows)
    sheet.yuan("insurance_payout", payout)
    sheet.yuan("compliant_self_paid", self_paid)
    _derived(sheet, items, payout, self_paid, facts.size[rows.household])
    _windows(sheet, facts, diary, rows, when)
    return sheet


def _stacked(by_year: list[Money], rows: IncomeRows) -> Money:
    """One item of the accounts, the last year first, by row."""
    return by_year[0][rows.household] if len(by_year) == 1 else np.stack(by_year)[rows.back, rows.household]


def _derived(sheet: Sheet, items: dict[str, Money], payout: Money, self_paid: Money, size: Ints) -> None:
    gross = items["a"] + items["b"] + items["c"] + items["d"]
    net = gross - items["e"]
    adjusted = net + payout - self_paid
    sheet.yuan("gross_income", gross)
    sheet.yuan("net_income", net)
    sheet.yuan("net_income_pc", np.rint(net / size).astype(np.int64))
    sheet.yuan("adjusted_income", adjusted)
    sheet.yuan("adjusted_income_pc", np.rint(adjusted / size).astype(np.int64))


def _windows(sheet: Sheet, facts: Facts, diary: Diary, rows: IncomeRows, when: Season) -> None:
    """Year, stage, window, and when the row became known."""
    first = rows.stage == IDENTIFICATION
    begins, ends = (np.array(days, np.int32) for days in zip(*(when.window(b) for b in range(when.years)), strict=True))
    on = facts.monitoring.on[rows.household]
    window_to = np.where(first, _month_before(np.maximum(on, 1)), ends[rows.back]).astype(np.int32)
    window_from = np.where(first, _first_of_window(window_to), begins[rows.back]).astype(np.int32)
    known = np.where(
        rows.back == 0,
        diary.income_known[rows.household],
        ends[rows.back] + diary.income_known[rows.household] - ends[0],
    )
    known = np.where(first, on, known)
    sheet.plain("year", window_to.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int32) + 1970)
    sheet.codes("stage", rows.stage - 1, ("1", "2", "3"))
    sheet.plain("window_from", window_from)
    sheet.plain("window_to", window_to)
    version_columns(sheet, window_from, known)


def living_sheet(facts: Facts, diary: Diary, keys: pa.Array, works: Array) -> Sheet:
    """The sheet ``living``; ``works`` is the number of the water works of each household's village."""
    home, n = facts.dwelling, facts.homes.n
    sheet = Sheet(n)
    sheet.text("household_id", keys)
    for name, area in (
        ("farmland", facts.labour.land),
        ("forest", home.forest),
        ("orchard", home.orchard),
        ("pasture", home.pasture),
        ("water_area", home.pond),
        ("returned_forest", home.returned),
        ("road_distance_km", home.road_km),
    ):
        sheet.plain(name, area.astype(np.float64).round(1))
    sheet.plain("house_area", home.area)
    sheet.codes("house_grade", home.grade - 1, ("A", "B", "C", "D"))
    sheet.plain("other_safe_house", home.other_house)
    sheet.numbered("road_type", home.road, 4)
    sheet.codes("fuel", np.minimum(home.fuel, 5) - 1, ("1", "2", "3", "4", "9"))
    for name, flags in (
        ("cooperative", home.cooperative),
        ("leading_firm", home.leading_firm),
        ("leader_driven", home.leader),
        ("electricity", home.electricity),
        ("tv_signal", home.tv),
        ("sanitary_toilet", home.toilet),
        ("water_safe", home.water_safe),
    ):
        sheet.plain(name, flags)
    sheet.numbered("industry_help_kind", home.industry, 9)
    count = int(works.max(initial=0)) + 1
    sheet.codes("water_source_works", works, [f"MN{i:04d}" for i in range(1, count + 1)], ~home.piped_works)
    sheet.numbered("water_access", home.water, 4)
    sheet.plain("water_fetch_minutes", home.minutes)
    sheet.several("durables", home.durables, DURABLES)
    sheet.numbered("internet", home.internet, 5)
    sheet.plain("property_car", home.car)
    sheet.plain("property_house", home.flat)
    sheet.plain("property_firm", home.firm)
    sheet.plain("property_checked_on", diary.checked)
    version_columns(sheet, diary.visited, diary.entered)
    return sheet


def safeguards_sheet(facts: Facts, diary: Diary, keys: pa.Array) -> Sheet:
    """The sheet ``safeguards``: one yearly row a household, in keeping with members and living conditions."""
    people = facts.people
    sheet = Sheet(facts.homes.n)
    sheet.text("household_id", keys)
    sheet.codes("stage", np.full(sheet.n, YEARLY - 1), ("1", "2", "3"))
    sheet.plain("housing_problem", facts.dwelling.unsafe)
    out = (facts.school.student == 0) & (people.age >= 6) & (people.age < 15) & people.belongs
    sheet.plain("school_dropout", people.any(out))
    sheet.plain("water_problem", ~facts.dwelling.water_safe)
    bare = ~(facts.cover.resident | facts.cover.employee) & people.belongs
    sheet.plain("uninsured_member", people.any(bare))
    version_columns(sheet, diary.visited, diary.entered)
    return sheet
