"""One table of text, in a file of its own or inside a ZIP: its bytes, its encoding, its cells."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat
from typing import IO, TextIO

from include.errors import UnreadableFileError
from include.sources.files.archive import BROKEN
from include.sources.files.formats import PLAIN, Format
from include.sources.files.text import NotCsv, NotText, as_text

BLOCK = 1 << 20
DELIMITER = PLAIN.sign
UTF8, UTF16 = "utf-8-sig", "utf-16"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# An honest row of the widest export is some KB.
MAX_RECORD = 1 << 20  # characters
_MAX_CELL = csv.field_size_limit()
_LONE_RETURN = re.compile(rb"\r[^\n]")
_TOO_LONG = f"a cell of more than {_MAX_CELL:,} characters"


# Number from 1, the bytes of a record that is one line, and cells.
Record = tuple[int, bytes | None, list[str]]
# of the next lines, which to leave out
Skips = Callable[[list[bytes]], list[bool]]


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
    is_lined: bool = False  # UTF-8 whose line ends all hold LF: bytes can be cut into lines
    form: Format = PLAIN

    def read_as(self, form: Format) -> Content:
        """The same bytes, read as another format; lines are known again in the plain one only."""
        return replace(self, form=form, is_lined=self.is_lined and form.is_plain)

    def rows(self) -> Iterator[list[str]]:
        """Its header and its records as lists of cells, as received.

        Line ends may be CRLF, LF or CR.
        """
        with self.open() as raw:
            # a byte that is not UTF-8 is carried along and judged with its cell
            errors = "strict" if self.encoding == UTF16 else "surrogateescape"
            text = io.TextIOWrapper(raw, encoding=self.encoding, errors=errors, newline="")
            lines = _short_lines(text) if self.has_long_lines else text
            if self.form.fixed_width:
                rows = self.form.cut(lines)
            else:
                rows = _records(lines, self.where, sign=self.form.sign)
            rows = rows if self.is_clean else map(as_text, rows)
            yield from rows if self.form.is_plain else self.form.table(rows)

    def records(
        self,
        size: int,
        skips: Skips | None = None,
        is_inside: Callable[[int], None] | None = None,
    ) -> Iterator[list[Record]]:
        """Records, so many at a time, but for the header, which is alone.

        `skips` says of the next lines which to leave out where a record begins; they are counted.
        One that stands inside a cell is not left out, and `is_inside` is told its number from 0.
        """
        with self.open() as raw:
            lines = _Lines(raw, skips, is_inside)
            with_quotes = _records(lines.texts(), self.where, lines)
            batch: list[Record] = []
            for line in lines:
                if b'"' in line or len(line) > _MAX_CELL:
                    try:
                        row = next(with_quotes)
                    except UnreadableFileError:
                        # what was read before is said before
                        yield batch
                        raise
                    row = row if self.is_clean else as_text(row)
                else:
                    row = self._cells(line)
                lines.number += 1
                batch.append((lines.number, line if lines.taken == 1 else None, row))
                lines.begin_record()
                while more := lines.plain(0 if lines.number == 1 else size - len(batch)):
                    numbers = range(lines.number + 1, lines.number + len(more) + 1)
                    batch += zip(numbers, more, self._cut(more), strict=True)
                    lines.number += len(more)
                    if len(batch) >= size:
                        yield batch
                        batch = []
                if lines.number == 1 or len(batch) >= size:
                    yield batch
                    batch = []
            if batch:
                yield batch

    def _cut(self, lines: Sequence[bytes]) -> list[list[str]]:
        # a line of one character may be the CR of an empty one
        if not self.is_clean or min(map(len, lines), default=0) < 2:
            return list(map(self._cells, lines))
        return [line.decode().removesuffix("\r").split(DELIMITER) for line in lines]

    def _cells(self, line: bytes) -> list[str]:
        """What the CSV reader would say of a line without a quote, in half its time."""
        text = line.decode("utf-8", "surrogateescape").removesuffix("\r")
        row = text.split(DELIMITER) if text else []
        return row if self.is_clean else as_text(row)


class _Lines:
    """The lines of a file that are to be read: iterated over for the first of each record.

    The CSV reader takes it from there (`texts`), and what else belongs to the record.
    """

    def __init__(
        self, raw: IO[bytes], skips: Skips | None, is_inside: Callable[[int], None] | None
    ) -> None:
        self._raw, self._skips, self._is_inside = raw, skips, is_inside
        self._lines = self._to_read()
        self.number = 0  # of the last record
        self.passed = 0  # lines so far, skipped ones too
        self.taken = 0  # lines of the record under way
        self._given = 0  # of those, to the CSV reader
        self._line = b""
        self._block: Iterator[bytes] = iter(())
        self._is_plain = False  # no line of the block needs the CSV reader

    def begin_record(self) -> None:
        self.taken = self._given = 0

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def plain(self, most: int) -> list[bytes]:
        """The next lines of the block, where they can be cut at their commas; between records."""
        lines = list(islice(self._block, most)) if self._is_plain else []
        self.passed += len(lines)
        return lines

    def texts(self) -> Iterator[str]:
        """Lines for the CSV reader, from the one that was taken last."""
        while self._given < self.taken or next(self._lines, None) is not None:
            self._given += 1
            yield self._line.decode("utf-8", "surrogateescape") + "\n"

    def _to_read(self) -> Iterator[bytes]:
        for lines, has_quotes in _cut(self._raw):
            skips = self._skips(lines) if self._skips else repeat(False)
            self._block = iter(lines)
            is_plain = self._skips is None and not has_quotes
            self._is_plain = is_plain and max(map(len, lines)) <= _MAX_CELL
            for line, is_known in zip(self._block, skips, strict=False):
                self.passed += 1
                if is_known:
                    # the header is never left out
                    if self.taken == 0 and self.number:
                        self.number += 1
                        continue
                    if self._is_inside:
                        self._is_inside(self.passed - 1)
                self.taken += 1
                self._line = line
                yield line


def _cut(raw: IO[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """The lines of a file, about a block at a time, without LF and byte order mark.

    With them whether a quote may be in one of them.
    """
    rest, block = b"", raw.read(BLOCK).removeprefix(codecs.BOM_UTF8)
    while block:
        text = rest + block
        *lines, rest = text.split(b"\n")
        if lines:
            yield lines, b'"' in text
        block = raw.read(BLOCK)
    if rest:
        yield [rest], True


def _short_lines(text: TextIO) -> Iterator[str]:
    """Lines, of which one that is too long stands as one cell too long for the CSV reader."""
    while line := text.readline(BLOCK):
        if len(line) < BLOCK or line.endswith(("\n", "\r")):
            yield line
            continue
        while (rest := text.readline(BLOCK)) and not rest.endswith(("\n", "\r")):
            pass
        yield "x" * (_MAX_CELL + 1)


class _RecordTooLongError(Exception):
    """The lines of one record are more than memory is to hold."""


class _Bounded:
    """Lines of which one record takes only so many; `held` is set to 0 after each record."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self.held = iter(lines), 0

    def __iter__(self) -> _Bounded:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        # the first line stands as it is: one that is too long was made short before
        if self.held and self.held + len(line) > MAX_RECORD:
            raise _RecordTooLongError
        self.held += len(line)
        return line


