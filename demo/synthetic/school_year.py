"""The district's calendar: instructional days, closed days and four grading periods a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from demo.synthetic.settings import YEARS

PERIODS = ("Quarter 1", "Quarter 2", "Quarter 3", "Quarter 4")
PERIOD_CODES = (
    "First Nine Weeks", "Second Nine Weeks", "Third Nine Weeks", "Fourth Nine Weeks",
)  # fmt: skip
MONDAY, WEDNESDAY, THURSDAY, FRIDAY = 0, 2, 3, 4


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """One school year, named by the year in which it ends."""

    spring: int
    days: tuple[date, ...]
    closed: tuple[tuple[date, str], ...]
    periods: tuple[tuple[date, date], ...]

    @property
    def label(self) -> str:
        return f"{self.spring - 1}-{self.spring}"


def nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th weekday of a month, from 1."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


@cache
def school_year(spring: int) -> SchoolYear:
    """About 175 days from the third Wednesday of August to the last days of May."""
    fall = spring - 1
    begin, end = nth(fall, 8, WEDNESDAY, 3), nth(spring, 5, THURSDAY, 4)
    closed: dict[date, str] = {
        nth(fall, 9, MONDAY, 1): "Holiday",
        nth(fall, 10, MONDAY, 2): "Teacher only day",
        date(fall, 11, 11): "Holiday",
        nth(spring, 1, MONDAY, 3): "Holiday",
        nth(spring, 2, WEDNESDAY, 1): "Weather day",
        nth(spring, 2, MONDAY, 3): "Holiday",
    }
    thanks = nth(fall, 11, THURSDAY, 4)
    spring_break = nth(spring, 3, MONDAY, 4)
    back = date(spring, 1, 2)
    back += timedelta(days=-back.weekday() % 7)
    spans = [
        (thanks - timedelta(days=1), 3),
        (back - timedelta(days=14), 14),
        (spring_break, 5),
    ]
    for start, length in spans:
        for offset in range(length):
            closed[start + timedelta(days=offset)] = "Holiday"
    every = (begin + timedelta(days=i) for i in range((end - begin).days + 1))
    weekdays = [day for day in every if day.weekday() < 5]
    days = [day for day in weekdays if day not in closed]
    last = [
        begin + timedelta(days=65),
        nth(spring, 1, FRIDAY, 3),
        spring_break - timedelta(days=3),
        end,
    ]
    periods, start = [], begin
    for stop in last:
        inside = [day for day in days if start <= day <= stop]
        periods.append((inside[0], inside[-1]))
        start = inside[-1] + timedelta(days=1)
    kept = tuple((day, why) for day, why in sorted(closed.items()) if day in weekdays)
    return SchoolYear(spring, tuple(days), kept, tuple(periods))


@dataclass(frozen=True, slots=True)
class Timeline:
    """All instructional days of all years in one row, as numbers."""

    ordinal: NDArray[np.int64]
    year: NDArray[np.int64]  # 0, 1, 2
    quarter: NDArray[np.int64]  # 0 to 11
    weekday: NDArray[np.int64]
    eve_of_break: NDArray[np.bool_]

    years: tuple[tuple[int, int], ...]  # first and last index of each
    quarters: tuple[tuple[int, int], ...]

    def first_of_year(self, year: int) -> int:
        return self.years[year][0]

    def last_of_year(self, year: int) -> int:
        return self.years[year][1]

    def last_of_quarter(self, quarter: int) -> int:
        return self.quarters[quarter][1]

    def first_of_quarter(self, quarter: int) -> int:
        return self.quarters[quarter][0]


@cache
def timeline() -> Timeline:
    ordinal, year, quarter = [], [], []
    for index, spring in enumerate(YEARS):
        found = school_year(spring)
        for day in found.days:
            ordinal.append(day.toordinal())
            year.append(index)
            inside = [n for n, (_, end) in enumerate(found.periods) if day <= end]
            quarter.append(4 * index + inside[0])
    numbers = np.array(ordinal)
    gap = np.diff(numbers, append=numbers[-1] + 9)
    of_day = np.array(year), np.array(quarter)
    eve = (gap > 3) & (gap < 60)
    return Timeline(numbers, *of_day, (numbers - 1) % 7, eve, _spans(year), _spans(quarter))


def _spans(labels: list[int]) -> tuple[tuple[int, int], ...]:
    """First and last index of each label, from 0."""
    last = {label: index for index, label in enumerate(labels)}
    return tuple((labels.index(label), last[label]) for label in sorted(last))
