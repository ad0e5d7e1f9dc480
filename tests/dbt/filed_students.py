"""Students of the small district whose tests come in files that a layout alone describes.

`land(url, folder)` reads the files as a night does: by the reader, through landing, into raw. The
vendor "toy" exists nowhere but in one layout file of the installation's own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from include import landing
from include.records import DeletePolicy, RunContext
from include.sources import registry
from include.sources.files import LocalFile, open_feeds
from include.sources.files.config import FilesConfig
from include.sources.files.local import sha256_of
from tests.dbt.small_district import LOWER, Record, enrolled

NUMBERS = ("s51", "s52", "s53", "s54", "s55")
# Two tests in a row, below a header of two rows, in cells between semicolons.
TOY_LAYOUT = """
source: toy
title: Toy Test
docs: docs/toy.md
definitions:
  math: &test
    code: math
    title: Toy Test
    subject: math
    window: {column: Season, codes: {fall: [F]}}
    date: Math Day
    scores:
      - {column: Math Rank, method: percentile, norm_set: toy norms}
      - {column: Math Growth, method: growth_percentile, from_window: fall, to_window: fall}
    level: {column: Math Level, codes: {below: [Low], met: [High]}}
    parts: [{code: facts, name: Number Facts, scores: [{column: Math Facts, method: raw_score}]}]
    invalid: [{column: Void, codes: {spoiled: [S]}}]
files:
  - name: toy results
    entity: results
    kind: delta
    names: ['^toy']
    format: {delimiter: semicolon, header_rows: [2, 3]}
    header: {has: [Pupil No, Math Rank]}
    key: [[Pupil No, Season]]
    required: [Pupil No, Math Rank]
    school_year: [Math Day, Reading Day]
    test_date: [Math Day, Reading Day]
    dates: {Math Day: ["%d.%m.%Y"], Reading Day: ["%d.%m.%Y"], Born: ["%d.%m.%Y"]}
    domains:
      "*Rank": {number: integer, min: 1, max: 99}
      "*Growth": {number: integer, min: 1, max: 99}
    codes: {Math Level: {1: Low, 2: High}}
    student: {local: Pupil No, birth_date: Born}
    results:
      - *test
      - code: reading
        title: Toy Test
        subject: reading
        window: {column: Season, codes: {fall: [F]}}
        date: Reading Day
        scores: [{column: Reading Rank, method: percentile, norm_set: toy norms}]
    columns: [
      Pupil No, Born, Season, Math Day, Math Rank, Math Growth, Math Level, Math Facts,
      Reading Day, Reading Rank, Void
      ]
