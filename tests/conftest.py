"""Fixtures shared by all tests: a real Postgres, an empty database per test."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import psycopg.sql
import pytest

from include.local import postgres

SAMPLES = Path(
    os.environ.get("FIRSTBELL_SAMPLES", Path(__file__).parents[2] / "shared" / "samples")
)


# Districts of the tests live through days of their own, whatever the clock says.
os.environ["FIRSTBELL_LAST_DAY"] = "2027-12-31"

# Longest first, so that no worker is left with one of them while the other has nothing to do.
LONGEST = (
    "tests/demo/test_smoke.py",
    "tests/integration/test_maple_valley.py",
    "tests/integration/test_kill.py",
    "tests/integration/test_grand_bend.py",
    "tests/dbt/test_point_in_time.py",
    "tests/integration/test_unmapped_code.py",
    "tests/demo/test_own_server.py",
    "tests/dbt/test_unit_tests.py",
    "tests/bench/test_bench.py",
    "tests/ml/test_chain.py",
    "tests/dbt/test_on_postgres.py",
    "tests/landing/test_crash.py",
    "tests/dbt/test_known_truth.py",
    "tests/egress/test_crash.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; the order within a file stays."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.location[0], len(LONGEST)))


def pytest_collection_finish() -> None:
    """Keep what is imported by now out of every later search for garbage."""
    spare_from_collection()


def spare_from_collection() -> None:
    """Keep the objects that are there now, and stay, out of Python's searches for garbage.

    Airflow, dbt and a parsed project are millions of objects: to go through them again and again
    took a sixth of the processor time of a test that builds a district.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def pg_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Postgres server for this test process; FIRSTBELL_TEST_PG_URL names another.

    Durability is not what these tests are about, except where a test starts its own server.
    """
    if url := os.environ.get("FIRSTBELL_TEST_PG_URL"):
        yield url
        return
    with quick_server(tmp_path_factory.mktemp("pg")) as server:
        yield server.url()


@contextmanager
def quick_server(otherwise: Path) -> Iterator[postgres.Server]:
    """A Postgres server without durability, in memory or else in the folder given."""
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with _folder_in_memory() as memory:
        folder = (memory or otherwise) / "cluster"
        with postgres.running(folder, settings=fast, home_of_root=memory) as server:
            yield server


# More than all databases of one process of the tests hold at one time.
ROOM_IN_MEMORY = 4 << 30


@contextmanager
def _folder_in_memory() -> Iterator[Path | None]:
    """A folder that the system keeps in memory, or None where there is no room for one.

    Most tests take a database of their own, three hundred files: to make and to delete them on a
    disk takes four times the processor time.
    """
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield None
        return
    free = min(shutil.disk_usage(memory).free, psutil.virtual_memory().available)
    if free < ROOM_IN_MEMORY:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="firstbell-tests-", dir=memory) as folder:
        # for root the server runs as another user, who has to reach its own folder in here
        Path(folder).chmod(0o711)
        yield Path(folder)


def create_database(server_url: str, name: str, *, template: str = "template1") -> str:
    """Create a database on the server, empty or as a copy of another, and return its URL."""
    statement = psycopg.sql.SQL("create database {} template {}").format(
        psycopg.sql.Identifier(name), psycopg.sql.Identifier(template)
    )
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(statement)
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    statement = psycopg.sql.SQL("drop database {} with (force)")
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(statement.format(psycopg.sql.Identifier(name)))


@contextmanager
def filled_once(server_url: str, fill: Callable[[str], object]) -> Iterator[str]:
    """The name of a database that `fill` has filled, for tests that each take a copy of it.

    A copy takes a twentieth of a second; the migrations alone take ten times as long.
    """
    name = f"template_{secrets.token_hex(6)}"
    fill(create_database(server_url, name))
    yield name
    drop_database(server_url, name)


@contextmanager
def copied(server_url: str, template: str) -> Iterator[str]:
    """The URL of a copy of a database, dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    yield create_database(server_url, name, template=template)
    drop_database(server_url, name)


def recreate_database(server_url: str, name: str) -> None:
    """Empty a database, whoever is still connected to it."""
    drop_database(server_url, name)
    create_database(server_url, name)


@pytest.fixture
def database_url(pg_server_url: str) -> Iterator[str]:
    """URL of an empty database, dropped after the test."""
    with copied(pg_server_url, "template1") as url:
        yield url


# Where the processes of one run of the tests leave to each other what they made.
SHARED: list[Path] = []


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tell the processes of this run one folder."""
    base = tmp_path_factory.getbasetemp()
    # the base of a worker lies in that of the run
    SHARED[:] = [base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base]


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data; tests that need it are skipped where it is absent."""
    for part in ("edfi_grand_bend", "assessments"):
        if not (SAMPLES / part).is_dir():
            pytest.skip(f"real sample data not found at {SAMPLES / part}; set FIRSTBELL_SAMPLES")
    return SAMPLES
