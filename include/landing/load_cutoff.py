"""Which loads a transformation sees: raw as it stood at one moment, whatever lands meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from include.records import RunContext

# One statement, so one moment. A load takes its number when it starts and writes its ledger row
# when it commits: a number below the ceiling without a row is still under way, or died. One that
# has not ended a day after a later one did is dead and needs no mention.
_FIX = """
    with

    ledger as (
        select
            coalesce(max(load_id), 0) as ceiling,
            coalesce(
                max(load_id) filter (where finished_at < now() - interval '1 day'), 0
            ) as settled
        from ops.loads
    )

    insert into ops.load_cutoffs (run_id, as_of_date, load_ceiling, loads_under_way)
    select
        %(run_id)s,
        %(as_of_date)s,
        ledger.ceiling,
        array(
            select number.load_id
            from generate_series(ledger.settled + 1, ledger.ceiling) as number (load_id)
            where not exists (select from ops.loads where loads.load_id = number.load_id)
            order by number.load_id
        )
    from ledger
    returning load_ceiling, loads_under_way
"""

_READ = """
    select load_ceiling, loads_under_way from ops.load_cutoffs order by load_cutoff_id desc limit 1
"""

_CHANGED = """
    with

    cutoffs as (
        select
            load_ceiling,
            loads_under_way,
            row_number() over (order by load_cutoff_id desc) as age
        from ops.load_cutoffs
    )

    select before.age is not null, array_agg(distinct loads.source || '__' || loads.entity)
        filter (where loads.load_id is not null)
    from cutoffs as now
    left join cutoffs as before
        on before.age = 2
    left join ops.loads
        on loads.status = 'loaded'
        and loads.load_id <= now.load_ceiling
        and loads.load_id <> all(now.loads_under_way)
        and (
            loads.load_id > before.load_ceiling
            or loads.load_id = any(before.loads_under_way)
        )
    where now.age = 1
    group by before.age
"""


@dataclass(frozen=True, slots=True)
class LoadCutoff:
    """Loads up to `ceiling`, without those that were `under_way` when it was fixed."""

    ceiling: int
    under_way: tuple[int, ...] = ()


def fix_load_cutoff(dsn: str, run: RunContext) -> LoadCutoff:
    """Take in what has been committed by now: the cutoff of all that follows, until the next."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            _FIX, {"run_id": run.run_id, "as_of_date": run.as_of_date}
        ).fetchone()
    assert row is not None
    return LoadCutoff(int(row[0]), tuple(row[1]))


def current_load_cutoff(dsn: str) -> LoadCutoff | None:
    """The cutoff that was fixed last; None before the first, or in a database without a ledger."""
    with psycopg.connect(dsn) as connection:
        known = connection.execute("select to_regclass('ops.load_cutoffs') is not null").fetchone()
        if known is None or not known[0]:
            return None
        row = connection.execute(_READ).fetchone()
    return None if row is None else LoadCutoff(int(row[0]), tuple(row[1]))


def changed_tables(dsn: str) -> frozenset[str] | None:
    """Tables in raw with rows that the last cutoff takes in and the one before did not.

    None where there is no cutoff before.
    """
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_CHANGED).fetchone()
    return frozenset(row[1] or ()) if row is not None and row[0] else None
