"""Planted defects in the vendors' files are refused or read as the ground truth says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from demo.synthetic.settings import Plan
from demo.synthetic.write import write
from include.errors import MissingColumnsError, PastYearError
from include.sources.files import LocalFile
from include.sources.files.local import sha256_of
from tests.sources.files.helpers import WRITTEN, feeds_of, read, upserts

PLAN = Plan(students=400, oracle_draws=0)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maple_valley")
    write(folder, PLAN)
    return folder


def planted(out: Path, what: str) -> dict[str, str]:
    listed = json.loads((out / "truth" / "defects.json").read_text())
    found: dict[str, str] = next(one for one in listed if one["what"] == what)
    return found


def test_each_defect_has_its_own_student_and_its_catcher(out: Path) -> None:
    listed = json.loads((out / "truth" / "defects.json").read_text())
    students = [one["student"] for one in listed if "student" in one]
    assert len(set(students)) == len(students) == 10
    assert all(student > "90000000" for student in students)
    assert all(one["caught_by"] for one in listed)


def lines(path: Path) -> Iterator[dict[str, str]]:
    header, *rows = path.read_text().splitlines()
    return (dict(zip(header.split(","), row.split(","), strict=True)) for row in rows)


def test_the_rescored_test_changes_its_score_and_keeps_its_id(out: Path) -> None:
    truth = planted(out, "rescored_test")
    name = "drop/map_growth/AssessmentResults_2026-2027.csv"
    found = []
    for folder in (out, out / "days" / truth["day"]):
        rows = [row for row in lines(folder / name) if row["StudentID"] == truth["student"]]
        found.append(
            {r["TestID"]: r["TestRITScore"] for r in rows if r["Subject"] == "Mathematics"}
        )
    assert found[0].keys() == found[1].keys()
    assert found[0] != found[1]


def test_the_invalidated_test_is_absent_from_the_newer_file(out: Path) -> None:
    truth = planted(out, "invalidated_test")
    name = "drop/map_growth/AssessmentResults_2026-2027.csv"
    counts = [
        sum(r["StudentID"] == truth["student"] and r["Subject"] == "Mathematics"
            for r in lines(folder / name))
        for folder in (out, out / "days" / truth["day"])
    ]  # fmt: skip
    assert counts == [1, 0]


def test_the_renamed_columns_are_where_the_truth_says(out: Path) -> None:
    known = planted(out, "renamed_column_known")
    header = next(iter(lines(out / "drop" / "map_growth" / known["file"]))).keys()
    assert known["column"] in header
    unknown = planted(out, "renamed_column_unknown")
    bad = [path for path in (out / "days").rglob("AssessmentResults*.csv")
           if unknown["column"] in next(iter(lines(path)))]  # fmt: skip
    assert len(bad) == 1
    (feed,) = feeds_of(delivered(bad[0]), "map_growth", as_of=date(2027, 1, 29))
    with pytest.raises(MissingColumnsError, match="TestRITScore"):
        read(feed)


def test_the_known_old_name_is_read_as_the_new_one(out: Path) -> None:
    known = planted(out, "renamed_column_known")
    file = delivered(out / "drop" / "map_growth" / known["file"])
    (feed,) = feeds_of(file, "map_growth", school_years=[2025])
    changes = read(feed)
    assert len(upserts(changes)) == len(changes) > 100
    assert {row.payload["course"] for row in upserts(changes)} == {"Math K-12", "Reading"}


def test_the_rollover_file_is_refused(out: Path) -> None:
    wrong = out / "days" / planted(out, "rollover_file")["day"] / "sftp" / "Maple Valley.zip"
    (feed,) = feeds_of(delivered(wrong), "star")
    with pytest.raises(PastYearError):
        read(feed)


def delivered(path: Path) -> LocalFile:
    return LocalFile(path, path.name, sha256_of(path), WRITTEN)


def test_the_rollover_file_is_replaced_by_the_right_one(out: Path) -> None:
    truth = planted(out, "rollover_file")
    first, wrong, right = (
        (folder / "sftp" / "Maple Valley.zip").read_bytes()
        for folder in (out, out / "days" / truth["day"], out / "days" / truth["healed"])
    )
    assert wrong != first
    assert right == first
    assert truth["day"] > PLAN.as_of.isoformat()


def test_the_late_absence_is_entered_days_later(out: Path) -> None:
    truth = planted(out, "late_attendance_correction")
    commands = (out / "days" / f"{truth['day']}.jsonl").read_text().splitlines()
    own = [json.loads(c)["upsert"]["record"] for c in commands
           if truth["student"] in c and "studentSchoolAttendanceEvents" in c]  # fmt: skip
    assert any(date.fromisoformat(e["eventDate"]) < PLAN.as_of for e in own)
