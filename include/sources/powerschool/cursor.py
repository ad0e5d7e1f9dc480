"""Where a read of a table ended: the last moment that it saw, and the day of the last whole read.

As text `2026-11-20 16:30:00 whole 2026-11-14`; nobody but this source reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

_MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Cursor:
    """`moment` is None where no row of the table was ever stamped."""

    moment: datetime | None
    read_whole_on: date

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read a cursor that `str` wrote."""
        moment, _, day = text.partition("whole")
        at = datetime.fromisoformat(moment.strip()) if moment.strip() else None
        return cls(at, date.fromisoformat(day.strip()))

    def __str__(self) -> str:
        moment = f"{self.moment.strftime(_MOMENT)} " if self.moment else ""
        return f"{moment}whole {self.read_whole_on}"

    def begins(self, overlap: timedelta) -> str | None:
        """From when on to read what changed; None: there is no moment to go by."""
        return None if self.moment is None else (self.moment - overlap).strftime(_MOMENT)

    def is_due(self, today: date, every: timedelta) -> bool:
        """Whether it is time for a whole read; a day before the last one needs none."""
        return today >= self.read_whole_on + every

    def saw(self, text: str, *, today: date) -> Cursor:
        """The cursor after a row of that moment.

        A moment that has not come (a wrong clock, a typing error) would hide all later changes.
        """
        moment = datetime.fromisoformat(text)
        if moment.date() > today + timedelta(days=1):
            return self
        if self.moment is not None and moment <= self.moment:
            return self
        return replace(self, moment=moment)


def goes_back(stored: str, received: str) -> bool:
    """Whether the second cursor ends before the first."""
    before, after = Cursor.parse(stored).moment, Cursor.parse(received).moment
    return before is not None and (after is None or after < before)
