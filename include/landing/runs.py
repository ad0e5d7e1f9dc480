"""The ledger of runs: which day each run answers for, and which ingests no build has taken in.

Airflow's events cannot say it. Of two events of one asset that come before a run starts, the run
lists the first alone, and the second starts nothing: three ingests in a row would leave their last
day without tiers. So the day of a run comes from here, by the warehouse's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, LiteralString

import psycopg

# Everything, or what the day and the feeds that changed concern.
Scope = Literal["all", "day"]

# An ingest waits until a whole build that began after it has finished for its day or a later one.
_WAITING = """
    select ingest.stage, ingest.run_id, ingest.as_of_date, ingest.finished_at, ingest.is_partial
    from ops.runs as ingest
    where ingest.kind = 'ingest'
        and ingest.finished_at is not null
        and not exists (
            select from ops.runs as build
            where build.kind = 'build'
                and not build.is_partial
                and build.finished_at is not null
                and build.begun_at >= ingest.finished_at
                and build.as_of_date >= ingest.as_of_date
                and build.run_id <> %(besides)s
        )
    order by ingest.finished_at desc
"""
# The day that was settled first stays: a run that is cleared the day after is still for its own.
_SETTLE = """
    insert into ops.runs (stage, run_id, kind, as_of_date)
    values (%(stage)s, %(run_id)s, 'reader', %(as_of_date)s)
    on conflict (stage, run_id) do update set settled_at = runs.settled_at
    returning as_of_date
"""
_BEGIN = """
    insert into ops.runs
        (stage, run_id, kind, as_of_date, is_partial, begun_at, fingerprint, scope)
    values (
        %(stage)s, %(run_id)s, 'build', %(as_of_date)s, %(is_partial)s, clock_timestamp(),
        %(fingerprint)s, %(scope)s
    )
    on conflict (stage, run_id) do update set
        kind = 'build',
        as_of_date = excluded.as_of_date,
        is_partial = excluded.is_partial,
        begun_at = clock_timestamp(),
        finished_at = null,
        fingerprint = excluded.fingerprint,
        scope = excluded.scope
"""
_END = """
    insert into ops.runs (stage, run_id, kind, as_of_date, is_partial, finished_at)
    values (
        %(stage)s, %(run_id)s, 'ingest', %(as_of_date)s, %(is_partial)s,
        case when %(brought)s then clock_timestamp() end
    )
    on conflict (stage, run_id) do update set
        as_of_date = excluded.as_of_date,
        is_partial = excluded.is_partial,
        settled_at = clock_timestamp(),
        finished_at = coalesce(excluded.finished_at, runs.finished_at)
"""
_LAST_BUILD = """
    select run_id, as_of_date, is_partial, finished_at is not null, fingerprint
    from ops.runs
    where kind = 'build' and begun_at is not null
    order by begun_at desc
    limit 1
"""
# A load without a row written is 'unchanged'.
_CHANGED = """
    with

    cutoff as (
        select load_ceiling, loads_under_way
        from ops.load_cutoffs
        where run_id = %(run_id)s
        order by load_cutoff_id desc
        limit 1
    )

    select not exists (select from cutoff) or exists (
        select from ops.loads
        inner join cutoff
            on loads.load_id > cutoff.load_ceiling or loads.load_id = any(cutoff.loads_under_way)
        where loads.status = 'loaded'
    )
"""
_FINISH = """
    update ops.runs set finished_at = clock_timestamp() where stage = %s and run_id = %s
