"""Section enrolments, marks and the state test as records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from demo.shapes.edfi import NAMESPACE, Row, descriptor, score
from demo.synthetic import kinds
from demo.synthetic import marks as mk
from demo.synthetic.defects import Planted
from demo.synthetic.district import Block
from demo.synthetic.organisations import session_names, text
from demo.synthetic.school_year import PERIOD_CODES, PERIODS, school_year, timeline
from demo.synthetic.settings import GRADES, SUBJECTS, YEARS, school_id
from demo.synthetic.sink import Sink, record_id
from demo.synthetic.teaching import Spell, code_of, courses, section_id

# A student who came less than this many days before a period ends gets no grade for it.
DAYS_FOR_A_MARK = 15
CHANGED_SHARE = 0.008  # marks that a teacher corrects days after the period
LATE_SHARE = 0.015  # marks that are posted some days late
GRADE_TYPE = descriptor("GradeType", "Grading Period")
LEVELS = ((-0.9, "Well Below Basic"), (-0.1, "Basic"), (0.9, "Proficient"), (9.0, "Advanced"))


@dataclass(frozen=True, slots=True)
class Seat:
    """A student's place in one section."""

    spell: Spell
    unique: str
    section: str  # the section reference without its closing brace
    begin: str
    slot: int


def write_learning(
    sink: Sink,
    block: Block,
    found: list[Spell],
    counts: dict[tuple[int, int, int], int],
    planted: Planted,
) -> None:
    """Every stay's sections and the marks of the periods that end within it."""
    time, dice = timeline(), block.dice
    for spell in found:
        unique = planted.student_id(block, spell.student, spell.year)
        year = school_year(YEARS[spell.year])
        start = time.first_of_year(spell.year)
        parts = counts[spell.year, spell.place, spell.grade]
        part = (spell.student * 7 + spell.year) % parts
        ends = [time.last_of_quarter(4 * spell.year + q) for q in range(4)]
        begins = [time.first_of_quarter(4 * spell.year + q) for q in range(4)]
        names = session_names(spell.place, year)
        chance = dice.random((4, mk.SLOTS, 2))
        for n, name in enumerate(names):
            quarters = range(4) if len(names) == 1 else range(2 * n, 2 * n + 2)
            first = max(spell.first, begins[quarters[0]])
            last = min(spell.last, ends[quarters[-1]])
            if first > last:
                continue
            begin = year.days[first - start].isoformat()
            for slot, (course, _, _) in enumerate(courses(spell.grade)):
                seat = Seat(
                    spell,
                    unique,
                    _section(block, spell, course, name, part),
                    begin,
                    slot,
                )
                _seat(sink, block, seat, n, (first, last, ends[quarters[-1]]))
                if spell.grade < 3:
                    continue
                for quarter in quarters:
                    if spell.first <= ends[quarter] <= spell.last:
                        draw = chance[quarter, slot].tolist()
                        _mark(sink, block, seat, (quarter, ends[quarter]), draw)


def _section(block: Block, spell: Spell, course: str, session: str, part: int) -> str:
    """A section reference without its closing brace."""
    spring = YEARS[spell.year]
    return (
        f'{{"localCourseCode":"{code_of(course, spell.grade)}",'
        f'"schoolId":{school_id(block.number, spell.place)},"schoolYear":{spring},'
        f'"sectionIdentifier":"{section_id(course, spell.grade, spring, part)}",'
        f'"sessionName":"{session}"'
    )


def _seat(sink: Sink, block: Block, seat: Seat, session: int, days: tuple[int, int, int]) -> None:
    """The section enrolment; `days` are its first, its last, and the last of the session."""
    spell = seat.spell
    first, last, full = days
    ordinal = timeline().ordinal
    key = record_id(
        kinds.SECTION_ENROLLMENT, block.people.number(spell.student), first, session, seat.slot
    )
    head = (
        f'{{"id":"{key}","beginDate":"{seat.begin}","sectionReference":{seat.section}}},'
        f'"studentReference":{{"studentUniqueId":"{seat.unique}"}},"endDate":"'
    )
    entry = int(ordinal[first])
    planned = f'{head}{date.fromordinal(int(ordinal[full])).isoformat()}"}}'
    if last == full:
        sink.put("studentSectionAssociations", entry, planned)
        return
    left = int(ordinal[last])
    ended = f'{head}{date.fromordinal(left).isoformat()}"}}'
    sink.versions("studentSectionAssociations", [(entry, planned), (left, ended)])


