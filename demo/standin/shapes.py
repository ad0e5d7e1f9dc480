"""The stand-in's own numbers: its district, its year, its students' ids."""

from __future__ import annotations

from demo.shapes.edfi import NAMESPACE, Row, descriptor, school, with_id

__all__ = [
    "LEA",
    "NAMESPACE",
    "YEAR",
    "Row",
    "descriptor",
    "district",
    "school",
    "session",
    "student",
    "student_id",
    "with_id",
]

LEA = 990001
YEAR = 2022


def student(number: int) -> Row:
    return {"studentUniqueId": student_id(number)}


def student_id(number: int) -> str:
    return f"9000{number:04d}"


def session(school_id: int, name: str) -> Row:
    return {"schoolId": school_id, "schoolYear": YEAR, "sessionName": name}


def district() -> Row:
    return {"educationOrganizationId": LEA}
