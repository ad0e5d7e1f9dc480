"""Courses, sections, teachers, and who sits in which section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.shapes.edfi import Row, descriptor
from demo.synthetic import kinds
from demo.synthetic.district import Block
from demo.synthetic.organisations import grades_of, session_names, text
from demo.synthetic.school_year import school_year
from demo.synthetic.settings import GRADES, HIGH, LEA, SCHOOLS, YEARS, school_id
from demo.synthetic.sink import Sink, record_id

SECTION_SIZE = 24
# Course of a slot: code, title, subject, credits. Grades 0 to 2 have one course without letters.
HOMEROOM = ("HOME", "Homeroom", "Other")
ELEMENTARY_COURSES = (
    ("MATH", "Mathematics", "Mathematics"),
    ("READ", "Reading", "Reading"),
    ("WRIT", "Writing", "Writing"),
    ("SCI", "Science", "Science"),
    ("SOC", "Social Studies", "Social Studies"),
)
UPPER_COURSES = (
    ("MATH", "Mathematics", "Mathematics"),
    ("ENG", "English Language Arts", "English Language Arts"),
    ("SCI", "Science", "Science"),
    ("SOC", "Social Studies", "Social Studies"),
    ("PE", "Physical Education", "Physical, Health, and Safety Education"),
    ("ART", "Art and Music", "Fine and Performing Arts"),
)


def courses(grade: int) -> tuple[tuple[str, str, str], ...]:
    return (HOMEROOM,) if grade < 3 else ELEMENTARY_COURSES if grade < 6 else UPPER_COURSES


@dataclass(frozen=True, slots=True)
class Spell:
    """One stay of a student at a school in one year; days are indices of the timeline."""

    student: int
    year: int
    place: int
    first: int
    last: int
    grade: int
    is_last_of_year: bool
    moves_on: bool


def spells(block: Block) -> list[Spell]:
    """All stays, by student and time; a move in the year makes two."""
    people, found = block.people, []
    for student, year in zip(*np.nonzero(people.first_day >= 0), strict=True):
        first, last = int(people.first_day[student, year]), int(people.last_day[student, year])
        place, grade = int(people.school[student, year]), int(people.grade[student, year])
        move, then = int(people.move_day[student, year]), int(people.next_school[student, year])
        key = int(student), int(year)
        if then >= 0:
            found.append(Spell(*key, place, first, move - 1, grade, False, True))
            found.append(Spell(*key, then, move, last, grade, True, False))
        else:
            found.append(Spell(*key, place, first, last, grade, True, False))
    return found


def section_counts(block: Block) -> dict[tuple[int, int, int], int]:
    """Sections of each course by year, school and grade."""
    people = block.people
    counts: dict[tuple[int, int, int], int] = {}
    for year in range(len(YEARS)):
        for place in range(SCHOOLS):
            for grade in grades_of(place):
                here = (people.school[:, year] == place) & (people.grade[:, year] == grade)
                here &= people.first_day[:, year] >= 0
                counts[year, place, grade] = max(1, -(-int(here.sum()) // SECTION_SIZE))
    return counts


def code_of(course: str, grade: int) -> str:
    return f"{course}-{grade:02d}"


def section_id(course: str, grade: int, spring: int, part: int) -> str:
    return f"{course}-{grade:02d}-{spring}-{part + 1}"


def staff_number(block: int, place: int, index: int) -> int:
    return 98_000_000 + block * 1000 + place * 150 + index


def write(sink: Sink, block: Block, counts: dict[tuple[int, int, int], int]) -> None:
    """Courses, offerings, sections and staff of all years; known from the start."""
    if block.number == 0:
        _catalogue(sink)
    for place in range(SCHOOLS):
        _leaders(sink, block.number, place)
        for grade in grades_of(place):
            for slot in range(len(courses(grade))):
                for year, spring in enumerate(YEARS):
                    parts = counts[year, place, grade]
                    _sections(sink, block.number, place, (grade, slot), spring=spring, parts=parts)
        most = max(
            _teacher(place, grade, slot, part)
            for year in range(len(YEARS))
            for grade in grades_of(place)
            for slot in range(len(courses(grade)))
            for part in range(counts[year, place, grade])
        )
        for index in range(2, most + 1):
            if _is_teacher(place, index, counts):
                _person(sink, block.number, place, index=index, title="Teacher")


def _teacher(place: int, grade: int, slot: int, part: int) -> int:
    """Who teaches: the class teacher of a K-5 section, else one teacher per course."""
    step = grade - grades_of(place)[0]
    return 2 + (step * 12 + min(part, 11) if grade < 6 else step * 12 + slot * 2 + part % 2)


def _is_teacher(place: int, index: int, counts: dict[tuple[int, int, int], int]) -> bool:
    step, rest = divmod(index - 2, 12)
    grade = grades_of(place)[0] + step
    most = max(counts[year, place, grade] for year in range(len(YEARS)))
    return rest < most if grade < 6 else rest % 2 < most


def _leaders(sink: Sink, block: int, place: int) -> None:
    for index, title in enumerate(("Principal", "Counselor")):
        _person(sink, block, place, index=index, title=title)


def _person(sink: Sink, block: int, place: int, *, index: int, title: str) -> None:
    unique, school = staff_number(block, place, index), school_id(block, place)
    reference = {"staffUniqueId": str(unique)}
    mail = {
        "electronicMailTypeDescriptor": descriptor("ElectronicMailType", "Work"),
        "electronicMailAddress": f"staff{unique}@maple-valley.example",
    }
    row: Row = {
        "id": record_id(kinds.STAFF, unique),
        **reference,
        "firstName": f"Test-{title}-{unique % 1_000_000:05d}",
        "lastSurname": "Sample",
        "electronicMails": [mail],
    }
    sink.put("staffs", 0, text(row))
    row = {
        "id": record_id(kinds.STAFF_SCHOOL, unique),
        "programAssignmentDescriptor": descriptor("ProgramAssignment", "Regular Education"),
        "schoolReference": {"schoolId": school},
        "staffReference": reference,
    }
    sink.put("staffSchoolAssociations", 0, text(row))
    row = {
        "id": record_id(kinds.STAFF_POSITION, unique),
        "beginDate": school_year(YEARS[0]).days[0].isoformat(),
        "staffClassificationDescriptor": descriptor("StaffClassification", title),
        "educationOrganizationReference": {"educationOrganizationId": school},
        "staffReference": reference,
        "positionTitle": title,
    }
    sink.put("staffEducationOrganizationAssignmentAssociations", 0, text(row))


def _catalogue(sink: Sink) -> None:
    """The courses of the district: its schools all teach by one catalogue."""
    for grade in range(len(GRADES)):
        for slot, course in enumerate(courses(grade)):
            _course(sink, grade, slot, course)


def _credits(grade: int) -> float:
    return 0.5 if grade in grades_of(HIGH) else 1.0


def _course(sink: Sink, grade: int, slot: int, course: tuple[str, str, str]) -> None:
    code, title, subject = course
    system = descriptor("CourseIdentificationSystem", "LEA course code")
    row: Row = {
        "id": record_id(kinds.COURSE, LEA, grade, slot),
        "courseCode": code_of(code, grade),
        "courseTitle": f"{title} {grade}" if grade else f"{title} K",
        "educationOrganizationReference": {"educationOrganizationId": LEA},
        "academicSubjects": [{"academicSubjectDescriptor": descriptor("AcademicSubject", subject)}],
        "identificationCodes": [
            {
                "courseIdentificationSystemDescriptor": system,
                "identificationCode": code_of(code, grade),
            }
        ],
        "numberOfParts": 1,
        "maximumAvailableCredits": _credits(grade),
        "courseGPAApplicabilityDescriptor": descriptor("CourseGPAApplicability", "Applicable"),
    }
    sink.put("courses", 0, text(row))


def _sections(
    sink: Sink, block: int, place: int, course_at: tuple[int, int], *, spring: int, parts: int
) -> None:
    grade, slot = course_at
    number, year = school_id(block, place), school_year(spring)
    course = courses(grade)[slot][0]
    code = code_of(course, grade)
    for n, name in enumerate(session_names(place, year)):
        session = {"schoolId": number, "schoolYear": spring, "sessionName": name}
        key = spring * 2 + n
        row: Row = {
            "id": record_id(kinds.OFFERING, number, key, grade * 16 + slot),
            "localCourseCode": code,
            "courseReference": {"courseCode": code, "educationOrganizationId": LEA},
            "schoolReference": {"schoolId": number},
            "sessionReference": session,
        }
        sink.put("courseOfferings", 0, text(row))
        begin = year.periods[2 * n][0].isoformat()
        for part in range(parts):
            section = section_id(course, grade, spring, part)
            place_id = grade * 16 + slot, part
            row = {
                "id": record_id(kinds.SECTION, number, key, *place_id),
                "sectionIdentifier": section,
                "courseOfferingReference": {"localCourseCode": code, **session},
                "availableCredits": _credits(grade),
            }
            sink.put("sections", 0, text(row))
            teacher = staff_number(block, place, _teacher(place, grade, slot, part))
            row = {
                "id": record_id(kinds.STAFF_SECTION, number, key, *place_id),
                "beginDate": begin,
                "sectionReference": {
                    "localCourseCode": code, "sectionIdentifier": section, **session,
                },
                "staffReference": {"staffUniqueId": str(teacher)},
                "classroomPositionDescriptor": descriptor("ClassroomPosition", "Teacher of Record"),
            }  # fmt: skip
            sink.put("staffSectionAssociations", 0, text(row))
