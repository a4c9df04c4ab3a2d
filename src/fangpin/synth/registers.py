"""Registers: the sheets of households and members.

Reads   Facts, Diary
Gives   household_sheet(), member_sheet(); every cell as it truly is
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fangpin.synth import names
from fangpin.synth.diary import Diary
from fangpin.synth.draw import Array, Draw, Flags, Ints, Small
from fangpin.synth.facts import Facts
from fangpin.synth.labour import LOST, NONE, WEAK
from fangpin.synth.names import NAMES
from fangpin.synth.places import County
from fangpin.synth.sheet import Sheet
from fangpin.synth.standing import RISKS, SUDDEN

SOURCE = "模拟数据"
_EMPLOYERS = tuple(f"模拟企业{i:03d}" for i in range(1, 201))
_GROUPS = tuple(f"{i}组" for i in range(1, 13))
_INDUSTRIES = "ABCDEFGHIJKLMNOPQRST"
_INDUSTRY_WEIGHTS = (
    0.05,
    0.01,
    0.34,
    0.01,
    0.24,
    0.09,
    0.06,
    0.09,
    0.01,
    0.0,
    0.01,
    0.02,
    0.0,
    0.01,
    0.06,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
)
_UNITS = ("县农业农村局", "县民政局", "县教育局", "县卫生健康局", "县人力资源和社会保障局", "乡镇人民政府")


@dataclass(frozen=True, slots=True)
class Cast:
    """Keys and names of a block: of households, of persons, positions in NAMES, identity numbers, and the class of
    the disability certificate that stands for the identity card (0: none)."""

    keys: pa.Array
    persons: pa.Array
    called: Ints
    cards: pa.Array
    certificate: Small


def version_columns(sheet: Sheet, since: Array, known: Array) -> None:
    """``valid_from``, ``known_at`` and ``source``; ``valid_to`` stays blank."""
    sheet.plain("valid_from", since)
    sheet.plain("known_at", known)
    sheet.same("source", SOURCE)


def household_sheet(draw: Draw, county: County, facts: Facts, diary: Diary, cast: Cast) -> Sheet:
    """The sheet ``household``; the head is the first member."""
    n, head = facts.homes.n, facts.people.start
    sheet = Sheet(n)
    sheet.text("household_id", cast.keys)
    _addresses(draw, sheet, county, facts)
    sheet.codes("head_name", cast.called[head], NAMES)
    sheet.numbered("head_id_type", np.where(cast.certificate[head] > 0, 2, 1), 2)
    sheet.text("head_id_number", cast.cards.take(pa.array(head)))
    sheet.text("phone", names.phones(draw, n))
    sheet.plain("population", facts.size)
    former = np.where(draw.chance(0.06, n), 1, 0)
    sheet.codes("household_type", np.where(facts.ex_poor, former, 2), ("TPH", "TPH_X", "YBH"))
    sheet.plain("is_ex_poor", facts.ex_poor)
    able = facts.people.any(facts.labour.able & (facts.labour.skill <= WEAK))
    covered = facts.people.any(facts.dibao | facts.tekun)
    sheet.plain("no_labour_whole_household", ~able & covered)
    moved = facts.ex_poor & draw.chance(0.12, n)
    site = moved & draw.chance(0.8, n)
    sheet.plain("relocated", moved)
    sheet.plain("lives_in_resettlement_site", site)
    sheet.codes("resettlement_site", np.zeros(n, np.int8), ["模拟安置小区"], ~site)
    sheet.plain("martyr_family", draw.chance(0.012, n))
    sheet.plain("school_debt", facts.debt)
    _monitoring(sheet, facts)
    _helpers(draw, sheet, facts, diary)
    version_columns(sheet, diary.visited, diary.entered)
    return sheet


def _addresses(draw: Draw, sheet: Sheet, county: County, facts: Facts) -> None:
    villages, groups = county.villages, len(_GROUPS)
    village = facts.homes.village
    group = draw.whole(0, groups - 1, facts.homes.n)
    sheet.codes("region_code", village, villages.code)
    sheet.codes("natural_village", group, _GROUPS)
    places = [f"{county.name}{name}{g}" for _, name in county.townships for g in _GROUPS]
    sheet.codes("address", villages.township[village] * groups + group, places)


def _monitoring(sheet: Sheet, facts: Facts) -> None:
    watch = facts.monitoring
    off = ~watch.watched
    sheet.numbered("monitor_group", watch.group, SUDDEN)
    days = watch.on.astype("datetime64[D]")
    sheet.plain("monitored_on", days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32), off)
    for i in range(5):
        sheet.codes(f"risk_{i + 1}", watch.risks[:, i], RISKS, watch.risks[:, i] < 0)
    disasters = ("01", "02", "03", "04", "05", "06", "99")
    sheet.codes("disaster_kind", watch.disaster - 1, disasters, watch.disaster <= 0)
    sheet.plain("risk_removed", watch.removed, off)
    sheet.numbered("risk_removed_how", watch.removed_how, 3)
    sheet.plain("risk_removed_on", watch.removed_on, ~watch.removed)


def _helpers(draw: Draw, sheet: Sheet, facts: Facts, diary: Diary) -> None:
    n, watch = facts.homes.n, facts.monitoring
    helped = facts.ex_poor | watch.watched
    sheet.codes("helper_name", draw.whole(0, len(NAMES) - 1, n), NAMES, ~helped)
    sheet.codes("helper_unit", draw.whole(0, len(_UNITS) - 1, n), _UNITS, ~helped)
    sheet.text("helper_phone", _only(names.phones(draw, n), helped))
    since = np.where(watch.watched, watch.on, diary.visited - draw.whole(300, 1900, n))
    sheet.plain("helped_from", since, ~helped)
    sheet.plain("helped_to", watch.removed_on, ~watch.removed)


def _only(texts: pa.Array, kept: Flags) -> pa.Array:
    validity = pa.py_buffer(np.packbits(kept, bitorder="little"))
    return pa.StringArray.from_buffers(len(texts), texts.buffers()[1], texts.buffers()[2], validity)


def member_sheet(draw: Draw, county: County, facts: Facts, diary: Diary, cast: Cast) -> Sheet:
    """The sheet ``member``."""
    people = facts.people
    sheet = Sheet(people.n)
    sheet.text("person_id", cast.persons)
    sheet.text("household_id", cast.keys.take(pa.array(people.household)))
    sheet.codes("name", cast.called, NAMES)
    sheet.numbered("sex", people.female.astype(np.int8) + 1, 2)
    sheet.plain("birth_date", people.born)
    sheet.numbered("id_type", np.where(cast.certificate > 0, 2, 1), 2)
    sheet.text("id_number", cast.cards)
    _origins(draw, sheet, county, facts)
    sheet.codes("relation_to_head", people.relation, tuple(f"{i:02d}" for i in range(1, 29)))
    sheet.numbered("state", people.state, 11)
    _schooling(sheet, facts)
    _health(sheet, facts)
    _labour(draw, sheet, county, facts, diary)
    _cover(draw, sheet, facts)
    version_columns(sheet, diary.visited[people.household], diary.entered[people.household])
    return sheet


def _origins(draw: Draw, sheet: Sheet, county: County, facts: Facts) -> None:
    """People, and political status: League members among the young, Party members among adults."""
    people = facts.people
    homely = draw.chance(
        np.where(county.villages.minority[facts.homes.village], 0.93, 0.04).astype(np.float32), facts.homes.n
    ) & (county.minority != "01")
    sheet.codes("ethnic_group", homely[people.household].astype(np.int8), ("01", county.minority))
    party = (people.age >= 20) & draw.chance(0.055, people.n)
    league = (people.age >= 14) & (people.age < 28) & ~party & draw.chance(0.35, people.n)
    sheet.numbered("political_status", np.where(party, 1, np.where(league, 3, 4)), 4)
    sheet.plain("mandarin", (people.age >= 3) & draw.chance(np.where(people.age < 60, 0.97, 0.72), people.n))


def _schooling(sheet: Sheet, facts: Facts) -> None:
    school = facts.school
    sheet.numbered("education_level", school.level, 6)
    sheet.numbered("student_status", school.student, 25, width=2)
    sheet.codes("dropout_reason", np.minimum(school.dropout, 4) - 1, ("1", "2", "3", "9"), school.dropout <= 0)


def _health(sheet: Sheet, facts: Facts) -> None:
    health = facts.health
    ill = np.column_stack([health.chronic, health.major, health.disabled])
    sheet.several("health_status", np.column_stack([~ill.any(axis=1), ill]), ("1", "2", "3", "4"))
    sheet.numbered("disability_class", health.disability_class, 7)
    sheet.numbered("disability_level", health.disability_level, 4)
    sheet.plain("bedridden", health.bedridden)
    sheet.plain("nutrition_height_cm", health.height)
    sheet.plain("nutrition_weight_kg", health.weight.astype(np.float64).round(1))
    sheet.numbered("nutrition_judged", health.undernourished.astype(np.int8) + 1, 2)


def _labour(draw: Draw, sheet: Sheet, county: County, facts: Facts, diary: Diary) -> None:
    """Work: place and months are both filled or both blank; who could work and did not has 0 months at home."""
    people, hands, work, n = facts.people, facts.labour, facts.work, facts.people.n
    grown = (people.age >= 16) & (facts.school.student == 0)
    paid = work.months > 0
    asked = paid | (grown & (hands.skill <= WEAK) & (people.age < 70) & (work.farm_months < 6))
    sheet.numbered("labour_skill", hands.skill, NONE)
    lost = (hands.skill == LOST) & (people.age >= 18)
    entered = diary.entered[people.household]
    sheet.plain("labour_lost_on", entered - draw.whole(60, 900, n), ~lost)
    where = draw.pick((0.46, 0.14, *([0.40 / 8] * 8))[: len(county.work_places)], n)
    sheet.codes("work_place", np.where(paid, where, 0), county.work_places, ~asked)
    sheet.plain("work_months", work.months, ~asked)
    sheet.yuan("work_monthly_income", work.pay * 100, ~asked)
    sheet.codes("employer", draw.whole(0, len(_EMPLOYERS) - 1, n), _EMPLOYERS, ~paid)
    sheet.codes("industry", draw.pick(_INDUSTRY_WEIGHTS, n), tuple(_INDUSTRIES), ~paid)
    channel = np.where(where == 0, 5 - 2 * draw.chance(0.12, n), np.where(draw.chance(0.12, n), 2, 1))
    sheet.numbered("job_channel", channel, 5, ~paid)
    sheet.plain("point_to_point", (channel == 2) & (where >= 2), ~paid)
    sheet.plain("work_abroad", draw.chance(0.0006, n) & paid & (where >= 2))
    sheet.codes(
        "public_job", np.minimum(hands.public_job, 7) - 1, ("1", "2", "3", "4", "5", "6", "9"), hands.public_job <= 0
    )
    sheet.plain("public_job_months", work.public_months, hands.public_job <= 0)
    sheet.plain("trained", hands.trained, ~grown)
    sheet.numbered("training_kind", hands.training, 7)
    sheet.yuan("earnings", work.earnings * 100, ~grown)
    sheet.plain("farm_months", work.farm_months, ~grown)


def _cover(draw: Draw, sheet: Sheet, facts: Facts) -> None:
    cover, relief, n = facts.cover, facts.dibao | facts.tekun, facts.people.n
    sheet.plain("resident_medical", cover.resident)
    sheet.plain("employee_medical", cover.employee)
    sheet.plain("catastrophic_insurance", cover.catastrophic)
    sheet.plain("commercial_medical", cover.commercial)
    ill = facts.health.major | facts.health.severe
    sheet.plain("medical_aid", ill & draw.chance(np.where(relief, 0.75, 0.08).astype(np.float32), n))
    sheet.plain("other_health_help", draw.chance(np.where(ill, 0.15, 0.01).astype(np.float32), n))
    sheet.plain("resident_pension", cover.resident_pension)
    sheet.plain("employee_pension", cover.employee_pension)
    sheet.plain("receives_pension", cover.receives_pension, facts.people.age < 60)
    sheet.plain("dibao", facts.dibao)
    sheet.plain("tekun", facts.tekun)
