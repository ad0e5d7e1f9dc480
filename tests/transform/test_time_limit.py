"""A scheduler's time limit ends dbt as a time limit, and nothing goes on behind its back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg
import pytest

from include import transform
from tests.transform.conftest import MODELS, NightOf

Write = Callable[[str, str], None]
HANGS = "{{ config(materialized='table') }} select 1 as code, cast(pg_sleep(300) as text) as slept"
RUNNING = "select count(*) from pg_stat_activity where datname = current_database()" \
    " and query like '%slept%' and state = 'active' and pid <> pg_backend_pid()"  # fmt: skip


class TimeLimitError(BaseException):
    """Like a scheduler's own: no Exception."""


@contextmanager
def limit(url: str) -> Iterator[None]:
    """A time limit as schedulers set it, an alarm whose handler raises; up when the query runs."""

    def handle(number: int, frame: FrameType | None) -> None:
        raise TimeLimitError

    def watch() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while connection.execute(RUNNING).fetchone() == (0,) and not is_over.is_set():
                pass
        os.kill(os.getpid(), signal.SIGALRM)

    is_over = threading.Event()
    before = signal.signal(signal.SIGALRM, handle)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join(timeout=10)
        signal.signal(signal.SIGALRM, before)


def time_out(url: str, night_of: NightOf) -> None:
    with limit(url), pytest.raises(TimeLimitError):
        transform.run_layer(night_of(url), "marts")


def test_a_time_limit_within_dbt_stays_one_and_cancels_its_queries(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    transform.run_layer(night_of(database_url), "staging")
    project("marts/fct_people.sql", HANGS)
    time_out(database_url, night_of)
    with psycopg.connect(database_url) as connection:
        assert connection.execute(RUNNING).fetchone() == (0,)


def test_after_a_time_limit_the_layer_is_built_whole(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    transform.run_layer(night_of(database_url), "staging")
    project("marts/fct_first.sql", "{{ config(materialized='table') }} select 1 / 0 as code")
    project("marts/fct_people.sql", HANGS)
    project("marts/fct_last.sql", "select code from {{ ref('fct_people') }}")
    time_out(database_url, night_of)
    project("marts/fct_first.sql", "{{ config(materialized='table') }} select 1 as code")
    project("marts/fct_people.sql", MODELS["marts/fct_people.sql"])
    # what dbt wrote before it stopped does not name what it never reached
    assert transform.run_layer(night_of(database_url), "marts").succeeded == 3
