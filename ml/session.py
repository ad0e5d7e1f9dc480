"""The one way of ml/ to its database."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import psycopg

from ml.errors import StorageError, StorageInterruptedError

# What waiting does not heal, though it is of the same class as a server that is down.
_LASTING = re.compile(
    r'database ".*" does not exist|role ".*" does not exist|authentication failed'
    "|no pg_hba.conf entry|permission denied"
)


@contextlib.contextmanager
def session(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection that commits at the end, or nothing if it ends in an error.

    Raises StorageError for whatever the database says, without its words of a row.
    """
    try:
        with psycopg.connect(dsn) as connection:
            yield connection
    except psycopg.Error as error:
        passes = isinstance(error, psycopg.OperationalError) and not _LASTING.search(str(error))
        raise (StorageInterruptedError if passes else StorageError)(
            "the model's database",
            seen=_words_of(error),
            expected="a warehouse that answers, with schema `ml` of `prepare`",
            next_step="See to the warehouse, then run it again: nothing was stored.",
        ) from None


def _words_of(error: psycopg.Error) -> str:
    """What may be said: why there is no connection, but a statement's error by its class alone."""
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return f"{type(error).__name__} (SQLSTATE {error.sqlstate or 'none'})"
