"""Another district is one file: its DAGs, pools and checks follow, and nothing else is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DISTRICT = """
code: pine_hill
name: Pine Hill School District
time_zone: America/Chicago
sources:
  edfi: {kind: edfi, connection: pine_hill_edfi}
"""
CHILD = """
import json
from airflow.dag_processing.dagbag import DagBag
from include.config import load_districts
from include.orchestration import pools
bag = DagBag("dags")
assert bag.import_errors == {}, bag.import_errors
named = {name for d in load_districts().values() for name, *_ in pools.of(d)}
print(json.dumps({"dags": sorted(bag.dags), "pools": sorted(named)}))
"""


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FIRSTBELL_DISTRICTS_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_a_new_district_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "pine_hill.yaml").write_text(DISTRICT, encoding="utf-8")
    done = run(tmp_path, "-c", CHILD)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "dags": [
            "check_night__pine_hill",
            "dictionary__pine_hill",
            "ingest__pine_hill__edfi",
            "predict__pine_hill",
            "train__pine_hill",
            "transform__pine_hill",
        ],
        "pools": [f"{pool}__pine_hill" for pool in ("edfi", "model", "outbound", "warehouse")],
    }
    assert [path.name for path in tmp_path.iterdir()] == ["pine_hill.yaml"]


def test_what_a_new_district_lacks_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "pine_hill.yaml").write_text(DISTRICT, encoding="utf-8")
    done = run(tmp_path, "-m", "include.check", "pine_hill")
    assert done.returncode == 1
    assert "AIRFLOW_CONN_PINE_HILL_WAREHOUSE" in done.stdout
    assert "AIRFLOW_CONN_PINE_HILL_EDFI" in done.stdout
