"""Natural keys of the resources that the simulator serves, as `keyValues` of deletes name them."""

from __future__ import annotations

from typing import Any

_STUDENT = ("studentUniqueId",)
_SECTION = ("localCourseCode", "schoolId", "schoolYear", "sectionIdentifier", "sessionName")
_PROGRAM = (
    "beginDate",
    "educationOrganizationId",
    "programName",
    "programTypeDescriptor",
    "studentUniqueId",
)

KEYS: dict[str, tuple[str, ...]] = {
    "schools": ("schoolId",),
    "localEducationAgencies": ("localEducationAgencyId",),
    "students": _STUDENT,
    "staffs": ("staffUniqueId",),
    "studentEducationOrganizationAssociations": ("educationOrganizationId", *_STUDENT),
    "studentDemographics": ("educationOrganizationId", *_STUDENT),
    "studentSchoolAssociations": ("entryDate", "schoolId", *_STUDENT),
    "calendars": ("calendarCode", "schoolId", "schoolYear"),
    "calendarDates": ("calendarCode", "date", "schoolId", "schoolYear"),
    "sessions": ("schoolId", "schoolYear", "sessionName"),
    "gradingPeriods": ("gradingPeriodDescriptor", "gradingPeriodName", "schoolId", "schoolYear"),
    "courses": ("courseCode", "educationOrganizationId"),
    "courseOfferings": ("localCourseCode", "schoolId", "schoolYear", "sessionName"),
    "sections": _SECTION,
    "studentSectionAssociations": ("beginDate", *_SECTION, *_STUDENT),
    "staffSectionAssociations": ("beginDate", *_SECTION, "staffUniqueId"),
    "staffSchoolAssociations": ("programAssignmentDescriptor", "schoolId", "staffUniqueId"),
    "studentSchoolAttendanceEvents": (
        "attendanceEventCategoryDescriptor",
        "eventDate",
        "schoolId",
        "schoolYear",
        "sessionName",
        *_STUDENT,
    ),
    "studentSectionAttendanceEvents": (
        "attendanceEventCategoryDescriptor",
        "eventDate",
        *_SECTION,
        *_STUDENT,
    ),
    "disciplineIncidents": ("incidentIdentifier", "schoolId"),
    "studentDisciplineIncidentBehaviorAssociations": (
        "behaviorDescriptor",
        "incidentIdentifier",
        "schoolId",
        *_STUDENT,
    ),
    "disciplineActions": ("disciplineActionIdentifier", "disciplineDate", *_STUDENT),
    "assessments": ("assessmentIdentifier", "namespace"),
    "objectiveAssessments": ("assessmentIdentifier", "identificationCode", "namespace"),
    "studentAssessments": (
        "assessmentIdentifier",
        "namespace",
        "studentAssessmentIdentifier",
        *_STUDENT,
    ),
    "programs": ("educationOrganizationId", "programName", "programTypeDescriptor"),
    "studentSpecialEducationProgramAssociations": _PROGRAM,
    "studentSchoolFoodServiceProgramAssociations": _PROGRAM,
    "studentLanguageInstructionProgramAssociations": _PROGRAM,
    "studentHomelessProgramAssociations": _PROGRAM,
    "studentProgramAssociations": _PROGRAM,
    "learningStandards": ("learningStandardId",),
    "interventions": ("educationOrganizationId", "interventionIdentificationCode"),
}


def key_values(resource: str, record: dict[str, Any]) -> dict[str, Any]:
    """The flat natural key of a record; for an unlisted resource its scalar identifiers."""
    names = KEYS.get(resource)
    if names is None:
        if resource.endswith("Descriptors"):
            names = ("codeValue", "namespace")
        else:
            names = tuple(name for name in record if name.endswith(("Id", "Identifier", "Code")))
    values: dict[str, Any] = {}
    for name in names:
        for place in _places(record):
            if name in place:
                values[name] = place[name]
                break
    return values


def rename(record: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A copy of the record with new key values, at its root and inside its references."""
    changed: dict[str, Any] = {}
    for name, value in record.items():
        if name.endswith("Reference") and isinstance(value, dict):
            changed[name] = {inner: new.get(inner, old) for inner, old in value.items()}
        else:
            changed[name] = new.get(name, value)
    return changed


def _places(record: dict[str, Any]) -> list[dict[str, Any]]:
    references = [v for k, v in record.items() if k.endswith("Reference") and isinstance(v, dict)]
    return [record, *references]
