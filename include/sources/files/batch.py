"""Records of many rows at once, column by column, where nothing is to be said of any of them.

Most rows of an export are good. What is asked of each value is asked of a column here, often of its
distinct values alone; a batch with a row of which something is to be said is left to RowBuilder,
row by row. Both must say the same of good rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from include.sources.files import dates
from include.sources.files.fields import Domain
from include.sources.files.keys import Part

# values of a domain that are remembered as good
REMEMBERED = 50_000

Rows = Sequence[list[str]]
ParseDay = Callable[[str], date | None]


class Batch(NamedTuple):
    """Keys, cells and scopes of good rows."""

    keys: list[str]
    cells: list[tuple[str, ...]]
    scopes: list[str | None]


@dataclass(frozen=True, slots=True)
class BatchBuilder:
    """What RowBuilder knows of a file, for whole columns; places are those of the header."""

    key: list[Part]  # the first one; rows without it are looked at one by one
    constants: dict[str, str]
    date_cells: list[tuple[int, ParseDay]]
    test_date: list[tuple[int, ParseDay]]
    latest_day: date | None
    scope: Callable[[Sequence[str]], str] | None
    # the first column that says a school year
    year: tuple[int, ParseDay | None] | None
    accepted_years: frozenset[int]
    year_starts_in: int
    domains: list[tuple[int, str, Domain, set[str]]]
    # dates that records have as ISO, beside the test's; no place: the file lacks the column
    more_days: list[tuple[int | None, ParseDay]]
    added: list[str]  # the same for each row
    places: list[int]  # of a record's cells, among those of the row and what stands behind them

    def build(self, rows: Rows) -> Batch | None:
        """The records of rows of the right width; None where a row needs a closer look."""
        columns: list[Sequence[str]] = list(zip(*rows, strict=True))
        if not self._are_inside(columns) or not self._are_accepted(columns):
            return None
        keys = self._keys(columns, len(rows))
        days = self._days(columns, len(rows))
        if keys is None or days is None:
            return None
        scopes: list[str | None] = [None] * len(rows)
        if self.scope:
            scopes = list(map(self.scope, rows))
        if "" in scopes:
            return None
        columns += [[text] * len(rows) for text in self.added]
        columns.append(days)
        for place, parse in self.more_days:
            more = _isos(columns[place], parse) if place is not None else [""] * len(rows)
            if more is None:
                return None
            columns.append(more)
        columns.append([""] * len(rows))
        cells = list(zip(*[columns[place] for place in self.places], strict=True))
        return Batch(keys, cells, scopes)

    def _are_inside(self, columns: Sequence[Sequence[str]]) -> bool:
        """Whether all values are in their domains."""
        for place, _, domain, good in self.domains:
            column = columns[place]
            if good.issuperset(column):
                continue
            for value in set(column) - good:
                text = value.strip()
                if text and not domain.holds(text):
                    return False
                if len(good) < REMEMBERED:
                    good.add(value)
        return True

    def _are_accepted(self, columns: Sequence[Sequence[str]]) -> bool:
        """Whether all rows are of a school year that is accepted, as far as the file says one."""
        if self.year is None:
            return True
        place, parse = self.year
        return all(
            self._year_of(text, parse) in self.accepted_years for text in set(columns[place])
        )

    def _year_of(self, text: str, parse: ParseDay | None) -> int | None:
        if parse is None:
            return dates.school_year_in(text)
        day = parse(text)
        return dates.school_year_of(day, self.year_starts_in) if day else None

    def _keys(self, columns: Sequence[Sequence[str]], rows: int) -> list[str] | None:
        parts: list[Sequence[str]] = []
        for place, name, comparable, blank in self.key:
            if place is None:
                texts = [self.constants.get(name) or blank or ""] * rows
            else:
                texts = list(map(str.strip, columns[place]))
                if comparable:
                    texts = [text and (comparable(text) or text) for text in texts]
                if blank is not None:
                    texts = [text or blank for text in texts]
            if blank is None and not all(texts):
                return None
            joined = "".join(texts)
            # a part that holds what divides parts
            if "|" in joined or "\\" in joined:
                return None
            parts.append(texts)
        keys = list(map("|".join, zip(*parts, strict=True)))
        return keys if all(keys) else None

    def _days(self, columns: Sequence[Sequence[str]], rows: int) -> list[str] | None:
        """The test's day in each row, as ISO."""
        first = self.test_date[0][0] if self.test_date else None
        for place, parse in self.date_cells:
            # the test's own is looked at below
            if place != first and any(
                text.strip() and parse(text) is None for text in set(columns[place])
            ):
                return None
        if first is None:
            return [""] * rows
        parse = self.test_date[0][1]
        days = [parse(text) for text in columns[first]]
        if None in days:
            return None
        found = [day for day in days if day is not None]
        if self.latest_day and max(found) > self.latest_day:
            return None
        return [day.isoformat() for day in found]


def _isos(column: Sequence[str], parse: ParseDay) -> list[str] | None:
    """Days as ISO, blank where there is none; None where one cannot be read."""
    isos = []
    for text in column:
        day = parse(text) if text else None
        if day is None and text.strip():
            return None
        isos.append(day.isoformat() if day else "")
    return isos
