"""Make one DAG per district, or per source of a district, and only the one that a task needs when
a task's process parses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from airflow.sdk import get_parsing_context

from include.bind import source_names
from include.config import District, load_districts
from include.orchestration import stages
from include.orchestration.ids import DagName


def per_district(
    file: str, build: Callable[[str, District], Any], namespace: dict[str, Any]
) -> None:
    """Call `build(dag_id, district)` for each district that has this stage, and name the DAGs in
    the file's globals.

    The stage is the file's name, the DAG id `<stage>__<district code>`.
    """
    for district in _districts(file):
        dag_id = str(DagName(Path(file).stem, district.code))
        if _is_wanted(dag_id):
            namespace[dag_id] = build(dag_id, district)


def per_source(
    file: str, build: Callable[[str, District, str], Any], namespace: dict[str, Any]
) -> None:
    """Call `build(dag_id, district, source)` for each source of each district, and name the DAGs.

    The DAG id is `<stage>__<district code>__<source>`.
    """
    for district in _districts(file):
        for name in source_names(district):
            dag_id = str(DagName(Path(file).stem, district.code, name))
            if _is_wanted(dag_id):
                namespace[dag_id] = build(dag_id, district, name)


def _districts(file: str) -> Iterator[District]:
    stage = Path(file).stem
    yield from (found for found in load_districts().values() if stage in stages.of(found))


def _is_wanted(dag_id: str) -> bool:
    return get_parsing_context().dag_id in (None, dag_id)
