"""A third kind of source is a folder and one line; its nights go as those of any other."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
DISTRICT = """
code: fake_town
name: Fake Town
time_zone: America/Chicago
sources:
  sis: {{kind: fake, connection: fake_town_sis{more}}}
"""

# By file a line of ours, and what stands before it once the new kind is there.
ADDED = [
    ("include/sources/registry.py", "from include.sources.files.source import FilesSource\n",
     "from include.sources.fake.source import FakeSource\n"),
    ("include/sources/registry.py", "        FilesSource,\n", "        FakeSource,\n"),
    ("dbt_project/dbt_project.yml", "      powerschool:\n",
     "      fake:\n        +enabled: \"{{ 'fake' in var('sources', ['edfi']) }}\"\n"),
    ("dbt_project/macros/canonical/canonical_inputs.sql",
     "            'edfi': 'stg_edfi__students',\n", "            'fake': 'stg_fake__students',\n"),
    ("dbt_project/macros/canonical/canonical_inputs.sql",
     "            'edfi': 'stg_edfi__student_school_associations',\n",
     "            'fake': 'stg_fake__enrollments',\n"),
    ("dbt_project/seeds/xwalk/xwalk_grade_level.csv", "*,*,-2,PK,PK,PowerSchool\n",
     "*,fake,sophomores,10,9-12,The wise have no grade\n"),
]  # fmt: skip
PAGE = ROOT / "docs" / "add-a-source.md"
# What the page lists and this kind has no need of.
NOT_NEEDED = {
    "dbt_project/macros/staging/fake/",
    "dbt_project/macros/canonical/record_rules.sql",
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our library with the new kind added."""
    place = tmp_path_factory.mktemp("checkout")
    for room in ("include", "dbt_project"):
        ignored = shutil.ignore_patterns("__pycache__", "target")
        shutil.copytree(ROOT / room, place / room, ignore=ignored)
    own = place / "include" / "sources" / "fake"
    own.mkdir()
    (own / "__init__.py").write_text('"""A fake system."""\n')
    shutil.copy(HERE / "fake_source.py", own / "source.py")
    for file, line, added in ADDED:
        path = place / file
        text = path.read_text(encoding="utf-8")
        assert text.count(line) == 1, f"{file}: {line}"
        path.write_text(text.replace(line, added + line), encoding="utf-8")
    shutil.copytree(HERE / "fake_staging", place / "dbt_project" / "models" / "staging" / "fake")
    return place


def run(checkout: Path, database_url: str, districts: Path, *command: str) -> Any:
    connection = {"conn_type": "http", "host": "https://sis.example.org"}
    return subprocess.run(
        [sys.executable, *command], cwd=checkout, check=False, capture_output=True, text=True,
        env={
            **os.environ, "PYTHONPATH": str(checkout), "FAKE_NOW": "first light",
            "FIRSTBELL_DISTRICTS_DIR": str(districts),
            "FIRSTBELL_WORK_DIR": str(districts / "work"),
            "AIRFLOW_CONN_FAKE_TOWN_SIS": json.dumps(connection),
            "AIRFLOW_CONN_FAKE_TOWN_WAREHOUSE": database_url,
        },
    )  # fmt: skip


def warehouse(database_url: str) -> str:
    from tests.transform.conftest import connection_to

    found = connection_to(database_url)
    parts = {
        "conn_type": "postgres", "host": found.host, "port": found.port, "login": found.login,
        "password": found.password, "schema": found.schema,
    }  # fmt: skip
    return json.dumps(parts)


def changed(checkout: Path) -> set[str]:
    """The files that differ from ours, or that we do not have."""
    return {
        str(path.relative_to(checkout))
        for path in checkout.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not (
            (ours := ROOT / path.relative_to(checkout)).is_file()
            and filecmp.cmp(path, ours, shallow=False)
        )
    }


def listed() -> set[str]:
    """The files and folders of both rooms that the page lists for a kind named fake."""
    rows = re.findall(r"^\| (`.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    paths = {path.replace("<kind>", "fake") for row in rows for path in re.findall("`(.*?)`", row)}
    return {path for path in paths if path.startswith(("include/", "dbt_project/"))}


def test_a_new_kind_of_source_touches_the_files_that_the_page_lists(checkout: Path) -> None:
    found = changed(checkout)
    assert found == {
        "include/sources/fake/__init__.py",
        "include/sources/fake/source.py",
        "include/sources/registry.py",
        "dbt_project/dbt_project.yml",
        "dbt_project/macros/canonical/canonical_inputs.sql",
        "dbt_project/models/staging/fake/_fake__models.yml",
        "dbt_project/models/staging/fake/_fake__sources.yml",
        "dbt_project/models/staging/fake/stg_fake__enrollments.sql",
        "dbt_project/models/staging/fake/stg_fake__students.sql",
        "dbt_project/seeds/xwalk/xwalk_grade_level.csv",
    }
    touched = {path for path in listed() if any(file.startswith(path) for file in found)}
    assert [file for file in found if not file.startswith(tuple(touched))] == []
    assert listed() - touched == NOT_NEEDED


def test_its_nights_go_as_those_of_any_other(
    checkout: Path, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "fake_town.yaml").write_text(DISTRICT.format(more=""), encoding="utf-8")
    child = (HERE / "new_source_child.py").read_text(encoding="utf-8")
    done = run(checkout, warehouse(database_url), tmp_path, "-c", child)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["dags"] == ["ingest__fake_town__sis"]
    assert said["pools"][0] == "fake__fake_town"
    assert said["feeds"] == ["fake.absences", "fake.people"]
    assert said["lacks"] == []
    assert said["first"] == {"loads": 2, "seen": 4, "written": 4, "rejected": 0}
    assert said["watermark"] == "first light"
    assert said["closed"] == []
    assert said["plan"] == {"until": "an hour later", "since": "first light"}
    assert "fake: 500" in said["second"]
    assert said["behind"] == ["Fake SIS is down or half loaded (absences)"]
    assert said["outage"] == ["people"]
    # its records reach the marts, its codes are understood, and what no model reads is told
    assert said["students"] == [["a", "10", "enrolled"], ["b", None, "enrolled"]]
    assert said["unread"] == ["fake.absences"]
    assert not {name for name in said["models"] if "edfi" in name}


def test_a_setting_that_it_does_not_know_is_told_by_its_name(
    checkout: Path, database_url: str, tmp_path: Path
) -> None:
    text = DISTRICT.format(more=", colour: red")
    (tmp_path / "fake_town.yaml").write_text(text, encoding="utf-8")
    done = run(checkout, warehouse(database_url), tmp_path, "-m", "include.check", "fake_town")
    assert done.returncode == 1
    assert "sources.sis: " in done.stderr
    assert "colour: not a known key; expected one of connection, " in done.stderr
