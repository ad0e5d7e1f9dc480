"""A Postgres of the user's own: TLS only, and a role that may create databases but no roles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from demo import airflow, grand_bend, sources, warehouse
from demo.runtime import ROOT, Runtime
from demo.simulators import edfi, sftp
from include import landing
from include.config import get_district
from include.connections import from_environment
from include.errors import ConfigError
from include.run import Run
from include.settings import Settings
from include.sources import registry
from include.warehouse import url_of
from tests import parsed_project
from tests.conftest import quick_server
from tests.demo import tls_front

ASK_BOTH_DRIVERS = """
import asyncio
from airflow.utils.session import create_session, create_session_async
from sqlalchemy import text
question = text("select current_user from alembic_version")
async def ask():
    async with create_session_async() as session:
        print("asynchronous", await session.scalar(question))
with create_session() as session:
    print("synchronous", session.scalar(question))
asyncio.run(ask())
"""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its URL, in the short spelling that some hosts hand out; it takes nobody without TLS."""
    folder = tmp_path_factory.mktemp("own")
    with quick_server(folder) as server:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("create role plain login createdb password 'p@ss/word'")
        with tls_front.serve(server.port, folder) as (port, authority):
            options = f"sslmode=verify-full&sslrootcert={quote(str(authority), safe='')}"
            yield f"postgres://plain:p%40ss%2Fword@127.0.0.1:{port}/postgres?{options}"


def test_without_tls_nobody_gets_in(own_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = own_server.partition("?")[0] + "?sslmode=disable"
    monkeypatch.setenv("FIRSTBELL_PG_URL", plain)
    with pytest.raises(ConfigError, match="no encryption"):
        warehouse.server_url(Runtime(ROOT))


def test_a_stranger_s_certificate_is_refused(
    own_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import certifi

    stranger = f"{own_server.partition('&')[0]}&sslrootcert={quote(certifi.where(), safe='')}"
    monkeypatch.setenv("FIRSTBELL_PG_URL", stranger)
    with pytest.raises(ConfigError, match="certificate verify failed"):
        warehouse.server_url(Runtime(ROOT))


@pytest.mark.timeout(900)
def test_airflow_keeps_its_books_there_by_both_drivers(own_server: str, tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "runtime")
    runtime.create()
    server = own_server.replace("postgres://", "postgresql://")
    metadata = warehouse.create_database(server, warehouse.METADATA)
    given = airflow.environment(
        runtime, metadata_url=metadata, connections={},
        ports={"airflow": 1, "worker_logs": 2, "trigger_logs": 3},
    )  # fmt: skip
    airflow.migrate(given, runtime.logs / "migrate.log")
    done = subprocess.run(
        [sys.executable, "-c", ASK_BOTH_DRIVERS],
        env=given, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert "synchronous plain" in done.stdout, done.stderr[-2000:]
    assert "asynchronous plain" in done.stdout, done.stderr[-2000:]


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


@pytest.mark.timeout(900)
def test_a_night_without_the_right_to_create_roles(
    own_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIRSTBELL_PG_URL", own_server)
    monkeypatch.setenv("FIRSTBELL_SAMPLES", str(tmp_path / "nowhere"))
    runtime = Runtime(tmp_path / "runtime")
    runtime.create()
    district, server = get_district("grand_bend"), warehouse.server_url(runtime)
    dsn = warehouse.create_database(server, district.database)
    landing.prepare(dsn, registry.feeds())
    given = grand_bend.prepare(runtime)
    store = edfi.Store("aggregate")
    edfi.load_folder(store, given.systems["edfi"].data, untracked_share=0.5)
    with (
        edfi.serve(store, edfi.Behaviour()) as api,
        sftp.serve(given.sftp, "grand_bend", "secret") as (port, host_key),
    ):
        variables = sources.connections({"edfi": api.url}, given, port, "secret", host_key)
        variables |= warehouse.connection_variable(district, server)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings = Settings(work_dir=runtime.work)
        parsed_project.lend(Run(district, grand_bend.OPENING, "lent", settings=settings))
        done = subprocess.run(
            [sys.executable, "-m", "include.night", "--district", district.code,
             "--as-of", grand_bend.OPENING.isoformat(), "--select", "+vw_student_risk_scores"],
            cwd=ROOT, check=False, capture_output=True, text=True,
            env={**os.environ, "FIRSTBELL_WORK_DIR": str(runtime.work)},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select count(*), current_setting('is_superuser'),"
            " (select count(*) from pg_roles where rolname = 'firstbell_grand_bend_reporting')"
            " from reporting.vw_student_risk_scores"
        ).fetchone()
    assert row is not None
    assert row[0] > 0
    assert row[1:] == ("off", 0)
    # the night's last words are counts, most urgent tier first
    last = done.stderr.rstrip().splitlines()
    assert last[-1] == "Each student with the reasons: reporting.vw_student_risk_scores"
    assert [line for line in last if line.endswith(f"grand_bend, 2022-05-27: {row[0]} students")]
    # and whoever reads the log learns that nobody else can read the reports
    assert "role firstbell_grand_bend_reporting is missing or may not read" in done.stderr
    assert "PUBLIC has that right" not in done.stderr, "the owner has closed its database"
    assert json.loads(variables["AIRFLOW_CONN_GRAND_BEND_WAREHOUSE"])["login"] == "plain"
