"""From the staged load to new versions, set by set: compare, check, supersede, insert."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from psycopg import sql

from include.landing import stage, tables
from include.landing.encode import Kind
from include.landing.request import LoadRequest
from include.landing.spool import Spool
from include.records import FeedKind

_KINDS = {kind.name.lower(): sql.Literal(int(kind)) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison with raw found, in records."""

    new: int = 0
    changed: int = 0
    tombstoned: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What a load changes, known before anything is changed."""

    received: int = 0
    duplicate: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0

    @classmethod
    def of(cls, found: Found, *, received: int, records: int, duplicate: int = 0) -> Counts:
        """Count a load of which `records` were compared as whole records."""
        unchanged = records - found.new - found.changed
        deleted = found.tombstoned + found.missing
        return cls(received, duplicate, found.new, found.changed, unchanged, deleted)

    @property
    def effective(self) -> int:
        return self.new + self.changed + self.deleted


# one row per key that needs a new version; `sequence` is null where nothing was staged
_DIFF_TABLE = (
    "create temporary table landing_diff (record_key text, sequence bigint, action text)"
    " on commit drop"
)
_NO_DIFF = "drop table if exists pg_temp.landing_diff"

_COUNT_KEYS = sql.SQL(
    """
    select
        count(*) filter (where acts),
        count(*) filter (where is_received)
    from (
        select
            record_key,
            bool_or(kind in ({upsert}, {tombstone})) as acts,
            bool_or(kind in ({upsert}, {seen})) as is_received
        from pg_temp.landing_keys
        group by record_key
    ) as staged_key
    """
).format(**_KINDS)

_COUNT_KEYLESS_REJECTS = (
    "select count(distinct source_ref) from pg_temp.landing_rejects where record_key is null"
)

_COUNT_NEW_KEYS = "select count(distinct record_key) from pg_temp.landing_diff where action = 'new'"

# the later of two changes of one record wins
_DROP_EARLIER = sql.SQL(
    """
    delete from pg_temp.landing_keys as staged
    using (
        select record_key, max(sequence) as sequence
        from pg_temp.landing_keys
        where kind in ({upsert}, {tombstone})
        group by record_key
        having count(*) > 1
    ) as latest
    where staged.record_key = latest.record_key
        and staged.kind in ({upsert}, {tombstone})
        and staged.sequence < latest.sequence
    """
).format(**_KINDS)

# one pass over both sides; a key that only raw has was not staged: in a snapshot it is missing
_COMPARE = sql.SQL(
    """
    insert into pg_temp.landing_diff
    select record_key, sequence, action
    from (
        select
            coalesce(staged.record_key, present.record_key) as record_key,
            staged.sequence,
            case
                when staged.kind = {upsert} then
                    case
                        when present.record_key is null or present.is_deleted then 'new'
                        when present.payload_hash <> staged.payload_hash then 'changed'
                        -- a record that moved between scopes must be deleted with the right one
                        -- (a delta may not know the scope: then it stays)
                        when staged.scope is not null
                            and present.scope is distinct from staged.scope then 'changed'
                    end
                when present.is_deleted then null
                when staged.kind = {tombstone} and present.record_key is not null then 'tombstoned'
                when
                    staged.record_key is null
                    and (cast(%(scopes)s as text[]) is null or present.scope = any(%(scopes)s))
                    then 'missing'
            end as action
        from pg_temp.landing_keys as staged
        {join} join (
            select record_key, payload_hash, is_deleted, scope
            from {table}
            where superseded_by is null and instance = %(instance)s
        ) as present
            on present.record_key = staged.record_key
    ) as compared
    where action is not null
    """
)

_COUNT_LIVE = sql.SQL(
    """
    select count(*) from {table}
    where superseded_by is null and not is_deleted and instance = %(instance)s
        and (cast(%(scopes)s as text[]) is null or scope = any(%(scopes)s))
    """
)

_SUPERSEDE = sql.SQL(
    """
    update {table} as present
    set superseded_by = %(load_id)s
    from pg_temp.landing_diff as diff
    where present.record_key = diff.record_key and present.instance = %(instance)s
        and present.superseded_by is null
    """
)

_INSERT_VERSIONS = sql.SQL(
    """
    insert into {table}
        (
            record_key, payload, payload_hash, load_id, source_ref, scope, cell_names_id,
            line_digest, instance
        )
    select
        staged.record_key, cast(body.payload as jsonb), staged.payload_hash, %(load_id)s,
        body.source_ref, {scope}, body.cell_names_id, staged.line_digest, %(instance)s
    from pg_temp.landing_diff as diff
    inner join pg_temp.landing_keys as staged on staged.sequence = diff.sequence
    inner join pg_temp.landing_bodies as body on body.sequence = diff.sequence
    where diff.action in ('new', 'changed')
    """
)

# a file that does not say what it is complete for takes no record out of its scope
_KNOWN_SCOPE = sql.SQL(
    """
    coalesce(
        staged.scope,
        (
            select last_version.scope
            from {table} as last_version
            where last_version.record_key = staged.record_key
                and last_version.superseded_by = %(load_id)s
        )
    )
    """
)

# a deletion keeps the payload of the last version, so that its history reads without a gap
_INSERT_DELETIONS = sql.SQL(
    """
    insert into {table}
        (
            record_key, payload, payload_hash, load_id, is_deleted, source_ref, scope,
            cell_names_id, instance
        )
    select
        last_version.record_key, last_version.payload, last_version.payload_hash, %(load_id)s, true,
        coalesce(staged.source_ref, 'missing from the snapshot'), last_version.scope,
        last_version.cell_names_id, last_version.instance
    from pg_temp.landing_diff as diff
    inner join {table} as last_version
        on last_version.record_key = diff.record_key
        and last_version.superseded_by = %(load_id)s
    left join pg_temp.landing_keys as staged on staged.sequence = diff.sequence
    where diff.action in ('tombstoned', 'missing')
    """
)


def count_received(connection: psycopg.Connection) -> tuple[int, int]:
    """Distinct staged keys that change something, and distinct rows that the source sent."""
    row = connection.execute(_COUNT_KEYS).fetchone()
    keyless = connection.execute(_COUNT_KEYLESS_REJECTS).fetchone()
    assert row is not None
    assert keyless is not None
    return int(row[0]), int(row[1]) + int(keyless[0])


def each_came_once(
    connection: psycopg.Connection,
    request: LoadRequest,
    scopes: Collection[str],
    found: Found,
    staged: int,
) -> bool:
    """Whether the comparison of a snapshot itself proves that no key was staged twice.

    Grouping all staged keys would cost as much as the comparison. Of `staged` records, all but the
    new ones met a record; if as many live records of these scopes were met, none was met twice. The
    new ones are few, and counted. False means not proved, as when a record moved between scopes.
    """
    met = count_live(connection, request, scopes) - found.missing
    if met != staged - found.new:
        return False
    if not found.new:
        return True
    row = connection.execute(_COUNT_NEW_KEYS).fetchone()
    assert row is not None
    return int(row[0]) == found.new


def count_upserts(connection: psycopg.Connection) -> int:
    """Staged records, one per key once the earlier ones are dropped."""
    query = sql.SQL("select count(*) from pg_temp.landing_keys where kind = {upsert}")
    row = connection.execute(query.format(**_KINDS)).fetchone()
    assert row is not None
    return int(row[0])


def drop_earlier(connection: psycopg.Connection) -> None:
    """Keep only the last of several changes of one record."""
    connection.execute(_DROP_EARLIER)


def compare(connection: psycopg.Connection, request: LoadRequest, scopes: Collection[str]) -> Found:
    """Find what needs a new version, and count it. Raw stays untouched; it may be repeated."""
    table = tables.table(request.feed)
    connection.execute("analyze pg_temp.landing_keys (record_key, kind, sequence)")
    connection.execute(_NO_DIFF)
    connection.execute(_DIFF_TABLE)
    join = sql.SQL("full" if request.kind is FeedKind.SNAPSHOT else "left")
    connection.execute(
        _COMPARE.format(table=table, join=join, **_KINDS),
        {"scopes": sorted(scopes) or None, "instance": request.instance},
    )
    by_action: dict[str, int] = dict(
        connection.execute(
            "select action, count(*) from pg_temp.landing_diff group by action"
        ).fetchall()
    )
    return Found(**by_action)


def count_live(
    connection: psycopg.Connection, request: LoadRequest, scopes: Collection[str]
) -> int:
    """Records that are current and not deleted within the scopes of this load."""
    row = connection.execute(
        _COUNT_LIVE.format(table=tables.table(request.feed)),
        {"scopes": sorted(scopes) or None, "instance": request.instance},
    ).fetchone()
    assert row is not None
    return int(row[0])


def apply(connection: psycopg.Connection, request: LoadRequest, load_id: int, spool: Spool) -> None:
    """Write the new versions and close the old ones."""
    table = tables.table(request.feed)
    values = {"load_id": load_id, "instance": request.instance}
    stage.fetch_bodies(connection, spool)
    connection.execute("analyze pg_temp.landing_diff")
    connection.execute("analyze pg_temp.landing_bodies (sequence)")
    connection.execute(_SUPERSEDE.format(table=table), values)
    is_file_without_scope = request.file_hash is not None and request.kind is FeedKind.DELTA
    scope = _KNOWN_SCOPE.format(table=table) if is_file_without_scope else sql.SQL("staged.scope")
    connection.execute(_INSERT_VERSIONS.format(table=table, scope=scope), values)
    connection.execute(_INSERT_DELETIONS.format(table=table), values)
