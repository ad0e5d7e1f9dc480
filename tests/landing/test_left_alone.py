"""Files that lie on in a vendor's folder and hold nothing to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from include.errors import PastYearError, WrongYearError
from include.run import Run
from include.sources.files import LocalFile
from tests.landing.support import RESULTS, current, land_files, query
from tests.sources.files.helpers import IREADY_ROW, local, source, to_csv, zipped

THIS_YEAR = {"Academic Year": "2025-2026", "Start Date": "9/3/2025", "Completion Date": "9/3/2025"}
LAST_YEAR = {"Academic Year": "2024-2025", "Start Date": "9/3/2024", "Completion Date": "9/3/2024"}
OLD_NAME, NEW_NAME = "diagnostic ela old.csv", "diagnostic ela.csv"


def export(path: Path, *rows: Mapping[str, str]) -> LocalFile:
    students = [{**IREADY_ROW, "Student ID": str(n), **row} for n, row in enumerate(rows)]
    return local(path, to_csv(students))


def land(night: Run, *files: LocalFile, layout: str = "iready", year: int = 2026) -> list[str]:
    vendor = source(layout, school_years=[year])
    return [result.status for result in land_files(night, layout, vendor, files)]


def day_after(night: Run) -> Run:
    return replace(night, run_id="the next night", as_of_date=date(2026, 3, 5))


def on_the_books(night: Run, window: str) -> list[tuple[object, ...]]:
    return query(
        night.dsn,
        "select status, error_class, notes ->> 'refused_since' from ops.loads"
        " where load_window = %s order by load_id",
        window,
    )


def test_a_leftover_of_last_year_is_refused_once_and_then_left_alone(
    tonight: Run, tmp_path: Path
) -> None:
    old = export(tmp_path / OLD_NAME, LAST_YEAR, LAST_YEAR)
    new = export(tmp_path / NEW_NAME, THIS_YEAR)
    for _ in ("the first attempt", "the retry of the same night"):
        with pytest.raises(PastYearError, match="2 rows of school year 2025, none of another"):
            land(tonight, old, new)

    assert land(day_after(tonight), old, new) == ["skipped", "skipped"]

    assert len(current(tonight.dsn, RESULTS)) == 1
    assert on_the_books(tonight, OLD_NAME) == [
        ("failed", "PastYearError", None),
        ("failed", "PastYearError", None),
        ("skipped", None, "2026-03-04"),
    ]
    # under another name, and in a later night still
    renamed = replace(old, name="diagnostic ela older.csv")
    assert land(replace(tonight, as_of_date=date(2026, 3, 6)), renamed) == ["skipped"]


def test_a_leftover_that_changes_is_refused_again(tonight: Run, tmp_path: Path) -> None:
    with pytest.raises(PastYearError):
        land(tonight, export(tmp_path / OLD_NAME, LAST_YEAR))
    with pytest.raises(PastYearError):
        land(day_after(tonight), export(tmp_path / OLD_NAME, LAST_YEAR, LAST_YEAR))


def test_last_years_content_over_a_good_file_of_its_name_is_refused_again(
    tonight: Run, tmp_path: Path
) -> None:
    old = export(tmp_path / NEW_NAME, LAST_YEAR)
    with pytest.raises(PastYearError):
        land(tonight, old)
    assert land(day_after(tonight), export(tmp_path / NEW_NAME, THIS_YEAR)) == ["loaded"]

    again = replace(tonight, run_id="a later night", as_of_date=date(2026, 3, 6))
    with pytest.raises(PastYearError):
        land(again, export(tmp_path / NEW_NAME, LAST_YEAR))
    # and from then on it lies there as any leftover
    later = replace(tonight, run_id="the night after", as_of_date=date(2026, 3, 7))
    assert land(later, export(tmp_path / NEW_NAME, LAST_YEAR)) == ["skipped"]


def test_a_leftover_whose_year_the_district_accepts_is_loaded(tonight: Run, tmp_path: Path) -> None:
    old = export(tmp_path / OLD_NAME, LAST_YEAR)
    with pytest.raises(PastYearError):
        land(tonight, old)
    assert land(day_after(tonight), old, year=2025) == ["loaded"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([LAST_YEAR, LAST_YEAR, THIS_YEAR], id="a row of this year"),
        pytest.param([{**THIS_YEAR, "Academic Year": "2024-2025"}], id="a test of this year"),
        pytest.param([LAST_YEAR, {**LAST_YEAR, "Start Date": "soon"}], id="a row nobody can date"),
        pytest.param([{**THIS_YEAR, "Academic Year": "2026-2027"}], id="a year to come"),
    ],
)
def test_what_may_be_data_of_this_year_is_refused_every_night(
    tonight: Run, tmp_path: Path, rows: list[Mapping[str, str]]
) -> None:
    file = export(tmp_path / OLD_NAME, *rows)
    for night in (tonight, day_after(tonight)):
        with pytest.raises(WrongYearError) as caught:
            land(night, file)
        assert caught.type is WrongYearError


def test_a_member_of_last_year_keeps_no_night_red(tonight: Run, tmp_path: Path) -> None:
    members = {
        name: to_csv([{**IREADY_ROW, **year}])
        for name, year in ((OLD_NAME, LAST_YEAR), (NEW_NAME, THIS_YEAR))
    }
    file = zipped(tmp_path / "all.zip", members)
    with pytest.raises(PastYearError):
        land(tonight, file)
    assert land(day_after(tonight), file) == ["skipped", "skipped"]


def test_a_file_that_is_not_read_stands_on_the_books(tonight: Run, tmp_path: Path) -> None:
    plain = local(tmp_path / "FL_FAST_SR_K-2.csv", "x")
    packed = zipped(tmp_path / "FAST.zip", {"FL_FAST_SR_K-2.csv": "x"})

    assert land(tonight, plain, packed, layout="star") == ["skipped", "skipped"]

    rows = query(
        tonight.dsn,
        "select load_window, notes ->> 'left_alone', notes -> 'not_read', file_hash is not null"
        " from ops.loads order by load_id",
    )
    why = rows[0][1]
    assert "not covered" in str(why)
    assert rows == [
        ("FL_FAST_SR_K-2.csv", why, {"FL_FAST_SR_K-2.csv": why}, True),
        ("FAST.zip", "no member of it is read", {"FL_FAST_SR_K-2.csv": why}, True),
    ]
