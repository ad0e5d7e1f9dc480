"""Every header that the vendors are known to have used maps onto our columns."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from include.records import FeedKind
from include.sources.files import load_layouts
from tests.sources.files.helpers import STAR_ROW, WRITTEN, feeds_of, read, rejects, to_csv, upserts
from tests.sources.files.helpers import local as delivered

_UI = ("star", "Historical Extract.csv", "results")
_SR = ("star", "SR.csv", "results")
_MAP = ("map_growth", "AssessmentResults.csv", "assessment_results")
_COMBO = ("map_growth", "ComboStudentAssessment.csv", "combined")
_ELA = ("iready", "diagnostic_results_ela_CONFIDENTIAL.csv", "diagnostic_results")
_MATH = ("iready", "diagnostic_results_math.csv", "diagnostic_results")
# variant of header_variants.csv: layout, file name, entity
VARIANTS = {
    "SR current (v2, 126 cols)": ("star", "SR_v2.csv", "results"),
    "SM v2 (118 cols)": ("star", "SM_v2.csv", "results"),
    "SEL v2 (118 cols)": ("star", "SEL_v2.csv", "results"),
    "Dashboard_Standards_v2": ("star", "SR_Dashboard_Standards_v2.csv", "standards"),
    "SkillArea_v1": ("star", "SR_SkillArea_v1.csv", "skill_areas"),
    "SR 2018-19 legacy (58)": _SR,
    "SR legacy historical (59, SGP pairs)": _SR,
    "SM 2018-19 legacy": ("star", "SM.csv", "results"),
    "SEL legacy historical": ("star", "SEL.csv", "results"),
    "SR hosted-site export (27, abbreviations)": _SR,
    "UI Historical Extract 2019-20 (76, spaced names)": _UI,
    "UI Historical Extract later (80, spaced names)": _UI,
    "AssessmentResults 2020+ (143)": _MAP,
    "AssessmentResults 2015-2019 (128)": _MAP,
    "AssessmentResults pre-2015 (64)": _MAP,
    "ComboStudentAssessment 2020+ (152)": _COMBO,
    "ComboStudentAssessment 2015-16 (136)": _COMBO,
    "StudentsBySchool pre-2015 (11)": ("map_growth", "StudentsBySchool.csv", "students_by_school"),
    "diagnostic_results ELA 2025-26 (65)": _ELA,
    "diagnostic_results Math 2025-26 (58)": _MATH,
    "diagnostic_results ELA 2024-25": _ELA,
    "diagnostic_results Math 2024-25": _MATH,
    "diagnostic_results ELA 2022-23": _ELA,
    "diagnostic_results ELA 2021-22 (52)": _ELA,
    "state-level export 2019-20 (62)": ("iready", "state_ela.csv", "diagnostic_results"),
    "diagnostic_results_ela 2021-22 synthetic": _ELA,
    "diagnostic_results_math 2021-22 synthetic": _MATH,
}
# What of the list no layout reads, so that a new variant cannot go unnoticed.
NOT_READ = {
    "Star CBM all",
    "comprehensive_student_lesson_activity_with_standards",
    "personalized_instruction_by_lesson",
    "growth_monitoring 2021-22",
    "literacy_tasks (logical names)",
    "diagnostic_and_instruction_ela_ytd_window 2021-22 synthetic",
    "diagnostic_and_instruction_math_ytd_window 2021-22 synthetic",
    "sample (54)",
}
VALUES = {
    "schoolyear": "2026-2027",
    "academicyear": "2026-2027",
    "termname": "Fall 2026-2027",
    "activitytype": "Star Reading",
}


def _headers(samples: Path) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    path = samples / "assessments" / "header_variants.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            headers.setdefault(row["variant"], []).append(row["column"])
    return headers


def _value(header: str) -> str:
    name = "".join(sign for sign in header.lower() if sign.isalnum())
    if name in VALUES:
        return VALUES[name]
    if "birth" in name:
        return "01/01/2014"
    if "date" in name or name == "datetaken":
        return "09/16/2026"
    if name in {"teststarttime"}:
        return "9:00:00 AM"
    return "200"  # in every domain that is wide enough, and text elsewhere


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_row_of_each_header_variant_has_the_required_columns(
    samples: Path, tmp_path: Path, variant: str
) -> None:
    layout_name, file_name, entity = VARIANTS[variant]
    header = _headers(samples)[variant]
    text = to_csv([{column: _value(column) for column in header}])
    (feed,) = feeds_of(delivered(tmp_path / file_name, text, written=WRITTEN), layout_name)
    changes = read(feed)
    (row,) = upserts(changes)
    layout = load_layouts()[layout_name]
    file = next(f for f in layout.files if f.name == feed.notes["file"])
    assert feed.feed.entity == entity
    assert set(file.required) - set(layout.drop) <= set(row.payload)
    assert feed.notes["variant"] != "unknown"
    assert {r.reason for r in rejects(changes)} <= {"bad_value"}
    # every published column has its place: kept, or dropped by name
    assert feed.notes["unknown_columns"] == []
    # a header that lacks a column of the scope does not say what the file is complete for
    assert ("read_as_delta" in feed.notes) == (feed.kind is not file.kind)
    assert (feed.kind is FeedKind.SNAPSHOT) == (row.scope is not None)


@pytest.mark.parametrize(
    "columns", [("DateTaken", "AssessmentDate"), ("AssessmentDate", "DateTaken")]
)
def test_of_two_older_names_the_layouts_first_is_read_and_the_other_kept(
    tmp_path: Path, columns: tuple[str, str]
) -> None:
    dates = {"AssessmentDate": "09/03/2026", "DateTaken": "09/09/2026"}
    row = {k: v for k, v in STAR_ROW.items() if k != "CompletedDateLocal"}
    text = to_csv([row | {name: dates[name] for name in columns}])
    (feed,) = feeds_of(delivered(tmp_path / "SR.csv", text), "star")
    (found,) = upserts(read(feed))
    assert found.payload["_test_date"] == "2026-09-03"
    assert found.payload["_unknown"] == {"datetaken": "09/09/2026"}
    assert (feed.notes["unknown_columns"], feed.notes["second_names"]) == ([], ["DateTaken"])


def test_what_the_state_file_says_of_the_childs_place_is_not_kept(
    samples: Path, tmp_path: Path
) -> None:
    header = _headers(samples)["state-level export 2019-20 (62)"]
    text = to_csv([{column: _value(column) for column in header}])
    (feed,) = feeds_of(delivered(tmp_path / "state_ela.csv", text), "iready")
    (row,) = upserts(read(feed))
    assert not {"location", "state", "time_of_data_pull"} & set(row.payload)
    assert {"grade", "student_grade", "district_name", "subject"} <= set(row.payload)


def test_every_variant_is_read_or_left_out_on_purpose(samples: Path) -> None:
    assert set(_headers(samples)) == set(VARIANTS) | NOT_READ


@pytest.mark.parametrize(
    ("path", "layout", "year", "rows"),
    [
        ("STAR/SR_sample_anonymized_file.csv", "star", 2024, (5, 0)),
        ("STAR/SR_Dashboard_Standards_v2_sample_anonymized_file.csv", "star", 2024, (5, 0)),
        ("STAR/SR_SkillArea_v1_sample_anonymized_file.csv", "star", 2024, (5, 0)),
        # its seventh row has 142 cells under 143 headers: rejected, not shifted
        ("MAP_Growth/sample_anonymized_file.csv", "map_growth", 2022, (6, 1)),
        ("i-Ready/sample_anonymized_file_ela.csv", "iready", 2026, (5, 0)),
        ("i-Ready/sample_anonymized_file_math.csv", "iready", 2026, (5, 0)),
    ],
)
def test_the_published_samples_arrive_whole(  # noqa: PLR0917 - three come from parametrize
    samples: Path, tmp_path: Path, path: str, layout: str, year: int, rows: tuple[int, int]
) -> None:
    good, damaged = rows
    source = samples / "assessments" / path
    file = delivered(tmp_path / source.name, source.read_bytes())
    (feed,) = feeds_of(file, layout, school_years=[year])
    changes = read(feed)
    assert len({row.key for row in upserts(changes)}) == good
    assert [r.reason for r in rejects(changes)] == ["field_count"] * damaged
    assert feed.notes["unknown_columns"] == []