"""
TOY_HEAD = """Toy Test, autumn 2026
Pupil No;Born;Season;Math;;;;;Reading;;Void
;;;Day;Rank;Growth;Level;Facts;Day;Rank;
"""
TOY = TOY_HEAD + (
    "s53;01.01.2012;F;15.09.2026;50;40;2;7;16.09.2026;24;\ns54;01.01.2012;F;15.09.2026;5;;1;2;;;S\n"
)


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _dibels(number: str, percentile: str) -> dict[str, str]:
    return {
        "School Year": "2026-2027",
        "District Name": "District",
        "Student Last Name": f"Last{number}",
        "Student First Name": f"First{number}",
        "Enrollment Grade": "2",
        "Date of Birth": "2012-01-01",
        "Home Language": "none of ours",
        "Assessment Grade": "2",
        "Benchmark Period": "BOY",
        "Composite Level": "Well Below Benchmark",
        "Composite Score": "271",
        "Composite - National Norm Percentile": percentile,
        "Letter Names (LNF) - Level": "Well Below Benchmark",
        "Letter Names (LNF) - Score": "12",
        "Letter Names (LNF) - National Norm Percentile": "Discontinue",
        "Client Date": "2026-09-15",
        "Student Primary ID": number,
    }


def _cmas(number: str, **more: str) -> dict[str, str]:
    return {
        "StateStudentIdentifier": f"9{number[1:]}",
        "LocalStudentIdentifier": number,
        "LastOrSurname": f"Last{number}",
        "FirstName": f"First{number}",
        "Birthdate": "2012-01-01",
        "GradeLevelWhenAssessed": "8",
        "StudentTestUUID": f"uuid-{number}",
        "TestStatus": "Assign",
        "NotTestedCode": "Y",
        "NotTestedReason": "9",
        "Unit1TestStartDateTime": "",
        "AssessmentYear": "2026-2027",
        "Subject": "Mathematics",
        "SS": "",
        "PerfLVL": "",
        "PercentileRank": "",
        **more,
    }


def _staar(number: str) -> dict[str, str]:
    return {
        "ADMINISTRATION": "Window 2",
        "TEST DATE": "09152026",
        "LAST-NAME": f"Last{number}",
        "FIRST-NAME": f"First{number}",
        "DATE-OF-BIRTH (MMDDYYYY)": "01012012",
        "TSDS UID": f"8{number[1:]}",
        "LOCAL-STUDENT-ID": number,
        "ENROLLED GRADE": "08",
        "TEST CODE": "IM3",
        "Total Scale Score": "3110",
        "PROBABILITY OF ACHIEVING MEETS GRADE LEVEL": "1",
        "Predicted STAAR Performance Level": "1",
        "REPORTING CATEGORY 1 STRENGTH/WEAKNESS INDICATOR": "Under",
        "Result ID": f"key-{number}",
    }


# layout, file name and text of each delivery, and its instance; two accounts list the toy's tests
FILES = (
    ("dibels_8", "DIBELS BOY.csv", _csv([_dibels("s51", "9")]), ""),
    ("cmas", "CMAS 2027.csv", _csv([_cmas("s52")]), ""),
    ("toy", "toy.txt", TOY, ""),
    ("toy", "toy.txt", TOY, "south"),
    ("staar_interim", "STAAR Interim.csv", _csv([_staar("s55")]), ""),
)
SAMPLES = (
    ("dibels_8", 2024, "Dibels_8_Benchmark"),
    ("cmas", 2023, "CMAS"),
    ("staar_interim", 2023, "STAAR_Interim"),
)


def records() -> Iterator[Record]:
    """What the system of record holds of them."""
    for number in NUMBERS:
        yield enrolled(number, LOWER, "Eighth grade")


def land(url: str, folder: Path, as_of: str, samples: Path | None) -> None:
    """Load the files, and the published samples where there are any.

    `folder` is that of the installation's own districts; nothing but the layout is put there.
    """
    (folder / "layouts").mkdir(parents=True)
    (folder / "layouts" / "toy.yaml").write_text(TOY_LAYOUT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRSTBELL_DISTRICTS_DIR", str(folder))
        landing.prepare(url, registry.feeds(), registry.layouts())
        for layout, name, text, instance in FILES:
            path = folder.parent / name
            path.write_text(text)
            _land(url, path, layout, 2027, as_of, instance=instance)
        for layout, year, sample in SAMPLES if samples else ():
            assert samples is not None
            path = samples / "assessments" / sample / "sample_anonymized_file.csv"
            _land(url, path, layout, year, as_of, name=f"{layout}.csv")


def _land(
    url: str, path: Path, layout: str, year: int, as_of: str, *, name: str = "", instance: str = ""
) -> None:
    day = date.fromisoformat(as_of)
    file = LocalFile(
        path, name or path.name, sha256_of(path), datetime(day.year, day.month, day.day, tzinfo=UTC)
    )
    delivery = {"kind": "folder", "connection": "drop", "pattern": "*"}
    source = FilesConfig.model_validate(
        {"kind": "files", "layout": layout, "school_years": [year], "delivery": delivery}
    )
    for feed in open_feeds(file, source, year, as_of_date=day, instance=instance):
        request = landing.LoadRequest(
            feed=feed.feed,
            kind=feed.kind,
            window=feed.window,
            run=RunContext("grand_bend", day, "by hand", "by hand"),
            delete_policy=DeletePolicy(),
            instance=instance,
            file_hash=feed.file_hash,
            notes=feed.notes,
        )
        landing.land(url, feed.stream, request)
