"""Marks of every course and quarter."""

from __future__ import annotations

import numpy as np

from demo.synthetic.people import Ints, People
from demo.synthetic.settings import (
    MARK_BY_GRADE,
    MARK_NOISE_BY_GRADE,
    MARK_SLOPE_BY_GRADE,
    PROCESS,
    QUARTERS,
    YEARS,
)
from demo.synthetic.traits import Floats, Traits

SLOTS = 6
PASSING = 60
QUARTER_NOISE = 3.0
OF_GRADE = np.array(MARK_BY_GRADE, float)
SLOPE_OF_GRADE = np.array(MARK_SLOPE_BY_GRADE, float)
NOISE_OF_GRADE = np.array(MARK_NOISE_BY_GRADE, float)


def course_count(grade: Ints) -> Ints:
    """Courses that give letters: none up to grade 2, five up to grade 5, then six."""
    return np.where(grade < 3, 0, np.where(grade < 6, 5, SLOTS))


def expected(grade: Ints, ability: Floats, engagement: Floats) -> Floats:
    """The mark that a student's state leads to, before the course's own ease."""
    p = PROCESS
    place = np.clip(grade, 0, 12)
    slope = p.mark_engagement * SLOPE_OF_GRADE[place]
    return p.mark + OF_GRADE[place] + p.mark_ability * ability + slope * engagement


def course_effects(count: int, dice: np.random.Generator) -> Floats:
    """By student, year and course: how well it suits; the same in all quarters of a year."""
    return dice.normal(0, PROCESS.mark_course, (count, len(YEARS), SLOTS))


def marks(people: People, traits: Traits, suits: Floats, dice: np.random.Generator) -> Ints:
    """By student, quarter and course: a whole number up to 100; -1 where the grade has none."""
    found = np.full((people.count, QUARTERS, SLOTS), -1)
    for quarter in range(QUARTERS):
        grade = people.grade[:, quarter // 4]
        mean = expected(grade, traits.ability, traits.recorded[:, quarter])
        mean = mean + dice.normal(0, QUARTER_NOISE, people.count)
        noise = dice.standard_normal((people.count, SLOTS))
        noise *= NOISE_OF_GRADE[np.clip(grade, 0, 12)][:, None]
        mark = mean[:, None] + suits[:, quarter // 4] + noise
        has = np.arange(SLOTS) < course_count(grade)[:, None]
        has &= ((grade >= 0) & (grade <= 12))[:, None]
        found[:, quarter] = np.where(has, np.clip(np.rint(mark), 35, 100), -1)
    return found


def letter(mark: int) -> str:
    return "A" if mark >= 90 else "B" if mark >= 80 else "C" if mark >= 70 else (
        "D" if mark >= PASSING else "F"
    )  # fmt: skip
