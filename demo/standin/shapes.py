"""Small helpers that spell Ed-Fi's JSON: identifiers, descriptors, references."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Row = dict[str, Any]

LEA = 990001
YEAR = 2022
NAMESPACE = "uri://firstbell.example/Assessment"


def descriptor(name: str, code: str) -> str:
    """A descriptor value as the API writes it."""
    return f"uri://ed-fi.org/{name}Descriptor#{code}"


def with_id(resource: str, row: Row) -> Row:
    """The row with a resource id that is the same on every run."""
    text = json.dumps([resource, row], sort_keys=True)
    return {"id": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), **row}


def student(number: int) -> Row:
    return {"studentUniqueId": student_id(number)}


def student_id(number: int) -> str:
    return f"9000{number:04d}"


def school(school_id: int) -> Row:
    return {"schoolId": school_id}


def session(school_id: int, name: str) -> Row:
    return {"schoolId": school_id, "schoolYear": YEAR, "sessionName": name}


def district() -> Row:
    return {"educationOrganizationId": LEA}
