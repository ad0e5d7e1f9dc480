"""A district of two school years whose facts can be replaced from a date on.

`past()` is what had happened and was known by the evening of LAST_KNOWN; `future(world)` is what
came later, and `hindsight(world)` what happened before and became known later. Two worlds share
the past and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.dbt.small_district import (
    COURSES,
    HIGH,
    LOWER,
    Q1,
    Q2,
    T1,
    T2,
    Record,
    a_year_earlier,
    action,
    code,
    enrolled,
    event,
    in_program,
    incident,
    mark,
    missed,
    schools,
    starred,
    student,
    taught,
)
from tests.dbt.tested_students import assessment, told

OPENED = "2026-09-04"  # the first night; it brought all that came before
SECOND = "2026-10-16"  # a later night, before LAST_KNOWN
LAST_KNOWN = "2026-10-25"  # the eve of the high school's second quarter
THIRD = "2026-11-10"  # a night after it
AS_OF = "2026-11-17"  # a Tuesday

STUDENTS = tuple(f"p{number:02d}" for number in range(36))
NEW_THIS_YEAR = STUDENTS[:6]
# opened this year, and its first quarter closed without a mark
NEW_SCHOOL = 3
CAME_OVER, JUST_CAME = "n00", "n01"  # from the high school; from nowhere
PROGRAMS = ("special_education", "language_instruction", "school_food_service")
LETTERS = ("A", "B", "C", "D", "F", "P", "F*")  # nobody can read the last one


def school_of(number: str) -> int:
    """Every third student goes to the lower school."""
    return LOWER if int(number[1:]) % 3 == 0 else HIGH


def _grade(number: str) -> str:
    return "Eighth grade" if school_of(number) == LOWER else "Ninth grade"


def the_place() -> list[Record]:
    """Schools, calendars, periods, students, enrolments and classes of both years: no fact."""
    place = [*schools(), *_second_sections()]
    last_year = [
        a_year_earlier(record)
        for record in place
        if record[0] not in ("schools", "courses", "assessments")
    ]
    enrolments: list[Record] = []
    for number in STUDENTS:
        school = school_of(number)
        if number not in NEW_THIS_YEAR:
            before = enrolled(number, school, _grade(number), last="2027-05-28")
            enrolments.append(a_year_earlier(before))
        if number == "p35":  # moves in October, and is the one with a change of school
            enrolments.append(enrolled(number, school, _grade(number), last="2026-10-02"))
            other = LOWER if school == HIGH else HIGH
            enrolments.append(enrolled(number, other, _grade(number), entry="2026-10-05"))
        else:
            enrolments.append(enrolled(number, school, _grade(number)))
    classes = [
        taught(number, school_of(number), course, "2026-08-24", last=last)
        for place, number in enumerate(STUDENTS[:30])
        for course, last in zip(COURSES, (None, None, "2026-09-18"), strict=True)
        if course != "ENGLISH" or place % 2
    ]
    return [
        assessment("STAR-SM", "STAR Math", "Mathematics"),
        assessment("STAR-SR", "STAR Reading", "Reading"),
        *place, *last_year, *map(student, STUDENTS), *enrolments, *classes, *_people(),
        *_new_school(),
    ]  # fmt: skip


def _new_school() -> Iterator[Record]:
    """All that a new school has in its first weeks: a calendar, classes, students, absences."""
    for entity, payload in schools():
        moved = _at_the_new_school(payload)
        if moved != payload:
            yield entity, moved
    for number in (CAME_OVER, JUST_CAME):
        yield student(number)
        yield enrolled(number, NEW_SCHOOL, "Ninth grade")
        yield taught(number, NEW_SCHOOL, "MATH", "2026-08-24")
        yield event(number, NEW_SCHOOL, "2026-09-01", "Unexcused Absence")
        yield event(number, NEW_SCHOOL, "2026-10-23", "Tardy")
    before = enrolled(CAME_OVER, HIGH, "Eighth grade", last="2027-05-28")
    yield a_year_earlier(before)
    yield a_year_earlier(mark(CAME_OVER, HIGH, Q2, "MATH", "F"))


def _at_the_new_school(value: Any) -> Any:
    """The same record with the new school in the place of the high school."""
    if isinstance(value, dict):
        return {
            name: NEW_SCHOOL
            if name in ("schoolId", "educationOrganizationId") and part == HIGH
            else _at_the_new_school(part)
            for name, part in value.items()
        }
    return [_at_the_new_school(part) for part in value] if isinstance(value, list) else value


def _second_sections() -> Iterator[Record]:
    for entity, payload in schools():
        if entity == "sections":
            name = str(payload["sectionIdentifier"]).replace("-1", "-2")
            yield entity, payload | {"sectionIdentifier": name}


def _people() -> Iterator[Record]:
    for place, number in enumerate(STUDENTS):
        yield (
            "student_education_organization_associations",
            {
                "studentReference": {"studentUniqueId": number},
                "educationOrganizationReference": {"educationOrganizationId": HIGH},
                "sexDescriptor": code("Sex", "Female" if place % 2 else "Male"),
                "races": [{"raceDescriptor": code("Race", "White" if place % 3 else "Asian")}],
            },
        )


def past() -> tuple[list[Record], list[Record]]:
    """Facts of the opening load, and those of a later night before LAST_KNOWN."""
    dice = random.Random(7)
    year = _facts(dice, "2026-08-24", "2027-05-21", Q1, prefix="before")
    last_year = (*year, *_marks(dice, Q2))
    opening = [a_year_earlier(record) for record in last_year]
    opening = [record for record in opening if not _is_of(record, NEW_THIS_YEAR)]
    opening += list(_facts(dice, "2026-08-24", OPENED, None))
    later = list(_facts(dice, "2026-09-07", SECOND, None, prefix="late"))
    # quarter marks came in before the quarter was over
    later += list(_marks(dice, Q1))
    opening += _classes_missed(7, range(1, 11))
    later += _classes_missed(8, range(11, 41))
    return opening, later


def future(world: int) -> list[Record]:
    """What happens after LAST_KNOWN: another thing in every world."""
    dice = random.Random(world)
    facts = _facts(dice, "2026-10-26", AS_OF, Q2, prefix=f"future{world}")
    return [*facts, *_moves(dice), *_classes_missed(world, range(46, 62))]


def _moves(dice: random.Random) -> Iterator[Record]:
    """Some go on at the other school, in another grade; some begin a class."""
    days = _school_days("2026-10-26", AS_OF)
    for number in dice.sample(STUDENTS[:-1], 8):
        other = LOWER if school_of(number) == HIGH else HIGH
        grade = dice.choice(("Seventh grade", "Tenth grade"))
        yield enrolled(number, other, grade, dice.choice(days), primary=True)
    for number in dice.sample(STUDENTS[:30], 8):
        yield taught(number, school_of(number), "ENGLISH", dice.choice(days))


def hindsight(world: int) -> list[Record]:
    """What happened before LAST_KNOWN and nobody knew then, in both years.

    No record of the past comes again: a correction would be a new version of it, and then what it
    said before is known no more.
    """
    dice = random.Random(world + 100)
    name = f"hindsight{world}"
    kinds = ("Early departure", "Partial")
    this_year = _facts(dice, "2026-08-24", LAST_KNOWN, None, kinds=kinds, prefix=name)
    marks = [record for record in _marks(dice, Q1, section=2) if dice.random() < 0.5]
    last_year = [
        a_year_earlier(record)
        for record in (
            *_facts(dice, "2026-08-24", "2027-05-28", None, kinds=kinds, prefix=f"{name}-before"),
            *_marks(dice, Q1, section=2),
        )
    ]
    classes = _classes_missed(world, range(1, 46), "Excused Absence")
    return [*this_year, *marks, *last_year, *classes]


def _classes_missed(
    seed: int, days: range, category: str = "Unexcused Absence"
) -> Iterator[Record]:
    """Some days with every class missed, at schools that take daily attendance too."""
    dice = random.Random(seed)
    for number in STUDENTS[:30]:
        on = dice.sample(days, 2)
        for course in COURSES:
            yield from missed(number, school_of(number), course, on, category)


def _is_of(record: Record, numbers: tuple[str, ...]) -> bool:
    text = str(record[1])
    return any(f"'{number}'" in text for number in numbers)


def _facts(
    dice: random.Random,
    first: str,
    last: str,
    period: str | None,
    *,
    kinds: tuple[str, ...] = ("Excused Absence", "Unexcused Absence", "Tardy"),
    prefix: str = "first",
) -> Iterator[Record]:
    days = _school_days(first, last)
    for number in STUDENTS:
        school = school_of(number)
        for day in dice.sample(days, dice.randint(0, max(1, len(days) // 4))):
            yield event(number, school, day, dice.choice(kinds))
        for subject in ("SM", "SR"):
            if dice.random() < 0.7:
                percentile, growth = str(dice.randint(1, 99)), str(dice.randint(1, 99))
                day = dice.choice(days)
                yield starred(number, subject, day, percentile, growth)
                if int(percentile) % 2:  # and through Ed-Fi too
                    identity = f"{prefix}-{number}-{subject}-{first}"
                    scores = {"Percentile Rank": percentile, "Scale Score": "800"}
                    copy = {"studentAssessmentIdentifier": identity}
                    yield told(number, f"STAR-{subject}", day, scores, **copy)
        for turn in range(dice.choice((0, 0, 1, 2, 4))):
            name = f"{prefix}-{number}-{first}-{turn}"
            yield from incident(number, school, name, dice.choice(days))
            if dice.random() < 0.4:
                yield action(number, school, name, dice.choice(days), "Out of School Suspension")
        for program in PROGRAMS:
            if dice.random() < 0.2:
                yield in_program(number, program, dice.choice(days), name=prefix)
    if period:
        yield from _marks(dice, period)


def _marks(dice: random.Random, period: str, *, section: int = 1) -> Iterator[Record]:
    for number in STUDENTS[1:]:
        school = school_of(number)
        name = period if school == HIGH else {Q1: T1, Q2: T2}[period]
        for course in COURSES:
            yield mark(number, school, name, course, dice.choice(LETTERS), section=section)


def _school_days(first: str, last: str) -> list[str]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (begin + timedelta(days=offset) for offset in range((end - begin).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5]
