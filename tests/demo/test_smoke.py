"""The demo itself, from nothing to the closing table and back to nothing, on a small district."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from demo import airflow
from demo.runtime import ROOT, Runtime

DAG = "ingest__maple_valley__edfi"
POOL = "edfi__maple_valley"
DATABASE = "firstbell_maple_valley"
STUDENTS = "240"


class Demo:
    """A demo of its own: other folder, other ports, no settings of this machine's."""

    def __init__(self, folder: Path) -> None:
        self.runtime = Runtime(folder)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "FIRSTBELL"))}
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "FIRSTBELL_RUNTIME_DIR": str(folder),
            "FIRSTBELL_SAMPLES": str(folder / "nowhere"),
            "FIRSTBELL_DEMO_STUDENTS": STUDENTS,
            # said here, so that a .env of this checkout cannot say otherwise
            "FIRSTBELL_PG_URL": "",
            "FIRSTBELL_WORK_DIR": str(folder / "work"),
            "FIRSTBELL_DISTRICTS_DIR": "",
        }

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, env={**self.environment, **more}, check=False, capture_output=True,
            text=True, timeout=900,
        )  # fmt: skip

    def dsn(self, database: str) -> str:
        url = self.run("demo", "url").stdout.strip()
        return f"{url.rpartition('/')[0]}/{database}"

    def processes(self) -> set[psutil.Process]:
        """All that run for this demo: what its commands started, by session, and Postgres."""
        found = set()
        sessions = {int(self.runtime_record(p)["pid"]) for p in self._records()}
        for process in psutil.process_iter():
            try:
                if os.getsid(process.pid) in sessions:
                    found |= {process, *process.children(recursive=True)}
                elif str(self.runtime.folder) in " ".join(process.cmdline()):
                    found.add(process)
            except (psutil.Error, ProcessLookupError):
                continue
        return found

    def _records(self) -> list[str]:
        return [path.stem for path in self.runtime.processes.glob("*.json")]

    def runtime_record(self, name: str) -> dict[str, object]:
        return Runtime(self.runtime.processes).read(name)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path / "runtime")
    yield made
    done = made.run("demo", "clean")
    assert done.returncode == 0, done.stderr
    assert not made.runtime.folder.exists()


@pytest.mark.timeout(1200)
def test_up_a_cleared_task_and_down(demo: Demo) -> None:
    done = demo.run("demo", "up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "serve the synthetic Maple Valley and a generated stand-in" in done.stdout
    for step in ("The night of 2026-11-19", "A model for 2026-11-19", "The night of 2026-11-20"):
        assert step in done.stdout
    for closing in ("students", "foreseen out of time", "Where to look"):
        assert closing in done.stdout

    port = demo.runtime.read("ports")["airflow"]
    api = airflow.Api(f"http://127.0.0.1:{port}", demo.runtime.secret("airflow_password", 12))
    assert api.password not in done.stdout + done.stderr
    # a scheduler that ends, as one does that loses its database, comes back by itself
    os.killpg(int(str(demo.runtime_record("scheduler")["pid"])), signal.SIGKILL)
    dsn = demo.dsn(DATABASE)
    before = raw_versions(dsn)
    assert sum(before.values()) > 0
    clear_and_wait(api, "load", 0)
    assert raw_versions(dsn) == before

    # a real Airflow gets its pools by command
    api._call("DELETE", f"/pools/{POOL}")
    done = demo.run("demo", "run", "include.orchestration.pools")
    assert done.stdout.splitlines()[-1:] == [f"created: {POOL}"], done.stdout + done.stderr
    assert api.get(f"/pools/{POOL}")["slots"] == 2

    ours = demo.processes()
    assert len(ours) > 7
    done = demo.run("demo", "down")
    assert done.returncode == 0, done.stderr
    stopped = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("stopped")]
    assert stopped == [
        "keeper", "scheduler", "dictionary", "triggerer", "dag-processor", "api-server",
        "receiver-psa", "receiver-teams", "sftp-grand_bend", "edfi-grand_bend", "sftp-maple_valley",
        "edfi-maple_valley", "postgres",
    ]  # fmt: skip
    _, alive = psutil.wait_procs(list(ours), timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def clear_and_wait(api: airflow.Api, task: str, index: int) -> None:
    """What an operator does: clear one finished task, and watch it succeed again."""
    newest = api.get(f"/dags/{DAG}/dagRuns", limit=1, order_by="-run_after")
    run = newest["dag_runs"][0]["dag_run_id"]
    path = f"/dags/{DAG}/dagRuns/{run}/taskInstances/{task}/{index}"
    tried = api.get(path)["try_number"]
    body = {"dry_run": False, "only_failed": False, "dag_run_id": run, "task_ids": [[task, index]]}
    api.post(f"/dags/{DAG}/clearTaskInstances", body)
    deadline = time.monotonic() + 180
    while True:
        now = api.get(path)
        if now["state"] == "success" and now["try_number"] > tried:
            return
        assert now["state"] not in ("failed", "upstream_failed"), now
        assert time.monotonic() < deadline, now
        time.sleep(0.5)


def raw_versions(dsn: str) -> dict[str, int]:
    """How many versions each raw table holds."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'raw'"
        ).fetchall()
        counts = {}
        for (name,) in tables:
            query = sql.SQL("select count(*) from {}").format(sql.Identifier("raw", name))
            row = connection.execute(query).fetchone()
            assert row is not None
            counts[name] = int(row[0])
        return counts
