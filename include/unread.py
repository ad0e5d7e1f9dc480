"""Once an ingest has ended: what it did not come to, put on the books.

A task that is killed writes no ledger row. Without one its feeds look as good as last night's: no
ticket is opened, and where a source knows no change versions nothing else shows it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from include import catalog
from include.config import FileSource
from include.errors import FirstbellError, UnreadError
from include.night import Night, file_sources
from include.records import FeedKind

if TYPE_CHECKING:
    from include.landing import LoadRequest
    from include.sources.edfi import Resource

log = logging.getLogger(__name__)

_GOOD = frozenset({"loaded", "unchanged", "skipped"})


def note_edfi(night: Night, names: Iterable[str]) -> None:
    """`record_edfi` for the resources or groups of these names (none: all), if it is possible."""
    with _if_possible(night):
        chosen = catalog.edfi_groups(names)
        record_edfi(night, [resource for group in chosen.values() for resource in group])


def note_vendors(
    night: Night, fetched: Mapping[str, Sequence[str] | None], landed: Mapping[str, bool]
) -> None:
    """`record_vendor` for each vendor whose files were not fetched (None), or not landed."""
    with _if_possible(night):
        for vendor, source in file_sources(night.district).items():
            names = fetched.get(vendor, ())
            if names is None or (names and not landed.get(vendor)):
                record_vendor(night, vendor, source, names or ())


def note_end(night: Night, stage: str, *, is_partial: bool = False) -> None:
    """Put on the books of runs that an ingest has ended, well or not, if it is possible."""
    from include import landing

    with _if_possible(night):
        landing.end_ingest(
            night.dsn, stage, night.run_id, night.as_of_date, brought=False, is_partial=is_partial
        )


@contextmanager
def _if_possible(night: Night) -> Iterator[None]:
    """Let nothing that goes wrong here keep the next stage from hearing that the ingest ended."""
    try:
        yield
    except (FirstbellError, psycopg.Error) as error:
        # the class alone: what the driver says may quote the connection
        log.warning(
            "%s: the ledger was not completed (%s): feeds of a killed task open no ticket;"
            " see the red tasks of this run",
            night.district.code,
            type(error).__name__,
        )


def record_edfi(night: Night, resources: Sequence[Resource]) -> list[str]:
    """Note the resources that this run did not come to; returns their names.

    A run that came to nothing at all is one outage, not one of every resource: one row says so, of
    the resource that a run asks for first where it reads it.
    """
    from include import landing

    known = landing.statuses_of_run(night.dsn, "edfi", night.run_id)
    if not known and resources:
        first = next((r for r in resources if r.name == "sessions"), resources[0])
        _record(night, "Ed-Fi", _of_edfi(night, first))
        return [first.name]
    if not _GOOD & set(known.values()):
        return []
    # of a run that was cleared and killed again, the first attempt's row is still there
    behind = set(landing.half_loaded(night.dsn, "edfi"))
    unread = [
        resource
        for resource in resources
        if resource.feed.entity not in known
        or (known[resource.feed.entity] in _GOOD and resource.feed.entity in behind)
    ]
    for resource in unread:
        _record(night, f"Ed-Fi {resource.name}", _of_edfi(night, resource))
    return [resource.name for resource in unread]


def _of_edfi(night: Night, resource: Resource) -> LoadRequest:
    from include import landing

    return landing.LoadRequest(resource.feed, FeedKind.DELTA, "not read", night.context)


def record_vendor(night: Night, name: str, source: FileSource, names: Sequence[str]) -> str | None:
    """Note that a vendor's fetch or landing ended without a word; returns the file it had come to.

    `names` are the files that it was to read; empty: none was fetched, and the vendor's first feed
    stands for what it would have brought. None where one of its feeds is on the books as failed.
    """
    from include import landing
    from include.delivery import request_for
    from include.sources import files

    layout = files.load_layouts().get(source.layout)
    if layout is None:
        return None
    told = landing.statuses_of_run(night.dsn, layout.source, night.run_id)
    if set(told.values()) - _GOOD:
        return None
    found = [next((f for f in layout.files if f.name_match(n)), layout.files[0]) for n in names]
    # files are read one after the other
    at = next((i for i, file in enumerate(found) if told.get(file.entity) not in _GOOD), 0)
    file_name = names[at] if names else None
    request = request_for(night, name, source, file_name)
    if request is not None:
        _record(night, f"{name} {file_name or 'delivery'}", request)
    return file_name


def _record(night: Night, what: str, request: LoadRequest) -> None:
    from include import landing

    error = UnreadError(
        f"{night.district.code}: {what}",
        seen="its task ended without saying what became of it",
        expected="every feed of the run to be read",
        next_step="Read the red task's log (stopped, out of time, or its error), then clear it.",
    )
    log.error("%s", error)
    landing.record_failed(night.dsn, request, error)
