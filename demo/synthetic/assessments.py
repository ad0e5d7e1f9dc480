"""Tests: true skill by year, three windows a year, scores that are missing more for the absent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.synthetic.normal import percentile as to_percentile
from demo.synthetic.people import Ints, People
from demo.synthetic.school_year import timeline
from demo.synthetic.settings import PROCESS, STAR_SCHOOL, SUBJECTS, TERMS, YEARS
from demo.synthetic.traits import Floats, Traits

# First day of a window and its length, counted in days of the school year.
WINDOWS = ((14, 14), (71, 10), (152, 12))
TESTED_GRADES = range(1, 11)
STATE_GRADES = (3, 4, 5, 6, 7, 8, 11)


@dataclass(frozen=True, slots=True)
class Tests:
    """By student, year, term and subject: when, and what came out."""

    day: Ints  # an index of the timeline; -1: not tested
    z: Floats  # in standard deviations of the norm group
    percentile: Ints
    growth: Ints  # of the spring test since fall; 0: none
    is_star: NDArray[np.bool_]  # reading with Star instead of MAP
    state: Floats  # by student, year and subject: the state test; nan: not tested


def tests(
    people: People, traits: Traits, at_school: NDArray[np.int8], dice: np.random.Generator
) -> Tests:
    """Draw skills, then scores with their error, then who was not there."""
    time, p = timeline(), PROCESS
    years, terms, subjects = len(YEARS), len(TERMS), len(SUBJECTS)
    own = dice.standard_normal((people.count, subjects))
    skill = 0.93 * traits.ability[:, None] + np.sqrt(1 - 0.93**2) * own
    true = np.empty((people.count, years, terms, subjects))
    for year in range(years):
        if year:
            skill = 0.97 * skill + dice.normal(0, 0.22, skill.shape)
        gain = dice.normal(0, 0.15, skill.shape)
        for term in range(terms):
            true[:, year, term] = skill + gain * term / 2
    z = p.test_shift + p.test_true * true
    z = z + p.test_error * dice.standard_normal(true.shape)
    percentile = to_percentile(z)

    day = np.full(true.shape, -1)
    for year in range(years):
        grade = people.grade[:, year]
        may = (grade >= TESTED_GRADES[0]) & (grade <= TESTED_GRADES[-1])
        for term, (start, length) in enumerate(WINDOWS):
            quarter = 4 * year + (0, 1, 3)[term]
            # missing not at random: the disengaged and the weak are tested less often
            odds = -3.0 - 0.7 * traits.recorded[:, quarter] - 0.3 * traits.ability
            missed = dice.random((people.count, subjects)) < (1 / (1 + np.exp(-odds)))[:, None]
            place = dice.integers(0, length, (people.count, subjects))
            when = time.first_of_year(year) + start + place
            here = np.take_along_axis(at_school, when, axis=1) >= 0
            day[:, year, term] = np.where(may[:, None] & here & ~missed, when, -1)
    fall, spring = z[:, :, 0] - p.test_shift, z[:, :, 2] - p.test_shift
    growth = to_percentile((spring - 0.84 * fall) / 0.55)
    both = (day[:, :, 0] >= 0) & (day[:, :, 2] >= 0)
    is_star = np.zeros(true.shape, bool)
    reading = SUBJECTS.index("Reading")
    # this year's school decides; who moves in the year stays with the first test
    is_star[:, -1, :, reading] = (people.school[:, -1] == STAR_SCHOOL)[:, None]

    state = p.test_shift + p.test_true * true[:, :, 2] + dice.normal(0, 0.35, skill[:, None].shape)
    grade = people.grade
    sits = np.isin(grade, STATE_GRADES) & (dice.random(grade.shape) > 0.04)
    for year in range(years):
        sits[:, year] &= at_school[:, time.last_of_year(year) - 15] >= 0
    state[~sits] = np.nan
    return Tests(day, z, percentile, np.where(both, growth, 0), is_star, state)


def rit(subject: int, grade: int, term: int, z: float) -> int:
    """A MAP-like score: a smooth curve over grades; not the vendor's norm table."""
    place = grade + (0.0, 0.35, 0.75)[term]
    base = (158, 155)[subject] + (84, 76)[subject] * (1 - np.exp(-place / (5.6, 4.4)[subject]))
    spread = (12.5 + 0.75 * grade, 16.0 + 0.15 * grade)[subject]
    # a district's shift is part of z already
    return int(np.clip(round(base + spread * z), 100, 350))


def scaled(grade: int, z: float) -> int:
    """A Star-like scaled score on its old scale, 0 to 1400."""
    return int(np.clip(round(90 + 105 * grade + 110 * z), 5, 1390))
