"""An Ed-Fi key that sees nothing gets empty lists: they must not pass as "unchanged"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.simulators import edfi as simulator
from include import landing
from include.errors import EmptyFeedError, ParkedFeedError
from include.records import Feed
from tests.integration.edfi_house import EdfiHouse, edfi_house
from tests.sources.edfi.helpers import record_id, store_of, student

MIGRANT = "studentMigrantEducationProgramAssociations"
NAMES = ("students", "grades", "sessions", "gradingPeriods", "calendars", MIGRANT)
STUDENTS = Feed("edfi", "students")
YEAR = {"schoolYearTypeReference": {"schoolYear": 2022}}


@pytest.fixture
def small(database_url: str, tmp_path: Path) -> Iterator[EdfiHouse]:
    """A district of 60 students in an empty warehouse; nothing was read yet."""
    store = store_of(60, tracked=True)
    store.load("sessions", [{"sessionName": "Fall", **YEAR}])
    store.load("grades", [{"gradeTypeDescriptor": str(n)} for n in range(3)])
    with (
        simulator.serve(store) as server,
        edfi_house(database_url, server, NAMES, tmp_path) as made,
    ):
        yield made


def change_some(built: EdfiHouse) -> None:
    store = built.server.store
    for number in range(100, 114):
        store.upsert("students", student(number))
    for number in range(4):
        store.upsert("students", student(number, middleName="Changed"))


def test_a_first_night_of_a_key_that_sees_nothing_is_red(small: EdfiHouse) -> None:
    small.server.behaviour.hidden = {"*"}
    with pytest.raises(EmptyFeedError, match=r"no record.*at least one.*organisation"):
        small.read("blind", "students", "grades")
    # grades may be empty in a district that runs; students may not
    assert small.ledger("blind") == [("students", "failed"), ("grades", "unchanged")]


def test_a_run_stops_when_sessions_periods_and_calendars_vanish(small: EdfiHouse) -> None:
    small.read("first", "sessions", "students")
    change_some(small)
    small.server.behaviour.hidden = {"*"}
    with pytest.raises(EmptyFeedError, match=r"no session, grading period or calendar.*we hold 1"):
        small.read("blind", "students")
    assert small.ledger("blind") == [("sessions", "failed")]
    assert small.held() == 60
    small.server.behaviour.hidden = set()
    small.read("healed", "sessions", "students")
    assert small.held() == 74


def test_a_delta_of_empty_lists_loses_nothing(small: EdfiHouse) -> None:
    small.read("first", "sessions", "students")
    stored = landing.read_watermark(small.dsn, STUDENTS)
    change_some(small)
    small.server.behaviour.hidden = {"students"}
    with pytest.raises(ParkedFeedError, match=r"no record.*60.*organisations"):
        small.read("blind", "students")
    assert small.ledger("blind") == [("students", "parked")]
    assert landing.read_watermark(small.dsn, STUDENTS) == stored
    assert landing.failed_last(small.dsn, "edfi") == ["students"]
    small.server.behaviour.hidden = set()
    (healed,) = small.read("healed", "students")
    assert (healed.rows_new, healed.rows_changed) == (14, 4)


def test_a_full_read_of_nothing_is_parked_and_can_be_released(small: EdfiHouse) -> None:
    small.read("first", "sessions", "grades")
    small.server.behaviour.hidden = {"grades"}
    with pytest.raises(ParkedFeedError, match=r"no record.*3"):
        small.read("blind", "grades", full_refresh=True)
    assert small.held("grades") == 3
    (released,) = small.read("released", "grades", full_refresh=True, release_parked=True)
    assert (released.rows_deleted, small.held("grades")) == (3, 0)
    (after,) = small.read("after", "grades")
    assert after.status == "unchanged"


def test_students_are_never_released_to_nothing(small: EdfiHouse) -> None:
    small.read("first", "sessions", "students")
    small.server.behaviour.hidden = {"students"}
    with pytest.raises(EmptyFeedError):
        small.read("released", "students", full_refresh=True, release_parked=True)
    assert small.held() == 60


def test_an_optional_resource_that_is_gone_is_parked_where_records_of_it_are_held(
    small: EdfiHouse,
) -> None:
    small.server.store.load(MIGRANT, [{"x": 1}])
    small.read("first", "sessions", MIGRANT)
    small.server.behaviour.absent.add(MIGRANT)
    small.server.store.upsert("students", student(1))
    with pytest.raises(ParkedFeedError, match="no record"):
        small.read("gone", MIGRANT)


def test_records_that_came_to_be_hidden_are_found_by_the_sources_total(small: EdfiHouse) -> None:
    small.read("first", "sessions", "students")
    # a row vanishes without a trace in /deletes, as when the key loses a school
    rows = small.server.store.tables["students"].rows
    hidden = rows.pop(record_id(7))
    small.server.store.upsert("students", student(8, middleName="Changed"))
    results = small.read("narrowed", "students")
    assert small.held() == 59
    assert [result.rows_deleted for result in results] == [1]
    # and comes back with what was changed meanwhile, below every later window
    rows[hidden.id] = replace(hidden, record={**hidden.record, "middleName": "Meanwhile"})
    small.server.store.upsert("students", student(8, middleName="Again"))
    (widened,) = small.read("widened", "students")
    assert (small.held(), widened.rows_new, widened.rows_changed) == (60, 1, 1)


def test_a_row_that_was_committed_behind_the_watermark_is_found(small: EdfiHouse) -> None:
    small.read("first", "sessions", "students")
    # its transaction took a version before the ceiling was read, and committed after it
    small.server.store.load("students", [student(200)], untracked=True)
    small.server.store.upsert("students", student(8, middleName="Changed"))
    small.read("second", "students")
    assert small.held() == 61


def test_changes_after_the_ceiling_are_no_difference(small: EdfiHouse) -> None:
    small.read("first", "sessions", "students")
    store = small.server.store
    store.upsert("students", student(8, middleName="Changed"))
    plan = small.plan("busy")
    for number in range(20):
        store.delete("students", record_id(number + 10))
        store.upsert("students", student(number + 30, middleName="Later"))
    (result,) = plan.read("students")
    assert (result.rows_changed, result.rows_deleted) == (1, 0)
    assert small.ledger("busy") == [("students", "loaded")]


def test_rejected_rows_make_no_full_read_every_night(small: EdfiHouse) -> None:
    rows = small.server.store.tables["students"].rows
    rows[record_id(5)].record["id"] = "not-an-id"
    small.read("first", "sessions", "students")
    small.server.store.upsert("students", student(8, middleName="Changed"))
    small.read("second", "students")
    assert small.ledger("second") == [("students", "loaded")]
