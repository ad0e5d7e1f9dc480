"""dbt on the project of two sources (bench/two_sources.py), in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from dbt.cli.main import dbtRunner

from tests import parsed_project


def build(project: Path, url: str, as_of: str, *select: str) -> str:
    """Build seeds and models of the project; returns what failed, "" when all is well."""
    done, said = parsed_project.invoke(
        dbtRunner(),
        (
            *("build", "--no-write-json", "--log-level-file", "none"),
            *("--exclude-resource-type", "test", "unit_test"),
            *(("--select", *select) if select else ()),
        ),
        project.with_name(f"{project.name}_made"),
        url,
        as_of,
        project=project,
    )
    if done.success:
        return ""
    if done.exception:
        return f"{said[-3000:]}\n{done.exception}"
    failed = [node for node in done.result if node.status not in ("success", "skipped")]
    return "; ".join(f"{node.node.name}: {node.message}" for node in failed)


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()
