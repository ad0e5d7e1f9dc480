"""The demo's databases are open to their owner alone."""

from __future__ import annotations

import secrets

import psycopg

from demo import warehouse
from tests.conftest import drop_database


def test_a_database_is_closed_to_public_also_when_it_was_there_before(pg_server_url: str) -> None:
    name = f"demo_{secrets.token_hex(6)}"
    with psycopg.connect(pg_server_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")  # type: ignore[arg-type]
        try:
            warehouse.create_database(pg_server_url, name)
            open_to = admin.execute(
                "select right_of from unnest(array['connect', 'temporary']) as right_of"
                " where has_database_privilege('public', %s, right_of)",
                (name,),
            ).fetchall()
        finally:
            drop_database(pg_server_url, name)
    assert open_to == []
