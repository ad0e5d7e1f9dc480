"""A district changes its SIS in the middle of a year: what of which system counts, told by hand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.two_sources import give, write_project
from tests.conftest import copied
from tests.dbt.two_sources import build, read
from tests.dbt.two_systems_told import (
    AS_OF,
    BY_CHANCE,
    CHANCE,
    DAYS,
    HANDOVER,
    RECORD,
    Span,
    enrolled,
    rows,
)
from tests.parsed_project import PROJECT

# From the canonical models to the days and absences that count.
DAYS_AND_ABSENCES = (
    "intermediate/enrollment/int_enrollment__primary_spans",
    "intermediate/calendar/int_calendar__attendance_days",
    "intermediate/attendance/int_attendance__span_years",
    "intermediate/attendance/int_attendance__event_verdicts",
)


@pytest.fixture(scope="module")
def built(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the canonical models of both sources."""
    with copied(pg_server_url, "template1") as url:
        give(url, rows())
        place = tmp_path_factory.mktemp("sources") / "project"
        project = write_project(place, RECORD, *DAYS_AND_ABSENCES)
        assert build(project, url, AS_OF) == ""
        yield url


def enrollments(url: str, student: int) -> list[tuple[Any, ...]]:
    return read(
        url,
        "select first_date::text, last_date::text, source_system from canonical.can_enrollments"
        f" where student_key = {student} order by first_date",
    )


def test_a_stay_that_both_tell_is_one_enrolment_with_its_first_day(built: str) -> None:
    assert enrollments(built, 1) == [("2024-08-15", "2025-06-06", "second")]
    told = read(
        built,
        "select enrollment_key, enrollment_type_code, calendar_code"
        " from canonical.can_enrollments where student_key = 1",
    )
    assert told == [(enrolled(1, "2024-08-15")["enrollment_key"], "new", "A")]


def test_a_stay_goes_on_where_the_later_source_knows_no_day_before_the_handover(built: str) -> None:
    assert enrollments(built, 4) == [("2024-08-15", "2025-06-06", "second")]
    told = read(built, "select calendar_code from canonical.can_enrollments where student_key = 4")
    # the calendars of the school hold, each for its days: one code would miss the other's
    assert told == [(None,)]


def test_a_child_who_left_before_the_handover_keeps_its_history(built: str) -> None:
    assert enrollments(built, 2) == [("2024-08-15", "2024-10-31", "first")]
    assert read(built, "select last_name from canonical.can_students where student_key = 2") == [
        ("Old",)
    ]
    assert read(
        built,
        "select event_date::text from canonical.can_attendance_events where student_key = 2",
    ) == [("2024-09-09",)]


def test_a_student_of_both_is_as_the_later_source_says(built: str) -> None:
    found = read(
        built, "select student_key, last_name from canonical.can_students order by student_key"
    )
    assert found == [(1, "New"), (2, "Old"), (3, "New"), (4, "New"), (5, "New"), (6, "Old"),
                     (7, "New")]  # fmt: skip


def test_a_stay_that_the_earlier_source_closed_is_not_opened_again_by_the_later_one(
    built: str,
) -> None:
    assert enrollments(built, 5) == [
        ("2024-08-15", "2024-11-30", "first"),
        ("2025-01-06", "2025-06-06", "second"),
    ]


def test_a_stay_that_the_later_source_does_not_tell_ends_with_the_handover(built: str) -> None:
    assert enrollments(built, 6) == [("2024-08-15", "2025-01-05", "first")]


def test_a_stay_that_the_earlier_source_did_not_tell_begins_with_the_handover(built: str) -> None:
    assert enrollments(built, 7) == [("2025-01-06", "2025-06-06", "second")]


def test_who_never_came_is_no_stay_of_another_source(built: str) -> None:
    found = read(
        built,
        "select first_date::text, last_date::text, is_no_show from canonical.can_enrollments"
        " where student_key = 8",
    )
    assert found == [("2024-08-15", "2024-08-14", True)]


