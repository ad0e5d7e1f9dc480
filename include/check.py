"""Everything that a district lacks before it can run, told at once.

    python -m include.check grand_bend

reads the connections from the environment (AIRFLOW_CONN_*). Where Airflow runs,
`python -m include.orchestration.check grand_bend` knows Airflow's own connections and pools too.
Each source is logged in to once; no data is read and nothing is changed. The first task of each
ingest looks as well, but at no source (what fails there stands in the ledger) and at no pool, for
which a task cannot ask.

It also names the feeds that land and that no model reads, and lists the tables that no model makes
any more, with the command to drop each.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from include import config, dbt_outcome, warehouse
from include.bind import bind
from include.config import Channel, get_district
from include.errors import ConfigError, FirstbellError, StorageError, TransformError
from include.run import Run, today

_RIGHTS = """
    select
        has_database_privilege(current_database(), 'create') as may_create_schemas,
        rolcreaterole or rolsuper or exists (
            select from pg_roles as reader
            where reader.rolname = current_database() || '_reporting'
        ) as has_readers
    from pg_roles
    where rolname = current_user
"""
_REGISTRY = "vendor_registry"

Probe = Callable[[], None]


def missing(run: Run, *, reach: bool = False) -> list[FirstbellError]:
    """What the district lacks, in the order in which a night would come to it; each told once.

    With `reach` each source is logged in to.
    """
    found: dict[str, FirstbellError] = {}
    for probe in (*_probes(run), *(_reaches(run) if reach else ())):
        try:
            probe()
        except FirstbellError as error:
            found.setdefault(str(error), error)
    return list(found.values())


def _probes(run: Run) -> Iterator[Probe]:
    yield partial(_check_work_dir, run)
    yield partial(check_warehouse, run)
    yield partial(_check_readers, run)
    yield partial(_check_seeds, run)
    for name in run.district.sources:
        yield partial(_check_source, run, name)
    for name, channel in run.district.channels.items():
        yield partial(_check_channel, run, channel)
        yield partial(_check_recipient, run, name, channel)


def _reaches(run: Run) -> Iterator[Probe]:
    for name in run.district.sources:
        yield partial(_reach_source, run, name)


def _check_source(run: Run, name: str) -> None:
    with bind(run, name) as source:
        source.check()


def _reach_source(run: Run, name: str) -> None:
    with bind(run, name) as source:
        source.reach()


def check_warehouse(run: Run) -> None:
    """Raise ConfigError for a warehouse that waiting does not heal, StorageError for one it may."""
    import psycopg

    conn_id = run.district.warehouse_connection
    try:
        with psycopg.connect(run.dsn, connect_timeout=10) as connection:
            where = f"warehouse {connection.info.dbname}"
            warehouse.require_version(connection.info.server_version, where)
            warehouse.require_room_for_roles(connection.info.dbname)
            may_create, _ = _rights(connection)
    except psycopg.OperationalError as error:
        said = warehouse.words_of(error)
        kind = StorageError if dbt_outcome.is_passing(said) else ConfigError
        raise kind(
            f"connection {conn_id}",
            seen=said,
            expected="a server that lets us in, and an empty database of the district",
            next_step=f"Correct the connection, or `create database {run.district.database}`"
            " there; is the server up?",
        ) from None
    if not may_create:
        raise ConfigError(
            where,
            seen="a login that may create no schema",
            expected="the owner of the district's database",
            next_step="Let an administrator run `alter database … owner to …`.",
        )


def _check_readers(run: Run) -> None:
    import psycopg

    try:
        with psycopg.connect(run.dsn, connect_timeout=10) as connection:
            database, (_, has_readers) = connection.info.dbname, _rights(connection)
    except psycopg.OperationalError:
        return  # told by the probe before
    if not has_readers:
        raise ConfigError(
            f"warehouse {database}",
            seen="no role for those who read reports, and a login that may create none",
            expected="a group role for readers; without one only the warehouse's login can read",
            next_step="Let an administrator run `python -m include.reporting_access --district"
            f" {run.district.code}` (docs/privacy.md).",
        )


def _rights(connection: object) -> tuple[bool, bool]:
    import psycopg

    assert isinstance(connection, psycopg.Connection)
    row = connection.execute(_RIGHTS).fetchone()
    return (False, False) if row is None else (bool(row[0]), bool(row[1]))


def _check_work_dir(run: Run) -> None:
    place = run.settings.work_dir
    try:
        place.mkdir(parents=True, exist_ok=True)
        is_ours = os.access(place, os.W_OK | os.X_OK)
    except OSError:
        is_ours = False
    if not is_ours:
        raise ConfigError(
            f"setting FIRSTBELL_WORK_DIR, {place}",
            seen="a folder that we may not write to",
            expected="one for the files of a night, and for what dbt makes",
            next_step="Set it to another folder, or give us the right.",
        )


def _check_seeds(run: Run) -> None:
    from include import dbt_command

    # of a warehouse that does not say what was ever loaded check_warehouse tells
    with suppress(TransformError):
        dbt_command.check_seeds(run)


def _check_channel(run: Run, channel: Channel) -> None:
    from include.egress.channels.open import open_channel

    open_channel(
        channel,
        run.connect(channel.connection),
        district_name=run.district.name,
        pause=lambda: None,
        clock=lambda: datetime.now(UTC),
    )


def _check_recipient(run: Run, name: str, channel: Channel) -> None:
    from include import dbt_command, seed_rows

    registry = seed_rows.seeds(dbt_command.PROJECT)[_REGISTRY]
    code = run.district.code
    rows = seed_rows.rows_for(registry, run.settings.own_rows_dir, code)
    known = {row.get("recipient") for row in rows if seed_rows.concerns(row, code)}
    if channel.recipient not in known:
        raise ConfigError(
            f"channel {name} of {code}",
            seen=f"recipient {channel.recipient!r}",
            expected=f"a row of the seed {_REGISTRY}; without one nothing may leave",
            next_step=f"Add the row to {run.settings.own_rows_dir / code / _REGISTRY}.csv, with the"
            " signed agreement, or correct the district file.",
        )


def in_vain(run: Run) -> tuple[list[FirstbellError], str]:
    """What the district loads and no model reads, own rows and models that no night reads, and what
    to do about tables that no model makes.

    Takes the seconds in which dbt reads the project.
    """
    from include import dbt_values, own_models, own_rows, unused

    codes = config.district_codes()
    unread: list[FirstbellError] = [
        *own_rows.unread(run.settings.own_rows_dir, codes),
        *own_models.unread(run.settings.own_models_dir, codes),
    ]
    try:
        check_warehouse(run)
    except FirstbellError:
        return unread, ""  # told by its probe
    try:
        manifest = unused.parsed(run)
        with dbt_values.reached(run):
            leftovers = unused.left_over(manifest, run.dsn)
    except (ConfigError, TransformError) as error:
        return [*unread, error], ""
    return [*unread, *unused.refusals(manifest, run.district)], unused.told(leftovers)


def report(run: Run, more: Sequence[FirstbellError] = ()) -> int:
    """Print all that is missing or wrong, `more` too, and what serves nobody; the exit code."""
    found = [*missing(run, reach=True), *more]
    unread, note = in_vain(run)
    return tell(run, [*found, *unread], note)


def tell(run: Run, found: Sequence[FirstbellError], note: str = "") -> int:
    """Print what is missing, and a note that makes nothing wrong; returns the exit code."""
    code = run.district.code
    if note:
        sys.stdout.write(f"{code}: {note}\n")
    if not found:
        sys.stdout.write(f"{code}: everything that a night needs is there\n")
        return 0
    sys.stdout.write(f"{code}: {len(found)} missing or wrong\n")
    for number, error in enumerate(found, 1):
        sys.stdout.write(f"{number}. {error}\n")
    return 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Say what a district lacks; exits with 1 when it lacks anything."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m include.check", description=__doc__)
    parser.add_argument("district")
    options = parser.parse_args(arguments)
    try:
        district = get_district(options.district)
    except FirstbellError as error:
        raise SystemExit(str(error)) from None
    run = Run(district=district, as_of_date=today(district, datetime.now(UTC)), run_id="check")
    sys.exit(report(run))


if __name__ == "__main__":
    main()
