"""The end of an ingest: what it did not come to is written down as failed.

A task that is killed writes no ledger row. Without one its feeds look as good as last night's: no
ticket is opened, and where a source has no watermarks nothing else shows it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from include import landing
from include.bind import ingest_stage
from include.errors import FirstbellError, UnreadError
from include.ingest.bound import bound
from include.ingest.load import record_failed
from include.run import Run
from include.sources.base import Item, Plan, Source

log = logging.getLogger(__name__)

_GOOD = frozenset({"loaded", "unchanged", "skipped"})


def close_source(
    run: Run,
    name: str,
    found: Plan | None,
    only: Collection[str] = (),
    *,
    done: Collection[str] | None = None,
) -> list[str]:
    """Write a failed ledger row for all that this run should have loaded; returns the names.

    `found` is the run's plan; None: it came to none. A run without any row is one outage, not one
    of everything: one row says so. `done` are the groups that ended well; None: nobody knows.
    """
    source = bound(run, name, only)
    outage = source.outage()
    if found is not None:
        unread = _unread(run, source, found, outage, done)
    elif _statuses(run, source):
        unread = []  # it says already that it failed
    else:
        unread = [outage]
    for item in unread:
        _record(run, source, item)
    return [item.name for item in unread]


def _statuses(run: Run, source: Source[Any]) -> dict[str, str]:
    instance = source.run.instance
    return landing.statuses_of_run(run.dsn, source.raw_name, run.run_id, instance=instance)


def _unread(
    run: Run, source: Source[Any], found: Plan, outage: Item, done: Collection[str] | None
) -> list[Item]:
    items = [
        item
        for group in source.groups()
        if group not in (done or ())
        for item in source.items(found, group)
    ]
    if not items:
        return []
    statuses = _statuses(run, source)
    if not statuses:
        return [next((i for i in items if i.feed == outage.feed), items[0])]
    if not _GOOD & set(statuses.values()):
        return []  # it says already that it failed
    windows = landing.windows_of_run(run.dsn, source.raw_name, run.run_id)
    # of a run that was cleared and killed again, the first attempt's row is still there
    behind = source.behind(
        landing.watermarks(run.dsn, source.raw_name, instance=source.run.instance)
    )
    unread = [
        item
        for item in items
        if not source.is_told(item, windows)
        or (statuses.get(item.feed.entity) in _GOOD and item.feed.entity in behind)
    ]
    if not unread and done is not None and set(statuses.values()) <= _GOOD:
        # killed within an item of several feeds, of which the first are in
        return items[-1:]
    return unread


def _record(run: Run, source: Source[Any], item: Item) -> None:
    error = UnreadError(
        f"{run.district.code}: {source.run.name} {item.name}",
        seen="its task ended without saying what became of it",
        expected="everything that the run should read",
        next_step="Read the red task's log (stopped, out of time, or its error), then clear it.",
    )
    log.error("%s", error)
    record_failed(run, source, item, error)


def end(run: Run, stage: str, *, brought: bool, is_partial: bool = False) -> None:
    """Write down that an ingest has ended; `brought`: there is something to take in."""
    landing.end_ingest(
        run.dsn, stage, run.run_id, run.as_of_date, brought=brought, is_partial=is_partial
    )


def note_end(
    run: Run,
    name: str,
    found: Plan | None,
    only: Collection[str] = (),
    *,
    done: Collection[str] | None = None,
) -> None:
    """Close a source's run and write down that it ended, well or not, if it is possible."""
    with _if_possible(run):
        close_source(run, name, found, only, done=done)
    with _if_possible(run):
        end(run, ingest_stage(name), brought=False, is_partial=bool(only))


@contextmanager
def _if_possible(run: Run) -> Iterator[None]:
    """Let nothing that goes wrong here keep the next stage from hearing that the ingest ended."""
    try:
        yield
    except (FirstbellError, psycopg.Error) as error:
        # the class alone: what the driver says may quote the connection
        log.warning(
            "%s: the ledger was not completed (%s): feeds of a killed task open no ticket;"
            " see the red tasks of this run",
            run.district.code,
            type(error).__name__,
        )
