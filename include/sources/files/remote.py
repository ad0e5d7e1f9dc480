"""A place from which files are fetched, whatever its protocol."""

from __future__ import annotations

from datetime import datetime
from typing import IO, NamedTuple, Protocol

from include.errors import FirstbellError

_BLOCK = 1 << 20


class RemoteFile(NamedTuple):
    """A file that could be fetched; with `problem`, one that could not, and why."""

    name: str  # bytes that are no UTF-8 as surrogates
    size: int | None  # None: the server does not say
    modified_at: datetime
    problem: FirstbellError | None = None


class Remote(Protocol):
    """A place with files."""

    def list(self) -> list[RemoteFile]:
        """All regular files there; raises a SourceError when the folder cannot be read."""
        ...

    def copy(self, file: RemoteFile, target: IO[bytes]) -> None:
        """Write a file's bytes to `target`."""
        ...


def copy_blocks(stream: IO[bytes], target: IO[bytes]) -> None:
    """Copy bytes without holding the file in memory."""
    while block := stream.read(_BLOCK):
        target.write(block)
