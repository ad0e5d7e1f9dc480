"""What layouts say of the rows of files, written where dbt reads it: beside the rows in raw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from include.landing import tables
from include.records import Feed, LayoutCode, LayoutColumn, LayoutData

_ROWS = sql.SQL(
    """
    select
        cast({source} as text) as source,
        cast({entity} as text) as entity,
        record_key, payload, load_id, loaded_at, superseded_by, is_deleted, source_ref, scope,
        cell_names_id, instance
    from {table}
    """
)

_NO_ROWS = sql.SQL(
    """
    select
        cast(null as text) as source, cast(null as text) as entity,
        cast(null as text) as record_key, cast(null as jsonb) as payload,
        cast(null as bigint) as load_id, cast(null as timestamptz) as loaded_at,
        cast(null as bigint) as superseded_by, cast(null as boolean) as is_deleted,
        cast(null as text) as source_ref, cast(null as text) as scope,
        cast(null as bigint) as cell_names_id, cast(null as text) as instance
    where false
    """
)


def describe(connection: psycopg.Connection, data: LayoutData) -> None:
    """Write down what layouts say, and show the rows of all their feeds as `raw.layout_rows`.

    Nothing is written, nor anybody waited for, when all stands there already.
    """
    is_new = _replace(connection, "layout_columns", LayoutColumn, data.columns, data.unread)
    is_new |= _replace(connection, "layout_codes", LayoutCode, data.codes, data.unread)
    if is_new:
        _show_rows(connection)


def _replace(
    connection: psycopg.Connection,
    name: str,
    kind: type[LayoutColumn | LayoutCode],
    rows: Sequence[NamedTuple],
    unread: frozenset[str],
) -> bool:
    """Make a table hold these rows; whether it did not."""
    table = sql.Identifier("raw", name)
    listed = sql.SQL(", ").join(map(sql.Identifier, kind._fields))
    stands = sql.SQL("select {} from {} where source <> all(%s)").format(listed, table)
    held = connection.execute(stands, (list(unread),)).fetchall()
    if sorted(map(_text, held)) == sorted(map(_text, rows)):
        return False
    delete = sql.SQL("delete from {} where source <> all(%s)").format(table)
    connection.execute(delete, (list(unread),))
    with connection.cursor() as cursor:
        marks = sql.SQL(", ").join(sql.Placeholder() * len(kind._fields))
        statement = sql.SQL("insert into {} ({}) values ({})").format(table, listed, marks)
        cursor.executemany(statement, rows)
    return True


def _text(row: Sequence[Any]) -> tuple[str, ...]:
    """A row as it can be compared and sorted: numbers come back as decimals."""
    return tuple(
        repr(float(value)) if not isinstance(value, str | bool | None) else str(value)
        for value in row
    )


def _show_rows(connection: psycopg.Connection) -> None:
    feeds = connection.execute(
        "select distinct source, entity from raw.layout_columns order by 1, 2"
    ).fetchall()
    selects = [
        _ROWS.format(
            source=sql.Literal(source),
            entity=sql.Literal(entity),
            table=tables.table(Feed(source, entity)),
        )
        for source, entity in feeds
    ]
    body = sql.SQL(" union all ").join(selects) if selects else _NO_ROWS
    connection.execute(sql.SQL("create or replace view raw.layout_rows as {}").format(body))