"""


@dataclass(frozen=True, slots=True)
class Ingest:
    """An ingest that brought something, and that no build has taken in."""

    stage: str
    run_id: str
    as_of_date: date
    finished_at: datetime
    # of some resources only, as somebody asked for
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Build:
    """A build that began, of a day, on a project as its fingerprint says."""

    run_id: str
    as_of_date: date
    is_partial: bool
    is_finished: bool
    fingerprint: str | None


def waiting_ingests(dsn: str, *, besides: str = "") -> list[Ingest]:
    """The ingests that no build has taken in, newest first; `besides` names a build to leave out.

    A run that is cleared asks what the other builds have left for it.
    """
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return []
        rows = connection.execute(_WAITING, {"besides": besides}).fetchall()
    return [Ingest(*row) for row in rows]


def day_of_run(dsn: str, stage: str, run_id: str) -> date | None:
    """The day that was settled for a run; None: none yet, or a database without this ledger."""
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return None
        row = connection.execute(
            "select as_of_date from ops.runs where stage = %s and run_id = %s", (stage, run_id)
        ).fetchone()
    return None if row is None else row[0]


def settle_day(dsn: str, stage: str, run_id: str, day: date) -> date:
    """Write down the day of a run, and return it: the one that was settled first."""
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return day
        row = connection.execute(
            _SETTLE, {"stage": stage, "run_id": run_id, "as_of_date": day}
        ).fetchone()
    assert row is not None
    settled: date = row[0]
    return settled


def last_day_built(dsn: str) -> date | None:
    """The day of the build that finished last: what reports and alerts stand on."""
    return _day(
        dsn,
        "select as_of_date from ops.runs where kind = 'build' and finished_at is not null"
        " order by finished_at desc limit 1",
    )


def last_day_ingested(dsn: str) -> date | None:
    """The day of the ingest that ended last, well or not."""
    return _day(
        dsn,
        "select as_of_date from ops.runs where kind = 'ingest' order by settled_at desc limit 1",
    )


def last_ingest(dsn: str, stage: str) -> str | None:
    """The id of the run of an ingest's stage that ended last, well or not."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select run_id from ops.runs where kind = 'ingest' and stage = %s"
            " order by settled_at desc limit 1",
            (stage,),
        ).fetchone()
    return None if row is None else str(row[0])


def last_ends(dsn: str) -> dict[str, datetime]:
    """When the last run of each ingest's stage ended, well or not; none of a stage that never did.

    A database without this ledger has seen no run.
    """
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return {}
        rows = connection.execute(
            "select stage, max(settled_at) from ops.runs where kind = 'ingest' group by stage"
        ).fetchall()
    return {str(stage): at for stage, at in rows}


def end_ingest(
    dsn: str, stage: str, run_id: str, day: date, *, brought: bool, is_partial: bool = False
) -> None:
    """Write down that an ingest has ended; `brought`: there is something to take in."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            _END,
            {
                "stage": stage,
                "run_id": run_id,
                "as_of_date": day,
                "is_partial": is_partial,
                "brought": brought,
            },
        )


def begin_build(
    dsn: str,
    stage: str,
    run_id: str,
    day: date,
    *,
    fingerprint: str,
    scope: Scope = "all",
    is_partial: bool = False,
) -> None:
    """Write down that a build begins, anew when it is repeated; it does not count yet."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            _BEGIN,
            {
                "stage": stage,
                "run_id": run_id,
                "as_of_date": day,
                "is_partial": is_partial,
                "fingerprint": fingerprint,
                "scope": scope,
            },
        )


def finish_build(dsn: str, stage: str, run_id: str) -> None:
    """Let a build count: one that failed half-way must not stand for the night."""
    with psycopg.connect(dsn) as connection:
        connection.execute(_FINISH, (stage, run_id))


def last_build(dsn: str) -> Build | None:
    """The build that began last, whatever became of it."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_LAST_BUILD).fetchone() if _has_ledger(connection) else None
    return None if row is None else Build(*row)


def begun_at(dsn: str, stage: str, run_id: str) -> datetime | None:
    """When the build of this run began last; None: never, or a database without this ledger."""
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return None
        row = connection.execute(
            "select begun_at from ops.runs where stage = %s and run_id = %s", (stage, run_id)
        ).fetchone()
    return None if row is None else row[0]


def was_begun(dsn: str, stage: str, run_id: str) -> bool:
    """Whether the build of this run began before: it is repeated."""
    return begun_at(dsn, stage, run_id) is not None


def has_changed_since(dsn: str, run_id: str) -> bool:
    """Whether a load has written rows that the build of this run did not take in."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_CHANGED, {"run_id": run_id}).fetchone()
    return row is None or bool(row[0])


def scope_of_run(dsn: str, stage: str, run_id: str) -> Scope:
    """How much a build renews; all, where nothing is said of it."""
    with psycopg.connect(dsn) as connection:
        if not _has_ledger(connection):
            return "all"
        row = connection.execute(
            "select scope from ops.runs where stage = %s and run_id = %s", (stage, run_id)
        ).fetchone()
    return "day" if row is not None and row[0] == "day" else "all"


def _day(dsn: str, query: LiteralString) -> date | None:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone() if _has_ledger(connection) else None
    return None if row is None else row[0]


def _has_ledger(connection: psycopg.Connection) -> bool:
    """False before the first run of a new version has brought schema ops up to date."""
    row = connection.execute("select to_regclass('ops.runs') is not null").fetchone()
    return row is not None and bool(row[0])
