"""What the record of loaded seeds says of the database."""

from __future__ import annotations

import psycopg
import pytest

from include import landing

SEEDS = ["codes", "words"]


@pytest.fixture
def loaded(warehouse: str) -> str:
    """URL of a warehouse whose seeds were loaded on the project `one`."""
    with psycopg.connect(warehouse) as owner:
        owner.execute("create schema xwalk; create schema policy")
        owner.execute("create table xwalk.codes as select 'a' as code union all select 'b'")
        owner.execute("create table policy.words as select 1 as word")
    landing.remember_seeds(warehouse, "one", SEEDS)
    return warehouse


def test_seeds_stand_while_nobody_changes_them(loaded: str) -> None:
    assert landing.seeds_stand(loaded, "one", SEEDS)


def test_seeds_of_another_project_do_not_stand(loaded: str) -> None:
    assert not landing.seeds_stand(loaded, "two", SEEDS)


@pytest.mark.parametrize(
    "change",
    [
        "update xwalk.codes set code = 'c' where code = 'b'",
        "update xwalk.codes set code = null where code = 'b'",
        "insert into xwalk.codes values ('b')",
        "delete from xwalk.codes",
        "alter table xwalk.codes add column note text",
        "drop table policy.words",
        "alter table policy.words set schema public",
        "create table public.codes as select 1 as one",
    ],
)
def test_seeds_that_somebody_changed_do_not_stand(loaded: str, change: str) -> None:
    with psycopg.connect(loaded) as owner:
        owner.execute(change)  # type: ignore[arg-type]
    assert not landing.seeds_stand(loaded, "one", SEEDS)


def test_the_last_load_is_the_one_that_counts(loaded: str) -> None:
    landing.remember_seeds(loaded, "two", SEEDS)
    assert not landing.seeds_stand(loaded, "one", SEEDS)
    assert landing.seeds_stand(loaded, "two", SEEDS)


def test_nothing_stands_in_a_database_without_a_record(database_url: str) -> None:
    landing.remember_seeds(database_url, "one", SEEDS)
    assert not landing.seeds_stand(database_url, "one", SEEDS)