def test_each_absence_counts_once_from_the_record_of_its_day(built: str) -> None:
    found = read(
        built,
        "select student_key, event_date::text, source_system from canonical.can_attendance_events"
        " order by event_date, student_key",
    )
    assert found == [
        (2, "2024-09-09", "first"),
        (1, "2024-11-04", "first"),
        (1, "2025-01-05", "first"),
        (1, "2025-01-06", "second"),
        (3, "2025-01-21", "second"),
    ]


def test_each_day_is_of_one_calendar(built: str) -> None:
    found = read(
        built,
        "select calendar_date::text, calendar_code from canonical.can_calendar_days"
        " order by calendar_date",
    )
    assert found == [("2024-11-04", "A"), ("2025-01-05", "A"), ("2025-01-06", "B"),
                     ("2025-01-07", "B")]  # fmt: skip


def test_days_and_absences_of_both_halves_count(built: str) -> None:
    """Of the four days of school, two in each system, and of the absences on them none is lost."""
    enrolled_days = read(
        built,
        "select spans.student_key, count(*) from intermediate.int_attendance__span_years as spans"
        " inner join intermediate.int_calendar__attendance_days as days"
        " using (school_key, calendar_choice, school_year)"
        " where days.calendar_date between spans.first_date and spans.last_date"
        " and student_key < 1000 group by spans.student_key order by spans.student_key",
    )
    assert enrolled_days == [(1, 4), (4, 4), (5, 3), (6, 2), (7, 2)]
    counted = read(
        built,
        "select student_key, event_date::text from intermediate.int_attendance__event_verdicts"
        " where is_counted order by event_date",
    )
    assert counted == [(1, "2024-11-04"), (1, "2025-01-05"), (1, "2025-01-06")]


def test_marks_are_those_of_the_record_at_the_end_of_their_period(built: str) -> None:
    found = read(
        built,
        "select periods.grading_period_name, marks.letter_grade from canonical.can_marks as marks"
        " inner join canonical.can_grading_periods as periods using (grading_period_key)"
        " order by periods.begin_date",
    )
    assert found == [("first quarter", "A"), ("Q2", "D")]
    assert len(read(built, "select 1 from canonical.can_grading_periods")) == 2


def test_a_class_goes_on_or_ends_with_the_handover(built: str) -> None:
    found = read(
        built,
        "select section_key, begin_date::text, end_date::text"
        " from canonical.can_section_enrollments order by section_key",
    )
    assert found == [
        (71, "2024-08-15", "2025-06-06"),
        (72, "2024-08-15", "2024-12-20"),
        (73, "2025-01-06", "2025-06-06"),
    ]


def test_incident_1_of_two_systems_is_two_incidents(built: str) -> None:
    found = read(
        built,
        "select student_key, incident_date::text, incident_key"
        " from canonical.can_incident_participations order by incident_date",
    )
    assert [row[:2] for row in found] == [(2, "2024-09-10"), (3, "2025-01-22")]
    assert found[0][2] != found[1][2]


def test_actions_are_those_of_the_record_of_their_day(built: str) -> None:
    found = read(
        built,
        "select action_date::text, source_system from canonical.can_discipline_actions"
        " order by action_date",
    )
    assert found == [("2024-11-05", "first"), ("2025-01-09", "second")]


def test_an_id_of_the_earlier_source_still_finds_its_student(built: str) -> None:
    found = read(
        built,
        "select identification_code from canonical.can_student_identifiers"
        " where student_key = 1 order by identification_code",
    )
    assert found == [("1",), ("new-1",), ("old-1",), ("s-1",)]


def test_demographics_are_of_the_record_whichever_entity_it_tells_them_in(built: str) -> None:
    found = read(
        built,
        "select student_key, sex_code from canonical.can_student_demographics order by student_key",
    )
    assert found == [(1, "said by second"), (2, "said by first")]


def test_a_level_counts_where_its_section_is_of_the_same_source(built: str) -> None:
    found = read(
        built,
        "select section_key, section_name, added_points > 0 from canonical.can_sections"
        " order by section_key",
    )
    assert found == [(71, "New", False), (72, "Old", True)]


def test_a_handover_to_come_changes_nothing_yet(built: str) -> None:
    found = read(built, "select staff_key, last_name from canonical.can_staff")
    assert found == [(1, "Old")]


