"""What a night builds: what the day or a feed that changed concerns."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from dbt.graph.selector import NodeSelector
from dbt.graph.selector_spec import SelectionCriteria

from include import day_models, dbt_command, landing, transform
from include.orchestration import readiness
from include.records import Change, Feed, FeedKind, Told, Upsert
from include.run import Run
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
PEOPLE, PLACES = Feed("test", "people"), Feed("test", "places")
# rows of a layout, which no model reads by the name of their table
OTHER = Feed("test", "other")
REAL = dbt_command.PROJECT
SOURCE = """
version: 2
sources:
  - name: test
    schema: raw
    tables:
      - {name: people, identifier: test__people}
      - {name: places, identifier: test__places}
      - {name: rows, identifier: rows_of_layouts}
"""
TABLE = "{{ config(materialized='table') }} "
STAGED = TABLE + "select record_key from ({{ current_rows(source('test', 'people')) }}) as people"
# one mart is counted up to the day, the other knows none
DATED = TABLE + "select record_key, {{ as_of_date() }} as counted_to from {{ ref('stg_people') }}"
UNDATED = TABLE + "select count(*) as people from {{ ref('stg_people') }}"
PLACED = STAGED.replace("people", "places")
LAID_OUT = TABLE + "select record_key from {{ source('test', 'rows') }}"
ABOVE = TABLE + "select max(counted_to) as counted_to from {{ ref('fct_people') }}"
EVENT = {"an asset": ["an event"]}
NOON = datetime(2022, 5, 27, 12, 0, tzinfo=UTC)
TODAY, TOMORROW = date(2022, 5, 27), date(2022, 5, 28)


@dataclass
class Stream:
    changes: list[Change]

    def batches(self) -> Iterator[list[Change]]:
        yield self.changes

    def told(self) -> Told:
        return Told()


@pytest.fixture
def current(
    database_url: str, project: Write, night_of: NightOf, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The night after a first build, on a project of two layers."""
    (dbt_command.PROJECT / "macros").mkdir()
    for macro in ("current_rows", "was_landed", "engine/run_value", "engine/dates"):
        shutil.copy(REAL / "macros" / f"{macro}.sql", dbt_command.PROJECT / "macros")
    project("staging/sources.yml", SOURCE)
    project("staging/stg_people.sql", STAGED)
    project("staging/stg_places.sql", PLACED)
    project("staging/stg_rows.sql", LAID_OUT)
    project("marts/fct_places.sql", UNDATED.replace("people", "places"))
    project("marts/fct_people.sql", DATED)
    project("marts/fct_count.sql", UNDATED)
    project("marts/fct_above.sql", ABOVE)
    landing.prepare(database_url, [PEOPLE, PLACES, OTHER])
    with psycopg.connect(database_url) as connection:
        connection.execute("create view raw.rows_of_layouts as select * from raw.test__other")
    monkeypatch.setattr(readiness, "upgrade", lambda night: None)
    night = night_of(database_url, "first")
    land(night, "ana")
    assert scope(night) == "all"
    return on(night, TODAY, "next")


def on(night: Run, day: date, run_id: str) -> Run:
    return replace(night, as_of_date=day, run_id=run_id)


def land(night: Run, *keys: str, feed: Feed = PEOPLE) -> None:
    stream = Stream([Upsert(key, {"a": 1}, key) for key in keys])
    landing.land(
        night.dsn, stream, landing.LoadRequest(feed, FeedKind.DELTA, "a test", night.context)
    )


def scope(night: Run, *, fails: bool = False) -> str:
    """What the run has to make that the end of an ingest starts."""
    landing.end_ingest(night.dsn, "ingest", night.run_id, night.as_of_date, brought=True)
    if not readiness.begin(night, EVENT, NOON):
        assert not landing.waiting_ingests(night.dsn)
        return "nothing"
    if not fails:
        transform.finish(night)
    return dbt_command.scope(night, transform.STAGE)


def tables(night: Run) -> dict[str, int]:
    """By name the number of each table: one that is built anew has another."""
    with psycopg.connect(night.dsn) as connection:
        rows = connection.execute(
            "select relname, cast(oid as bigint) from pg_class"
            " where relkind = 'r' and relnamespace = cast('public' as regnamespace)"
        ).fetchall()
    return dict(rows)


