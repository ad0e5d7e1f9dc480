"""Schools, students, enrolments, calendars and staff of the invented district."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from demo.standin.shapes import (
    LEA,
    YEAR,
    Row,
    descriptor,
    district,
    school,
    session,
    student,
    student_id,
)

FIRST_DAY, LAST_DAY = date(2021, 8, 23), date(2022, 5, 27)
FALL, SPRING = "2021-2022 Fall Semester", "2021-2022 Spring Semester"
HIGH, MIDDLE, ELEMENTARY = 990001001, 990001044, 990001107
# School -> (name, category, grades). The elementary school sends neither calendar nor marks.
SCHOOLS = {
    HIGH: ("Sample High School", "High School", ("Ninth", "Tenth", "Eleventh", "Twelfth")),
    MIDDLE: ("Sample Middle School", "Middle School", ("Sixth", "Seventh", "Eighth")),
    ELEMENTARY: ("Sample Elementary School", "Elementary School", ("Third", "Fourth", "Fifth")),
}
FIRST_NAMES = ("Test-Ada", "Test-Ben", "Test-Cleo", "Test-Dan", "Test-Eve", "Test-Finn")
PERIODS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")


@dataclass(frozen=True, slots=True)
class Pupil:
    """One invented student. `trouble` from 0 to 1 drives absences, marks and incidents."""

    number: int
    school_id: int
    grade: str
    trouble: float
    is_enrolled: bool

    @property
    def born(self) -> date:
        return date(2004, 1, 1) + timedelta(days=37 * self.number % 3000)

    @property
    def names(self) -> tuple[str, str]:
        return FIRST_NAMES[self.number % len(FIRST_NAMES)], f"Sample-{self.number:04d}"


def pupils(count: int, dice: random.Random) -> list[Pupil]:
    """The students, spread over schools and grades; one in twenty has no enrolment."""
    found = []
    for number in range(1, count + 1):
        school_id = dice.choice(list(SCHOOLS))
        grade = dice.choice(SCHOOLS[school_id][2])
        trouble = dice.random() ** 3
        found.append(Pupil(number, school_id, grade, trouble, number % 20 != 0))
    return found


def school_days() -> list[date]:
    """Weekdays of the year without three weeks of holidays."""
    holidays = [(date(2021, 11, 22), 5), (date(2021, 12, 20), 12), (date(2022, 3, 14), 5)]
    closed = {start + timedelta(days=i) for start, days in holidays for i in range(days)}
    every = (FIRST_DAY + timedelta(days=i) for i in range((LAST_DAY - FIRST_DAY).days + 1))
    return [day for day in every if day.weekday() < 5 and day not in closed]


def periods() -> list[tuple[str, date, date]]:
    """Six grading periods: name, begin, end."""
    days = school_days()
    size = len(days) // len(PERIODS)
    cuts = [days[i * size : (i + 1) * size] for i in range(len(PERIODS))]
    cuts[-1] += days[size * len(PERIODS) :]
    return [(f"{name} Six Weeks", cut[0], cut[-1]) for name, cut in zip(PERIODS, cuts, strict=True)]


def organisations() -> Iterator[tuple[str, Row]]:
    """The district, its schools, sessions, grading periods and calendars."""
    category = descriptor("LocalEducationAgencyCategory", "Independent")
    yield (
        "localEducationAgencies",
        {
            "localEducationAgencyId": LEA,
            "nameOfInstitution": "Sample ISD",
            "localEducationAgencyCategoryDescriptor": category,
        },
    )
    for school_id, (name, kind, grades) in SCHOOLS.items():
        yield (
            "schools",
            {
                "schoolId": school_id,
                "nameOfInstitution": name,
                "localEducationAgencyReference": {"localEducationAgencyId": LEA},
                "schoolCategories": [
                    {"schoolCategoryDescriptor": descriptor("SchoolCategory", kind)}
                ],
                "gradeLevels": [
                    {"gradeLevelDescriptor": descriptor("GradeLevel", f"{g} grade")} for g in grades
                ],
            },
        )
        yield from _year(school_id)
        if school_id != ELEMENTARY:
            yield from _calendar(school_id)


def _year(school_id: int) -> Iterator[tuple[str, Row]]:
    found = periods()
    for name, part in ((FALL, found[:3]), (SPRING, found[3:])):
        yield (
            "sessions",
            {
                "sessionName": name,
                "schoolReference": school(school_id),
                "schoolYearTypeReference": {"schoolYear": YEAR},
                "beginDate": part[0][1].isoformat(),
                "endDate": part[-1][2].isoformat(),
                "termDescriptor": descriptor("Term", name.removeprefix("2021-2022 ")),
                "totalInstructionalDays": 85,
            },
        )
    for sequence, (name, begin, end) in enumerate(found, 1):
        yield (
            "gradingPeriods",
            {
                "gradingPeriodDescriptor": descriptor("GradingPeriod", name),
                "gradingPeriodName": name,
                "schoolReference": school(school_id),
                "schoolYearTypeReference": {"schoolYear": YEAR},
                "beginDate": begin.isoformat(),
                "endDate": end.isoformat(),
                "periodSequence": sequence,
                "totalInstructionalDays": 28,
            },
        )


def _calendar(school_id: int) -> Iterator[tuple[str, Row]]:
    code = str(school_id)
    yield (
        "calendars",
        {
            "calendarCode": code,
            "schoolReference": school(school_id),
            "schoolYearTypeReference": {"schoolYear": YEAR},
            "calendarTypeDescriptor": descriptor("CalendarType", "School"),
        },
    )
    event = {"calendarEventDescriptor": descriptor("CalendarEvent", "Instructional day")}
    for day in school_days():
        yield "calendarDates", {
            "calendarEvents": [event],
            "date": day.isoformat(),
            "calendarReference": {
                "calendarCode": code, "schoolId": school_id, "schoolYear": YEAR,
            },
        }  # fmt: skip


def students(found: list[Pupil]) -> Iterator[tuple[str, Row]]:
    """Students, their demographics and enrolments."""
    for pupil in found:
        first, last = pupil.names
        yield (
            "students",
            {
                "studentUniqueId": student_id(pupil.number),
                "birthDate": pupil.born.isoformat(),
                "firstName": first,
                "lastSurname": last,
            },
        )
        sex = "Female" if pupil.number % 2 else "Male"
        yield (
            "studentEducationOrganizationAssociations",
            {
                "educationOrganizationReference": district(),
                "studentReference": student(pupil.number),
                "sexDescriptor": descriptor("Sex", sex),
            },
        )
        if pupil.is_enrolled:
            yield (
                "studentSchoolAssociations",
                {
                    "entryDate": FIRST_DAY.isoformat(),
                    "schoolReference": school(pupil.school_id),
                    "studentReference": student(pupil.number),
                    "entryGradeLevelDescriptor": descriptor("GradeLevel", f"{pupil.grade} grade"),
                    "primarySchool": True,
                },
            )


def attendance(found: list[Pupil], dice: random.Random) -> Iterator[tuple[str, Row]]:
    """Absences and tardies, by exception; the last day has one, so that it counts as submitted."""
    days = school_days()
    for pupil in found:
        missed = round(len(days) * 0.3 * pupil.trouble)
        for day in sorted(dice.sample(days, min(missed, len(days)))):
            code = dice.choice(("Excused Absence", "Unexcused Absence", "Tardy"))
            yield "studentSchoolAttendanceEvents", _event(pupil, day, code)
    for school_id in SCHOOLS:
        first = next(p for p in found if p.school_id == school_id and p.trouble < 0.01)
        yield "studentSchoolAttendanceEvents", _event(first, days[-1], "Tardy")


def _event(pupil: Pupil, day: date, code: str) -> Row:
    name = FALL if day < periods()[3][1] else SPRING
    return {
        "attendanceEventCategoryDescriptor": descriptor("AttendanceEventCategory", code),
        "eventDate": day.isoformat(),
        "schoolReference": school(pupil.school_id),
        "sessionReference": session(pupil.school_id, name),
        "studentReference": student(pupil.number),
        "eventDuration": 1.0,
    }
