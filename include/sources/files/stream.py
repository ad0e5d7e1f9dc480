"""One table as a stream of changes, in batches, in memory that does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from include.errors import EmptyFeedError, MissingColumnsError, WrongYearError
from include.records import NO_SCOPE, Change, FeedKind, Reject, Upsert
from include.sources.files import repeats
from include.sources.files.columns import ColumnMap, check_required, map_columns
from include.sources.files.content import Content
from include.sources.files.identify import Identity
from include.sources.files.layouts import Layout
from include.sources.files.owner import Ours, OwnerCheck
from include.sources.files.rows import RowBuilder, damaged
from include.sources.files.text import Mended, NotCsv, NotText

# cells, not rows: the rows of a batch are walked through several times while the cache holds them
BATCH_CELLS = 6_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What this run accepts."""

    accepted_years: frozenset[int]
    school_year_starts_in: int
    latest_day: date | None
    ours: Ours = field(default_factory=Ours)
    # Which of several deliveries of one layout this is; a snapshot deletes within its own.
    instance: str = ""


@dataclass(slots=True)
class Shape:
    """What the first pass found: how wide the rows are, and which keys repeat."""

    width: int
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
        self.watermark: int | None = None
        self.scopes: set[str] = set()
        self._layout, self._identity = layout, identity
        self._content, self._rules, self._notes = content, rules, notes

    def batches(self) -> Iterator[list[Change]]:
        """Yield the file's changes; raises a FeedError when the file as a whole must not load."""
        header = next(self._content.rows(), [])
        columns = map_columns(self._layout, self._identity.file, header)
        check_required(self._content.where, self._layout, self._identity.file, columns)
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

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Data rows with their number as a spreadsheet shows it; the header is row 1."""
        return enumerate(islice(self._content.rows(), 1, None), start=2)

    def _first_pass(self, columns: ColumnMap) -> Shape:
        builder, hashes = self._builder(columns), repeats.KeyHashes()
        named = max((i for i, name in enumerate(columns.header) if name.strip()), default=-1) + 1
        widths: Counter[int] = Counter()
        blank_tail, mended = True, 0
        for _, row in self._rows():
            width = len(row)
            if not any(row) and not isinstance(row, NotCsv):
                continue
            widths[width] += 1
            mended += isinstance(row, Mended)
            if width >= named:
                blank_tail = blank_tail and (width == named or not any(row[named:]))
                hashes.add(builder.key_of(row))
        return Shape(
            width=_row_width(named, len(columns.header), widths, blank_tail),
            rows=widths.total(),
            mended=mended,
            repeated=hashes.repeated(),
        )

    def _repeats(self, columns: ColumnMap, shape: Shape) -> repeats.Repeats:
        if not shape.repeated:
            return repeats.Repeats()
        rows = (
            (number, row)
            for number, row in self._rows()
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
        rows, blank, keyless = self._rows(), 0, False
        size = max(1, BATCH_CELLS // shape.width)
        while chunk := list(islice(rows, size)):
            changes: list[Change] = []
            for number, row in chunk:
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
                changes += self._one(builder, row, ref, again.replaced.get(number))
                if occurrence := again.number_of.get(number):
                    changes[-1] = _numbered(changes[-1], occurrence)
            rejects = [change for change in changes if isinstance(change, Reject)]
            rejected.update(reject.reason for reject in rejects)
            keyless = keyless or any(reject.key is None for reject in rejects)
            yield changes
        owner.check(self._content.where)
        self._check_years(builder)
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
        if scope is not None:
            scope = f"{self._rules.instance}: {scope}" if self._rules.instance else scope
            self.scopes.add(scope)
        upsert = Upsert(key, payload, ref, scope)
        return [*findings, upsert] if findings else [upsert]

    def _hold_deletions(self) -> None:
        """A row without a readable key may be any row: then absence proves nothing in this file."""
        self.scopes.clear()
        self.scopes.add(NO_SCOPE)
        self._notes["deletions_held"] = "a row without a readable key, or no usable row"

    def _check_years(self, builder: RowBuilder) -> None:
        """Refuse a file with more rows of other years than of this one, once all were seen.

        Only then: an export may be sorted by year. Nothing is committed before the last batch.
        """
        years = builder.years
        wrong = sum(years.wrong.values())
        if wrong <= years.right:
            return
        accepted = ", ".join(map(str, sorted(years.accepted)))
        raise WrongYearError(
            self._content.where,
            seen=f"{wrong} rows of school year {', '.join(map(str, sorted(years.wrong)))}",
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
