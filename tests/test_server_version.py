"""A Postgres that is too old is named before anything is written to it."""

from __future__ import annotations

import psycopg
import pytest

from include import landing, warehouse
from include.errors import ConfigError


def test_the_sentence_says_what_was_seen_and_what_is_needed() -> None:
    with pytest.raises(ConfigError) as caught:
        warehouse.require_version(150018, "warehouse firstbell_x")
    assert str(caught.value) == (
        "warehouse firstbell_x: Postgres 15.18; expected Postgres 16 or newer."
        " Upgrade the server, or name another one."
    )


def test_the_oldest_that_will_do() -> None:
    warehouse.require_version(160000, "warehouse firstbell_x")


def test_an_old_server_is_left_untouched(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "MINIMUM_VERSION", 99)
    with pytest.raises(ConfigError, match="expected Postgres 99 or newer"):
        landing.prepare(database_url, [])
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select count(*) from pg_namespace where nspname in ('ops', 'raw')"
        ).fetchone()
    assert found == (0,)
