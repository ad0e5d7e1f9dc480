"""What two student information systems tell of one district that changes from one to the other.

`first` is the system of record up to 2025-01-05 and `second` from 2025-01-06 on; both go on
telling, also of days that are not theirs. Programs went to the second one and came back.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from bench.two_sources import SOURCES

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


def in_program(student: int, code: str, first: str, **more: Any) -> dict[str, Any]:
    # a source numbers it by itself
    key = student * 10 + len(code)
    return {"participation_key": key, "student_key": student, "education_organization_id": "1",
            "program_name": "Ours", "program_type_code": code, "begin_date": first,
            **more}  # fmt: skip


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
    # kinds that this system keeps each for itself, and the other with all programs
    "language_instruction_participations": [in_program(1, "esl", "2023-08-17")],
    "special_education_participations": [
        in_program(2, "iep", "2023-08-17"),
        in_program(3, "iep", "2023-08-17", exit_date="2024-09-10"),
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
    "program_participations": [
        in_program(1, "bilingual", "2024-08-15"), in_program(2, "esl", "2024-08-15"),
        in_program(3, "special education", "2024-08-15"),
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
