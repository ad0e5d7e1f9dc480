"""The assessment vendors' files: MAP-like results with their roster, and Star reading in a ZIP.

Each block writes its rows; `write.py` puts the blocks together. An export holds what was tested up
to its day, as the vendors' exports do.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from demo.shapes.vendors import MAP, STAR
from demo.synthetic.assessments import WINDOWS, rit, scaled
from demo.synthetic.defects import FALL, MATH, NOW, STRANGER_ID, Planted
from demo.synthetic.district import Block
from demo.synthetic.normal import percentile as to_percentile
from demo.synthetic.school_year import school_year, timeline
from demo.synthetic.settings import SUBJECTS, TERMS, YEARS, school_name

GOALS = 5  # the last columns of the header are about goals, which this district does not export
MAP_HEADER = (*MAP[:-GOALS], "FallToSpringConditionalGrowthPercentile")
ROSTER_HEADER = (
    "TermName", "DistrictName", "SchoolName", "StudentLastName", "StudentFirstName", "StudentID",
    "StudentDateOfBirth", "Grade",
)  # fmt: skip
DISTRICT = "Sample Maple Valley"
ZIP, MEMBER = "Maple Valley.zip", "SR_v2.csv"
RESCORED_BY = 0.6  # standard deviations that the re-scored test gains


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file, the day of its test, and between which days it is exported."""

    day: int
    line: str
    until: int = 10**7
    since: int = 0

    def is_in(self, export: int) -> bool:
        return self.day <= export and self.since <= export < self.until


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one block by file and year."""

    results: dict[int, list[Row]]
    roster: dict[int, list[Row]]
    star: list[Row]


def exports(as_of: int, last: int, planted_day: int | None) -> list[int]:
    """Days on which the vendors export anew: a re-scored test, then three times in a window."""
    time = timeline()
    start = time.first_of_year(NOW)
    days = {planted_day} if planted_day else set()
    for first, length in WINDOWS:
        days |= {int(time.ordinal[start + first + n]) for n in (4, 5, length)}
    return sorted(day for day in days if as_of < day <= last)


def broken_export(as_of: int, last: int) -> int | None:
    """The first export of the first window after the opening: its score column is renamed."""
    time = timeline()
    start = time.first_of_year(NOW)
    days = [int(time.ordinal[start + first + 4]) for first, _ in WINDOWS]
    return next((day for day in days if as_of < day <= last), None)


def rows(block: Block, planted: Planted) -> Rows:
    """Every test of the block as lines of the vendors' files."""
    found = Rows({y: [] for y in YEARS}, {y: [] for y in YEARS}, [])
    people, tests, time = block.people, block.tests, timeline()
    listed: dict[tuple[int, int, int], int] = {}
    for who, year, term, subject in zip(*np.nonzero(tests.day >= 0), strict=True):
        day = int(tests.day[who, year, term, subject])
        ordinal = int(time.ordinal[day])
        place = int(block.at_school[who, day])
        if tests.is_star[who, year, term, subject]:
            found.star.append(_star(block, planted, int(who), int(term), ordinal))
            continue
        spring, school = YEARS[year], school_name(block.number, place)
        found.results[spring] += _map(
            block, planted, (int(who), int(year), int(term), int(subject)), ordinal, school
        )
        seen = (int(who), int(year), int(term))
        if seen not in listed:
            listed[seen] = place
            first, last = people.names(int(who))
            born = people.birth_date(int(who))
            grade = int(people.grade[who, year]) or "K"
            unique = people.student_id(int(who))
            line = (
                f"{_term(int(term), spring)},{DISTRICT},{school},{last},{first},{unique},"
                f"{born:%m/%d/%Y},{grade}"
            )
            found.roster[spring].append(Row(ordinal, line))
    if block.number == 0:
        spring = YEARS[NOW]
        day = int(time.ordinal[time.first_of_year(NOW) + WINDOWS[FALL][0]])
        name = school_name(0, 3)
        head = f"{_term(FALL, spring)},{DISTRICT},{name},{STRANGER_ID}"
        result = _result(head, MATH, "Growth: Sample Math 6+", 799999999, (day, 214, 41, 0))
        found.results[spring].append(Row(day, result))
        who_line = f"{_term(FALL, spring)},{DISTRICT},{name},Sample,Test-Nobody,{STRANGER_ID}"
        found.roster[spring].append(Row(day, f"{who_line},01/15/2014,6"))
    return found


def _term(term: int, spring: int) -> str:
    return f"{TERMS[term]} {spring - 1}-{spring}"


