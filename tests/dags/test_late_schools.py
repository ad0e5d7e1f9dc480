"""The morning's check is red while a school is late with its attendance, whoever gets tickets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from include.config import get_district
from include.errors import LateAttendanceError
from include.orchestration.late_schools import require_attendance
from include.run import Run
from include.settings import Settings
from tests.transform.conftest import connection_to

SCHOOLS = [
    ("12", "Oak", "2026-11-13", 5, "late"),
    ("13", "Elm", None, 20, "stopped"),
    ("14", "Ash", "2026-11-19", 1, "in_time"),
]


@pytest.fixture
def morning(database_url: str, tmp_path: Path) -> Run:
    return Run(
        get_district("grand_bend"), date(2026, 11, 20), "c1",
        connect=lambda conn_id: connection_to(database_url), settings=Settings(work_dir=tmp_path),
    )  # fmt: skip


def report(url: str, *schools: tuple[str, str, str | None, int, str]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "create schema reporting; create table reporting.rpt_attendance_submission (school_id"
            " text, school_name text, last_submitted_date date, days_not_submitted integer,"
            " submission_status text, as_of_date date)"
        )
        for school in schools:
            connection.execute(
                "insert into reporting.rpt_attendance_submission"
                " values (%s, %s, %s, %s, %s, '2026-11-20')",
                school,
            )


def test_schools_that_are_late_make_the_check_red_and_are_named(
    morning: Run, database_url: str
) -> None:
    report(database_url, *SCHOOLS)
    with pytest.raises(LateAttendanceError) as found:
        require_attendance(morning)
    said = str(found.value)
    assert "Oak (12) has sent none since 2026-11-13 (5 school days)" in said
    assert "Elm (13) has sent none this year (20 school days)" in said
    assert "as of 2026-11-20" in said
    assert "Ash" not in said


def test_schools_in_time_leave_the_check_green(morning: Run, database_url: str) -> None:
    report(database_url, SCHOOLS[-1])
    require_attendance(morning)


def test_before_the_first_build_nobody_is_late(morning: Run) -> None:
    require_attendance(morning)
