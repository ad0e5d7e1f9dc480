"""Loads that are interrupted, killed or locked out: they say so, and leave no lock behind."""

from __future__ import annotations

import os
import socket

import psycopg
import pytest

from include import landing
from include.errors import StorageError
from include.landing.locks import exclusive
from tests.landing.support import FEED, Breaking, last_ledger_row, request, upsert, version_count


class TaskTimeout(BaseException):
    """What a scheduler raises inside a task that takes too long: no Exception."""


def test_a_task_timeout_is_booked_and_raised(warehouse: str) -> None:
    with pytest.raises(TaskTimeout):
        landing.land(warehouse, Breaking([[upsert("a")]], TaskTimeout()), request())

    row = last_ledger_row(warehouse)
    assert (row["status"], row["error_class"]) == ("failed", "TaskTimeout")
    assert version_count(warehouse) == 0


def test_an_interrupted_statement_does_not_hide_the_interrupt(database_url: str) -> None:
    landing.prepare(database_url, [])

    def interrupted() -> None:
        with (
            psycopg.connect(database_url, autocommit=True) as connection,
            exclusive(connection, "a test"),
        ):
            # whether the cancel finds the statement under way or comes before it does not matter
            connection.pgconn.send_query(b"select pg_sleep(60)")
            raise TaskTimeout

    with pytest.raises(TaskTimeout):
        interrupted()

    with psycopg.connect(database_url, autocommit=True) as another:
        another.execute("set lock_timeout = '20s'")
        with exclusive(another, "a test"):
            assert not another.closed


def test_a_lock_timeout_after_the_rows_were_read_is_not_staged_again(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    broken = Breaking([[upsert("a")]], psycopg.errors.LockNotAvailable())
    broken.watermark = "7"

    with pytest.raises(StorageError):
        landing.land(warehouse, broken, request())

    assert last_ledger_row(warehouse)["status"] == "failed"
    assert landing.read_watermark(warehouse, FEED) is None


def vanish(connection: psycopg.Connection) -> None:
    """Break a connection as the kernel does for a killed process: without a word to the server."""
    with socket.socket(fileno=os.dup(connection.fileno())) as its_socket:
        its_socket.shutdown(socket.SHUT_RDWR)
    connection.close()


def test_a_lock_that_a_vanished_client_held_in_a_statement_is_soon_free(database_url: str) -> None:
    landing.prepare(database_url, [])
    killed = psycopg.connect(database_url)
    killed.execute("lock table ops.loads in access exclusive mode")
    killed.pgconn.send_query(b"select pg_sleep(60)")
    vanish(killed)

    with psycopg.connect(database_url) as rerun:
        rerun.execute("set lock_timeout = '20s'")
        assert rerun.execute("select count(*) from ops.loads").fetchone() == (0,)
