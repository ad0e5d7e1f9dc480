"""Airflow for real: its four components, configured by environment, and its REST API."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from demo import districts
from demo.processes import Processes
from demo.runtime import ROOT, Runtime, write_private
from include.errors import ConfigError

# Airflow's log servers listen on every address, and no setting says otherwise (3.3.2). Here all
# parts share one disk, from which the API server reads the logs.
NO_LOG_SERVER = ("--skip-serve-logs",)
COMPONENTS: dict[str, tuple[str, ...]] = {
    "api-server": (),
    "scheduler": NO_LOG_SERVER,
    "dag-processor": (),
    "triggerer": NO_LOG_SERVER,
}
USER = "admin"


def environment(
    runtime: Runtime, *, metadata_url: str, ports: Mapping[str, int], connections: Mapping[str, str]
) -> dict[str, str]:
    """Everything that Airflow and its tasks need to know, on top of our own environment.

    Secrets travel here and nowhere else: no file of Airflow's holds one.
    """
    base = f"http://127.0.0.1:{ports['airflow']}"
    settings = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": str(min(4, max(2, os.cpu_count() or 2))),
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "CORE__LOAD_EXAMPLES": "false",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "false",
        "CORE__FERNET_KEY": runtime.fernet_key(),
        "CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(runtime.airflow / "passwords.json"),
        "DATABASE__SQL_ALCHEMY_CONN": metadata_url.replace(
            "postgresql://", "postgresql+psycopg2://", 1
        ),
        "API__HOST": "127.0.0.1",
        "API__PORT": str(ports["airflow"]),
        "API__BASE_URL": base,
        "API__WORKERS": "1",
        "API__SECRET_KEY": runtime.secret("api_secret_key"),
        "API_AUTH__JWT_SECRET": runtime.secret("jwt_secret", 64),
        "API__INSTANCE_NAME": "Firstbell",
        "LOGGING__BASE_LOG_FOLDER": str(runtime.logs / "tasks"),
        "LOGGING__WORKER_LOG_SERVER_PORT": str(ports["worker_logs"]),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": str(ports["trigger_logs"]),
        # Airflow (3.3.2) may see a task's sockets close before its process has ended. Then nothing
        # wakes it until this interval, of 5 s as it comes, is over, and no task takes the place.
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "USAGE_DATA_COLLECTION__ENABLED": "false",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        # A file that was changed is read at once all the same; to read all of them each half
        # minute takes a tenth of a core.
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        # a table of all DAG files each half minute is most of what a log would hold
        "DAG_PROCESSOR__PRINT_STATS_INTERVAL": "600",
    }
    if "?" in metadata_url:
        # Airflow would hand libpq's options to asyncpg, which knows none; psycopg takes them
        settings["DATABASE__SQL_ALCHEMY_CONN_ASYNC"] = metadata_url.replace(
            "postgresql://", "postgresql+psycopg://", 1
        )
    return {
        **os.environ,
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        **connections,
        "AIRFLOW_HOME": str(runtime.airflow),
        "PYTHONPATH": str(ROOT),
        # tasks call the tools of this environment
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "FIRSTBELL_WORK_DIR": str(runtime.work),
        # simulated days may lie ahead of the clock
        "FIRSTBELL_LAST_DAY": districts.newest_day(runtime).isoformat(),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "SCARF_ANALYTICS": "false",
        # a proxy of the user's must not stand between us and our own loopback
        "NO_PROXY": ",".join(filter(None, ["127.0.0.1,localhost", os.environ.get("NO_PROXY")])),
        "no_proxy": ",".join(filter(None, ["127.0.0.1,localhost", os.environ.get("no_proxy")])),
    }


def migrate(environment: Mapping[str, str], log: Path) -> None:
    """Bring the metadata database to this Airflow's version."""
    with log.open("ab") as output:
        done = subprocess.run(
            [*_airflow(), "db", "migrate"], env=dict(environment), check=False,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    if done.returncode:
        raise ConfigError(
            "demo: Airflow's metadata",
            seen=f"`airflow db migrate` ended with {done.returncode}",
            expected="0",
            next_step=f"Read {log}; `make down` and `make demo` start over.",
        )


def start(processes: Processes, environment: Mapping[str, str], runtime: Runtime) -> None:
    """Start the four components; those that run already are left alone."""
    password = runtime.secret("airflow_password", 12)
    write_private(runtime.airflow / "passwords.json", f'{{"{USER}": "{password}"}}')
    for component in COMPONENTS:
        start_part(processes, environment, component)


def start_part(processes: Processes, environment: Mapping[str, str], component: str) -> None:
    """Start one of the components unless it runs."""
    processes.start(component, command(component), environment)


def command(component: str) -> list[str]:
    """How a component is called; the scheduler's processes become tasks."""
    by = _airflow("demo.scheduler" if component == "scheduler" else "airflow")
    return [*by, component, *COMPONENTS[component]]


def _airflow(module: str = "airflow") -> list[str]:
    # by module: a console script breaks when its path is too long for a shebang line
    return [sys.executable, "-m", module]


def _page(offset: int) -> dict[str, int]:
    # Airflow gives 100 at most, whatever is asked for
    return {"page_offset": offset, "page_limit": 100}


class AirflowDownError(ConfigError):
    """Airflow does not answer, or not with what was asked for: waiting may help."""


@dataclass
class Api:
    """Airflow's REST API, logged in as the demo's admin."""

    base: str
    password: str = field(repr=False)
    _token: str | None = field(default=None, repr=False)

    def is_up(self) -> bool:
        """True when the API answers and its scheduler and DAG processor have reported."""
        try:
            health = _session().get(f"{self.base}/api/v2/monitor/health", timeout=5).json()
        except (requests.RequestException, ValueError):
            return False
        return all(
            (health.get(part) or {}).get("status") == "healthy"
            for part in ("metadatabase", "scheduler", "dag_processor")
        )

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._call("POST", path, json=dict(body))

    def runs(self, dag_ids: Sequence[str]) -> list[dict[str, Any]]:
        """The newest runs of these DAGs, the newest first; at most as many as a page holds."""
        body = {"dag_ids": list(dag_ids), "order_by": "-run_after", **_page(0)}
        return list(self.post("/dags/~/dagRuns/list", body)["dag_runs"])

    def tasks(self, dag_ids: Sequence[str], run_ids: Sequence[str]) -> list[dict[str, Any]]:
        """All tasks of the runs of these DAGs that have one of these ids."""
        tasks: list[dict[str, Any]] = []
        while True:
            body = {"dag_ids": list(dag_ids), "dag_run_ids": list(run_ids), "order_by": "id"}
            found = self.post("/dags/~/dagRuns/~/taskInstances/list", body | _page(len(tasks)))
            tasks += found["task_instances"]
            if not found["task_instances"] or len(tasks) >= found["total_entries"]:
                return tasks

    def has_dags(self, dag_ids: set[str]) -> bool:
        """True when the DAG processor has found all of them, without an import error."""
        errors = self.get("/importErrors")["import_errors"]
        if errors:
            raise ConfigError(
                f"DAG file {Path(errors[0]['filename']).name}",
                seen=errors[0]["stack_trace"].strip().splitlines()[-1],
                expected="a DAG file that can be imported",
                next_step="Run `make test` and correct the file.",
            )
        return dag_ids <= set(self._dags())

    def read_again(self, dag_ids: set[str]) -> None:
        """Have the files of these DAGs read at once, and wait until each was."""
        known = self._dags()
        for token in {known[dag_id]["file_token"] for dag_id in dag_ids & set(known)}:
            self._call("PUT", f"/parseDagFile/{token}")
        before = {dag_id: dag["last_parsed_time"] for dag_id, dag in known.items()}

        def are_read() -> bool:
            now = self._dags() if self.has_dags(dag_ids) else {}
            return bool(now) and all(
                now[dag_id]["last_parsed_time"] != before.get(dag_id) for dag_id in dag_ids
            )

        self.wait_for(are_read, what=f"{len(dag_ids)} DAGs read again", seconds=180)

    def create_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool unless it is there; its size may have been changed by hand."""
        known = {pool["name"] for pool in self.get("/pools", limit=100)["pools"]}
        if name not in known:
            self.post("/pools", {"name": name, "slots": slots, "description": description})

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run; returns its id."""
        run = self.post(f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(conf)})
        return str(run["dag_run_id"])

    def log_of(self, task: Mapping[str, Any]) -> list[str]:
        """The messages that the latest attempt of a task has left in its log."""
        path = (
            f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}"
            f"/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        )
        found = self.get(path, map_index=task["map_index"], full_content=True)
        # lines that Airflow cannot read as its own come as plain text
        return [m if isinstance(m, str) else str(m["event"]) for m in found["content"]]

    def longest_wait(self, task: Mapping[str, Any]) -> float:
        """Seconds within which Airflow tries a failed task again.

        It waits for the delay, doubled with each attempt, and up to as long again (3.3.2).
        """
        found = self.get(f"/dags/{task['dag_id']}/tasks/{task['task_id']}")
        delay = found["retry_delay"]
        seconds = delay["days"] * 86_400 + delay["seconds"] + delay["microseconds"] / 1e6
        factor = found["retry_exponential_backoff"] or 1.0
        if factor == 1.0:
            return float(seconds)
        return float(2 * seconds * factor ** (task["try_number"] - 1))

    def wait_for(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Wait until `ready()`; raises ConfigError when it never is."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise ConfigError(
                    "demo: Airflow",
                    seen=f"{what}: not within {seconds:.0f} s",
                    expected="it earlier",
                    next_step="Read .runtime/logs; `make down` and `make demo` start over.",
                )
            time.sleep(0.5)

    def _dags(self) -> dict[str, dict[str, Any]]:
        return {dag["dag_id"]: dag for dag in self.get("/dags", limit=100)["dags"]}

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._answer(method, path, **options)
        except requests.RequestException as error:
            raise AirflowDownError(
                f"Airflow API {method} {path}",
                seen=type(error).__name__,
                expected="an answer",
                next_step="Read .runtime/logs/api-server.log.",
            ) from None
        if not answer.ok:
            is_down = answer.status_code >= requests.codes.server_error
            raise (AirflowDownError if is_down else ConfigError)(
                f"Airflow API {method} {path}",
                seen=f"{answer.status_code} {answer.text[:200]}",
                expected="2xx",
                next_step="Read .runtime/logs/api-server.log.",
            )
        # a call without a result answers `null`
        return dict(answer.json() or {}) if answer.content else {}

    def _answer(self, method: str, path: str, **options: Any) -> requests.Response:
        for _ in range(2):
            if self._token is None:
                self._token = self._log_in()
            answer = _session().request(
                method, f"{self.base}/api/v2{path}", timeout=30,
                headers={"Authorization": f"Bearer {self._token}"}, **options,
            )  # fmt: skip
            if answer.status_code != requests.codes.unauthorized:
                break
            self._token = None
        return answer

    def _log_in(self) -> str:
        answer = _session().post(
            f"{self.base}/auth/token",
            json={"username": USER, "password": self.password},
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # our own loopback: no proxy, no .netrc
    return session
