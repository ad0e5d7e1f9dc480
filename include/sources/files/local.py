"""A fetched file, and the hash that identifies its content."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from include.errors import FirstbellError

BLOCK = 1 << 20
# Controls, invisible marks of direction, bytes that are no UTF-8, line and paragraph ends.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file as delivered: where it lies now, what the vendor called it, when it was written.

    `name` is as `shown` writes it. With `refused` nothing was fetched: this is why.
    """

    path: Path
    name: str
    sha256: str
    modified_at: datetime
    refused: FirstbellError | None = None


def shown(name: str) -> str:
    """A name from outside on one line of plain text, as logs, messages and the ledger have it."""
    if name.isprintable():
        return name
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSEEN else c for c in name)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # a byte that was no UTF-8
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hex, without holding the file in memory."""
    with path.open("rb") as stream:
        return _digest(stream)


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()
