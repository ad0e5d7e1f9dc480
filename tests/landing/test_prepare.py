"""Preparing a warehouse, and loads that meet each other in it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from include import landing
from include.landing import tables
from include.landing.tables import current_index
from include.records import Change, Feed, FeedKind
from include.settings import ROOT
from tests.landing.support import FEED, Script, current, land, query, request, upsert

MIGRATIONS = Path(landing.__file__).parent / "migrations" / "versions"
LONG = Feed("edfi", "student_discipline_incident_behavior_association_x")
LONGER = Feed("edfi", "student_discipline_incident_behavior_association_y")


def test_who_only_reads_and_lands_loads_nothing_that_upgrades() -> None:
    script = (
        "import sys, include.landing;"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'alembic', 'sqlalchemy'})"
    )
    # each task of a night is a process of its own; to load both takes it a quarter of a second
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "\n"


def test_prepare_may_be_repeated_and_keeps_the_data(warehouse: str) -> None:
    land(warehouse, [upsert("a")])

    landing.prepare(warehouse, [FEED, Feed("test", "others")])

    assert set(current(warehouse)) == {"a"}


def test_several_processes_may_prepare_at_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: landing.prepare(database_url, [FEED]), range(4)))

    newest = max(path.name[:4] for path in MIGRATIONS.glob("[0-9]*.py"))
    assert query(database_url, "select version_num from ops.alembic_version") == [(newest,)]


def test_the_raw_table_has_the_agreed_columns(warehouse: str) -> None:
    columns = query(
        warehouse,
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'raw' and table_name = %s order by ordinal_position",
        FEED.table,
    )

    assert columns == [
        ("record_key", "text"),
        ("payload", "jsonb"),
        ("payload_hash", "bytea"),
        ("load_id", "bigint"),
        ("loaded_at", "timestamp with time zone"),
        ("superseded_by", "bigint"),
        ("is_deleted", "boolean"),
        ("source_ref", "text"),
        ("scope", "text"),
        ("cell_names_id", "bigint"),
        ("line_digest", "bytea"),
        ("instance", "text"),
    ]


def upgrade_to(database_url: str, revision: str) -> None:
    """Bring schema ops to the version of an earlier release."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.parent))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create schema ops; create schema raw")
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(database_url), poolclass=NullPool
    )
    with engine.begin() as upgrading:
        config.attributes["connection"] = upgrading
        command.upgrade(config, revision)


def test_the_ledger_is_upgraded_while_views_stand_on_it(database_url: str) -> None:
    """The views that dbt has made read all of its columns, and reports stand on them."""
    upgrade_to(database_url, "0012")
    with psycopg.connect(database_url) as connection:
        connection.execute("create view public.report as select * from ops.loads")
        connection.execute(
            "insert into ops.loads (load_id, source, entity, kind, status, load_window, started_at,"
            " finished_at, district_code, as_of_date, run_id, code_version, watermark)"
            " values (1, 'test', 'things', 'delta', 'loaded', 'w', now(), now(), 'd', '2026-09-01',"
            " 'r', 'c', 12)"
        )

    landing.prepare(database_url, [FEED])

    assert query(database_url, "select watermark from ops.loads") == [("12",)]
    assert query(database_url, "select entity from public.report") == [("things",)]


def test_a_raw_table_of_before_gets_the_column_of_line_digests(database_url: str) -> None:
    """With the index that holds it, so that lines are found without reading the rows."""
    upgrade_to(database_url, "0010")
    with psycopg.connect(database_url) as connection:
        connection.execute(f"""
            create table raw.{FEED.table} (record_key text not null, payload jsonb not null,
                payload_hash bytea not null, load_id bigint not null, superseded_by bigint,
                loaded_at timestamptz not null default now(), source_ref text not null,
                is_deleted boolean not null default false, scope text, cell_names_id bigint);
            create unique index {current_index(FEED)} on raw.{FEED.table} (record_key)
                include (payload_hash, is_deleted, scope) where superseded_by is null;
        """)

    landing.prepare(database_url, [FEED])

    land(database_url, [upsert("a")])
    index = "select indexdef from pg_indexes where indexname = %s"
    ((definition,),) = query(database_url, index, current_index(FEED))
    assert "UNIQUE" in definition
    assert "scope, line_digest) WHERE (superseded_by IS NULL)" in definition


def test_long_table_names_get_indexes_of_their_own(database_url: str) -> None:
    landing.prepare(database_url, [LONG, LONGER])

    assert current_index(LONG) != current_index(LONGER)
    assert max(len(current_index(feed)) for feed in (LONG, LONGER)) <= 63


@pytest.mark.usefixtures("first_load_way")
def test_the_database_itself_refuses_a_second_current_version(warehouse: str) -> None:
    land(warehouse, [upsert("a"), upsert("b")])

    with psycopg.connect(warehouse) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            f"insert into raw.{FEED.table} (record_key, payload, payload_hash, load_id, source_ref)"
            " values ('a', '{}', '', 99, 'r')"
        )


class _Waiting(Script):
    """A stream that says when it is read, and ends when it is told to."""

    def __init__(self, played: list[list[Change]]) -> None:
        super().__init__(played)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def batches(self) -> Iterator[list[Change]]:
        self.begun.set()
        yield from self.played
        assert self.go_on.wait(60)


def test_two_loads_of_one_feed_follow_each_other(warehouse: str) -> None:
    first, second = _Waiting([[upsert("a", 1)]]), _Waiting([[upsert("a", 2)]])
    second.go_on.set()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(landing.land, warehouse, first, request())
        assert first.begun.wait(60)
        two = pool.submit(landing.land, warehouse, second, request())
        _wait_for_lock(warehouse)
        # the second holds back its read until the first has committed
        assert not second.begun.is_set()
        first.go_on.set()

        assert (one.result().rows_new, two.result().rows_changed) == (1, 1)

    assert current(warehouse) == {"a": {"value": 2}}


def test_loads_of_two_feeds_do_not_wait_for_each_other(warehouse: str) -> None:
    other = Feed("test", "others")
    landing.prepare(warehouse, [other])
    slow = _Waiting([[upsert("a")]])
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(landing.land, warehouse, slow, request())
        assert slow.begun.wait(60)

        assert land(warehouse, [upsert("b")], feed=other).rows_new == 1

        slow.go_on.set()
        assert running.result().rows_new == 1


def test_a_first_load_does_not_wait_for_a_reader(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    with psycopg.connect(warehouse) as reader:
        reader.execute(f"select from raw.{FEED.table}")

        result = land(warehouse, [upsert("a"), upsert("b")], FeedKind.SNAPSHOT)

    assert result.rows_new == 2


def _wait_for_lock(url: str) -> None:
    """Return once a session waits for an advisory lock; the test's time limit ends it."""
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute(
            "select 1 from pg_locks where locktype = 'advisory' and not granted"
            " and database = (select oid from pg_database where datname = current_database())"
        ).fetchone():
            pass


def test_table_is_quoted_with_its_schema() -> None:
    assert tables.table(Feed("a", 'b"c')).as_string(None) == '"raw"."a__b""c"'