def _map(
    block: Block, planted: Planted, key: tuple[int, int, int, int], ordinal: int, school: str
) -> Iterator[Row]:
    who, year, term, subject = key
    tests, people = block.tests, block.people
    grade = int(people.grade[who, year])
    z = float(tests.z[key])
    band = "K-2" if grade < 3 else "2-5" if grade < 6 else "6+"
    name = f"Growth: Sample {('Math', 'Reading')[subject]} {band}"
    test = 700_000_000 + people.number(who) * 100 + year * 10 + term * 2 + subject
    growth = int(tests.growth[who, year, subject]) if term == 2 else 0

    def line(z: float, percentile: int) -> str:
        head = f"{_term(term, YEARS[year])},{DISTRICT},{school},{people.student_id(who)}"
        scores = ordinal, rit(subject, grade, term, z), percentile, growth
        return _result(head, subject, name, test, scores)

    now = line(z, int(tests.percentile[key]))
    again = planted.days.get("rescore")
    if again is None or key[1:] != (NOW, FALL, MATH):
        yield Row(ordinal, now)
    elif who == planted.rescored:
        better = z + RESCORED_BY
        yield Row(ordinal, now, until=again)
        yield Row(ordinal, line(better, int(to_percentile(np.array(better)))), since=again)
    elif who == planted.invalidated:
        yield Row(ordinal, now, until=again)
    else:
        yield Row(ordinal, now)


def _result(
    head: str, subject: int, name: str, test: int, scores: tuple[int, int, int, int]
) -> str:
    """One line; `head` is term, district, school and student, `scores` begin with the day."""
    ordinal, score, percentile, growth = scores
    course = ("Math K-12", "Reading")[subject]
    kind = ("Mathematics", "Language Arts")[subject]
    day = date.fromordinal(ordinal)
    return (
        f"{head},,{kind},{course},TRUE,2025,Survey With Goals,{name},"
        f"{test},{day:%m/%d/%Y},{8 + test % 6:02d}:{test % 60:02d}:00,{30 + test % 31},{score},"
        f"3.2,{percentile},{45 + test % 12},0.0000,,{growth or ''}"
    )


def _star(block: Block, planted: Planted, who: int, term: int, ordinal: int) -> Row:
    subject = SUBJECTS.index("Reading")
    tests, people = block.tests, block.people
    grade = int(people.grade[who, NOW])
    z = float(tests.z[who, NOW, term, subject])
    first, last = people.names(who)
    number = people.number(who)
    owner = planted.owner if who == planted.taken_id else who
    day = date.fromordinal(ordinal)
    values = {
        "SchoolYear": f"{YEARS[NOW] - 1}-{YEARS[NOW]}",
        "StudentRenaissanceID": f"00000000-0000-0000-0000-{number:012d}",
        "StudentIdentifier": people.student_id(owner),
        "StudentFirstName": first,
        "StudentLastName": last,
        "BirthDate": f"{people.birth_date(who).isoformat()}T00:00:00Z",
        "CurrentGrade": str(grade),
        "AssessmentID": f"00000000-0000-0000-{term + 1:04d}-{number:012d}",
        "LaunchDate": f"{day.isoformat()}T15:00:00.000Z",
        "CompletedDate": f"{day.isoformat()}T15:20:00.000Z",
        "CompletedDateLocal": f"{day.isoformat()}T09:20:00.000Z",
        "AssessmentType": "Enterprise",
        "AssessmentStatus": "Active",
        "Grade": str(grade),
        "ScaledScore": str(scaled(grade, z)),
        "PercentileRank": str(int(tests.percentile[who, NOW, term, subject])),
        "InstructionalReadingLevel": f"{max(0.5, grade + z):.1f}",
        "ScreeningPeriodWindowName": TERMS[term],
    }
    return Row(ordinal, ",".join(values.get(name, "") for name in STAR))


def table(header: tuple[str, ...], lines: Iterator[str]) -> str:
    return "\n".join([",".join(header), *lines]) + "\n"


def zip_star(path: Path, text: str) -> None:
    """One ZIP named after the customer; a fixed date, so that equal content is an equal file."""
    info = zipfile.ZipInfo(MEMBER, (2026, 11, 1, 2, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(info, text)


def last_years(text: str) -> str:
    """The same export with the vendor's year left on last year's setting, as after a rollover."""
    spring = YEARS[NOW]
    wrong = text.replace(f"{spring - 1}-{spring}", f"{spring - 2}-{spring - 1}")
    for day in school_year(spring).days:
        wrong = wrong.replace(day.isoformat(), (day - timedelta(days=364)).isoformat())
    return wrong
