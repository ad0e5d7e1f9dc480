"""From the rows of one file to changes: what each row says where it stands in its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from include.records import Change, Reject, Upsert
from include.sources.files.known_lines import Digester, Group, key_hash
from include.sources.files.owner import OwnerCheck
from include.sources.files.repeats import Repeats
from include.sources.files.rows import RowBuilder
from include.sources.files.text import Mended, NotCsv, NotText

# Number, the bytes of a row that is one line, and cells.
Row = tuple[int, bytes | None, list[str]]


@dataclass(slots=True)
class Reading:
    """Reads rows; `blank` counts those without a value, `keys` are those of the last rows read."""

    where: str
    builder: RowBuilder
    owner: OwnerCheck
    # cells that a row needs to have a key
    least_width: int
    scopes: set[str]
    digester: Digester | None  # None: no row of this file is known again by its line
    repeated: frozenset[int] = frozenset()
    again: Repeats = field(default_factory=Repeats)
    width: int = 0
    header_width: int = 0
    blank: int = 0
    keys: list[str | None] = field(default_factory=list)

    def expect(self, width: int, header_width: int) -> None:
        """Say how many cells a row must have; only one as wide as the header has a digest."""
        self.width, self.header_width = width, header_width
        if width != header_width:
            self.digester = None

    def changes(self, rows: Sequence[Row]) -> list[Change]:
        """What these rows say; findings about values of a row come before it."""
        good = self._all_good(rows)
        if good is not None:
            return good
        changes: list[Change] = []
        self.keys = keys = list[str | None]()
        where, width, years = self.where, self.width, self.builder.years
        build, cells_of, is_foreign = self.builder.build, self.owner.cells, self.owner.is_foreign
        said: list[tuple[str, ...]] = []
        always_right = not self.builder.reads_years
        for number, line, row in rows:
            ref = f"{where}:{number}"
            if len(row) != width or not any(row):
                changes += self._no_row(row, ref)
                continue
            owner = cells_of(row)
            said.append(owner)
            if is_foreign(owner):
                changes.append(self._foreign(row, ref))
                continue
            right = years.right
            result = self._not_text(row, ref) if isinstance(row, NotText) else build(row, ref)
            keys.append(result.key)
            if isinstance(result, Reject):
                changes.append(result)
                continue
            key, payload, scope, findings = result
            if number in self.again.replaced:
                # else the same test again, at most of another class
                if self.again.replaced[number]:
                    detail = "a later row of this file has the same key; the last one was loaded"
                    changes.append(Reject("duplicate_key", detail, ref, key, payload=payload))
                continue
            within = None if scope is None else self.within(scope)
            digest = None
            if number in self.again.number_of:
                key = f"{key}|{self.again.number_of[number]}"
            elif line is not None and not findings and (always_right or years.right > right):
                digest = self._digest(line, key, row, (owner, within))
            changes += findings
            changes.append(Upsert(key, payload, ref, within, digest))
        self.owner.count(said)
        return changes

    def _all_good(self, rows: Sequence[Row]) -> list[Change] | None:
        """What these rows say where nothing is to be said of any; None where something may be."""
        cells = [row for _, _, row in rows]
        width, again = self.width, self.again
        # a list, and nothing that stands for a row that was mended or is no text
        if again.replaced or again.number_of or {*map(type, cells)} != {list}:
            return None
        if {*map(len, cells)} != {width} or width != self.header_width or not all(map(any, cells)):
            return None
        owners = list(map(self.owner.cells, cells))
        if self.owner.is_named and any(map(self.owner.is_foreign, owners)):
            return None
        batch = self.builder.build_all(cells)
        if batch is None:
            return None
        keys, payloads, scopes = batch
        self.keys = list(keys)
        self.owner.count(owners)
        names = {scope: self.within(scope) for scope in {*scopes} if scope is not None}
        withins = [names.get(scope) if scope is not None else None for scope in scopes]
        where, digests = self.where, self._digests(rows, keys, zip(owners, withins, strict=True))
        refs = [f"{where}:{number}" for number, _, _ in rows]
        return list(map(Upsert, keys, payloads, refs, withins, digests))

    def _digests(
        self, rows: Sequence[Row], keys: list[str], groups: Iterable[Group]
    ) -> list[bytes | None]:
        """The digests of good rows; None for one whose key another row has as well."""
        if self.digester is None:
            return [None] * len(rows)
        lines = [line for _, line, _ in rows]
        if self.repeated:
            lines = [
                None if key_hash(key) in self.repeated else line
                for line, key in zip(lines, keys, strict=True)
            ]
        return self.digester.of_rows(lines, keys, groups)

    def within(self, scope: str) -> str:
        """The scope of a row; it is noted."""
        self.scopes.add(scope)
        return scope

    def _digest(self, line: bytes, key: str, row: list[str], group: Group) -> bytes | None:
        """The digest of a row's line, where the line alone says all that the row is.

        Not where it was mended, is told of each night, or has a key that another row has as well.
        """
        if self.digester is None or isinstance(row, Mended):
            return None
        if self.repeated and key_hash(key) in self.repeated:
            return None
        return self.digester.of(line, key, group)

    def _no_row(self, row: list[str], ref: str) -> list[Change]:
        if not any(row) and not isinstance(row, NotCsv):
            self.blank += 1
            return []
        if len(row) >= self.least_width:
            self.keys.append(self.builder.key_of(row))
        return [_damaged(row, self.width, ref)]

    def _foreign(self, row: list[str], ref: str) -> Reject:
        """The Reject of a row of another district, of whose children nothing is kept."""
        detail = "a row of another district; expected what `owner` of the source names"
        key = self.builder.key_of(row)
        self.keys.append(key)
        return Reject("wrong_district", detail, ref, key)

    def _not_text(self, row: NotText, ref: str) -> Reject:
        key, cells = self.builder.key_of(row), self.builder.payload(row)
        return Reject("bad_character", row.problem, ref, key, payload=cells)


def _damaged(row: list[str], expected: int, ref: str) -> Reject:
    """The Reject of a row with another number of cells.

    Which cell is which is not known, so neither is which of them the layout drops: none is kept.
    Place and hash find the row in the file; for a line without quotes it is the line's own hash.
    """
    seen = row.problem if isinstance(row, NotCsv) else f"{len(row)} cells"
    digest = hashlib.sha256(",".join(row).encode()).hexdigest()
    payload = {"_cell_count": len(row), "_line_sha256": digest} if row else None
    return Reject("field_count", f"{seen}; expected {expected}", ref, payload=payload)
