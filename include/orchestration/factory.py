"""Make one DAG per district, and only the one a task needs when a task's process parses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow.sdk import get_parsing_context

from include.config import District, load_districts


def per_district(
    file: str, build: Callable[[str, District], Any], namespace: dict[str, Any]
) -> None:
    """Call `build(dag_id, district)` for each district and name the DAGs in the file's globals.

    The DAG id is `<file stem>__<district code>`.
    """
    wanted = get_parsing_context().dag_id
    for code, district in load_districts().items():
        dag_id = f"{Path(file).stem}__{code}"
        if wanted in (None, dag_id) and (made := build(dag_id, district)) is not None:
            namespace[dag_id] = made
