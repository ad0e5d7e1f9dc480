"""Where a load waits: temporary tables of its session, filled by COPY."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

import psycopg
from psycopg import sql

from include.landing.encode import COPY_OPTIONS, Chunk, Target
from include.landing.spool import Spool, Wanted

# temporary tables write no WAL and vanish with a killed session
_TABLES = (
    "create temporary table landing_keys (sequence bigint, kind smallint, record_key text,"
    " payload_hash bytea, scope text, key_values text, source_ref text, line_digest bytea)",
    "create temporary table landing_bodies (sequence bigint, payload text, source_ref text,"
    " cell_names_id bigint)",
    "create temporary table landing_rejects (reason text, detail text, source_ref text,"
    " record_key text, column_name text, payload text)",
)


_WANTED = (
    "copy (select sequence from pg_temp.landing_diff where action in ('new', 'changed')) to stdout"
)


def _copy_into(table: str) -> sql.Composed:
    return sql.SQL("copy {table} from stdin " + COPY_OPTIONS).format(
        table=sql.Identifier("pg_temp", table)
    )


TARGETS: Mapping[Target, sql.Composed] = {
    Target.KEYS: _copy_into("landing_keys"),
    Target.REJECTS: _copy_into("landing_rejects"),
}


def create(connection: psycopg.Connection) -> None:
    """Create the temporary tables of this session."""
    for statement in _TABLES:
        connection.execute(statement)


def empty(connection: psycopg.Connection) -> None:
    """Take everything out of the temporary tables, for a stream that begins again."""
    connection.execute(
        "truncate pg_temp.landing_keys, pg_temp.landing_bodies, pg_temp.landing_rejects"
    )


def pour(
    connection: psycopg.Connection,
    chunks: Iterable[Chunk],
    statements: Mapping[Target, sql.Composed],
) -> None:
    """Send chunks to their tables, with one COPY as long as the table stays the same."""
    for statement, group in itertools.groupby(chunks, lambda chunk: statements[chunk.target]):
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in group:
                copy.write(chunk.data)


def fetch_bodies(connection: psycopg.Connection, spool: Spool) -> None:
    """Send the payloads that the comparison found to be new or changed."""
    with connection.cursor() as cursor, cursor.copy(_WANTED) as places:
        wanted = Wanted((int(row) for row in _lines(places)), spool.size)
    with connection.cursor() as cursor, cursor.copy(_copy_into("landing_bodies")) as copy:
        for chunk in spool.chunks(wanted):
            copy.write(chunk)


def _lines(copy: psycopg.Copy) -> Iterator[bytes]:
    """Postgres sends one message per row."""
    for message in copy:
        yield bytes(message)