def _records(
    text: Iterable[str], where: str, lines: _Lines | None = None, *, sign: str = ","
) -> Iterator[list[str]]:
    bounded = _Bounded(text)
    # strict: a stray quote is an error, not a way to swallow the next rows
    reader = csv.reader(bounded, delimiter=sign, strict=True)
    line = 0
    while True:
        try:
            for row in reader:
                yield row
                line, bounded.held = reader.line_num, 0
        except (csv.Error, _RecordTooLongError) as error:
            is_endless = isinstance(error, _RecordTooLongError)
            count = reader.line_num - line + is_endless
            if count != 1:
                last = lines.passed if lines is not None else line + count
                raise _over_several_lines(where, error, last - count + 1, last) from error
            line, bounded.held = reader.line_num, 0
            yield NotCsv(_TOO_LONG if _is_too_long(error) else "not CSV (a stray quote)")
        else:
            return


def _over_several_lines(where: str, error: Exception, first: int, last: int) -> UnreadableFileError:
    what = _TOO_LONG if _is_too_long(error) else "a quote that does not close"
    if isinstance(error, _RecordTooLongError):
        what = f"a record of more than {MAX_RECORD:,} characters (a quote that does not close?)"
    return UnreadableFileError(
        where,
        seen=f"{what}, lines {first} to {last}",
        expected="cells of an export's size, and quotes in pairs",
        next_step="Ask the vendor for a new export; nothing was loaded from this file.",
    )


def _is_too_long(error: Exception) -> bool:
    return "field limit" in str(error)


def inspect(where: str, opener: Callable[[], IO[bytes]]) -> Content:
    """Read all bytes once: hash, encoding, NUL characters; raises UnreadableFileError."""
    digest, size, has_nul, head = hashlib.sha256(), 0, False, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_long_lines = True, False
    has_lone_returns, last = False, b""
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
                has_lone_returns = has_lone_returns or _has_lone_return(last, block)
                last = block[-1:]
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
    has_lone_returns = has_lone_returns or last == b"\r"
    is_lined = encoding == UTF8 and not has_long_lines and not has_lone_returns
    return Content(
        where, opener, digest.hexdigest(), size, encoding, is_clean, has_long_lines, is_lined
    )


def _has_lone_return(last: bytes, block: bytes) -> bool:
    """Whether a CR is followed by something else than LF; of the last byte nothing is said."""
    if last == b"\r" and not block.startswith(b"\n"):
        return True
    return _LONE_RETURN.search(block) is not None


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    # where no letter is cut off, ASCII need not be decoded
    if block.isascii() and not final and not decoder.getstate()[0]:
        return True
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
