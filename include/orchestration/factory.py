"""Make one DAG per district, or per source of a district, and only the one that a task needs when
a task's process parses."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from airflow.sdk import get_parsing_context

from include.bind import source_names
from include.config import District, get_district, is_code, load_districts, read_districts
from include.errors import ConfigError
from include.orchestration import stages
from include.orchestration.ids import DagName, parse


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


def per_broken_file(file: str, build: Callable[[str, str], Any], namespace: dict[str, Any]) -> None:
    """Call `build(dag_id, code)` for each district file that cannot be read, and name the DAGs.

    No other stage of such a district has a DAG: one must be red, or nobody would be told. A file
    whose name can be no code never was a district; it is logged alone.
    """
    for code in read_districts()[1]:
        dag_id = str(DagName(Path(file).stem, code))
        if is_code(code) and _is_wanted(dag_id):
            namespace[dag_id] = build(dag_id, code)


def _districts(file: str) -> Iterator[District]:
    stage = Path(file).stem
    yield from (found for found in _wanted().values() if stage in stages.of(found))


def _wanted() -> dict[str, District]:
    """All districts; for a task, its own."""
    wanted = get_parsing_context().dag_id
    if wanted is None:
        return load_districts()
    code = parse(wanted).district
    with contextlib.suppress(ConfigError):  # its file is broken: it has no such DAG
        return {code: get_district(code)}
    return {}


def _is_wanted(dag_id: str) -> bool:
    return get_parsing_context().dag_id in (None, dag_id)
