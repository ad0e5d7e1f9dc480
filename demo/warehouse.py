"""The demo's databases: one per district, one for Airflow, on the embedded or a real Postgres."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

from demo.runtime import ROOT, Runtime
from include.config import District
from include.errors import ConfigError
from include.local import postgres
from include.settings import Settings
from include.warehouse import require_version

METADATA = "firstbell_airflow"


def load_dotenv() -> None:
    """Take settings from `.env`; what the environment says already wins."""
    from dotenv import dotenv_values

    for name, value in dotenv_values(ROOT / ".env").items():
        if value is not None:
            os.environ.setdefault(name, value)


def own_server() -> str | None:
    """FIRSTBELL_PG_URL, options and all; None when it is unset or empty."""
    given = Settings().pg_url
    url = given.get_secret_value().strip() if given else ""
    # libpq takes both spellings, SQLAlchemy only the long one
    scheme, mark, rest = url.partition("://")
    return f"postgresql{mark}{rest}" if scheme == "postgres" else url or None


def server_url(runtime: Runtime) -> str:
    """The URL of the server: FIRSTBELL_PG_URL, else the embedded one, started when needed."""
    url = own_server()
    if url is None:
        server = postgres.start(runtime.postgres, port=5433, home_of_root=postgres.HOME_OF_ROOT)
        return server.url()
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        raise ConfigError(
            "FIRSTBELL_PG_URL",
            seen=str(error).strip().splitlines()[-1],
            expected="a Postgres server that lets us in",
            next_step="Correct the URL, or unset it to use the embedded Postgres.",
        ) from None
    require_version(version, "FIRSTBELL_PG_URL")
    return url


def database_url(server: str, database: str) -> str:
    """The URL of one database of a server."""
    parts = urlsplit(server)
    return parts._replace(path=f"/{database}").geturl()


def create_database(server: str, name: str) -> str:
    """Create a database unless it is there, and close it to PUBLIC; returns its URL."""
    with psycopg.connect(server, autocommit=True) as admin:
        found = admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if not found:
            try:
                admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                raise ConfigError(
                    f"database {name}",
                    seen="it does not exist and this user may not create it",
                    expected="the database, or a user with CREATEDB",
                    next_step=f"Let an administrator run `create database {name} owner <user>`.",
                ) from None
        # as the warehouse's own hooks do: what is in it is for its owner
        is_owner = admin.execute(
            "select pg_has_role(current_user, datdba, 'usage') from pg_database where datname = %s",
            (name,),
        ).fetchone()
        if is_owner == (True,):
            admin.execute(
                sql.SQL("revoke connect, temporary on database {} from public").format(
                    sql.Identifier(name)
                )
            )
    return database_url(server, name)


def connection_variable(district: District, server: str) -> dict[str, str]:
    """The district's warehouse as an AIRFLOW_CONN_* variable, with the server's options (TLS)."""
    parts = urlsplit(server)
    value = {
        "conn_type": "postgres",
        "host": parts.hostname,
        "port": parts.port or 5432,
        "login": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "schema": district.database,
        "extra": dict(parse_qsl(parts.query)),
    }
    return {f"AIRFLOW_CONN_{district.warehouse_connection.upper()}": json.dumps(value)}


def psql() -> Path:
    """The psql program: the embedded server's own."""
    return postgres.programs() / "psql"
