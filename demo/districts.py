"""The districts that the demo can show: where each begins, and how its days go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from demo import grand_bend, maple_valley
from demo.runtime import Runtime
from demo.sources import Input


@dataclass(frozen=True, slots=True)
class DemoDistrict:
    """A district whose source systems the demo simulates."""

    opening: date
    prepare: Callable[[Runtime], Input]
    # The next school day that can be played; None: its records end with the opening day.
    next_day: Callable[[Runtime], date | None]
    # The day up to whose evening the source systems have moved.
    played_to: Callable[[Runtime], date]
    # Move the source systems on to the evening of a day.
    play_to: Callable[[Runtime, date], list[date]]
    # The last day that can be played.
    last_day: Callable[[Runtime], date]
    # The student systems that can tell of the district, by kind; the first does so at first.
    kinds: tuple[str, ...] = ("edfi",)
    # Make ready the system that the district can change to; returns its source's settings.
    prepare_next: Callable[[Runtime], dict[str, object]] | None = None
    # The true probabilities behind a generated district, for comparison only.
    truth: Callable[[Runtime], Path] | None = None


DEFAULT = maple_valley.CODE
ALL: dict[str, DemoDistrict] = {
    maple_valley.CODE: DemoDistrict(
        opening=maple_valley.OPENING,
        prepare=maple_valley.prepare,
        next_day=maple_valley.next_day,
        played_to=maple_valley.played_to,
        play_to=maple_valley.play_to,
        last_day=maple_valley.last_day,
        kinds=("edfi", "powerschool"),
        prepare_next=maple_valley.prepare_powerschool,
        truth=maple_valley.truth,
    ),
    grand_bend.CODE: DemoDistrict(
        opening=grand_bend.OPENING,
        prepare=grand_bend.prepare,
        next_day=lambda _: None,
        played_to=lambda _: grand_bend.OPENING,
        play_to=lambda _, __: [],
        last_day=lambda _: grand_bend.OPENING,
    ),
}


def newest_day(runtime: Runtime) -> date:
    """The last day that any of the districts can be played to."""
    return max(simulated.last_day(runtime) for simulated in ALL.values())
