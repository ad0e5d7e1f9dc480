"""A database session of egress: under the role that reads reporting and nothing else."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import psycopg

from include.errors import StorageError

log = logging.getLogger(__name__)

ROLE = "firstbell_egress"


@contextlib.contextmanager
def session(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit, as firstbell_egress where that role can be taken.

    Raises StorageError for whatever the database says, without its words: they may quote a row.
    """
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            _take_role(connection)
            yield connection
    except psycopg.Error as error:
        raise StorageError(
            "the outbox",
            seen=f"{type(error).__name__} (SQLSTATE {error.sqlstate or 'none'})",
            expected="a warehouse that answers, with the tables of `prepare` and of dbt",
            next_step="See to the warehouse, then clear the task: nothing is sent twice.",
        ) from None


def _take_role(connection: psycopg.Connection) -> None:
    try:
        connection.execute(f"set role {ROLE}")
    # the second is what Postgres says when there is no such role
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue):
        log.warning(
            "role %s cannot be taken: messages are sent with the rights of the warehouse's login."
            " Run dbt once, or see docs/privacy.md.",
            ROLE,
        )
