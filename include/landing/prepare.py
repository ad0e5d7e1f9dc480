"""Create and upgrade what landing writes to: schemas raw and ops, and one table per feed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from include import warehouse
from include.landing import tables
from include.landing.layouts import describe
from include.landing.locks import exclusive
from include.records import Feed, LayoutData

_CHECK = "client_connection_check_interval"
_MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(dsn: str, feeds: Iterable[Feed], layouts: LayoutData | None = None) -> None:
    """Bring schema ops to the newest version and create the raw table of every feed.

    `layouts` is what layouts say of results, for dbt; None: what stands there stays.
    Safe to repeat and to run at the same time from several processes. Raises ConfigError when the
    server is too old, before anything is made.
    """
    with psycopg.connect(dsn, autocommit=True) as connection, exclusive(connection, "prepare"):
        database = f"warehouse {connection.info.dbname}"
        warehouse.require_version(connection.info.server_version, database)
        _end_with_client(connection)
        # Alembic keeps its own version table in ops, so the schema must be there first
        connection.execute("create schema if not exists ops")
        connection.execute("create schema if not exists raw")
        _upgrade(dsn)
        with connection.transaction():
            for feed in feeds:
                tables.create(connection, feed)
            if layouts is not None:
                describe(connection, layouts)


def _end_with_client(connection: psycopg.Connection) -> None:
    """Let later sessions of this login end a statement within a second once their client is gone.

    A killed task else leaves its statement running to the end, and the next try waits for its
    locks. A setting of the login in this database reaches dbt too, which takes no such option, and
    goes through a connection pooler. What an administrator has set stays.
    """
    (interval,) = connection.execute(f"select current_setting('{_CHECK}')").fetchone() or ("",)
    if interval != "0":
        return
    own = sql.SQL("alter role current_user in database {} set {} = '1s'")
    # not every system can tell that a client is gone (Windows cannot); it is a comfort
    with contextlib.suppress(psycopg.errors.InvalidParameterValue):
        connection.execute(
            own.format(sql.Identifier(connection.info.dbname), sql.Identifier(_CHECK))
        )


def _upgrade(dsn: str) -> None:
    # here, because every task of a night loads this package, and one of them upgrades
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
