"""One table of text, in a file of its own or inside a ZIP: its bytes, its encoding, its cells."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TextIO

from include.errors import UnreadableFileError
from include.sources.files.archive import BROKEN
from include.sources.files.text import NotCsv, NotText, as_text

BLOCK = 1 << 20
DELIMITER = ","
OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "pipe"}
UTF8, UTF16 = "utf-8-sig", "utf-16"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TOO_LONG = f"a cell of more than {csv.field_size_limit():,} characters"


@dataclass(frozen=True, slots=True)
class Content:
    """A readable table: where it is, how to open it, and what a first pass over it found."""

    where: str
    open: Callable[[], IO[bytes]]
    sha256: str
    size: int
    encoding: str
    is_clean: bool  # every row is text as it stands: see include/sources/files/text.py
    has_long_lines: bool = False  # a line longer than a block: no memory is to hold it

    def rows(self) -> Iterator[list[str]]:
        """Its records as lists of cells, as received; line ends may be CRLF, LF or CR."""
        with self.open() as raw:
            # a byte that is not UTF-8 is carried along and judged with its cell
            errors = "strict" if self.encoding == UTF16 else "surrogateescape"
            text = io.TextIOWrapper(raw, encoding=self.encoding, errors=errors, newline="")
            rows = _records(_short_lines(text) if self.has_long_lines else text, self.where)
            yield from rows if self.is_clean else map(as_text, rows)


def _short_lines(text: TextIO) -> Iterator[str]:
    """Lines, of which one that is too long stands as one cell too long for the CSV reader."""
    while line := text.readline(BLOCK):
        if len(line) < BLOCK or line.endswith(("\n", "\r")):
            yield line
            continue
        while (rest := text.readline(BLOCK)) and not rest.endswith(("\n", "\r")):
            pass
        yield "x" * (csv.field_size_limit() + 1)


def _records(text: Iterable[str], where: str) -> Iterator[list[str]]:
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
                raise _over_several_lines(where, error, line + 1, reader.line_num) from error
            line = reader.line_num
            yield NotCsv(_TOO_LONG if _is_too_long(error) else "not CSV (a stray quote)")
        else:
            return


def _over_several_lines(where: str, error: csv.Error, first: int, last: int) -> UnreadableFileError:
    what = _TOO_LONG if _is_too_long(error) else "a quote that does not close"
    return UnreadableFileError(
        where,
        seen=f"{what}, lines {first} to {last}",
        expected="cells of an export's size, and quotes in pairs",
        next_step="Ask the vendor for a new export; nothing was loaded from this file.",
    )


def _is_too_long(error: csv.Error) -> bool:
    return "field limit" in str(error)


def inspect(where: str, opener: Callable[[], IO[bytes]]) -> Content:
    """Read all bytes once: hash, encoding, NUL characters; raises UnreadableFileError."""
    digest, size, has_nul, head = hashlib.sha256(), 0, False, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_long_lines = True, False
    try:
        with opener() as raw:
            while block := raw.read(BLOCK):
                head = head or block[:4]
                digest.update(block)
                size += len(block)
                has_nul = has_nul or b"\0" in block
                is_inside = len(block) == BLOCK and b"\n" not in block and b"\r" not in block
                has_long_lines = has_long_lines or is_inside
                is_utf8 = is_utf8 and _decodes(decoder, block)
    except BROKEN as error:
        raise UnreadableFileError(
            where,
            seen=f"it breaks off or is damaged ({type(error).__name__})",
            expected="a complete file",
            next_step="Fetch it again; if it stays so, ask the vendor for a new export.",
        ) from error
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    encoding = UTF16 if head.startswith(_UTF16) else UTF8
    if encoding == UTF16:
        _check_utf16(where, opener)
    is_clean = encoding == UTF8 and is_utf8 and not has_nul
    # in UTF-16 the byte of a line end may be half of a letter
    has_long_lines = has_long_lines or encoding == UTF16
    return Content(where, opener, digest.hexdigest(), size, encoding, is_clean, has_long_lines)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _check_utf16(where: str, opener: Callable[[], IO[bytes]]) -> None:
    decoder = codecs.getincrementaldecoder(UTF16)()
    with opener() as raw:
        while True:
            block = raw.read(BLOCK)
            if not _decodes(decoder, block, final=not block):
                raise UnreadableFileError(
                    where,
                    seen="bytes that are not UTF-16 after its byte order mark",
                    expected="UTF-8, UTF-16 with a byte order mark, or Windows-1252",
                    next_step="Ask for the file in UTF-8.",
                )
            if not block:
                return


def check_header(where: str, header: list[str]) -> None:
    """Raise UnreadableFileError when the header is not text."""
    if isinstance(header, NotText):
        raise UnreadableFileError(
            where,
            seen=f"a header with {header.problem.split(';')[0]}",
            expected="column names in UTF-8, UTF-16 with a byte order mark, or Windows-1252",
            next_step="Ask for the file in UTF-8.",
        )


def other_delimiter(header: list[str]) -> str | None:
    """The name of the delimiter that a header really uses, when it is not the comma."""
    text = DELIMITER.join(header)
    counts = {name: text.count(sign) for sign, name in OTHER_DELIMITERS.items()}
    name = max(counts, key=lambda key: counts[key])
    return name if counts[name] >= max(1, len(header)) else None
