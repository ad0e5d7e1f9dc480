"""Rows whose bytes are not all UTF-8, or that no database text can hold."""

from __future__ import annotations

import re

_ESCAPED = re.compile("[\udc80-\udcff]")  # a byte that `surrogateescape` could not decode
_UNKNOWN = "\ufffd"


class NotCsv(list[str]):
    """Stands for a line that is not CSV. It has no cells, so it never has the right count."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class Mended(list[str]):
    """A row in which some cells were Windows-1252 amid UTF-8."""


class NotText(list[str]):
    """A row with a character that cannot be kept; the replacement character stands for it."""

    def __init__(self, cells: list[str], problem: str) -> None:
        super().__init__(cells)
        self.problem = problem


def as_text(row: list[str]) -> list[str]:
    """The row as it can be kept: as it is, Mended, or NotText.

    Each cell is judged alone, so that one stray byte does not turn the accented letters of its
    neighbours into two letters each.
    """
    joined = "".join(row)
    if "\0" in joined:
        row = NotText(
            [cell.replace("\0", _UNKNOWN) for cell in row],
            "a NUL character, which no database text can hold; expected text",
        )
        joined = "".join(row)
    if not _ESCAPED.search(joined):
        return row
    try:
        cells = [_decoded(cell) for cell in row]
    except UnicodeDecodeError:
        return NotText(
            [_ESCAPED.sub(_UNKNOWN, cell) for cell in row],
            "a byte that is neither UTF-8 nor Windows-1252; expected text",
        )
    return NotText(cells, row.problem) if isinstance(row, NotText) else Mended(cells)


def _decoded(cell: str) -> str:
    if not _ESCAPED.search(cell):
        return cell
    return cell.encode("utf-8", "surrogateescape").decode("cp1252")
