"""Watching a night: it ends when the night has, whatever came of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from demo.airflow import AirflowDownError, Api
from demo.progress import DOWN_SECONDS, PATIENCE_SECONDS, Watch, file_of, night_of
from include.bind import source_names
from include.config import District, get_district
from include.errors import ConfigError, ServerError
from include.orchestration import callbacks
from include.orchestration.ids import DagName, parse


def small() -> District:
    """A district with a system of record and one vendor's files."""
    known = get_district("grand_bend")
    sources = {name: known.sources[name] for name in ("star", "edfi")}
    return known.model_copy(update={"code": "x", "sources": sources})


DISTRICT = small()
ORDER = night_of(source_names(DISTRICT)).stages


class Airflow(Api):
    """Answers as Airflow's REST API, for a night that has ended: stage -> task -> state."""

    def __init__(self, stages: dict[str, dict[str, str]]) -> None:
        super().__init__("http://airflow", "")
        self.stages = stages
        self.started: set[str] = set()
        self.log: list[dict[str, str]] = []
        self.calls = 0

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        self.started.add(dag_id)
        return "run"

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Lists of several DAGs, 100 of each at most, as Airflow answers."""
        self.calls += 1
        stages = [parse(dag_id).ledger_stage for dag_id in body["dag_ids"]]
        what, rows = "task_instances", []
        for stage in stages if self.started else []:
            tasks = self.stages.get(stage, {})
            rows += [self._task(stage, *item) for item in tasks.items()]
        if path == "/dags/~/dagRuns/list":
            what, seen = "dag_runs", dict.fromkeys(row["dag_id"] for row in rows)
            rows = [
                {"dag_id": dag_id, "dag_run_id": "run", "state": self.state(dag_id)}
                for dag_id in seen
            ]
        else:
            assert path == "/dags/~/dagRuns/~/taskInstances/list"
        page = rows[body["page_offset"] :][: min(100, body["page_limit"])]
        return {what: page, "total_entries": len(rows)}

    def state(self, dag_id: str) -> str:
        tasks = self.stages[parse(dag_id).ledger_stage]
        return "failed" if "failed" in tasks.values() else "success"

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        if path.endswith("/xcomEntries"):
            return {"xcom_entries": []}
        if "/logs/" in path:
            return {
                "content": [{"event": "Filling up the DagBag"}, *self.log],
                "continuation_token": None,
            }
        assert "/tasks/" in path
        return {
            "retry_delay": {"__type": "TimeDelta", "days": 0, "seconds": 30, "microseconds": 0},
            "retry_exponential_backoff": 2.0,
        }

    def _task(self, stage: str, name: str, state: str) -> dict[str, Any]:
        return {
            "dag_id": dag_id_of(stage), "dag_run_id": "run", "task_id": name, "map_index": -1,
            "try_number": 1, "max_tries": 3, "state": state, "duration": 1.0,
            "rendered_map_index": None,
        }  # fmt: skip


def dag_id_of(stage: str) -> str:
    file, _, source = stage.partition("__")
    return str(DagName(file, "x", source))


def never(_seconds: float) -> None:
    pytest.fail("it waits for a stage that will not come")


def watch(
    stages: dict[str, dict[str, str]], half_loaded: list[str], airflow: Airflow | None = None
) -> tuple[Any, str]:
    said = io.StringIO()
    out = Console(file=said, soft_wrap=True)
    has = {*map(file_of, stages)}
    watching = Watch(airflow or Airflow(stages), out, DISTRICT, "unused", has=has, sleep=never)
    watching._half_loaded = lambda: half_loaded  # type: ignore[method-assign]
    return watching.night(None), said.getvalue()


def test_a_transformation_that_was_held_back_ends_the_night_and_says_why() -> None:
    stages = {
        "ingest__edfi": {"load": "failed", "done": "upstream_failed"},
        "ingest__star": {"done": "success"},
        "transform": {"is_there_anything_new": "success", "done": "skipped"},
    }
    failure, said = watch(stages, ["Ed-Fi is down or half loaded (students)"])
    assert "the last good tiers stay: Ed-Fi is down or half loaded (students)" in said
    assert "docs/runbooks/ingest.md" in str(failure)


def test_a_failed_vendor_is_told_and_the_night_goes_on() -> None:
    stages = {
        "ingest__edfi": {"done": "success"},
        "ingest__star": {"load": "failed", "done": "success"},
        "transform": {"marts": "success", "done": "success"},
        "dictionary": {"write": "success"},
    }
    failure, said = watch(stages, [])
    assert "failed: load" in said
    assert "✓ dictionary" in said
    assert "docs/runbooks/ingest.md" in str(failure)


def test_when_nothing_was_loaded_nothing_follows() -> None:
    stages = {"ingest__edfi": {"load": "failed"}, "ingest__star": {"done": "skipped"}}
    failure, _ = watch(stages, [])
    assert failure is not None


def test_a_good_night_has_no_failure() -> None:
    failure, said = watch({stage: {"done": "success"} for stage in ORDER}, [])
    assert failure is None
    assert "✓ the night took" in said


def test_a_look_at_all_stages_asks_airflow_twice() -> None:
    airflow = Airflow({stage: {"done": "success", "ended": "success"} for stage in ORDER})
    watch(airflow.stages, [], airflow)
    # one question before the night: which runs are older than it
    assert airflow.calls == 1 + 2 * len(ORDER)


def test_a_stage_of_more_tasks_than_a_page_holds_is_told_whole() -> None:
    stages = {
        "ingest__edfi": {f"read_{number}": "success" for number in range(230)}
        | {"done": "success"},
        "ingest__star": {"done": "success"},
    }
    _, said = watch(stages, [])
    assert said.count(" read_") == 230


GOOD = {stage: {"done": "success"} for stage in ORDER}


class Slow(Airflow):
    """Its first stage runs until `ends` is set; each look at it takes ten seconds."""

    def __init__(self, task: str, state: str) -> None:
        super().__init__({stage: dict(tasks) for stage, tasks in GOOD.items()})
        self.stages["ingest__edfi"] = {task: state, "done": "running"}
        self.now = 0.0
        self.away: set[str] = set()
        self.then: dict[float, Any] = {}

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if "api-server" in self.away:
            raise AirflowDownError("Airflow API", seen="503", expected="2xx", next_step="Wait.")
        return super().post(path, body)

    def state(self, dag_id: str) -> str:
        is_first = dag_id == dag_id_of("ingest__edfi")
        if is_first and "running" in self.stages["ingest__edfi"].values():
            return "running"
        return super().state(dag_id)

    def sleep(self, _seconds: float) -> None:
        self.now += 10
        for moment in [m for m in self.then if m <= self.now]:
            self.then.pop(moment)()

    def end(self) -> None:
        self.stages["ingest__edfi"] = {"done": "success"}

    def night(self) -> tuple[Any, str]:
        said = io.StringIO()
        watching = Watch(
            self, Console(file=said, soft_wrap=True), DISTRICT, "unused",
            has={*map(file_of, self.stages)},  # type: ignore[arg-type]
            ended=lambda: self.away, clock=lambda: self.now, sleep=self.sleep,
        )  # fmt: skip
        try:
            return watching.night(None), said.getvalue()
        except ConfigError as error:
            return error, said.getvalue()


def test_a_scheduler_that_stays_away_ends_the_wait() -> None:
    airflow = Slow("plan", "running")
    airflow.away = {"scheduler"}
    failure, said = airflow.night()
    assert str(failure).startswith("demo: scheduler: not running for")
    assert "scheduler does not run; it is started again" in said
    assert airflow.now <= DOWN_SECONDS + 20 < PATIENCE_SECONDS


@pytest.mark.parametrize("part", ["scheduler", "api-server"])
def test_what_comes_back_is_said_and_the_night_goes_on(part: str) -> None:
    airflow = Slow("plan", "running")
    airflow.then = {20.0: lambda: airflow.away.add(part), 60.0: airflow.away.clear,
                    90.0: airflow.end}  # fmt: skip
    failure, said = airflow.night()
    assert failure is None
    assert f"{part} does not run; it is started again" in said
    assert f"{part} runs again" in said


NO_ANSWER = ServerError("Ed-Fi students", seen="503", expected="200", next_step="Wait.")


def test_a_failed_attempt_is_told_once_with_its_reason_and_what_comes_next() -> None:
    airflow = Slow("plan", "up_for_retry")
    airflow.log = [
        {
            "event": callbacks.retry_message(
                "ingest__x__edfi", "plan", "run", NO_ANSWER, number=1, most=4
            )
        }
    ]
    airflow.then = {50.0: airflow.end}
    failure, said = airflow.night()
    assert failure is None
    assert (
        "plan failed (try 1 of 4): Ed-Fi students: 503; expected 200. Next try within 1 min;"
        " the night's limit is in 60 min. Log: http://airflow/dags/ingest__x__edfi/runs/run/tasks/plan"
    ) in said
    assert said.count("try 1 of 4") == 1


def test_an_attempt_that_left_no_reason_is_told_with_the_place_of_its_log() -> None:
    airflow = Slow("plan", "up_for_retry")
    airflow.log = [{"event": "Task failed with exception: student 604950"}]
    airflow.then = {50.0: airflow.end}
    _, said = airflow.night()
    assert "plan failed (try 1 of 4): no reason of ours in its log. Next try within" in said
    assert "604950" not in said


def test_a_night_that_failed_says_why() -> None:
    stages = {"ingest__edfi": {"plan": "failed"}, "ingest__star": {"done": "skipped"}}
    airflow = Airflow(stages)
    airflow.log = [{"event": callbacks.message("ingest__x__edfi", "plan", "run", NO_ANSWER)}]
    failure, _ = watch(stages, [], airflow)
    assert "failed: plan (Ed-Fi students: 503; expected 200);" in str(failure)


def test_a_night_that_never_ends_ends_the_wait() -> None:
    failure, _ = Slow("plan", "running").night()
    assert "not finished after 3600 s" in str(failure)
