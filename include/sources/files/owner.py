"""Whose a file is: what it says of its district and schools, against what is known of ours.

What files said is remembered as digests: a file whose columns are shifted may say a child's name.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from include.errors import ConfigError, WrongDistrictError
from include.sources.files.columns import ColumnMap
from include.sources.files.headers import canonical
from include.sources.files.layouts import Layout

# A district has a few numbers and names; a column with more values says something else.
_MOST_VALUES = 2000

Said = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Ours:
    """Values of a layout's owner columns that are this district's.

    `named` stand in the district's file; `learned` were said by the files loaded before. Without
    either, the first file says who we are. `is_released`: an operator vouches for this file.
    """

    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # digests, as `OwnerCheck.said` gives them
    learned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    is_released: bool = False


def ours(
    layout: Layout, named: Said, learned: Iterable[Said] = (), *, is_released: bool = False
) -> Ours:
    """What is ours by column; raises ConfigError for a column that says nothing of the owner."""
    given = {canonical(column): values for column, values in named.items()}
    known = [*layout.owner.district, *layout.owner.school]
    if unknown := sorted(set(given) - set(known)):
        raise ConfigError(
            f"`owner` of the source with layout {layout.source}",
            seen=f"columns {', '.join(unknown)}",
            expected=f"some of {', '.join(known) or 'none: the layout names no such column'}",
            next_step="Correct the district file; the layout's `owner` lists the columns.",
        )
    said: dict[str, set[str]] = {}
    for loaded in learned:
        for column, values in loaded.items():
            said.setdefault(column, set()).update(values)
    return Ours(
        named={column: frozenset(map(_plain, values)) for column, values in given.items()},
        learned={column: frozenset(values) for column, values in said.items()},
        is_released=is_released,
    )


class OwnerCheck:
    """Counts what the rows of one file say, and decides when all were seen."""

    def __init__(self, layout: Layout, columns: ColumnMap, known: Ours) -> None:
        at = columns.position
        self._district = [column for column in layout.owner.district if column in at]
        self._school = [column for column in layout.owner.school if column in at]
        self._columns = [*self._district, *self._school]
        places = [at[column] for column in self._columns]
        # a place twice, so that one alone gives a tuple as well
        self._get = itemgetter(*places, places[0]) if places else None
        self._ours = known
        self._rows: Counter[tuple[str, ...]] = Counter()
        self._foreign: dict[tuple[str, ...], bool] = {}

    def cells(self, row: Sequence[str]) -> tuple[str, ...]:
        """What a row says of its owner."""
        return self._get(row) if self._get else ()

    def count(self, cells: Iterable[tuple[str, ...]]) -> None:
        """Count rows by what they say of their owner."""
        self._rows.update(cells)

    @property
    def is_named(self) -> bool:
        """Whether the district's file says which rows are ours."""
        return bool(self._ours.named)

    def is_foreign(self, cells: tuple[str, ...]) -> bool:
        """Whether a row with these cells is of another district than the district's file names."""
        if not self._ours.named:
            return False
        found = self._foreign.get(cells)
        if found is None:
            found = self._foreign[cells] = self._is_named_otherwise(cells)
        return found

    def _is_named_otherwise(self, cells: tuple[str, ...]) -> bool:
        said = {c: v for c, cell in zip(self._columns, cells, strict=False) if (v := _plain(cell))}
        return any(said[c] not in self._ours.named[c] for c in said if c in self._ours.named)

    def said(self) -> dict[str, list[str]]:
        """The digests to remember as ours, by column: all of a first or released file's.

        Of a later one nothing new but schools: a few rows of another district teach nothing.
        """
        counts = self._counts()
        is_first = self._ours.is_released or not self._ours.learned
        return {
            column: sorted(map(digest_of, values))
            for column, values in counts.items()
            if (is_first or column in self._school or column not in self._ours.learned)
            and 0 < len(values) <= _MOST_VALUES
        }

    def check(self, where: str) -> None:
        """Raise WrongDistrictError for a file with more rows of another district than of ours."""
        counts = {column: found for column, found in self._counts().items() if found}
        named = [column for column in counts if self._ours.named.get(column)]
        for column in named:
            self._compare(where, column, counts[column], self._ours.named[column])
        if named or self._ours.is_released:
            return
        # the surest of those that the files before had filled
        decides = next((column for column in counts if self._ours.learned.get(column)), None)
        if decides is None:
            return
        digests = self._ours.learned[decides]
        known = frozenset(value for value in counts[decides] if digest_of(value) in digests)
        # a new year begins with a few schools: a file with one that we know is ours
        if decides in self._district or not known:
            self._compare(where, decides, counts[decides], known)

    def _compare(self, where: str, column: str, found: Counter[str], known: frozenset[str]) -> None:
        wrong = sum(rows for value, rows in found.items() if value not in known)
        if 2 * wrong > found.total():
            raise _of_another(where, column, wrong, found.total())

    def _counts(self) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = {column: Counter() for column in self._columns}
        for cells, rows in self._rows.items():
            for column, cell in zip(self._columns, cells, strict=False):
                if value := _plain(cell):
                    counts[column][value] += rows
        return counts


def _of_another(where: str, column: str, wrong: int, rows: int) -> WrongDistrictError:
    # the values stay out of it: in a shifted file they might be anything
    return WrongDistrictError(
        where,
        seen=f"{wrong} of {rows} rows name another owner in {column}",
        expected="rows of this district, as its file or the exports before name it",
        next_step="Nothing was loaded. Were two deliveries swapped? Ask the vendor. If it is ours, "
        f"name the value under `owner: {{{column}: […]}}` of the source in the district file, or "
        "run once with release_parked.",
    )


def digest_of(text: str) -> str:
    """What is remembered of a value of an owner column; case and spaces do not count."""
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:32]


def _plain(text: str) -> str:
    """A value without regard to case and spaces."""
    return " ".join(text.split()).casefold()
