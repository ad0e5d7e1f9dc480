"""Every dbt unit test of the project, on a real Postgres: nights leave them out."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from include import landing
from include.sources.registry import feeds
from tests import parsed_project
from tests.dbt import raw_records
from tests.dbt.conftest import run_dbt


def run(database_url: str, folder: Path, *select: str, sources: tuple[str, ...]) -> set[str]:
    """The unit tests that passed, by their id in the manifest."""
    # with the models: a unit test asks the database for the types of its model's inputs
    done = run_dbt(
        *("build", "--write-json", "--exclude-resource-type", "test", *select),
        folder=folder,
        url=database_url,
        sources=sources,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    results = json.loads((folder / "target" / "run_results.json").read_text("utf-8"))["results"]
    return {r["unique_id"] for r in results if r["status"] in ("pass", "success")}


@pytest.mark.timeout(900)
def test_every_unit_test_passes(
    database_url: str, tmp_path: Path, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # by hand they run on a warehouse whose last build fixed what is landed: it concerns no test
    monkeypatch.setenv("FIRSTBELL_DBT_LOAD_CEILING", "0")
    landing.prepare(database_url, feeds())
    passed = run(database_url, tmp_path / "first", sources=parsed_project.ONE)
    # staging of another student system, which is not there where a district has but the first
    for other in set(parsed_project.every_source()) - set(parsed_project.ONE):
        # a row that says no more than it must stops no model, and breaks no grain
        scarce = import_module(f"tests.sources.{other}.scarce")
        raw_records.write(database_url, scarce.rows())
        monkeypatch.setenv("FIRSTBELL_DBT_LOAD_CEILING", "1")
        select = ("--select", f"path:models/staging/{other}", "path:seeds/xwalk")
        every = parsed_project.every_source()
        passed |= run(database_url, tmp_path / other, *select, sources=every)
    assert passed >= set(manifest["unit_tests"])
    assert len(manifest["unit_tests"]) > 100
