"""The dbt project, parsed once, and a way to run dbt against a database of the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
Dbt = Callable[..., subprocess.CompletedProcess[str]]


def run_dbt(
    *arguments: str,
    folder: Path,
    project: Path = PROJECT,
    url: str = "postgresql://nobody:nothing@127.0.0.1:1/none",
    as_of: str = "2026-11-22",
) -> subprocess.CompletedProcess[str]:
    """Run dbt in its own process, so that its global state touches no other test.

    As in a night, the day comes by the environment: a folder is parsed once for all days.
    """
    parts = urlsplit(url)
    environment = {
        **os.environ,
        "FIRSTBELL_DBT_HOST": parts.hostname or "",
        "FIRSTBELL_DBT_PORT": str(parts.port or 5432),
        "FIRSTBELL_DBT_USER": parts.username or "",
        "FIRSTBELL_DBT_PASSWORD": parts.password or "",
        "FIRSTBELL_DBT_DATABASE": parts.path.lstrip("/"),
        "FIRSTBELL_DBT_AS_OF_DATE": as_of,
        "DO_NOT_TRACK": "1",
    }
    return subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", json.dumps({"district_code": "grand_bend"})),
        ],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the project as it stands; parsing needs no database."""
    folder = tmp_path_factory.mktemp("dbt_parse")
    done = run_dbt("parse", folder=folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    loaded: dict[str, Any] = json.loads((folder / "target" / "manifest.json").read_text("utf-8"))
    return loaded
