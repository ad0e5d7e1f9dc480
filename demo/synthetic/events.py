"""Absences, tardies and incidents as records, with what the office corrects days later."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from demo.shapes.edfi import descriptor
from demo.synthetic import behavior, kinds
from demo.synthetic.attendance import HALF
from demo.synthetic.defects import Planted
from demo.synthetic.district import Block
from demo.synthetic.organisations import session_names, session_of
from demo.synthetic.school_year import school_year, timeline
from demo.synthetic.settings import YEARS, school_id
from demo.synthetic.sink import Sink, delete, record_id

RESOURCE = "studentSchoolAttendanceEvents"
EXCUSED, UNEXCUSED = "Excused Absence", "Unexcused Absence"
NOTE_SHARE = 0.05  # of the unexcused absences: a note comes later and excuses them
LATE_SHARE = 0.015  # of all absences: entered days later
MISTAKE_SHARE = 0.0004  # of the days present: an absence that is deleted again


@cache
def _tail(block: int, place: int, day: int) -> str:
    """All of an attendance event that depends on school and day only."""
    time = timeline()
    quarter = int(time.quarter[day])
    spring = YEARS[quarter // 4]
    names = session_names(place, school_year(spring))
    name = names[session_of(place, quarter % 4)]
    number = school_id(block, place)
    when = date.fromordinal(int(time.ordinal[day])).isoformat()
    return (
        f'"eventDate":"{when}","schoolReference":{{"schoolId":{number}}},"sessionReference":'
        f'{{"schoolId":{number},"schoolYear":{spring},"sessionName":"{name}"}},'
        '"studentReference":{"studentUniqueId":"'
    )


def event(
    block: Block,
    unique: str,
    who: int,
    *,
    at: tuple[int, int],
    category: str,
    duration: float = 1.0,
) -> tuple[str, str]:
    """The id and the record of one event; the category is part of its key, so of its id.

    `at` is the day (an index of the timeline) and the school's place in the block.
    """
    day, place = at
    code = _CODES[category]
    key = record_id(
        kinds.TARDY if category == "Tardy" else kinds.ABSENCE,
        block.people.number(who),
        day,
        place,
        code,
    )
    return key, (
        f'{{"id":"{key}","attendanceEventCategoryDescriptor":"{_DESCRIPTORS[code]}",'
        f'{_tail(block.number, place, day)}{unique}"}},"eventDuration":{duration}}}'
    )  # fmt: skip


_CODES = {EXCUSED: 1, UNEXCUSED: 2, "Tardy": 3}
_DESCRIPTORS = {code: descriptor("AttendanceEventCategory", name) for name, code in _CODES.items()}


def write_attendance(sink: Sink, block: Block, planted: Planted) -> None:
    """Every absence and tardy, known the same evening, late, or corrected later."""
    seen, dice, time = block.attendance, block.dice, timeline()
    rows, days = np.nonzero(seen.absent)
    shape = len(rows)
    is_late = dice.random(shape) < LATE_SHARE
    has_note = dice.random(shape) < NOTE_SHARE
    delay = dice.integers(2, 7, shape)
    # one spare day at the end, for what is never known
    known = np.append(time.ordinal, time.ordinal[-1] + 400)
    last = len(known) - 1
    evening = known[days]
    later = known[np.minimum(days + delay, last)]
    columns = zip(
        rows.tolist(), days.tolist(), block.at_school[rows, days].tolist(),
        seen.is_excused[rows, days].tolist(), (seen.absent[rows, days] == HALF).tolist(),
        np.where(is_late, later, evening).tolist(), (has_note & ~is_late).tolist(),
        later.tolist(), time.year[days].tolist(), strict=True,
    )  # fmt: skip
    for who, day, place, excused, half, when, note, noted, year in columns:
        if when > sink.last:
            continue
        unique = planted.student_id(block, who, year)
        duration = 0.5 if half else 1.0
        category = EXCUSED if excused else UNEXCUSED
        key, line = event(block, unique, who, at=(day, place), category=category, duration=duration)
        if excused or not note:
            sink.put(RESOURCE, when, line)
            continue
        _, excuse = event(block, unique, who, at=(day, place), category=EXCUSED, duration=duration)
        if noted > sink.as_of:
            sink.put(RESOURCE, when, line)
            sink.command(noted, delete(RESOURCE, key))
        sink.put(RESOURCE, noted, excuse)

    rows, days = np.nonzero(seen.is_tardy)
    seen_by_then = known[days] <= sink.last
    rows, days = rows[seen_by_then], days[seen_by_then]
    columns = zip(rows.tolist(), days.tolist(), block.at_school[rows, days].tolist(), strict=True)
    for who, day, place in columns:
        unique = planted.student_id(block, who, int(time.year[day]))
        _, line = event(block, unique, who, at=(day, place), category="Tardy")
        sink.put(RESOURCE, int(known[day]), line)
    _mistakes(sink, block)


def _mistakes(sink: Sink, block: Block) -> None:
    """Absences of the wrong child, deleted two days later; those settled by now left no trace."""
    time = timeline()
    recent = np.flatnonzero((time.ordinal > sink.as_of - 7) & (time.ordinal <= sink.last))
    present = (block.at_school[:, recent] >= 0) & (block.attendance.absent[:, recent] == 0)
    wrong = present & (block.dice.random(present.shape) < MISTAKE_SHARE)
    for who, place_in_recent in zip(*np.nonzero(wrong), strict=True):
        day = int(recent[place_in_recent])
        if day + 2 >= len(time.ordinal) or time.ordinal[day + 2] <= sink.as_of:
            continue
        place = int(block.at_school[who, day])
        unique = block.people.student_id(int(who))
        key, line = event(block, unique, int(who), at=(day, place), category=UNEXCUSED)
        sink.put(RESOURCE, int(time.ordinal[day]), line)
        sink.command(int(time.ordinal[day + 2]), delete(RESOURCE, key))


def write_incidents(sink: Sink, block: Block, planted: Planted) -> None:
    """Incidents with their student and the action that followed, known on the day."""
    time, found = timeline(), block.incidents
    behavior_code = descriptor("Behavior", "School Code of Conduct")
    part = descriptor("DisciplineIncidentParticipationCode", "Perpetrator")
    columns = zip(
        found.student.tolist(),
        found.day.tolist(),
        found.action.tolist(),
        found.length.tolist(),
        strict=True,
    )
    for n, (who, day, action, length) in enumerate(columns, 1):
        known = int(time.ordinal[day])
        when = date.fromordinal(known).isoformat()
        number = school_id(block.number, int(block.at_school[who, day]))
        name = f"I{block.number:03d}{n:06d}"
        unique = planted.student_id(block, who, int(time.year[day]))
        key = block.people.number(who), n
        reference = f'{{"incidentIdentifier":"{name}","schoolId":{number}}}'
        student = f'"studentReference":{{"studentUniqueId":"{unique}"}}'
        sink.put(
            "disciplineIncidents",
            known,
            f'{{"id":"{record_id(kinds.INCIDENT, *key)}","incidentIdentifier":"{name}",'
            f'"schoolReference":{{"schoolId":{number}}},"incidentDate":"{when}",'
            f'"behaviors":[{{"behaviorDescriptor":"{behavior_code}"}}]}}',
        )
        sink.put(
            "studentDisciplineIncidentBehaviorAssociations",
            known,
            f'{{"id":"{record_id(kinds.BEHAVIOR, *key)}","behaviorDescriptor":"{behavior_code}",'
            f'"disciplineIncidentReference":{reference},{student},'
            '"disciplineIncidentParticipationCodes":'
            f'[{{"disciplineIncidentParticipationCodeDescriptor":"{part}"}}]}}',
        )
        kind = behavior.ACTIONS[action]
        if not kind:
            continue
        days = length if "Suspension" in kind else 1
        sink.put(
            "disciplineActions",
            known,
            f'{{"id":"{record_id(kinds.ACTION, *key)}","disciplineActionIdentifier":"A{name[1:]}",'
            f'"disciplineDate":"{when}","disciplines":[{{"disciplineDescriptor":'
            f'"{descriptor("Discipline", kind)}"}}],"actualDisciplineActionLength":{days}.0,'
            f'"responsibilitySchoolReference":{{"schoolId":{number}}},{student},'
            '"studentDisciplineIncidentBehaviorAssociations":'
            '[{"studentDisciplineIncidentBehaviorAssociationReference":'
            f'{{"behaviorDescriptor":"{behavior_code}","incidentIdentifier":"{name}",'
            f'"schoolId":{number},"studentUniqueId":"{unique}"}}}}]}}',
        )
