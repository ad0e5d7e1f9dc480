"""Features of every student on every as-of date: one dbt run over marts drawn in SQL."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.landing_report import Limit
from bench.scratch import fresh_database
from include import landing
from include.sources.registry import feeds

_PROJECT = Path(__file__).parents[1] / "dbt_project"
_DISTRICT = Path(__file__).with_name("features_district.sql")
# 39 Fridays and 3 eves of last year, 15 and 2 of this one, and the day itself
_AS_OF = "2026-12-09"
_DATES = 60
_LIMIT_S = 300
_LIMIT_STUDENTS = 100_000


def measure(server_url: str, folder: Path, students: int) -> Limit:
    """One run of the layer from nothing: every as-of date of every student."""
    url = fresh_database(server_url, "features_bench")
    landing.prepare(url, feeds())
    # marts as the project makes them, empty; a build from raw is another measurement
    room = "path:models/features"
    before = ("--select", f"+{room}", "--exclude", room)
    _dbt(url, folder, "build", "--exclude-resource-type", "test", "unit_test", *before)
    _fill(url, students)
    started = time.perf_counter()
    _dbt(url, folder, "run", "--select", room)
    seconds = time.perf_counter() - started
    rows, dates = _counted(url)
    if dates != _DATES:
        raise SystemExit(f"features: {dates} as-of dates have rows, expected {_DATES}")
    return Limit(
        f"features, {students:,} x {dates} dates",
        seconds,
        _LIMIT_S * students / _LIMIT_STUDENTS + 60,
        f"{rows:,} rows, {rows / seconds:,.0f} a second, dbt's start included",
    )


def _fill(url: str, students: int) -> None:
    """Draw the district; psql's `:name` marks where its two numbers go."""
    values = {":students": str(students), ":'as_of'": f"'{_AS_OF}'"}
    text = re.sub(
        r":students\b|:'as_of'", lambda found: values[found[0]], _DISTRICT.read_text("utf-8")
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(text.encode())


def _counted(url: str) -> tuple[int, int]:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select count(*), count(distinct as_of_date) from features.ftr_student_as_of"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _dbt(url: str, folder: Path, *arguments: str) -> None:
    """dbt in a process of its own, as `dbt` on a command line."""
    folder.mkdir(parents=True, exist_ok=True)
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
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments),
            *("--project-dir", str(_PROJECT), "--profiles-dir", str(_PROJECT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", json.dumps({"as_of_date": _AS_OF, "district_code": "grand_bend"})),
        ],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"dbt {arguments[0]} failed:\n{done.stdout[-3000:]}")
