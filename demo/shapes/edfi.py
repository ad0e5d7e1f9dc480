"""Small helpers that spell Ed-Fi's JSON: identifiers, descriptors, references."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Row = dict[str, Any]

NAMESPACE = "uri://firstbell.example/Assessment"


def descriptor(name: str, code: str) -> str:
    """A descriptor value as the API writes it."""
    return f"uri://ed-fi.org/{name}Descriptor#{code}"


def with_id(resource: str, row: Row) -> Row:
    """The row with a resource id that is the same on every run."""
    text = json.dumps([resource, row], sort_keys=True)
    return {"id": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), **row}


def school(school_id: int) -> Row:
    return {"schoolId": school_id}


def score(method: str, value: int) -> Row:
    """One entry of a result's `scoreResults`."""
    return {
        "assessmentReportingMethodDescriptor": descriptor("AssessmentReportingMethod", method),
        "resultDatatypeTypeDescriptor": descriptor("ResultDatatypeType", "Integer"),
        "result": str(value),
    }
