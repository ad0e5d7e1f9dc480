"""What tells one record of a vendor's file from another, and which of its rows stands."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.files.helpers import (
    IREADY_ROW,
    MAP_ROW,
    STAR_ROW,
    feeds_of,
    local,
    read,
    read_rows,
    rejects,
    to_csv,
    upserts,
)


def test_of_duplicate_keys_the_last_wins_and_the_others_are_reported(tmp_path: Path) -> None:
    rows = [{**STAR_ROW, "ScaledScore": score} for score in ("500", "512", "530")]
    (feed,) = feeds_of(local(tmp_path / "SR.csv", to_csv(rows)), "star")
    changes = read(feed)
    assert [row.payload["scaled_score"] for row in upserts(changes)] == ["530"]
    assert [(r.reason, r.source_ref) for r in rejects(changes)] == [
        ("duplicate_key", "SR.csv:2"),
        ("duplicate_key", "SR.csv:3"),
    ]
    assert feed.notes["repeated_keys"]["left_out_older"] == 2


def test_a_rejected_row_does_not_replace_a_good_one_of_its_key(tmp_path: Path) -> None:
    rows = [STAR_ROW, {**STAR_ROW, "CompletedDateLocal": "soon"}]
    changes = read_rows(tmp_path / "SR.csv", to_csv(rows), "star")
    assert [row.source_ref for row in upserts(changes)] == ["SR.csv:2"]
    assert [r.reason for r in rejects(changes)] == ["bad_date"]


def test_the_same_row_twice_is_one_row_and_only_counted(tmp_path: Path) -> None:
    (feed,) = feeds_of(local(tmp_path / "SR.csv", to_csv([STAR_ROW, STAR_ROW])), "star")
    changes = read(feed)
    assert len(changes) == len(upserts(changes)) == 1
    assert feed.notes["repeated_keys"]["left_out_same"] == 1


CLASSES = [
    {
        "ClassCode": code,
        "GroupOrClassName": name,
        "TeacherIdentifier": teacher,
        "CourseName": course,
    }
    for code, name, teacher, course in (
        ("", "Homeroom 3", "T9", ""),
        ("MA3", "Math 3", "T1", "Mathematics"),
        ("MA3", "Math 3", "T2", "Mathematics"),
    )
]


@settings(deadline=None, max_examples=30)
@given(order=st.permutations([*CLASSES, CLASSES[1]]))
def test_a_star_test_listed_per_class_is_one_row_in_whatever_order(
    order: list[dict[str, str]],
) -> None:
    rows = [
        {**STAR_ROW, **listed, "TeacherLastName": listed["TeacherIdentifier"]} for listed in order
    ]
    with tempfile.TemporaryDirectory() as folder:
        (feed,) = feeds_of(local(Path(folder) / "SR.csv", to_csv(rows)), "star")
        changes = read(feed)
    (row,) = upserts(changes)
    assert len(changes) == 1
    # the first by its cells: what the vendor puts first tomorrow makes no new version
    assert row.payload["group_or_class_name"] == "Homeroom 3"
    again = feed.notes["repeated_keys"]
    assert again["left_out_same"] + again["left_out_per_class"] == 3
    assert again["left_out_per_class"] >= 2
    assert again["left_out_older"] == 0


def test_an_iready_test_listed_per_class_or_teacher_is_one_row(tmp_path: Path) -> None:
    listed = [("Room 4", "Group B", "A. Nobody"), ("Room 1", "", "A. Nobody"), ("Room 1", "", "B.")]
    rows = [
        {**IREADY_ROW, "Class(es)": room, "Report Group(s)": group, "Class Teacher(s)": teacher}
        for room, group, teacher in listed
    ]
    changes = read_rows(tmp_path / "diagnostic_results_ela.csv", to_csv(rows), "iready")
    (row,) = upserts(changes)
    assert len(changes) == 1
    assert row.payload["class_es"] == "Room 1"


def test_a_correction_of_a_test_listed_per_class_is_reported_once(tmp_path: Path) -> None:
    rows = [
        {**STAR_ROW, "ScaledScore": score, "ClassCode": code}
        for score in ("500", "512")
        for code in ("B", "A", "C")
    ]
    (feed,) = feeds_of(local(tmp_path / "SR.csv", to_csv(rows)), "star")
    changes = read(feed)
    (row,) = upserts(changes)
    assert (row.payload["scaled_score"], row.payload["class_code"]) == ("512", "A")
    assert [(r.reason, r.source_ref) for r in rejects(changes)] == [("duplicate_key", "SR.csv:3")]
    assert feed.notes["repeated_keys"]["left_out_per_class"] == 4


def test_a_term_is_one_scope_and_one_key_however_it_is_spelled(tmp_path: Path) -> None:
    rows = [
        {**MAP_ROW, "TestID": "", "TermName": term, "SchoolName": school}
        for term, school in (
            ("Fall 2026-2027", "Oak"),
            ("FALL 2026-27", "OAK"),
            (" fall  2026 - 2027 ", "Oak "),
        )
    ]
    (feed,) = feeds_of(local(tmp_path / "AssessmentResults.csv", to_csv(rows)), "map_growth")
    (row,) = upserts(read(feed))
    assert row.scope == "Fall 2026-2027 | Oak"
    assert "Fall 2026-2027" in row.key


@pytest.mark.parametrize(
    ("moment", "in_key"),
    [
        ("2026-09-03T21:07:55.097Z", "2026-09-03T21:07:55"),
        ("2026-09-03T21:07:55", "2026-09-03T21:07:55"),
        ("9/3/2026 9:07:55 PM", "2026-09-03T21:07:55"),
        ("9/3/2026 12:07:55 AM", "2026-09-03T00:07:55"),
        ("2026-09-03 09:07:55", "2026-09-03T09:07:55"),
        ("2026-09-03T00:00:00Z", "2026-09-03"),
        ("9/3/2026 12:00:00 AM", "2026-09-03"),
        ("09/03/26", "2026-09-03"),
    ],
)
def test_the_time_of_day_belongs_to_the_key_of_a_star_test_without_id(
    tmp_path: Path, moment: str, in_key: str
) -> None:
    text = to_csv([{**STAR_ROW, "AssessmentID": "", "CompletedDateLocal": moment}])
    (row,) = upserts(read_rows(tmp_path / "SR.csv", text, "star"))
    assert row.key == f"SR|0007001|{in_key}"
    assert row.payload["_test_date"] == "2026-09-03"


@pytest.mark.parametrize("product", ["SRS", "SMS", "SELS"])
def test_a_spanish_star_test_is_of_a_product_of_its_own(tmp_path: Path, product: str) -> None:
    bare = {k: v for k, v in STAR_ROW.items() if k != "InstructionalReadingLevel"}
    for number, row in enumerate((STAR_ROW, bare)):
        (tmp_path / str(number)).mkdir()
        changes = read_rows(tmp_path / str(number) / f"{product}_v2.csv", to_csv([row]), "star")
        (found,) = upserts(changes)
        assert found.key == f"{product}|{row['AssessmentID']}"


def test_two_star_tests_without_id_of_one_day_are_two(tmp_path: Path) -> None:
    rows = [
        {**STAR_ROW, "AssessmentID": "", "CompletedDateLocal": f"2026-09-03T{hour}:07:55Z"}
        for hour in ("09", "14")
    ]
    changes = read_rows(tmp_path / "SR.csv", to_csv(rows), "star")
    assert len(upserts(changes)) == len(changes) == 2


def test_a_map_test_without_test_id_has_its_own_key(tmp_path: Path) -> None:
    text = to_csv([{**MAP_ROW, "TestID": ""}])
    (row,) = upserts(read_rows(tmp_path / "AssessmentResults.csv", text, "map_growth"))
    assert row.key == "0007001|Growth: Math 2-5|Fall 2026-2027|2026-09-16|08:54:50"


def test_a_separator_inside_a_key_value_cannot_forge_another_key(tmp_path: Path) -> None:
    rows = [
        {**MAP_ROW, "StudentID": "1|2", "TestID": "3"},
        {**MAP_ROW, "StudentID": "1", "TestID": "2|3"},
    ]
    changes = read_rows(tmp_path / "AssessmentResults.csv", to_csv(rows), "map_growth")
    assert len({row.key for row in upserts(changes)}) == 2


def test_two_iready_tests_of_one_day_are_numbered_by_duration(tmp_path: Path) -> None:
    rows = [
        {**IREADY_ROW, "Duration (min)": "96", "Overall Scale Score": "430"},
        {**IREADY_ROW, "Duration (min)": "9", "Overall Scale Score": "410"},
        {**IREADY_ROW, "Duration (min)": "9", "Overall Scale Score": "410"},
    ]
    (feed,) = feeds_of(local(tmp_path / "diagnostic_results_ela.csv", to_csv(rows)), "iready")
    found = {row.key: row.payload["duration_min"] for row in upserts(read(feed))}
    key = "ela|english|0007001|2026-2027|2026-09-03"
    assert found == {key: "9", f"{key}|2": "96"}
    assert feed.notes["repeated_keys"]["left_out_same"] == 1


@pytest.mark.parametrize(
    "later",
    [
        {"Activity Id": "A1", "Overall Scale Score": "425"},
        {"Diagnostic Language": "English"},
        {"Academic Year": "2026-27"},
        {"Completion Date": "9/5/2026", "Duration (min)": "60"},
    ],
)
def test_an_iready_test_keeps_its_key_when_more_is_known_of_it(
    tmp_path: Path, later: dict[str, str]
) -> None:
    keys = set()
    for row in ({**IREADY_ROW, "Completion Date": ""}, {**IREADY_ROW, **later}):
        changes = read_rows(tmp_path / "diagnostic_results_ela.csv", to_csv([row]), "iready")
        keys.add(upserts(changes)[0].key)
    assert keys == {"ela|english|0007001|2026-2027|2026-09-03"}


def test_an_iready_test_in_spanish_has_a_key_of_its_own(tmp_path: Path) -> None:
    rows = [{**IREADY_ROW, "Diagnostic Language": name} for name in ("English", "Spanish")]
    changes = read_rows(tmp_path / "diagnostic_results_ela.csv", to_csv(rows), "iready")
    assert [row.key.split("|")[1] for row in upserts(changes)] == ["english", "spanish"]
    assert len(changes) == 2


@pytest.mark.parametrize("told_by", [{}, {"Activity Id": "A1"}])
def test_of_two_rows_of_one_iready_test_the_later_is_the_correction(
    tmp_path: Path, told_by: dict[str, str]
) -> None:
    rows = [{**IREADY_ROW, **told_by, "Overall Scale Score": score} for score in ("424", "425")]
    changes = read_rows(tmp_path / "diagnostic_results_ela.csv", to_csv(rows), "iready")
    assert [row.payload["overall_scale_score"] for row in upserts(changes)] == ["425"]
    assert [r.reason for r in rejects(changes)] == ["duplicate_key"]


def test_two_iready_tests_of_one_day_are_told_apart_by_activity_id_first(tmp_path: Path) -> None:
    rows = [{**IREADY_ROW, "Activity Id": name} for name in ("B", "A")]
    changes = read_rows(tmp_path / "diagnostic_results_ela.csv", to_csv(rows), "iready")
    key = "ela|english|0007001|2026-2027|2026-09-03"
    found = {row.payload["activity_id"]: row.key for row in upserts(changes)}
    assert found == {"A": key, "B": f"{key}|2"}


def test_an_iready_test_without_a_start_date_is_known_by_its_activity_id(tmp_path: Path) -> None:
    text = to_csv([{**IREADY_ROW, "Start Date": "", "Activity Id": "A1"}])
    (row,) = upserts(read_rows(tmp_path / "diagnostic_results_ela.csv", text, "iready"))
    assert row.key == "ela|A1"


def test_a_date_written_otherwise_does_not_change_the_key(tmp_path: Path) -> None:
    keys = set()
    for text in ("9/3/2026", "09/03/2026", "2026-09-03"):
        row = {**IREADY_ROW, "Start Date": text, "Completion Date": text}
        (found,) = upserts(read_rows(tmp_path / "results_ela.csv", to_csv([row]), "iready"))
        keys.add(found.key)
    assert len(keys) == 1


def test_an_unfinished_iready_test_is_kept(tmp_path: Path) -> None:
    text = to_csv([{**IREADY_ROW, "Completion Date": ""}])
    (row,) = upserts(read_rows(tmp_path / "results_ela.csv", text, "iready"))
    assert "completion_date" not in row.payload
    assert row.payload["_test_date"] == "2026-09-03"
