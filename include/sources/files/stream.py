"""One table as a stream of changes, in batches, in memory that does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from include.errors import EmptyFeedError, MissingColumnsError, PastYearError, WrongYearError
from include.records import NO_SCOPE, Change, FeedKind, Recall, Recognised, Reject, Upsert
from include.sources.files import repeats
from include.sources.files.columns import ColumnMap, check_required, map_columns
from include.sources.files.content import Content
from include.sources.files.identify import Identity
from include.sources.files.known_lines import Digester, KnownLines, key_hash, repeated_in
from include.sources.files.layouts import Layout
from include.sources.files.owner import Ours, OwnerCheck
from include.sources.files.rows import RowBuilder, damaged
from include.sources.files.text import Mended, NotCsv, NotText

# cells, not rows: the rows of a batch are walked through several times while the cache holds them
BATCH_CELLS = 6_000
# Number, the bytes of a row that is one line, and cells.
_Row = tuple[int, bytes | None, list[str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What this run accepts."""

    accepted_years: frozenset[int]
    school_year_starts_in: int
    latest_day: date | None
    ours: Ours = field(default_factory=Ours)
    # Which of several deliveries of one layout this is; a snapshot deletes within its own.
    instance: str = ""
    # Whether absence from a complete export means anything here.
    absent_is_deleted: bool = True

    def said(self) -> Iterator[str]:
        """What decides about single rows, as text. A day once reached is not taken back."""
        yield f"{sorted(self.accepted_years)} {self.school_year_starts_in} {self.instance}"
        yield from (f"{column}: {sorted(values)}" for column, values in self.ours.named.items())


@dataclass(slots=True)
class Shape:
    """What the first pass found: how wide the rows are, and which keys repeat."""

    width: int
    header_width: int
    rows: int
    mended: int
    repeated: frozenset[int]


