"""A night of the published Grand Bend records: the known figures, and no figure made up."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from include import landing, night, transform
from include.errors import EmptyFeedError, TransformError
from include.orchestration import readiness
from include.records import Change, Feed, FeedKind, Told
from include.run import Run
from include.sources import registry
from tests.integration.night import House, build_marts

FIGURES = {
    "students": ("select count(*) from marts.dim_student", 960),
    "attendance events": (
        "select count(*) from raw.edfi__student_school_attendance_events"
        " where superseded_by is null and not is_deleted",
        1917,
    ),
    "attendance events in the marts": ("select count(*) from marts.fct_attendance_event", 1917),
    "discipline actions": ("select count(distinct action_id) from marts.fct_discipline_action", 25),
    "special education": (
        "select count(*) from marts.fct_program_participation"
        " where program_type = 'special_education'",
        97,
    ),
    "food service": (
        "select count(*) from marts.fct_program_participation where program_type = 'food_service'",
        82,
    ),
    "student assessments": (
        "select count(distinct assessment_result_key) from marts.fct_assessment_result"
        " where source = 'edfi'",
        1292,
    ),
    "assessments with objectives": (
        "select count(distinct assessment_result_key) from marts.fct_assessment_objective_result",
        114,
    ),
    "learning standards": ("select count(*) from marts.dim_learning_standard", 5597),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_published_figure_comes_out(grand_bend: House, name: str) -> None:
    query, expected = FIGURES[name]
    assert grand_bend.one(query) == expected


def test_without_calendar_there_is_no_attendance_rate(grand_bend: House) -> None:
    rows = grand_bend.query(
        "select absence_rate, insufficient_reason from marts.fct_attendance_to_date"
    )
    assert len(rows) == 960
    assert all(reason for rate, reason in rows if rate is None)
    # two instructional days and 16 enrolments: nobody reaches the minimum of enrolled days
    assert [rate for rate, reason in rows if reason] == [None] * len(rows)


def test_without_marks_there_is_no_gpa(grand_bend: House) -> None:
    assert grand_bend.one("select count(*) from marts.fct_grades_by_period") == 0
    flags = grand_bend.query(
        "select distinct flag from risk.risk_indicators where indicator = 'course_grades'"
    )
    assert {flag for (flag,) in flags} <= {"insufficient_data", "not_applicable"}


def test_a_student_without_enrolment_has_no_tier(grand_bend: House) -> None:
    tiers = grand_bend.query(
        "select distinct scores.rule_tier from reporting.vw_student_risk_scores as scores"
        " inner join marts.dim_student as students"
        " on students.student_unique_id = scores.student_unique_id"
        " where students.enrollment_status = 'no_enrollment'"
    )
    assert tiers == [("Insufficient data",)]


def test_every_insufficient_flag_has_its_reason(grand_bend: House) -> None:
    assert (
        grand_bend.one(
            "select count(*) from risk.risk_indicators"
            " where flag = 'insufficient_data' and coalesce(reason, '') = ''"
        )
        == 0
    )


def test_no_vendor_result_is_matched_and_none_is_lost(grand_bend: House) -> None:
    matched = grand_bend.one(
        "select count(*) from marts.fct_assessment_result where source <> 'edfi'"
    )
    waiting = dict(
        grand_bend.query("select source, count(*) from marts.fct_assessment_unmatched group by 1")
    )
    landed = {
        "star": ("star__results", "star__standards", "star__skill_areas"),
        "map_growth": ("map_growth__assessment_results",),
        "iready": ("iready__diagnostic_results",),
    }
    assert matched == 0
    for source, tables in landed.items():
        counts = [grand_bend.one(f"select count(*) from raw.{table}") for table in tables]
        assert all(counts)
        assert waiting[source] == sum(int(str(count)) for count in counts)


OF_STUDENT = "raw.payload -> 'studentReference' ->> 'studentUniqueId' = student_unique_id"
# mart -> the raw tables it comes from, and what finds a row's record in them
RECORDS = {
    "dim_student": (["students"], "raw.payload ->> 'studentUniqueId' = student_unique_id"),
    "fct_attendance_event": (
        ["student_school_attendance_events"],
        f"{OF_STUDENT} and (raw.payload ->> 'eventDate')::date = event_date",
    ),
    "fct_assessment_result": (["student_assessments"], "raw.source_ref = mart.source_ref"),
    "fct_discipline_action": (
        ["discipline_actions"],
        f"{OF_STUDENT} and raw.payload ->> 'disciplineActionIdentifier' = action_id",
    ),
    "fct_program_participation": (
        [
            feed.entity
            for feed in registry.feeds()
            if feed.source == "edfi" and feed.entity.endswith("program_associations")
        ],
        f"{OF_STUDENT} and (raw.payload ->> 'beginDate')::date = begin_date"
        " and raw.payload -> 'programReference' ->> 'programName' = program_name",
    ),
}


@pytest.mark.parametrize("mart", RECORDS)
def test_a_mart_row_leads_back_to_its_raw_record(grand_bend: House, mart: str) -> None:
    tables, condition = RECORDS[mart]
    records = " union all ".join(
        f"select source_ref, payload, load_id from raw.edfi__{table}" for table in tables
    )
    students = "" if mart == "dim_student" else " inner join marts.dim_student using (student_key)"
    own = "where mart.source = 'edfi' and" if mart == "fct_assessment_result" else "where"
    found, lost = grand_bend.query(
        f"with raw as ({records}) select count(*), count(*) filter (where not exists ("
        f" select from raw inner join ops.loads using (load_id)"
        f" where raw.source_ref <> '' and {condition}))"
        f" from marts.{mart} as mart{students} {own} true"
    )[0]
    assert int(str(found)) > 0
    assert lost == 0


def test_a_second_night_writes_no_version_and_the_same_marts(grand_bend: House) -> None:
    raw, marts = grand_bend.checksums("raw"), grand_bend.checksums("marts")
    second = grand_bend.night("night_2")
    night.run(second, transform=False)
    build_marts(second)
    assert grand_bend.checksums("raw") == raw
    assert grand_bend.checksums("marts") == marts


def test_a_failed_layer_resumes_with_what_failed(
    grand_bend: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = grand_bend.night("night_resume")
    asked: list[str] = []
    real = transform.invoke

    def invoke(given: Run, arguments: list[str], **options: Any) -> dict[str, str]:
        asked.append(arguments[0])
        return real(given, arguments, **options)

    monkeypatch.setattr(transform, "invoke", invoke)
    with psycopg.connect(grand_bend.dsn) as connection:
        # a sequence of the same name: the model cannot be created, the others can
        connection.execute("drop table marts.dim_school cascade")
        connection.execute("create sequence marts.dim_school")
    with pytest.raises(TransformError, match="dim_school"):
        transform.run_layer(current, "marts")
    with psycopg.connect(grand_bend.dsn) as connection:
        connection.execute("drop sequence marts.dim_school")
    result = transform.run_layer(current, "marts")
    assert result.resumed
    assert asked == ["build", "retry"]


def test_tiers_wait_while_ed_fi_is_half_loaded(grand_bend: House) -> None:
    current = grand_bend.night("night_half")
    event = {"edfi": [SimpleNamespace(extra={"partial": False}, timestamp=current.as_of_date)]}
    assert not readiness.is_held_back(current, event)
    feed = Feed("edfi", "student_school_attendance_events")
    request = landing.LoadRequest(feed, FeedKind.SNAPSHOT, "full", current.context)
    with pytest.raises(EmptyFeedError):
        landing.land(grand_bend.dsn, Nothing(), request)
    assert readiness.is_held_back(current, event)
    assert not readiness.is_held_back(current, None)


class Nothing:
    """A feed without rows."""

    def batches(self) -> Iterator[list[Change]]:
        yield from ()

    def told(self) -> Told:
        return Told()
