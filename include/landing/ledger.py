"""The ledger: one row of ops.loads per attempt, and what must be committed with the data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from include.errors import FirstbellError
from include.landing import tables
from include.landing.request import LoadRequest, LoadResult
from include.records import Feed

_INSERT = """
    insert into ops.loads (
        load_id, source, entity, instance, kind, status, load_window, file_hash, rows_seen,
        rows_new, rows_changed, rows_unchanged, rows_deleted, rows_rejected, rows_duplicate,
        source_count, watermark, started_at, finished_at, district_code, as_of_date, run_id,
        code_version, notes, error_class, error
    ) values (
        %(load_id)s, %(source)s, %(entity)s, %(instance)s, %(kind)s, %(status)s, %(load_window)s,
        %(file_hash)s,
        %(rows_seen)s, %(rows_new)s, %(rows_changed)s, %(rows_unchanged)s, %(rows_deleted)s,
        %(rows_rejected)s, %(rows_duplicate)s, %(source_count)s, %(watermark)s, %(started_at)s,
        clock_timestamp(), %(district_code)s, %(as_of_date)s, %(run_id)s, %(code_version)s,
        %(notes)s, %(error_class)s, %(error)s
    )
"""

_WAS_LOADED = """
    with

    committed as (
        select
            load_id,
            load_window,
            file_hash,
            cast(notes ->> 'file_written_at' as timestamptz) as written_at
        from ops.loads
        where source = %(source)s and entity = %(entity)s and instance = %(instance)s
            and status in ('loaded', 'unchanged')
    )

    select
        latest.file_hash = %(file_hash)s
        and not exists (
            select from committed as later
            where later.load_id > latest.load_id and later.written_at < latest.written_at
        )
        -- a file that was superseded, or was in already, was read or known by what its note says
        and coalesce(%(read_by)s = (
            select noted.notes ->> 'read_by'
            from ops.loads as noted
            where noted.source = %(source)s and noted.entity = %(entity)s
                and noted.instance = %(instance)s and noted.load_window = %(window)s
                and noted.file_hash = %(file_hash)s
                and noted.status in ('loaded', 'unchanged', 'skipped')
                and noted.notes ->> 'read_by' is not null
            order by noted.load_id desc
            limit 1
        ), true)
    from committed as latest
    where latest.load_window = %(window)s
    order by latest.load_id desc
    limit 1
"""


def new_load_id(connection: psycopg.Connection) -> int:
    """A number for a load; gaps are normal, a killed load leaves one."""
    row = connection.execute(
        "select nextval(pg_get_serial_sequence('ops.loads', 'load_id'))"
    ).fetchone()
    assert row is not None
    return int(row[0])


def write(
    connection: psycopg.Connection,
    request: LoadRequest,
    result: LoadResult,
    started_at: datetime,
    *,
    watermark: str | None = None,
    notes: dict[str, Any] | None = None,
    error_class: str | None = None,
    error: str | None = None,
) -> None:
    """Write the ledger row of one attempt, in the caller's transaction."""
    connection.execute(
        _INSERT,
        {
            "load_id": result.load_id,
            "source": request.feed.source,
            "entity": request.feed.entity,
            "instance": request.instance,
            "kind": request.kind.value,
            "status": result.status,
            "load_window": request.window,
            "file_hash": request.file_hash,
            "rows_seen": result.rows_seen,
            "rows_new": result.rows_new,
            "rows_changed": result.rows_changed,
            "rows_unchanged": result.rows_unchanged,
            "rows_deleted": result.rows_deleted,
            "rows_rejected": result.rows_rejected,
            "rows_duplicate": result.rows_duplicate,
            "source_count": result.source_count,
            "watermark": watermark,
            "started_at": started_at,
            "district_code": request.run.district_code,
            "as_of_date": request.run.as_of_date,
            "run_id": request.run.run_id,
            "code_version": request.run.code_version,
            "notes": Jsonb({**request.notes, **(notes or {})}),
            "error_class": error_class,
            "error": error,
        },
    )


