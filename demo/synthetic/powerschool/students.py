"""A student's rows: the current enrolment, the earlier ones, race and programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demo.synthetic.powerschool.numbers import (
    EXITS,
    GRADUATED_GRADE,
    GRADUATED_SCHOOL,
    RACES,
    Numbers,
    code,
    day_after,
    evening,
    grade_level,
)
from demo.synthetic.powerschool.setup import FLAG, Made, Row, Setup

ACTIVE, TRANSFERRED, GRADUATED = 0, 2, 3
TWELFTH = 12
# what was never written since PowerSchool keeps moments has none
STAMPED_SINCE = "2025-08-01"


class Students:
    """Makes the rows of one student from all that Ed-Fi says of the child."""

    def __init__(self, setup: Setup, numbers: Numbers) -> None:
        self.setup, self.numbers = setup, numbers

    def rows(self, unique: str, told: dict[str, list[Row]], day: str) -> Made:
        """`told` holds the student's records by resource, `day` is the day that is over."""
        if not told.get("students"):
            return
        student = told["students"][0]
        number = self.numbers.of("students", unique)
        spells = sorted(told.get("studentSchoolAssociations", ()), key=_order)
        current = spells[-1] if spells else None
        enrolment, earlier = self._enrolment(current, day), spells[:-1]
        if enrolment.get("enroll_status") == GRADUATED:
            earlier = spells
        lunch = "F" if told.get("studentSchoolFoodServiceProgramAssociations") else "P"
        demographics = next(iter(told.get("studentEducationOrganizationAssociations", ())), {})
        written = max(
            [v for v in (enrolment.get("entrydate"), _left(current, day)) if v], default=""
        )
        yield "students", {
            "dcid": number + 100, "id": number, "student_number": unique,
            "state_studentnumber": None, "first_name": student["firstName"],
            "last_name": student["lastSurname"],
            "lastfirst": f"{student['lastSurname']}, {student['firstName']}",
            "dob": student["birthDate"], "gender": code(demographics.get("sexDescriptor", ""))[:1],
            "fedethnicity": FLAG[bool(demographics.get("hispanicLatinoEthnicity"))],
            "ssn": "000-00-0000", "guardianemail": f"guardian{number}@maple-valley.example",
            "lunchstatus": lunch,
            "districtentrydate": spells[0]["entryDate"] if spells else None, **enrolment,
            "transaction_date": evening(written) if written >= STAMPED_SINCE else None,
        }  # fmt: skip
        for spell in earlier:
            yield "reenrollments", {**self._earlier(spell, number), "lunchstatus": lunch}
        for n, race in enumerate(demographics.get("races", ())):
            key = self.numbers.of("studentrace", (unique, n))
            yield "studentrace", {
                "dcid": key, "id": key, "studentid": number,
                "racecd": RACES[code(race["raceDescriptor"])],
                "whenmodified": evening(written) if written >= STAMPED_SINCE else None,
            }  # fmt: skip
        yield from self._programs(told, number, enrolment)

    def _enrolment(self, spell: Row | None, day: str) -> Row:
        if spell is None:
            return {"enroll_status": -1}
        school, spring = _place(spell)
        row = self._spell(spell)
        left = _left(spell, day)
        row["enroll_status"] = ACTIVE if left is None else TRANSFERRED
        row["enrollment_schoolid"] = school
        finished = code(spell.get("exitWithdrawTypeDescriptor", "")) == "Completed grade"
        if left is not None and finished and row["grade_level"] == TWELFTH:
            row |= {
                "enroll_status": GRADUATED, "schoolid": GRADUATED_SCHOOL,
                "grade_level": GRADUATED_GRADE, "entrydate": row["exitdate"],
            }  # fmt: skip
        return {**row, "fteid": self.setup.fte(school, spring)}

    def _earlier(self, spell: Row, number: int) -> Row:
        key = self.numbers.of("reenrollments", spell["id"])
        school, spring = _place(spell)
        row = {"dcid": key, "id": key, "studentid": number, "type": 1, **self._spell(spell)}
        return {**row, "fteid": self.setup.fte(school, spring)}

    def _spell(self, spell: Row) -> Row:
        """School, grade and days; the exit of who is still there is the end of the year."""
        school, spring = _place(spell)
        last = spell.get("exitWithdrawDate") or self.setup.last_days[school, spring]
        exit_type = spell.get("exitWithdrawTypeDescriptor")
        return {
            "schoolid": school, "grade_level": grade_level(spell["entryGradeLevelDescriptor"]),
            "entrydate": spell["entryDate"], "exitdate": day_after(last), "entrycode": "E1",
            "exitcode": EXITS[code(exit_type)] if exit_type else None, "track": "A",
        }  # fmt: skip

    def _programs(self, told: dict[str, list[Row]], number: int, enrolment: Row) -> Made:
        for record in _programs(told):
            key = self.numbers.of("spenrollments", record["id"])
            name = record["programReference"]["programName"]
            yield "spenrollments", {
                "dcid": key, "id": key, "studentid": number,
                "schoolid": enrolment.get("enrollment_schoolid"),
                "programid": 6000 + self.numbers.of("programs", name),
                "enter_date": record["beginDate"], "exit_date": None,
                "gradelevel": enrolment.get("grade_level"),
            }  # fmt: skip


def _programs(told: dict[str, list[Row]]) -> Iterator[Any]:
    for resource in ("studentSpecialEducationProgramAssociations",
                     "studentLanguageInstructionProgramAssociations"):  # fmt: skip
        yield from told.get(resource, ())


def _order(spell: Row) -> tuple[bool, str, str]:
    """The primary school's latest enrolment is the current one."""
    return bool(spell.get("primarySchool")), spell["entryDate"], spell["id"]


def _left(spell: Row | None, day: str) -> str | None:
    """The last day of an enrolment that is over."""
    last = (spell or {}).get("exitWithdrawDate")
    return str(last) if last and last <= day else None


def _place(spell: Row) -> tuple[int, int]:
    return (
        spell["schoolReference"]["schoolId"],
        spell["schoolYearTypeReference"]["schoolYear"],
    )