def test_a_new_day_without_a_change_builds_what_depends_on_the_day(current: Run) -> None:
    for layer in ("staging", "marts"):
        transform.run_layer(on(current, TODAY, "first"), layer)
    before = tables(current)
    land(current, "ana")
    tomorrow = on(current, TOMORROW, "next")
    assert scope(tomorrow) == "day"
    # a layer in which nothing depends on the day is no failure
    assert transform.run_layer(tomorrow, "staging").succeeded == 0
    transform.run_layer(tomorrow, "marts")
    after = tables(current)
    assert {name for name in after if after[name] != before[name]} == {"fct_people", "fct_above"}
    with psycopg.connect(current.dsn) as connection:
        assert connection.execute("select counted_to from fct_above").fetchone() == (TOMORROW,)


def test_a_night_without_a_change_builds_nothing(current: Run) -> None:
    land(current, "ana")
    assert scope(current) == "nothing"
    assert scope(on(current, TODAY, "a third")) == "nothing"


@pytest.mark.parametrize(
    ("feed", "touched"),
    [
        (PLACES, {"stg_places", "fct_places"}),
        (PEOPLE, {"stg_people", "fct_count"}),
        (OTHER, {"stg_rows"}),
    ],
)
def test_a_change_builds_what_is_made_of_its_feed_and_what_depends_on_the_day(
    current: Run, feed: Feed, touched: set[str]
) -> None:
    for layer in ("staging", "marts"):
        transform.run_layer(on(current, TODAY, "first"), layer)
    before = tables(current)
    land(current, "bo", feed=feed)
    assert scope(current) == "day"
    for layer in ("staging", "marts"):
        transform.run_layer(current, layer)
    after = tables(current)
    dated = {"fct_people", "fct_above"}
    assert {name for name in after if after[name] != before[name]} == dated | touched


def test_dbt_looks_through_the_project_as_often_however_much_a_night_leaves_out(
    current: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = NodeSelector.select_included, []

    def look(selector: NodeSelector, nodes: set[str], spec: SelectionCriteria) -> set[str]:
        asked.append(str(spec.value))
        return real(selector, nodes, spec)

    transform.run_layer(on(current, TODAY, "first"), "staging")
    land(current, "bo", feed=PLACES)
    assert scope(current) == "day"
    monkeypatch.setattr(NodeSelector, "select_included", look)
    # leaves out one model of this layer and one of the next
    transform.run_layer(current, "staging")
    assert len(set(asked)) == 2


def test_a_load_that_was_under_way_is_taken_in_by_the_next_build(current: Run) -> None:
    # its number was given before the build began, its rows came after
    with psycopg.connect(current.dsn) as connection:
        connection.execute("update ops.load_cutoffs set loads_under_way = '{1}'")
    assert scope(current) == "day"
    assert landing.changed_tables(current.dsn) == {"test__people"}


def test_a_change_that_comes_after_a_night_without_one_is_not_missed(current: Run) -> None:
    assert scope(current) == "nothing"
    land(current, "bo")
    assert scope(on(current, TODAY, "a third")) == "day"
    assert landing.changed_tables(current.dsn) == {"test__people"}


def test_another_rule_builds_everything(current: Run, project: Write) -> None:
    project("marts/fct_count.sql", UNDATED + " where record_key <> 'bo'")
    assert scope(current) == "all"


def test_after_a_build_that_failed_everything_is_built(current: Run) -> None:
    assert scope(on(current, TOMORROW, "failed"), fails=True) == "day"
    assert scope(on(current, TOMORROW, "after it")) == "all"


def test_who_asks_for_it_gets_everything(current: Run) -> None:
    assert readiness.begin(current, None, NOON)
    transform.finish(current)
    assert dbt_command.scope(current, transform.STAGE) == "all"
    assert scope(replace(current, run_id="full", full_refresh=True)) == "all"


def test_a_run_that_is_cleared_builds_everything(current: Run) -> None:
    assert scope(on(current, TODAY, "first")) == "all"


@pytest.mark.parametrize(
    ("path", "is_code"),
    [
        ("models/marts/fct_count.sql", True),
        ("seeds/xwalk/codes.csv", True),
        # each student's policy_version tells of it
        ("seeds/policy/risk_policy.csv", False),
        ("models/marts/_marts__models.yml", False),
    ],
)
def test_the_code_version_is_of_what_judges_beside_the_policy(
    tmp_path: Path, path: str, is_code: bool
) -> None:
    before = day_models.code_version(tmp_path, {})
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text("a change", encoding="utf-8")
    assert (day_models.code_version(tmp_path, {}) != before) == is_code
