"""What a load is asked to do, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from include.records import DeletePolicy, Feed, FeedKind, Holds, RunContext

Status = Literal["loaded", "unchanged", "skipped", "parked", "failed"]


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One load of one feed.

    `window` says which part of the source was read ("full", "after 120 to 340", a file's name).
    `volatile` names top-level fields that change without meaning (an etag): they are stored, but
    do not make a new version. `release_parked` lets a load delete beyond `delete_policy`.
    `is_full_read`: everything was asked for, whatever `kind` came of it; an empty full read arrives
    as a delta so that it deletes nothing, and still the old watermark means nothing any more.
    `holds` is asked once the feed is read: how many records the source holds, None when it does not
    say. `needs_rows`: a source without one record of this feed is never what it holds.
    `written_at`: when the file that is loaded was written; None: no file, or nobody knows.
    `is_referred_to`: records of other feeds point here, so that few deletions do much harm.
    `together`: entities of this source without which its records mean something else, as those they
    refer to; while one of them is parked in this run, this one deletes nothing.
    `instance`: which of several sources of this feed it is of; a record of one is never that of
    another. Empty: the first of them.
    `goes_back`: whether the second watermark is older than the first, as the source reads them.
    """

    feed: Feed
    kind: FeedKind
    window: str
    run: RunContext
    delete_policy: DeletePolicy = field(default_factory=DeletePolicy)
    release_parked: bool = False
    instance: str = ""
    file_hash: str | None = None
    volatile: frozenset[str] = frozenset()
    notes: Mapping[str, Any] = field(default_factory=dict)
    is_full_read: bool = False
    written_at: datetime | None = None
    is_referred_to: bool = False
    together: frozenset[str] = frozenset()
    holds: Callable[[], Holds | None] | None = None
    needs_rows: bool = False
    goes_back: Callable[[str, str], bool] | None = None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did, as its ledger row says it.

    `rows_seen` counts every usable change that arrived, `rows_duplicate` those that a later one of
    the same key replaced within the load. A key that was deleted and came back counts as new.
    """

    load_id: int
    feed: Feed
    status: Status
    rows_seen: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_deleted: int = 0
    rows_rejected: int = 0
    source_count: int | None = None
    seconds: float = 0.0
    rows_duplicate: int = 0