class FileStream:
    """The changes in one table. `scopes` is final once `batches()` is exhausted."""

    def __init__(
        self,
        layout: Layout,
        identity: Identity,
        content: Content,
        rules: Rules,
        notes: dict[str, Any],
    ) -> None:
        self.source_count: int | None = None
        self.watermark: str | None = None
        self.scopes: set[str] = set()
        self.line_key = b""
        self.recall: Recall | None = None
        self.recognised: Recognised | None = None
        self._digester: Digester | None = None  # None: lines of this file are not known again
        self._known: KnownLines | None = None
        self._layout, self._identity = layout, identity
        self._content, self._rules, self._notes = content, rules, notes

    def batches(self) -> Iterator[list[Change]]:
        """Yield the file's changes; raises a FeedError when the file as a whole must not load."""
        header = next(self._content.rows(), [])
        columns = map_columns(self._layout, self._identity.file, header)
        check_required(self._content.where, self._layout, self._identity.file, columns)
        self._know_lines(header)
        shape = self._first_pass(columns)
        if shape.rows == 0:
            raise EmptyFeedError(
                self._content.where,
                seen="a header without rows",
                expected="at least one row",
                next_step="Ask the vendor whether the export ran; the last file's data stays.",
            )
        again = self._repeats(columns, shape)
        self._note_columns(columns, shape)
        yield from self._changes(columns, shape, again)

    def _builder(self, columns: ColumnMap) -> RowBuilder:
        builder = RowBuilder(
            self._identity.file,
            columns,
            self._identity.constants,
            accepted_years=self._rules.accepted_years,
            school_year_starts_in=self._rules.school_year_starts_in,
            latest_day=self._rules.latest_day,
        )
        if not builder.has_key:
            keys = " or ".join(", ".join(key) for key in self._identity.file.key)
            raise MissingColumnsError(
                self._content.where,
                seen="no column that identifies a row",
                expected=f"the columns {keys}",
                next_step=f"Did the vendor change the file? See {self._layout.docs}#columns.",
            )
        return builder

    def _know_lines(self, header: list[str]) -> None:
        """Ask which lines raw holds, where somebody can answer and the file is made of lines."""
        if self.recall is None or not self._content.is_lined:
            return
        said = [self._identity.file.name, self._layout.model_dump_json(), *header]
        said += [f"{name}={value}" for name, value in self._identity.constants.items()]
        self._digester = Digester([*said, *self._rules.said()], self.line_key)
        known = KnownLines(self._digester, self.recall(self._digester.signature))
        self._known = known if len(known) else None

    def _rows(self) -> Iterator[_Row]:
        """Data rows to be read, with their number as a spreadsheet shows it; the header is row 1.

        With them the bytes of a row that is one line, where they are wanted.
        """
        if self._known and self._known.is_whole_file:
            return iter(())
        if self._digester is None:
            return self._all_rows()
        skips = self._known.skips() if self._known else None
        return islice(self._content.records(skips), 1, None)

    def _first_rows(self) -> Iterator[_Row]:
        if self._known is None:
            return self._all_rows()
        return islice(self._content.records(self._known.find, self._known.is_inside), 1, None)

    def _all_rows(self) -> Iterator[_Row]:
        rows = islice(self._content.rows(), 1, None)
        return ((number, None, row) for number, row in enumerate(rows, start=2))

    def _first_pass(self, columns: ColumnMap) -> Shape:
        builder, hashes = self._builder(columns), repeats.KeyHashes()
        named = max((i for i, name in enumerate(columns.header) if name.strip()), default=-1) + 1
        widths: Counter[int] = Counter()
        blank_tail, mended = True, 0
        for _, _, row in self._first_rows():
            width = len(row)
            if not any(row) and not isinstance(row, NotCsv):
                continue
            widths[width] += 1
            mended += isinstance(row, Mended)
            if width >= named:
                blank_tail = blank_tail and (width == named or not any(row[named:]))
                hashes.add(builder.key_of(row))
        if self._known:
            repeated, known = self._known.settle(hashes.all())
            # only a row as wide as the header has a digest
            widths[len(columns.header)] += known
        else:
            repeated = frozenset(repeated_in(hashes.all()).tolist())
        return Shape(
            width=_row_width(named, len(columns.header), widths, blank_tail),
            header_width=len(columns.header),
            rows=widths.total(),
            mended=mended,
            repeated=repeated,
        )

    def _repeats(self, columns: ColumnMap, shape: Shape) -> repeats.Repeats:
        if not shape.repeated:
            return repeats.Repeats()
        rows = (
            (number, row)
            for number, _, row in self._rows()
            if len(row) == shape.width and any(row) and not isinstance(row, NotText)
        )
        resolver = repeats.Resolver(self._identity.file, columns, self._builder(columns))
        return resolver.resolve(rows, shape.repeated)

    def _changes(
        self, columns: ColumnMap, shape: Shape, again: repeats.Repeats
    ) -> Iterator[list[Change]]:
        builder = self._builder(columns)
        owner = OwnerCheck(self._layout, columns, self._rules.ours)
        rejected: Counter[str] = Counter()
        self._take_known(owner, builder)
        rows, blank, keyless = self._rows(), 0, False
        size = max(1, BATCH_CELLS // shape.width)
        while chunk := list(islice(rows, size)):
            changes: list[Change] = []
            for number, line, row in chunk:
                ref = f"{self._content.where}:{number}"
                if len(row) != shape.width:
                    if any(row) or isinstance(row, NotCsv):
                        changes.append(damaged(row, shape.width, ref))
                    else:
                        blank += 1
                    continue
                if not any(row):
                    blank += 1
                    continue
                if owner.is_foreign(row):
                    changes.append(_foreign(row, builder, ref))
                    continue
                right = builder.years.right
                found = self._one(builder, row, ref, again.replaced.get(number))
                if occurrence := again.number_of.get(number):
                    found[-1] = _numbered(found[-1], occurrence)
                elif line is not None and builder.years.right + (not builder.reads_years) > right:
                    found = self._digested(found, line, row, owner, shape)
                changes += found
            rejects = [change for change in changes if isinstance(change, Reject)]
            rejected.update(reject.reason for reject in rejects)
            keyless = keyless or any(reject.key is None for reject in rejects)
            yield changes
        owner.check(self._content.where)
        self._check_years(builder, shape.rows)
        if self._identity.file.kind is FeedKind.SNAPSHOT and (keyless or not self.scopes):
            self._hold_deletions()
        self._notes["owner"] = owner.said()
        self._notes["rejected"] = dict(rejected)
        self._notes["repeated_keys"] = {
            "left_out_same": _same(again) - again.per_class,
            "left_out_per_class": again.per_class,
            "left_out_older": sum(again.replaced.values()),
            "numbered": len(again.number_of),
        }
        if blank:
            self._notes["blank_rows"] = blank

    def _one(
        self,
        builder: RowBuilder,
        row: list[str],
        ref: str,
        replaced: bool | None,
    ) -> list[Change]:
        """What one row of the right width says; findings about its values come first."""
        if isinstance(row, NotText):
            key, cells = builder.key_of(row), builder.payload(row)
            return [Reject("bad_character", row.problem, ref, key, payload=cells)]
        result = builder.build(row, ref)
        if isinstance(result, Reject):
            return [result]
        key, payload, scope, findings = result
        if replaced is not None:
            if not replaced:
                return []  # the same test again, at most of another class
            detail = "a later row of this file has the same key; the last one was loaded"
            return [Reject("duplicate_key", detail, ref, key, payload=payload)]
        upsert = Upsert(key, payload, ref, self._within(scope))
        return [*findings, upsert] if findings else [upsert]

    def _within(self, scope: str | None) -> str | None:
        """The scope of a row in raw, which is of this delivery alone; it is noted."""
        if scope is not None:
            scope = f"{self._rules.instance}: {scope}" if self._rules.instance else scope
            self.scopes.add(scope)
        return scope

    def _digested(
        self, found: list[Change], line: bytes, row: list[str], owner: OwnerCheck, shape: Shape
    ) -> list[Change]:
        """The same, with its digest where the line alone says all that this row is.

        Not where it was mended, is told of each night, or has a key that another row has as well.
        """
        upsert = found[0] if len(found) == 1 else None
        if (
            self._digester is None
            or not isinstance(upsert, Upsert)
            or isinstance(row, Mended)
            or shape.width != shape.header_width
            or (shape.repeated and key_hash(upsert.key) in shape.repeated)
        ):
            return found
        key, payload, ref, scope, _ = upsert
        digest = self._digester.of(line, key, (*owner.cells(row), scope or ""))
        return [Upsert(key, payload, ref, scope, digest)]

    def _take_known(self, owner: OwnerCheck, builder: RowBuilder) -> None:
        """Count the rows that are not read, which were accepted as ours and of this year."""
        if self._known is None:
            return
        self.recognised = self._known.recognised()
        for row, count in self._known.groups():
            owner.is_foreign(row, count)
            self._within(builder.scope_of(row))
            builder.years.right += count if builder.reads_years else 0

    def _hold_deletions(self) -> None:
        """A row without a readable key may be any row: then absence proves nothing in this file."""
        self.scopes.clear()
        self.scopes.add(NO_SCOPE)
        self._notes["deletions_held"] = "a row without a readable key, or no usable row"

    def _check_years(self, builder: RowBuilder, rows: int) -> None:
        """Refuse a file with more rows of other years than of this one, once all were seen.

        Only then: an export may be sorted by year. Nothing is committed before the last batch.
        A row of which nobody knows the year might be of this one: then it is no past year's file.
        """
        years = builder.years
        wrong = sum(years.wrong.values())
        if wrong <= years.right:
            return
        accepted = ", ".join(map(str, sorted(years.accepted)))
        is_past = years.is_past and wrong == rows
        seen = f"{wrong} rows of school year {', '.join(map(str, sorted(years.wrong)))}"
        kind = PastYearError if is_past else WrongYearError
        raise kind(
            self._content.where,
            seen=f"{seen}, none of another" if is_past else seen,
            expected=f"school year {accepted}",
            next_step="Last year's file? Ask the vendor for this year's export. To load it on "
            "purpose, list the year under `school_years` in the district file.",
        )

    def _note_columns(self, columns: ColumnMap, shape: Shape) -> None:
        self._notes.update(
            variant=columns.variant,
            encoding=f"utf-8, and cp1252 in {shape.mended} rows"
            if shape.mended
            else self._content.encoding,
            columns=len(columns.header),
            rows=shape.rows,
            unknown_columns=[n for n in columns.unknown.values() if n not in columns.second_names],
            second_names=columns.second_names,
            dropped_columns=sorted(columns.dropped.values()),
            missing_optional_columns=columns.missing,
        )


def _foreign(row: list[str], builder: RowBuilder, ref: str) -> Reject:
    """The Reject of a row of another district, of whose children nothing is kept."""
    detail = "a row of another district; expected what `owner` of the source names"
    return Reject("wrong_district", detail, ref, builder.key_of(row))


def _same(again: repeats.Repeats) -> int:
    return sum(not differed for differed in again.replaced.values())


def _numbered(change: Change, occurrence: int) -> Change:
    if isinstance(change, Upsert):
        return change._replace(key=f"{change.key}|{occurrence}")
    return change


def _row_width(named: int, header: int, widths: Counter[int], blank_tail: bool) -> int:
    """How many cells a row must have: a trailing comma counts when every whole row has it."""
    plausible = [width for width in {named, named + 1, header} if width in widths]
    return plausible[0] if blank_tail and len(plausible) == 1 else header
