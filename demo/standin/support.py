"""Programs and incidents of the invented district."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from demo.standin.people import FIRST_DAY, Pupil, periods
from demo.standin.shapes import LEA, Row, descriptor, district, school, student


def programs(found: list[Pupil]) -> Iterator[tuple[str, Row]]:
    """Special education, school meals and language instruction."""
    kinds = {
        "studentSpecialEducationProgramAssociations": (
            "Special Education", "Special Education", 11,
        ),
        "studentSchoolFoodServiceProgramAssociations": ("School Food Service", "Other", 7),
        "studentLanguageInstructionProgramAssociations": (
            "English as a Second Language (ESL)", "English as a Second Language (ESL)", 13,
        ),
    }  # fmt: skip
    for resource, (name, kind, every) in kinds.items():
        type_descriptor = descriptor("ProgramType", kind)
        yield (
            "programs",
            {
                "programName": name,
                "programTypeDescriptor": type_descriptor,
                "educationOrganizationReference": district(),
            },
        )
        for pupil in found:
            if pupil.number % every == 0:
                row: Row = {
                    "beginDate": FIRST_DAY.isoformat(),
                    "educationOrganizationReference": district(),
                    "programReference": {
                        "educationOrganizationId": LEA,
                        "programName": name,
                        "programTypeDescriptor": type_descriptor,
                    },
                    "studentReference": student(pupil.number),
                }
                if "FoodService" in resource:
                    service = descriptor("SchoolFoodServiceProgramService", "Free Lunch")
                    row["schoolFoodServiceProgramServices"] = [
                        {"schoolFoodServiceProgramServiceDescriptor": service}
                    ]
                yield resource, row


def behavior(found: list[Pupil]) -> Iterator[tuple[str, Row]]:
    """An incident with an action for every student in much trouble."""
    code = descriptor("Behavior", "School Code of Conduct")
    for number, pupil in enumerate((p for p in found if p.trouble > 0.6), 1):
        day = periods()[5][1] + timedelta(days=number % 30)
        key = {"incidentIdentifier": f"S{number:03d}", "schoolId": pupil.school_id}
        yield (
            "disciplineIncidents",
            {
                "incidentIdentifier": key["incidentIdentifier"],
                "schoolReference": school(pupil.school_id),
                "behaviors": [{"behaviorDescriptor": code}],
                "incidentDate": day.isoformat(),
            },
        )
        yield (
            "studentDisciplineIncidentBehaviorAssociations",
            {
                "behaviorDescriptor": code,
                "disciplineIncidentReference": key,
                "studentReference": student(pupil.number),
                "disciplineIncidentParticipationCodes": [
                    {
                        "disciplineIncidentParticipationCodeDescriptor": descriptor(
                            "DisciplineIncidentParticipationCode", "Perpetrator"
                        )
                    }
                ],
            },
        )
        kind = "In School Suspension" if number % 2 else "Out of School Suspension"
        yield (
            "disciplineActions",
            {
                "disciplineActionIdentifier": f"A{number:03d}",
                "disciplineDate": (day + timedelta(days=1)).isoformat(),
                "disciplines": [{"disciplineDescriptor": descriptor("Discipline", kind)}],
                "responsibilitySchoolReference": school(pupil.school_id),
                "studentReference": student(pupil.number),
                "actualDisciplineActionLength": 1.0,
                "studentDisciplineIncidentBehaviorAssociations": [
                    {
                        "studentDisciplineIncidentBehaviorAssociationReference": {
                            "behaviorDescriptor": code,
                            "studentUniqueId": student(pupil.number)["studentUniqueId"],
                            **key,
                        }
                    }
                ],
            },
        )
