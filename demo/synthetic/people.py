"""Who goes to which school when: students of one block over three years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from demo.synthetic.school_year import timeline
from demo.synthetic.settings import ELEMENTARY, HIGH, MIDDLE, STRIDE, YEARS

Ints = NDArray[np.int64]
# The two cohorts after grade 12 left in 2025 and 2026.
COHORTS = 15


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of a block; arrays by student, or by student and year."""

    block: int
    cohort: Ints  # grade in the last year; 13 and 14 have graduated
    grade: Ints  # by year; negative or above 12: not at school
    first_day: Ints  # by year, an index of the timeline; -1: not enrolled that year
    last_day: Ints
    school: Ints  # by year: where the student begins the year
    next_school: Ints  # by year: where a move in the year leads; -1: no move
    move_day: Ints  # by year: the first day there
    born: Ints  # ordinal date
    is_female: NDArray[np.bool_]
    race: Ints
    is_english_learner: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return len(self.cohort)

    def number(self, index: int) -> int:
        return self.block * STRIDE + index + 1

    def student_id(self, index: int) -> str:
        return f"9{self.number(index):07d}"

    def names(self, index: int) -> tuple[str, str]:
        return f"Test-{self.number(index):04d}", "Sample"

    def birth_date(self, index: int) -> date:
        return date.fromordinal(int(self.born[index]))

    def school_on_days(self) -> NDArray[np.int8]:
        """By student and day of the timeline: the school's place in the block, -1: not enrolled."""
        time = timeline()
        day = np.arange(len(time.ordinal))
        found = np.full((self.count, len(day)), -1, np.int8)
        for year in range(len(YEARS)):
            inside = time.year == year
            days = day[inside]
            here = (self.first_day[:, year, None] <= days) & (days <= self.last_day[:, year, None])
            here &= self.first_day[:, year, None] >= 0
            moved = (self.next_school[:, year, None] >= 0) & (days >= self.move_day[:, year, None])
            place = np.where(moved, self.next_school[:, year, None], self.school[:, year, None])
            found[:, inside] = np.where(here, place, -1)
        return found


def people(block: int, students: int, dice: np.random.Generator) -> People:
    """Draw a block whose enrolment in every year is about the given number."""
    time = timeline()
    each = round(students / 13 * 1.09)
    cohort = np.repeat(np.arange(COHORTS), each)
    count = len(cohort)
    years = range(len(YEARS))
    grade = cohort[:, None] - (len(YEARS) - 1) + np.array(years)

    # when they come and go: about one in eight moves in or out in the middle of a year
    arrival = dice.choice(6, count, p=[0.84, 0.045, 0.015, 0.045, 0.01, 0.045])
    joined, came_late = arrival // 2, arrival % 2 == 1
    leaves = dice.random((count, 3)) < 0.035
    stays_away = dice.random((count, 3)) < 0.02
    first_day = np.full((count, 3), -1)
    last_day = np.full((count, 3), -1)
    gone = np.zeros(count, bool)
    for year in years:
        start, end = time.first_of_year(year), time.last_of_year(year)
        here = (grade[:, year] >= 0) & (grade[:, year] <= 12) & (joined <= year) & ~gone
        late = dice.integers(start + 8, end - 15, count)
        first = np.where(came_late & (joined == year), late, start)
        out = dice.integers(start + 8, end - 5, count)
        leaving = leaves[:, year] & (out > first + 10)
        first_day[here, year] = first[here]
        last_day[here, year] = np.where(leaving, out, end)[here]
        gone |= here & (leaving | stays_away[:, year])

    school = np.full((count, 3), HIGH)
    next_school = np.full((count, 3), -1)
    move_day = np.full((count, 3), -1)
    small = dice.integers(0, len(ELEMENTARY), count)
    middle = np.where(dice.random(count) < 0.5, MIDDLE[0], MIDDLE[1])
    for year in years:
        low, mid = grade[:, year] <= 5, (grade[:, year] >= 6) & (grade[:, year] <= 8)
        school[:, year] = np.where(low, small, np.where(mid, middle, HIGH))
        day = dice.integers(time.first_of_year(year) + 10, time.last_of_year(year) - 10, count)
        moves = (dice.random(count) < 0.045) & (low | mid)
        moves &= (day > first_day[:, year] + 5) & (day < last_day[:, year] - 5)
        elsewhere = np.where(
            low, (small + dice.integers(1, 3, count)) % 3, MIDDLE[0] + MIDDLE[1] - middle
        )
        next_school[moves, year] = elsewhere[moves]
        move_day[moves, year] = day[moves]
        small = np.where(moves & low, elsewhere, small)
        middle = np.where(moves & mid, elsewhere, middle)

    # five years old by 1 September of the kindergarten year
    kindergarten = YEARS[-1] - 1 - cohort
    september = np.array([date(y - 5, 9, 1).toordinal() for y in range(2000, 2040)])
    born = september[kindergarten - 2000] - dice.integers(1, 366, count)
    return People(
        block=block,
        cohort=cohort,
        grade=grade,
        first_day=first_day,
        last_day=last_day,
        school=school,
        next_school=next_school,
        move_day=move_day,
        born=born,
        is_female=dice.random(count) < 0.49,
        race=dice.choice(5, count, p=[0.50, 0.16, 0.09, 0.20, 0.05]),
        is_english_learner=dice.random(count) < 0.11,
    )
