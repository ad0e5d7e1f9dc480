"""Advisory locks: two runs never prepare a database, or load one feed, at the same time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg


@contextlib.contextmanager
def exclusive(connection: psycopg.Connection, purpose: str) -> Iterator[None]:
    """Hold a lock of this database for the `with` block; waits for another holder.

    The lock belongs to the session, so a killed process frees it.
    """
    name = f"firstbell landing {purpose}"
    connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    try:
        yield
    finally:
        # a broken connection has already lost its locks
        if not connection.closed and not connection.broken:
            connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (name,))
