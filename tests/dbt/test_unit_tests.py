"""Every dbt unit test of the project, on a real Postgres: nights leave them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include import landing
from include.sources.registry import feeds
from tests.dbt.conftest import run_dbt


@pytest.mark.timeout(900)
def test_every_unit_test_passes(
    database_url: str, tmp_path: Path, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # by hand they run on a warehouse whose last build fixed what is landed: it concerns no test
    monkeypatch.setenv("FIRSTBELL_DBT_LOAD_CEILING", "0")
    landing.prepare(database_url, feeds())
    # with the models: a unit test asks the database for the types of its model's inputs
    done = run_dbt(
        *("build", "--write-json", "--exclude-resource-type", "test"),
        folder=tmp_path,
        url=database_url,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    results = json.loads((tmp_path / "target" / "run_results.json").read_text("utf-8"))["results"]
    passed = {r["unique_id"] for r in results if r["status"] in ("pass", "success")}
    assert passed >= set(manifest["unit_tests"])
    assert len(manifest["unit_tests"]) > 100
