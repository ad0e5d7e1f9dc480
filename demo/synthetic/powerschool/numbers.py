"""Codes and numbers of the derived PowerSchool, and how its values are spelled."""

from __future__ import annotations

from datetime import date, timedelta

from demo.synthetic.settings import GRADES

GRADUATED_SCHOOL = 999999
GRADUATED_GRADE = 99
DISCIPLINE_LOG = -100000
GRADE_SCALE = 1
FULL_DAY, DAILY = "codeday", "ATT_ModeDaily"
# id, code, description, presence, value of the day; the ids are the same in every school and year
ATTENDANCE_CODES = (
    (1, None, "Present", "Present", 1.0),
    (2, "A", "Absent Unexcused", "Absent", 0.0),
    (3, "E", "Absent Excused", "Absent", 0.0),
    (4, "T", "Tardy", "Present", 1.0),
    (5, "HA", "Half Day Absent Unexcused", "Absent", 0.5),
    (6, "HE", "Half Day Absent Excused", "Absent", 0.5),
)
PRESENT = 1
_CODES = {
    ("Unexcused Absence", 1.0): 2,
    ("Excused Absence", 1.0): 3,
    ("Tardy", 1.0): 4,
    ("Unexcused Absence", 0.5): 5,
    ("Excused Absence", 0.5): 6,
}
POINTS = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "F": 0.0}
CUTOFFS = {"A": 90, "B": 80, "C": 70, "D": 60, "F": 0}
RACES = {
    "White": "W",
    "Black - African American": "B",
    "Asian": "A",
    "American Indian - Alaska Native": "I",
}
ACTIONS = {
    "In School Suspension": "ISS",
    "Out of School Suspension": "OSS",
    "Detention": "DET",
}
EXITS = {"Completed grade": "EOY", "Transferred": "T1", "Withdrawn": "W1"}
SUBJECTS = {
    "Mathematics": "MATH",
    "Reading": "READ",
    "Writing": "WRIT",
    "English Language Arts": "ELA",
    "Science": "SCI",
    "Social Studies": "SOC",
    "Physical, Health, and Safety Education": "PE",
    "Fine and Performing Arts": "ART",
    "Other": "OTH",
}
TEACHER, STAFF = 1, 2


def code(descriptor: str) -> str:
    """The code of an Ed-Fi descriptor value."""
    return descriptor.rpartition("#")[2]


def year_id(spring: int) -> int:
    """PowerSchool's number of a school year: 31 is 2021-22."""
    return spring - 1991


def grade_level(descriptor: str) -> int:
    """0 is kindergarten."""
    return GRADES.index(code(descriptor))


def day_after(day: str) -> str:
    """PowerSchool says the first day that a student was not there any more."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def attendance_code(category: str, duration: float) -> int:
    return _CODES[code(category), duration]


def evening(day: str) -> str:
    """The moment at which a school's office closes its books."""
    return f"{day} 16:30:00"


class Numbers:
    """Whole numbers by what they stand for, in the order in which it was first met."""

    def __init__(self) -> None:
        self._known: dict[str, dict[object, int]] = {}

    def of(self, table: str, what: object) -> int:
        known = self._known.setdefault(table, {})
        return known.setdefault(what, len(known) + 1)
