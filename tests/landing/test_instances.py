"""Two sources of one feed keep their records apart, whatever other sources come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include import ingest, landing
from include.landing.tables import current_index
from include.records import Feed, FeedKind, KeyChange, Tombstone
from include.run import Run
from include.sources.files import LocalFile
from include.sources.files.config import FilesConfig
from tests.landing.support import FEED, land, last_ledger_row, plan_of, query, upsert
from tests.landing.test_prepare import upgrade_to
from tests.sources.files.helpers import MAP_ROW, local, source, to_csv

MAP = Feed("map_growth", "assessment_results")
SUNDAY, MONDAY = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (1, 2))


def held(url: str, feed: Feed = FEED) -> list[tuple[str, str]]:
    """Instance and key of each live record."""
    return query(
        url,
        f"select instance, record_key from raw.{feed.table}"
        " where superseded_by is null and not is_deleted order by 1, 2",
    )


@pytest.mark.usefixtures("first_load_way")
def test_a_snapshot_deletes_only_what_is_missing_of_its_instance(warehouse: str) -> None:
    land(warehouse, [upsert("a"), upsert("b")], FeedKind.SNAPSHOT, instance="north")
    land(warehouse, [upsert("a"), upsert("c")], FeedKind.SNAPSHOT)
    result = land(warehouse, [upsert("a")], FeedKind.SNAPSHOT, instance="north")

    assert held(warehouse) == [("", "a"), ("", "c"), ("north", "a")]
    assert (result.rows_deleted, result.rows_unchanged) == (1, 1)


def test_a_change_and_a_deletion_are_of_one_instance(warehouse: str) -> None:
    for instance in ("", "north", "south"):
        land(warehouse, [upsert("a", 1, n=1), upsert("b")], instance=instance)

    land(warehouse, [upsert("a", 2, n=1), Tombstone("b", "r")], instance="north")
    land(warehouse, [KeyChange("a", {"n": 1}, {"n": 7}, "r")], instance="south")

    values = query(
        warehouse,
        f"select instance, payload -> 'value', payload -> 'n' from raw.{FEED.table}"
        " where record_key = 'a' and superseded_by is null order by 1",
    )
    assert values == [("", 1, 1), ("north", 2, 1), ("south", 1, 7)]
    assert held(warehouse) == [("", "a"), ("", "b"), ("north", "a"), ("south", "a"), ("south", "b")]


def test_each_instance_has_a_watermark_of_its_own(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "9"})
    land(warehouse, [upsert("a")], stream={"watermark": "2"}, instance="north")

    marks = [landing.read_watermark(warehouse, FEED, instance=name) for name in ("", "north", "x")]
    assert marks == ["9", "2", None]
    assert landing.records_held(warehouse, [FEED], instance="north") == 1


def test_the_ledger_says_which_instance_a_load_was_of(warehouse: str) -> None:
    land(warehouse, [upsert("a")], instance="north")

    assert last_ledger_row(warehouse)["instance"] == "north"


def settle(url: str, *names: str) -> dict[str, str]:
    """The instances of a district's sources of one layout, once they are settled."""
    landing.settle_instances(url, {FEED.source: names} if names else {})
    rows = query(url, "select source_name, instance from ops.source_instances where is_listed")
    return dict(rows)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([["map"]], {"map": ""}),
        # one that is added later has its name, and the first stays what it was
        ([["map"], ["south", "map"]], {"map": "", "south": "south"}),
        ([["map", "south"]], {"map": "", "south": "south"}),
        # one that is alone again stays what it was
        ([["map", "south"], ["south"]], {"south": "south"}),
        # renamed in one edit: the same source
        ([["map"], ["north"]], {"north": ""}),
        ([["map", "south"], ["map", "east"]], {"map": "", "east": "south"}),
        ([["map", "south"], ["map", "east"], ["map", "east", "south"]],
         {"map": "", "east": "south", "south": "south-2"}),
        # removed, and another added later: another source
        ([["map"], [], ["north"]], {"north": "north"}),
        # removed and back
        ([["map"], [], ["map"]], {"map": ""}),
        ([["map", "south"], ["map"], ["map", "south"]], {"map": "", "south": "south"}),
    ],
)  # fmt: skip
def test_a_source_keeps_its_instance_whatever_others_come_and_go(
    warehouse: str, steps: Sequence[Sequence[str]], expected: dict[str, str]
) -> None:
    for names in steps:
        settled = settle(warehouse, *names)

    assert settled == expected


def test_a_ledger_of_before_names_the_instances_of_several_sources(warehouse: str) -> None:
    land(warehouse, [upsert("a")], instance="south")
    land(warehouse, [upsert("a")])

    assert settle(warehouse, "south", "map") == {"map": "", "south": "south"}


def export_of(folder: Path, written: datetime, *numbers: int) -> LocalFile:
    """An export of MAP with a test of each of these students."""
    told = {**MAP_ROW, "TermName": "Fall 2025-2026", "TestStartDate": "09/16/2025"}
    rows = [{**told, "StudentID": f"{number:06}", "TestID": f"T{number}"} for number in numbers]
    place = folder / f"{written:%A}-{len(numbers)}-{numbers[0]}"
    place.mkdir(parents=True)
    return local(place / "AssessmentResults.csv", to_csv(rows), written=written)


