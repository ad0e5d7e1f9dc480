"""What dbt is told for one district and night: its variables, its day and loads, its login."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from include import dbt_outcome, warehouse
from include.connections import Connection
from include.errors import ConfigError, TransformError, TransformInterruptedError
from include.sources import registry

if TYPE_CHECKING:
    import psycopg

    from include.run import Run


def lasting_values(run: Run) -> dict[str, Any]:
    """What stays the same from night to night: dbt parses everything anew when one changes."""
    said: dict[str, str] = {}
    names = raw_names(run)
    for source in run.district.sources.values():
        said |= registry.of(source).dbt_vars(source)
    return {
        "district_code": run.district.code,
        "school_year_starts_in": run.district.school_year_starts_in,
        "time_zone": run.district.time_zone,
        "sources": systems_of_record(names),
        "file_sources": registry.file_sources(names),
        **said,
    }


def raw_names(run: Run) -> set[str]:
    """What raw calls the sources of the district file, and those that ever loaded: what they told
    stays."""
    from include import landing

    with reached(run):
        loaded = landing.raw_names_loaded(run.dsn)
    return loaded | {
        registry.of(source).raw_name_of(source) for source in run.district.sources.values()
    }


def systems_of_record(names: set[str]) -> list[str]:
    """The kinds of systems of record whose tables in raw are among these."""
    return [
        kind for kind in registry.systems_of_record()
        if registry.raw_names_of_kind(kind) & names
    ]  # fmt: skip


def run_values(run: Run) -> dict[str, str]:
    """What this run stands on, as macro run_value reads it: its day, and which loads it sees.

    No ceiling in a database that never fixed a load cutoff.
    """
    from include import landing

    with reached(run):
        cutoff = landing.current_load_cutoff(run.dsn)
    values = {"FIRSTBELL_DBT_AS_OF_DATE": run.as_of_date.isoformat()}
    if cutoff is None:
        return values
    return {
        **values,
        "FIRSTBELL_DBT_LOAD_CEILING": str(cutoff.ceiling),
        "FIRSTBELL_DBT_LOADS_UNDER_WAY": ",".join(map(str, cutoff.under_way)),
    }


def profile_values(connection: Connection) -> dict[str, str]:
    """The variables that the project's profile reads: the warehouse and its login."""
    if not connection.host or not connection.schema:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no host or no schema",
            expected="host, and the district's database as schema",
            next_step="Complete the connection, as .env.example shows.",
        )
    tls = {
        f"FIRSTBELL_DBT_{key.upper()}": str(connection.extra[key])
        for key in ("sslmode", "sslrootcert", "sslcert", "sslkey")
        if connection.extra.get(key)
    }
    return {
        **tls,
        "FIRSTBELL_DBT_HOST": connection.host,
        "FIRSTBELL_DBT_PORT": str(connection.port or 5432),
        "FIRSTBELL_DBT_USER": connection.login or "",
        "FIRSTBELL_DBT_PASSWORD": connection.password or "",
        "FIRSTBELL_DBT_DATABASE": connection.schema,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the time of a `with` block: dbt's profile reads them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _unreachable(run: Run, error: psycopg.Error) -> TransformError:
    """A warehouse that does not even say which loads to take in."""
    said = warehouse.words_of(error)
    is_passing = dbt_outcome.is_passing(said)
    kind = TransformInterruptedError if is_passing else TransformError
    return kind(
        f"{run.district.code}: warehouse",
        seen=said,
        expected="a warehouse that answers",
        next_step=f"Check connection {run.district.warehouse_connection} and the server, then "
        "clear the task.",
    )


@contextmanager
def reached(run: Run) -> Iterator[None]:
    """Say of a database error in a `with` block that the warehouse does not answer."""
    from psycopg import Error

    try:
        yield
    except Error as error:
        raise _unreachable(run, error) from None
