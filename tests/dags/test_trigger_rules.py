"""Which tasks of a run Airflow's scheduler lets go ahead, by its own rules; no database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest


@pytest.fixture(scope="module")
def transform(dags: dict[str, Any]) -> Any:
    """The DAG as the scheduler has it."""
    from airflow.serialization.serialized_objects import DagSerialization

    return DagSerialization.from_dict(DagSerialization.to_dict(dags["transform__grand_bend"]))


def states(dag: Any, *, failed: str = "") -> dict[str, str]:
    """How each task ends when one of them fails and all others that are let go ahead do well."""
    from airflow.ti_deps.dep_context import DepContext
    from airflow.ti_deps.deps.trigger_rule_dep import TriggerRuleDep

    instances: dict[str, Any] = {}
    for task in dag.task_group.topological_sort():
        found = SimpleNamespace(
            task=task, task_id=task.task_id, dag_id=dag.dag_id, run_id="r", map_index=-1,
            state=None, get_dagrun=lambda session: None,
        )  # fmt: skip

        def set_state(state: str, session: Any, found: Any = found) -> bool:
            found.state = str(state)
            return True

        found.set_state = set_state
        context = DepContext(flag_upstream_failed=True, finished_tis=list(instances.values()))
        told = list(
            TriggerRuleDep().get_dep_statuses(found, dep_context=context, session=MagicMock())
        )
        if found.state is None:
            assert all(status.passed for status in told), told
            found.state = "failed" if task.task_id == failed else "success"
        instances[task.task_id] = found
    return {name: found.state for name, found in instances.items()}


@pytest.mark.parametrize("failed", ["wait_for_ingests", "staging", "reporting", "done"])
def test_after_whatever_failed_a_run_looks_whether_another_ingest_came(
    transform: Any, failed: str
) -> None:
    ended = states(transform, failed=failed)
    assert ended["did_another_come"] == ended["start_after_failure"] == "success"
    assert ended["does_another_wait"] == ended["start_another"] == "upstream_failed"
    assert ended["done"] == ("failed" if failed == "done" else "upstream_failed")


def test_a_run_that_ended_well_starts_another_once(transform: Any) -> None:
    ended = states(transform)
    assert ended["does_another_wait"] == ended["start_another"] == "success"
    assert ended["did_another_come"] == ended["start_after_failure"] == "skipped"
