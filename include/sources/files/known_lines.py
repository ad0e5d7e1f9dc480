"""Rows that raw holds already, known by the bytes of their line before anything is parsed.

A line digest has four parts: of what decides how a line is read (`signature`), of the line, of the
row's key, and of the cells that speak for the file as a whole (`group`: its owner's and its scope).
So a known row need not be read for finding repeated keys, and one row of each group speaks for all.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from include.records import LINE_SIGNATURE_BYTES, Recognised

_PARTS = np.dtype(
    [("signature", "V4"), ("high", "<u8"), ("low", "<u8"), ("key", ">u8"), ("group", "V4")]
)
_LINE = np.dtype([("high", "<u8"), ("low", "<u8")])
# Owners and scopes of one file that are kept in memory; lines of more than these are read.
MOST_GROUPS = 5_000
# What a row says of its owner, and its scope.
Group = tuple[tuple[str, ...], str | None]
# Beside these, every module here decides what a line says: a change of one must read all anew.
_FETCHING = {"archive", "fetch", "folder", "local", "sftp"}


@cache
def _code() -> bytes:
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return b"".join(path.read_bytes() for path in modules if path.stem not in _FETCHING)


def key_hash(key: str) -> int:
    """What is remembered of a key while a file is read."""
    return xxhash.xxh3_64_intdigest(key.encode())


class Digester:
    """Makes the digests of one file's lines."""

    def __init__(self, read_as: Iterable[str], key: bytes) -> None:
        """`read_as`: whatever else than the code decides what a line of this file says.

        `key` is the warehouse's secret: a line holds cells that nobody is to keep, and without it
        nobody can try out what they were.
        """
        digest = hashlib.blake2b(_code(), key=key, digest_size=LINE_SIGNATURE_BYTES + 32)
        for text in read_as:
            digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
        self.signature = digest.digest()[:LINE_SIGNATURE_BYTES]
        self._key = digest.digest()[LINE_SIGNATURE_BYTES:]
        # copied for each line: taking in the key costs as much as a tenth of a line
        self._keyed = hashlib.blake2b(digest_size=16, key=self._key)
        self._groups: dict[Group, bytes] = {}

    def of(self, line: bytes, key: str, group: Group) -> bytes:
        """The digest of a line, the key of its row, and the cells that make its group."""
        (digest,) = self.of_rows([line], [key], [group])
        assert digest is not None
        return digest

    def of_rows(
        self, lines: Iterable[bytes | None], keys: Iterable[str], groups: Iterable[Group]
    ) -> list[bytes | None]:
        """The digests of rows, where they are one line each."""
        signature, keyed, part_of = self.signature, self._keyed.copy, self._groups.get
        row_key = xxhash.xxh3_64_digest
        digests: list[bytes | None] = []
        for line, key, group in zip(lines, keys, groups, strict=True):
            if line is None:
                digests.append(None)
                continue
            own = keyed()
            own.update(line)
            part = part_of(group) or self._part(group)
            digests.append(signature + own.digest() + row_key(key.encode()) + part)
        return digests

    def _part(self, group: Group) -> bytes:
        owner, scope = group
        text = "\x1f".join([*owner, scope or ""]).encode("utf-8", "surrogatepass")
        part = hashlib.blake2b(text, digest_size=4, key=self._key).digest()
        if len(self._groups) >= MOST_GROUPS:
            self._groups.clear()
        self._groups[group] = part
        return part

    def of_lines(self, lines: Iterable[bytes]) -> bytes:
        """The parts of these lines alone, one after the other."""
        digests = []
        for line in lines:
            own = self._keyed.copy()
            own.update(line)
            digests.append(own.digest())
        return b"".join(digests)


