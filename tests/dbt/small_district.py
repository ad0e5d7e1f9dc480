"""A district small enough to be computed by hand, as an Ed-Fi API would give it.

`raw_records.write` fills schema raw with them. Each function below gives records of one entity, as
(entity, payload); what they mean for a student stands in the table of judged_students.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

Record = tuple[str, dict[str, Any]]

YEAR = 2027
FIRST_DAY = date(2026, 8, 24)  # a Monday
LAST_DAY = date(2027, 5, 28)
HIGH, LOWER = 1, 2
BY_CLASS = 3  # takes attendance in its classes only
HIDDEN = 4  # so does this one, but for one stray daily event
STOPPED = 5  # took attendance by the day, and has sent none for three weeks
SILENT = 6  # has sent no attendance yet this year
PLACES = {HIGH: "High", LOWER: "Lower"}
Q1, Q2 = "Quarter 1", "Quarter 2"
T1, T2 = "Trimester 1", "Trimester 2"
PERIODS = (
    (HIGH, Q1, 1, "2026-08-24", "2026-10-23"),
    (HIGH, Q2, 2, "2026-10-26", "2027-01-15"),
    (LOWER, T1, 1, "2026-08-24", "2026-11-06"),
    (LOWER, T2, 2, "2026-11-09", "2027-03-05"),
    (BY_CLASS, Q1, 1, "2026-08-24", "2026-10-23"),
    (BY_CLASS, Q2, 2, "2026-10-26", "2027-01-15"),
)
COURSES = ("MATH", "ENGLISH", "ART")


def code(kind: str, name: str) -> str:
    """A descriptor as the API spells it; a name with a namespace is one already."""
    return name if "#" in name else f"uri://ed-fi.org/{kind}Descriptor#{name}"


def school_day(number: int) -> str:
    """The date of the n-th day of school, every weekday from FIRST_DAY on: day 60 is 2026-11-13."""
    weeks, weekday = divmod(number - 1, 5)
    return (FIRST_DAY + timedelta(days=7 * weeks + weekday)).isoformat()


def student(number: str) -> Record:
    names = {"firstName": f"First{number}", "lastSurname": f"Last{number}"}
    return "students", {"studentUniqueId": number, "birthDate": "2012-01-01", **names}


def enrolled(
    number: str,
    school: int,
    grade: str,
    entry: str = "2026-08-24",
    *,
    last: str | None = None,
    primary: bool | None = None,
    calendar: str | None = None,
) -> Record:
    """An enrolment; the exit date is the last day in."""
    named = {"calendarCode": calendar, "schoolId": school, "schoolYear": YEAR} if calendar else None
    optional = {
        "exitWithdrawDate": last,
        "primarySchool": primary,
        "calendarReference": named,
    }
    payload = {
        "studentReference": {"studentUniqueId": number},
        "schoolReference": {"schoolId": school},
        "entryDate": entry,
        "entryGradeLevelDescriptor": code("GradeLevel", grade),
        **{name: value for name, value in optional.items() if value is not None},
    }
    return "student_school_associations", payload


def event(number: str, school: int, day: str, category: str, share: float | None = None) -> Record:
    payload: dict[str, Any] = {
        "studentReference": {"studentUniqueId": number},
        "schoolReference": {"schoolId": school},
        "sessionReference": {"schoolId": school, "schoolYear": YEAR, "sessionName": "Year"},
        "eventDate": day,
        "attendanceEventCategoryDescriptor": code("AttendanceEventCategory", category),
    }
    return "student_school_attendance_events", payload | ({"eventDuration": share} if share else {})


def absent(number: str, school: int, days: Iterable[int]) -> list[Record]:
    """Whole days, excused and unexcused in turn: both count."""
    kinds = ("Excused Absence", "Unexcused Absence")
    return [event(number, school, school_day(day), kinds[day % 2]) for day in days]


def mark(
    number: str,
    school: int,
    period: str,
    course: str,
    letter: str | None,
    *,
    value: float | None = None,
    kind: str = "Grading Period",
    section: int = 1,
) -> Record:
    """A letter, a number (`value`) or both."""
    given = {"letterGradeEarned": letter, "numericGradeEarned": value}
    payload = {
        "studentSectionAssociationReference": {
            "studentUniqueId": number,
            "schoolId": school,
            "schoolYear": YEAR,
            "sessionName": "Year",
            "localCourseCode": course,
            "sectionIdentifier": f"{course}-{section}",
            "beginDate": "2026-08-24",
        },
        "gradingPeriodReference": {
            "schoolId": school,
            "schoolYear": YEAR,
            "gradingPeriodName": period,
            "gradingPeriodDescriptor": code("GradingPeriod", "First Nine Weeks"),
        },
        "gradeTypeDescriptor": code("GradeType", kind),
        **{name: said for name, said in given.items() if said is not None},
    }
    return "grades", payload


def assessed(number: str, subject: str, day: str, percentile: str | None, **more: Any) -> Record:
    score = {"assessmentReportingMethodDescriptor": code("AssessmentReportingMethod", "Percentile")}
    payload = {
        "studentAssessmentIdentifier": f"{number}-{subject}-{day}",
        "studentReference": {"studentUniqueId": number},
        "assessmentReference": {"assessmentIdentifier": subject, "namespace": "uri://test"},
        "administrationDate": f"{day}T00:00:00Z",
        "scoreResults": [score | {"result": percentile}] if percentile else [],
    }
    return "student_assessments", payload | more


def starred(number: str, subject: str, day: str, percentile: str, growth: str) -> Record:
    """A Star test, which brings a growth percentile; the student's number is the district's."""
    return "star__results", {
        "_product": subject,
        "assessment_id": f"{number}-{subject}-{day}-{percentile}",
        "student_identifier": number,
        "birth_date": "2012-01-01",
        "completed_date_local": f"{day}T09:00:00",
        "scaled_score": "800",
        "percentile_rank": percentile,
        "current_sgp": growth,
    }


def incident(
    number: str, school: int, name: str, day: str, part: str | None = "Perpetrator"
) -> list[Record]:
    participation = code("DisciplineIncidentParticipationCode", part or "")
    codes = [{"disciplineIncidentParticipationCodeDescriptor": participation}] if part else []
    # as a host that compares without case may spell it
    reference = {"incidentIdentifier": name.upper(), "schoolId": school}
    return [
        (
            "discipline_incidents",
            {
                "incidentIdentifier": name,
                "schoolReference": {"schoolId": school},
                "incidentDate": day,
            },
        ),
        (
            "student_discipline_incident_behavior_associations",
            {
                "studentReference": {"studentUniqueId": number},
                "disciplineIncidentReference": reference,
                "behaviorDescriptor": code("Behavior", "Other"),
                "disciplineIncidentParticipationCodes": codes,
            },
        ),
    ]


def action(number: str, school: int, name: str, day: str, kind: str) -> Record:
    payload = {
        "studentReference": {"studentUniqueId": number},
        "responsibilitySchoolReference": {"schoolId": school},
        "disciplineActionIdentifier": name,
        "disciplineDate": day,
        "disciplines": [{"disciplineDescriptor": code("Discipline", kind)}],
    }
    return "discipline_actions", payload


def schools(places: Mapping[int, str] = PLACES) -> list[Record]:
    """Schools with full calendars to the end of the year, periods, courses and sections."""
    records: list[Record] = []
    for school, name in places.items():
        here = {"schoolReference": {"schoolId": school}}
        year = {"schoolYearTypeReference": {"schoolYear": YEAR}}
        session = {"schoolId": school, "schoolYear": YEAR, "sessionName": "Year"}
        calendar = {"calendarCode": name, "schoolId": school, "schoolYear": YEAR}
        kind = {"calendarTypeDescriptor": code("CalendarType", "School")}
        records += [
            ("schools", {"schoolId": school, "nameOfInstitution": name}),
            ("calendars", {"calendarCode": name, **here, **year, **kind}),
        ]
        for offset in range((LAST_DAY - FIRST_DAY).days + 1):
            day = FIRST_DAY + timedelta(days=offset)
            held = "Instructional day" if day.weekday() < 5 else "Holiday"
            events = [{"calendarEventDescriptor": code("CalendarEvent", held)}]
            dated = {"calendarReference": calendar, "date": day.isoformat()}
            records.append(("calendar_dates", dated | {"calendarEvents": events}))
        for course in COURSES:
            reference = {"courseCode": course, "educationOrganizationId": school}
            offering = {"localCourseCode": course, **session}
            organization = {"educationOrganizationReference": {"educationOrganizationId": school}}
            records += [
                ("courses", {"courseCode": course, "courseTitle": course, **organization}),
                (
                    "course_offerings",
                    {
                        "localCourseCode": course,
                        "courseReference": reference,
                        "sessionReference": session,
                        **here,
                    },
                ),
                (
                    "sections",
                    {
                        "sectionIdentifier": f"{course}-1",
                        "courseOfferingReference": offering,
                        "availableCredits": 0.5 if course == "ART" else 1.0,
                    },
                ),
            ]
    for school, period, number, begin, end in PERIODS:
        if school not in places:
            continue
        records.append(
            (
                "grading_periods",
                {
                    "gradingPeriodName": period,
                    "gradingPeriodDescriptor": code("GradingPeriod", "First Nine Weeks"),
                    "schoolReference": {"schoolId": school},
                    "schoolYearTypeReference": {"schoolYear": YEAR},
                    "periodSequence": number,
                    "beginDate": begin,
                    "endDate": end,
                },
            )
        )
    for subject in ("Mathematics", "Reading"):
        records.append(
            (
                "assessments",
                {
                    "assessmentIdentifier": subject,
                    "namespace": "uri://test",
                    "assessmentTitle": f"{subject} test",
                    "academicSubjects": [
                        {"academicSubjectDescriptor": code("AcademicSubject", subject)}
                    ],
                },
            )
        )
    return records


def session(school: int, name: str, begin: str, end: str) -> Record:
    payload = {
        "schoolReference": {"schoolId": school},
        "schoolYearTypeReference": {"schoolYear": YEAR},
        "sessionName": name,
        "beginDate": begin,
        "endDate": end,
    }
    return "sessions", payload


def taught(
    number: str,
    school: int,
    course: str,
    begin: str,
    *,
    last: str | None = None,
    session: str = "Year",
    homeroom: bool | None = None,
) -> Record:
    """A student in a section, from its begin to its last day."""
    optional = {"endDate": last, "homeroomIndicator": homeroom}
    payload = {
        "studentReference": {"studentUniqueId": number},
        "sectionReference": _section(school, course, session),
        "beginDate": begin,
        **{name: value for name, value in optional.items() if value is not None},
    }
    return "student_section_associations", payload


def missed(
    number: str,
    school: int,
    course: str,
    days: Iterable[int],
    category: str = "Unexcused Absence",
    *,
    session: str = "Year",
) -> list[Record]:
    """Events of one class, one on each of the days."""
    return [
        (
            "student_section_attendance_events",
            {
                "studentReference": {"studentUniqueId": number},
                "sectionReference": _section(school, course, session),
                "eventDate": school_day(day),
                "attendanceEventCategoryDescriptor": code("AttendanceEventCategory", category),
            },
        )
        for day in days
    ]


def _section(school: int, course: str, session: str) -> dict[str, Any]:
    return {
        "schoolId": school,
        "schoolYear": YEAR,
        "sessionName": session,
        "localCourseCode": course,
        "sectionIdentifier": f"{course}-1",
    }


def in_program(number: str, kind: str, begin: str, *, name: str) -> Record:
    """A student in a program; `kind` stands in the name of its resource."""
    payload = {
        "studentReference": {"studentUniqueId": number},
        "educationOrganizationReference": {"educationOrganizationId": HIGH},
        "programReference": {
            "educationOrganizationId": HIGH,
            "programName": name,
            "programTypeDescriptor": code("ProgramType", kind),
        },
        "beginDate": begin,
    }
    return f"student_{kind}_program_associations", payload


def a_year_earlier(record: Record) -> Record:
    """The same record of the school year before: every date 52 weeks earlier, so on its weekday."""
    entity, payload = record
    earlier: dict[str, Any] = _earlier(payload)
    return entity, earlier


def _earlier(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _earlier(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_earlier(part) for part in value]
    if value == YEAR:
        return YEAR - 1
    if isinstance(value, str) and (found := re.fullmatch(r"(20\d\d-\d\d-\d\d)(T.*)?", value)):
        day = date.fromisoformat(found[1]) - timedelta(weeks=52)
        return day.isoformat() + (found[2] or "")
    return value
