"""A whole night without Airflow, for tests: simulated sources, a fresh database, real stages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from demo import grand_bend, sources, warehouse
from demo.runtime import Runtime
from demo.simulators import edfi, sftp
from include import ingest, transform
from include.config import get_district
from include.connections import Connection
from include.dbt_command import invoke
from include.run import Run
from include.settings import Settings

DISTRICT = grand_bend.CODE
ENROLLMENTS = "studentSchoolAssociations"
# how the newest load of a source ended
LATEST = (
    "select entity, status, load_window, error_class from ops.loads"
    " where source = '{}' order by load_id desc limit 1"
)
TO_MARTS = ("seeds", "staging", "intermediate", "marts")


@dataclass(frozen=True, slots=True)
class Nights:
    """A district's sources as its connections name them, and the way to its warehouse."""

    variables: dict[str, str]
    work: Path
    dsn: str
    district: str

    def night(self, run_id: str, as_of: date = grand_bend.OPENING) -> Run:
        return Run(
            district=get_district(self.district),
            as_of_date=as_of,
            run_id=run_id,
            connect=self.connect,
            settings=Settings(work_dir=self.work),
        )

    def connect(self, conn_id: str) -> Connection:
        values = json.loads(self.variables[f"AIRFLOW_CONN_{conn_id.upper()}"])
        values.pop("conn_type")
        return Connection(conn_id=conn_id, **values)

    def query(self, text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(text).fetchall()  # type: ignore[arg-type]

    def one(self, text: str) -> object:
        return self.query(text)[0][0]

    def checksums(self, *schemas: str, without: frozenset[str] = frozenset()) -> dict[str, str]:
        """A checksum of every table and view, over all rows, whatever their order."""
        found: dict[str, str] = {}
        with psycopg.connect(self.dsn) as connection:
            tables = connection.execute(
                "select table_schema, table_name, array_agg(column_name::text order by column_name)"
                " from information_schema.columns where table_schema = any(%s)"
                " group by table_schema, table_name order by 1, 2",
                (list(schemas),),
            ).fetchall()
            for schema, table, columns in tables:
                kept = [sql.Identifier(name) for name in columns if name not in without]
                row = connection.execute(
                    sql.SQL(
                        "select count(*) || ':' || coalesce(sum(('x' || substr(md5("
                        "row({})::text), 1, 15))::bit(60)::bigint), 0) from {}"
                    ).format(sql.SQL(", ").join(kept), sql.Identifier(schema, table))
                ).fetchone()
                assert row is not None
                found[f"{schema}.{table}"] = str(row[0])
        return found


@dataclass(frozen=True, slots=True)
class House(Nights):
    """Nights of a district with a running Ed-Fi API."""

    server: edfi.Running


def build_marts(current: Run) -> None:
    """The marts of what was landed, in one command and without the tests of the data."""
    places = [place for layer in TO_MARTS for place in transform.LAYERS[layer].split()]
    transform.begin(current)
    invoke(
        current,
        ["build", "--select", *places, "--exclude-resource-type", "unit_test", "test"],
    )


def warehouse_of(district: str, dsn: str) -> dict[str, str]:
    """The connection to a district's database, as the environment tells it."""
    parts = urlsplit(dsn)
    told = {
        "conn_type": "postgres",
        "host": parts.hostname,
        "port": parts.port,
        "login": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "schema": parts.path.lstrip("/"),
    }
    return {f"AIRFLOW_CONN_{district.upper()}_WAREHOUSE": json.dumps(told)}


@contextmanager
def house(
    folder: Path, server_url: str, database: str, *, store: edfi.Store | None = None
) -> Iterator[House]:
    """The demo's sources on free ports and an empty warehouse.

    `store` is what the Ed-Fi API holds; by default the demo's records.
    """
    runtime = Runtime(folder)
    runtime.create()
    given = grand_bend.prepare(runtime)
    dsn = warehouse.create_database(server_url, database)
    with serve(runtime, given, server_url, dsn, store=store) as built:
        yield built


@contextmanager
def serve(
    runtime: Runtime,
    given: sources.Input,
    server_url: str,
    dsn: str,
    *,
    store: edfi.Store | None = None,
) -> Iterator[House]:
    """Simulators for what is given; commands for Ed-Fi go to its control file."""
    system = given.systems["edfi"]
    if store is None:
        store = edfi.Store("aggregate")
        edfi.load_folder(store, system.data, untracked_share=0.5)
    with (
        edfi.serve(store, edfi.Behaviour(), control=system.control) as api,
        sftp.serve(given.sftp, given.code, "secret") as (port, host_key),
    ):
        variables = sources.connections({"edfi": api.url}, given, port, "secret", host_key)
        variables |= warehouse_of(given.code, dsn)
        yield House(variables, runtime.work, dsn, given.code, api)


def read(current: Run, *names: str) -> None:
    """Load these resources of Ed-Fi, by default one."""
    ingest.load_groups(current, "edfi", ingest.plan(current, "edfi"), names or (ENROLLMENTS,))
