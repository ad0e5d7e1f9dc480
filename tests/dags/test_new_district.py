"""Another district is one file: its DAGs, pools and checks follow, and nothing else is touched."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from include.config import get_district, load_districts
from include.errors import ConfigError
from include.orchestration import pools
from include.orchestration.factory import per_broken_file, per_district, per_source

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


@pytest.fixture
def check_night() -> ModuleType:
    """The file dags/check_night.py."""
    found = importlib.util.spec_from_file_location("checked", ROOT / "dags" / "check_night.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good district file, and one that cannot be read."""
    (tmp_path / "pine_hill.yaml").write_text(DISTRICT, encoding="utf-8")
    (tmp_path / "oak_dale.yaml").write_text("code: [", encoding="utf-8")
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "broken",
    [b"code: [", b"code: oak_dale\n", b"code: other\n", b"name: \xe9\n", b"", b"[1]"],
    ids=["no YAML", "no name", "other code", "no UTF-8", "empty", "a list"],
)
def test_a_district_file_that_cannot_be_read_stops_no_other(
    beside: Path, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (beside / "oak_dale.yaml").write_bytes(broken)
    assert list(load_districts()) == ["pine_hill"]
    assert str(beside / "oak_dale.yaml") in caplog.text
    assert get_district("pine_hill").name == "Pine Hill School District"
    with pytest.raises(ConfigError, match=r"oak_dale\.yaml"):
        get_district("oak_dale")


def test_dags_of_a_district_stand_beside_a_file_that_cannot_be_read(beside: Path) -> None:
    named: dict[str, Any] = {}
    per_source("ingest.py", lambda dag_id, district, name: dag_id, named)
    per_district("transform.py", lambda dag_id, district: dag_id, named)
    assert list(named) == ["ingest__pine_hill__edfi", "transform__pine_hill"]


def test_a_district_file_that_cannot_be_read_is_that_districts_red(
    check_night: ModuleType, beside: Path
) -> None:
    (beside / "Not a code.yaml").write_text("code: [", encoding="utf-8")
    named: dict[str, Any] = {}
    per_broken_file("check_night.py", check_night.of_broken_file, named)
    (dag,) = named.values()
    assert list(named) == [dag.dag_id] == ["check_night__oak_dale"]
    (task,) = dag.tasks
    assert task.task_id == "is_everything_built"
    with pytest.raises(AirflowFailException, match=r"oak_dale\.yaml: not YAML"):
        task.python_callable()


def test_a_task_reads_the_file_of_its_district_alone(
    check_night: ModuleType,
    beside: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "transform__pine_hill")
    named: dict[str, Any] = {}
    per_district("transform.py", lambda dag_id, district: dag_id, named)
    per_broken_file("check_night.py", check_night.of_broken_file, named)
    assert list(named) == ["transform__pine_hill"]
    assert caplog.text == ""


def test_pools_are_made_beside_a_district_file_that_cannot_be_read(
    beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"oak_dale\.yaml: not YAML"):
        pools.main(["--print"])
    assert "warehouse__pine_hill" in json.loads(capsys.readouterr().out)


def test_what_a_new_district_lacks_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "pine_hill.yaml").write_text(DISTRICT, encoding="utf-8")
    done = run(tmp_path, "-m", "include.check", "pine_hill")
    assert done.returncode == 1
    assert "AIRFLOW_CONN_PINE_HILL_WAREHOUSE" in done.stdout
    assert "AIRFLOW_CONN_PINE_HILL_EDFI" in done.stdout
