"""A fetched file, and the hash that identifies its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file as delivered: where it lies now, what the vendor called it, when it was written."""

    path: Path
    name: str
    sha256: str
    modified_at: datetime


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hex, without holding the file in memory."""
    with path.open("rb") as stream:
        return _digest(stream)


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()
