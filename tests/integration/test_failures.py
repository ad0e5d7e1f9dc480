"""What a night leaves behind when a source fails: a ledger that says so, and no mixed state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from demo.simulators.edfi import Fault
from include import ingest, landing
from include.connections import Connection
from include.errors import FirstbellError, ParkedFeedError, WrongYearError
from include.orchestration import readiness
from include.records import Feed
from include.run import Run
from tests.integration.night import ENROLLMENTS, LATEST, House, read

FEED = Feed("edfi", "student_school_associations")
LIVE = (
    "select count(*) from raw.edfi__student_school_associations"
    " where superseded_by is null and not is_deleted"
)
EVENT = {"edfi": [SimpleNamespace(timestamp=datetime(2022, 5, 27, tzinfo=UTC), extra={})]}


def close(current: Run, *names: str) -> list[str]:
    """End a run of these resources; returns what it did not come to."""
    return ingest.close_source(current, "edfi", {"ceiling": None}, names)


def test_a_refused_first_request_holds_the_tiers_back(built: House) -> None:
    built.server.store.upsert(ENROLLMENTS, {"schoolReference": {"schoolId": 1}})
    built.server.faults.add(Fault("error", match=f"/ed-fi/{ENROLLMENTS}", status=403, times=100))
    with pytest.raises(FirstbellError):
        read(built.night("refused"))
    built.server.faults.clear()
    assert built.query(LATEST.format("edfi"))[0][:2] == (FEED.entity, "failed")
    assert readiness.is_held_back(built.night("refused"), EVENT)
    read(built.night("cleared"))
    assert not readiness.is_held_back(built.night("cleared"), EVENT)


def test_a_delta_that_deletes_a_third_is_parked_and_changes_nothing(built: House) -> None:
    before, stored = built.checksums("raw"), landing.read_watermark(built.dsn, FEED)
    known = built.server.store.ids(ENROLLMENTS)
    gone = known[: len(known) * 3 // 10]
    for record_id in gone:
        built.server.store.delete(ENROLLMENTS, record_id)
    with pytest.raises(ParkedFeedError):
        read(built.night("shrunk"))
    assert built.checksums("raw") == before
    assert landing.read_watermark(built.dsn, FEED) == stored
    assert readiness.is_held_back(built.night("shrunk"), EVENT)
    read(replace(built.night("released"), release_parked=True))
    assert built.one(LIVE) == len(known) - len(gone)
    assert not readiness.is_held_back(built.night("released"), EVENT)


def test_what_a_killed_task_did_not_read_stands_in_the_ledger(built: House) -> None:
    current = built.night("killed")
    read(current)
    assert close(current, ENROLLMENTS, "grades") == ["grades"]
    latest = built.query(LATEST.format("edfi"))[0]
    assert latest == ("grades", "failed", "not read", "UnreadError")
    assert readiness.is_held_back(current, EVENT)
    # the task was cleared: the feed is read, and nothing is behind any more
    read(current, "grades")
    assert close(current, ENROLLMENTS, "grades") == []
    assert not readiness.is_held_back(current, EVENT)


def test_a_run_that_came_to_nothing_is_one_outage_and_holds_the_tiers_back(built: House) -> None:
    current = built.night("unreachable")
    both = (ENROLLMENTS, "sessions")
    assert close(current, *both) == ["sessions"]
    assert built.query(LATEST.format("edfi"))[0] == (
        "sessions",
        "failed",
        "not read",
        "UnreadError",
    )
    assert readiness.is_held_back(current, EVENT)
    # told once, however often the task is cleared
    assert close(current, *both) == []
    read(current, *both)
    assert not readiness.is_held_back(current, EVENT)


def in_year(built: House, run_id: str, day: date, *school_years: int) -> Run:
    """A night of that day in a district that names these school years, or none."""
    current = built.night(run_id, day)
    source = current.district.sources["edfi"].model_copy(
        update={"school_years": list(school_years) or None}
    )
    district = current.district.model_copy(update={"sources": {"edfi": source}})
    return replace(current, district=district)


def test_an_ods_of_last_year_only_changes_nothing_and_holds_the_tiers_back(built: House) -> None:
    before = built.checksums("raw")
    july = in_year(built, "july", date(2022, 7, 5))
    for current in (july, replace(july, full_refresh=True)):
        with pytest.raises(WrongYearError, match="of school year 2022; expected some of 2023"):
            read(current)
    assert built.checksums("raw") == before
    assert readiness.is_held_back(july, EVENT)


def test_an_ods_that_was_rolled_over_early_is_refused_as_well(built: House) -> None:
    with pytest.raises(WrongYearError, match="of school year 2022; expected some of 2021"):
        read(in_year(built, "early", date(2021, 6, 20)))


def test_a_district_may_name_the_years_that_its_ods_holds(built: House) -> None:
    read(in_year(built, "named", date(2022, 7, 5), 2022, 2023))


def test_an_ods_of_several_years_needs_the_right_one_among_them(built: House) -> None:
    year = {"schoolYearTypeReference": {"schoolYear": 2023}}
    built.server.store.upsert("sessions", {"sessionName": "Next", **year})
    read(in_year(built, "several", date(2022, 7, 5)))
    read(in_year(built, "still", date(2022, 5, 28)))


def test_a_run_that_was_cleared_and_killed_again_is_noticed(built: House) -> None:
    current, both = built.night("again"), ("schools", "grades")
    read(current, *both)
    assert close(current, *both) == []
    # cleared with `plan`: the ceiling is higher, and only one of the two is read up to it
    built.server.store.upsert("grades", {"gradeTypeDescriptor": "x"})
    read(current, "schools")
    assert close(current, *both) == ["grades"]


def test_a_ledger_that_is_out_of_reach_keeps_nobody_from_going_on(
    built: House, caplog: pytest.LogCaptureFixture
) -> None:
    gone = replace(built.night("gone"), connect=lambda conn_id: Connection(
        conn_id=conn_id, host="127.0.0.1", port=1, login="x", schema="x"
    ))  # fmt: skip
    ingest.note_end(gone, "edfi", {"ceiling": None})
    assert caplog.text.count("the ledger was not completed (OperationalError)") == 2
    ingest.note_end(built.night("gone"), "edfi", {"ceiling": None}, ["no such resource"])
    assert caplog.text.count("the ledger was not completed (ConfigError)") == 1


def test_two_schools_that_vanish_are_parked_and_what_belongs_to_them_waits(built: House) -> None:
    current, store = built.night("schools seen"), built.server.store
    for number in range(4):
        store.upsert("schools", {"schoolId": 900 + number, "nameOfInstitution": f"Test {number}"})
    office = {"localEducationAgencyId": 90, "nameOfInstitution": "Test Office"}
    for number in range(20):
        store.upsert("localEducationAgencies", {**office, "localEducationAgencyId": 90 + number})
    read(current, "organization")
    schools = store.ids("schools")
    for record_id in schools[: len(schools) // 2]:
        store.delete("schools", record_id)
    store.delete("localEducationAgencies", store.ids("localEducationAgencies")[0])

    current = built.night("schools gone")
    with pytest.raises(ParkedFeedError, match="at most 1 records or 10 %"):
        read(current, "organization")

    waiting = built.query(
        "select entity, status from ops.loads where run_id = 'schools gone' order by load_id"
    )
    assert waiting == [("schools", "parked"), ("local_education_agencies", "parked")]

    # what refers to schools is loaded by another task
    store.delete(ENROLLMENTS, store.ids(ENROLLMENTS)[0])
    with pytest.raises(ParkedFeedError, match=r"3 feeds wait .*student_school_associations"):
        read(current, ENROLLMENTS)
