"""How a file writes its table: what parts the cells, and where its header stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from include.sources.files.fields import STRICT
from include.sources.files.headers import canonical

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_RowNumber = Annotated[int, Field(ge=1, le=100)]
# Where a column begins, from 1, and how many characters it has.
_Place = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


class _Strict(BaseModel):
    model_config = STRICT


class Format(_Strict):
    """How the cells of a file are found; unset: comma-separated, with a header in the first row."""

    delimiter: Literal["comma", "semicolon", "tab", "pipe"] = "comma"
    # The row of the header, counted as a spreadsheet does. Two rows are read together: below a cell
    # that spans several columns stand their own names. What stands before them is not read.
    header_rows: list[_RowNumber] = [1]
    # Columns by their place, for a file without delimiters and without a header.
    fixed_width: dict[str, _Place] = {}

    @model_validator(mode="after")
    def _is_consistent(self) -> Format:
        rows = self.header_rows
        if not 1 <= len(rows) <= 2 or rows != list(range(rows[0], rows[0] + len(rows))):
            raise ValueError(f"`header_rows`: seen {rows}; expected one row, or two that follow")
        if self.fixed_width and (self.delimiter != "comma" or rows != [1]):
            raise ValueError("`fixed_width` has neither a delimiter nor a header; leave them out")
        end, last = 0, ""
        for name, (start, length) in sorted(self.fixed_width.items(), key=lambda item: item[1]):
            if start <= end:
                raise ValueError(f"`fixed_width`: {name!r} begins within {last!r}; correct one")
            end, last = start + length - 1, name
        if len({canonical(name) for name in self.fixed_width}) < len(self.fixed_width):
            raise ValueError("`fixed_width`: seen one column twice; expected each once")
        return self

    @property
    def sign(self) -> str:
        """The character between two cells."""
        return DELIMITERS[self.delimiter]

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is the usual one, whose lines can be read one by one."""
        return self == PLAIN

    @property
    def first_row(self) -> int:
        """The number of the first row of data, as a spreadsheet shows it."""
        return 1 if self.fixed_width else self.header_rows[-1] + 1

    def table(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        """The header as one row, then the data, from the rows of a file."""
        if self.fixed_width:
            yield list(self.fixed_width)
            yield from rows
            return
        head = list(islice(rows, self.header_rows[-1]))[self.header_rows[0] - 1 :]
        if len(head) == 2:
            yield _joined(*head)
        else:
            yield from head
        yield from rows

    def cut(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of lines of fixed width.

        A line may end early, where blanks at its end were left out. One that goes on after the last
        column gets a cell too many, so that it is rejected and never shifted.
        """
        places = [slice(at - 1, at - 1 + length) for at, length in self.fixed_width.values()]
        end = max(place.stop for place in places)
        for text in lines:
            line = text.rstrip("\r\n")
            cells = [line[place].strip() for place in places]
            if rest := line[end:].strip():
                cells.append(rest)
            yield cells


PLAIN = Format()


def _joined(top: list[str], below: list[str]) -> list[str]:
    """Names of two rows as one: a cell of the upper row goes on over blank ones."""
    names, above = [], ""
    for place, name in enumerate(below):
        own = top[place].strip() if place < len(top) else ""
        above = own or above
        names.append(f"{above} {name.strip()}".strip() if name.strip() else own)
    return names


def other_delimiter(header: list[str], read_as: Format) -> str | None:
    """The name of the delimiter that a header really uses, when it is not the one read by."""
    text = read_as.sign.join(header)
    counts = {
        name: text.count(sign) for name, sign in DELIMITERS.items() if name != read_as.delimiter
    }
    name = max(counts, key=lambda key: counts[key])
    return name if counts[name] >= max(1, len(header)) else None
