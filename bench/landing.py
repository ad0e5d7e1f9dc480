"""Landing against bare COPY: a first load, and an unchanged reload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg

from bench import landing_workload as workloads
from bench.landing_report import Measure
from bench.scratch import fresh_database
from include import landing
from include.records import Feed, FeedKind, RunContext

FEED = Feed("bench", "student_school_attendance_events")
RUN = RunContext("bench", date(2026, 1, 15), "bench", "bench")
_CHUNK_BYTES = 256 * 1024


def land(dsn: str, workload: workloads.Workload) -> landing.LoadResult:
    """One full read of the workload through landing."""
    request = landing.LoadRequest(FEED, FeedKind.SNAPSHOT, "full", RUN, volatile=workloads.VOLATILE)
    return landing.land(dsn, workloads.PagedStream(workload.pages), request)


def bare_copy(dsn: str, workload: workloads.Workload) -> float:
    """Seconds for COPY of the same records, one per line, into a table of one jsonb column."""
    with psycopg.connect(dsn) as connection:
        connection.execute("drop table if exists public.peer")
        connection.execute("create table public.peer (payload jsonb)")
        connection.commit()
        started = time.perf_counter()
        # JSON holds no control characters, so its lines need no escaping
        with connection.cursor().copy(
            r"copy public.peer from stdin (format csv, delimiter e'\x02', quote e'\x01')"
        ) as copy:
            for chunk in _chunks(workload.records):
                copy.write(chunk)
        connection.commit()
        return time.perf_counter() - started


def measure_loads(server_url: str, workload: workloads.Workload, rounds: int) -> list[Measure]:
    """First load and unchanged reload, each beside a bare COPY of the same round."""
    first, reload, peer = [], [], []
    for _ in range(rounds):
        dsn = _prepared(server_url)
        peer.append(bare_copy(dsn, workload))
        started = time.perf_counter()
        landed = land(dsn, workload)
        first.append(time.perf_counter() - started)
        if landed.rows_new != workload.count:
            raise SystemExit(f"first load: {landed.rows_new} of {workload.count} rows are new")
        before = _version_count(dsn)
        started = time.perf_counter()
        again = land(dsn, workload)
        reload.append(time.perf_counter() - started)
        written = _version_count(dsn) - before
        if again.status != "unchanged" or written:
            raise SystemExit(f"reload: status {again.status}, {written} rows written")
    size = workload.records.stat().st_size
    peer_name = "bare COPY into jsonb"
    return [
        Measure("first load", peer_name, first, peer, 0.5, workload.count, size),
        Measure(
            "unchanged reload, 0 rows written", peer_name, reload, peer, 0.8, workload.count, size
        ),
    ]


def _prepared(server_url: str) -> str:
    dsn = fresh_database(server_url, "loads_bench")
    landing.prepare(dsn, [FEED])
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("checkpoint")
    return dsn


def _version_count(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(f"select count(*) from raw.{FEED.table}").fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            yield chunk
