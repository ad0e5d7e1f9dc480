"""One table as a feed: all of it, or what changed since a moment, in the order of its key."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from itertools import pairwise

from include.errors import CountMismatchError, DeltaGapError, ProtocolError
from include.records import Change, FeedKind, Holds, Told, Upsert
from include.sources.powerschool.client import Client, Values
from include.sources.powerschool.cursor import Cursor
from include.sources.powerschool.plugin import EPOCH
from include.sources.powerschool.problems import PAGE
from include.sources.powerschool.rows import change, key_of
from include.sources.powerschool.tables import Table


class PowerSchoolStream:
    """A FeedStream with its kind. `is_empty`: the source counted no row in what was asked for.

    Pages are asked for by the key of the last row, so nothing can shift while others write: a row
    that is deleted moves none, and a new one has a higher key and comes last.
    """

    def __init__(
        self, client: Client, table: Table, values: Values, *, today: date, since: Cursor | None
    ) -> None:
        self.client, self.table, self._today = client, table, today
        config = client.config
        begins = None
        if table.changed and since is not None:
            due = since.is_due(today, timedelta(days=config.compare_every_days))
            overlap = timedelta(minutes=config.overlap_minutes)
            begins = None if due else since.begins(overlap)
        known = {**values, "changed_since": EPOCH}
        self._all = {name: known[name] for name in table.arguments if name != "after_key"}
        self._asked, self._since = self._all, None if begins is None else since
        self._total = self._held = client.count(table, self._all)
        if begins is not None:
            self._asked = {**self._all, "changed_since": begins}
            self._total = client.count(table, self._asked)
        self.is_delta = self._since is not None
        self._cursor = Cursor(None, since.read_whole_on if since and self.is_delta else today)
        self._source_count: int | None = self._total
        self.is_empty = not self._total
        # a plugin without rights is refused, but a query that gives nothing deletes nothing either
        self.kind = FeedKind.SNAPSHOT if self._total and not self.is_delta else FeedKind.DELTA
        self._watermark: str | None = None

    def batches(self) -> Generator[list[Change], None, None]:
        """One batch per page; the cursor is known once the last is read."""
        after, received = 0, 0
        while self._total:
            rows = self.client.page(self.table, self._asked, after=after)
            if not rows:
                break
            changes = [
                change(self.table, row, f"{self.table.name} row {number}")
                for number, row in enumerate(rows, received + 1)
            ]
            received += len(rows)
            after = self._next_key(rows, after)
            self._look_at(changes)
            yield changes
            # a short page is the last one, unless it was shortened
            if len(rows) < self.client.page_size and received >= self._total:
                break
        self._check_count(received)
        self._check_moment()
        if self.table.changed and self._total:
            self._watermark = str(self._cursor)

    def told(self) -> Told:
        """Return the source's own count, and the cursor for the next run."""
        return Told(self._source_count, self._watermark)

    def holds(self) -> Holds | None:
        """How many records the source holds, asked once the changes are read.

        Rows that came or went meanwhile lie between both counts. None where the read itself says
        it: a whole one with rows.
        """
        if self.kind is FeedKind.SNAPSHOT:
            return None
        if not self.is_delta:
            return Holds(0, 0)
        now = self.client.count(self.table, self._all)
        return Holds(min(self._held, now), max(self._held, now))

    def _look_at(self, changes: list[Change]) -> None:
        if self.table.changed is None:
            return
        for one in changes:
            moment = one.payload.get(self.table.changed) if isinstance(one, Upsert) else None
            if moment:
                self._cursor = self._cursor.saw(str(moment), today=self._today)

    def _next_key(self, rows: list[object], after: int) -> int:
        """The last key of a page; every key must follow the one before it."""
        keys = [key for row in rows if (key := key_of(self.table, row)) is not None]
        if not keys:
            raise self._strange(f"a page without one usable {self.table.key}")
        if any(later <= earlier for earlier, later in pairwise([after, *keys])):
            raise self._strange("rows that we have had, or out of order")
        return keys[-1]

    def _check_count(self, received: int) -> None:
        # others may delete rows meanwhile: the smaller total must arrive
        if received >= self._total:
            return
        expected = min(self._total, self.client.count(self.table, self._asked))
        self._source_count = expected
        if received < expected:
            raise CountMismatchError(
                f"PowerSchool {self.table.name} at {self.client.host}",
                seen=f"{received} rows",
                expected=f"{expected} by the source's own count",
                next_step="Nothing was stored. Run again; if it stays, look for a proxy that "
                f"shortens answers. See {PAGE}#errors.",
            )

    def _check_moment(self) -> None:
        """A read of changes overlaps the one before, so it brings the row with the last moment.

        Where no row has it or a later one, the newest rows were deleted or the database was
        restored, and then what was written before is news too.
        """
        last = self._since.moment if self._since else None
        seen = self._cursor.moment
        if last is not None and (seen is None or seen < last):
            raise DeltaGapError(
                f"PowerSchool {self.table.name} at {self.client.host}",
                seen="no row as new as the last one that was read",
                expected="that row, or one that was written later",
                next_step="Nothing to do: the table is read whole after this.",
            )

    def _strange(self, seen: str) -> ProtocolError:
        return ProtocolError(
            f"PowerSchool {self.table.name} at {self.client.host}",
            seen=seen,
            expected=f"the rows after a key, by {self.table.key}",
            next_step="The query is not ours, or a proxy repeats answers: ask the district's "
            f"PowerSchool administrator to install the plugin anew. See {PAGE}#errors.",
        )
