"""A database session of egress: under the role that reads reporting and nothing else."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import psycopg
from psycopg import sql

from include import warehouse
from include.errors import StorageError

log = logging.getLogger(__name__)


@contextlib.contextmanager
def session(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit, as the database's role of egress where that can be taken.

    Raises StorageError for whatever the database says, without its words: they may quote a row.
    """
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            _take_role(connection)
            yield connection
    except psycopg.Error as error:
        raise StorageError(
            "the outbox",
            seen=warehouse.words_of(error),
            expected="a warehouse that answers, with the tables of `prepare` and of dbt",
            next_step="See to the warehouse, then clear the task: nothing is sent twice.",
        ) from None


def _take_role(connection: psycopg.Connection) -> None:
    role = warehouse.role_of(connection.info.dbname, "egress")
    try:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
    # the second is what Postgres says when there is no such role
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue):
        log.warning(
            "role %s cannot be taken: messages are sent with the rights of the warehouse's login."
            " Run dbt once, or let an administrator run `python -m include.reporting_access`:"
            " docs/privacy.md.",
            role,
        )
