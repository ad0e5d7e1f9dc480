"""The district, its schools, their sessions, grading periods and calendars."""

from __future__ import annotations

import orjson

from demo.shapes.edfi import Row, descriptor
from demo.synthetic import kinds
from demo.synthetic.school_year import PERIOD_CODES, PERIODS, SchoolYear, school_year
from demo.synthetic.settings import (
    ELEMENTARY,
    GRADES,
    HIGH,
    LEA,
    MIDDLE,
    SCHOOLS,
    YEARS,
    school_id,
    school_name,
)
from demo.synthetic.sink import Sink, record_id


def text(row: Row) -> str:
    return orjson.dumps(row).decode()


def session_names(place: int, year: SchoolYear) -> tuple[str, ...]:
    """High schools have two semesters, the others one session a year."""
    if place == HIGH:
        return (f"{year.label} Fall Semester", f"{year.label} Spring Semester")
    return (f"{year.label} School Year",)


def session_of(place: int, quarter: int) -> int:
    """The session (0 or 1) of a quarter within its year."""
    return quarter // 2 if place == HIGH else 0


def grades_of(place: int) -> range:
    return range(6) if place in ELEMENTARY else range(6, 9) if place in MIDDLE else range(9, 13)


def write(sink: Sink, block: int) -> None:
    """Everything that is there before the first student; known from the start."""
    agency = {"localEducationAgencyId": LEA}
    if block == 0:
        category = descriptor("LocalEducationAgencyCategory", "Independent")
        row = {
            "id": record_id(kinds.AGENCY, LEA),
            **agency,
            "nameOfInstitution": "Sample Maple Valley School District",
            "localEducationAgencyCategoryDescriptor": category,
        }
        sink.put("localEducationAgencies", 0, text(row))
    for place in range(SCHOOLS):
        number = school_id(block, place)
        kind = school_name(block, place).split()[2] + " School"
        levels = [
            {"gradeLevelDescriptor": descriptor("GradeLevel", GRADES[g])} for g in grades_of(place)
        ]
        row = {
            "id": record_id(kinds.SCHOOL, number),
            "schoolId": number,
            "nameOfInstitution": school_name(block, place),
            "localEducationAgencyReference": agency,
            "schoolCategories": [{"schoolCategoryDescriptor": descriptor("SchoolCategory", kind)}],
            "gradeLevels": levels,
        }
        sink.put("schools", 0, text(row))
        for spring in YEARS:
            _year(sink, number, place, school_year(spring))


def _year(sink: Sink, number: int, place: int, year: SchoolYear) -> None:
    here = {
        "schoolReference": {"schoolId": number},
        "schoolYearTypeReference": {"schoolYear": year.spring},
    }
    names = session_names(place, year)
    for n, name in enumerate(names):
        first, last = (0, 3) if len(names) == 1 else (2 * n, 2 * n + 1)
        begin, end = year.periods[first][0], year.periods[last][1]
        term = "Year Round" if len(names) == 1 else name.removeprefix(f"{year.label} ")
        row: Row = {
            "id": record_id(kinds.SESSION, number, year.spring, n),
            "sessionName": name,
            **here,
            "beginDate": begin.isoformat(),
            "endDate": end.isoformat(),
            "termDescriptor": descriptor("Term", term),
            "totalInstructionalDays": sum(begin <= day <= end for day in year.days),
        }
        sink.put("sessions", 0, text(row))
    for n, (begin, end) in enumerate(year.periods):
        row = {
            "id": record_id(kinds.PERIOD, number, year.spring, n),
            "gradingPeriodDescriptor": descriptor("GradingPeriod", PERIOD_CODES[n]),
            "gradingPeriodName": PERIODS[n],
            **here,
            "beginDate": begin.isoformat(),
            "endDate": end.isoformat(),
            "periodSequence": n + 1,
            "totalInstructionalDays": sum(begin <= day <= end for day in year.days),
        }
        sink.put("gradingPeriods", 0, text(row))
    row = {
        "id": record_id(kinds.CALENDAR, number, year.spring),
        "calendarCode": str(number),
        **here,
        "calendarTypeDescriptor": descriptor("CalendarType", "School"),
    }
    sink.put("calendars", 0, text(row))
    calendar = {"calendarCode": str(number), "schoolId": number, "schoolYear": year.spring}
    held = [(day, "Instructional day") for day in year.days]
    for day, event in [*held, *year.closed]:
        row = {
            "id": record_id(kinds.CALENDAR_DATE, number, day.toordinal()),
            "calendarEvents": [{"calendarEventDescriptor": descriptor("CalendarEvent", event)}],
            "calendarReference": calendar,
            "date": day.isoformat(),
        }
        sink.put("calendarDates", 0, text(row))