class KnownLines:
    """Which lines of one file need not be read, found in a first pass over it."""

    def __init__(self, digester: Digester, recalled: Iterable[bytes]) -> None:
        found = np.frombuffer(b"".join(recalled), dtype=_PARTS)
        # by the first half: two lines that share it are found by chance only, and are read
        self._held = found[np.argsort(found["high"])]
        self._high = np.ascontiguousarray(self._held["high"])
        self._digester = digester
        self._at: list[npt.NDArray[np.int32]] = []
        self._inside: list[int] = []
        self._places = np.empty(0, dtype=np.int32)
        self._skipped = np.empty(0, dtype=np.bool_)
        self._examples: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        return len(self._held)

    def find(self, lines: list[bytes]) -> list[bool]:
        """Which of the next lines of the file are rows that are held."""
        seen = np.frombuffer(self._digester.of_lines(lines), dtype=_LINE)
        places = np.searchsorted(self._high, seen["high"])
        places[places == len(self._held)] = 0
        held = self._held[places]
        is_held = (held["high"] == seen["high"]) & (held["low"] == seen["low"])
        numbers = np.flatnonzero(is_held)
        if len(numbers):
            groups = held["group"][numbers]
            _, first, which = np.unique(groups.view("<u4"), return_index=True, return_inverse=True)
            told = [self._keeps(groups[at].tobytes(), lines[int(numbers[at])]) for at in first]
            is_held[numbers] = np.array(told)[which]
        self._at.append(np.where(is_held, places, -1).astype(np.int32))
        return list(is_held.tolist())

    def _keeps(self, group: bytes, line: bytes) -> bool:
        """Whether a row of this group is kept; this one, where there is none and room for it."""
        if group not in self._examples:
            if len(self._examples) >= MOST_GROUPS:
                return False
            self._examples[group] = line
        return True

    def is_inside(self, number: int) -> None:
        """Take back line `number` (from 0): it stands inside a cell of several lines."""
        self._inside.append(number)

    def settle(self, hashes: npt.NDArray[np.uint64]) -> tuple[frozenset[int], int]:
        """End the first pass: which key hashes repeat, and how many lines were held.

        `hashes` are those of the rows that were read. Lines whose key repeats will be read too.
        """
        self._places = np.concatenate([*self._at, np.empty(0, dtype=np.int32)])
        self._at.clear()
        self._places[self._inside] = -1
        keys = self._held["key"].astype(np.uint64)
        held = self._places[self._places >= 0]
        repeated = repeated_in(np.concatenate([hashes, keys[held]]))
        is_read = np.isin(keys, repeated)
        self._skipped = (self._places >= 0) & ~is_read[self._places]
        return frozenset(repeated.tolist()), len(held)

    def skips(self) -> Callable[[list[bytes]], list[bool]]:
        """For one more pass over the file: which of its next lines are left out."""
        done = 0

        def of(lines: list[bytes]) -> list[bool]:
            nonlocal done
            done += len(lines)
            return list(self._skipped[done - len(lines) : done].tolist())

        return of

    @property
    def is_whole_file(self) -> bool:
        """Whether no line is left to read but the header."""
        return bool(self._skipped[1:].all())

    def groups(self) -> Iterator[tuple[list[str], int]]:
        """A row of each group, and how many lines of the group are left out."""
        groups = self._held["group"][self._places[self._skipped]]
        values, counts = np.unique(groups.view("<u4"), return_counts=True)
        for value, count in zip(values, counts, strict=True):
            line = self._examples[value.tobytes()].decode("utf-8", "surrogateescape")
            yield next(csv.reader([line], strict=True)), int(count)

    def recognised(self) -> Recognised:
        """What landing is told of the lines that were left out."""
        held = np.zeros(len(self._held), dtype=np.bool_)
        held[self._places[self._skipped]] = True
        count = int(held.sum())
        are_others = 2 * count >= len(held)
        text = self._held[~held if are_others else held].tobytes()
        size = _PARTS.itemsize
        listed = [text[at : at + size] for at in range(0, len(text), size)]
        return Recognised(self._digester.signature, count, listed, are_others)


def repeated_in(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The values that occur more than once."""
    ordered = np.sort(hashes)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
