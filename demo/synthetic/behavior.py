"""Incidents and what followed them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.synthetic.people import Ints, People
from demo.synthetic.school_year import timeline
from demo.synthetic.settings import INCIDENTS_BY_GRADE, QUARTERS
from demo.synthetic.traits import Traits

INCIDENTS_OF_GRADE = np.array(INCIDENTS_BY_GRADE)
# What an incident leads to; a suspension out of school keeps the student away.
ACTIONS = ("In School Suspension", "Out of School Suspension", "Detention", "")
OUT_OF_SCHOOL = 1


@dataclass(frozen=True, slots=True)
class Incidents:
    """One entry per incident, in order of student and day."""

    student: Ints
    day: Ints  # an index of the timeline
    action: Ints  # an index of ACTIONS
    length: Ints  # days of the action


def incidents(
    people: People, traits: Traits, at_school: NDArray[np.int8], dice: np.random.Generator
) -> Incidents:
    """Draw the incidents of all quarters, more for the restless and the disengaged."""
    time = timeline()
    student, day = [], []
    for quarter in range(QUARTERS):
        days = np.flatnonzero(time.quarter == quarter)
        grade = np.clip(people.grade[:, quarter // 4], 0, 12)
        rate = INCIDENTS_OF_GRADE[grade] + 0.95 * traits.behavior
        rate = np.exp(rate - 0.25 * traits.recorded[:, quarter])
        who = np.repeat(np.arange(people.count), dice.poisson(rate))
        when = days[dice.integers(0, len(days), len(who))]
        student.append(who)
        day.append(when)
    who, when = np.concatenate(student), np.concatenate(day)
    here = at_school[who, when] >= 0
    order = np.lexsort((when[here], who[here]))
    who, when = who[here][order], when[here][order]
    action = dice.choice(len(ACTIONS), len(who), p=[0.12, 0.17, 0.46, 0.25])
    return Incidents(who, when, action, dice.integers(1, 4, len(who)))


def keep_away(found: Incidents, absent: NDArray[np.uint8], at_school: NDArray[np.int8]) -> None:
    """Mark the days of suspensions out of school as absences, from the day after."""
    last = absent.shape[1]
    for who, day, length in zip(
        *(values[found.action == OUT_OF_SCHOOL] for values in (found.student, found.day,
                                                                found.length)), strict=True
    ):  # fmt: skip
        away = np.arange(day + 1, min(day + 1 + length, last))
        away = away[at_school[who, away] >= 0]
        absent[who, away] = 1
