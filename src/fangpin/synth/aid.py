"""Aid: the sheets of measures, loans and removed risks.

Reads   Facts, Season
Gives   measure_sheet(), loan_sheet(), clearing_sheet()
Keeps   a recorded risk of schooling, housing or water has its measure; loans keep the terms of micro-credit
Source  which measure answers which risk: the risk types and measure kinds of the code lists; rates are ours
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fangpin.synth import names
from fangpin.synth.draw import Array, Draw, Ints, Small
from fangpin.synth.facts import Block, Facts, Season
from fangpin.synth.names import NAMES
from fangpin.synth.registers import version_columns
from fangpin.synth.sheet import Sheet
from fangpin.synth.standing import (
    ACCIDENT,
    DISABILITY,
    DISASTER,
    EPIDEMIC,
    FAILED,
    HOUSE,
    ILLNESS,
    NO_LABOUR,
    OTHER,
    RISKS,
    SCHOOLING,
    UNSTABLE_WORK,
    WATER,
)

_INDUSTRY, _JOB, _FINANCE, _POST, _HOUSE, _WATER, _HEALTH, _SCHOOL, _SAFETY, _SOCIAL = range(10)
_KINDS = ("100A39", "100A40", "100A41", "100A42", "100A50", "100A51", "100A45", "100A47", "100A48", "100A52")
_ITEMS = ("100A39-1", "100A40-2", "100A41-1", "100A42-2", "", "", "100A45-4", "100A47-2", "100A48-1", "")
_UNITS = (
    "县农业农村局",
    "县人力资源和社会保障局",
    "县金融办",
    "乡镇人民政府",
    "县住房和城乡建设局",
    "县水利局",
    "县医疗保障局",
    "县教育局",
    "县民政局",
    "帮扶单位",
)
_DEVELOPMENTAL = (_INDUSTRY, _JOB, _FINANCE, _POST)
_ANSWER = {
    ILLNESS: _HEALTH,
    SCHOOLING: _SCHOOL,
    DISABILITY: _SAFETY,
    DISASTER: _SAFETY,
    ACCIDENT: _SOCIAL,
    FAILED: _INDUSTRY,
    UNSTABLE_WORK: _JOB,
    NO_LABOUR: _SAFETY,
    HOUSE: _HOUSE,
    WATER: _WATER,
    EPIDEMIC: _SAFETY,
    OTHER: _SOCIAL,
}
_BANKS = ("模拟农村商业银行", "模拟农业银行", "模拟邮政储蓄银行")
LOAN_BEGINS = 18_690  # 2021-03-04, when the rules of this micro-credit took effect


def _measures(draw: Draw, facts: Facts) -> Array:
    """Which kinds of measure each household has, one column a kind."""
    n, watch = facts.homes.n, facts.monitoring
    able = facts.people.any(facts.labour.wages | facts.labour.farms)
    poor = facts.ex_poor
    found = np.zeros((n, len(_KINDS)), np.bool_)
    for risk in range(len(RISKS)):
        found[:, _ANSWER[risk]] |= watch.watched & (watch.risks == risk).any(axis=1)
    for kind, rate in ((_INDUSTRY, 0.55), (_JOB, 0.40), (_FINANCE, 0.15)):
        found[:, kind] |= poor & able & draw.chance(rate, n)
    found[:, _POST] |= facts.people.any(facts.labour.public_job > 0)
    found[:, _SAFETY] |= facts.people.any(facts.dibao | facts.tekun) & (poor | watch.watched)
    bare = watch.watched & able & ~np.logical_or.reduce(found[:, list(_DEVELOPMENTAL)], axis=1)
    found[:, _INDUSTRY] |= bare
    found[:, _SAFETY] |= watch.watched & ~able
    return found


def measure_sheet(draw: Draw, facts: Facts, keys: pa.Array, when: Season) -> Sheet:
    """The sheet ``measure``: a row for each household, year and kind of measure."""
    given = _measures(draw, facts)
    household, kind, year, started = _begun(draw, given, facts.monitoring.on, when)
    n, last = household.size, when.last
    ended = np.minimum(started + draw.whole(60, 300, n), _new_year(year) + 364)
    sheet = Sheet(n)
    sheet.text("household_id", keys.take(pa.array(household)))
    sheet.plain("year", year)
    developed = np.logical_or.reduce(given[:, list(_DEVELOPMENTAL)], axis=1)[household]
    sheet.codes("developmental_state", np.where(developed, 0, 1), ("1", "2"))
    sheet.codes("measure_kind", kind, _KINDS)
    sheet.codes("measure_item", kind, _ITEMS, np.array([item == "" for item in _ITEMS])[kind])
    sheet.plain("started_on", started)
    sheet.plain("ended_on", ended, (ended > last) | (ended <= started))
    sheet.yuan("amount", draw.whole(3, 80, n).astype(np.int64) * 100 * 100, ~np.isin(kind, (0, 2, 6, 7, 8, 9)))
    sheet.codes("unit", kind, _UNITS)
    version_columns(sheet, started, np.minimum(started + draw.whole(1, 25, n), last))
    return sheet


def _new_year(year: Ints) -> Ints:
    """The first of January of each year, in days since 1970."""
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)


def _begun(draw: Draw, given: Array, monitored_on: Ints, when: Season) -> tuple[Ints, Ints, Ints, Ints]:
    """Household, kind, year and first day of every measure, by household; within a month of being monitored."""
    first, kinds = (part.astype(np.int32) for part in np.nonzero(given))
    household, kind = np.tile(first, when.years), np.tile(kinds, when.years)
    year = when.until.year - np.repeat(np.arange(when.years, dtype=np.int32), first.size)
    order = np.lexsort((kind, year, household))
    household, kind, year = household[order], kind[order], year[order]
    n, began = household.size, _new_year(year)
    earliest = np.maximum(began + draw.whole(5, 150, n), monitored_on[household] + draw.whole(2, 28, n))
    started = np.minimum(earliest, when.last).astype(np.int32)
    kept = started <= began + 364
    return household[kept], kind[kept], year[kept], started[kept]


def loan_sheet(draw: Draw, block: Block, facts: Facts, keys: pa.Array, when: Season) -> Sheet:
    """The sheet ``loan``: micro-credit of at most 50,000 yuan and three years, to ex-poor and monitored households."""
    n, people = facts.homes.n, facts.people
    fit = people.any((people.age >= 18) & (people.age < 65) & facts.labour.able)
    eligible = fit & (facts.ex_poor | facts.monitoring.watched) & draw.chance(0.24, n)
    has = np.nonzero(eligible & (when.last > LOAN_BEGINS))[0].astype(np.int32)
    count = has.size
    reach = max(1, min(when.last - LOAN_BEGINS, 1100))
    began = when.last - (draw.unit(count) * reach).astype(np.int32)
    years = draw.whole(1, 3, count)
    due = (began.astype("datetime64[D]") + (365 * years).astype("timedelta64[D]")).astype(np.int32)
    sheet = Sheet(count)
    sheet.text("household_id", keys.take(pa.array(has)))
    number = block.first + has + 1
    sheet.text(
        "contract_no",
        names.strings(np.hstack([names.constant(f"MN{block.county.code}", count), names.digits(number, 8)])),
    )
    sheet.codes("bank", draw.pick((0.7, 0.2, 0.1), count), _BANKS)
    sheet.yuan("amount", draw.whole(1, 10, count).astype(np.int64) * 5000 * 100)
    sheet.plain("from", began)
    sheet.plain("to", due)
    sheet.plain("rate", np.where(years == 1, 3.85, 4.65))
    sheet.plain("subsidy_pct", np.where(draw.chance(0.9, count), 100.0, 50.0))
    sheet.codes("use", draw.pick((0.38, 0.42, 0.06, 0.08, 0.06), count), ("1", "2", "3", "4", "5"))
    sheet.codes("state", _loan_states(draw, due, when.last), ("1", "2", "3", "4"))
    version_columns(sheet, began, np.minimum(began + draw.whole(1, 20, count), when.last))
    return sheet


def _loan_states(draw: Draw, due: Ints, last: int) -> Small:
    """Current, extended, overdue or repaid: what is due is mostly repaid."""
    over = due <= last
    u = draw.unit(due.size)
    found = np.where(over, np.where(u < 0.93, 3, np.where(u < 0.98, 1, 2)), np.where(u < 0.02, 3, 0))
    return found.astype(np.int8)


def clearing_sheet(draw: Draw, facts: Facts, keys: pa.Array, when: Season) -> Sheet:
    """The sheet ``clearing``: a row for each household whose risk was removed, with its income and safeguards then."""
    watch, book = facts.monitoring, facts.accounts[0]
    rows = np.nonzero(watch.removed)[0].astype(np.int32)
    n = rows.size
    sheet = Sheet(n)
    sheet.text("household_id", keys.take(pa.array(rows)))
    sheet.numbered("how", watch.removed_how[rows], 3)
    sheet.plain("on", watch.removed_on[rows])
    sheet.codes("contact", draw.whole(0, len(NAMES) - 1, n), NAMES)
    sheet.text("phone", names.phones(draw, n))
    items = {letter: book.items[letter][rows] for letter in "abcde"}
    for name, letter in (
        ("wage", "a"),
        ("business", "b"),
        ("property", "c"),
        ("transfer", "d"),
        ("business_cost", "e"),
    ):
        sheet.yuan(name, items[letter])
    net = items["a"] + items["b"] + items["c"] + items["d"] - items["e"]
    sheet.yuan("net", net)
    sheet.yuan("net_pc", np.rint(net / facts.size[rows]).astype(np.int64))
    sheet.yuan("payout", book.payout[rows])
    sheet.yuan("self_paid", book.self_paid[rows])
    for name in ("school_dropout", "housing_damage", "uninsured", "water_damage"):
        sheet.plain(name, np.zeros(n, np.bool_))
    known = np.minimum(watch.removed_on[rows] + draw.whole(0, 12, n), when.last)
    version_columns(sheet, watch.removed_on[rows], known)
    return sheet
