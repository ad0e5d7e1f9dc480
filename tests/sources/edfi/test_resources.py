"""The catalogue: what is read, what never gets stored."""

from __future__ import annotations

import re

import pytest

from include.sources import edfi
from include.sources.edfi.groups import together
from include.sources.edfi.resources import entity_name

BY_NAME = {resource.name: resource for resource in edfi.RESOURCES}

# wherever one of these stands in a record, it must be gone
NEVER_STORED = {
    "_ext",
    "addresses",
    "assessmentResponse",
    "attendanceEventReason",
    "behaviorDetailedDescription",
    "birthCity",
    "citizenshipStatusDescriptor",
    "descriptiveFeedback",
    "diagnosticStatement",
    "disabilityDiagnosis",
    "eventDescription",
    "externalParticipants",
    "genderIdentity",
    "identificationDocuments",
    "incidentDescription",
    "institutionTelephones",
    "internationalAddresses",
    "loginId",
    "maidenName",
    "otherNames",
    "personalIdentificationDocuments",
    "profileThumbnail",
    "reporterName",
    "specialEducationExitExplained",
    "telephones",
    "visas",
}

# fields of each resource that hold what must go, as the data standards 3.3 to 6 spell them
FREE_TEXT = {
    "students": ["birthCity", "maidenName", "otherNames", "electronicMails"],
    "studentEducationOrganizationAssociations": ["electronicMails", "genderIdentity"],
    "studentDemographics": ["genderIdentity"],
    "staffs": ["birthDate", "races", "sexDescriptor", "maidenName", "otherNames", "genderIdentity"],
    "grades": ["diagnosticStatement"],
    "studentSchoolAttendanceEvents": ["attendanceEventReason"],
    "studentSectionAttendanceEvents": ["attendanceEventReason"],
    "disciplineIncidents": ["incidentDescription", "reporterName", "externalParticipants"],
    "studentDisciplineIncidentBehaviorAssociations": ["behaviorDetailedDescription"],
    "studentSpecialEducationProgramAssociations": ["specialEducationExitExplained"],
    "studentInterventionAssociations": ["diagnosticStatement"],
    "studentAssessments": ["eventDescription", "serialNumber"],
}


def names_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in names_in(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in names_in(inner)}
    return set()


@pytest.mark.parametrize("name", sorted(FREE_TEXT))
def test_personal_details_are_dropped(name: str) -> None:
    everywhere = ["addresses", "telephones", "identificationDocuments", "loginId", "_ext"]
    record = dict.fromkeys([*FREE_TEXT[name], *everywhere], "private")
    assert BY_NAME[name].clean({"id": "x", **record}) == {"id": "x"}


def test_details_inside_lists_are_dropped_and_their_neighbours_stay() -> None:
    record = {"items": [{"assessmentResponse": "B", "rawScoreResult": 1}], "scoreResults": [1]}
    cleaned = BY_NAME["studentAssessments"].clean(record)
    assert cleaned == {"items": [{"rawScoreResult": 1}], "scoreResults": [1]}


def test_what_the_marts_need_stays() -> None:
    student = {"firstName": "A", "lastSurname": "B", "birthDate": "2010-01-01"}
    assert BY_NAME["students"].clean(dict(student)) == student
    staff = {"electronicMails": [{"electronicMailAddress": "a@example.org"}]}
    assert BY_NAME["staffs"].clean(dict(staff)) == staff
    assert BY_NAME["staffDirectories"].clean(dict(staff)) == staff


def test_every_resource_that_the_extraction_promises_is_there() -> None:
    promised = """schools localEducationAgencies students studentEducationOrganizationAssociations
    studentDemographics studentSchoolAssociations calendars calendarDates sessions gradingPeriods
    courses courseOfferings sections studentSectionAssociations staffs staffSchoolAssociations
    staffSectionAssociations grades studentAcademicRecords studentSchoolAttendanceEvents
    studentSectionAttendanceEvents disciplineIncidents disciplineActions
    studentDisciplineIncidentBehaviorAssociations studentSpecialEducationProgramAssociations
    studentSchoolFoodServiceProgramAssociations studentLanguageInstructionProgramAssociations
    studentHomelessProgramAssociations studentProgramAssociations assessments objectiveAssessments
    studentAssessments learningStandards interventions descriptorMappings
    staffDirectories"""
    assert set(promised.split()) <= set(BY_NAME)


def test_entity_names_are_snake_case() -> None:
    assert entity_name("studentSchoolAttendanceEvents") == "student_school_attendance_events"
    feeds = [str(resource.feed) for resource in edfi.RESOURCES]
    assert len(set(feeds)) == len(feeds)
    assert all(re.fullmatch(r"edfi\.[a-z][a-z0-9_]*", feed) for feed in feeds)
    # the table name must fit into a Postgres identifier
    assert all(len(resource.feed.table) <= 63 for resource in edfi.RESOURCES)


def test_what_records_of_others_hang_on_is_parked_sooner() -> None:
    assert {name for name, resource in BY_NAME.items() if resource.referred_to} == {
        "schools", "localEducationAgencies", "students", "staffs",
        "calendars", "calendarDates", "sessions", "gradingPeriods",
        "courses", "courseOfferings", "sections", "learningStandards",
        "disciplineIncidents", "interventions", "assessments", "objectiveAssessments",
    }  # fmt: skip


def test_what_refers_to_a_parked_resource_waits_in_whichever_group_it_is() -> None:
    waits_for = together(BY_NAME["studentSectionAttendanceEvents"])
    # through sections, their offerings and sessions
    assert waits_for >= {"schools", "students", "sections", "sessions", "courses"}
    assert "discipline_incidents" not in waits_for


def test_what_is_parked_sooner_because_others_refer_to_it_is_named_by_them() -> None:
    named = {name for r in edfi.RESOURCES for name in r.refers_to}
    assert named <= set(BY_NAME)
    # days of a calendar are counted, and named by nobody
    assert {r.name for r in edfi.RESOURCES if r.referred_to} - named == {"calendarDates"}
