"""What the rows of a file say together: how wide they are, how many, and which keys repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from include.sources.files.repeats import KeyHashes
from include.sources.files.text import Mended, NotCsv

# keys before repeated ones are first looked for; from then on whenever there are twice as many
_FIRST_LOOK = 1_000


class Survey:
    """Counts the rows of one file."""

    def __init__(self, header: Sequence[str]) -> None:
        names = (place for place, name in enumerate(header, start=1) if name.strip())
        self.least_width = max(names, default=0)
        self.header_width = len(header)
        self._widths: Counter[int] = Counter()
        self._blank_tail = True
        self.mended = 0
        self.hashes = KeyHashes()
        self._next_look = _FIRST_LOOK

    def add(self, row: list[str]) -> bool:
        """Count a row, unless it is blank; whether it is long enough to have a key."""
        width = len(row)
        if not any(row) and not isinstance(row, NotCsv):
            return False
        self._widths[width] += 1
        if isinstance(row, Mended):
            self.mended += 1
        if width > self.least_width:
            self._blank_tail = self._blank_tail and not any(row[self.least_width :])
        return width >= self.least_width

    def add_all(self, rows: Sequence[list[str]]) -> None:
        """Count rows, all at once where nothing is to be said of any."""
        width = self.least_width
        lists = {*map(type, rows)} == {list}
        if lists and {*map(len, rows)} == {width} and all(map(any, rows)):
            self._widths[width] += len(rows)
            return
        for row in rows:
            self.add(row)

    def add_known(self, rows: int) -> None:
        """Count rows that were not read; only a row as wide as the header is ever known."""
        self._widths[self.header_width] += rows

    def has_repeats(self, keys: Iterable[str | None], *, is_end: bool = False) -> bool:
        """Add keys; whether some repeat, looked for as seldom as costs little, and at the end."""
        self.hashes.add_all(keys)
        if len(self.hashes) < self._next_look and not is_end:
            return False
        self._next_look = 2 * len(self.hashes)
        return bool(self.hashes.repeated())

    @property
    def rows(self) -> int:
        """How many were counted."""
        return self._widths.total()

    @property
    def width(self) -> int:
        """How many cells a row must have: a trailing comma counts when every whole row has it."""
        named, header, widths = self.least_width, self.header_width, self._widths
        plausible = [width for width in {named, named + 1, header} if width in widths]
        return plausible[0] if self._blank_tail and len(plausible) == 1 else header