def test_a_day_is_enrolled_where_the_record_of_the_day_says_so(built: str) -> None:
    """Whatever two sources tell, day by day, and no enrolment counts a day twice."""
    found: dict[int, list[Span]] = defaultdict(list)
    for student, first, last in read(
        built,
        "select student_key, first_date,"
        " case when is_last_date_assumed then null else last_date end"
        " from canonical.can_enrollments where student_key >= 1000",
    ):
        found[student].append((first, last))
    for student in BY_CHANCE:
        for day in DAYS:
            source = "first" if day < HANDOVER else "second"
            said = any(_holds(span, day) for span in CHANCE[source, student])
            assert sum(_holds(span, day) for span in found[student]) == said, (student, day)


def test_spans_stand_day_by_day_where_the_record_came_back(built: str) -> None:
    found: dict[int, list[Span]] = defaultdict(list)
    for student, first, last in read(
        built,
        "select student_key, begin_date, end_date from canonical.can_program_participations",
    ):
        found[student].append((first, last))
    for student in BY_CHANCE:
        for day in DAYS:
            source = "second" if date(2024, 10, 1) <= day < HANDOVER else "first"
            said = any(_holds(span, day) for span in CHANCE[source, student])
            assert sum(_holds(span, day) for span in found[student]) == said, (student, day)


def programs(url: str, student: int) -> list[tuple[Any, ...]]:
    return read(
        url,
        "select program_type, begin_date::text, end_date::text, source_system"
        f" from canonical.can_program_participations where student_key = {student} order by 2",
    )


def test_a_program_that_both_tell_is_one_participation_whatever_they_keep_it_with(
    built: str,
) -> None:
    """One keeps language programs apart, the other has one list; the record went and came back."""
    assert programs(built, 1) == [("language_instruction", "2023-08-17", None, "first")]


def test_a_program_of_another_kind_is_another_participation(built: str) -> None:
    assert programs(built, 2) == [
        ("special_education", "2023-08-17", "2024-09-30", "first"),
        ("language_instruction", "2024-10-01", "2025-01-05", "second"),
        ("special_education", "2025-01-06", None, "first"),
    ]


def test_a_program_that_a_student_exited_before_the_handover_does_not_go_on(built: str) -> None:
    assert programs(built, 3) == [
        ("special_education", "2023-08-17", "2024-09-10", "first"),
        ("special_education", "2024-10-01", "2025-01-05", "second"),
    ]


def test_days_that_meet_over_a_handover_are_one_enrolment(built: str) -> None:
    found = read(
        built,
        "select count(*) from canonical.can_enrollments as ended"
        " inner join canonical.can_enrollments as begun"
        " on begun.student_key = ended.student_key and begun.first_date = '2025-01-06'"
        " where ended.last_date = '2025-01-05' and ended.student_key >= 1000",
    )
    assert found == [(0,)]


def _holds(span: Span, day: date) -> bool:
    return span[0] <= day and (span[1] is None or day <= span[1])


def test_the_seed_knows_the_groups_of_the_rules() -> None:
    said = yaml.safe_load((PROJECT / "seeds/policy/_policy__seeds.yml").read_text("utf-8"))
    [seed] = [seed for seed in said["seeds"] if seed["name"] == "system_of_record"]
    [column] = [one for one in seed["columns"] if one["name"] == "entity_group"]
    known = column["data_tests"][0]["accepted_values"]["arguments"]["values"]
    rules = (PROJECT / "macros/canonical/record_rules.sql").read_text("utf-8")
    assert set(known) == set(re.findall(r"'group': '([a-z*]+)'", rules))


def test_a_group_without_a_record_stops_the_build_before_any_canonical_model(
    database_url: str, tmp_path: Path
) -> None:
    give(database_url, {})
    only = [row for row in RECORD if row["entity_group"] == "programs"]
    project = write_project(tmp_path / "project", only)
    said = build(project, database_url, AS_OF, "system_of_record", "idn_periods_of_record+1")
    assert "rows without source_system" in said
    assert read(database_url, "select 1 from pg_tables where schemaname = 'canonical'") == []
