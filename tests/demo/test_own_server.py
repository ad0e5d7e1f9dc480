"""A Postgres of the user's own: a role that may create databases but no roles, and no superuser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from demo import airflow, sources, warehouse
from demo.runtime import ROOT, Runtime
from demo.simulators import edfi, sftp
from include import catalog, landing
from include.config import get_district
from include.connections import from_environment
from include.local import postgres
from include.warehouse import url_of


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its URL, in the short spelling that some hosts hand out, with an option."""
    with postgres.running(tmp_path_factory.mktemp("own") / "cluster") as server:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("create role plain login createdb password 'p@ss/word'")
        yield f"postgres://plain:p%40ss%2Fword@127.0.0.1:{server.port}/postgres?sslmode=prefer"


def test_tls_reaches_the_warehouse_and_airflow(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = "sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fca.pem"
    monkeypatch.setenv("FIRSTBELL_PG_URL", f"postgres://u:p@db.example.org/postgres?{options}")
    server = warehouse.own_server()
    assert server == f"postgresql://u:p@db.example.org/postgres?{options}"
    district = get_district("grand_bend")
    for name, value in warehouse.connection_variable(district, server).items():
        monkeypatch.setenv(name, value)
    connection = from_environment(district.warehouse_connection)
    assert connection.extra == {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/ca.pem"}
    assert url_of(connection).endswith(f"/firstbell_grand_bend?{options}")
    runtime = Runtime(tmp_path / "runtime")
    runtime.create()
    metadata = warehouse.database_url(server, "firstbell_airflow")
    found = airflow.environment(
        runtime, metadata_url=metadata, connections={},
        ports={"airflow": 1, "worker_logs": 2, "trigger_logs": 3},
    )  # fmt: skip
    for kind in ("CONN", "CONN_ASYNC"):
        url = found[f"AIRFLOW__DATABASE__SQL_ALCHEMY_{kind}"]
        assert url.endswith(f"/firstbell_airflow?{options}")


@pytest.mark.timeout(300)
def test_a_night_without_the_right_to_create_roles(
    own_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIRSTBELL_PG_URL", own_server)
    monkeypatch.setenv("FIRSTBELL_SAMPLES", str(tmp_path / "nowhere"))
    runtime = Runtime(tmp_path / "runtime")
    runtime.create()
    district, server = get_district("grand_bend"), warehouse.server_url(runtime)
    dsn = warehouse.create_database(server, district.database)
    landing.prepare(dsn, catalog.feeds())
    given = sources.prepare(runtime)
    store = edfi.Store("aggregate")
    edfi.load_folder(store, given.edfi, untracked_share=0.5)
    with (
        edfi.serve(store, edfi.Behaviour()) as api,
        sftp.serve(given.sftp, "grand_bend", "secret") as (port, host_key),
    ):
        variables = sources.connections(api.url, given, {"sftp": port}, "secret", host_key)
        variables |= warehouse.connection_variable(district, server)
        done = subprocess.run(
            [sys.executable, "-m", "include.night", "--district", district.code,
             "--as-of", sources.AS_OF.isoformat()],
            cwd=ROOT, check=False, capture_output=True, text=True,
            env={**os.environ, **variables, "FIRSTBELL_WORK_DIR": str(runtime.work)},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select count(*), current_setting('is_superuser'),"
            " (select count(*) from pg_roles where rolname = 'firstbell_reporting')"
            " from reporting.vw_student_risk_scores"
        ).fetchone()
    assert row is not None
    assert row[0] > 0
    assert row[1:] == ("off", 0)
    assert json.loads(variables["AIRFLOW_CONN_GRAND_BEND_WAREHOUSE"])["login"] == "plain"
