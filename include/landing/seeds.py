"""The ledger of seeds: of which project those in the database are, and whether they were changed.

A seed is loaded whole, and 29 of them with their tests take seconds of each night, while a row
changes a few times a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import psycopg
from psycopg import sql

_PLACES = """
    select pg_namespace.nspname, pg_class.relname
    from pg_class
    inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    where pg_class.relkind = 'r'
        and pg_class.relname = any(%s)
        and not pg_is_other_temp_schema(pg_namespace.oid)
    order by 1, 2
"""
_COLUMNS = """
    select table_name, array_agg(cast(column_name as text))
    from information_schema.columns
    where table_name = any(%s)
    group by table_schema, table_name
"""
_ROWS = sql.SQL(
    "select md5(coalesce(string_agg(line, '' order by line), ''))"
    " from (select md5(cast(held as text)) as line from {} as held) as lines"
)
_REMEMBER = """
    insert into ops.seeds (fingerprint, contents) values (%(fingerprint)s, %(contents)s)
    on conflict (is_last) do update set
        fingerprint = excluded.fingerprint,
        contents = excluded.contents,
        loaded_at = clock_timestamp()
"""


def seeds_stand(dsn: str, fingerprint: str, names: Collection[str]) -> bool:
    """Whether the seeds of these names hold what was loaded last, and that was of this project."""
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return False
        row = connection.execute("select fingerprint, contents from ops.seeds").fetchone()
        return row is not None and row == (fingerprint, _contents(connection, names))


def reshaped_seeds(dsn: str, headers: Mapping[str, Collection[str]]) -> list[str]:
    """Return the seeds whose table has other columns than their file, as after an upgrade.

    dbt empties a table that is there and inserts into it: a new column would not be found.
    """
    with psycopg.connect(dsn) as connection:
        found = connection.execute(_COLUMNS, (list(headers),)).fetchall()
    return sorted({name for name, columns in found if set(columns) != set(headers[name])})


def remember_seeds(dsn: str, fingerprint: str, names: Collection[str]) -> None:
    """Write down that the seeds were loaded and tested, and what they hold now."""
    with psycopg.connect(dsn) as connection:
        if _has_ledger(connection):
            given = {"fingerprint": fingerprint, "contents": _contents(connection, names)}
            connection.execute(_REMEMBER, given)


def _has_ledger(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select to_regclass('ops.seeds')").fetchone()
    return row is not None and row[0] is not None


def _contents(connection: psycopg.Connection[Any], names: Collection[str]) -> str:
    """A digest of the rows of all tables of these names, and of which of them there are."""
    digest = hashlib.sha256()
    for place in connection.execute(_PLACES, (list(names),)).fetchall():
        rows = connection.execute(_ROWS.format(sql.Identifier(*place))).fetchone()
        digest.update(repr((place, rows)).encode())
    return digest.hexdigest()
