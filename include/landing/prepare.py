"""Create and upgrade what landing writes to: schemas raw and ops, and one table per feed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from include import warehouse
from include.landing import tables
from include.landing.locks import exclusive
from include.records import Feed

_MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(dsn: str, feeds: Iterable[Feed]) -> None:
    """Bring schema ops to the newest version and create the raw table of every feed.

    Safe to repeat and to run at the same time from several processes. Raises ConfigError when the
    server is too old, before anything is made.
    """
    with psycopg.connect(dsn, autocommit=True) as connection, exclusive(connection, "prepare"):
        database = f"warehouse {connection.info.dbname}"
        warehouse.require_version(connection.info.server_version, database)
        # Alembic keeps its own version table in ops, so the schema must be there first
        connection.execute("create schema if not exists ops")
        connection.execute("create schema if not exists raw")
        _upgrade(dsn)
        with connection.transaction():
            for feed in feeds:
                tables.create(connection, feed)


def _upgrade(dsn: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
