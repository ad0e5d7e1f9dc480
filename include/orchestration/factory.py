"""Make one DAG per district, and only the one a task needs when a task's process parses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow.sdk import get_parsing_context

from include.config import District, load_districts
from include.orchestration import stages


def per_district(
    file: str, build: Callable[[str, District], Any], namespace: dict[str, Any]
) -> None:
    """Call `build(dag_id, district)` for each district that has this stage, and name the DAGs in
    the file's globals.

    The stage is the file's name, the DAG id `<stage>__<district code>`.
    """
    wanted, stage = get_parsing_context().dag_id, Path(file).stem
    for code, district in load_districts().items():
        dag_id = f"{stage}__{code}"
        if wanted in (None, dag_id) and stage in stages.of(district):
            namespace[dag_id] = build(dag_id, district)