def write_rejects(connection: psycopg.Connection, feed: Feed, load_id: int) -> None:
    """Move the session's rejects to ops.rejects."""
    connection.execute(
        """
        insert into ops.rejects
            (load_id, source, entity, reason, detail, source_ref, record_key, column_name, payload)
        select %s, %s, %s, reason, detail, source_ref, record_key, column_name,
            cast(payload as jsonb)
        from pg_temp.landing_rejects
        """,
        (load_id, feed.source, feed.entity),
    )


def write_watermark(
    connection: psycopg.Connection, request: LoadRequest, watermark: str, load_id: int
) -> None:
    """Store how far the feed was read."""
    connection.execute(
        """
        insert into ops.watermarks (source, entity, instance, watermark, load_id)
        values (%s, %s, %s, %s, %s)
        on conflict (source, entity, instance) do update set
            watermark = excluded.watermark, load_id = excluded.load_id, updated_at = now()
        """,
        (*_of(request), watermark, load_id),
    )


def forget_watermark(connection: psycopg.Connection, request: LoadRequest) -> None:
    """The feed has no watermark any more: its next read is a full one."""
    connection.execute(
        "delete from ops.watermarks where source = %s and entity = %s and instance = %s",
        _of(request),
    )


def write_source_count(
    connection: psycopg.Connection, request: LoadRequest, load_id: int, expected: int, found: int
) -> None:
    """Keep the comparison with the source's own total."""
    connection.execute(
        """
        insert into ops.reconciliation
            (load_id, run_id, as_of_date, source, entity, measure, expected, found, is_match)
        values (%s, %s, %s, %s, %s, 'rows received', %s, %s, %s)
        """,
        (
            load_id,
            request.run.run_id,
            request.run.as_of_date,
            request.feed.source,
            request.feed.entity,
            expected,
            found,
            found == expected,
        ),
    )


def rejected_in_full(connection: psycopg.Connection, request: LoadRequest) -> int:
    """How many rows the last full read of the feed rejected."""
    row = connection.execute(
        "select rows_rejected from ops.loads"
        " where source = %s and entity = %s and instance = %s and kind = 'snapshot'"
        " and status in ('loaded', 'unchanged') order by load_id desc limit 1",
        _of(request),
    ).fetchone()
    return 0 if row is None else int(row[0])


def current_watermark(connection: psycopg.Connection, feed: Feed, instance: str = "") -> str | None:
    """The stored watermark of a feed, None before its first."""
    row = connection.execute(
        "select watermark from ops.watermarks where source = %s and entity = %s and instance = %s",
        (feed.source, feed.entity, instance),
    ).fetchone()
    return None if row is None else str(row[0])


def read_watermark(dsn: str, feed: Feed, *, instance: str = "") -> str | None:
    """Where the last committed load of the feed ended; None: it was never loaded."""
    with psycopg.connect(dsn) as connection:
        return current_watermark(connection, feed, instance)


def records_held(dsn: str, feeds: Iterable[Feed], *, instance: str = "") -> int:
    """How many records of these feeds are current and not deleted."""
    count = sql.SQL(
        "select count(*) from {table}"
        " where superseded_by is null and not is_deleted and instance = %s"
    )
    held = 0
    with psycopg.connect(dsn) as connection:
        for feed in feeds:
            statement = count.format(table=tables.table(feed))
            row = connection.execute(statement, (instance,)).fetchone()
            held += int(row[0]) if row else 0
    return held


def was_loaded(
    dsn: str,
    feed: Feed,
    window: str,
    file_hash: str,
    *,
    instance: str = "",
    read_by: str | None = None,
) -> bool:
    """Whether the last file committed under this name had exactly this content, and still counts.

    Not when its newest row that notes by what it was read (`READ_BY`) notes something else: a
    layout that has changed reads its files again.

    Not whether it ever had: a vendor that takes a correction back sends the old content again. Nor
    when a file written earlier was committed after it: this one has to be loaded over that again.
    """
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            _WAS_LOADED,
            {
                "source": feed.source,
                "entity": feed.entity,
                "instance": instance,
                "file_hash": file_hash,
                "window": window,
                "read_by": read_by,
            },
        ).fetchone()
    return row is not None and bool(row[0])


