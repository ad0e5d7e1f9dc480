"""The fast way into a table that is still empty: straight into raw, the index built afterwards.

The rows of a first load have nothing to be compared with. Truncating the empty table in the same
transaction lets COPY write rows frozen, so that neither the first reader nor a later vacuum writes
them again; and COPY then only appends, so that the place of a row tells its order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import psycopg
from psycopg import errors, sql

from include.landing import tables
from include.landing.encode import COPY_OPTIONS, Kind, Target
from include.landing.merge import Counts
from include.landing.stage import TARGETS
from include.records import Feed

_COPY = sql.SQL(
    "copy {table} (is_deleted, record_key, payload_hash, payload, source_ref, scope, load_id,"
    " cell_names_id, line_digest{instance})"
    " from stdin " + COPY_OPTIONS.replace("(format csv", "(freeze, format csv")
)

_DROP_EARLIER = sql.SQL(
    """
    delete from {table} as earlier
    using (
        select record_key, max(ctid) as place from {table} group by record_key having count(*) > 1
    ) as latest
    where earlier.record_key = latest.record_key and earlier.ctid <> latest.place
    """
)

# a tombstone removes the rows of its key that came before it; `sequence` counts those
_DROP_TOMBSTONED = sql.SQL(
    """
    delete from {table} as landed
    using (
        select ctid as place, record_key, row_number() over (order by ctid) as sequence
        from {table}
    ) as numbered
    inner join pg_temp.landing_keys as mark
        on mark.record_key = numbered.record_key
        and mark.kind = {tombstone}
        and numbered.sequence <= mark.sequence
    where landed.ctid = numbered.place
    """
)

_COUNT_OTHERS = sql.SQL(
    """
    select
        (
            select count(distinct mark.record_key)
            from pg_temp.landing_keys as mark
            where mark.kind = {seen}
                and not exists (
                    select from {table} as landed where landed.record_key = mark.record_key
                )
        ) + (
            select count(distinct source_ref)
            from pg_temp.landing_rejects where record_key is null
        )
    """
)


class TableInUseError(Exception):
    """Somebody reads the table, so it cannot be truncated now; nothing was read or written."""


def is_empty(connection: psycopg.Connection, feed: Feed) -> bool:
    """Whether the feed has never brought a row."""
    query = sql.SQL("select not exists (select from {table})").format(table=tables.table(feed))
    row = connection.execute(query).fetchone()
    return row is not None and bool(row[0])


@contextlib.contextmanager
def opened(
    connection: psycopg.Connection, feed: Feed, instance: str = ""
) -> Iterator[Mapping[Target, sql.Composed]]:
    """A transaction in which the empty table takes rows; yields where each target goes.

    Raises TableInUseError at once when somebody reads the table: readers are never waited for.
    Those who come later wait until the load has ended, which truncation costs and which is
    acceptable: the table was empty, so there is nothing for them to read before.
    """
    table = tables.table(feed)
    with connection.transaction():
        try:
            connection.execute(
                sql.SQL("lock table {table} in access exclusive mode nowait").format(table=table)
            )
        except errors.LockNotAvailable as error:
            raise TableInUseError from error
        connection.execute(sql.SQL("truncate {table}").format(table=table))
        connection.execute(
            sql.SQL("drop index if exists {name}").format(
                name=sql.Identifier("raw", tables.current_index(feed))
            )
        )
        # without one the column's default stands, and the rows are shorter
        column = sql.SQL(", instance" if instance else "")
        yield {**TARGETS, Target.RECORDS: _COPY.format(table=table, instance=column)}


def settle(connection: psycopg.Connection, feed: Feed, upserts: int, tombstones: int) -> Counts:
    """Make the landed rows one per key, build the index, and count."""
    table = tables.table(feed)
    new = upserts
    if tombstones:
        statement = _DROP_TOMBSTONED.format(table=table, tombstone=sql.Literal(int(Kind.TOMBSTONE)))
        new -= connection.execute(statement).rowcount
    try:
        with connection.transaction():
            tables.create_current_index(connection, feed)
    except errors.UniqueViolation:
        # rare, and found by the index build itself: a feed without duplicates pays nothing
        new -= connection.execute(_DROP_EARLIER.format(table=table)).rowcount
        tables.create_current_index(connection, feed)
    row = connection.execute(
        _COUNT_OTHERS.format(table=table, seen=sql.Literal(int(Kind.SEEN)))
    ).fetchone()
    assert row is not None
    return Counts(received=new + int(row[0]), duplicate=upserts - new, new=new)