def two_accounts(tonight: Run, *names: str) -> Run:
    """The district with one account of MAP under each of these names."""
    landing.prepare(tonight.dsn, [MAP])
    config = source("map_growth", school_years=[2026])
    sources: dict[str, FilesConfig] = dict.fromkeys(names, config)
    return replace(tonight, district=tonight.district.model_copy(update={"sources": sources}))


def test_a_file_of_a_second_account_deletes_nothing_of_the_first(
    tonight: Run, tmp_path: Path
) -> None:
    alone = two_accounts(tonight, "map")
    both = two_accounts(tonight, "map", "south")
    first, second = export_of(tmp_path, SUNDAY, 1, 2, 3), export_of(tmp_path, SUNDAY, 3, 4)
    ingest.load(alone, "map", plan_of(first), "map")

    ingest.load(both, "south", plan_of(second), "south")
    again = ingest.load(both, "map", plan_of(first), "map")

    keys = [instance for instance, _ in held(tonight.dsn, MAP)]
    assert keys == ["", "", "", "south", "south"]
    # the first account's records are what they were: its file is in already
    assert [result.status for result in again] == ["skipped"]
    assert query(tonight.dsn, f"select count(*) from raw.{MAP.table}") == [(5,)]


def test_a_line_is_known_again_in_its_own_account(tonight: Run, tmp_path: Path) -> None:
    both = two_accounts(tonight, "map", "south")
    before, after = export_of(tmp_path, SUNDAY, 1, 2, 3), export_of(tmp_path, MONDAY, 1, 2, 3, 4)
    for file in (before, after):
        done = [ingest.load(both, name, plan_of(file), name)[0] for name in ("map", "south")]

    assert [(result.rows_unchanged, result.rows_new) for result in done] == [(3, 1), (3, 1)]
    digests = query(tonight.dsn, f"select distinct line_digest from raw.{MAP.table}")
    assert len(digests) == 8


def test_an_account_whose_source_is_renamed_goes_on_with_its_own_tests(
    tonight: Run, tmp_path: Path
) -> None:
    ingest.load(two_accounts(tonight, "map"), "map", plan_of(export_of(tmp_path, SUNDAY, 1, 2)), "")
    renamed = two_accounts(tonight, "north")
    ingest.load(renamed, "north", plan_of(export_of(tmp_path, MONDAY, 1)), "")

    assert [instance for instance, _ in held(tonight.dsn, MAP)] == [""]


def test_a_raw_table_of_before_gets_the_instances_that_its_ledger_knows(database_url: str) -> None:
    upgrade_to(database_url, "0015")
    with psycopg.connect(database_url) as connection:
        connection.execute(f"""
            create table raw.{FEED.table} (record_key text not null, payload jsonb not null,
                payload_hash bytea not null, load_id bigint not null, superseded_by bigint,
                loaded_at timestamptz not null default now(), source_ref text not null,
                is_deleted boolean not null default false, scope text, cell_names_id bigint,
                line_digest bytea);
            create unique index {current_index(FEED)} on raw.{FEED.table} (record_key)
                include (payload_hash, is_deleted, scope, line_digest) where superseded_by is null;
            insert into raw.{FEED.table} (record_key, payload, payload_hash, load_id, source_ref,
                scope)
            values ('a', '{{}}', '', 1, 'r', 'Fall'), ('b', '{{}}', '', 2, 'r', 'south: Fall');
            insert into ops.loads (load_id, source, entity, kind, status, load_window, started_at,
                finished_at, district_code, as_of_date, run_id, code_version, notes)
            select number, '{FEED.source}', '{FEED.entity}', 'snapshot', 'loaded', 'w', now(),
                now(), 'd', '2026-09-01', 'r', 'c', cast(notes as jsonb)
            from (values
                (1, '{{"scopes": ["Fall"]}}'),
                (2, '{{"scopes": ["south: Fall"], "instance": "south"}}')
            ) as loads (number, notes);
            insert into raw.layout_columns (source, entity, test_code, role, place)
            values ('{FEED.source}', '{FEED.entity}', '', 'score', 1);
            create or replace view raw.layout_rows as
            select cast('{FEED.source}' as text) as source, cast('{FEED.entity}' as text) as entity,
                record_key, payload, load_id, loaded_at, superseded_by, is_deleted, source_ref,
                scope, cell_names_id
            from raw.{FEED.table};
            create view public.report as select * from raw.layout_rows;
            select setval(pg_get_serial_sequence('ops.loads', 'load_id'), 2);
        """)

    landing.prepare(database_url, [FEED])

    for place in (FEED.table, "layout_rows"):
        rows = f"select record_key, instance, scope from raw.{place} order by 1"
        assert query(database_url, rows) == [("a", "", "Fall"), ("b", "south", "Fall")]
    ledger = "select instance, notes from ops.loads order by load_id"
    assert query(database_url, ledger) == [
        ("", {"scopes": ["Fall"]}),
        ("south", {"scopes": ["Fall"]}),
    ]
    land(
        database_url,
        [upsert("a")],
        FeedKind.SNAPSHOT,
        instance="south",
        stream={"scopes": {"Fall"}},
    )
    assert held(database_url) == [("", "a"), ("south", "a")]
    index = "select indexdef from pg_indexes where indexname = %s"
    ((definition,),) = query(database_url, index, current_index(FEED))
    assert "(record_key, instance) INCLUDE" in definition
