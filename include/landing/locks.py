"""Advisory locks: two runs never prepare a database, or load one feed, at the same time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg.pq import TransactionStatus


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
        # a broken connection has already lost its locks; one that was interrupted in the middle of
        # a statement takes no other, and saying so would hide the interrupt: closing it frees them
        is_usable = not connection.closed and not connection.broken
        if is_usable and connection.info.transaction_status is TransactionStatus.ACTIVE:
            connection.cancel()
        elif is_usable:
            # a server that went down meanwhile says so only now: it must not hide what went before
            with contextlib.suppress(psycopg.OperationalError):
                connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (name,))
