"""A source's run: its plan, then its groups, each item into raw."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from include import landing
from include.bind import bind
from include.errors import DeltaGapError, FirstbellError
from include.ingest.bound import bound
from include.ingest.ledger import WarehouseLedger
from include.landing import LoadRequest, LoadResult
from include.records import READ_BY
from include.run import Run
from include.sources.base import Item, Plan, Reading, Source

log = logging.getLogger(__name__)


def plan(run: Run, name: str) -> Plan:
    """What this run reads of a source, and how far; all that must stop it is looked at first.

    Whatever stops it, a host that is down as well, is one ledger row for the whole source, so that
    its health is bad, a ticket is opened, and no tiers are made of what is left of a system of
    record.
    """
    with bound(run, name) as source:
        try:
            return source.plan(_ledger(run, source))
        except FirstbellError as error:
            record_failed(run, source, source.outage(), error)
            raise


def groups(run: Run, name: str, only: Collection[str] = ()) -> list[str]:
    """The groups of a source, one task each; `only` names resources or groups."""
    with bind(run, name, only) as source:
        return source.groups()


def load(
    run: Run, name: str, found: Plan, group: str, only: Collection[str] = ()
) -> list[LoadResult]:
    """Load one group of a source as planned.

    An item that fails does not stop the others; the first error is raised after the last, with the
    names of all that failed. Where the source is down, or lets us in no more, the others are not
    asked for: each would wait as long, for the same answer.
    """
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    down: FirstbellError | None = None
    with bound(run, name, only) as source:
        for item in source.items(found, group):
            try:
                if down is not None:
                    raise _not_asked(run, source, item, down)
                results += _load_item(run, source, item, found)
            except FirstbellError as error:
                log.error("%s", error)
                failures[item.name] = error
                if down is None and source.is_down(error):
                    down = error
        raise_first(failures)
        source.after(found)
    return results


def load_groups(run: Run, name: str, found: Plan, only: Collection[str] = ()) -> list[LoadResult]:
    """Load every group of a source as planned; one that fails does not stop the others."""
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    for group in groups(run, name, only):
        try:
            results += load(run, name, found, group, only)
        except FirstbellError as error:
            failures[group] = error
    raise_first(failures)
    return results


def _load_item(run: Run, source: Source[Any], item: Item, found: Plan) -> list[LoadResult]:
    """Load the feeds of one item; one that fails does not stop the others."""
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    for reading in _open(run, source, item, found):
        try:
            results.append(_land(run, source, reading))
        except DeltaGapError as error:
            log.warning("%s It is read whole now.", error)
            again = _open(run, source, item, found, whole=True)
            results += [_land(run, source, reading) for reading in again]
            break
        except FirstbellError as error:
            if failures:  # the first is logged by who asked
                log.error("%s", error)
            failures[reading.window] = error
    raise_first(failures)
    return results


def _open(
    run: Run, source: Source[Any], item: Item, found: Plan, *, whole: bool = False
) -> Sequence[Reading]:
    try:
        return source.open(item, found, _ledger(run, source), whole=whole)
    except FirstbellError as error:
        # refused before anything was read: the ledger must know, or the tiers mix two nights
        record_failed(run, source, item, error)
        raise


def _land(run: Run, source: Source[Any], reading: Reading) -> LoadResult:
    request = LoadRequest(
        feed=reading.feed,
        kind=reading.kind,
        window=reading.window,
        run=run.context,
        instance=source.run.instance,
        delete_policy=source.config.delete_policy,
        release_parked=run.release_parked,
        file_hash=reading.file_hash,
        volatile=reading.volatile,
        notes=reading.notes,
        is_full_read=reading.is_full_read,
        written_at=reading.written_at,
        is_referred_to=reading.is_referred_to,
        together=reading.together,
        holds=reading.holds,
        needs_rows=reading.needs_rows,
        goes_back=reading.goes_back,
    )
    if reading.stream is None:
        return landing.record_skipped(run.dsn, request)
    if not run.full_refresh and _is_in(run, source, reading):
        return landing.record_skipped(run.dsn, request)
    return landing.land(run.dsn, reading.stream, request)


def _ledger(run: Run, source: Source[Any]) -> WarehouseLedger:
    return WarehouseLedger(run.dsn, source.run.instance)


def _is_in(run: Run, source: Source[Any], reading: Reading) -> bool:
    """Whether the file of this reading was loaded before, read as it would be now, and counts."""
    known = reading.file_hash
    return known is not None and landing.was_loaded(
        run.dsn,
        reading.feed,
        reading.window,
        known,
        instance=source.run.instance,
        read_by=reading.notes.get(READ_BY),
    )


def _not_asked(run: Run, source: Source[Any], item: Item, down: FirstbellError) -> FirstbellError:
    """Write down an item that was not asked for, and return why."""
    error = type(down)(
        f"{run.district.code}: {source.title} {item.name}",
        seen=f"not asked for, because of {down.where}: {down.seen}",
        expected="a source that answers",
        next_step=down.next_step,
    )
    record_failed(run, source, item, error)
    return error


def record_failed(run: Run, source: Source[Any], item: Item, error: FirstbellError) -> None:
    """Write to the ledger that an item failed before it was read."""
    request = LoadRequest(
        feed=item.feed,
        kind=item.kind,
        window=item.window,
        run=run.context,
        instance=source.run.instance,
        delete_policy=source.config.delete_policy,
        notes=item.notes,
        file_hash=item.file_hash,
    )
    landing.record_failed(run.dsn, request, error)


def raise_first(failures: dict[str, FirstbellError]) -> None:
    """Raise what failed first; when more failed, say which."""
    if not failures:
        return
    first = next(iter(failures.values()))
    if len(failures) > 1:
        first.add_note(f"Also failed: {', '.join(list(failures)[1:])}. Each is logged above.")
    raise first


def totals(results: Iterable[LoadResult]) -> dict[str, int]:
    """The counts of some loads, added up."""
    listed = list(results)
    return {
        "loads": len(listed),
        "seen": sum(result.rows_seen for result in listed),
        "written": sum(r.rows_new + r.rows_changed + r.rows_deleted for r in listed),
        "rejected": sum(result.rows_rejected for result in listed),
    }
