"""An operator is told when nobody else can read the reports."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from include import reporting_access


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name of its own: roles are shared by all databases of a server."""
    name = f"reporting_{secrets.token_hex(6)}"
    monkeypatch.setattr(reporting_access, "ROLE", name)
    return name


@pytest.fixture
def connection(database_url: str, role: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        opened.execute("create schema reporting")
        yield opened
        # roles outlive the database; only what was granted here holds this one
        if opened.execute("select from pg_roles where rolname = %s", (role,)).fetchone():
            opened.execute(f"drop owned by {role}")
            opened.execute(f"drop role {role}")


def test_a_missing_role_is_warned_of_with_what_to_do(
    database_url: str, connection: psycopg.Connection, role: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert reporting_access.warn_if_closed(database_url, "d1")
    assert f"create role {role} nologin" in caplog.text


def test_a_role_that_may_not_read_is_warned_of(
    database_url: str, connection: psycopg.Connection, role: str, caplog: pytest.LogCaptureFixture
) -> None:
    connection.execute(f"create role {role} nologin")
    assert reporting_access.warn_if_closed(database_url, "d1")
    assert caplog.text


def test_a_role_that_may_read_is_no_news(
    database_url: str, connection: psycopg.Connection, role: str, caplog: pytest.LogCaptureFixture
) -> None:
    connection.execute(f"create role {role} nologin")
    connection.execute(f"grant usage on schema reporting to {role}")
    assert not reporting_access.warn_if_closed(database_url, "d1")
    assert not caplog.text
