"""The one way of ml/ to its database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg

from ml.errors import StorageError, StorageInterruptedError


@contextlib.contextmanager
def session(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection that commits at the end, or nothing if it ends in an error.

    Raises StorageError for whatever the database says, without its words: they may quote a row.
    """
    try:
        with psycopg.connect(dsn) as connection:
            yield connection
    except psycopg.Error as error:
        passes = isinstance(error, psycopg.OperationalError)
        raise (StorageInterruptedError if passes else StorageError)(
            "the model's database",
            seen=f"{type(error).__name__} (SQLSTATE {error.sqlstate or 'none'})",
            expected="a warehouse that answers, with schema `ml` of `prepare`",
            next_step="See to the warehouse, then run it again: nothing was stored.",
        ) from None
