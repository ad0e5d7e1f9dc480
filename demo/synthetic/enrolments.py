"""Students, demographics, enrolments and programs as the student system holds them."""

from __future__ import annotations

from datetime import date

import numpy as np

from demo.shapes.edfi import Row, descriptor
from demo.synthetic import kinds
from demo.synthetic.defects import Planted
from demo.synthetic.district import Block
from demo.synthetic.organisations import text
from demo.synthetic.school_year import school_year, timeline
from demo.synthetic.settings import GRADES, LEA, YEARS, school_id
from demo.synthetic.sink import Sink, record_id
from demo.synthetic.teaching import Spell

RACES = (
    "White", "Black - African American", "Asian", "White", "American Indian - Alaska Native",
)  # fmt: skip
HISPANIC = 3
PROGRAMS = (
    ("studentSpecialEducationProgramAssociations", "Special Education", "Special Education"),
    ("studentSchoolFoodServiceProgramAssociations", "School Food Service", "School Food Service"),
    (
        "studentLanguageInstructionProgramAssociations",
        "English as a Second Language (ESL)",
        "English as a Second Language (ESL)",
    ),
)
SPECIAL_EDUCATION, FOOD_SERVICE, LANGUAGE = range(3)


def write(sink: Sink, block: Block, found: list[Spell], planted: Planted) -> None:
    """All students of the block with their stays, each known from the day it begins."""
    first_seen: dict[int, int] = {}
    for spell in found:
        first_seen.setdefault(spell.student, spell.first)
        _stay(sink, block, spell, planted)
    days = timeline().ordinal
    for student, first in first_seen.items():
        known = int(days[first])
        _student(sink, block, student, known, block.people.student_id(student))
        if student == planted.merged:
            _student(sink, block, student, known, planted.old_id, again=1)
    _programs(sink, block, first_seen)


def _student(
    sink: Sink, block: Block, student: int, known: int, unique: str, *, again: int = 0
) -> None:
    people = block.people
    first, last = people.names(student)
    number = people.number(student)
    row: Row = {
        "id": record_id(kinds.STUDENT, number, again),
        "studentUniqueId": unique,
        "birthDate": people.birth_date(student).isoformat(),
        "firstName": first,
        "lastSurname": last,
    }
    sink.put("students", known, text(row))
    sex = "Female" if people.is_female[student] else "Male"
    race = int(people.race[student])
    row = {
        "id": record_id(kinds.DEMOGRAPHICS, number, again),
        "educationOrganizationReference": {"educationOrganizationId": LEA},
        "studentReference": {"studentUniqueId": unique},
        "sexDescriptor": descriptor("Sex", sex),
        "hispanicLatinoEthnicity": race == HISPANIC,
        "races": [{"raceDescriptor": descriptor("Race", RACES[race])}],
    }
    if people.is_english_learner[student]:
        row["limitedEnglishProficiencyDescriptor"] = descriptor(
            "LimitedEnglishProficiency", "Limited"
        )
    sink.put("studentEducationOrganizationAssociations", known, text(row))


def stay_row(
    block: Block, spell: Spell, unique: str, place: int, entry: str, *, primary: bool = True
) -> Row:
    """An enrolment without its end."""
    number, spring = school_id(block.number, place), YEARS[spell.year]
    return {
        "entryDate": entry,
        "schoolReference": {"schoolId": number},
        "schoolYearTypeReference": {"schoolYear": spring},
        "calendarReference": {
            "calendarCode": str(number), "schoolId": number, "schoolYear": spring,
        },
        "studentReference": {"studentUniqueId": unique},
        "entryGradeLevelDescriptor": descriptor("GradeLevel", GRADES[spell.grade]),
        "primarySchool": primary,
    }  # fmt: skip


def stay_id(block: Block, spell: Spell, again: int = 0) -> str:
    return record_id(kinds.ENROLLMENT, block.people.number(spell.student), spell.first, again)


def _stay(sink: Sink, block: Block, spell: Spell, planted: Planted) -> None:
    time = timeline()
    entry, leave = int(time.ordinal[spell.first]), int(time.ordinal[spell.last])
    unique = planted.student_id(block, spell.student, spell.year)
    iso = school_year(YEARS[spell.year]).days
    start = time.first_of_year(spell.year)
    row = {"id": stay_id(block, spell), **stay_row(
        block, spell, unique, spell.place, iso[spell.first - start].isoformat()
    )}  # fmt: skip
    found = [(entry, text(row))]
    ends_year = spell.last == time.last_of_year(spell.year)
    kind = "Completed grade" if ends_year else "Transferred" if spell.moves_on else "Withdrawn"
    row["exitWithdrawDate"] = iso[spell.last - start].isoformat()
    row["exitWithdrawTypeDescriptor"] = descriptor("ExitWithdrawType", kind)
    found.append((leave, text(row)))
    sink.versions("studentSchoolAssociations", found)


def _programs(sink: Sink, block: Block, first_seen: dict[int, int]) -> None:
    people, traits, dice = block.people, block.traits, block.dice
    if block.number == 0:
        for n, (_, name, kind) in enumerate(PROGRAMS):
            row: Row = {
                "id": record_id(kinds.PROGRAM, n),
                "programName": name,
                "programTypeDescriptor": descriptor("ProgramType", kind),
                "educationOrganizationReference": {"educationOrganizationId": LEA},
            }
            sink.put("programs", 0, text(row))
    draw = dice.random((len(PROGRAMS), people.count))
    # only weakly related to what drives the outcomes
    takes = (
        draw[SPECIAL_EDUCATION] < np.clip(0.13 - 0.05 * traits.ability, 0.02, 0.5),
        draw[FOOD_SERVICE] < np.clip(0.40 - 0.04 * traits.stable, 0.1, 0.9),
        people.is_english_learner,
    )
    days = timeline().ordinal
    for n, (resource, name, kind) in enumerate(PROGRAMS):
        type_descriptor = descriptor("ProgramType", kind)
        for student in np.flatnonzero(takes[n]):
            if student not in first_seen:
                continue
            known = int(days[first_seen[int(student)]])
            row = {
                "id": record_id(kinds.PROGRAM_USE, people.number(int(student)), n),
                "beginDate": _iso(known),
                "educationOrganizationReference": {"educationOrganizationId": LEA},
                "programReference": {
                    "educationOrganizationId": LEA,
                    "programName": name,
                    "programTypeDescriptor": type_descriptor,
                },
                "studentReference": {"studentUniqueId": people.student_id(int(student))},
            }
            if n == FOOD_SERVICE:
                service = descriptor("SchoolFoodServiceProgramService", "Free Lunch")
                row["schoolFoodServiceProgramServices"] = [
                    {"schoolFoodServiceProgramServiceDescriptor": service}
                ]
            sink.put(resource, known, text(row))


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
