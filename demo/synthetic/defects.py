"""Which students carry a planted defect, chosen by rule from what the process drew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from demo.synthetic.district import Block
from demo.synthetic.school_year import school_year, timeline
from demo.synthetic.settings import YEARS, Plan

OLD_ID = "90990001"
STRANGER_ID = "99999001"
FALL, MATH, READING = 0, 0, 1
NOW = len(YEARS) - 1


# School days before the opening on which the late and the mistaken absence lie.
LATE_BY, MISTAKEN_BY = 5, 9


@dataclass(frozen=True, slots=True)
class Planted:
    """Students of the first block by index; -1 in every other block."""

    twice: int = -1  # enrolled twice at one school
    rekeyed: int = -1  # entry date corrected, so that the record's key changes
    merged: int = -1  # known under another id in the first year
    taken_id: int = -1  # the Star file gives this student the id of `owner`
    owner: int = -1
    rescored: int = -1  # a later MAP file has another score for the same test
    invalidated: int = -1  # a later MAP file of the term has the test no more
    dual: int = -1  # enrolled at the high school beside the middle school
    moved: int = -1
    late: int = -1  # an absence that the office enters days later
    mistaken: int = -1  # an absence that the office deletes
    old_id: str = OLD_ID
    days: dict[str, int] = field(default_factory=dict)  # ordinal days of what comes later

    def student_id(self, block: Block, student: int, year: int) -> str:
        """The id that the records of that year carry."""
        if student == self.merged and year == 0:
            return self.old_id
        return block.people.student_id(student)


def forward_days(plan: Plan) -> list[int]:
    """The school days after the opening: 30 or more, and past the end of the second quarter."""
    year = school_year(YEARS[-1])
    later = [day for day in year.days if day > plan.as_of]
    past = max(year.periods[1][1], plan.as_of)
    wanted = max(37, sum(day <= past for day in later) + 9)
    return [day.toordinal() for day in later[:wanted]]


def choose(block: Block) -> Planted:
    """The students of the defects: each another one, always the first that fits."""
    if block.number:
        return Planted()
    people, tests, time = block.people, block.tests, timeline()
    start, end = time.first_of_year(NOW), time.last_of_year(NOW)
    as_of = block.plan.as_of.toordinal()
    opening = int(np.searchsorted(time.ordinal, as_of, side="right")) - 1
    settled = (people.first_day[:, NOW] == start) & (people.last_day[:, NOW] == end)
    settled &= people.next_school[:, NOW] < 0
    grade = people.grade[:, NOW]
    before = (people.first_day[:, :NOW] >= 0).all(axis=1)
    tested = tests.day[:, NOW, FALL, MATH] >= 0
    by_star = (tests.day[:, NOW, FALL, READING] >= 0) & tests.is_star[:, NOW, FALL, READING]
    percentile = tests.percentile[:, NOW, FALL, MATH]
    present = block.attendance.absent[:, max(opening - 14, 0) : opening + 3].sum(axis=1) == 0
    moves = (people.next_school[:, NOW] >= 0) & (people.move_day[:, NOW] <= opening)
    used: set[int] = set()

    def first(fits: np.ndarray) -> int:
        found = next((int(i) for i in np.flatnonzero(fits) if int(i) not in used), -1)
        used.add(found)
        return found

    middle = (grade >= 6) & (grade <= 8)
    later = forward_days(block.plan)
    names = ("rescan", "rollover", "healed", "merge", "rescore")
    days = {name: later[min(n, len(later) - 1)] for n, name in enumerate(names)} if later else {}
    return Planted(
        twice=first(settled & middle),
        rekeyed=first(settled & middle),
        merged=first(settled & before & (grade >= 5) & (grade <= 10)),
        taken_id=first(settled & by_star),
        owner=first(settled & (grade == 7)),
        rescored=first(settled & tested & (percentile > 30) & (percentile < 60)),
        invalidated=first(settled & tested),
        dual=first(settled & (grade == 8) & present),
        moved=first(moves),
        late=first(settled & present & (grade >= 3)),
        mistaken=first(settled & present & (grade >= 3)),
        days=days,
    )


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def describe(block: Block, planted: Planted) -> Iterator[dict[str, object]]:
    """The ground truth of every planted defect: what, who, when, and who must notice."""
    name: Callable[[int], str] = block.people.student_id
    time = timeline()
    opening = int(np.searchsorted(time.ordinal, block.plan.as_of.toordinal(), side="right")) - 1
    late, mistaken = (_iso(int(time.ordinal[opening - n])) for n in (LATE_BY, MISTAKEN_BY))
    day = {key: _iso(value) for key, value in planted.days.items()}
    listed: list[tuple[str, dict[str, object], str]] = [
        ("duplicate_enrollment", {"student": name(planted.twice)},
         "int_enrollment__primary_spans: of two enrolments at one school the later decides"),
        ("rekeyed_enrollment", {"student": name(planted.rekeyed), "day": day.get("rescan")},
         "landing: the same record id gets a new version under its new key"),
        ("merged_student_id", {"student": name(planted.merged), "old_id": planted.old_id,
                               "day": day.get("merge")},
         "landing: key changes and deletes; one student holds both histories"),
        ("id_collision", {"student": name(planted.taken_id), "file_says": name(planted.owner),
                          "source": "star"},
         "rpt_assessment_match_queue: second_attribute_disagrees"),
        ("late_attendance_correction", {"student": name(planted.late), "day": day.get("healed"),
                                        "absent_on": late},
         "fct_attendance_to_date: counts from the night on which it is known"),
        ("deleted_rows", {"student": name(planted.mistaken), "day": day.get("rollover"),
                          "absent_on": mistaken},
         "landing: the event's last version is a deletion; the marts drop it"),
        ("rollover_file", {"source": "star", "day": day.get("rollover"),
                           "healed": day.get("healed")},
         "file reader: PastYearError, nothing of the file is loaded"),
        ("renamed_column_known", {"source": "map_growth", "file": "AssessmentResults_2024-2025.csv",
                                  "column": "MeasurementScale"},
         "layout aliases: read as Course"),
        ("renamed_column_unknown", {"source": "map_growth", "column": "RITScore"},
         "file reader: MissingColumnsError, nothing of the file is loaded"),
        ("rescored_test", {"student": name(planted.rescored), "source": "map_growth",
                           "day": day.get("rescore")},
         "landing: a new version of the same test; the marts show the newer score once"),
        ("invalidated_test", {"student": name(planted.invalidated), "source": "map_growth",
                              "day": day.get("rescore")},
         "landing: absent from the newer snapshot of its term, marked deleted"),
        ("mid_year_transfer", {"student": name(planted.moved)},
         "fct_attendance_to_date: days at both schools count once each"),
        ("dual_enrollment", {"student": name(planted.dual)},
         "int_enrollment__primary_spans: the primary school decides every date"),
        ("test_without_student", {"file_says": STRANGER_ID, "source": "map_growth"},
         "rpt_assessment_match_queue: id_not_found"),
    ]  # fmt: skip
    for what, facts, where in listed:
        yield {"what": what, **facts, "caught_by": where}
