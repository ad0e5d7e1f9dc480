"""Records that a stream knows again by their line, and therefore does not send."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import psycopg
from psycopg import sql

from include.errors import StorageError
from include.landing import tables
from include.landing.encode import Kind
from include.landing.request import LoadRequest
from include.records import LINE_SIGNATURE_BYTES, FeedStream, RecognisingStream

_LISTED_TABLE = "create temporary table landing_listed (line_digest bytea)"

_SIGNATURE = sql.SQL("substring({column} for {size})")

# joined in pieces by the server: one row for each digest would cost more than reading them
_RECALL = sql.SQL(
    """
    select string_agg(line_digest, '')
    from (
        select line_digest, row_number() over () / 100000 as piece
        from {table}
        where superseded_by is null and not is_deleted and instance = %(instance)s
            and {signature} = %(signature)s
    ) as held
    group by piece
    """
)

# as if it had been sent again; the place 0 comes before whatever was sent
_STAGE = sql.SQL(
    """
    insert into pg_temp.landing_keys (sequence, kind, record_key, payload_hash, scope)
    select 0, {upsert}, record_key, payload_hash, scope
    from {table} as present
    where superseded_by is null and not is_deleted and instance = %(instance)s
        and {signature} = %(signature)s
        and {is_not} exists (
            select from pg_temp.landing_listed as listed
            where listed.line_digest = present.line_digest
        )
    """
)

# Only a digest of before another header or layout is replaced: one that differs otherwise may
# change each night (a day of export in a column that nobody keeps), and rows with it.
_REMEMBER = sql.SQL(
    """
    update {table} as present
    set line_digest = staged.line_digest
    from pg_temp.landing_keys as staged
    where staged.line_digest is not null
        and present.record_key = staged.record_key
        and present.instance = %(instance)s
        and present.superseded_by is null
        and not present.is_deleted
        and {held} is distinct from {sent}
    """
)


def offer(connection: psycopg.Connection, request: LoadRequest, stream: FeedStream) -> None:
    """Let the stream ask which lines are held."""
    if isinstance(stream, RecognisingStream):
        row = connection.execute("select line_key from ops.line_key").fetchone()
        assert row is not None
        stream.leave_out_known(bytes(row[0]), partial(_recall, connection, request))


def _recall(
    connection: psycopg.Connection, request: LoadRequest, signature: bytes
) -> Iterator[bytes]:
    query = _RECALL.format(table=tables.table(request.feed), signature=_signature("line_digest"))
    with connection.transaction(), connection.cursor("recall", binary=True) as cursor:
        cursor.itersize = 1
        cursor.execute(query, {"signature": signature, "instance": request.instance})
        for (digests,) in cursor:
            yield bytes(digests)


def stage_recognised(
    connection: psycopg.Connection, request: LoadRequest, stream: FeedStream
) -> int:
    """Stage what the stream left out as it stands in raw; returns how many records."""
    found = stream.recognised() if isinstance(stream, RecognisingStream) else None
    if found is None or not found.count:
        return 0
    connection.execute(_LISTED_TABLE)
    with (
        connection.cursor() as cursor,
        cursor.copy("copy pg_temp.landing_listed from stdin") as copy,
    ):
        for digest in found.listed:
            copy.write_row((digest,))
    connection.execute("analyze pg_temp.landing_listed")
    query = _STAGE.format(
        table=tables.table(request.feed),
        upsert=sql.Literal(int(Kind.UPSERT)),
        signature=_signature("line_digest"),
        is_not=sql.SQL("not" if found.are_others else ""),
    )
    staged = connection.execute(
        query, {"signature": found.signature, "instance": request.instance}
    ).rowcount
    if staged != found.count:
        raise StorageError(
            str(request.feed),
            seen=f"{staged} records with lines that are known",
            expected=f"{found.count}, as when the file was begun",
            next_step="Data is unchanged; load again. Does anything else write to this table?",
        )
    return staged


def remember(connection: psycopg.Connection, request: LoadRequest, stream: FeedStream) -> None:
    """Give unchanged records the digest of their line where they have none of this reading."""
    if isinstance(stream, RecognisingStream):
        connection.execute(
            _REMEMBER.format(
                table=tables.table(request.feed),
                held=_signature("present.line_digest"),
                sent=_signature("staged.line_digest"),
            ),
            {"instance": request.instance},
        )


def _signature(column: str) -> sql.Composed:
    name = sql.SQL(".").join(map(sql.Identifier, column.split(".")))
    return _SIGNATURE.format(column=name, size=sql.Literal(LINE_SIGNATURE_BYTES))
