"""A district changes its SIS in the middle of a year: what of which source counts, told by hand.

`first` is the system of record up to 2025-01-05 and `second` from 2025-01-06 on; both go on
telling, also of days that are not theirs. Programs went to the second one and came back.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import copied
from tests.dbt.two_sources import SOURCES, build, give, read, write_project
from tests.parsed_project import PROJECT

HANDOVER = date(2025, 1, 6)
AS_OF = "2025-02-03"
RECORD = [
    {"district_code": "grand_bend", "entity_group": group, "source_system": source,
     "valid_from": start, "valid_to": end}
    for group, source, start, end in (
        ("*", "first", "2000-07-01", "2025-01-05"),
        ("*", "second", "2025-01-06", ""),
        ("programs", "first", "2000-07-01", "2024-09-30"),
        ("programs", "second", "2024-10-01", "2025-01-05"),
        ("programs", "first", "2025-01-06", ""),
        # a handover that is still to come
        ("staff", "first", "2000-07-01", "2025-07-31"),
        ("staff", "second", "2025-08-01", ""),
    )
]  # fmt: skip
YEAR = {"school_year": 2025}
Q1, Q2 = ("2024-08-15", "2024-10-18"), ("2024-10-21", "2025-01-17")


def enrolled(student: int, first: str, last: str | None = None, **more: Any) -> dict[str, Any]:
    # as staging makes it: of student, school and first day
    key = student * 10_000_000 + int(first.replace("-", "")[1:])
    return {"enrollment_key": key, "student_key": student, "school_key": 10, "first_date": first,
            "last_date": last, "calendar_code": "A", **YEAR, **more}  # fmt: skip


def absent(key: int, student: int, day: str) -> dict[str, Any]:
    return {"attendance_event_key": key, "student_key": student, "school_key": 10,
            "event_date": day, "category_code": "unexcused absence"}  # fmt: skip


def in_class(student: int, section: int, first: str, last: str | None) -> dict[str, Any]:
    return {"student_key": student, "section_key": section, "school_key": 10,
            "begin_date": first, "end_date": last, **YEAR}  # fmt: skip


def mark(period: int, letter: str, record: str) -> dict[str, Any]:
    return {"_record_key": record, "student_key": 1, "section_key": 71,
            "grading_period_key": period, "period_school_id": "10", "letter_grade": letter,
            "period_school_year": 2025, "grade_type_code": "grading period"}  # fmt: skip


def period(key: int, name: str, days: tuple[str, str]) -> dict[str, Any]:
    return {"grading_period_key": key, "school_key": 10, "grading_period_name": name,
            "grading_period_label": name, "begin_date": days[0], "end_date": days[1],
            **YEAR}  # fmt: skip


def incident(student: int, day: str) -> dict[str, dict[str, Any]]:
    """Incident number 1: every system counts from one."""
    return {
        "discipline_incidents": {"incident_key": 1, "incident_date": day},
        "student_incident_behaviors": {"student_key": student, "incident_key": 1, "school_key": 10,
                                       "incident_id": "1"},
    }  # fmt: skip


FIRST: dict[str, list[dict[str, Any]]] = {
    "students": [
        {"student_key": number, "student_id": str(number), "last_name": "Old"}
        for number in (1, 2, 4, 5, 6)
    ],
    "enrollments": [
        enrolled(1, "2024-08-15", enrollment_type_code="new"),
        enrolled(2, "2024-08-15", "2024-10-31"),
        enrolled(4, "2024-08-15"),
        enrolled(5, "2024-08-15", "2024-11-30"),
        enrolled(6, "2024-08-15", "2025-06-05"),
        # never came
        enrolled(8, "2024-08-15", "2024-08-14"),
    ],
    "attendance_events": [
        absent(1, 1, "2024-11-04"), absent(2, 1, "2025-01-05"), absent(3, 1, "2025-01-06"),
        absent(4, 2, "2024-09-09"),
    ],
    "section_enrollments": [
        in_class(1, 71, "2024-08-15", None), in_class(1, 72, "2024-08-15", "2024-12-20"),
    ],
    "grading_periods": [period(1, "first quarter", Q1), period(2, "second quarter", Q2)],
    "marks": [mark(1, "A", "1"), mark(2, "B", "2")],
    "calendar_dates": [
        {"school_key": 10, "calendar_code": "A", "calendar_date": day,
         "calendar_event_code": "instructional day", **YEAR}
        for day in ("2024-11-04", "2025-01-05", "2025-01-06")
    ],
    "student_identifiers": [
        {"student_key": 1, "identification_system_code": "local", "identification_code": "old-1"}
    ],
    "older_student_identifiers": [
        {"student_key": 1, "identification_system_code": "state", "identification_code": "s-1"}
    ],
    "student_demographics": [
        {"student_key": 1, "education_organization_id": "1", "sex_code": "said by first"},
        {"student_key": 2, "education_organization_id": "1", "sex_code": "said by first"},
    ],
    "sections": [{"section_key": 71, "local_course_key": 81, "section_name": "Old"},
                 {"section_key": 72, "local_course_key": 81, "section_name": "Old"}],
    "section_levels": [{"section_key": 71, "level_code": "honors"},
                       {"section_key": 72, "level_code": "honors"}],
    "staff": [{"staff_key": 1, "staff_id": "1", "last_name": "Old"}],
    "discipline_actions": [
        {"student_key": 1, "school_key": 10, "action_id": "1", "action_date": "2024-11-05"},
        {"student_key": 1, "school_key": 10, "action_id": "2", "action_date": "2025-01-08"},
    ],
    **{entity: [row] for entity, row in incident(2, "2024-09-10").items()},
}  # fmt: skip
SECOND: dict[str, list[dict[str, Any]]] = {
    "students": [
        {"student_key": number, "student_id": str(number), "last_name": "New"}
        for number in (1, 3, 4, 5, 7)
    ],
    "enrollments": [
        enrolled(1, "2024-08-15", "2025-06-06", enrollment_type_code="moved in"),
        # the second system knows no day before its first
        enrolled(4, "2025-01-06", "2025-06-06", calendar_code="B"),
        # closed by the first system, never by the second
        enrolled(5, "2024-08-15", "2025-06-06"),
        enrolled(3, "2025-01-20", "2025-06-06"),
        enrolled(7, "2024-08-15", "2025-06-06"),
    ],
    "attendance_events": [
        absent(11, 1, "2024-11-04"), absent(12, 1, "2025-01-06"), absent(13, 3, "2025-01-21"),
    ],
    "section_enrollments": [
        in_class(1, 71, "2024-08-20", "2025-06-06"), in_class(1, 73, "2025-01-06", "2025-06-06"),
    ],
    "grading_periods": [period(3, "Q1", Q1), period(4, "Q2", Q2)],
    "marks": [mark(3, "C", "1"), mark(4, "D", "2")],
    "calendar_dates": [
        {"school_key": 10, "calendar_code": "B", "calendar_date": day,
         "calendar_event_code": "instructional day", **YEAR}
        for day in ("2024-11-04", "2025-01-06", "2025-01-07")
    ],
    "student_identifiers": [
        {"student_key": 1, "identification_system_code": "local", "identification_code": "new-1"},
        {"student_key": 1, "identification_system_code": "state", "identification_code": "s-1"},
    ],
    # ids and demographics in the other record of the two that a source may have
    "older_student_demographics": [
        {"student_key": 1, "education_organization_id": "1", "sex_code": "said by second"},
    ],
    "sections": [{"section_key": 71, "local_course_key": 81, "section_name": "New"}],
    "staff": [{"staff_key": 1, "staff_id": "1", "last_name": "New"},
              {"staff_key": 2, "staff_id": "2", "last_name": "New"}],
    "discipline_actions": [
        {"student_key": 1, "school_key": 10, "action_id": "1", "action_date": "2024-11-05"},
        {"student_key": 1, "school_key": 10, "action_id": "1", "action_date": "2025-01-09"},
    ],
    **{entity: [row] for entity, row in incident(3, "2025-01-22").items()},
}  # fmt: skip

# Students of whom chance says what each source tells; their spans are compared day by day.
BY_CHANCE = range(1000, 1300)
START = date(2024, 8, 1)
DAYS = [START + timedelta(days=n) for n in range(250)]
Span = tuple[date, date | None]


def by_chance() -> dict[tuple[str, int], list[Span]]:
    """By source and student up to three spans that do not overlap, the last of them open or not."""
    luck = random.Random(20250106)
    told: dict[tuple[str, int], list[Span]] = {}
    # days around which things happen, so that spans meet handovers and each other
    near = [date(2024, 10, 1), HANDOVER]
    for source in SOURCES:
        for student in BY_CHANCE:
            turns = sorted(
                luck.choice([*(day + timedelta(days=luck.randint(-2, 2)) for day in near),
                             luck.choice(DAYS)])
                for _ in range(luck.choice([0, 2, 2, 4, 6]))
            )  # fmt: skip
            spans: list[Span] = []
            for first, last in zip(turns[::2], turns[1::2], strict=True):
                if not spans or first > spans[-1][1]:  # type: ignore[operator]
                    spans.append((first, last))
            if spans and luck.random() < 0.4:
                spans[-1] = (spans[-1][0], None)
            told[source, student] = spans
    return told


CHANCE = by_chance()


def rows() -> dict[tuple[str, str], list[dict[str, Any]]]:
    given = {("first", entity): list(told) for entity, told in FIRST.items()}
    given |= {("second", entity): list(told) for entity, told in SECOND.items()}
    for source in SOURCES:
        homeless = given.setdefault((source, "homeless_participations"), [])
        for student in BY_CHANCE:
            for first, last in CHANCE[source, student]:
                end = last.isoformat() if last else None
                told = enrolled(student, first.isoformat(), end)
                given[source, "enrollments"].append(told)
                homeless.append({
                    "participation_key": told["enrollment_key"], "student_key": student,
                    "education_organization_id": "1", "begin_date": first, "end_date": last,
                })  # fmt: skip
    return given


@pytest.fixture(scope="module")
def built(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the canonical models of both sources."""
    with copied(pg_server_url, "template1") as url:
        give(url, rows())
        project = write_project(tmp_path_factory.mktemp("sources") / "project", RECORD)
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
