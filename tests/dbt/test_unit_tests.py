"""Every dbt unit test of the project, on a real Postgres: nights leave them out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include import landing
from include.sources.powerschool.tables import TABLES
from include.sources.registry import feeds
from tests import parsed_project
from tests.dbt import raw_records
from tests.dbt.conftest import run_dbt


def scarce_powerschool() -> Iterator[tuple[str, dict[str, str]]]:
    """A row of each table with what it needs, which all refer to each other, and nothing else."""
    samples = {"date": "2026-09-01", "moment": "2026-09-01 08:00:00"}
    for table in TABLES:
        needed = {table.key, *table.required}
        row = {c.name: samples.get(c.type, "1") for c in table.columns if c.name in needed}
        yield f"powerschool__{table.name}", row | MORE.get(table.name, {})


# without which staging leaves the row out
MORE = {
    "attendance": {"att_mode_code": "ATT_ModeDaily"},
    "gen": {"cat": "specprog"},
    "incident_person_role": {"studentid": "1"},
    "log": {"consequence": "ISS"},
    "reenrollments": {"entrydate": "2026-09-01"},
    "schoolstaff": {"status": "1"},
    "storedgrades": {"potentialcrhrs": "1", "sectionid": "1", "grade": "W"},
    "students": {"lunchstatus": "F"},
    "studentrace": {"racecd": "W"},
    "termbins": {"storecode": "Q1"},
    "users": {"teachernumber": "1"},
}
SCARCE = {"powerschool": scarce_powerschool}


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
        raw_records.write(database_url, SCARCE[other]())
        monkeypatch.setenv("FIRSTBELL_DBT_LOAD_CEILING", "1")
        select = ("--select", f"path:models/staging/{other}", "path:seeds/xwalk")
        passed |= run(database_url, tmp_path / other, *select, sources=(other,))
    assert passed >= set(manifest["unit_tests"])
    assert len(manifest["unit_tests"]) > 100
