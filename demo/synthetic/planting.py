"""The records and later commands of the planted defects."""

from __future__ import annotations

import json
from datetime import date

from demo.synthetic import kinds
from demo.synthetic.defects import LATE_BY, MISTAKEN_BY, NOW, Planted
from demo.synthetic.district import Block
from demo.synthetic.enrolments import stay_id, stay_row
from demo.synthetic.events import EXCUSED, RESOURCE, UNEXCUSED, event
from demo.synthetic.organisations import text
from demo.synthetic.school_year import timeline
from demo.synthetic.settings import HIGH
from demo.synthetic.sink import Sink, change_key, delete, record_id
from demo.synthetic.teaching import Spell

ENROLLMENTS = "studentSchoolAssociations"


def plant(sink: Sink, block: Block, found: list[Spell], planted: Planted) -> None:
    """Everything but the merge, which needs the records already written."""
    if block.number:
        return
    now = {spell.student: spell for spell in found if spell.year == NOW}
    time, people = timeline(), block.people

    twice = now[planted.twice]
    entry = int(time.ordinal[twice.first + 1])
    row = stay_row(block, twice, people.student_id(twice.student), twice.place, _iso(entry))
    sink.put(ENROLLMENTS, entry, text({"id": stay_id(block, twice, 1), **row}))

    dual = now[planted.dual]
    entry = int(time.ordinal[dual.first])
    row = stay_row(block, dual, people.student_id(dual.student), HIGH, _iso(entry), primary=False)
    sink.put(ENROLLMENTS, entry, text({"id": stay_id(block, dual, 2), **row}))
    opening = int((time.ordinal <= sink.as_of).nonzero()[0][-1])
    # an absence at the second school, on a day on which the primary school decides
    unique = people.student_id(dual.student)
    day = opening - 4
    _, line = event(block, unique, dual.student, at=(day, HIGH), category=EXCUSED)
    sink.put(RESOURCE, int(time.ordinal[day]), line)

    rekeyed = now[planted.rekeyed]
    moved_to = _iso(int(time.ordinal[rekeyed.first + 1]))
    if "rescan" not in planted.days:
        return
    sink.command(
        planted.days["rescan"],
        change_key(ENROLLMENTS, stay_id(block, rekeyed), [("entryDate", moved_to)]),
    )
    late, mistaken = now[planted.late], now[planted.mistaken]
    unique = people.student_id(late.student)
    at = opening - LATE_BY, late.place
    _, line = event(block, unique, late.student, at=at, category=UNEXCUSED)
    sink.put(RESOURCE, planted.days["healed"], line)
    unique = people.student_id(mistaken.student)
    day = opening - MISTAKEN_BY
    at = day, mistaken.place
    key, line = event(block, unique, mistaken.student, at=at, category=UNEXCUSED)
    sink.put(RESOURCE, int(time.ordinal[day]), line)
    sink.command(planted.days["rollover"], delete(RESOURCE, key))


def merge(sink: Sink, block: Block, planted: Planted) -> None:
    """The two ids of one child become one: its records are re-keyed, the second child deleted."""
    if block.number or "merge" not in planted.days:
        return
    day, new = planted.days["merge"], block.people.student_id(planted.merged)
    number = block.people.number(planted.merged)
    for resource, line in sink.lines_with(planted.old_id):
        if resource in ("students", "studentEducationOrganizationAssociations"):
            continue
        record = str(json.loads(line)["id"])
        sink.command(day, change_key(resource, record, [("studentUniqueId", new)]))
    sink.command(
        day,
        delete("studentEducationOrganizationAssociations",
               record_id(kinds.DEMOGRAPHICS, number, 1)),
    )  # fmt: skip
    sink.command(day, delete("students", record_id(kinds.STUDENT, number, 1)))


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
