"""The plugin asks for what is read, and for nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from demo.simulators.powerschool import install
from demo.simulators.powerschool.schema import TABLES as HELD
from include.sources.powerschool import plugin
from include.sources.powerschool.tables import TABLES, Table

STAGING = Path(__file__).parents[3] / "dbt_project" / "models" / "staging" / "powerschool"
READ = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
PRIVATE = {
    "students.ssn", "students.street", "students.home_phone", "students.guardianemail",
    "students.exitcomment", "users.ssn", "users.home_phone", "users.loginid",
    "attendance.att_comment", "log.entry", "log.discipline_reporter", "storedgrades.comment_value",
    "storedgrades.teacher_name", "spenrollments.sp_comment", "incident.incident_title",
    "incident_action.action_resolved_desc",
}  # fmt: skip


def test_the_shipped_files_follow_from_the_catalogue() -> None:
    shipped = {
        str(path.relative_to(plugin.FOLDER)): path.read_text(encoding="utf-8")
        for path in plugin.FOLDER.rglob("*")
        if path.is_file()
    }
    assert shipped == plugin.files(), "run python -m include.sources.powerschool.plugin --write"


def test_every_field_that_is_read_is_asked_for_and_no_other() -> None:
    assert install(plugin.FOLDER).fields == READ


def test_nothing_private_is_asked_for() -> None:
    held = {f"{table}.{column}" for table, columns in HELD.items() for column in columns}
    assert held >= PRIVATE
    assert not READ & PRIVATE


def test_nothing_is_asked_for_that_no_model_reads() -> None:
    read: dict[str, str] = {}
    for model in STAGING.rglob("*.sql"):
        text = model.read_text(encoding="utf-8")
        for table in re.findall(r"source\('powerschool', '(\w+)'\)", text):
            read[table] = read.get(table, "") + text
    idle = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.columns
        # which row it is, and which rows are asked for
        if column.name not in (table.key, table.changed)
        and not re.search(rf"\bt\.{column.name}\b", f"{table.since} {table.only}")
        and f"'{column.name}'" not in read[table.name]
    ]
    assert idle == []


def test_no_results_of_tests_are_asked_for() -> None:
    tests = {"TEST", "TESTSCORE", "STUDENTTEST", "STUDENTTESTSCORE"}
    assert not tests & {field.partition(".")[0].upper() for field in install(plugin.FOLDER).fields}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_a_query_with_its_columns_and_arguments(table: Table) -> None:
    query = install(plugin.FOLDER).queries[table.query]
    assert list(query.fields) == [column.name for column in table.columns]
    assert query.required == set(table.arguments)


def test_packing_gives_a_zip_that_can_be_installed_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        packed = _pack("--out", str(tmp_path / name), "--contact", "data@pinehill.example")
        assert packed.returncode == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert install(tmp_path / "a.zip") == install(plugin.FOLDER)


def test_a_packed_plugin_names_who_answers_for_it(tmp_path: Path) -> None:
    _pack("--out", str(tmp_path / "a.zip"), "--contact", "data@pinehill.example")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        told = packed.read("plugin.xml").decode()
    assert '<contact email="data@pinehill.example"/>' in told


def test_a_plugin_is_not_packed_without_a_contact(tmp_path: Path) -> None:
    refused = _pack("--out", str(tmp_path / "a.zip"))
    assert refused.returncode == 2
    assert "--contact" in refused.stderr
    assert not (tmp_path / "a.zip").exists()


def _pack(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "include.sources.powerschool.plugin", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)
