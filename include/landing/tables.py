"""The one shape of every raw table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from include.records import Feed

_MAX_IDENTIFIER = 63

_TABLE = sql.SQL(
    """
    create table if not exists {table} (
        record_key text not null,
        payload jsonb not null,
        payload_hash bytea not null,
        load_id bigint not null,
        loaded_at timestamptz not null default now(),
        superseded_by bigint,
        is_deleted boolean not null default false,
        source_ref text not null,
        scope text,
        cell_names_id bigint,
        line_digest bytea,
        instance text not null default ''
    )
    """
)
# one current version per record of an instance; holds all that a comparison reads, so that it need
# not touch the payloads (migration 0016 too)
_CURRENT = sql.SQL(
    "create unique index if not exists {name} on {table} (record_key, instance)"
    " include (payload_hash, is_deleted, scope, line_digest) where superseded_by is null"
)
# history of one record; kept apart so that a first load does not pay for it
_HISTORY = sql.SQL(
    "create index if not exists {name} on {table} (record_key, load_id)"
    " where superseded_by is not null"
)
# what later loads replaced, for readers that stand at an earlier one
_SUPERSEDED = sql.SQL(
    "create index if not exists {name} on {table} (superseded_by) where superseded_by is not null"
)
# rows of a load lie together, so a block-range index finds them for incremental models at no cost
_LOAD = sql.SQL("create index if not exists {name} on {table} using brin (load_id)")


_NAME_CELLS = """
    insert into raw.cell_names (cell_names_id, positions) values (%s, %s)
    on conflict (cell_names_id) do nothing
"""


def table(feed: Feed) -> sql.Identifier:
    """The feed's table, quoted and with its schema."""
    return sql.Identifier("raw", feed.table)


def current_index(feed: Feed) -> str:
    """Name of the unique index over current versions."""
    return _index_name(feed, "cur")


def create(connection: psycopg.Connection, feed: Feed) -> None:
    """Create the feed's table and indexes where they are missing."""
    connection.execute(_TABLE.format(table=table(feed)))
    create_current_index(connection, feed)
    for template, suffix in ((_HISTORY, "hist"), (_SUPERSEDED, "sup"), (_LOAD, "load")):
        name = sql.Identifier(_index_name(feed, suffix))
        connection.execute(template.format(name=name, table=table(feed)))


def create_current_index(connection: psycopg.Connection, feed: Feed) -> None:
    """Create the unique index over current versions; fails when a key has two."""
    connection.execute(_CURRENT.format(name=sql.Identifier(current_index(feed)), table=table(feed)))


def name_cells(connection: psycopg.Connection, names: Mapping[int, Sequence[str]]) -> None:
    """Write down which cell of a row is which, by the number that the row carries.

    What a row has under `_unknown` stands behind its last cell.
    """
    for names_id, cells in names.items():
        positions = {name: position for position, name in enumerate([*cells, "_unknown"])}
        connection.execute(_NAME_CELLS, (names_id, Jsonb(positions)))


def _index_name(feed: Feed, suffix: str) -> str:
    name = f"{feed.table}_{suffix}"
    if len(name) <= _MAX_IDENTIFIER:
        return name
    # Postgres cuts long names silently, which would make two of them one
    digest = hashlib.blake2b(feed.table.encode(), digest_size=4).hexdigest()
    return f"{feed.table[: _MAX_IDENTIFIER - len(suffix) - 10]}_{digest}_{suffix}"
