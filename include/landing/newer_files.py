"""Which of two files of one feed is the newer: what a newer one has said, an older never unsays.

Files do not always load in the order in which they were written: one is parked, or meets a full
disk, and is read again after its successor. A snapshot says everything about its scopes, so an
older one has nothing to add there and is left out. Of a delta nothing may be left out: an older one
is loaded late, and the newer ones are loaded again over it (`ledger.was_loaded`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg

from include.landing.request import LoadRequest
from include.records import NO_SCOPE, FeedKind

SUPERSEDED = "superseded by a newer file"

# strictly newer: where a server keeps no times, all files are of one moment and none is the newer
_NEWER = """
    select distinct scope
    from ops.loads
    cross join jsonb_array_elements_text(notes -> 'scopes') as scopes (scope)
    where source = %(source)s and entity = %(entity)s and instance = %(instance)s
        and status in ('loaded', 'unchanged')
        and cast(notes ->> 'file_written_at' as timestamptz) > %(written_at)s
        and scope = any(%(scopes)s)
"""


def notes(request: LoadRequest, scopes: Iterable[str]) -> dict[str, Any]:
    """What the ledger must know of a committed file so that an older one can be told from it."""
    if request.written_at is None:
        return {}
    found: dict[str, Any] = {"file_written_at": _not_ahead(request.written_at).isoformat()}
    if request.kind is FeedKind.SNAPSHOT:
        found["scopes"] = sorted(set(scopes) - {NO_SCOPE})
    return found


def superseded(
    connection: psycopg.Connection, request: LoadRequest, scopes: Iterable[str]
) -> set[str]:
    """Those scopes of a snapshot file of which a file written later has been committed."""
    if request.written_at is None or request.kind is not FeedKind.SNAPSHOT:
        return set()
    rows = connection.execute(
        _NEWER,
        {
            "source": request.feed.source,
            "entity": request.feed.entity,
            "instance": request.instance,
            "written_at": _not_ahead(request.written_at),
            "scopes": sorted(set(scopes) - {NO_SCOPE}),
        },
    ).fetchall()
    return {str(scope) for (scope,) in rows}


def leave_out(connection: psycopg.Connection, scopes: Iterable[str]) -> int:
    """Take the staged records of these scopes away again; returns how many there were."""
    return connection.execute(
        "delete from pg_temp.landing_keys where scope = any(%s)", (sorted(scopes),)
    ).rowcount


def _not_ahead(written_at: datetime) -> datetime:
    """A file was written before it was read: a clock that runs ahead must shut nothing out."""
    return min(written_at, datetime.now(UTC))
