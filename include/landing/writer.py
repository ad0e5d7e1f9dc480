"""Load one feed: stage it, compare, check, and commit data and ledger in one transaction."""

from __future__ import annotations

import contextlib
import errno
import gc
import itertools
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import psycopg

from include import warehouse
from include.errors import (
    DiskFullError,
    FirstbellError,
    ParkedFeedError,
    PastYearError,
    StorageError,
)
from include.landing import (
    bulk,
    checks,
    key_changes,
    known,
    ledger,
    merge,
    newer_files,
    run_rows,
    stage,
    tables,
)
from include.landing.encode import Encoder, Tally
from include.landing.locks import exclusive
from include.landing.merge import Counts
from include.landing.request import LoadRequest, LoadResult
from include.landing.spool import Spool
from include.records import LEFT_ALONE, Change, FeedKind, FeedStream, ReadAgainError, Told
from include.settings import Settings

log = logging.getLogger(__name__)

# a smaller feed is staged even into an empty table: building its index anew would cost more
BULK_FROM_ROWS = 5_000

# objects, about 10,000 records
_COLLECT_AFTER = 100_000

# enough to hash the keys of a large district in memory; the rest goes to disk
_SESSION = (
    "set work_mem = '64MB'",
    "set temp_buffers = '16MB'",
    # the planner needs sizes, not histograms, and staged rows are read once or twice
    "set default_statistics_target = 10",
    "set time zone 'UTC'",
)


@dataclass(slots=True)
class _Load:
    """One load under way."""

    connection: psycopg.Connection
    stream: FeedStream
    request: LoadRequest
    load_id: int
    started_at: datetime
    started: float


