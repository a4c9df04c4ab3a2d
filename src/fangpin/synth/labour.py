"""Labour: who can work, who works for wages, who farms, who was trained.

Reads   people, traits, hardship
Gives   labour(): ability, kind of work, land; work months and pay follow from the income (income)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangpin.synth.draw import Draw, Flags, Floats, Small, position, tilted
from fangpin.synth.people import MISSING, PRISON, Homes, People
from fangpin.synth.traits import Health, Schooling, position_by_age

ORDINARY, SKILLED, WEAK, LOST, NONE = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Labour:
    """Labour of every member. ``skill`` is a code of `labour_skill`; ``pull`` is how much a worker earns by nature.

    ``wages`` and ``farms`` say who works for wages and who on the land (nobody does both as a main occupation);
    ``public_job`` is a code of `public_job`, 0 for none; ``training`` a code of `training_kind`, 0 for none.
    """

    skill: Small
    able: Flags
    wages: Flags
    farms: Flags
    pull: Floats
    public_job: Small
    trained: Flags
    training: Small
    land: Floats


def labour(
    draw: Draw, homes: Homes, people: People, health: Health, school: Schooling, ex_poor: Flags, village_land: Floats
) -> Labour:
    """Ability and work of every member, and the farmland of every household (mu)."""
    n = people.n
    adult = (people.age >= 16) & (school.student == 0)
    skill = _skills(draw, homes, people, health, adult, school.level)
    present = people.belongs & ~np.isin(people.state, (MISSING, PRISON))
    able = adult & present & (skill <= WEAK) & (people.age < 78)
    by_age = position_by_age(people.age, (60, 65, 70))
    rate = np.array([0.94, 0.78, 0.60, 0.35], np.float32)[by_age] * np.where(skill == WEAK, 0.6, 1).astype(np.float32)
    works = able & draw.chance(rate, n)
    public_job = _public_jobs(draw, homes, people, works, skill, ex_poor)
    wages = works & (public_job == 0) & draw.chance(_wage_rate(people, skill), n)
    trained = adult & draw.chance(_training_rate(homes, people, wages, ex_poor), n)
    kind = draw.pick((0.38, 0.34, 0.07, 0.05, 0.05, 0.03, 0.08), n) + np.int8(1)
    pull = np.exp(0.35 * draw.normal(n)) * np.array([0, 1.0, 1.5, 0.5, 0, 0], np.float32)[skill]
    land = village_land[homes.village] * (0.6 + 1.1 * people.count(people.belongs)) * np.exp(0.5 * draw.normal(homes.n))
    return Labour(
        skill=skill,
        able=able,
        wages=wages,
        farms=works & ~wages,
        pull=pull.astype(np.float32),
        public_job=public_job,
        trained=trained,
        training=np.where(trained, kind, np.int8(0)),
        land=np.rint(land * 10).astype(np.float32) / 10,
    )


def _skills(draw: Draw, homes: Homes, people: People, health: Health, adult: Flags, level: Small) -> Small:
    """A code of `labour_skill`: by age first, then by illness and disability."""
    n, age, u = people.n, people.age, draw.unit(people.n)
    hard = homes.hardship[people.household]
    skilled = draw.chance(tilted(np.where(level >= 4, 0.30, 0.11).astype(np.float32), hard, -0.25), n)
    skill = np.where(skilled, SKILLED, ORDINARY).astype(np.int8)
    ailing = health.chronic | health.major | health.disabled
    skill[ailing & (u < 0.30)] = WEAK
    sixty, seventy = (age >= 60) & (age < 70), age >= 70
    skill[sixty] = position(u, (0.40, 0.03, 0.44, 0.02, 0.11))[sixty] + np.int8(1)
    skill[seventy] = position(u, (0.06, 0.0, 0.26, 0.08, 0.60))[seventy] + np.int8(1)
    lost = (age < 70) & ((health.severe & (u > 0.35)) | (health.major & (u > 0.45)) | (health.chronic & (u > 0.80)))
    skill[lost] = LOST
    skill[(age < 70) & (health.disability_class >= 5) & health.severe & (u < 0.25)] = NONE
    skill[health.bedridden] = np.where(age < 70, LOST, NONE)[health.bedridden]
    skill[~adult] = NONE
    return skill


def _public_jobs(draw: Draw, homes: Homes, people: People, works: Flags, skill: Small, ex_poor: Flags) -> Small:
    """Public-welfare jobs: mostly for one worker of an ex-poor household who does not leave home."""
    rate = np.where(ex_poor, 0.13, 0.006).astype(np.float32)[people.household]
    rate *= np.where(skill == WEAK, 1.6, 0.8).astype(np.float32)
    eligible = works & (people.age < 68)
    kind = np.array([1, 2, 3, 4, 5, 6, 9], np.int8)[draw.pick((0.25, 0.12, 0.35, 0.08, 0.08, 0.07, 0.05), people.n)]
    return np.where(eligible & draw.chance(rate, people.n), kind, np.int8(0))


def _wage_rate(people: People, skill: Small) -> Floats:
    by_age = position_by_age(people.age, (45, 60, 65))
    men = np.array([0.78, 0.52, 0.22, 0.08], np.float32)[by_age]
    women = np.array([0.58, 0.34, 0.09, 0.03], np.float32)[by_age]
    rate = np.where(people.female, women, men)
    return np.where(skill == WEAK, rate * 0.35, np.where(skill == SKILLED, np.minimum(0.9, rate * 1.25), rate))


def _training_rate(homes: Homes, people: People, wages: Flags, ex_poor: Flags) -> Floats:
    base = np.where(wages, 0.33, 0.26) * np.where(people.age >= 60, 0.75, 1) + 0.08 * ex_poor[people.household]
    return tilted(base.astype(np.float32), homes.hardship[people.household], -0.5)
