"""What lands and no model reads, and what stands and no model makes, is told with what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from include import check, transform, unused
from include.config import District, get_district
from include.records import Feed
from include.settings import Settings
from include.sources import registry
from tests import parsed_project
from tests.integration.fake_source import FakeSource
from tests.sources.files.test_results import TOY
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
FAKE = {"kind": "fake", "connection": "fake"}
SOURCES = """
sources: [{name: fake, schema: raw, tables: [
    {name: people, identifier: fake__people}, {name: absences, identifier: fake__absences}]}]
"""


@pytest.fixture
def fake_town(monkeypatch: pytest.MonkeyPatch) -> District:
    """A district with a source of a kind of which the project has no model."""
    monkeypatch.setitem(registry.SOURCES, "fake", FakeSource)
    return district_with(FAKE)


def district_with(source: dict[str, object]) -> District:
    return District.model_validate(
        {"code": "fake_town", "name": "Fake Town", "time_zone": "America/Chicago",
         "sources": {"own": source}}
    )  # fmt: skip


def test_a_source_that_no_model_reads_is_named_with_what_to_do(fake_town: District) -> None:
    (error,) = unused.refusals(parsed_project.parsed()[0], fake_town)
    assert error.where == "fake_town: feeds of fake"
    assert "no model reads absences, people" in str(error)
    assert "canonical_inputs" in str(error)
    assert "docs/add-a-source.md" in error.next_step


def test_staging_that_nothing_reads_is_no_reader(
    database_url: str, project: Write, night_of: NightOf, fake_town: District
) -> None:
    project("staging/_sources.yml", SOURCES)
    for name in ("people", "absences"):
        sql = f"select record_key from {{{{ source('fake', '{name}') }}}}"
        project(f"staging/stg_fake__{name}.sql", sql)
    project("marts/fct_people.sql", "select * from {{ ref('stg_fake__people') }}")
    manifest = unused.parsed(night_of(database_url))
    assert unused.unread_feeds(manifest, fake_town) == [Feed("fake", "absences")]


@pytest.mark.parametrize("code", ["grand_bend", "maple_valley"])
def test_every_source_of_the_districts_that_come_along_is_read(code: str) -> None:
    assert unused.unread_feeds(parsed_project.parsed()[0], get_district(code)) == []


@pytest.mark.parametrize("has_results", [True, False])
def test_a_layout_is_read_by_its_results_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_results: bool
) -> None:
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(tmp_path))
    folder = Settings().own_layouts_dir
    folder.mkdir()
    head, rest = TOY.split("    student:")
    plain = head + rest[rest.index("    columns:") :]
    (folder / "toy.yaml").write_text(TOY if has_results else plain)
    delivery = {"kind": "folder", "connection": "drop", "pattern": "*.csv"}
    town = district_with({"kind": "files", "layout": "toy", "delivery": delivery})
    found = unused.unread_feeds(parsed_project.parsed()[0], town)
    assert found == ([] if has_results else [Feed("toy", "results")])


def test_tables_that_no_model_makes_are_listed_with_the_command_and_stay(
    database_url: str,
) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        for statement in (
            "create schema features", "create schema reporting", "create schema ours",
            "create table features.ftr_student_as_of (one integer)",
            "create table features.ftr_count_as_of (one integer)",
            'create view reporting."Our view" as select one from features.ftr_count_as_of',
            "create table features.ftr_student_as_of__dbt_backup (one integer)",
            "create table ours.anything (one integer)",
        ):  # fmt: skip
            owner.execute(statement)  # type: ignore[call-overload]
        found = unused.left_over(parsed_project.parsed()[0], database_url)
        assert [str(one) for one in found] == [
            "drop table features.ftr_count_as_of;", 'drop view reporting."Our view";',
        ]  # fmt: skip
        assert owner.execute('select * from reporting."Our view"').fetchall() == []


def test_a_build_writes_both_to_its_log_and_stays_green(
    database_url: str, project: Write, night_of: NightOf, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("create table public.ftr_of_before (one integer)")
    project("reporting/rpt_people.sql", "select 1 as code")
    done = transform.run_layer(night_of(database_url), "reporting")
    assert done.warned == 0
    assert "drop table public.ftr_of_before;" in caplog.text
    assert "grand_bend: feeds of edfi" in caplog.text


def test_who_checks_a_district_hears_both(
    database_url: str,
    project: Write,
    night_of: NightOf,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("create table public.ftr_of_before (one integer)")
    night = night_of(database_url)
    wrong, note = check.in_vain(night)
    assert "grand_bend: feeds of edfi" in [error.where for error in wrong]
    assert check.tell(night, [], note) == 0
    assert "   drop table public.ftr_of_before;\n" in capsys.readouterr().out


def test_a_warehouse_that_is_not_there_is_told_by_its_own_probe(night_of: NightOf) -> None:
    assert check.in_vain(night_of("postgresql://nobody@127.0.0.1:1/none")) == ([], "")
