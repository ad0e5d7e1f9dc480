"""One table of text, in a file of its own or inside a ZIP: its bytes, its encoding, its cells."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TextIO

from include.errors import UnreadableFileError

BLOCK = 1 << 20
DELIMITER = ","
OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "pipe"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Content:
    """A readable table: where it is, how to open it, and what a first pass over it found."""

    where: str
    open: Callable[[], IO[bytes]]
    sha256: str
    size: int
    encoding: str
    has_nul: bool

    def rows(self) -> Iterator[list[str]]:
        """Its records as lists of cells, as received; line ends may be CRLF, LF or CR."""
        with self.open() as raw:
            text = io.TextIOWrapper(raw, encoding=self.encoding, newline="")
            yield from _records(text, self.where)


class NotCsv(list[str]):
    """Stands for a line that is not CSV. It has no cells, so it never has the right count."""


def _records(text: TextIO, where: str) -> Iterator[list[str]]:
    # strict: a stray quote is an error, not a way to swallow the next rows
    reader = csv.reader(text, delimiter=DELIMITER, strict=True)
    line = 0
    while True:
        try:
            for row in reader:
                yield row
                line = reader.line_num
        except csv.Error as error:
            if reader.line_num - line != 1:
                raise UnreadableFileError(
                    where,
                    seen=f"a quote that does not close, lines {line + 1} to {reader.line_num}",
                    expected="quotes in pairs",
                    next_step="Ask the vendor for a new export; nothing was loaded from this file.",
                ) from error
            line = reader.line_num
            yield NotCsv()
        else:
            return


def inspect(where: str, opener: Callable[[], IO[bytes]]) -> Content:
    """Read all bytes once: hash, encoding, NUL characters; raises UnreadableFileError."""
    digest, size, has_nul, head = hashlib.sha256(), 0, False, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    try:
        with opener() as raw:
            while block := raw.read(BLOCK):
                head = head or block[:4]
                digest.update(block)
                size += len(block)
                has_nul = has_nul or b"\0" in block
                is_utf8 = is_utf8 and _decodes(decoder, block)
    except _BROKEN as error:
        raise UnreadableFileError(
            where,
            seen=f"it breaks off or is damaged ({type(error).__name__})",
            expected="a complete file",
            next_step="Fetch it again; if it stays so, ask the vendor for a new export.",
        ) from error
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    utf16 = head.startswith(_UTF16)
    encoding = "utf-16" if utf16 else "utf-8-sig" if is_utf8 else "cp1252"
    if encoding != "utf-8-sig":
        _check_encoding(where, opener, encoding)
    return Content(where, opener, digest.hexdigest(), size, encoding, has_nul and not utf16)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _check_encoding(where: str, opener: Callable[[], IO[bytes]], encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with opener() as raw:
        while True:
            block = raw.read(BLOCK)
            if not _decodes(decoder, block, final=not block):
                raise UnreadableFileError(
                    where,
                    seen=f"bytes that are not {encoding}",
                    expected="UTF-8, UTF-16 with a byte order mark, or Windows-1252",
                    next_step="Ask for the file in UTF-8.",
                )
            if not block:
                return


def other_delimiter(header: list[str]) -> str | None:
    """The name of the delimiter that a header really uses, when it is not the comma."""
    text = DELIMITER.join(header)
    counts = {name: text.count(sign) for sign, name in OTHER_DELIMITERS.items()}
    name = max(counts, key=lambda key: counts[key])
    return name if counts[name] >= max(1, len(header)) else None
