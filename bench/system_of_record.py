"""Two systems of record of one district become one: identity and the canonical models, by dbt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.landing_report import Limit
from bench.scratch import fresh_database
from bench.two_sources import give, write_project

_DISTRICT = Path(__file__).with_name("two_systems_district.sql")
_AS_OF = "2025-03-03"
_LIMIT_S = 60
_LIMIT_STUDENTS = 100_000
_RECORD = [
    {"district_code": "*", "entity_group": "*", "source_system": source,
     "valid_from": first, "valid_to": last}
    for source, first, last in (
        ("first", "2000-07-01", "2025-01-05"),
        ("second", "2025-01-06", ""),
    )
]  # fmt: skip


def measure(server_url: str, folder: Path, students: int) -> Limit:
    """One run of the canonical models, from staging that both systems fill."""
    url = fresh_database(server_url, "system_of_record_bench")
    fill(url, students)
    folder.mkdir(parents=True, exist_ok=True)
    project = write_project(folder / "project", _RECORD)
    # the crosswalks are loaded when they change
    _dbt(url, project, "seed")
    started = time.perf_counter()
    _dbt(url, project, "run")
    seconds = time.perf_counter() - started
    told, held = _counted(url)
    return Limit(
        f"system of record, {students:,} x 2",
        seconds,
        # dbt's start and some thirty models take their seconds whatever they hold
        max(_LIMIT_S * students / _LIMIT_STUDENTS, 30),
        f"{told:,} rows told, {held:,} stand, dbt's start included",
    )


def fill(url: str, students: int) -> None:
    """Draw what staging holds of both systems."""
    give(url, {})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            _DISTRICT.read_text("utf-8").replace(":students", str(students)).encode()
        )


def _counted(url: str) -> tuple[int, int]:
    """The rows that both systems tell, and those that the canonical models hold of them."""
    with psycopg.connect(url) as connection:
        connection.execute("analyze")
        row = connection.execute(
            "select sum(reltuples) filter (where nspname = 'given')::bigint,"
            " sum(reltuples) filter (where nspname = 'canonical')::bigint"
            " from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace"
            " where relkind = 'r' and reltuples > 0"
        ).fetchone()
        stays = connection.execute(
            "select count(*) - count(distinct student_key) from canonical.can_enrollments"
        ).fetchone()
    assert row is not None
    if stays != (0,):
        raise SystemExit("system of record: a stay that both systems tell is two enrolments")
    return int(row[0]), int(row[1])


def _dbt(url: str, project: Path, command: str) -> None:
    """dbt in a process of its own, as `dbt` on a command line."""
    parts = urlsplit(url)
    environment = {
        **os.environ,
        "FIRSTBELL_DBT_HOST": parts.hostname or "",
        "FIRSTBELL_DBT_PORT": str(parts.port or 5432),
        "FIRSTBELL_DBT_USER": parts.username or "",
        "FIRSTBELL_DBT_PASSWORD": parts.password or "",
        "FIRSTBELL_DBT_DATABASE": parts.path.lstrip("/"),
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", command),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(project.with_name("target"))),
            *("--log-path", str(project.with_name("logs"))),
            *("--vars", json.dumps({"as_of_date": _AS_OF, "district_code": "maple_valley"})),
        ],
        env=environment,
        cwd=project.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"dbt {command} failed:\n{done.stdout[-3000:]}")
