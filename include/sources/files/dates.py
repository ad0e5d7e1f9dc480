"""Dates and school years as vendors write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache

_DAY_ENDS = re.compile("[T ]")
_CLOCK = re.compile(
    r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?(?: ?([AP])M)?(?:Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_SCHOOL_YEAR = re.compile(r"(?<!\d)(\d{4})\s*[-/–]\s*(\d{4}|\d{2})(?!\d)")
_CACHE = 100_000
_ROWS_AT_HAND = 64


def date_parser(formats: Sequence[str]) -> Callable[[str], date | None]:
    """A function from text to its date by the first format that fits; None where none does.

    The time of day and its zone mark are read and dropped, never converted: the vendors' local
    times carry a false `Z`.
    """

    days = tuple(dict.fromkeys(_DAY_ENDS.split(layout, maxsplit=1)[0] for layout in formats))
    with_time = any(_DAY_ENDS.search(layout) for layout in formats)

    # timestamps hardly repeat, their days do: so the day alone is parsed and remembered
    @lru_cache(maxsize=_CACHE)
    def day_of(text: str) -> date | None:
        for layout in days:
            try:
                return datetime.strptime(text, layout).date()  # noqa: DTZ007 - a local date
            except ValueError:
                continue
        return None

    # a row's date is asked for several times, one after the other
    @lru_cache(maxsize=_ROWS_AT_HAND)
    def parse(text: str) -> date | None:
        day, _, clock = text.strip().replace("T", " ", 1).partition(" ")
        if clock and not (with_time and _CLOCK.fullmatch(clock)):
            return None
        return day_of(day)

    return parse


def moment_parser(day_of: Callable[[str], date | None]) -> Callable[[str], str | None]:
    """A function from text to its day and time of day as one comparable text; None without a day.

    To the second: two exports of one test differ below it. Midnight says only the day. `day_of` is
    the parser that the row's date is read by as well, which remembers it.
    """

    def parse(text: str) -> str | None:
        day = day_of(text)
        if day is None:
            return None
        clock = _CLOCK.fullmatch(text.strip().replace("T", " ", 1).partition(" ")[2])
        time_of_day = _second_of_day(clock) if clock else "00:00:00"
        return day.isoformat() + ("" if time_of_day == "00:00:00" else f"T{time_of_day}")

    return parse


def _second_of_day(clock: re.Match[str]) -> str:
    hour, minute, second, half = clock.groups()
    number = int(hour)
    if half and number <= 12:
        number = number % 12 + (12 if half in "pP" else 0)
    return f"{number:02}:{minute}:{second or '00'}"


def time_parser(formats: Sequence[str]) -> Callable[[str], time | None]:
    """Like date_parser, for times of day."""

    @lru_cache(maxsize=_CACHE)
    def parse(text: str) -> time | None:
        for layout in formats:
            try:
                return datetime.strptime(text.strip(), layout).time()  # noqa: DTZ007
            except ValueError:
                continue
        return None

    return parse


@lru_cache(maxsize=4096)
def school_year_in(text: str) -> int | None:
    """The spring year that a text names: 2024 for `2023-2024`, `2023-24`, `Fall 2023-2024`."""
    found = _SCHOOL_YEAR.search(text)
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    last = second if second > 99 else first // 100 * 100 + second
    if last < first:  # 1999-00
        last += 100
    return last if last == first + 1 else None


@lru_cache(maxsize=4096)
def term_in(text: str) -> str:
    """A year or term in one spelling: `Fall 2026-2027` for `FALL  2026-27`."""
    plain = " ".join(text.split()).title()
    year = school_year_in(plain)
    return plain if year is None else _SCHOOL_YEAR.sub(f"{year - 1}-{year}", plain, count=1)


def school_year_of(day: date, starts_in: int) -> int:
    """The spring year of the school year that a day is in."""
    return day.year + 1 if day.month >= starts_in else day.year
