"""A PowerSchool as a district's source: its checks, and its nights into a real Postgres."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from demo.simulators.powerschool import Fault, Running
from include import ingest, landing
from include.config import District
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    EmptyFeedError,
    ParkedFeedError,
    UnreachableError,
    WrongDistrictError,
    WrongYearError,
)
from include.records import Feed
from include.run import Run
from include.settings import Settings
from include.sources.base import SourceRun
from include.sources.powerschool.references import refers_to, together
from include.sources.powerschool.source import PowerSchoolSource
from include.sources.powerschool.tables import TABLES
from tests.sources.powerschool.helpers import TODAY, config_of, connection_of, student

Sources = dict[str, Any]


class Remembered:
    """A ledger of a test: what earlier loads left behind."""

    def __init__(self, held: int = 0) -> None:
        self.held = held

    def watermark(self, feed: Feed) -> str | None:
        return None

    def records_held(self, feeds: Iterable[Feed]) -> int:
        return self.held

    def noted(self, raw_name: str, name: str) -> list[Any]:
        return []

    def windows_of_last(self, raw_name: str, prefix: str, *, not_of: str) -> set[str]:
        return set()


def source(server: Running, tmp_path: Path, **options: Any) -> PowerSchoolSource:
    extra = {name: options.pop(name) for name in ("only", "release_parked") if name in options}
    return PowerSchoolSource(
        SourceRun(
            name="sis",
            config=config_of(**options),
            district_code="sample",
            as_of_date=TODAY,
            school_year=2027,
            school_year_starts_in=7,
            run_id="run",
            connect=lambda _: connection_of(server),
            work_dir=tmp_path,
            **extra,
        )
    )


def test_a_plan_says_from_which_year_on_rows_are_read(server: Running, tmp_path: Path) -> None:
    with source(server, tmp_path) as everything:
        assert everything.plan(Remembered()) == {
            "first_yearid": 0, "first_day": "1900-01-01", "log_type": -100000,
        }  # fmt: skip
    with source(server, tmp_path, first_school_year=2025, discipline_log_type=7) as some:
        assert some.plan(Remembered()) == {
            "first_yearid": 34, "first_day": "2024-07-01", "log_type": 7,
        }  # fmt: skip


def test_a_token_of_another_district_is_refused(server: Running, tmp_path: Path) -> None:
    server.behaviour.district_number = "123456"
    with source(server, tmp_path) as other:
        with pytest.raises(WrongDistrictError, match=r"'123456'; expected '990100'.*sample.yaml"):
            other.plan(Remembered())
        with pytest.raises(WrongDistrictError):
            other.reach()
    assert not any("query" in path for path in server.requests)


def test_terms_of_other_years_only_are_refused(server: Running, tmp_path: Path) -> None:
    server.store.upsert("terms", {"dcid": 1, "yearid": 35})
    with (
        source(server, tmp_path) as old,
        pytest.raises(WrongYearError, match=r"2026; expected some of 2027.*new year's terms"),
    ):
        old.plan(Remembered())
    with source(server, tmp_path, school_years=[2026]) as named:
        named.plan(Remembered())


def test_terms_that_are_all_gone_stop_the_run(server: Running, tmp_path: Path) -> None:
    server.store.delete("terms", 1)
    with source(server, tmp_path) as empty:
        empty.plan(Remembered())  # a first night may find it so
        with pytest.raises(EmptyFeedError, match="no term, we hold 4"):
            empty.plan(Remembered(held=4))
    with source(server, tmp_path, release_parked=True) as released:
        released.plan(Remembered(held=4))


@pytest.mark.parametrize(("place", "other"), [("log", "incident"), ("incident", "log")])
def test_discipline_is_read_from_where_the_district_keeps_it(
    server: Running, tmp_path: Path, place: str, other: str
) -> None:
    with source(server, tmp_path, discipline=place) as found:
        names = [item.name for group in found.groups() for item in found.items({}, group)]
    assert place in names
    assert other not in names


def test_a_run_can_ask_for_some_tables_or_groups(server: Running, tmp_path: Path) -> None:
    with source(server, tmp_path, only=("students", "programs")) as some:
        assert some.groups() == ["roster", "programs"]
        assert [item.name for item in some.items({}, "roster")] == ["students"]
    with (
        source(server, tmp_path, only=("nothing",)) as wrong,
        pytest.raises(ConfigError, match=r"unknown: nothing.*roster, enrolment"),
    ):
        wrong.groups()


def test_what_others_refer_to_comes_first(server: Running, tmp_path: Path) -> None:
    with source(server, tmp_path) as found:
        assert [item.name for item in found.items({}, "roster")][:2] == ["schools", "students"]


def test_what_refers_to_a_parked_table_waits_in_whichever_group_it_is() -> None:
    tables = {table.name: table for table in TABLES}
    # through sections and their terms
    assert together(tables["attendance"]) >= {"schools", "students", "sections", "terms", "courses"}
    assert "log" not in together(tables["attendance"])
    assert refers_to(tables["schools"]) == set()


def test_a_source_is_down_when_its_host_is_and_not_when_a_table_is(
    server: Running, tmp_path: Path
) -> None:
    error = UnreachableError("x", seen="x", expected="x", next_step="x")
    with source(server, tmp_path) as found:
        assert not found.is_down(error)
        assert not found.is_down(AuthenticationError("x", seen="x", expected="x", next_step="x"))
        server.faults.add(Fault("error", match="metadata", times=9))
        assert found.is_down(error)


# into raw, as any source goes there


@pytest.fixture
def night(server: Running, database_url: str, tmp_path: Path) -> Run:
    """A night of a district with PowerSchool."""
    landing.prepare(database_url, list(PowerSchoolSource.feeds()))
    config = {"kind": "powerschool", "connection": "sis", "district_number": "990100"}
    district = District.model_validate(
        {"code": "sample", "name": "Sample", "time_zone": "America/New_York",
         "sources": {"sis": {**config, "min_interval_s": 0}}}
    )  # fmt: skip
    url = psycopg.conninfo.conninfo_to_dict(database_url)
    warehouse = Connection(
        "warehouse", host=str(url["host"]), port=int(str(url["port"])), login=str(url["user"]),
        password=str(url["password"]) if "password" in url else None, schema=str(url["dbname"]),
    )  # fmt: skip
    connections = {"sis": connection_of(server), "sample_warehouse": warehouse}
    return Run(
        district, TODAY, "first", connect=connections.__getitem__,
        settings=Settings(work_dir=tmp_path),
    )  # fmt: skip


def load(run: Run, *names: str) -> dict[str, landing.LoadResult]:
    found = ingest.plan(run, "sis")
    results = ingest.load_groups(run, "sis", found, names)
    return {result.feed.entity: result for result in results}


def students(run: Run) -> dict[str, dict[str, Any]]:
    with psycopg.connect(run.dsn) as connection:
        rows = connection.execute(
            "select record_key, payload from raw.powerschool__students"
            " where superseded_by is null and not is_deleted"
        ).fetchall()
    return dict(rows)


def held(server: Running) -> dict[str, str]:
    return {str(row["dcid"]): str(row["first_name"]) for row in server.store.rows("students")}


def names(run: Run) -> dict[str, str]:
    return {key: payload["first_name"] for key, payload in students(run).items()}


def test_a_first_night_loads_every_table_that_has_rows(server: Running, night: Run) -> None:
    results = load(night)
    assert results["students"].rows_new == 95
    assert results["terms"].rows_new == 1
    assert names(night) == held(server)
    assert not any("ssn" in payload for payload in students(night).values())


def test_later_nights_read_what_changed_and_find_deletions_by_the_count(
    server: Running, night: Run
) -> None:
    load(night, "students")
    server.store.upsert(
        "students", student(3, first_name="New", transaction_date="2026-11-21 09:00:00")
    )
    second = load(replace(night, run_id="second"), "students")["students"]
    assert (second.rows_new, second.rows_changed, second.rows_deleted) == (0, 1, 0)
    assert landing.read_watermark(night.dsn, Feed("powerschool", "students")) == (
        "2026-11-21 09:00:00 whole 2026-11-20"
    )
    # a deletion moves no moment: the count does not add up, and all is read
    server.store.delete("students", 110)
    third = load(replace(night, run_id="third"), "students")["students"]
    assert third.rows_deleted == 1
    assert names(night) == held(server)


def test_a_silent_edit_arrives_with_the_weekly_comparison(server: Running, night: Run) -> None:
    server.store.load("students", [student(7, transaction_date="2026-08-01 08:00:00")])
    load(night, "students")
    server.store.upsert("students", {"dcid": 107, "first_name": "Edited"}, silent=True)
    load(replace(night, run_id="next day", as_of_date=date(2026, 11, 21)), "students")
    assert names(night)["107"] == "Test7"
    load(replace(night, run_id="next week", as_of_date=date(2026, 11, 27)), "students")
    assert names(night)["107"] == "Edited"


def test_a_restored_database_is_held_as_it_stands(server: Running, night: Run) -> None:
    later = student(3, first_name="Later", transaction_date="2026-11-20 09:00:00")
    server.store.load("students", [later])
    load(night, "students")
    server.store.load("students", [student(3)])  # yesterday's backup
    load(replace(night, run_id="restored", as_of_date=date(2026, 11, 21)), "students")
    assert names(night) == held(server)


@pytest.mark.parametrize("day", [TODAY, date(2026, 11, 10)], ids=["the day before", "long ago"])
def test_an_old_run_repeated_after_a_newer_one_changes_nothing(
    server: Running, night: Run, day: date
) -> None:
    load(night, "students")
    server.store.upsert(
        "students", student(3, first_name="New", transaction_date="2026-11-21 09:00:00")
    )
    load(replace(night, run_id="newer", as_of_date=date(2026, 11, 21)), "students")
    for run_id, again in (("first", day), ("next", date(2026, 11, 22))):
        found = load(replace(night, run_id=run_id, as_of_date=again), "students")["students"]
        assert (found.rows_new, found.rows_changed, found.rows_deleted) == (0, 0, 0)
        assert names(night) == held(server)


def test_two_powerschools_of_one_district_are_refused_before_anything_is_asked(
    server: Running, night: Run
) -> None:
    both = {**night.district.sources, "other": night.district.sources["sis"]}
    twice = replace(night, district=night.district.model_copy(update={"sources": both}))
    with pytest.raises(ConfigError, match="2 sources of kind powerschool: other, sis"):
        ingest.plan(twice, "sis")
    assert server.requests == []


def test_a_moment_alone_is_no_change(server: Running, night: Run) -> None:
    load(night, "students")
    server.store.upsert("students", student(3, transaction_date="2026-11-21 09:00:00"))
    assert load(replace(night, run_id="again"), "students")["students"].rows_changed == 0


@pytest.mark.parametrize("full", [True, False], ids=["whole", "changes"])
def test_a_row_that_went_bad_keeps_its_last_good_version(
    server: Running, night: Run, *, full: bool
) -> None:
    load(night, "students")
    server.store.load(
        "students", [student(5, dob="no date", transaction_date="2026-11-21 09:00:00")]
    )
    result = load(replace(night, run_id="again", full_refresh=full), "students")["students"]
    assert result.rows_rejected == 1
    assert students(night)["105"]["dob"] == "2015-03-04"


def test_a_table_that_shows_nothing_any_more_is_parked(server: Running, night: Run) -> None:
    load(night, "students")
    for number in range(1, 96):
        server.store.delete("students", number + 100)
    with pytest.raises(ParkedFeedError):
        load(replace(night, run_id="empty"), "students")
    assert len(students(night)) == 95


def test_one_table_that_may_not_be_read_stops_no_other(server: Running, night: Run) -> None:
    server.behaviour.revoked.add("schools")
    with pytest.raises(AuthenticationError, match="schools"):
        load(night)
    assert len(students(night)) == 95