def _mark(
    sink: Sink, block: Block, seat: Seat, period: tuple[int, int], chance: list[float]
) -> None:
    """The mark of a quarter (0 to 3) that ends on a day of the timeline."""
    spell, slot = seat.spell, seat.slot
    quarter, end = period
    ordinal = timeline().ordinal
    late = chance[0] < LATE_SHARE
    posted = int(ordinal[min(end + (2 if late else 0), len(ordinal) - 1)])
    if posted > sink.last:
        return
    value = int(block.marks[spell.student, 4 * spell.year + quarter, slot])
    spring = YEARS[spell.year]
    key = record_id(
        kinds.MARK, block.people.number(spell.student), 4 * spell.year + quarter, slot, spell.place
    )
    head = (
        f'{{"id":"{key}","gradeTypeDescriptor":"{GRADE_TYPE}","gradingPeriodReference":'
        f'{{"gradingPeriodDescriptor":"{_PERIODS[quarter]}",'
        f'"gradingPeriodName":"{PERIODS[quarter]}",'
        f'"schoolId":{school_id(block.number, spell.place)},"schoolYear":{spring}}},'
        f'"studentSectionAssociationReference":{seat.section},"beginDate":"{seat.begin}",'
        f'"studentUniqueId":"{seat.unique}"}},"letterGradeEarned":'
    )
    if end - spell.first < DAYS_FOR_A_MARK:
        sink.put("grades", posted, f'{head}"NG"}}')
        return
    final = f'{head}"{mk.letter(value)}","numericGradeEarned":{value}.0}}'
    if chance[1] >= CHANGED_SHARE:
        sink.put("grades", posted, final)
        return
    first = min(100, max(35, value + (8 if chance[1] < CHANGED_SHARE / 2 else -8)))
    before = f'{head}"{mk.letter(first)}","numericGradeEarned":{first}.0}}'
    changed = int(ordinal[min(end + 8 + int(chance[0] * 24), len(ordinal) - 1)])
    sink.versions("grades", [(posted, before), (changed, final)])


_PERIODS = tuple(descriptor("GradingPeriod", code) for code in PERIOD_CODES)


def write_state_tests(sink: Sink, block: Block, planted: Planted) -> None:
    """The state test of May, published on 1 July; a level and a scale score, no percentile."""
    if block.number == 0:
        for n, subject in enumerate(SUBJECTS):
            row: Row = {
                "id": record_id(kinds.ASSESSMENT, n),
                "assessmentIdentifier": f"State {subject}",
                "namespace": NAMESPACE,
                "assessmentTitle": f"Sample State Assessment {subject}",
                "academicSubjects": [
                    {"academicSubjectDescriptor": descriptor("AcademicSubject", subject)}
                ],
            }
            sink.put("assessments", 0, text(row))
    state = block.tests.state
    for student, year, n in zip(*np.nonzero(~np.isnan(state)), strict=True):
        spring = YEARS[year]
        z = float(state[student, year, n])
        level = next(name for bound, name in LEVELS if z < bound)
        grade = int(block.people.grade[student, year])
        number = block.people.number(int(student))
        row = {
            "id": record_id(kinds.STATE_TEST, number, spring, int(n)),
            "studentAssessmentIdentifier": f"state-{spring}-{n}-{number}",
            "assessmentReference": {
                "assessmentIdentifier": f"State {SUBJECTS[n]}", "namespace": NAMESPACE,
            },
            "schoolYearTypeReference": {"schoolYear": spring},
            "studentReference": {
                "studentUniqueId": planted.student_id(block, int(student), int(year))
            },
            "administrationDate": f"{spring}-05-05T15:00:00Z",
            "scoreResults": [score("Scale score", round(500 + 50 * max(-4.0, min(4.0, z))))],
            "performanceLevels": [
                {
                    "assessmentReportingMethodDescriptor": descriptor(
                        "AssessmentReportingMethod", "Proficiency level"
                    ),
                    "performanceLevelDescriptor": descriptor("PerformanceLevel", level),
                    "performanceLevelMet": level in ("Proficient", "Advanced"),
                }
            ],
            "whenAssessedGradeLevelDescriptor": descriptor("GradeLevel", GRADES[grade]),
        }  # fmt: skip
        sink.put("studentAssessments", date(spring, 7, 1).toordinal(), text(row))
