"""One table as a stream of changes, in batches, in memory that does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import Any

from include.errors import EmptyFeedError, MissingColumnsError, PastYearError, WrongYearError
from include.records import (
    NO_SCOPE,
    Change,
    FeedKind,
    ReadAgainError,
    Recall,
    Recognised,
    Reject,
    Told,
)
from include.sources.files import repeats
from include.sources.files.columns import ColumnMap, check_required, map_columns
from include.sources.files.content import Content
from include.sources.files.identify import Identity
from include.sources.files.known_lines import Digester, KnownLines
from include.sources.files.layouts import Layout
from include.sources.files.owner import Ours, OwnerCheck
from include.sources.files.reading import Reading, Row
from include.sources.files.rows import RowBuilder
from include.sources.files.survey import Survey
from include.sources.files.text import NotText

# cells, not rows: the rows of a batch are walked through several times while the cache holds them
BATCH_CELLS = 6_000
# rows at a time where each is looked at alone
MOST_ROWS = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """What this run accepts."""

    accepted_years: frozenset[int]
    school_year_starts_in: int
    latest_day: date | None
    ours: Ours = field(default_factory=Ours)
    # Which of several deliveries of one layout this is: lines of one are not known in another.
    instance: str = ""
    # Whether absence from a complete export means anything here.
    absent_is_deleted: bool = True
    # Of the accepted years, those that the district file lists.
    listed_years: tuple[int, ...] = ()

    def set_by_hand(self) -> str:
        """What the district file says of single rows, as text; a run's own year is none of it."""
        named = {column: sorted(values) for column, values in sorted(self.ours.named.items())}
        return f"{sorted(self.listed_years)} {self.school_year_starts_in} {named}"

    def said(self) -> Iterator[str]:
        """What decides about single rows, as text. A day once reached is not taken back."""
        yield f"{sorted(self.accepted_years)} {self.school_year_starts_in} {self.instance}"
        yield from (f"{column}: {sorted(values)}" for column, values in self.ours.named.items())


