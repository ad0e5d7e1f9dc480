"""No personal column that nobody asked for reaches raw, whatever its spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.sources.files import load_layouts
from include.sources.files.columns import map_columns
from include.sources.files.personal import is_personal
from tests.sources.files.helpers import (
    IREADY_ROW,
    STAR_ROW,
    feeds_of,
    local,
    read,
    read_rows,
    to_csv,
    upserts,
)

STANDARDS_ROW = {
    "SchoolYear": "2026-2027",
    "StudentIdentifier": "0007001",
    "AssessmentID": "00000000-aaaa-0000-0000-000000000001",
    "CompletedDateLocal": "2026-09-03T09:07:55.097Z",
    "DomainGroup": "Literature",
    "DomainName": "Key Ideas",
    "StandardName": "RL.3.1",
    "StandardPercentMastery": "70",
}


@pytest.mark.parametrize(
    "header",
    [
        "StudentSSN", "Student_SSN", "studentssn", "SSN4", "Social Security Number", "Sex_Code",
        "SEXCODE", "HomelessFlag", "HOMELESSFLAG", "IEP_AU", "IEPStatus", "Section504", "504 Plan",
        "ParentPhone", "Guardian2Name", "EMail", "E-Mail", "student_email", "IPAddress",
        "ipaddress", "HomeAddress", "ZipCode", "RaceEthnicity", "Race/Ethnicity", "MultiRace",
        "BlackOrAfricanAmerican", "EL_Status", "ELLStatus", "LEPFlag", "SpEd", "SPEDFlag",
        "Disabilities", "FRLStatus", "Free/Reduced Lunch", "EconomicallyDisadvantaged",
        "MigrantStatus", "FosterCare", "GATE Flag", "Tactile Graphics", "Braille", "StudentDOB",
        "Date of Birth", "HomeLanguage", "Preferred Name", "StudentMiddleName", "Username",
    ],
)  # fmt: skip
def test_a_personal_column_is_known_by_its_words(header: str) -> None:
    assert is_personal(header)


@pytest.mark.parametrize(
    "header",
    [
        "Phonemic Awareness", "PhonemicAwarenessScore", "Transparent Scale", "Embrace", "Traces",
        "Sextant Score", "Cell Count", "SEL Score", "Streetwise", "Gateway Level", "Test Name",
        "School Name", "Class Name", "Diagnostic Language", "Language Usage", "Grade Level",
        "New Score 2027", "Ellipse", "Whiteboard", "Completion Date", "Economics",
    ],
)  # fmt: skip
def test_a_harmless_column_is_not_taken_for_a_personal_one(header: str) -> None:
    assert not is_personal(header)


def test_harmless_columns_of_the_published_headers_are_kept(samples: Path) -> None:
    """What the layouts know and do not drop is there because it is needed."""
    for layout in load_layouts().values():
        for file in layout.files:
            columns = map_columns(layout, file, file.columns)
            assert set(columns.dropped.values()) <= set(layout.drop)


def test_an_unknown_personal_column_never_arrives(tmp_path: Path) -> None:
    more = {"StudentSSN": "secret1", "Sex_Code": "secret2", "HomelessFlag": "secret3",
            "IEP_AU": "secret4", "Phonemic Awareness": "55", "Transparent Scale": "66"}  # fmt: skip
    (feed,) = feeds_of(local(tmp_path / "SR.csv", to_csv([STAR_ROW | more])), "star")
    changes = read(feed)
    assert "secret" not in repr(changes)
    (row,) = upserts(changes)
    assert sorted(row.payload["_unknown"].values()) == ["55", "66"]
    assert {"StudentSSN", "IEP_AU"} <= set(feed.notes["dropped_columns"])


def test_who_is_blind_is_not_kept(tmp_path: Path) -> None:
    text = to_csv([{**IREADY_ROW, "Tactile Graphics": "secret"}])
    assert "secret" not in repr(read_rows(tmp_path / "results_ela.csv", text, "iready"))


@pytest.mark.parametrize("header", ["TakenAt", "Characteristics", "TeacherDisplayID", "Taken_At"])
def test_a_dropped_name_is_dropped_in_files_that_do_not_have_it(
    tmp_path: Path, header: str
) -> None:
    text = to_csv([{**STANDARDS_ROW, header: "secret"}])
    changes = read_rows(tmp_path / "SR_Dashboard_Standards_v2.csv", text, "star")
    assert len(upserts(changes)) == 1
    assert "secret" not in repr(changes)


def test_a_dropped_column_that_comes_twice_is_dropped_twice(tmp_path: Path) -> None:
    header, row = to_csv([{**STAR_ROW, "TakenAt": "secret1"}]).splitlines()
    changes = read_rows(tmp_path / "SR.csv", f"{header},TakenAt\n{row},secret2\n", "star")
    assert len(upserts(changes)) == 1
    assert "secret" not in repr(changes)


def test_a_column_that_the_layout_names_wins_over_its_words(tmp_path: Path) -> None:
    (row,) = upserts(read_rows(tmp_path / "SR.csv", to_csv([STAR_ROW]), "star"))
    assert row.payload["student_first_name"] == "Test"
