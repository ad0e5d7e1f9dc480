"""What Airflow's own command line says: no other way to its metadata is open to us."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from include.errors import ConfigError


def run(*arguments: str) -> str:
    """What one command prints; raises ConfigError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        words = done.stderr.strip().splitlines()
        home = os.environ.get("AIRFLOW_HOME")
        raise ConfigError(
            f"airflow {' '.join(arguments[:2])}",
            seen=f"exit code {done.returncode}: {words[-1] if words else 'no message'}"
            f" (AIRFLOW_HOME {'is ' + home if home else 'is not set'})",
            expected="an Airflow whose metadata database is set up",
            next_step="Run this where the scheduler runs, with the same AIRFLOW__* variables"
            " and AIRFLOW_HOME.",
        )
    return done.stdout


def pools() -> set[str]:
    """The names of the pools that Airflow has."""
    said = run("pools", "list", "--output", "json")
    # log lines may stand before the answer
    return {pool["pool"] for pool in json.loads(said[max(said.find("[{"), 0) :])}


def export(what: str) -> str:
    """What `airflow <what> export` writes, from a file that only we can read and that is gone."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.json"
        run(what, "export", str(file), "--file-format", "json")
        return file.read_text(encoding="utf-8")