class FileStream:
    """The changes in one table."""

    def __init__(
        self,
        layout: Layout,
        identity: Identity,
        content: Content,
        rules: Rules,
        notes: dict[str, Any],
    ) -> None:
        self._scopes: set[str] = set()
        self._line_key = b""
        self._recall: Recall | None = None
        self._recognised: Recognised | None = None
        self._digester: Digester | None = None  # None: lines of this file are not known again
        self._known: KnownLines | None = None
        self._begins_again = False
        self._layout, self._identity = layout, identity
        self._content, self._rules, self._notes = content, rules, notes

    def leave_out_known(self, line_key: bytes, recall: Recall) -> None:
        """Leave out the lines whose digests `recall` gives, if this file has lines."""
        self._line_key, self._recall = line_key, recall

    def recognised(self) -> Recognised | None:
        """Return what was left out because raw holds it; None: all was sent."""
        return self._recognised

    def told(self) -> Told:
        """Return the scopes that the file is complete for; a file tells no count and no cursor."""
        return Told(scopes=frozenset(self._scopes))

    def batches(self) -> Iterator[list[Change]]:
        """Yield the file's changes; raises a FeedError when the file as a whole must not load."""
        header = next(self._content.rows(), [])
        columns = map_columns(self._layout, self._identity.file, header)
        check_required(self._content.where, self._layout, self._identity.file, columns)
        self._know_lines(header)
        if self._recall is not None and self._known is None and not self._begins_again:
            yield from self._changes(columns, Survey(header), None, repeats.Repeats())
            return
        survey = Survey(header)
        repeated = self._first_pass(columns, survey)
        again = self._repeats(columns, survey, repeated)
        yield from self._changes(columns, survey, repeated, again)

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
        if self._recall is None or not self._content.is_lined:
            return
        said = [self._identity.file.name, self._layout.model_dump_json(), *header]
        said += [f"{name}={value}" for name, value in self._identity.constants.items()]
        self._digester = Digester([*said, *self._rules.said()], self._line_key)
        known = KnownLines(self._digester, self._recall(self._digester.signature))
        self._known = known if len(known) else None

    def _rows(self) -> Iterator[Row]:
        return chain.from_iterable(self._batches_of_rows(MOST_ROWS))

    def _batches_of_rows(self, size: int) -> Iterator[list[Row]]:
        """Data rows to be read, with their number as a spreadsheet shows it; the header is row 1.

        With them the bytes of a row that is one line, where they are wanted.
        """
        if self._known and self._known.is_whole_file:
            return iter(())
        if self._digester is None:
            return _in_batches(self._all_rows(), size)
        skips = self._known.skips() if self._known else None
        return islice(self._content.records(size, skips), 1, None)

    def _first_rows(self) -> Iterator[Row]:
        if self._known is None:
            return self._all_rows()
        found = self._content.records(MOST_ROWS, self._known.find, self._known.is_inside)
        return islice(chain.from_iterable(found), 1, None)

    def _all_rows(self) -> Iterator[Row]:
        rows = islice(self._content.rows(), 1, None)
        first = self._content.form.first_row
        return ((number, None, row) for number, row in enumerate(rows, start=first))

    def _first_pass(self, columns: ColumnMap, survey: Survey) -> frozenset[int]:
        """Count all rows; returns the hashes of the keys that repeat."""
        builder = self._builder(columns)
        for _, _, row in self._first_rows():
            if survey.add(row):
                survey.hashes.add(builder.key_of(row))
        if self._known is None:
            return survey.hashes.repeated()
        repeated, known = self._known.settle(survey.hashes.all())
        survey.add_known(known)
        return repeated

    def _repeats(
        self, columns: ColumnMap, survey: Survey, repeated: frozenset[int]
    ) -> repeats.Repeats:
        if not repeated:
            return repeats.Repeats()
        width = survey.width
        rows = (
            (number, row)
            for number, _, row in self._rows()
            if len(row) == width and any(row) and not isinstance(row, NotText)
        )
        resolver = repeats.Resolver(self._identity.file, columns, self._builder(columns))
        return resolver.resolve(rows, repeated)

    def _changes(
        self,
        columns: ColumnMap,
        survey: Survey,
        repeated: frozenset[int] | None,
        again: repeats.Repeats,
    ) -> Iterator[list[Change]]:
        """What the rows say; `repeated` None: the survey is made on the way, in one pass."""
        reading = self._reading(columns, survey, repeated, again)
        rejected: Counter[str] = Counter()
        self._take_known(reading)
        self._note_columns(columns)
        keyless, is_first = False, True
        size = max(1, BATCH_CELLS // survey.header_width)
        for chunk in self._batches_of_rows(size):
            if repeated is None:
                survey.add_all([row for _, _, row in chunk])
                if is_first:
                    reading.expect(survey.width, survey.header_width)
                    is_first = False
                elif survey.width != reading.width:
                    raise self._read_again()
            changes = reading.changes(chunk)
            if repeated is None and survey.has_repeats(reading.keys):
                raise self._read_again()
            rejects = [change for change in changes if isinstance(change, Reject)]
            rejected.update(reject.reason for reject in rejects)
            keyless = keyless or any(reject.key is None for reject in rejects)
            yield changes
        if repeated is None and survey.has_repeats((), is_end=True):
            raise self._read_again()
        self._note_rows(survey, reading, rejected)
        if not survey.rows:
            raise self._empty()
        reading.owner.check(self._content.where)
        self._check_years(reading.builder, survey.rows)
        if self._identity.file.kind is FeedKind.SNAPSHOT and (keyless or not self._scopes):
            self._hold_deletions()
        self._notes["owner"] = reading.owner.said()

    def _reading(
        self,
        columns: ColumnMap,
        survey: Survey,
        repeated: frozenset[int] | None,
        again: repeats.Repeats,
    ) -> Reading:
        reading = Reading(
            self._content.where,
            self._builder(columns),
            OwnerCheck(self._layout, columns, self._rules.ours),
            least_width=survey.least_width,
            scopes=self._scopes,
            digester=self._digester,
            repeated=repeated or frozenset(),
            again=again,
        )
        reading.expect(survey.width, survey.header_width)
        return reading

    def _read_again(self) -> ReadAgainError:
        """Forget what was read: the next reading looks through the whole file first."""
        self._begins_again = True
        self._scopes.clear()
        return ReadAgainError()

    def _take_known(self, reading: Reading) -> None:
        """Count the rows that are not read, which were accepted as ours and of this year."""
        if self._known is None:
            return
        self._recognised = self._known.recognised()
        builder = reading.builder
        for row, count in self._known.groups():
            reading.owner.count({reading.owner.cells(row): count})
            if (scope := builder.scope_of(row)) is not None:
                reading.within(scope)
            builder.years.right += count if builder.reads_years else 0

    def _hold_deletions(self) -> None:
        """A row without a readable key may be any row: then absence proves nothing in this file."""
        self._scopes.clear()
        self._scopes.add(NO_SCOPE)
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

    def _empty(self) -> EmptyFeedError:
        return EmptyFeedError(
            self._content.where,
            seen="a header without rows",
            expected="at least one row",
            next_step="Ask the vendor whether the export ran; the last file's data stays.",
        )

    def _note_columns(self, columns: ColumnMap) -> None:
        self._notes.update(
            variant=columns.variant,
            columns=len(columns.header),
            unknown_columns=[n for n in columns.unknown.values() if n not in columns.second_names],
            second_names=columns.second_names,
            dropped_columns=sorted(columns.dropped.values()),
            missing_optional_columns=columns.missing,
        )

    def _note_rows(self, survey: Survey, reading: Reading, rejected: Counter[str]) -> None:
        again = reading.again
        self._notes.update(
            encoding=f"utf-8, and cp1252 in {survey.mended} rows"
            if survey.mended
            else self._content.encoding,
            rows=survey.rows,
            rejected=dict(rejected),
            repeated_keys={
                "left_out_same": _same(again) - again.per_class,
                "left_out_per_class": again.per_class,
                "left_out_older": sum(again.replaced.values()),
                "numbered": len(again.number_of),
            },
        )
        if reading.blank:
            self._notes["blank_rows"] = reading.blank


def _in_batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch


def _same(again: repeats.Repeats) -> int:
    return sum(not differed for differed in again.replaced.values())
