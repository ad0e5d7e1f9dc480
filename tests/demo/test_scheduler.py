"""The scheduler of the demo has imported what tasks need, and nothing of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from demo import airflow
from demo.runtime import ROOT, Runtime

SAY_WHAT_IS_IMPORTED = """
import sys
import airflow.__main__
from demo import scheduler

def say():
    assert all(name in sys.modules for name in scheduler.PACKAGES)
    ours = {"include", "ml", "dags", "plugins", "demo"}
    print(sorted(name for name in sys.modules if name.partition(".")[0] in ours))

airflow.__main__.main = say
scheduler.main()
"""


def test_it_imports_the_packages_of_tasks_and_none_of_our_code() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SAY_WHAT_IS_IMPORTED],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["['demo', 'demo.scheduler']"], done.stderr[-2000:]


def test_the_scheduler_alone_is_started_so() -> None:
    assert {part: airflow.command(part)[2] for part in airflow.COMPONENTS} == {
        "api-server": "airflow", "scheduler": "demo.scheduler", "dag-processor": "airflow",
        "triggerer": "airflow",
    }  # fmt: skip


def test_the_place_of_a_task_that_has_ended_is_free_within_a_second(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "runtime")
    runtime.create()
    given = airflow.environment(
        runtime, metadata_url="postgresql://nobody@127.0.0.1:1/none", connections={},
        ports={"airflow": 1, "worker_logs": 2, "trigger_logs": 3},
    )  # fmt: skip
    ask = "from airflow.sdk.execution_time import supervisor as s; print(s.MIN_HEARTBEAT_INTERVAL)"
    done = subprocess.run(
        [sys.executable, "-c", ask], env=given, check=False, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1:] == ["1"], done.stderr[-2000:]
