"""A place from which files are fetched, whatever its protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import IO, NamedTuple, Protocol

from include.errors import FirstbellError, ProtocolError, TooSlowError, UnreadableFileError

# What a folder may hold. Vendors' folders hold some tens of files, old ones some thousands.
MAX_ENTRIES = 100_000
_BLOCK = 1 << 20


class RemoteFile(NamedTuple):
    """A file that could be fetched; with `problem`, one that could not, and why."""

    name: str  # bytes that are no UTF-8 as surrogates
    size: int | None  # None: the server does not say
    modified_at: datetime
    problem: FirstbellError | None = None


class Watch:
    """The deadline of each step of a fetch, which counts however slowly bytes come."""

    def __init__(self, deadline_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._deadline_s, self._clock = deadline_s, clock
        self.begin("a source")

    def begin(self, where: str) -> None:
        """Start the time of a next step."""
        self._where, self._ends = where, self._clock() + self._deadline_s

    def check(self) -> None:
        """Raise TooSlowError once the step's time is over."""
        if self._clock() >= self._ends:
            raise TooSlowError(
                self._where,
                seen=f"it did not come to an end in {self._deadline_s:g} s",
                expected="all of it in that time",
                next_step="Ask the vendor what slows the server; if the line is slow and all else"
                " is right, raise `deadline_s` of the source. What was loaded stays.",
            )


class Guarded:
    """A file to write to that takes so many bytes, and while there is time."""

    def __init__(self, target: IO[bytes], where: str, max_bytes: int, watch: Watch) -> None:
        self._target, self._where, self._watch = target, where, watch
        self._max_bytes, self._left = max_bytes, max_bytes

    def write(self, block: bytes) -> int:
        """Write a block; raises UnreadableFileError before the file grows beyond its limit."""
        self._watch.check()
        self._left -= len(block)
        if self._left < 0:
            raise too_large(self._where, f"more than {self._max_bytes:,} bytes", self._max_bytes)
        return self._target.write(block)


class Target(Protocol):
    """What a file is copied to."""

    def write(self, block: bytes, /) -> int:
        """Write a block of bytes."""
        ...


class Remote(Protocol):
    """A place with files."""

    def list(self) -> list[RemoteFile]:
        """All regular files there; raises a SourceError when the folder cannot be read."""
        ...

    def copy(self, file: RemoteFile, target: Target) -> None:
        """Write a file's bytes to `target`."""
        ...


def copy_blocks(stream: IO[bytes], target: Target) -> None:
    """Copy bytes without holding the file in memory."""
    while block := stream.read(_BLOCK):
        target.write(block)


def too_large(where: str, seen: str, max_bytes: int) -> UnreadableFileError:
    """Refuse a file for its size."""
    return UnreadableFileError(
        where,
        seen=seen,
        expected=f"up to {max_bytes:,} bytes",
        next_step="Check with the vendor what was delivered; nothing of it was read. If it is"
        " right and only larger, raise `max_file_mb` of the source.",
    )


def too_many(where: str) -> ProtocolError:
    """Refuse a folder for the number of its entries."""
    return ProtocolError(
        where,
        seen=f"more than {MAX_ENTRIES:,} entries in the folder",
        expected="the folder of the exports",
        next_step="Correct `path` in the district file, or have old files moved away.",
    )
