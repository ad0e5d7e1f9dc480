"""What the landing tests share: a scripted stream, requests, and checksums of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from include import ingest, landing
from include.landing import LoadResult
from include.records import Change, DeletePolicy, Feed, FeedKind, RunContext, Told, Upsert
from include.run import Run
from include.sources.files import LocalFile
from include.sources.files.config import FilesConfig

FEED = Feed("test", "things")
ROSTER = Feed("map_growth", "students_by_school")
RESULTS = Feed("iready", "diagnostic_results")
RUN = RunContext("test_district", date(2026, 9, 1), "run-1", "code-1")


@dataclass
class Script:
    """A FeedStream that plays the given batches."""

    played: Sequence[list[Change]]
    source_count: int | None = None
    watermark: str | None = None
    scopes: set[str] = field(default_factory=set)

    def batches(self) -> Iterator[list[Change]]:
        yield from self.played

    def told(self) -> Told:
        return Told(self.source_count, self.watermark, frozenset(self.scopes))


class Breaking(Script):
    """A stream whose source fails after its batches."""

    def __init__(self, played: list[list[Change]], error: BaseException) -> None:
        super().__init__(played)
        self.error = error

    def batches(self) -> Iterator[list[Change]]:
        yield from self.played
        raise self.error


def upsert(key: str, value: Any = 1, *, scope: str | None = None, **fields: Any) -> Upsert:
    return Upsert(key, {"value": value, **fields}, f"row of {key}", scope)


def request(kind: FeedKind = FeedKind.DELTA, **values: Any) -> landing.LoadRequest:
    """A request; any delete is allowed unless the test says otherwise."""
    defaults: dict[str, Any] = {
        "feed": FEED,
        "kind": kind,
        "window": "a test",
        "run": RUN,
        "delete_policy": DeletePolicy(max_rows=1_000_000, max_pct=100, small_max_pct=100),
    }
    return landing.LoadRequest(**{**defaults, **values})


def land(
    url: str,
    changes: Iterable[Change],
    kind: FeedKind = FeedKind.DELTA,
    *,
    stream: dict[str, Any] | None = None,
    **values: Any,
) -> landing.LoadResult:
    """Land one batch of changes."""
    return landing.land(url, Script([list(changes)], **(stream or {})), request(kind, **values))


def query(url: str, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement, parameters).fetchall()


def current(url: str, feed: Feed = FEED) -> dict[str, Any]:
    """Live records by key."""
    rows = query(
        url,
        f"select record_key, raw.record(payload, cell_names_id) from raw.{feed.table}"
        " where superseded_by is null and not is_deleted",
    )
    return dict(rows)


def version_count(url: str, feed: Feed = FEED) -> int:
    return int(query(url, f"select count(*) from raw.{feed.table}")[0][0])


def last_ledger_row(url: str) -> dict[str, Any]:
    """The newest row of ops.loads, by column."""
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        row = connection.execute("select * from ops.loads order by load_id desc limit 1").fetchone()
    assert row is not None
    return row


def table_checksum(url: str, schema: str, table: str, *, without: Iterable[str] = ()) -> str:
    """A checksum of a table's rows in any order, leaving out the named columns.

    Leave out what differs between two equal runs: times, and load ids, of which a killed load
    uses one up.
    """
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s order by column_name",
            (schema, table),
        ).fetchall()
        kept = [sql.Identifier(name) for (name,) in names if name not in set(without)]
        assert kept, f"{schema}.{table} has no columns to compare"
        statement = sql.SQL(
            "select count(*) || ':' || coalesce(md5(string_agg(line, '' order by line)), '')"
            " from (select md5(cast(row({columns}) as text)) as line from {table}) as lines"
        ).format(columns=sql.SQL(", ").join(kept), table=sql.Identifier(schema, table))
        row = connection.execute(statement).fetchone()
    assert row is not None
    return str(row[0])


def raw_checksum(url: str, feed: Feed) -> str:
    """A checksum of a raw table's whole history; load ids are compared by their order only."""
    rows = query(
        url,
        f"""
        select md5(string_agg(line, '' order by line)), count(*)
        from (
            select md5(cast(row(instance, record_key, payload, payload_hash, is_deleted,
                source_ref, scope, dense_rank() over (order by load_id),
                superseded_by is null) as text)) as line
            from raw.{feed.table}
        ) as lines
        """,
    )
    return f"{rows[0][1]}:{rows[0][0]}"


def plan_of(*files: LocalFile) -> dict[str, Any]:
    """What the fetch of these files found."""
    told = [
        {"path": str(f.path), "name": f.name, "sha256": f.sha256,
         "modified_at": f.modified_at.isoformat()}
        for f in files
    ]  # fmt: skip
    return {"files": told}


def land_files(
    run: Run, name: str, config: FilesConfig, files: Sequence[LocalFile]
) -> list[LoadResult]:
    """Load these files of a source as one attempt does, oldest first."""
    sources = {**run.district.sources, name: config}
    district = run.district.model_copy(update={"sources": sources})
    return ingest.load(replace(run, district=district), name, plan_of(*files), name)
