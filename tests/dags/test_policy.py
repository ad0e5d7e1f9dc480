"""Every DAG keeps the house rules; each message says how to mend it."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from include.config import load_districts
from include.orchestration import stages

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dags").glob("*.py"))
SHARED_TASKS = {
    path
    for path in (ROOT / "include" / "orchestration").glob("*.py")
    if re.search(r"^ *@task\b", path.read_text(encoding="utf-8"), re.MULTILINE)
}
TOUCHES_A_SYSTEM = {
    "plan", "load", "write", "fit", "score", "publish", "send",
}  # fmt: skip


def test_there_is_a_dag_per_stage_and_district(dags: dict[str, Any]) -> None:
    expected = {
        name
        for code, district in load_districts().items()
        for stage in stages.of(district)
        for name in (
            [f"{stage}__{code}"] if stage != "ingest"
            else [f"ingest__{code}__{source}" for source in district.sources]
        )
    }  # fmt: skip
    assert set(dags) == expected
    assert {path.stem for path in FILES} == set(stages.STAGES)


def test_a_district_without_a_channel_has_no_stage_for_it() -> None:
    district = load_districts()["maple_valley"]
    silent = district.model_copy(update={"channels": {}})
    assert set(stages.of(district)) - set(stages.of(silent)) == {"send_alerts", "open_tickets"}


def test_the_id_is_the_file_and_the_district(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        stage, district, *_ = dag_id.split("__")
        assert Path(dag.fileloc).stem == stage, dag_id
        assert district in dag.tags, f"{dag_id}: tag it with its district"


def test_the_page_says_what_to_do(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        for section in ("**Owner**", "**If it fails**", "**Safe to rerun**", "docs/runbooks/"):
            assert section in (dag.doc_md or ""), f"{dag_id}: the docstring lacks {section}"


def test_every_dag_has_a_runbook(dags: dict[str, Any]) -> None:
    for dag_id in dags:
        runbook = ROOT / "docs" / "runbooks" / f"{dag_id.partition('__')[0]}.md"
        assert runbook.is_file(), f"{dag_id}: write {runbook.relative_to(ROOT)}"


def test_every_task_is_owned_retried_and_limited(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        assert dag.tasks, f"{dag_id} has no task"
        for task in dag.tasks:
            name = f"{dag_id}.{task.task_id}"
            given = getattr(task, "partial_kwargs", None) or vars(task)
            owner = given.get("owner") or given.get("_owner") or task.owner
            assert owner not in (None, "airflow"), f"{name}: owner"
            assert task.retries >= 1, f"{name}: retries"
            assert task.retry_exponential_backoff, f"{name}: backoff"
            assert task.execution_timeout is not None, f"{name}: execution_timeout"
            assert task.on_failure_callback, f"{name}: on_failure_callback"


def test_every_task_that_touches_a_system_has_its_pool(dags: dict[str, Any]) -> None:
    from include.orchestration import pools

    for dag_id, dag in dags.items():
        known = {name for name, _, _ in pools.of(load_districts()[dag_id.split("__")[1]])}
        for task in dag.tasks:
            if task.task_id in TOUCHES_A_SYSTEM | _layers():
                assert task.pool in known, f"{dag_id}.{task.task_id}: pool {task.pool}"


def test_runs_do_not_overlap_and_do_not_catch_up(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        assert dag.max_active_runs == 1, dag_id
        assert dag.catchup is False, dag_id


def test_every_stage_takes_the_as_of_date(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        assert "as_of_date" in dag.params, dag_id


def test_the_layers_follow_each_other(dags: dict[str, Any]) -> None:
    from include.transform import LAYERS

    dag = dags["transform__grand_bend"]
    layers = list(LAYERS)
    for earlier, later in itertools.pairwise(layers):
        assert earlier in dag.get_task(later).upstream_task_ids


def test_after_a_failed_layer_the_run_is_red_and_looks_what_came_meanwhile(
    dags: dict[str, Any],
) -> None:
    dag = dags["transform__grand_bend"]
    assert dag.get_task("done").downstream_task_ids == {"does_another_wait", "did_another_come"}
    assert dag.get_task("did_another_come").trigger_rule == "one_failed"
    assert dag.get_task("start_after_failure").upstream_task_ids == {"did_another_come"}
    # a run is as red as its last tasks
    assert dag.get_task("start_another").trigger_rule == "all_success"
    assert dag.get_task("does_another_wait").trigger_rule == "all_success"


def test_a_failed_group_stops_neither_the_others_nor_the_alarm(dags: dict[str, Any]) -> None:
    dag = dags["ingest__grand_bend__edfi"]
    # a run is as red as its last tasks: `done` is not reached, and `ended` runs all the same
    assert dag.get_task("done").trigger_rule == "all_success"
    assert dag.get_task("ended").trigger_rule == "all_done"
    assert dag.get_task("load").downstream_task_ids == {"done", "ended"}


def test_only_a_source_that_can_be_read_in_part_asks_for_resources(dags: dict[str, Any]) -> None:
    assert "resources" in dags["ingest__grand_bend__edfi"].params
    assert "resources" not in dags["ingest__grand_bend__star"].params


@pytest.mark.parametrize("path", [*FILES, *sorted(SHARED_TASKS)], ids=lambda path: path.stem)
def test_every_task_says_why_it_failed_and_retries_only_what_waiting_heals(path: Path) -> None:
    tasks = [
        (node.name, [ast.unparse(decorator) for decorator in node.decorator_list])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(re.match(r"task\b", ast.unparse(found)) for found in node.decorator_list)
    ]
    assert tasks
    bare = [name for name, found in tasks if found[1:] != ["no_retry_when_pointless"]]
    assert not bare, "put @no_retry_when_pointless below @task"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_heavy_is_imported_at_parse_time(path: Path) -> None:
    script = (
        f"import runpy, sys; runpy.run_path({str(path)!r});"
        "heavy = [m for m in sys.modules if m.startswith(('include.landing.', 'include.ingest',"
        " 'paramiko', 'dbt.', 'pandas', 'psycopg.', 'sklearn'))"
        " or m.startswith('include.sources.') and m.count('.') > 2"
        " and not m.endswith(('.config', '.source'))]; print('heavy:', *heavy)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    said = [line.strip() for line in done.stdout.splitlines() if line.startswith("heavy:")]
    assert said == ["heavy:"], "import it inside the task"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_variable_or_connection_is_read_at_parse_time(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names.isdisjoint({"Variable", "Connection", "BaseHook"})


def test_a_task_process_builds_only_its_own_dag(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from include import config
    from include.orchestration.factory import per_district

    source = (ROOT / "include" / "districts" / "grand_bend.yaml").read_text(encoding="utf-8")
    for code in ("grand_bend", "other_town"):
        text = source.replace("code: grand_bend", f"code: {code}")
        (tmp_path / f"{code}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(tmp_path))
    assert set(config.load_districts()) == {"grand_bend", "other_town"}
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "transform__other_town")
    built: list[str] = []
    per_district("transform.py", lambda dag_id, _: built.append(dag_id), {})
    assert built == ["transform__other_town"]


def _layers() -> set[str]:
    from include.transform import LAYERS

    return set(LAYERS)
