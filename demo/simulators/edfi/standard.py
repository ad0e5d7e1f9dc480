"""Which resources each simulated data standard has, so that an empty one is `[]` and not 404."""

from __future__ import annotations

from demo.simulators.edfi.keys import KEYS

_BOTH = {
    "courseTranscripts",
    "descriptorMappings",
    "grades",
    "staffEducationOrganizationAssignmentAssociations",
    "studentAcademicRecords",
    "studentInterventionAssociations",
    "studentTitleIPartAProgramAssociations",
}
# DS 6 moved demographics out of studentEducationOrganizationAssociations; 5.2 does not have these
_LATER = {"studentDemographics"}
_ONLY_BEFORE_5 = {"studentDisciplineIncidentAssociations"}


def has_resource(version: str, resource: str) -> bool:
    """Whether that version's data standard (3.3 for 5.4, 5.2 for 7.3) knows the resource."""
    if resource.endswith("Descriptors"):
        return True
    if resource in _ONLY_BEFORE_5:
        return version == "5.4"
    return resource in (_BOTH | set(KEYS)) - _LATER
