"""Check the SQL of the dbt project with sqlfluff, compiled by dbt against a throw-away Postgres."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from demo.runtime import ROOT
from include.local import postgres


def main() -> int:
    """Returns sqlfluff's exit code."""
    with tempfile.TemporaryDirectory(prefix="firstbell-lint-") as folder:
        with postgres.running(Path(folder) / "postgres") as server:
            parts = urlsplit(server.url())
            environment = {
                **os.environ,
                "FIRSTBELL_DBT_HOST": parts.hostname or "",
                "FIRSTBELL_DBT_PORT": str(parts.port),
                "FIRSTBELL_DBT_USER": unquote(parts.username or ""),
                "FIRSTBELL_DBT_PASSWORD": unquote(parts.password or ""),
                "FIRSTBELL_DBT_DATABASE": "postgres",
                "DBT_TARGET_PATH": f"{folder}/target",
                "DBT_LOG_PATH": f"{folder}/logs",
                "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DO_NOT_TRACK": "1",
            }
            command = [sys.executable, "-m", "sqlfluff", "lint", "--disable-progress-bar",
                       "--processes", "2", "models", "tests"]  # fmt: skip
            return subprocess.run(
                command, cwd=ROOT / "dbt_project", env=environment, check=False
            ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
