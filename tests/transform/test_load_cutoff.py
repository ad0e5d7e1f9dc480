"""All layers of a night stand on one state of raw, whatever lands while they run."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from include import dbt_command, landing, transform
from include.records import Change, Feed, FeedKind, Told, Tombstone, Upsert
from include.run import Run
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
PEOPLE, OTHERS = Feed("test", "people"), Feed("test", "others")
REAL = dbt_command.PROJECT
SOURCE = """
version: 2
sources:
  - name: test
    schema: raw
    tables: [{name: people, identifier: test__people}]
"""
STAGED = "select record_key, payload ->> 'at' as at from ({{ current_rows(source('test', 'people'))"
STAGED += " }}) as people"

TABLE = "{{ config(materialized='table') }} select record_key, at from {{ ref('stg_people') }}"


@pytest.fixture
def current(database_url: str, project: Write, night_of: NightOf) -> Run:
    """A night with two feeds, whose staging reads one of them as the real project does."""
    (dbt_command.PROJECT / "macros").mkdir()
    for macro in ("current_rows", "was_landed", "engine/run_value"):
        shutil.copy(REAL / "macros" / f"{macro}.sql", dbt_command.PROJECT / "macros")
    project("staging/sources.yml", SOURCE)
    project("staging/stg_people.sql", STAGED)
    project("marts/fct_people.sql", TABLE)
    landing.prepare(database_url, [PEOPLE, OTHERS])
    return night_of(database_url)


@dataclass
class Stream:
    """A feed that may stop in the middle until it is told to go on."""

    changes: list[Change]
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def batches(self) -> Iterator[list[Change]]:
        self.reached.set()
        assert self.go_on.wait(30)
        yield self.changes

    def told(self) -> Told:
        return Told()


def land(night: Run, changes: Iterable[Change], feed: Feed = PEOPLE) -> None:
    stream = Stream(list(changes))
    stream.go_on.set()
    _land(night, stream, feed)


def _land(night: Run, stream: Stream, feed: Feed = PEOPLE) -> None:
    request = landing.LoadRequest(feed, FeedKind.DELTA, "a test", night.context)
    landing.land(night.dsn, stream, request)


def row(key: str, at: str) -> Upsert:
    return Upsert(key, {"at": at}, f"row of {key}")


def marts(night: Run) -> dict[str, str]:
    with psycopg.connect(night.dsn) as connection:
        return dict(connection.execute("select record_key, at from public.fct_people").fetchall())


def build(night: Run, *layers: str) -> dict[str, str]:
    for layer in layers:
        transform.run_layer(night, layer)
    return marts(night)


def first_night(night: Run) -> None:
    land(night, [row(key, "one") for key in ("stays", "changes", "goes")])
    land(night, [row("gone", "one")])
    land(night, [Tombstone("gone", "a delete")])


LATER: list[Change] = [
    row("changes", "two"),
    row("comes", "two"),
    row("gone", "two"),
    Tombstone("goes", "x"),
]
ONE = {"stays": "one", "changes": "one", "goes": "one"}
TWO = {"stays": "one", "changes": "two", "comes": "two", "gone": "two"}


def test_what_lands_between_two_layers_does_not_show(current: Run) -> None:
    first_night(current)
    transform.begin(current)
    transform.run_layer(current, "staging")
    land(current, LATER)
    assert build(current, "marts") == ONE


def test_a_cleared_layer_stands_on_the_loads_of_its_run(current: Run) -> None:
    first_night(current)
    transform.begin(current)
    land(current, LATER)
    assert build(current, "staging", "marts") == ONE


def test_the_next_run_takes_in_what_landed(current: Run) -> None:
    first_night(current)
    transform.begin(current)
    land(current, LATER)
    transform.begin(current)
    assert build(current, "staging", "marts") == TWO


def test_a_load_under_way_when_the_run_begins_does_not_show(current: Run) -> None:
    """Its number is lower than that of a load which was committed before it."""
    first_night(current)
    slow = Stream(LATER)
    loading = threading.Thread(target=_land, args=(current, slow))
    loading.start()
    assert slow.reached.wait(30)
    land(current, [row("other", "one")], OTHERS)
    transform.begin(current)
    slow.go_on.set()
    loading.join(30)
    land(current, [row("changes", "three")])
    assert build(current, "staging", "marts") == ONE
    transform.begin(current)
    assert build(current, "staging", "marts") == {**TWO, "changes": "three"}


def test_a_run_of_some_models_stands_on_the_last_whole_run(current: Run) -> None:
    first_night(current)
    transform.begin(current)
    land(current, LATER)
    transform.begin(current, select="stg_people")
    assert build(current, "staging", "marts") == ONE


def test_a_number_that_no_load_used_is_forgotten_after_a_day(current: Run) -> None:
    first_night(current)
    with psycopg.connect(current.dsn) as connection:
        connection.execute("select nextval(pg_get_serial_sequence('ops.loads', 'load_id'))")
    land(current, LATER)
    assert landing.fix_load_cutoff(current.dsn, current.context) == landing.LoadCutoff(5, (4,))
    with psycopg.connect(current.dsn) as connection:
        connection.execute("update ops.loads set finished_at = finished_at - interval '25 hours'")
    assert landing.fix_load_cutoff(current.dsn, current.context) == landing.LoadCutoff(5)


def test_the_replaced_versions_are_found_by_an_index(current: Run) -> None:
    """However long the history has become."""
    with psycopg.connect(current.dsn) as connection:
        connection.execute(
            "insert into raw.test__people (record_key, payload, payload_hash, load_id,"
            " superseded_by, source_ref) select 'k' || n, '{}', '', n / 10, n / 10 + 1, 'by hand'"
            " from generate_series(1, 20000) as n"
        )
        connection.execute("analyze raw.test__people")
        plan = connection.execute(
            "explain select record_key from raw.test__people where superseded_by is not null"
            " and not (superseded_by <= 1990 and superseded_by not in (1980, 1985))"
        ).fetchall()
    assert "test__people_sup" in str(plan)
