"""The school years of which a file's rows are, and how many are of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from include.sources.files import dates


@dataclass(slots=True)
class Years:
    """Which school years a file's rows are of."""

    accepted: frozenset[int]
    starts_in: int
    right: int = 0
    wrong: dict[int, int] = field(default_factory=dict)
    is_past: bool = True  # every wrong row is of a year gone by, as its test's date says too

    def add_wrong(self, year: int, day: date | None) -> None:
        """Count a row of a year that is not accepted; `day` is its test's."""
        self.wrong[year] = self.wrong.get(year, 0) + 1
        oldest = min(self.accepted)
        is_recent = day is not None and dates.school_year_of(day, self.starts_in) >= oldest
        self.is_past = self.is_past and year < oldest and not is_recent
