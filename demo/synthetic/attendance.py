"""Absences, day by day: weekdays, flu weeks, eves of breaks, and spells of several days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.synthetic.people import People
from demo.synthetic.school_year import Timeline, timeline
from demo.synthetic.settings import ABSENCE_BY_GRADE, PROCESS, QUARTERS, YEARS
from demo.synthetic.traits import Floats, Traits

FULL, HALF = 1, 2
ABSENCE_OF_GRADE = np.array(ABSENCE_BY_GRADE)
SEASON = np.array([-0.12, 0.05, 0.12, 0.05])


@dataclass(frozen=True, slots=True)
class Attendance:
    """By student and day of the timeline: 0 present or not enrolled, 1 absent, 2 half a day."""

    absent: NDArray[np.uint8]
    is_excused: NDArray[np.bool_]
    is_tardy: NDArray[np.bool_]


def day_effect(time: Timeline) -> Floats:
    """What a day adds to everybody's log-odds. Flu comes in the weeks around the first of February
    or in December, the same for all schools."""
    effect: Floats = np.array([0.15, -0.05, -0.10, 0.0, 0.20])[time.weekday]
    effect = effect + 0.35 * time.eve_of_break
    for year in range(len(YEARS)):
        start = time.first_of_year(year)
        peak = start + (98, 76, 92)[year]
        days = np.arange(len(time.ordinal))
        effect = effect + 0.45 * np.exp(-(((days - peak) / 6.0) ** 2) / 2)
    return effect


def quarter_level(grade: NDArray[np.int64], engagement: Floats, quarter: int) -> Floats:
    """Log-odds of an absence on an ordinary day, without the quarter's own noise."""
    p = PROCESS
    of_grade: Floats = ABSENCE_OF_GRADE[np.clip(grade, 0, 12)]
    level: Floats = p.absence + of_grade - p.absence_engagement * engagement + SEASON[quarter % 4]
    return level


def spread(
    level: Floats, days: NDArray[np.int64], dice: np.random.Generator, effect: Floats
) -> NDArray[np.bool_]:
    """By row and day: absent or not. Who was absent yesterday is more likely to be today."""
    found = np.empty((len(level), len(days)), bool)
    before = np.zeros(len(level), bool)
    for place, day in enumerate(days):
        chance = 1 / (1 + np.exp(-(level + effect[day])))
        chance = np.where(before, chance + PROCESS.absence_spell * (1 - chance), chance)
        before = dice.random(len(level), dtype=np.float32) < chance
        found[:, place] = before
    return found


def attendance(
    people: People, traits: Traits, at_school: NDArray[np.int8], dice: np.random.Generator
) -> Attendance:
    """Draw every day of every enrolled student."""
    time = timeline()
    effect = day_effect(time)
    absent = np.zeros(at_school.shape, np.uint8)
    for quarter in range(QUARTERS):
        days = np.flatnonzero(time.quarter == quarter)
        level = quarter_level(people.grade[:, quarter // 4], traits.recorded[:, quarter], quarter)
        level = level + dice.normal(0, PROCESS.absence_noise, people.count)
        absent[:, days] = spread(level, days, dice, effect)
    half = dice.random(absent.shape, dtype=np.float32) < 0.06
    absent[half & (absent == FULL)] = HALF
    absent[at_school < 0] = 0
    # the less engaged, the fewer absences are excused
    willing = 1 / (1 + np.exp(-(0.6 + 0.8 * traits.stable)))
    is_excused = dice.random(absent.shape, dtype=np.float32) < willing[:, None]
    late = 0.010 + 0.012 * (traits.stable < -0.5) + 0.008 * (people.cohort >= 8)
    is_tardy = dice.random(absent.shape, dtype=np.float32) < late[:, None]
    is_tardy &= (absent == 0) & (at_school >= 0)
    return Attendance(absent, is_excused, is_tardy)


def days_absent(absent: NDArray[np.uint8]) -> Floats:
    """Absent days as the product counts them: half a day is half."""
    days: Floats = (absent == FULL) + 0.5 * (absent == HALF)
    return days
