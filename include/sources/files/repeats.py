"""Rows of one file that have the same key, found in bounded memory.

A first pass keeps eight bytes per row. Only rows whose key occurs twice are looked at again: the
last acceptable one wins, or, where a layout numbers them, each different one is a test of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from include.sources.files.rows import Record, RowBuilder

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
    order_by: Sequence[int] | None,
) -> Repeats:
    """Decide about the rows whose key hash is repeated; rejected rows take no part."""
    groups: dict[str, dict[int, tuple[int, list[str]]]] = {}
    repeats = Repeats()
    for number, row in rows:
        key = builder.key_of(row)
        if key is None or hash(key) not in repeated:
            continue
        if not isinstance(builder.build(row, ""), Record):
            continue
        group = groups.setdefault(key, {})
        same = hash(tuple(row))
        if order_by is not None and builder.is_numbered(row):
            if same in group:  # the same row twice is one test, whatever numbers it would get
                repeats.replaced[group[same][0]] = False
            group[same] = (number, [row[index] for index in order_by])
        else:
            for other, (earlier, _) in group.items():
                repeats.replaced[earlier] = other != same
            group.clear()
            group[same] = (number, [])
    for group in groups.values():
        _number(group, repeats)
    return repeats


def _number(group: Mapping[int, tuple[int, list[str]]], repeats: Repeats) -> None:
    ordered = sorted(group.values(), key=lambda item: ([_sortable(t) for t in item[1]], item[0]))
    for occurrence, (number, _) in enumerate(ordered, start=1):
        if occurrence > 1:
            repeats.number_of[number] = occurrence


def _sortable(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text
