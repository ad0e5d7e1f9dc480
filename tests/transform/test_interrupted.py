"""A failure of the warehouse that passes by itself is tried again; one of the data is not."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from include import dbt_outcome, transform
from include.errors import TransformError, TransformInterruptedError
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
IN_MODEL = "Database Error in model fct_people (models/marts/fct_people.sql)\n  "


def test_no_connection_is_an_interruption(project: Write, night_of: NightOf) -> None:
    with pytest.raises(TransformInterruptedError, match="Connection refused"):
        transform.run_layer(night_of("postgresql://a:b@127.0.0.1:1/none"), "staging")


def test_a_database_that_does_not_exist_is_none(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    with pytest.raises(TransformError, match='_gone" does not exist') as caught:
        transform.run_layer(night_of(f"{database_url}_gone"), "staging")
    assert type(caught.value) is TransformError


def test_a_connection_lost_in_a_model_is_an_interruption(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    project(
        "marts/fct_people.sql",
        "{{ config(materialized='table') }} select pg_terminate_backend(pg_backend_pid()) as x",
    )
    with pytest.raises(TransformInterruptedError, match="fct_people"):
        transform.run_layer(night_of(database_url), "marts")


def test_a_lock_that_is_held_too_long_is_an_interruption(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    current = night_of(database_url)
    transform.run_layer(current, "staging")
    transform.run_layer(current, "marts")
    with psycopg.connect(database_url) as other:
        other.execute(f"alter database {other.info.dbname} set lock_timeout = '100ms'")
        other.commit()
        other.execute("lock table public.fct_people in access share mode")
        with pytest.raises(TransformInterruptedError, match="fct_people"):
            transform.run_layer(current, "marts")
        other.rollback()
    assert transform.run_layer(current, "marts").resumed


@pytest.mark.parametrize(
    "message",
    [
        IN_MODEL + "deadlock detected\n  DETAIL:  Process 1 waits for ShareLock",
        IN_MODEL + "canceling statement due to lock timeout",
        IN_MODEL + "terminating connection due to administrator command",
        "Runtime Error in model fct_people (models/x.sql)\n  connection already closed",
        'connection to server at "db", port 5 failed: FATAL:  the database system is starting up',
        'Database Error\n  connection to server at "db", port 5432 failed: timeout expired',
        "on-run-end failed, error:\n server closed the connection unexpectedly",
        "failed to resolve host 'db.example.org': [Errno -3] Temporary failure in name resolution",
    ],
)
def test_these_pass(message: str) -> None:
    assert dbt_outcome.is_passing(message)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "",
        "Got 2 results, configured to fail if != 0",
        IN_MODEL + 'invalid input syntax for type integer: "deadlock detected"',
        IN_MODEL + 'invalid input syntax for type integer: "a\n  deadlock detected"',
        IN_MODEL + "could not extend file: No space left on device",
        'connection to server at "db", port 1 failed: FATAL:  password authentication failed',
    ],
)
def test_these_do_not(message: str | None) -> None:
    assert not dbt_outcome.is_passing(message)


@pytest.mark.parametrize(
    ("message", "full"),
    [
        ('could not extend file "base/1/2": No space left on device', True),
        ('could not write to file "base/pgsql_tmp/1.0": No space left on device', True),
        ('could not extend file "base/1/2": wrote only 4096 of 8192 bytes at block 7', True),
        ('invalid input syntax for type integer: "No space left on device"', False),
    ],
)
def test_a_full_disk_is_told_from_data_that_says_so(message: str, full: bool) -> None:
    node = dbt_outcome.Node("a", "error", IN_MODEL + message)
    assert dbt_outcome.is_disk_full([node], None) is full


def test_one_failure_of_the_data_beside_a_lost_connection_stays_permanent() -> None:
    lost = dbt_outcome.Node("a", "error", IN_MODEL + "deadlock detected")
    wrong = dbt_outcome.Node("b", "fail", "Got 1 result, configured to fail if != 0")
    assert dbt_outcome.was_interrupted([lost], None)
    assert not dbt_outcome.was_interrupted([lost, wrong], None)


def test_airflow_tries_an_interruption_again_and_nothing_else() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from include.orchestration.context import PERMANENT, no_retry_when_pointless

    assert TransformInterruptedError not in PERMANENT
    for kind, raised in (
        (TransformInterruptedError, TransformInterruptedError),
        (TransformError, AirflowFailException),
    ):

        def work(kind: type[TransformError] = kind) -> None:
            raise kind("here", seen="this", expected="that", next_step="Do it.")

        with pytest.raises(raised):
            no_retry_when_pointless(work)()
