"""Kill -9 of a load at any point loses nothing: the next run ends where an undisturbed one ends.

The server runs with its default durability. 20 points are drawn with a fixed seed over all steps of
the load, ten for a first load and ten for a reload; half of them lie in its last transaction.
"""

from __future__ import annotations

import contextlib
import random
import secrets
from collections.abc import Iterator

import psycopg
import pytest

from include import landing
from include.local import postgres
from tests.conftest import create_database
from tests.landing import crash, crash_child
from tests.landing.support import FEED, query, raw_checksum, table_checksum

POINTS_PER_NIGHT = 10
# steps from the start of the last transaction to its commit, and a little before
LAST_STEPS = 15


@pytest.fixture(scope="module")
def durable_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.running(tmp_path_factory.mktemp("durable") / "cluster") as server:
        assert query(server.url(), "show fsync") == [("on",)]
        yield server.url()


def _state(url: str) -> tuple[str, str, str]:
    return (
        raw_checksum(url, FEED),
        table_checksum(url, "ops", "watermarks", without=["load_id", "updated_at"]),
        table_checksum(url, "ops", "rejects", without=["reject_id", "load_id", "rejected_at"]),
    )


def _prepared(server_url: str, night: str) -> str:
    """A database in which the nights before this one were loaded."""
    url = create_database(server_url, f"crash_{night}")
    landing.prepare(url, [FEED])
    if night == "second":
        crash_child.load(url, "first")
    return url


@contextlib.contextmanager
def _copy_of(server_url: str, night: str) -> Iterator[str]:
    """A copy of the prepared database, dropped afterwards."""
    name = f"crash_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"create database {name} template crash_{night}")
        yield server_url.rsplit("/", 1)[0] + f"/{name}"
        admin.execute(f"drop database {name} with (force)")


@pytest.mark.parametrize("night", ["first", "second"])
def test_a_killed_load_repeats_to_the_same_state(durable_server: str, night: str) -> None:
    before = _state(_prepared(durable_server, night))
    command = ["-m", "tests.landing.crash_child"]
    with _copy_of(durable_server, night) as url:
        steps = crash.kill_after(None, [*command, url, night])
        expected = _state(url)
    assert expected != before

    generator = random.Random(f"crash {night}")
    half = POINTS_PER_NIGHT // 2
    points = [
        *generator.sample(range(steps - LAST_STEPS), half),
        *generator.sample(range(steps - LAST_STEPS, steps), half),
    ]
    for point in points:
        with _copy_of(durable_server, night) as url:
            crash.kill_after(point, [*command, url, night])
            after_kill = _state(url)
            # all or nothing; the very last steps come after the commit
            assert after_kill in (before, expected), f"killed after step {point} of {steps}"
            if after_kill == before:
                crash_child.load(url, night)

            assert _state(url) == expected, f"killed after step {point} of {steps}"
