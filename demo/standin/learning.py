"""Courses, sections, marks and tests of the invented district."""

from __future__ import annotations

import random
from collections.abc import Iterator

from demo.shapes.edfi import score
from demo.standin.people import ELEMENTARY, FALL, FIRST_DAY, SCHOOLS, SPRING, Pupil, periods
from demo.standin.shapes import (
    NAMESPACE,
    YEAR,
    Row,
    descriptor,
    school,
    session,
    student,
)

COURSES = {"MATH": "Mathematics", "ELA": "English Language Arts", "SCI": "Science"}
LETTERS = ("A", "B", "C", "D", "F")
STANDARDS = ("SAMPLE.MATH.1", "SAMPLE.MATH.2", "SAMPLE.ELA.1", "SAMPLE.ELA.2")


def teaching() -> Iterator[tuple[str, Row]]:
    """Courses, offerings, sections and one teacher per school."""
    for index, school_id in enumerate(SCHOOLS, 1):
        staff = {"staffUniqueId": f"9900{index}"}
        yield (
            "staffs",
            {
                **staff,
                "firstName": "Test-Teacher",
                "lastSurname": f"Sample-{index}",
                "electronicMails": [
                    {
                        "electronicMailTypeDescriptor": descriptor("ElectronicMailType", "Work"),
                        "electronicMailAddress": f"teacher{index}@school.example",
                    }
                ],
            },
        )
        yield (
            "staffSchoolAssociations",
            {
                "programAssignmentDescriptor": descriptor("ProgramAssignment", "Regular Education"),
                "schoolReference": school(school_id),
                "staffReference": staff,
            },
        )
        for code, subject in COURSES.items():
            yield from _course(school_id, code, subject, staff)


def _course(school_id: int, code: str, subject: str, staff: Row) -> Iterator[tuple[str, Row]]:
    yield (
        "courses",
        {
            "courseCode": code,
            "courseTitle": subject,
            "educationOrganizationReference": {"educationOrganizationId": school_id},
            "academicSubjects": [
                {"academicSubjectDescriptor": descriptor("AcademicSubject", subject)}
            ],
            "identificationCodes": [
                {
                    "courseIdentificationSystemDescriptor": descriptor(
                        "CourseIdentificationSystem", "LEA course code"
                    ),
                    "identificationCode": code,
                }
            ],
            "numberOfParts": 1,
        },
    )
    for name in (FALL, SPRING):
        yield (
            "courseOfferings",
            {
                "localCourseCode": code,
                "courseReference": {"courseCode": code, "educationOrganizationId": school_id},
                "schoolReference": school(school_id),
                "sessionReference": session(school_id, name),
            },
        )
        yield (
            "sections",
            {
                "sectionIdentifier": f"{school_id}-{code}-{name[10:14].strip()}",
                "courseOfferingReference": {"localCourseCode": code, **session(school_id, name)},
                "availableCredits": 1.0,
            },
        )
        yield (
            "staffSectionAssociations",
            {
                "beginDate": FIRST_DAY.isoformat(),
                "sectionReference": _section(school_id, code, name),
                "staffReference": staff,
                "classroomPositionDescriptor": descriptor("ClassroomPosition", "Teacher of Record"),
            },
        )


def _section(school_id: int, code: str, name: str) -> Row:
    return {
        "localCourseCode": code,
        "sectionIdentifier": f"{school_id}-{code}-{name[10:14].strip()}",
        **session(school_id, name),
    }


def marks(found: list[Pupil], dice: random.Random) -> Iterator[tuple[str, Row]]:
    """Section enrolments and a letter per course and grading period, except at one school."""
    for pupil in found:
        if not pupil.is_enrolled or pupil.school_id == ELEMENTARY:
            continue
        for code in COURSES:
            for name in (FALL, SPRING):
                begin = periods()[0 if name == FALL else 3][1].isoformat()
                yield (
                    "studentSectionAssociations",
                    {
                        "beginDate": begin,
                        "sectionReference": _section(pupil.school_id, code, name),
                        "studentReference": student(pupil.number),
                    },
                )
            for sequence, (period, _, _) in enumerate(periods(), 1):
                name = FALL if sequence <= 3 else SPRING
                begin = periods()[0 if name == FALL else 3][1].isoformat()
                level = pupil.trouble * 4 + dice.uniform(-0.8, 0.8)
                yield (
                    "grades",
                    {
                        "gradeTypeDescriptor": descriptor("GradeType", "Grading Period"),
                        "gradingPeriodReference": {
                            "gradingPeriodDescriptor": descriptor("GradingPeriod", period),
                            "gradingPeriodName": period,
                            "schoolId": pupil.school_id,
                            "schoolYear": YEAR,
                        },
                        "studentSectionAssociationReference": {
                            "beginDate": begin,
                            "studentUniqueId": student(pupil.number)["studentUniqueId"],
                            **_section(pupil.school_id, code, name),
                        },
                        "letterGradeEarned": LETTERS[max(0, min(4, round(level)))],
                    },
                )


def tests(found: list[Pupil], dice: random.Random) -> Iterator[tuple[str, Row]]:
    """Two assessments with objectives, a result with a percentile for most students."""
    for standard in STANDARDS:
        subject = "Mathematics" if "MATH" in standard else "English Language Arts"
        yield (
            "learningStandards",
            {
                "learningStandardId": standard,
                "description": f"A made-up standard of {subject}.",
                "namespace": "uri://firstbell.example/LearningStandard",
                "academicSubjects": [
                    {"academicSubjectDescriptor": descriptor("AcademicSubject", subject)}
                ],
                "gradeLevels": [{"gradeLevelDescriptor": descriptor("GradeLevel", "Sixth grade")}],
            },
        )
    for code, subject in (("MATH", "Mathematics"), ("ELA", "English Language Arts")):
        key = {"assessmentIdentifier": f"Sample {code}", "namespace": NAMESPACE}
        yield (
            "assessments",
            {
                **key,
                "assessmentTitle": f"Sample Benchmark {subject}",
                "academicSubjects": [
                    {"academicSubjectDescriptor": descriptor("AcademicSubject", subject)}
                ],
            },
        )
        yield (
            "objectiveAssessments",
            {
                "identificationCode": f"Sample {code} 1",
                "assessmentReference": key,
                "learningStandards": [
                    {"learningStandardReference": {"learningStandardId": f"SAMPLE.{code}.1"}}
                ],
            },
        )
        for pupil in found:
            if pupil.number % 4:
                yield "studentAssessments", _result(pupil, code, key, dice)


def _result(pupil: Pupil, code: str, key: Row, dice: random.Random) -> Row:
    percentile = max(1, min(99, round(85 - 80 * pupil.trouble + dice.uniform(-10, 10))))
    scores = [score("Percentile", percentile), score("Scale score", 400 + 4 * percentile)]
    objective = {
        "objectiveAssessmentReference": {"identificationCode": f"Sample {code} 1", **key},
        "scoreResults": [score("Raw score", percentile // 10)],
    }
    return {
        "studentAssessmentIdentifier": f"sample-{code}-{pupil.number:04d}",
        "assessmentReference": key,
        "schoolYearTypeReference": {"schoolYear": YEAR},
        "studentReference": student(pupil.number),
        "administrationDate": "2022-04-12T15:00:00Z",
        "scoreResults": scores,
        "studentObjectiveAssessments": [objective] if pupil.number % 3 == 0 else [],
        "whenAssessedGradeLevelDescriptor": descriptor("GradeLevel", f"{pupil.grade} grade"),
    }
