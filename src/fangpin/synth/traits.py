"""Traits: health, schooling and insurance of every member.

Reads   people (age, sex, household), the hardship of the household
Gives   health(), schooling(), cover()
Source  rates are ours, set near what yearbooks and surveys say of the countryside about 2021; not verified
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangpin.synth.draw import Draw, Flags, Floats, Ints, Small, position, tilted
from fangpin.synth.people import ARMY, Homes, People

NOBODY = np.int8(0)
_PRESCHOOLER, _KINDERGARTEN, _PRIMARY = 1, 2, 3
_SENIOR, _VOCATIONAL, _COLLEGE, _BACHELOR, _GRADUATE = 7, 10, 13, 20, 25
_ILLITERATE, _JUNIOR_LEVEL, _SENIOR_LEVEL, _COLLEGE_LEVEL, _BACHELOR_LEVEL = 1, 3, 4, 5, 6

# shares of the levels 1 to 6 by age: 21–35, 36–59, 60 and over
_LEVELS_YOUNG = (0.005, 0.06, 0.50, 0.22, 0.13, 0.085)
_LEVELS_MIDDLE = (0.02, 0.25, 0.54, 0.14, 0.04, 0.01)
_LEVELS_OLD = (0.20, 0.50, 0.24, 0.05, 0.007, 0.003)


@dataclass(frozen=True, slots=True)
class Health:
    """Health of every member; disability class and level are 0 for those without a certificate."""

    chronic: Flags
    major: Flags
    disability_class: Small
    disability_level: Small
    bedridden: Flags
    undernourished: Flags
    height: Floats
    weight: Floats

    @property
    def disabled(self) -> Flags:
        """Who has a disability certificate."""
        return self.disability_class > 0

    @property
    def severe(self) -> Flags:
        """Who is disabled of the first or second level."""
        return self.disabled & (self.disability_level <= 2)


@dataclass(frozen=True, slots=True)
class Schooling:
    """Codes of `student_status`, `education_level` and `dropout_reason`; 0 where blank. One of the first two is set."""

    student: Small
    level: Small
    dropout: Small


@dataclass(frozen=True, slots=True)
class Cover:
    """Insurance and pensions."""

    resident: Flags
    employee: Flags
    catastrophic: Flags
    commercial: Flags
    resident_pension: Flags
    employee_pension: Flags
    receives_pension: Flags


def health(draw: Draw, homes: Homes, people: People) -> Health:
    """Illness, disability, long bed rest and nutrition."""
    n, age, hard = people.n, people.age, homes.hardship[people.household]
    by_age = position_by_age(age, (45, 60, 70))
    chronic = draw.chance(tilted(np.array([0.03, 0.12, 0.30, 0.42], np.float32)[by_age], hard, 0.3), n)
    major = draw.chance(tilted(np.array([0.003, 0.010, 0.022, 0.030], np.float32)[by_age], hard, 0.5), n)
    disabled = draw.chance(tilted(np.array([0.020, 0.035, 0.055, 0.085], np.float32)[by_age], hard, 0.5), n)
    kind = draw.pick((0.15, 0.14, 0.02, 0.50, 0.07, 0.08, 0.04), n) + np.int8(1)
    level = draw.pick((0.12, 0.24, 0.32, 0.32), n) + np.int8(1)
    severe = disabled & (level <= 2)
    bed = (np.where(age >= 80, 0.10, np.where(age >= 70, 0.035, 0.0005)) + severe * 0.06).astype(np.float32)
    under = draw.chance(tilted(_undernourished(age), hard, 0.95), n)
    height, weight = _bodies(draw, people, hard, under)
    bedridden = draw.chance(tilted(bed, hard, 0.5), n)
    return Health(
        chronic=chronic | bedridden,
        major=major,
        disability_class=np.where(disabled, kind, NOBODY),
        disability_level=np.where(disabled, level, NOBODY),
        bedridden=bedridden,
        undernourished=under,
        height=height,
        weight=weight,
    )


def position_by_age(age: Floats, edges: tuple[int, ...]) -> Small:
    """How many of the edges each age has reached."""
    found = np.zeros(age.size, np.int8)
    for edge in edges:
        found += age >= edge
    return found


def _undernourished(age: Floats) -> Floats:
    return np.where(age >= 65, 0.100, np.where(age < 7, 0.050, np.where(age < 20, 0.030, 0.038))).astype(np.float32)


def _bodies(draw: Draw, people: People, hard: Floats, under: Flags) -> tuple[Floats, Floats]:
    """Height in cm and weight in kg that agree with the judgement of nutrition (BMI below 18.5, from 65 below 20)."""
    age, old = people.age, people.age >= 65
    grown = np.where(people.female, 156.5, 167.5) - 2.5 * old
    child = 76 + 6.4 * np.minimum(age, 16) - 24 * np.maximum(0, 1 - age)
    height = np.where(age >= 17, grown + 5.5 * draw.normal(people.n), child + 4 * draw.normal(people.n))
    least = np.where(old, 20.05, np.where(age >= 17, 18.6, 14.2 + 0.2 * np.minimum(age, 17)))
    usual = least + np.abs(np.where(age >= 17, 4.6 - 0.3 * hard, 2.0) + 2.2 * draw.normal(people.n))
    bmi = np.where(under, least - 0.2 - 2.4 * draw.unit(people.n), usual)
    weight = np.where(under, np.floor(bmi * (height / 100) ** 2 * 10), np.ceil(bmi * (height / 100) ** 2 * 10)) / 10
    return np.rint(height).astype(np.float32), weight.astype(np.float32)


def schooling(draw: Draw, homes: Homes, people: People, since_september: float) -> Schooling:
    """Who is at school, in which grade, and the level of those who are not.

    ``since_september`` is the part of a year since the school year began.
    """
    n, hard = people.n, homes.hardship[people.household]
    year = np.clip(np.floor(people.age - np.float32(since_september)), 0, 110).astype(np.int16)
    u, route = draw.unit(n), draw.unit(n)
    student = _grades(year, u, route, hard)
    student[people.state == ARMY] = 0
    level = np.where(student > 0, NOBODY, _levels(draw, year, hard, route))
    out = (student == 0) & (people.age >= 6) & (people.age < 16)
    reason = np.array([1, 2, 3, 9], np.int8)[draw.pick((0.2, 0.2, 0.45, 0.15), n)]
    return Schooling(student, level, np.where(out, reason, NOBODY))


def _grades(year: Small | Ints, u: Floats, route: Floats, hard: Floats) -> Small:
    """The code of `student_status` by age at the start of the school year; 0 out of school."""
    student = np.zeros(year.size, np.int8)
    student[year < 6] = np.where(u < 0.92, _KINDERGARTEN, _PRESCHOOLER)[year < 6]
    student[year < 3] = _PRESCHOOLER
    stays = u >= tilted(0.004, hard, 0.7)
    primary, junior = (year >= 6) & (year < 12) & stays, (year >= 12) & (year < 15) & stays
    student[primary] = _PRIMARY
    student[junior] = (year[junior] - 12 + 4).astype(np.int8)
    gone = tilted(0.110, hard, 0.95)
    after = (year >= 15) & (year < 18) & (u >= gone)
    grade = np.clip(year - 15, 0, 2).astype(np.int8)
    student[after] = np.where(route < 0.56, _SENIOR + grade, _VOCATIONAL + grade)[after]
    tertiary = (year >= 18) & (year < 22)
    grade = np.clip(year - 18, 0, 3).astype(np.int8)
    student[tertiary & (route < 0.26)] = (_BACHELOR + grade)[tertiary & (route < 0.26)]
    short = (year >= 18) & (year < 21) & (route >= 0.26) & (route < 0.55)
    student[short] = (_COLLEGE + grade)[short]
    student[(year >= 22) & (year < 25) & (route < 0.02)] = _GRADUATE
    return student


def _levels(draw: Draw, year: Small | Ints, hard: Floats, route: Floats) -> Small:
    """The code of `education_level` of whoever is out of school."""
    u = np.clip(draw.unit(year.size) - 0.08 * hard, 0, 0.9999).astype(np.float32)
    level = np.where(year < 36, position(u, _LEVELS_YOUNG), position(u, _LEVELS_MIDDLE))
    level = np.where(year >= 60, position(u, _LEVELS_OLD), level).astype(np.int8) + np.int8(1)
    level[(year >= 21) & (year < 25) & (route < 0.26)] = _BACHELOR_LEVEL
    fresh = (year >= 18) & (year < 21)
    level[fresh] = np.where(u < 0.10, _JUNIOR_LEVEL, np.where(u > 0.97, _COLLEGE_LEVEL, _SENIOR_LEVEL))[fresh]
    level[year < 18] = _JUNIOR_LEVEL
    level[year < 15] = 2
    level[year < 12] = _ILLITERATE
    return level


def cover(draw: Draw, homes: Homes, people: People, school: Schooling, ex_poor: Flags) -> Cover:
    """Insurance and pensions; at most one of the two medical insurances, and one of the two pensions."""
    n, age, hard = people.n, people.age, homes.hardship[people.household]
    left_out = draw.chance(tilted(0.066, homes.hardship, 1.0), homes.n)[people.household] & draw.chance(0.38, n)
    insured = ~(left_out | draw.chance(tilted(0.006, hard, 0.6), n) | (people.state == ARMY))
    insured &= ~((age < 0.25) & draw.chance(0.5, n))
    formal = (school.student == 0) & (age >= 18) & (age < 60)
    employee = insured & formal & draw.chance(tilted(0.075, hard, -0.5), n)
    resident = insured & ~employee
    adult = (age >= 16) & (school.student == 0)
    employee_pension = adult & (employee | ((age >= 60) & draw.chance(tilted(0.035, hard, -0.6), n)))
    joined = draw.chance(0.88, n) | (age >= 60)
    receives = (age >= 60) & (employee_pension | draw.chance(1 - tilted(0.070, hard, 1.0), n))
    poor = ex_poor[people.household]
    return Cover(
        resident=resident,
        employee=employee,
        catastrophic=insured & (poor | draw.chance(0.97, n)),
        commercial=draw.chance(tilted(0.09, hard, -0.3), n),
        resident_pension=adult & ~employee_pension & joined & ((age < 60) | receives),
        employee_pension=employee_pension,
        receives_pension=receives,
    )
