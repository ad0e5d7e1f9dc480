"""One resource as a feed: a full read, or the changes since a version, all under one ceiling."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from include.errors import CountMismatchError, ProtocolError
from include.net.prefetch import read_ahead
from include.records import (
    Change,
    FeedKind,
    Holds,
    KeyChange,
    Reject,
    Seen,
    Told,
    Tombstone,
    Upsert,
)
from include.sources.edfi.client import Client
from include.sources.edfi.paging import Page, Reader
from include.sources.edfi.problems import RefusedError, error_for
from include.sources.edfi.resources import Resource
from include.sources.edfi.watermark import check_watermark

ID = re.compile(r"[0-9a-f]{32}")
# below this many pages a split into partitions costs more requests than it saves
PARTITION_PAGES = 10
MAX_CATCH_UPS = 50
Filters = dict[str, str | int]
Batches = Iterator[list[Change]]
# yields batches, returns how many rows the source says there are
Counted = Generator[list[Change], None, int]


def open_stream(
    client: Client, resource: Resource, *, ceiling: int | None, since: int | None
) -> EdfiStream:
    """Ask the source what it holds and return the feed, not yet read.

    `ceiling` is the newest change version at the start of the run, the same for all resources;
    `since` the stored watermark. Without `since`, or for a resource without history, all is read.
    """
    if since is not None and ceiling is not None and since > ceiling:
        check_watermark(client.newest_change_version(), since, resource.feed)
        # the source is sound: an old run is repeated, and a later one has loaded all of this
        ceiling = since
    return EdfiStream(client, resource, ceiling=ceiling, since=since)


class EdfiStream:
    """A FeedStream with its kind. `absent`: this data standard does not have the resource.

    `is_empty`: the source counted no row in what was asked for.
    """

    def __init__(
        self, client: Client, resource: Resource, *, ceiling: int | None, since: int | None
    ) -> None:
        self.client, self.resource = client, resource
        self._source_count: int | None = None
        self._watermark: str | None = None if ceiling is None else str(ceiling)
        self.absent = False
        self.is_delta = since is not None and ceiling is not None
        self._reader = Reader(client)
        self._renamed: dict[str, int] = {}  # newest key change of each record so far
        self._since, self._ceiling = since, ceiling
        self._window = self._bounds()
        # a delta up to where we stand already needs no request
        self._is_current = self.is_delta and since == ceiling
        self._total = 0 if self._is_current else self._count_first()
        self._source_count = None if self.absent else self._total
        self.is_empty = not self._total
        # the API answers a key without rights with an empty list, and an absent resource has no
        # rows either: neither may delete what we hold, so only a read with rows is a snapshot
        self.kind = FeedKind.SNAPSHOT if self._total and not self.is_delta else FeedKind.DELTA
        if not self._total and not self.is_delta:
            # no watermark: when rows or rights appear one day, all is read, old versions too
            self._watermark = None

    def batches(self) -> Generator[list[Change], None, None]:
        """One batch per page; key changes first, then deletes, then rows.

        Rows come last because they are the later truth: a row that is there under the ceiling
        outlived every delete under the ceiling, even one of its own id.
        """
        if self.absent or self._is_current:
            return
        try:
            if self.is_delta:
                yield from self._history("keyChanges", self._key_change)
                yield from self._history("deletes", self._tombstone)
            self._source_count = yield from self._rows()
            if not self.is_delta and self._ceiling is not None:
                yield from self._seen_later()
        except RefusedError as error:
            raise self._error(error) from None

    def told(self) -> Told:
        """Return the source's own count, and the cursor for the next run."""
        return Told(self._source_count, self._watermark)

    def holds(self) -> Holds | None:
        """How many records the source holds at the ceiling, asked once the feed is read.

        What changed after the ceiling is told apart: such rows have left the window below it, and
        such deletes have made the total smaller. None where the read itself says it: a full one
        with rows, and a delta that needed no request.
        """
        if self.absent:
            return Holds(0, 0)
        if self._is_current or self.kind is FeedKind.SNAPSHOT:
            return None
        try:
            return self._count_held()
        except RefusedError as error:
            raise self._error(error) from None

    def _count_held(self) -> Holds | None:
        client, path = self.client, self.resource.path
        total = client.count(path, {}) if self._window else 0
        if not self.is_delta:
            # rows beyond the ceiling only: the next run reads them
            return None if total else Holds(0, 0)
        ceiling = self._ceiling or 0
        if client.newest_change_version() == ceiling:
            return Holds(total, total)
        least = client.count(path, {"maxChangeVersion": ceiling})
        gone = client.count(f"{path}/deletes", {"minChangeVersion": ceiling + 1})
        return Holds(least, total + gone)

    # rows

    def _rows(self) -> Counted:
        path, received = self.resource.path, 0
        if not self._total:
            return 0
        for page in self._pages(path, self._window, self._total):
            received += len(page.rows)
            yield [self._upsert(row, ref) for row, ref in zip(page.rows, page.refs, strict=True)]
        # under a ceiling rows only leave (changed or deleted): the smaller total must arrive.
        # Without one, others may come in unseen; then this can alarm for nothing, and a rerun helps
        expected = min(self._total, self.client.count(path, self._window))
        self._check_count(path, received, expected)
        return expected

    def _pages(self, path: str, filters: Filters, total: int) -> Iterator[Page]:
        """Pages of a collection, read ahead in threads."""
        threads = self.client.source.threads
        parts: list[Callable[[], Iterator[Page]]] = []
        if self._uses_cursor():
            if threads > 1 and total > PARTITION_PAGES * self._reader.limit:
                tokens = self.client.partitions(path, threads, filters) or []
                for number, token in enumerate(tokens, start=1):
                    label = f"partition {number} " if len(tokens) > 1 else ""
                    parts.append(
                        partial(self._by_cursor, path, filters, total, token=token, label=label)
                    )
            parts = parts or [partial(self._by_cursor, path, filters, total)]
        else:
            parts = [partial(self._reader.by_offset, path, filters, total)]
        return read_ahead(parts, threads=threads, depth=threads)

    def _uses_cursor(self) -> bool:
        wanted = self.client.source.paging
        return wanted == "cursor" or (wanted == "auto" and self.client.api.has_cursor_paging)

    def _by_cursor(
        self,
        path: str,
        filters: Filters,
        total: int,
        *,
        token: str | None = None,
        label: str = "",
    ) -> Iterator[Page]:
        pages = self._reader.by_cursor(path, filters, token=token, label=label)
        if pages is not None:
            return pages
        if self.client.source.paging == "cursor":
            raise ProtocolError(
                f"Ed-Fi {path} at {self.client.host}",
                seen="no Next-Page-Token",
                expected="one on every page, as `paging: cursor` asks",
                next_step="Set `paging: auto` in the district file.",
            )
        return self._reader.by_offset(path, filters, total)

    def _seen_later(self) -> Batches:
        """Rows that changed while we read lie beyond the ceiling; absence must not delete them.

        Each round has a ceiling of its own: a row that leaves it has moved into the next one.
        """
        low = (self._ceiling or 0) + 1
        for _ in range(MAX_CATCH_UPS):
            newest = self.client.newest_change_version()
            if newest is None or newest < low:
                return
            window: Filters = {"minChangeVersion": low, "maxChangeVersion": newest}
            total = self.client.count(self.resource.path, window)
            if total:
                for page in self._pages(self.resource.path, window, total):
                    ids = (_usable_id(row) for row in page.rows)
                    yield [Seen(record_id) for record_id in ids if record_id is not None]
            low = newest + 1
        raise ProtocolError(
            f"Ed-Fi {self.resource.name} at {self.client.host}",
            seen=f"new changes after each of {MAX_CATCH_UPS} looks",
            expected="a pause in the changes",
            next_step="Run at a quieter hour, or use a snapshot (use_snapshot: true).",
        )

    def _upsert(self, row: Any, ref: str) -> Change:
        if not isinstance(row, dict):
            detail = f"seen a JSON {type(row).__name__}, expected an object"
            return Reject("not_an_object", detail, ref)
        record_id = _usable_id(row)
        payload = self.resource.clean(row)
        if record_id is None:
            detail = "seen no usable value, expected 32 hexadecimal digits"
            return Reject("bad_id", detail, ref, column="id", payload=payload)
        return Upsert(record_id, payload, ref)

    # deletes and key changes: offset paging only

    def _history(self, part: str, make: Callable[[dict[str, Any], str], Change | None]) -> Batches:
        path = f"{self.resource.path}/{part}"
        try:
            total = self.client.count(path, self._window)
        except RefusedError as error:
            self._without_history(part, error)
            return
        if not total:
            return
        received = 0
        reader = Reader(self.client)
        for page in reader.by_offset(path, self._window, total):
            received += len(page.rows)
            changes = (
                make(row, f"{part} {ref}")
                if isinstance(row, dict)
                else Reject("not_an_object", f"{part}: expected an object", f"{part} {ref}")
                for row, ref in zip(page.rows, page.refs, strict=True)
            )
            yield [change for change in changes if change is not None]
        expected = min(total, self.client.count(path, self._window))
        self._check_count(path, received, expected)

    def _without_history(self, part: str, error: RefusedError) -> None:
        problem = error.problem
        if problem.status != HTTPStatus.NOT_FOUND or problem.is_snapshot_missing:
            raise error_for(
                problem, host=self.client.host, resource=f"{self.resource.name}/{part}"
            ) from None
        if part == "keyChanges":
            # old hosts lack it; the renamed rows themselves come as changed rows, by their id
            return
        raise ProtocolError(
            f"Ed-Fi {self.resource.name}/deletes at {self.client.host}",
            seen=f"no such address ({problem})",
            expected="the deletes since the last load",
            next_step="Run with full_refresh, which finds deletions by absence, and ask the "
            "host to enable change queries for this resource.",
        )

    def _key_change(self, row: dict[str, Any], ref: str) -> Change | None:
        record_id, old, new = _usable_id(row), row.get("oldKeyValues"), row.get("newKeyValues")
        if record_id is None:
            detail = "key change without a usable id"
            return Reject("bad_id", detail, ref, column="id", payload=row)
        if not isinstance(old, dict) or not isinstance(new, dict):
            detail = "key change without oldKeyValues and newKeyValues"
            return Reject("bad_key_change", detail, ref, key=record_id, payload=row)
        # pages come last first: an older change of a record must not undo a newer one
        version = row.get("changeVersion")
        if isinstance(version, int):
            if version < self._renamed.get(record_id, version):
                return None
            self._renamed[record_id] = version
        return KeyChange(record_id, old, new, ref)

    def _tombstone(self, row: dict[str, Any], ref: str) -> Change:
        record_id = _usable_id(row)
        if record_id is None:
            # our key is the id; the natural key alone does not say which record it was
            detail = "delete without a usable id: the record stays until a full_refresh"
            return Reject("delete_without_id", detail, ref, column="id", payload=row)
        return Tombstone(record_id, ref)

    # shared

    def _bounds(self) -> Filters:
        """The window of change versions: never a lower bound on a full read, for the rows at 0."""
        window: Filters = {}
        if self.is_delta and self._since is not None:
            window["minChangeVersion"] = self._since + 1
        if self._ceiling is not None:
            window["maxChangeVersion"] = self._ceiling
        return window

    def _count_first(self) -> int:
        try:
            return self.client.count(self.resource.path, self._window)
        except RefusedError as error:
            problem = error.problem
            if (
                self.resource.optional
                and problem.status == HTTPStatus.NOT_FOUND
                and not problem.is_snapshot_missing
            ):
                self.absent = True
                return 0
            raise self._error(error) from None

    def _error(self, error: RefusedError) -> Exception:
        return error_for(error.problem, host=self.client.host, resource=self.resource.name)

    def _check_count(self, path: str, received: int, expected: int) -> None:
        if received < expected:
            raise CountMismatchError(
                f"Ed-Fi {path} at {self.client.host}",
                seen=f"{received} rows",
                expected=f"{expected} by the source's own Total-Count",
                next_step="Nothing was stored. Run again; if it stays, tell the host and look "
                "for a proxy that shortens pages. See docs/sources/edfi.md#errors.",
            )


def _usable_id(row: Any) -> str | None:
    """The record's id as 32 lower-case hexadecimal digits, or None."""
    value = row.get("id") if isinstance(row, dict) else None
    if not isinstance(value, str):
        return None
    text = value.replace("-", "").lower()
    return text if ID.fullmatch(text) else None
