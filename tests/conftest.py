"""Fixtures shared by all tests: a real Postgres, an empty database per test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import psycopg.sql
import pytest

from include.local import postgres

SAMPLES = Path(
    os.environ.get("FIRSTBELL_SAMPLES", Path(__file__).parents[2] / "shared" / "samples")
)


@pytest.fixture(scope="session")
def pg_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Postgres server for this test process; FIRSTBELL_TEST_PG_URL names another."""
    if url := os.environ.get("FIRSTBELL_TEST_PG_URL"):
        yield url
        return
    # durability is not what these tests are about, except where a test starts its own server
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with postgres.running(tmp_path_factory.mktemp("pg") / "cluster", settings=fast) as server:
        yield server.url()


def create_database(server_url: str, name: str) -> str:
    """Create an empty database on the server and return its URL."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def recreate_database(server_url: str, name: str) -> None:
    """Empty a database, whoever is still connected to it."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(
            psycopg.sql.SQL("drop database {} with (force)").format(psycopg.sql.Identifier(name))
        )
    create_database(server_url, name)


@pytest.fixture
def database_url(pg_server_url: str) -> Iterator[str]:
    """URL of an empty database, dropped after the test."""
    name = f"test_{secrets.token_hex(6)}"
    yield create_database(pg_server_url, name)
    with psycopg.connect(pg_server_url, autocommit=True) as admin:
        admin.execute(
            psycopg.sql.SQL("drop database {} with (force)").format(psycopg.sql.Identifier(name))
        )


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data; tests that need it are skipped where it is absent."""
    for part in ("edfi_grand_bend", "assessments"):
        if not (SAMPLES / part).is_dir():
            pytest.skip(f"real sample data not found at {SAMPLES / part}; set FIRSTBELL_SAMPLES")
    return SAMPLES
