"""Reports of one's own stand outside the checkout and are built with the project's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from include import check, transform
from include.errors import ConfigError, TransformError
from include.run import Run
from include.settings import Settings
from tests.transform.conftest import NightOf

# on a model of another room too
OURS = (
    "{{ config(materialized='view') }} select code from {{ ref('rpt_people') }}"
    " inner join {{ ref('fct_people') }} using (code)"
)
INDEX = "create index if not exists ours on {{ ref('rpt_people') }} (code)"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "districts" / "models"
    (folder / "grand_bend").mkdir(parents=True)
    return folder


@pytest.fixture
def small(
    database_url: str, project: Callable[[str, str], None], night_of: NightOf, tmp_path: Path
) -> Run:
    """A night on a project of one report, for a district whose own models stand elsewhere."""
    project(
        "reporting/rpt_people.sql",
        "{{ config(schema='reporting', materialized='table') }}select 1 as code",
    )
    project("../macros/schema.sql", SCHEMA)
    current = night_of(database_url)
    for layer in ("staging", "marts"):
        transform.run_layer(current, layer)
    elsewhere = Settings(work_dir=tmp_path / "work", districts_dir=tmp_path / "districts")
    return replace(night_of(database_url), settings=elsewhere)


# as in the real project: a schema is called as it is configured
SCHEMA = """
{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
"""


def built(night: Run) -> set[str]:
    """What stands in the schemas of the small project."""
    with psycopg.connect(night.dsn) as connection:
        found = connection.execute(
            "select relname from pg_class where relnamespace in"
            " (to_regnamespace('reporting'), to_regnamespace('public'))"
        ).fetchall()
    return {row[0] for row in found}


def test_an_own_report_is_built_with_those_of_the_project(own: Path, small: Run) -> None:
    (own / "grand_bend" / "ours.sql").write_text(OURS, "utf-8")
    transform.run_layer(small, "reporting")
    transform.run_layer(replace(small, run_id="another"), "reporting")
    assert {"rpt_people", "ours"} <= built(small)


def test_an_own_report_of_another_district_is_not_built(own: Path, small: Run) -> None:
    (own / "other_town").mkdir()
    (own / "other_town" / "theirs.sql").write_text(OURS, "utf-8")
    (own / "for_all.sql").write_text(OURS, "utf-8")
    transform.run_layer(small, "reporting")
    assert {"for_all", "theirs"} & built(small) == {"for_all"}


def test_an_index_that_an_own_report_puts_on_a_report_is_there_after_each_build(
    own: Path, small: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    config = f'{{{{ config(materialized="view", post_hook="{INDEX}") }}}} '
    (own / "ours_indexed.sql").write_text(config + OURS.partition("}}")[2], "utf-8")
    for run_id in ("one", "two"):
        transform.run_layer(replace(small, run_id=run_id), "reporting")
        assert "ours" in built(small)
    assert "put on schema reporting by hand" not in caplog.text
    # a right that somebody gave goes, and is told
    with psycopg.connect(small.dsn, autocommit=True) as connection:
        connection.execute("grant select on reporting.rpt_people to public")
    transform.run_layer(replace(small, run_id="three"), "reporting")
    assert "by hand: grant to PUBLIC on rpt_people." in caplog.text


def test_an_own_report_that_fails_is_named_and_the_others_stand(own: Path, small: Run) -> None:
    (own / "ours.sql").write_text("select no_such_column from {{ ref('rpt_people') }}", "utf-8")
    with pytest.raises(TransformError, match="ours"):
        transform.run_layer(small, "reporting")
    assert "rpt_people" in built(small)


def test_an_own_report_with_the_name_of_a_model_is_refused_by_file(own: Path, small: Run) -> None:
    (own / "rpt_people.sql").write_text(OURS, "utf-8")
    said = r"models/rpt_people\.sql.*reporting/rpt_people\.sql"
    # the first layer reads the whole project
    with pytest.raises(ConfigError, match=said):
        transform.run_layer(replace(small, run_id="another"), "staging")
    assert [error for error in check.in_vain(small)[0] if "rpt_people" in str(error)]


def test_a_changed_own_report_is_another_build(own: Path, small: Run) -> None:
    told = [transform.fingerprint(small)]
    for text in (OURS, OURS + " where code = 1"):
        (own / "ours.sql").write_text(text, "utf-8")
        told.append(transform.fingerprint(small))
    (own / "other_town").mkdir()
    (own / "other_town" / "theirs.sql").write_text(OURS, "utf-8")
    assert len(set(told)) == 3
    assert transform.fingerprint(small) == told[-1]


@pytest.mark.parametrize("name", ["no_town/ours.sql", "ours.py", "grand_bend/deeper/ours.sql"])
def test_a_file_among_own_models_that_no_night_reads_is_told(
    own: Path, small: Run, name: str
) -> None:
    (own / name).parent.mkdir(exist_ok=True)
    (own / name).write_text(OURS, "utf-8")
    assert [error for error in check.in_vain(small)[0] if name in str(error)]
