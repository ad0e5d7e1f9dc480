"""The DAG bag, parsed once, as the DAG processor would."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

# Airflow reads its settings when it is first imported, and writes some into its home.
_HOME = tempfile.mkdtemp(prefix="firstbell-airflow-")
os.environ.update(
    {
        "AIRFLOW_HOME": _HOME,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "false",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_HOME}/unused.db",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    }
)


@pytest.fixture(scope="session")
def dags() -> dict[str, Any]:
    """DAG id -> DAG, of all files in dags/."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(ROOT / "dags")
    assert bag.import_errors == {}
    assert bag.dags, "the bag is empty: every check below would pass on nothing"
    return dict(bag.dags)
