"""Rows of one file that have the same key, found in bounded memory.

A first pass keeps eight bytes per row. Only rows whose key occurs twice are looked at again: the
last acceptable one wins. Where a layout says what tells two tests of one key apart, it wins among
the rows of its test, and the tests are numbered.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from include.sources.files.numbers import read_number
from include.sources.files.rows import Record, RowBuilder

_Test = tuple[int, int, Decimal, str]
Numbered = Iterable[tuple[int, list[str]]]


@dataclass(slots=True)
class Repeats:
    """What to do with rows whose key occurs more than once, by row number."""

    number_of: dict[int, int] = field(default_factory=dict)  # occurrence 2, 3 … of a key
    replaced: dict[int, bool] = field(default_factory=dict)  # to be left out; True: they differed


class KeyHashes:
    """Collects one hash per row and tells which occur twice."""

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, key: str | None) -> None:
        if key is not None:
            self._hashes.append(hash(key))

    def repeated(self) -> frozenset[int]:
        if len(self._hashes) < 2:
            return frozenset()
        ordered = np.sort(np.frombuffer(self._hashes, dtype=np.int64))
        return frozenset(int(h) for h in np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))


def resolve(
    rows: Numbered,
    builder: RowBuilder,
    repeated: frozenset[int],
    told_by: Sequence[int],
) -> Repeats:
    """Decide about the rows whose key hash is repeated; rejected rows take no part."""
    groups: dict[str, dict[_Test, tuple[int, int]]] = {}
    repeats = Repeats()
    for number, row in rows:
        key = builder.key_of(row)
        if key is None or hash(key) not in repeated:
            continue
        if not isinstance(builder.build(row, ""), Record):
            continue
        tests, test, content = groups.setdefault(key, {}), _test(row, told_by), hash(tuple(row))
        if test in tests:
            earlier, before = tests[test]
            repeats.replaced[earlier] = before != content
        tests[test] = (number, content)
    for tests in groups.values():
        # the first keeps the plain key
        for occurrence, test in enumerate(sorted(tests)[1:], start=2):
            repeats.number_of[tests[test][0]] = occurrence
    return repeats


def _test(row: list[str], told_by: Sequence[int]) -> _Test:
    """Which of the tests of its key a row is, as something to sort by: place of column, value."""
    for place, index in enumerate(told_by):
        if text := row[index].strip():
            number = read_number(text)
            return (place, 0, number, "") if number is not None else (place, 1, Decimal(0), text)
    return (len(told_by), 0, Decimal(0), "")
