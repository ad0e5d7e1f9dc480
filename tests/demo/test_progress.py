"""Watching a night: it ends when the night has, whatever came of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from demo.progress import NIGHT, Watch

ORDER = NIGHT.stages


class Airflow:
    """Answers as Airflow's REST API, for a night that has ended: stage -> task -> state."""

    base = "http://airflow"

    def __init__(self, stages: dict[str, dict[str, str]]) -> None:
        self.stages = stages
        self.started: set[str] = set()

    def trigger(self, dag_id: str, conf: dict[str, str]) -> str:
        self.started.add(dag_id)
        return "run"

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        stage = path.split("/")[2].partition("__")[0]
        tasks = self.stages.get(stage, {})
        if path.endswith("/dagRuns"):
            return {"dag_runs": [{"dag_run_id": "run"}] if tasks and self.started else []}
        if path.endswith("/taskInstances"):
            return {"task_instances": [self._task(stage, *item) for item in tasks.items()]}
        if path.endswith("/xcomEntries"):
            return {"xcom_entries": []}
        return {"state": "failed" if "failed" in tasks.values() else "success"}

    def _task(self, stage: str, name: str, state: str) -> dict[str, Any]:
        return {
            "dag_id": f"{stage}__x", "dag_run_id": "run", "task_id": name, "map_index": -1,
            "try_number": 1, "state": state, "duration": 1.0, "rendered_map_index": None,
        }  # fmt: skip


def never(_seconds: float) -> None:
    pytest.fail("it waits for a stage that will not come")


def watch(stages: dict[str, dict[str, str]], half_loaded: list[str]) -> tuple[Any, str]:
    said = io.StringIO()
    out = Console(file=said, soft_wrap=True)
    watching = Watch(Airflow(stages), out, "x", "unused", has=set(stages), sleep=never)  # type: ignore[arg-type]
    watching._half_loaded = lambda: half_loaded  # type: ignore[method-assign]
    return watching.night(None), said.getvalue()


def test_a_transformation_that_was_held_back_ends_the_night_and_says_why() -> None:
    stages = {
        "ingest_edfi": {"load": "failed", "done": "upstream_failed"},
        "ingest_assessments": {"done": "success"},
        "transform": {"is_there_anything_new": "success", "done": "skipped"},
    }
    failure, said = watch(stages, ["students"])
    assert "the last good tiers stay: Ed-Fi is half loaded (students)" in said
    assert "docs/runbooks/ingest_edfi.md" in str(failure)


def test_a_failed_vendor_is_told_and_the_night_goes_on() -> None:
    stages = {
        "ingest_edfi": {"done": "success"},
        "ingest_assessments": {"land_star": "failed", "done": "success"},
        "transform": {"marts": "success", "done": "success"},
        "dictionary": {"write": "success"},
    }
    failure, said = watch(stages, [])
    assert "failed: land_star" in said
    assert "✓ dictionary" in said
    assert "docs/runbooks/ingest_assessments.md" in str(failure)


def test_when_nothing_was_loaded_nothing_follows() -> None:
    stages = {"ingest_edfi": {"load": "failed"}, "ingest_assessments": {"done": "skipped"}}
    failure, _ = watch(stages, [])
    assert failure is not None


def test_a_good_night_has_no_failure() -> None:
    failure, said = watch({stage: {"done": "success"} for stage in ORDER}, [])
    assert failure is None
    assert "✓ the night took" in said
