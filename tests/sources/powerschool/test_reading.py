"""Tables as feeds: whole reads, changes since a moment, and rows that cannot be used."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.simulators.powerschool import Fault, Running
from include.errors import CountMismatchError, DeltaGapError, ProtocolError
from include.records import FeedKind, Holds, Reject, Upsert
from include.sources.powerschool.cursor import Cursor, goes_back
from include.sources.powerschool.rows import change
from include.sources.powerschool.tables import TABLES
from tests.sources.powerschool.helpers import (
    PLUGIN,
    QUERY,
    STUDENTS,
    TODAY,
    client_for,
    keys,
    read,
    store_of,
    stream,
    student,
    table,
)

FIRST = "2026-09-01 08:00:59 whole 2026-11-19"
EVERYBODY = [str(n + 100) for n in range(1, 96)]


def test_a_first_read_is_whole_and_ends_with_the_last_moment(server: Running) -> None:
    found = stream(client_for(server))
    assert keys(read(found), Upsert) == EVERYBODY
    assert (found.kind, found.told().source_count) == (FeedKind.SNAPSHOT, 95)
    assert found.told().watermark == "2026-09-01 08:00:59 whole 2026-11-20"


def test_records_hold_the_columns_that_were_asked_for_as_text(server: Running) -> None:
    first = read(stream(client_for(server)))[0]
    assert isinstance(first, Upsert)
    assert first.payload["grade_level"] == "5"
    assert not {"ssn", "middle_name"} & set(first.payload)


@pytest.mark.parametrize("count", [1, 10, 11, 20])
@pytest.mark.parametrize("empty_as_list", [True, False], ids=["empty list", "nothing"])
@pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])
def test_pages_of_every_shape_bring_every_row(
    server: Running, count: int, *, empty_as_list: bool, nested: bool
) -> None:
    server.behaviour.empty_as_list, server.behaviour.nested = empty_as_list, nested
    server.behaviour.counts = "resource" if nested else "plain"
    for number in range(count + 1, 96):
        server.store.delete("students", number + 100)
    assert keys(read(stream(client_for(server))), Upsert) == EVERYBODY[:count]


def test_the_page_size_is_the_smaller_of_ours_and_the_plugins(server: Running) -> None:
    assert client_for(server).page_size == 10
    assert client_for(server, page_size=7).page_size == 7


def test_a_limit_that_turns_out_lower_loses_no_row(server: Running) -> None:
    server.behaviour.page_sizes["schema_table_query"] = 10
    client = client_for(server)
    assert client.page_size == 10
    server.behaviour.page_sizes["schema_table_query"] = 4
    assert keys(read(stream(client)), Upsert) == EVERYBODY


def test_rows_that_go_and_come_between_two_pages_lose_no_other(server: Running) -> None:
    def action() -> None:
        server.store.delete("students", 101)
        server.store.delete("students", 195)
        server.store.upsert("students", student(500))

    server.faults.add(Fault("mutate", match=f"{QUERY}.students?", after=2, action=action))
    found = keys(read(stream(client_for(server))), Upsert)
    assert found == [*EVERYBODY[:-1], "600"]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32),
    page_size=st.integers(1, 12),
    weights=st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
)
def test_whatever_happens_between_pages_nothing_that_stays_is_lost(
    server: Running, seed: int, page_size: int, weights: tuple[int, int, int]
) -> None:
    server.store.empty()
    store_of(40, server.store)
    server.faults.clear()
    chance, numbers = random.Random(seed), iter(range(1000, 10_000))
    present = set(range(101, 141))
    staying = set(present)

    def write() -> None:
        """Between any two requests: inserts, deletes and updates, in random places."""
        kinds = ["insert"] * weights[0] + ["delete"] * weights[1] + ["update"] * weights[2]
        for kind in chance.choices(kinds, k=chance.randint(0, 6)) if kinds else []:
            if kind == "insert":
                number = next(numbers)
                server.store.upsert("students", student(number))
                present.add(number + 100)
            elif present:
                victim = chance.choice(sorted(present))
                if kind == "delete":
                    server.store.delete("students", victim)
                    present.discard(victim)
                    staying.discard(victim)
                else:
                    server.store.upsert("students", student(victim - 100, first_name="New"))

    # writers are busy for 40 requests; then the night is quiet
    server.faults.add(Fault("mutate", match=f"{QUERY}.students", after=1, times=40, action=write))
    found = keys(read(stream(client_for(server, page_size=page_size))), Upsert)
    assert {str(key) for key in staying} <= set(found)
    assert len(found) == len(set(found))


def test_a_delta_begins_before_the_last_moment_and_brings_what_changed(server: Running) -> None:
    server.store.upsert("students", student(3, transaction_date="2026-11-20 16:30:00"))
    server.store.upsert("students", student(4, transaction_date="2026-11-20 15:50:00"))
    client = client_for(server, overlap_minutes=15)
    found = stream(client, since="2026-11-20 16:00:00 whole 2026-11-19")
    assert keys(read(found), Upsert) == ["103", "104"]
    assert (found.kind, found.told().source_count) == (FeedKind.DELTA, 2)
    assert found.told().watermark == "2026-11-20 16:30:00 whole 2026-11-19"
    assert found.holds() == Holds(95, 95)


def test_the_hour_that_comes_twice_in_autumn_is_read_again(server: Running) -> None:
    # clocks went back at 2:00: this was written after the last moment
    server.store.upsert("students", student(3, transaction_date="2026-11-01 01:05:00"))
    server.store.upsert("students", student(4, transaction_date="2026-11-01 01:59:00"))
    found = stream(client_for(server), since="2026-11-01 01:59:00 whole 2026-10-31",
                   today=date(2026, 11, 1))  # fmt: skip
    assert keys(read(found), Upsert) == ["103", "104"]


def test_a_moment_that_has_not_come_does_not_hide_later_changes(server: Running) -> None:
    server.store.load("students", [student(5, transaction_date="2099-01-01 00:00:00")])
    first = stream(client_for(server))
    read(first)
    assert first.told().watermark == "2026-09-01 08:00:59 whole 2026-11-20"


def test_a_delta_without_a_change_brings_the_overlap_and_keeps_its_cursor(server: Running) -> None:
    server.store.load("students", [student(3, transaction_date="2026-11-20 16:00:00")])
    since = "2026-11-20 16:00:00 whole 2026-11-19"
    found = stream(client_for(server), since=since)
    assert keys(read(found), Upsert) == ["103"]
    assert (found.kind, found.told().watermark) == (FeedKind.DELTA, since)


def test_a_database_that_was_restored_is_to_be_read_whole(server: Running) -> None:
    # the row that had the last moment is not there any more, nor any later one
    with pytest.raises(DeltaGapError, match=r"no row as new.*read whole"):
        read(stream(client_for(server), since="2026-11-20 16:00:00 whole 2026-11-19"))
    # some of the last hour are there, and the last one is not
    with pytest.raises(DeltaGapError):
        read(stream(client_for(server), since="2026-09-01 08:20:00 whole 2026-11-19"))


def test_what_the_source_holds_shows_a_deletion(server: Running) -> None:
    server.store.delete("students", 150)
    found = stream(client_for(server), since=FIRST)
    read(found)
    assert found.holds() == Holds(94, 94)


@pytest.mark.parametrize(
    ("today", "is_whole"), [(date(2026, 11, 25), False), (date(2026, 11, 26), True)]
)
def test_a_silent_edit_comes_with_the_next_whole_read(
    server: Running, today: date, *, is_whole: bool
) -> None:
    server.store.upsert("students", {"dcid": 107, "gender": "F"}, silent=True)
    server.store.load("students", [student(3, transaction_date="2026-11-20 16:00:00")])
    found = stream(client_for(server), since="2026-11-20 16:00:00 whole 2026-11-19", today=today)
    assert (found.kind is FeedKind.SNAPSHOT) == is_whole
    changes = [change for change in read(found) if isinstance(change, Upsert)]
    assert any(change.payload.get("gender") == "F" for change in changes) == is_whole


def test_a_row_that_was_never_stamped_comes_with_a_whole_read(server: Running) -> None:
    server.store.load("students", [student(5, transaction_date=None)])
    assert keys(read(stream(client_for(server))), Upsert) == EVERYBODY


def test_a_table_without_moments_is_read_whole_each_time(server: Running) -> None:
    found = stream(client_for(server), table("schools"), since=None)
    assert keys(read(found), Upsert) == ["1", "9"]
    assert (found.kind, found.told().watermark) == (FeedKind.SNAPSHOT, None)


def test_a_table_without_a_row_deletes_nothing_and_keeps_no_cursor(server: Running) -> None:
    found = stream(client_for(server), table("attendance"))
    assert read(found) == []
    assert (found.kind, found.is_empty, found.told().watermark) == (FeedKind.DELTA, True, None)
    assert found.holds() == Holds(0, 0)


def test_records_that_are_all_gone_are_an_empty_whole_read(server: Running) -> None:
    for number in range(1, 96):
        server.store.delete("students", number + 100)
    with pytest.raises(DeltaGapError):
        read(stream(client_for(server), since=FIRST))
    found = stream(client_for(server))  # and so it is read whole
    assert read(found) == []
    assert (found.is_delta, found.kind, found.holds()) == (False, FeedKind.DELTA, Holds(0, 0))


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("entrydate", "08/19/2026", "bad_date"),
        ("dob", "2015-02-30", "bad_date"),
        ("grade_level", "fifth", "bad_number"),
        ("transaction_date", "yesterday", "bad_date"),
    ],
)
def test_a_value_that_cannot_be_read_rejects_its_row_and_keeps_the_feed(
    server: Running, column: str, value: str, reason: str
) -> None:
    # two characters too many for a date: Oracle's own function gives them as they are here
    server.store.load("students", [student(5, **{column: value})])
    changes = read(stream(client_for(server)))
    rejects = [change for change in changes if isinstance(change, Reject)]
    assert [(r.reason, r.column, r.key) for r in rejects] == [(reason, column, "105")]
    assert rejects[0].source_ref == "students row 5"
    assert value not in rejects[0].detail
    assert len(keys(changes, Upsert)) == 94


@pytest.mark.parametrize("missing", [None, "1900-01-01"], ids=["none", "an empty date"])
def test_a_row_without_what_it_is_of_is_rejected_and_the_rest_goes_on(
    server: Running, missing: str | None
) -> None:
    seat = {"studentid": 1, "sectionid": 44, "termid": 3600, "schoolid": 12}
    server.store.load(
        "cc",
        [{**seat, "dcid": n, "id": n, "dateenrolled": day}
         for n, day in ((1, "2026-08-19"), (2, missing), (3, "2026-08-20"))],
    )  # fmt: skip
    changes = read(stream(client_for(server), table("cc")))
    assert keys(changes, Upsert) == ["1", "3"]
    (reject,) = (change for change in changes if isinstance(change, Reject))
    assert (reject.reason, reject.column, reject.key) == ("missing_value", "dateenrolled", "2")


def test_each_table_says_without_which_columns_a_row_is_of_nobody() -> None:
    for found in TABLES:
        assert {*found.required} <= {column.name for column in found.columns}, found.name
        known = {column.name: "1" for column in found.columns}
        for name in found.required:
            one = change(found, {n: v for n, v in known.items() if n != name}, "row 1")
            assert isinstance(one, Reject), f"{found.name}.{name}"


def test_an_empty_date_of_powerschool_is_none(server: Running) -> None:
    server.store.load("students", [student(5, entrydate="1899-12-30", dob="1900-01-01")])
    rows = {c.key: c.payload for c in read(stream(client_for(server))) if isinstance(c, Upsert)}
    assert not {"entrydate", "dob"} & set(rows["105"])


def test_fewer_rows_than_the_source_counts_stop_the_load(server: Running) -> None:
    server.faults.add(Fault("count", match="/count", by=5, times=9))
    with pytest.raises(CountMismatchError, match=r"students.*95 rows; expected 100"):
        read(stream(client_for(server)))


@contextmanager
def asked(old: str, new: str) -> Iterator[None]:
    """Let the query of students be another one than ours."""
    query = PLUGIN.queries[STUDENTS.query]
    assert old in query.sql
    PLUGIN.queries[STUDENTS.query] = replace(query, sql=query.sql.replace(old, new))
    try:
        yield
    finally:
        PLUGIN.queries[STUDENTS.query] = query


@pytest.mark.parametrize(
    "sql",
    ["t.dcid > :after_key - 5", "t.dcid > 0 * :after_key"],
    ids=["overlapping", "always the first page"],
)
def test_a_query_that_repeats_rows_is_refused(server: Running, sql: str) -> None:
    with (
        asked("t.dcid > :after_key", sql),
        pytest.raises(ProtocolError, match="rows that we have had"),
    ):
        read(stream(client_for(server)))


def test_a_row_without_a_number_is_rejected_and_the_rest_goes_on(server: Running) -> None:
    with asked("    t.dcid,", "    case when t.dcid <> 105 then t.dcid end as dcid,"):
        changes = read(stream(client_for(server)))
    (reject,) = (change for change in changes if isinstance(change, Reject))
    assert (reject.reason, reject.column, reject.key) == ("bad_id", "dcid", None)
    assert reject.source_ref == "students row 5"
    assert len(keys(changes, Upsert)) == 94


def test_a_page_without_a_number_is_refused(server: Running) -> None:
    with (
        asked("    t.dcid,", "    null as dcid,"),
        pytest.raises(ProtocolError, match="a page without one usable dcid"),
    ):
        read(stream(client_for(server)))


def test_a_row_that_is_no_object_is_rejected_with_its_place() -> None:
    found = change(STUDENTS, ["Ada"], "students row 7")
    assert isinstance(found, Reject)
    assert (found.reason, found.source_ref) == ("not_an_object", "students row 7")
    assert "Ada" not in found.detail


def test_a_dropped_seat_keeps_its_negative_numbers(server: Running) -> None:
    seat = {"dcid": 1, "id": 1, "studentid": 1, "sectionid": -44, "termid": -3600}
    when = {"dateenrolled": "2026-08-19", "transaction_date": "2026-10-01 08:00:00"}
    server.store.load("cc", [{**seat, **when}])
    change = read(stream(client_for(server), table("cc")))[0]
    assert isinstance(change, Upsert)
    assert (change.payload["sectionid"], change.payload["termid"]) == ("-44", "-3600")


def test_codes_with_the_same_id_in_two_schools_are_two_records(server: Running) -> None:
    codes = [{"dcid": n, "id": 2, "schoolid": n, "yearid": 36, "att_code": "A"} for n in (1, 2)]
    server.store.load(
        "attendance_code", [*codes, {"dcid": 3, "id": 1, "schoolid": 1, "yearid": 36}]
    )
    changes = read(stream(client_for(server), table("attendance_code")))
    assert keys(changes, Upsert) == ["1", "2", "3"]
    assert isinstance(changes[2], Upsert)
    assert "att_code" not in changes[2].payload  # blank: present


def test_rows_before_the_first_school_year_are_not_asked_for(server: Running) -> None:
    day = {"studentid": 1, "schoolid": 12, "attendance_codeid": 2}
    server.store.load(
        "attendance",
        [{"id": year, "yearid": year, "att_date": "2026-09-01", **day} for year in (34, 35, 36)],
    )
    client = client_for(server)
    values = {"first_yearid": 35, "first_day": "2025-07-01", "log_type": -100000}
    from include.sources.powerschool.stream import PowerSchoolStream

    found = PowerSchoolStream(client, table("attendance"), values, today=TODAY, since=None)
    assert keys(read(found), Upsert) == ["35", "36"]


def test_a_cursor_is_text_that_only_the_source_compares() -> None:
    cursor = Cursor.parse("2026-11-20 16:30:00 whole 2026-11-14")
    assert str(cursor) == "2026-11-20 16:30:00 whole 2026-11-14"
    assert str(Cursor.parse("whole 2026-11-14")) == "whole 2026-11-14"
    assert goes_back(str(cursor), "2026-11-20 16:29:59 whole 2026-11-21")
    assert goes_back(str(cursor), "whole 2026-11-21")
    assert not goes_back("whole 2026-11-14", str(cursor))
