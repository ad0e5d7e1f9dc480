"""Students of the small district whose tests are told by several sources or in several ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.dbt.small_district import LOWER, Record, code, enrolled, starred

STAR_MATH = "STAR-MA"
MAP_MATH = "MAP_Growth_Mathematics"
NUMBERS = ("s41", "s42", "s43", "s44", "s45", "s46")


def records() -> Iterator[Record]:
    """What the sources hold of them; what it means stands in the table of judged_students.py."""
    for number in NUMBERS:
        yield enrolled(number, LOWER, "Eighth grade")
    yield assessment(STAR_MATH, "STAR Math", "Mathematics")
    # s41
    yield starred("s41", "SM", "2026-09-15", "20", "30")
    yield told("s41", STAR_MATH, "2026-09-15T14:00:00Z", {"Percentile Rank": "20"})
    # s42
    yield starred("s42", "SM", "2026-09-01", "60", "20")
    yield told("s42", STAR_MATH, "2026-09-01", {"Percentile Rank": "60", "Scale Score": "800"})
    yield starred("s42", "SM", "2026-09-29", "60", "21")
    yield told("s42", STAR_MATH, "2026-09-29", {"Percentile Rank": "60", "Scale Score": "800"})
    # s43
    yield assessment(MAP_MATH, "NWEA MAP Growth", "Mathematics")
    scores = {"Test Percentile": "24", "Student Growth Percentile": "34.0"}
    part = {"identificationCode": "geometry", "assessmentIdentifier": MAP_MATH.lower()}
    yield told(
        *("s43", MAP_MATH.lower(), "2026-09-15", scores),
        studentObjectiveAssessments=[
            {
                "objectiveAssessmentReference": part,
                "scoreResults": [scored("RIT scale score", "215")],
            }
        ],
    )
    yield "learning_standards", {"learningStandardId": "MATH-8-G", "namespace": "uri://test"}
    yield (
        "objective_assessments",
        {
            "assessmentReference": {"assessmentIdentifier": MAP_MATH, "namespace": "uri://test"},
            "identificationCode": "Geometry",
            "learningStandards": [
                {"learningStandardReference": {"learningStandardId": spelled}}
                for spelled in ("Math-8-G", "math-8-g")
            ],
        },
    )
    # s44
    for day, growth in (("2026-09-01", "30"), ("2026-09-29", "34")):
        growths = {"Fall-To-Fall Conditional Growth Percentile": growth}
        yield told("s44", MAP_MATH, day, {"Test Percentile": "40", **growths})
    # s45, s46
    yield diagnosed("s45", "English", "50")
    yield diagnosed("s45", "Spanish", "4")
    yield diagnosed("s46", "Spanish", "4")


def diagnosed(number: str, language: str, percentile: str) -> Record:
    """An i-Ready diagnostic in reading, in a language."""
    return "iready__diagnostic_results", {
        "_subject": "ela",
        "student_id": number,
        "first_name": f"First{number}",
        "last_name": f"Last{number}",
        "start_date": "9/15/2026",
        "completion_date": "9/15/2026",
        "overall_scale_score": "480",
        "percentile": percentile,
        "diagnostic_language": language,
    }


def told(number: str, test: str, day: str, scores: dict[str, str], **more: Any) -> Record:
    """A test as Ed-Fi tells it; the scores by their reporting method."""
    payload = {
        "studentAssessmentIdentifier": f"{number}-{test}-{day}",
        "studentReference": {"studentUniqueId": number},
        "assessmentReference": {"assessmentIdentifier": test, "namespace": "uri://test"},
        "administrationDate": day,
        "scoreResults": [scored(method, value) for method, value in scores.items()],
    }
    return "student_assessments", payload | more


def scored(method: str, value: str) -> dict[str, str]:
    """A score, by its reporting method."""
    named = code("AssessmentReportingMethod", method)
    return {"assessmentReportingMethodDescriptor": named, "result": value}


def assessment(identifier: str, title: str, subject: str) -> Record:
    """A test that Ed-Fi knows."""
    return "assessments", {
        "assessmentIdentifier": identifier,
        "namespace": "uri://test",
        "assessmentTitle": title,
        "academicSubjects": [{"academicSubjectDescriptor": code("AcademicSubject", subject)}],
    }
