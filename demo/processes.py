"""Start, find and stop background processes, each in a process group of its own.

Airflow's components fork; only a signal to the whole group leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from include.errors import ConfigError

STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Processes:
    """The background processes of one demo, remembered in a folder."""

    folder: Path
    logs: Path

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a process unless it runs; its output goes to logs/<name>.log."""
        if self.is_running(name):
            return
        with (self.logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=environment.get("PYTHONPATH") or None,
            )
        record = {"pid": child.pid, "born": _born(child.pid), "started": time.time()}
        self._record(name).write_text(json.dumps(record), encoding="utf-8")

    def names(self) -> list[str]:
        """Every process that was started and not stopped since, in the order of start."""
        found = [path.stem for path in self.folder.glob("*.json")]
        return sorted(found, key=lambda name: (self._read(name).get("started", 0.0), name))

    def is_running(self, name: str) -> bool:
        return self._pid(name) is not None

    def stop(self, name: str) -> None:
        """End the process and all it started: first by request, then by force.

        When the process is gone already, what it started may live on: that ends too.
        """
        pid = self._group(name)
        if pid is not None:
            _signal_group(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while _group_lives(pid) and time.monotonic() < deadline:
                _reap(pid)
                time.sleep(0.05)
            _signal_group(pid, signal.SIGKILL)
            _reap(pid)
        self._record(name).unlink(missing_ok=True)

    def wait_until(self, name: str, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready()`; raises ConfigError with the end of the log when it never is."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running(name):
                raise self._failed(name, "it ended at once")
            if time.monotonic() > deadline:
                raise self._failed(name, f"no answer within {seconds:.0f} s")
            time.sleep(0.2)

    def _failed(self, name: str, seen: str) -> ConfigError:
        log = self.logs / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return ConfigError(
            f"demo: {name}",
            seen=f"{seen}; last words: {' / '.join(lines[-3:])[-400:] or 'none'}",
            expected="a running process",
            next_step=f"Read {log}, then run `make down` and `make demo`.",
        )

    def _record(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _pid(self, name: str) -> int | None:
        """The id of the process that we started, if it still lives."""
        record = self._read(name)
        if not record:
            return None
        pid = int(record["pid"])
        _reap(pid)
        # a number is used again after a reboot: the birth time tells ours from a stranger's
        return pid if _born(pid) == record["born"] else None

    def _group(self, name: str) -> int | None:
        """The id of the group that we started, if any of it still lives."""
        if (pid := self._pid(name)) is not None:
            return pid
        record = self._read(name)
        if not record or record["born"] is None or psutil.pid_exists(record["pid"]):
            return None  # the number belongs to a stranger now
        return int(record["pid"]) if _orphans(int(record["pid"]), record["born"]) else None

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return dict(json.loads(self._record(name).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}


def _born(pid: int) -> float | None:
    """When a process started, only ever compared; None when it is gone."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return float(process.create_time())
    except psutil.NoSuchProcess:
        return None


def _orphans(group: int, born: float) -> list[int]:
    """Members of a group and session whose leader has ended, none older than the leader."""
    found = []
    for process in psutil.process_iter(["create_time"]):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            is_member = os.getpgid(process.pid) == group == os.getsid(process.pid)
            if is_member and (process.info["create_time"] or 0.0) >= born:
                found.append(process.pid)
    return found


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _group_lives(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
