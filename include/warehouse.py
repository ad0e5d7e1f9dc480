"""A district's warehouse as a libpq URL, from its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from include.connections import Connection
from include.errors import ConfigError

if TYPE_CHECKING:
    import psycopg

# the dates of staging need pg_input_is_valid, which came with 16
MINIMUM_VERSION = 16

# What the roles of a database are called after its name: readers, the sender, the log's owner.
ROLES = ("reporting", "egress", "disclosures")
# of an identifier; Postgres cuts a longer one without a word that a client sees
_MOST_BYTES = 63

# What a connection's extra may say to libpq, beside everything about TLS (ssl…).
OPTIONS = ("channel_binding", "gssencmode", "target_session_attrs", "connect_timeout", "options")


def words_of(error: psycopg.Error) -> str:
    """What may be said of an error of the database.

    That no connection came about, or that it broke off, in libpq's words: no such database, a wrong
    password, a server that is down. A statement's error by its class: its text may hold a row.
    """
    # a DAG file imports this module, and none may load a database driver to be parsed
    from psycopg import OperationalError

    if isinstance(error, OperationalError) and error.sqlstate is None:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return said.removeprefix("connection failed: ")
    return f"{type(error).__name__} (SQLSTATE {error.sqlstate or 'none'})"


def require_version(server_version: int, where: str) -> None:
    """Raise ConfigError for a server that is too old; `server_version` is libpq's, 150018 = 15.18.

    Asked before anything is written: dbt would stop half-way, at a function that is not there.
    """
    major, minor = divmod(server_version, 10_000)
    if major < MINIMUM_VERSION:
        raise ConfigError(
            where,
            seen=f"Postgres {major}.{minor}",
            expected=f"Postgres {MINIMUM_VERSION} or newer",
            next_step="Upgrade the server, or name another one.",
        )


def role_of(database: str, purpose: str) -> str:
    """The role of a database for one of `ROLES`; roles belong to the whole server."""
    return f"{database}_{purpose}"


def require_room_for_roles(database: str) -> None:
    """Raise ConfigError for a database whose name leaves no room for the names of its roles."""
    most = _MOST_BYTES - max(len(role_of("", purpose)) for purpose in ROLES)
    length = len(database.encode())
    if length > most:
        raise ConfigError(
            f"warehouse {database}",
            seen=f"a name of {length} bytes",
            expected=f"at most {most}, so that its roles can bear it",
            next_step="Let an administrator run `alter database … rename to …`, then correct the"
            " connection's schema.",
        )


def url_of(connection: Connection) -> str:
    """The URL of the connection's database, password included: never log it."""
    if not connection.host or not connection.schema:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no host or no schema",
            expected="host, and the district's database as schema",
            next_step="Complete the connection, as .env.example shows.",
        )
    login = quote(connection.login or "", safe="")
    password = f":{quote(connection.password, safe='')}" if connection.password else ""
    extra = {
        key: value
        for key, value in connection.extra.items()
        if key.startswith("ssl") or key in OPTIONS
    }
    options = f"?{urlencode(extra, quote_via=quote)}" if extra else ""
    at = f"{login}{password}@" if login else ""
    port = connection.port or 5432
    return f"postgresql://{at}{connection.host}:{port}/{connection.schema}{options}"
