"""A model that breaks its grain fails before anybody sees it, and no key of a row is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import psycopg
import pytest

from include import dbt_command, transform
from include.errors import TransformError
from include.run import Run
from tests.transform.conftest import PROJECT_FILE, NightOf

Write = Callable[[str, str], None]
REAL = dbt_command.PROJECT
STUDENT = "604822"
PROPERTIES = """
version: 2
models:
  - name: as_table
    config: &kept {meta: {grain: [code, day], unique: [id], not_null: [flag]}}
  - name: as_view
    config: *kept
  - name: as_incremental
    config: *kept
  - name: reader
    config: {meta: {grain: [code]}}
"""
GOOD = f"('{STUDENT}', 1, 1, 'x'), ('{STUDENT}', 2, 2, 'x'), ('604823', 1, null, 'x')"
# a key twice, one of its two parts missing, an id twice, a flag missing
BAD = f"('{STUDENT}', 1, 3, 'x'), ('{STUDENT}', null, 4, 'x'), ('604824', 1, 2, null)"
TOLD = (
    "rows that repeat code, day: 1; rows without day: 1; rows without flag: 1;"
    " rows that repeat id: 1"
)


@pytest.fixture
def small(project: Write) -> Write:
    """Write a file of a project without models, of which each must keep its grain."""
    home = dbt_command.PROJECT
    hook = 'models: {firstbell: {+post-hook: "{{ keep_grain() }}"}}\n'
    (home / "dbt_project.yml").write_text(PROJECT_FILE + hook, encoding="utf-8")
    (home / "macros").mkdir()
    shutil.copy(REAL / "macros" / "keep_grain.sql", home / "macros")
    for path in (home / "models").rglob("*.sql"):
        path.unlink()
    return project


@pytest.fixture
def judged(database_url: str, small: Write, night_of: NightOf) -> Run:
    """A night whose models have been built once, of good rows, and are now to read bad ones."""
    small("marts/_marts__models.yml", PROPERTIES)
    for kind in ("table", "view", "incremental"):
        small(
            f"marts/as_{kind}.sql",
            f"{{{{ config(materialized='{kind}') }}}} select code, day, id, flag from people",
        )
    small("marts/reader.sql", "select distinct code from {{ ref('as_table') }}")
    night = night_of(database_url)
    with psycopg.connect(database_url) as owner:
        owner.execute("create table people (code text, day integer, id integer, flag text)")
        owner.execute(f"insert into people values {GOOD}")  # type: ignore[arg-type]
        owner.commit()
        transform.run_layer(night, "marts")
        owner.execute(f"insert into people values {BAD}")  # type: ignore[arg-type]
    return night


def test_a_broken_grain_stops_its_model_before_anybody_sees_it(
    judged: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TransformError) as caught:
        transform.run_layer(judged, "marts")
    assert f"as_table ({TOLD})" in str(caught.value)
    assert f"as_view ({TOLD})" in str(caught.value)
    assert "as_incremental (rows that repeat code, day: 4;" in str(caught.value)
    assert "1 skipped" in str(caught.value)
    with psycopg.connect(judged.dsn) as reader:
        for name in ("as_table", "as_incremental"):
            held = reader.execute(f"select count(*) from {name}").fetchone()  # type: ignore[arg-type]
            assert held == (3,), name
    written = (dbt_command.folder(judged) / "logs" / "dbt.log").read_text("utf-8")
    assert "as_table" in written
    said = [caplog.text, str(caught.value), written]
    assert [text for text in said if STUDENT in text or "604824" in text] == []


def test_a_grain_that_is_not_stated_is_refused_by_name(
    database_url: str, small: Write, night_of: NightOf
) -> None:
    metas = {"none": "{}", "no_list": "{grain: code}", "half": "{grain: [code], unique: id}"}
    models = [f"{{name: {name}, config: {{meta: {meta}}}}}" for name, meta in metas.items()]
    small("marts/_marts__models.yml", f"version: 2\nmodels: [{', '.join(models)}]\n")
    for name in metas:
        small(f"marts/{name}.sql", "select 1 as code")
    night = night_of(database_url)
    with pytest.raises(TransformError, match="half, no_list, none"):
        transform.run_layer(night, "marts")
    written = (dbt_command.folder(night) / "logs" / "dbt.log").read_text("utf-8")
    for name, key in (("none", "grain"), ("no_list", "grain"), ("half", "unique")):
        assert f"{name}: `{key}` of its meta must be a list of columns" in written
