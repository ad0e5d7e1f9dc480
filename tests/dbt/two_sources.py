"""dbt on the project of two sources (bench/two_sources.py), in this process."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from dbt.cli.main import dbtRunner

from bench.two_sources import SOURCES
from include.dbt_pace import unhindered
from include.dbt_values import environment


def build(project: Path, url: str, as_of: str, *select: str) -> str:
    """Build seeds and models of the project; returns what failed, "" when all is well."""
    parts = urlsplit(url)
    given = {
        "FIRSTBELL_DBT_HOST": parts.hostname or "",
        "FIRSTBELL_DBT_PORT": str(parts.port or 5432),
        "FIRSTBELL_DBT_USER": parts.username or "",
        "FIRSTBELL_DBT_PASSWORD": parts.password or "",
        "FIRSTBELL_DBT_DATABASE": parts.path.lstrip("/"),
        "FIRSTBELL_DBT_AS_OF_DATE": as_of,
        "DO_NOT_TRACK": "1",
    }
    made = project.with_name(f"{project.name}_made")
    said = io.StringIO()
    with environment(given), unhindered(), contextlib.redirect_stdout(said):
        done = dbtRunner().invoke(
            [
                *("build", "--no-use-colors", "--no-write-json", "--log-level-file", "none"),
                *("--exclude-resource-type", "test", "unit_test"),
                *(("--select", *select) if select else ()),
                *("--project-dir", str(project), "--profiles-dir", str(project)),
                *("--target-path", str(made / "target"), "--log-path", str(made / "logs")),
                # of this project alone: elsewhere tests use the sources that there are
                *("--vars", json.dumps({"district_code": "grand_bend", "sources": SOURCES})),
            ]
        )
    if done.success:
        return ""
    if done.exception:
        return f"{said.getvalue()[-3000:]}\n{done.exception}"
    failed = [node for node in done.result if node.status not in ("success", "skipped")]
    return "; ".join(f"{node.node.name}: {node.message}" for node in failed)


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()