def land(dsn: str, stream: FeedStream, request: LoadRequest) -> LoadResult:
    """Commit the feed's changes to raw, with its ledger row, rejects and watermark, or nothing.

    Loads of one feed wait for each other. Raises FeedError before anything is changed; each
    failure leaves a ledger row of its own.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    with psycopg.connect(dsn, autocommit=True) as connection:
        with exclusive(connection, f"feed {request.feed}"):
            load = _Load(
                connection, stream, request, ledger.new_load_id(connection), started_at, started
            )
            try:
                with _rare_collections():
                    result = _run(load)
            except PastYearError as error:
                since = ledger.refused_since(connection, request, type(error).__name__)
                if since is None:
                    _record_failure(dsn, load, error)
                    raise
                result = _close_left_alone(load, error, since)
            except (GeneratorExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # a scheduler's task timeout is no Exception
                known = _without_values(error, request)
                _record_failure(dsn, load, known)
                if known is error:
                    raise
                raise known from None
    log.info(
        "%s: %s, %d seen, %d new, %d changed, %d deleted, %d rejected in %.1f s",
        request.feed,
        result.status,
        result.rows_seen,
        result.rows_new,
        result.rows_changed,
        result.rows_deleted,
        result.rows_rejected,
        result.seconds,
    )
    return result


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the cycle collector run rarely: parsed records hold no cycles, and walking through them
    again and again costs a third of a load."""
    before = gc.get_threshold()
    gc.set_threshold(max(_COLLECT_AFTER, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _run(load: _Load) -> LoadResult:
    for statement in _SESSION:
        load.connection.execute(statement)
    stage.create(load.connection)
    known.offer(load.connection, load.request, load.stream)
    try:
        return _read(load)
    except ReadAgainError:
        # what was staged is taken away here, what stood in raw was rolled back
        log.info("%s: read again from its beginning", load.request.feed)
        stage.empty(load.connection)
        return _read(load)


def _read(load: _Load) -> LoadResult:
    """Read the stream from its beginning, and load it."""
    batches = iter(load.stream.batches())
    head, is_large = _read_ahead(batches)
    everything = itertools.chain(head, batches)
    if is_large and bulk.is_empty(load.connection, load.request.feed):
        try:
            return _load_first(load, everything)
        except bulk.TableInUseError:
            # nothing but the lock raises this: `everything` is still whole
            log.info("%s: the table is being read, staging the first load", load.request.feed)
    with contextlib.closing(Spool()) as spool:
        return _load_staged(load, everything, spool)


def _read_ahead(batches: Iterator[list[Change]]) -> tuple[list[list[Change]], bool]:
    """The first batches, and whether the feed is large."""
    head: list[list[Change]] = []
    held = 0
    for batch in batches:
        head.append(batch)
        held += len(batch)
        if held >= BULK_FROM_ROWS:
            return head, True
    return head, False


def _load_first(load: _Load, batches: Iterator[list[Change]]) -> LoadResult:
    connection, request = load.connection, load.request
    encoder = Encoder(load.load_id, request.volatile, instance=request.instance)
    with bulk.opened(connection, request.feed, request.instance) as targets:
        stage.pour(connection, encoder.chunks(batches), targets)
        tally, told = encoder.tally, load.stream.told()
        checks.not_empty(request, tally)
        counts = bulk.settle(connection, request.feed, tally.upserts, tally.tombstones)
        checks.complete(request, told.source_count, counts.received)
        tables.name_cells(connection, encoder.cell_names)
        result = _write_ledger(load, told, tally, counts)
    return replace(result, seconds=time.monotonic() - load.started)


def _load_staged(load: _Load, batches: Iterator[list[Change]], spool: Spool) -> LoadResult:
    connection, request = load.connection, load.request
    encoder = Encoder(load.load_id, request.volatile, spool)
    # outside a transaction: reading a slow source must not hold one open
    stage.pour(connection, encoder.chunks(batches), stage.TARGETS)
    recognised = known.stage_recognised(connection, request, load.stream)
    tally, told = encoder.tally.plus_upserts(recognised), load.stream.told()
    checks.not_empty(request, tally)
    holds = request.holds() if request.holds else None
    with connection.transaction():
        superseded = newer_files.superseded(connection, request, told.scopes)
        if superseded:
            if superseded >= told.scopes:
                return _close_superseded(load, superseded)
            tally = tally.plus_upserts(-newer_files.leave_out(connection, superseded))
            told = replace(told, scopes=told.scopes - superseded)
        counts = _compare_snapshot(load, told, tally) or _compare(load, told, tally, spool)
        if counts.deleted:
            live = merge.count_live(connection, request, told.scopes)
            checks.within_delete_policy(
                request, counts, live, run_rows.parked_beside(connection, request)
            )
        if holds is not None:
            live = merge.count_live(connection, request, ()) + counts.new - counts.deleted
            rejected = ledger.rejected_in_full(connection, request)
            checks.agrees(request, holds, live, rejected)
        if counts.effective:
            merge.apply(connection, request, load.load_id, spool)
            tables.name_cells(connection, encoder.cell_names)
        known.remember(connection, request, load.stream)
        result = _write_ledger(load, told, tally, counts, superseded)
    return replace(result, seconds=time.monotonic() - load.started)


def _close_superseded(load: _Load, scopes: set[str]) -> LoadResult:
    """Write to the ledger that a file has nothing left to say."""
    result = LoadResult(
        load.load_id, load.request.feed, "skipped", seconds=time.monotonic() - load.started
    )
    notes = {"superseded": newer_files.SUPERSEDED, "superseded_scopes": sorted(scopes)}
    ledger.write(load.connection, load.request, result, load.started_at, notes=notes)
    log.info("%s (%s): %s", load.request.feed, load.request.window, newer_files.SUPERSEDED)
    return result


def _close_left_alone(load: _Load, error: PastYearError, since: date) -> LoadResult:
    """Write down that a file of a past year, refused on an earlier day, still lies there."""
    result = LoadResult(
        load.load_id, load.request.feed, "skipped", seconds=time.monotonic() - load.started
    )
    why = f"{error.seen}; expected {error.expected}"
    notes = {LEFT_ALONE: why, "refused_since": since.isoformat()}
    ledger.write(load.connection, load.request, result, load.started_at, notes=notes)
    log.warning("%s is left alone: %s. Refused since %s; remove it.", error.where, why, since)
    return result


def _compare_snapshot(load: _Load, told: Told, tally: Tally) -> Counts | None:
    """Compare a snapshot of whole records at once, without first looking for repeated keys.

    None where it has other changes, or where a key may have come twice: then nothing is decided.
    """
    connection, request = load.connection, load.request
    # a reject with a key leaves a mark for its record too
    only_records = tally.usable == tally.upserts and not tally.rejects
    if request.kind is not FeedKind.SNAPSHOT or not only_records:
        return None
    found = merge.compare(connection, request, told.scopes)
    if not merge.each_came_once(connection, request, told.scopes, found, tally.upserts):
        return None
    checks.complete(request, told.source_count, tally.upserts)
    return Counts.of(found, received=tally.upserts, records=tally.upserts)


def _compare(load: _Load, told: Told, tally: Tally, spool: Spool) -> Counts:
    """Leave one change per record, and compare."""
    connection, request = load.connection, load.request
    acting, received = merge.count_received(connection)
    checks.complete(request, told.source_count, received)
    duplicate = tally.upserts + tally.tombstones - acting
    if duplicate:
        merge.drop_earlier(connection)
    if tally.key_changes:
        patches = Encoder(load.load_id, request.volatile, spool)
        key_changes.stage_patched(connection, request, patches)
    # all staged records, until the comparison takes away what is new or changed
    only_whole_records = not (tally.tombstones or tally.key_changes)
    records = acting if only_whole_records else merge.count_upserts(connection)
    found = merge.compare(connection, request, told.scopes)
    return Counts.of(found, received=received, records=records, duplicate=duplicate)


def _write_ledger(
    load: _Load, told: Told, tally: Tally, counts: Counts, superseded: Iterable[str] = ()
) -> LoadResult:
    """Write ledger, rejects, watermark and reconciliation beside the data."""
    connection, request = load.connection, load.request
    stored = ledger.current_watermark(connection, request.feed, request.instance)
    checks.watermark_forward(request, stored, told.watermark)
    result = LoadResult(
        load_id=load.load_id,
        feed=request.feed,
        status="loaded" if counts.effective else "unchanged",
        rows_seen=tally.usable,
        rows_new=counts.new,
        rows_changed=counts.changed,
        rows_unchanged=counts.unchanged,
        rows_deleted=counts.deleted,
        rows_rejected=tally.rejects,
        source_count=told.source_count,
        rows_duplicate=counts.duplicate,
    )
    notes = newer_files.notes(request, told.scopes)
    if superseded:
        notes["superseded_scopes"] = sorted(superseded)
    ledger.write(
        connection, request, result, load.started_at, watermark=told.watermark, notes=notes
    )
    if tally.rejects:
        ledger.write_rejects(connection, request.feed, load.load_id)
    if told.watermark is not None:
        ledger.write_watermark(connection, request, told.watermark, load.load_id)
    elif request.is_full_read:
        # kept, it would make every later delta look as if the source went backwards
        ledger.forget_watermark(connection, request)
    if told.source_count is not None:
        ledger.write_source_count(
            connection, request, load.load_id, told.source_count, counts.received
        )
    return result


def _without_values(error: BaseException, request: LoadRequest) -> BaseException:
    """The error itself, or for the database's own errors one that repeats no key or payload."""
    if isinstance(error, psycopg.errors.DiskFull):
        return _disk_full(request, "the warehouse's disk is full", "there")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        place = Settings().work_dir
        return _disk_full(request, f"the disk of {place} is full", "there (FIRSTBELL_WORK_DIR)")
    if not isinstance(error, psycopg.Error):
        return error
    return StorageError(
        f"{request.feed} ({request.window})",
        seen=warehouse.words_of(error),
        expected="the load to commit",
        next_step="Data is unchanged. Look at the server's log; loading again is safe.",
    )


def _disk_full(request: LoadRequest, seen: str, where: str) -> DiskFullError:
    return DiskFullError(
        f"{request.feed} ({request.window})",
        seen=seen,
        expected="room for the load",
        next_step=f"Data is unchanged. Free space {where}, then load again; that is safe.",
    )


def _record_failure(dsn: str, load: _Load, error: BaseException) -> None:
    """Write the ledger row of a load that changed nothing."""
    is_parked = isinstance(error, ParkedFeedError)
    result = LoadResult(
        load.load_id,
        load.request.feed,
        "parked" if is_parked else "failed",
        source_count=load.stream.told().source_count,
    )
    # only our own messages are known to hold no values
    text = str(error) if isinstance(error, FirstbellError) else "unexpected; see the task's log"
    try:
        with psycopg.connect(dsn) as connection:
            ledger.write(
                connection,
                load.request,
                result,
                load.started_at,
                error_class=type(error).__name__,
                error=text,
            )
    except psycopg.Error as trouble:
        # the first error is the one to report; a dead server keeps no ledger
        log.warning("%s: no ledger row, %s", load.request.feed, type(trouble).__name__)
