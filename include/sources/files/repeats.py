"""Rows of one file that have the same key, found in bounded memory.

Eight bytes per row are kept while the file is read. Only rows whose key occurs twice are looked at
again. Where a layout says what tells two tests of one key apart, the tests are numbered. Rows of
one test that differ in columns of the class alone are one row: the first of them by its cells, so
that another order in the file changes nothing. Of what differs otherwise, the last acceptable row
wins.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from include.sources.files.columns import ColumnMap
from include.sources.files.known_lines import key_hash, repeated_in
from include.sources.files.layouts import FileLayout
from include.sources.files.numbers import read_number
from include.sources.files.rows import Record, RowBuilder

_Place = tuple[int, int, Decimal, str]
Numbered = Iterable[tuple[int, list[str]]]
_UNTOLD: _Place = (sys.maxsize, 0, Decimal(0), "")


@dataclass(slots=True)
class Repeats:
    """What to do with rows whose key occurs more than once, by row number."""

    number_of: dict[int, int] = field(default_factory=dict)  # occurrence 2, 3 … of a key
    replaced: dict[int, bool] = field(default_factory=dict)  # to be left out; True: they differed
    per_class: int = 0  # those among them that differed in columns of the class alone


class KeyHashes:
    """Collects one hash per row."""

    def __init__(self) -> None:
        self._hashes = array("Q")

    def add(self, key: str | None) -> None:
        if key is not None:
            self._hashes.append(key_hash(key))

    def add_all(self, keys: Iterable[str | None]) -> None:
        self._hashes.extend([key_hash(key) for key in keys if key is not None])

    def __len__(self) -> int:
        return len(self._hashes)

    def all(self) -> npt.NDArray[np.uint64]:
        return np.array(self._hashes, dtype=np.uint64)

    def repeated(self) -> frozenset[int]:
        """Those that occur more than once."""
        return frozenset(repeated_in(self.all()).tolist())


class _Test:
    """The rows of one test: the first of each content, and which content came last."""

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first: dict[int, tuple[str, int]] = {}  # of each content: class cells, row number
        self.last = 0

    def standing(self) -> int:
        """The number of the row that is loaded."""
        return self.first[self.last][1]


class Resolver:
    """Decides about the rows of one file whose key hash is repeated."""

    def __init__(self, file: FileLayout, columns: ColumnMap, builder: RowBuilder) -> None:
        at = columns.position
        self._builder = builder
        self._told_by = [at[c] for c in file.number_repeats_by if c in at]
        # in the layout's order: that of the file's columns may change
        kept_classes = (at[c] for c in file.class_columns if c in at)
        self._classes = [index for index in kept_classes if index in columns.kept]
        self._rest = sorted({*columns.kept, *columns.unknown} - set(self._classes))

    def resolve(self, rows: Numbered, repeated: frozenset[int]) -> Repeats:
        """Say which rows are left out and which are numbered; rejected rows take no part."""
        builder, groups, repeats = self._builder, dict[str, dict[_Place, _Test]](), Repeats()
        for number, row in rows:
            key = builder.key_of(row)
            if key is None or key_hash(key) not in repeated:
                continue
            if not isinstance(builder.build(row, ""), Record):
                continue
            tests = groups.setdefault(key, {})
            test = tests.setdefault(_place(row, self._told_by), _Test())
            self._add(test, number, row, repeats)
        for tests in groups.values():
            for test in tests.values():
                older = (n for content, (_, n) in test.first.items() if content != test.last)
                repeats.replaced.update(dict.fromkeys(older, True))
            # the first keeps the plain key
            for occurrence, place in enumerate(sorted(tests)[1:], start=2):
                repeats.number_of[tests[place].standing()] = occurrence
        return repeats

    def _add(self, test: _Test, number: int, row: list[str], repeats: Repeats) -> None:
        test.last = content = hash(tuple([row[index] for index in self._rest]))
        ours = ("\x1f".join([row[index] for index in self._classes]), number)
        theirs = test.first.get(content)
        if theirs is None:
            test.first[content] = ours
            return
        kept, left_out = (ours, theirs) if ours[0] < theirs[0] else (theirs, ours)
        test.first[content] = kept
        repeats.replaced[left_out[1]] = False
        repeats.per_class += kept[0] != left_out[0]


def _place(row: list[str], told_by: Sequence[int]) -> _Place:
    """Which of the tests of its key a row is, as something to sort by: place of column, value."""
    for place, index in enumerate(told_by):
        if text := row[index].strip():
            number = read_number(text)
            return (place, 0, number, "") if number is not None else (place, 1, Decimal(0), text)
    return _UNTOLD