def refused_since(connection: psycopg.Connection, request: LoadRequest, why: str) -> date | None:
    """The first day before this run's on which a file of this content was refused so, if any.

    Whatever its name was: a vendor that renames an old file has delivered nothing. Not when a good
    file came under this name since: old content over it is no leftover.
    """
    row = connection.execute(
        """
        select min(as_of_date)
        from ops.loads
        where source = %(source)s and entity = %(entity)s and file_hash = %(file_hash)s
            and status = 'failed' and error_class = %(why)s and as_of_date < %(as_of_date)s
            and instance = %(instance)s
            and load_id > coalesce((
                select max(good.load_id)
                from ops.loads as good
                where good.source = %(source)s and good.entity = %(entity)s
                    and good.instance = %(instance)s
                    and good.load_window = %(window)s and good.status in ('loaded', 'unchanged')
            ), 0)
        """,
        {
            "source": request.feed.source,
            "entity": request.feed.entity,
            "file_hash": request.file_hash,
            "why": why,
            "window": request.window,
            "as_of_date": request.run.as_of_date,
            "instance": request.instance,
        },
    ).fetchone()
    return None if row is None else row[0]


def failed_last(dsn: str, source: str) -> list[str]:
    """Entities of a source whose latest attempt failed or was parked, in alphabetical order.

    A feed that nobody reads any more is not told of.
    """
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            """
            select entity
            from (
                select distinct on (entity) entity, status
                from ops.loads where source = %(source)s
                order by entity, load_id desc
            ) as latest
            where status in ('failed', 'parked')
            except
            select entity from ops.retired_feeds where source = %(source)s
            order by entity
            """,
            {"source": source},
        ).fetchall()
    return [str(entity) for (entity,) in rows]


def watermarks(dsn: str, source: str, *, instance: str = "") -> dict[str, str]:
    """How far each entity of a source was read; none for what has no watermark, or is read no
    more."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            """
            select entity, watermark
            from ops.watermarks
            where source = %(source)s and instance = %(instance)s
                and entity not in (
                    select entity from ops.retired_feeds where source = %(source)s
                )
            """,
            {"source": source, "instance": instance},
        ).fetchall()
    return {str(entity): str(watermark) for entity, watermark in rows}


def notes_of_committed(dsn: str, source: str, name: str, *, instance: str = "") -> list[Any]:
    """What the committed loads of a source, or of one delivery of it, noted under a name."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            """
            select distinct notes -> %(name)s
            from ops.loads
            where source = %(source)s and status in ('loaded', 'unchanged')
                and notes ? %(name)s and instance = %(instance)s
            """,
            {"source": source, "name": name, "instance": instance},
        ).fetchall()
    return [value for (value,) in rows]


def _of(request: LoadRequest) -> tuple[str, str, str]:
    return request.feed.source, request.feed.entity, request.instance


def raw_names_loaded(dsn: str) -> set[str]:
    """What feeds have before the dot of which any load was ever committed."""
    with psycopg.connect(dsn) as connection:
        # a database that no version of ours has seen has no ledger
        row = connection.execute("select to_regclass('ops.loads') is not null").fetchone()
        if row is None or not row[0]:
            return set()
        rows = connection.execute(
            "select distinct source from ops.loads where status in ('loaded', 'unchanged')"
        ).fetchall()
    return {str(name) for (name,) in rows}


def record_skipped(dsn: str, request: LoadRequest) -> LoadResult:
    """Write to the ledger that this load was left out, because its file is already in."""
    with psycopg.connect(dsn) as connection:
        result = LoadResult(new_load_id(connection), request.feed, "skipped")
        write(connection, request, result, datetime.now(UTC))
    return result


def record_failed(dsn: str, request: LoadRequest, error: FirstbellError) -> None:
    """Write to the ledger that this load failed before it could start: nothing was read.

    Raises nothing when the database is gone as well: `error` is the one to report, with a note.
    """
    try:
        with psycopg.connect(dsn) as connection:
            result = LoadResult(new_load_id(connection), request.feed, "failed")
            write(
                connection,
                request,
                result,
                datetime.now(UTC),
                error_class=type(error).__name__,
                error=str(error),
            )
    except psycopg.Error as trouble:
        # the class alone: what the driver says may quote the connection
        error.add_note(f"The ledger has no row of it either: {type(trouble).__name__}.")
