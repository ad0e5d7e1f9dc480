"""The students of the small district, and what was computed by hand of each.

The day of the report is Tuesday 2026-11-17. All schools hold school every weekday from 2026-08-24
on. The high school's last event is on its 60th day (2026-11-13), the lower school's on its 50th
(2026-10-30): 60 and 50 days count, the days after that nobody has submitted do not. The third
school takes attendance in its classes only, the last time on its 60th day too. The fifth has sent
nothing since its 47th day, the 15th school day before the report, and the sixth nothing yet.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.dbt import filed_students, tested_students
from tests.dbt.small_district import (
    BY_CLASS,
    HIDDEN,
    HIGH,
    LOWER,
    PLACES,
    Q1,
    Q2,
    SILENT,
    STOPPED,
    T1,
    Record,
    a_year_earlier,
    absent,
    action,
    assessed,
    enrolled,
    event,
    incident,
    mark,
    missed,
    school_day,
    schools,
    session,
    student,
    taught,
)

AS_OF = "2026-11-17"
TEST_DAY = "2026-09-15"
STATE_KINDS = "uri://state.example/GradeTypeDescriptor"


class Truth(NamedTuple):
    """What the view must say of one student."""

    tier: str
    level: str
    school: str | None
    absent: tuple[str, int] | None  # days absent of days enrolled; None when nobody can say
    gpa: str | None
    percentile: int | None
    flags: str  # attendance, course grades, assessment, behavior


# y yellow, r red, - none, ? insufficient data, / not applicable
TRUTH = {
    # 6 of 60 days is exactly 10 %: yellow. B B = 3.0. The F in progress and the absence after the
    # day of the report count for nothing.
    "s01": Truth("Some Risk", "Moderate", "1", ("6", 60), "3", 50, "y---"),
    # 5 whole days and a Partial of 0.5 are 5.5 of 60: under 10 %. C and D on equal credits are GPA
    # 1.5 exactly, which is not below 1.5; the D alone is yellow. The semester's F, a tardy and an
    # absence on a Saturday count for nothing.
    "s02": Truth("Some Risk", "Moderate", "1", ("5.5", 60), "1.5", 50, "-y--"),
    # 12 of 60 is exactly 20 %: red. C- 1.7 and D 1.0 are 1.35, below 1.5: red with one D only.
    "s03": Truth("High Risk", "High", "1", ("12", 60), "1.35", None, "rr?-"),
    # Math at 60, reading at 9: the worse subject is red, and its percentile is shown.
    "s04": Truth("At Risk", "Moderate", "1", ("0", 60), "4", 9, "--r-"),
    # Percentile 24 is yellow and so are 2 incidents in quarter 2, one without a participation code.
    # A third as a witness and a fourth of quarter 1 do not count.
    "s05": Truth("At Risk", "Moderate", "1", ("0", 60), "3", 24, "--yy"),
    # One suspension in quarter 2 for an incident of quarter 1: red by its own date.
    "s07": Truth("At Risk", "Moderate", "1", ("0", 60), "3", 25, "---r"),
    # 30 days at the high school with 3 absences, then 20 at the lower school with 2: 5 of 50 is
    # exactly 10 %. The lower school's trimester decides, B A = 3.5; the old school's F does not.
    "s08": Truth("Some Risk", "Moderate", "2", ("5", 50), "3.5", None, "y-?-"),
    # At both schools, the high school is primary: what the lower school reports does not count.
    # A 4.0 x 1 and B 3.0 x 0.5 credits: 5.5 / 1.5 = 3.666…, shown cut to 3.66.
    "s09": Truth("Low Risk", "Low", "1", ("0", 60), "3.66", None, "--?-"),
    # Pre-K: 10 of 50 is red, and there is no tier.
    "s10": Truth("Not applicable", "Not applicable", "2", ("10", 50), None, None, "r/?-"),
    # 4.5 of 50 is 9 %: none. Only a P: in K-5 course grades do not apply.
    "s11": Truth("Low Risk", "Low", "2", ("4.5", 50), None, None, "-/?-"),
    # Known, but never enrolled: nobody can say, whatever the test says.
    "s12": Truth("Insufficient data", "Insufficient data", None, None, None, 5, "??r?"),
    # Began the day before, no marks, no test, no incident: zero incidents are no evidence.
    "s13": Truth("Insufficient data", "Insufficient data", "2", None, None, None, "???-"),
    # Two D in grade 4 are red; K-5 has no GPA. An invalid test is no test.
    "s15": Truth("At Risk", "Moderate", "2", ("0", 50), None, None, "-r?-"),
    # Attendance by class. To day 45 Math, English and Art, then Math and English; never the
    # homeroom, nor last year's Math, which nobody has closed. All three missed on day 2, both on
    # days 46 to 50: 6 of 60 is yellow. Two of three on day 1, one of two on day 52, one and late
    # for the other on day 53 are no day.
    "s17": Truth("Some Risk", "Moderate", "3", ("6", 60), "4", None, "y-?-"),
    # Homeroom and Math missed on every day, English never: present on every day.
    "s18": Truth("Low Risk", "Low", "3", ("0", 60), "4", None, "--?-"),
    # The homeroom is the only class: 12 of 60 is red.
    "s19": Truth("At Risk", "Moderate", "3", ("12", 60), None, None, "r/?-"),
    # Math missed on 11 days, and one daily event on day 3: the school counts as one that takes
    # daily attendance, and 3 days are too few to judge. The run warns of it.
    "s20": Truth("Insufficient data", "Insufficient data", "4", None, None, None, "????"),
    # Grade 2, a 3 and a 2 of a scale nobody knows: no letters, so course grades do not apply.
    "s21": Truth("Low Risk", "Low", "2", ("0", 50), None, None, "-/?-"),
    # Grade 4, a D in one course and a 3 in the other: the letter counts.
    "s22": Truth("Some Risk", "Moderate", "2", ("0", 50), None, None, "-y?-"),
    # Grade 8: 65 is a D and 59 an F by the table, (1 + 0) / 2 = 0.5.
    "s23": Truth("At Risk", "Moderate", "2", ("0", 50), "0.5", None, "-r?-"),
    # An A of the state's own kind of mark, which the source maps to a grading period's.
    "s24": Truth("Low Risk", "Low", "2", ("0", 50), "4", None, "--?-"),
    # A, and an F* that nobody can read: no GPA, and nobody can say.
    "s25": Truth("Low Risk", "Low", "2", ("0", 50), None, None, "-??-"),
    # D, and a WF that nobody can read: the D is yellow whatever the WF may mean.
    "s26": Truth("Some Risk", "Moderate", "2", ("0", 50), None, None, "-y?-"),
    # One absence of 47 days, and nothing was submitted for 15 days since: nobody can say.
    "s27": Truth("Insufficient data", "Insufficient data", "5", None, None, None, "????"),
    # 40 days at that school with 8 absences, then at the high school: 8 of 60 is yellow.
    "s28": Truth("Some Risk", "Moderate", "1", ("8", 60), None, None, "y??-"),
    # Math is the only class, missed on days 1 to 7 and 61. A tardy is the daily record of day 7,
    # and day 61 is not submitted yet: 6 of 60 without a daily event are yellow.
    "s29": Truth("Some Risk", "Moderate", "1", ("6", 60), None, None, "y??-"),
    # Star at percentile 20 with growth 30, and the same sitting through Ed-Fi without its growth:
    # the copy counts nowhere, low with low growth is red.
    "s41": Truth("At Risk", "Moderate", "2", ("0", 50), None, 20, "-?r-"),
    # Star twice, growth 20 and 21, and both again through Ed-Fi: twice in a row is red.
    "s42": Truth("At Risk", "Moderate", "2", ("0", 50), None, 60, "-?r-"),
    # As a host that compares keys without case may spell them: the class is math of S30 in absences
    # and marks, and the test MATHEMATICS. 6 of 60 days without any other class are yellow, and so
    # is percentile 24; the A counts.
    "s30": Truth("At Risk", "Moderate", "3", ("6", 60), "4", 24, "y-y-"),
    # The enrolment names the calendar HIGH, which calls itself High.
    "s31": Truth("Some Risk", "Moderate", "1", ("6", 60), None, None, "y??-"),
    # The school has sent no attendance yet this year: nobody can say.
    "s32": Truth("Insufficient data", "Insufficient data", "6", None, None, None, "????"),
    # Only through Ed-Fi, percentile 24 with growth 34.0: red.
    "s43": Truth("At Risk", "Moderate", "2", ("0", 50), None, 24, "-?r-"),
    # Only through Ed-Fi, percentile 40 with growth 30, then 34: twice in a row is red.
    "s44": Truth("At Risk", "Moderate", "2", ("0", 50), None, 40, "-?r-"),
    # i-Ready in English at 50 and in Spanish at 4 on one day: the Spanish one decides nothing.
    "s45": Truth("Low Risk", "Low", "2", ("0", 50), None, 50, "-?--"),
    # Only in Spanish at 4: nobody can say by English norms.
    "s46": Truth("Low Risk", "Low", "2", ("0", 50), None, None, "-??-"),
    # Of files that a layout alone describes. DIBELS composite at 9: red.
    "s51": Truth("At Risk", "Moderate", "2", ("0", 50), None, 9, "-?r-"),
    # CMAS: not tested, with the parents' excuse. Nobody can say.
    "s52": Truth("Low Risk", "Low", "2", ("0", 50), None, None, "-??-"),
    # Toy, math at 50 and reading at 24 in one row: the worse subject, yellow.
    "s53": Truth("Some Risk", "Moderate", "2", ("0", 50), None, 24, "-?y-"),
    # Toy, math at 5 but spoiled, and no reading: no test that counts.
    "s54": Truth("Low Risk", "Low", "2", ("0", 50), None, None, "-??-"),
    # STAAR Interim, math in Spanish, with neither percentile nor a say in the indicator.
    "s55": Truth("Low Risk", "Low", "2", ("0", 50), None, None, "-??-"),
}
# s06 left on 2026-10-30, s14 was deleted in the source, s16 begins tomorrow.
NOT_JUDGED = {"s06", "s14", "s16"}


def marks(number: str, school: int, period: str, letters: dict[str, str]) -> list[Record]:
    return [mark(number, school, period, course, letter) for course, letter in letters.items()]


def records() -> list[Record]:
    """Everything the source holds, student by student as in TRUTH."""
    all_students = sorted((set(TRUTH) | NOT_JUDGED) - {"s14"})
    high = ("s01", "s02", "s03", "s04", "s05", "s07")
    one_b = {"MATH": "B", "ENGLISH": "B"}
    return [
        *schools(
            {**PLACES, BY_CLASS: "By class", HIDDEN: "Hidden", STOPPED: "Stopped", SILENT: "Silent"}
        ),
        *(student(number) for number in all_students),
        *(enrolled(number, HIGH, "Ninth grade") for number in high),
        # s01
        *absent("s01", HIGH, [1, 2, 3, 4, 5, 6]),
        event("s01", HIGH, "2026-11-18", "Unexcused Absence"),
        *marks("s01", HIGH, Q1, one_b),
        mark("s01", HIGH, Q2, "MATH", "F"),
        assessed("s01", "Mathematics", TEST_DAY, "50"),
        # s02
        *absent("s02", HIGH, [1, 2, 3, 4, 5]),
        event("s02", HIGH, school_day(6), "Partial"),
        event("s02", HIGH, school_day(7), "Tardy"),
        event("s02", HIGH, "2026-08-29", "Unexcused Absence"),
        *marks("s02", HIGH, Q1, {"MATH": "C", "ENGLISH": "D"}),
        mark("s02", HIGH, Q1, "MATH", "F", kind="Semester"),
        assessed("s02", "Mathematics", TEST_DAY, "50"),
        # s03
        *absent("s03", HIGH, range(1, 13)),
        *marks("s03", HIGH, Q1, {"MATH": "C-", "ENGLISH": "D"}),
        # s04; the tardy is the high school's last submitted day
        event("s04", HIGH, school_day(60), "Tardy"),
        *marks("s04", HIGH, Q1, {"MATH": "A", "ENGLISH": "A"}),
        assessed("s04", "Mathematics", TEST_DAY, "60"),
        assessed("s04", "Reading", TEST_DAY, "9"),
        # s05
        *marks("s05", HIGH, Q1, one_b),
        assessed("s05", "Mathematics", TEST_DAY, "24"),
        *incident("s05", HIGH, "i1", "2026-10-26"),
        *incident("s05", HIGH, "i2", AS_OF, part=None),
        *incident("s05", HIGH, "i3", "2026-11-02", part="Witness"),
        *incident("s05", HIGH, "i4", "2026-10-23"),
        # s06
        enrolled("s06", HIGH, "Ninth grade", last="2026-10-30"),
        *absent("s06", HIGH, range(1, 40)),
        *marks("s06", HIGH, Q1, {"MATH": "F", "ENGLISH": "F"}),
        # s07
        *marks("s07", HIGH, Q1, one_b),
        assessed("s07", "Mathematics", "2025-11-17", "25"),  # 365 days ago still counts
        assessed("s07", "Reading", "2025-11-16", "1"),  # 366 days ago does not
        *incident("s07", HIGH, "i5", "2026-10-22"),
        action("s07", HIGH, "a1", "2026-10-26", "Out of School Suspension"),
        # s08
        enrolled("s08", HIGH, "Ninth grade", last=school_day(30)),
        enrolled("s08", LOWER, "Eighth grade", entry=school_day(31)),
        *absent("s08", HIGH, [1, 15, 30]),
        *absent("s08", LOWER, [31, 50]),
        mark("s08", HIGH, Q1, "ART", "F"),
        *marks("s08", LOWER, T1, {"MATH": "B", "ENGLISH": "A"}),
        # s09
        enrolled("s09", HIGH, "Ninth grade", primary=True),
        enrolled("s09", LOWER, "Ninth grade", primary=False),
        *absent("s09", LOWER, range(1, 31)),
        *marks("s09", HIGH, Q1, {"MATH": "A", "ART": "B"}),
        # s10
        enrolled("s10", LOWER, "Preschool/Prekindergarten"),
        *absent("s10", LOWER, range(1, 11)),
        # s11; the tardy is no later than the absences, so day 50 stays the last submitted one
        enrolled("s11", LOWER, "Second grade"),
        *absent("s11", LOWER, [1, 2, 3, 4]),
        event("s11", LOWER, school_day(5), "Unexcused Absence", share=0.5),
        event("s11", LOWER, school_day(50), "Tardy"),
        mark("s11", LOWER, T1, "MATH", "P"),
        # s12
        assessed("s12", "Mathematics", TEST_DAY, "5"),
        # s13
        enrolled("s13", LOWER, "Sixth grade", entry="2026-11-16"),
        # s15
        enrolled("s15", LOWER, "Fourth grade"),
        *marks("s15", LOWER, T1, {"MATH": "D+", "ENGLISH": "D-"}),
        assessed(
            "s15",
            "Mathematics",
            TEST_DAY,
            "5",
            eventCircumstanceDescriptor="uri://ed-fi.org/EventCircumstanceDescriptor#Cheating",
        ),
        # s17
        enrolled("s17", BY_CLASS, "Ninth grade"),
        session(BY_CLASS, "Year", "2026-08-24", "2027-05-28"),
        session(BY_CLASS, "Fall", "2026-08-24", school_day(45)),
        *(taught("s17", BY_CLASS, course, "2026-08-24") for course in ("MATH", "ENGLISH")),
        taught("s17", BY_CLASS, "ART", "2026-08-24", session="Fall"),
        taught("s17", BY_CLASS, "HOMEROOM", "2026-08-24", homeroom=True),
        a_year_earlier(taught("s17", BY_CLASS, "MATH", "2026-08-24")),
        *missed("s17", BY_CLASS, "MATH", [1, 2, *range(46, 51), 52, 53]),
        *missed("s17", BY_CLASS, "ENGLISH", [1, 2, *range(46, 51)]),
        *missed("s17", BY_CLASS, "ENGLISH", [53], "Tardy"),
        *missed("s17", BY_CLASS, "ART", [2], session="Fall"),
        *marks("s17", BY_CLASS, Q1, {"MATH": "A", "ENGLISH": "A"}),
        # s18
        enrolled("s18", BY_CLASS, "Ninth grade"),
        *(taught("s18", BY_CLASS, course, "2026-08-24") for course in ("MATH", "ENGLISH")),
        taught("s18", BY_CLASS, "HOMEROOM", "2026-08-24", homeroom=True),
        *missed("s18", BY_CLASS, "MATH", range(1, 61)),
        *missed("s18", BY_CLASS, "HOMEROOM", range(1, 61)),
        *marks("s18", BY_CLASS, Q1, {"MATH": "A", "ENGLISH": "A"}),
        # s19
        enrolled("s19", BY_CLASS, "Fourth grade"),
        taught("s19", BY_CLASS, "HOMEROOM", "2026-08-24", homeroom=True),
        *missed("s19", BY_CLASS, "HOMEROOM", range(1, 13)),
        # s20
        enrolled("s20", HIDDEN, "Ninth grade"),
        taught("s20", HIDDEN, "MATH", "2026-08-24"),
        *missed("s20", HIDDEN, "MATH", range(1, 12)),
        event("s20", HIDDEN, school_day(3), "Tardy"),
        # s21
        enrolled("s21", LOWER, "Second grade"),
        mark("s21", LOWER, T1, "MATH", None, value=3),
        mark("s21", LOWER, T1, "ENGLISH", None, value=2),
        # s22
        enrolled("s22", LOWER, "Fourth grade"),
        mark("s22", LOWER, T1, "MATH", "D"),
        mark("s22", LOWER, T1, "ENGLISH", None, value=3),
        # s23
        enrolled("s23", LOWER, "Eighth grade"),
        mark("s23", LOWER, T1, "MATH", None, value=65),
        mark("s23", LOWER, T1, "ENGLISH", None, value=59),
        # s24
        enrolled("s24", LOWER, "Eighth grade"),
        mark("s24", LOWER, T1, "MATH", "A", kind=f"{STATE_KINDS}#Term mark"),
        (
            "descriptor_mappings",
            {
                "namespace": STATE_KINDS,
                "value": "Term mark",
                "mappedNamespace": "uri://ed-fi.org/GradeTypeDescriptor",
                "mappedValue": "Grading Period",
            },
        ),
        # s25
        enrolled("s25", LOWER, "Eighth grade"),
        *marks("s25", LOWER, T1, {"MATH": "A", "ENGLISH": "F*"}),
        # s26
        enrolled("s26", LOWER, "Eighth grade"),
        *marks("s26", LOWER, T1, {"MATH": "D", "ENGLISH": "WF"}),
        # s27
        enrolled("s27", STOPPED, "Ninth grade"),
        *absent("s27", STOPPED, [47]),
        # s28
        enrolled("s28", STOPPED, "Ninth grade", last=school_day(40)),
        enrolled("s28", HIGH, "Ninth grade", entry=school_day(41)),
        *absent("s28", STOPPED, range(1, 9)),
        # s29
        enrolled("s29", HIGH, "Ninth grade"),
        taught("s29", HIGH, "MATH", "2026-08-24"),
        *missed("s29", HIGH, "MATH", [*range(1, 8), 61]),
        event("s29", HIGH, school_day(7), "Tardy"),
        *tested_students.records(),
        *filed_students.records(),
        # s30
        enrolled("s30", BY_CLASS, "Ninth grade"),
        taught("s30", BY_CLASS, "MATH", "2026-08-24"),
        *missed("S30", BY_CLASS, "math", range(1, 7), session="YEAR"),
        *marks("S30", BY_CLASS, Q1.upper(), {"math": "A"}),
        assessed("S30", "MATHEMATICS", TEST_DAY, "24"),
        # s31
        enrolled("s31", HIGH, "Ninth grade", calendar="HIGH"),
        *absent("s31", HIGH, range(1, 7)),
        # s32
        enrolled("s32", SILENT, "Ninth grade"),
        # s14's facts outlive the student, s16 is not there yet
        enrolled("s14", HIGH, "Ninth grade"),
        *absent("s14", HIGH, range(1, 40)),
        enrolled("s16", HIGH, "Ninth grade", entry="2026-11-18"),
    ]
