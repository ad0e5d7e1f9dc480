"""Files of one feed that do not load in the order in which they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include import landing
from include.errors import DiskFullError, ParkedFeedError, WrongDistrictError
from include.run import Run
from include.sources.files import LocalFile
from include.sources.files.config import FilesConfig
from tests.landing.deliveries import MAP as TESTS
from tests.landing.support import RESULTS, ROSTER, current, land_files, query
from tests.sources.files.helpers import IREADY_ROW, MAP_ROW, local, source, to_csv, zipped

FALL, WINTER = "Fall 2025-2026", "Winter 2025-2026"
SUNDAY, MONDAY, TUESDAY = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (1, 2, 3))
# a disk that is full while this one file is written
FULL_DISK = """
    create function raw.full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'no room' using errcode = '53100'; end $$;
    create trigger full_disk before insert on raw.{table}
    for each row when (new.source_ref like '%monday%') execute function raw.full_disk();
"""


def roster(folder: Path, day: str, written: datetime, count: int, *terms: str) -> LocalFile:
    """An export of the first `count` students of each term; their grade says which export it is."""
    rows = [
        {
            "TermName": term,
            "SchoolName": "North",
            "StudentID": f"{number:04}",
            "StudentLastName": "Test",
            "Grade": day,
        }
        for term in terms or (FALL,)
        for number in range(count)
    ]
    return local(folder / f"StudentsBySchool {day}.csv", to_csv(rows), written=written)


def diagnostic(folder: Path, day: str, written: datetime, score: int) -> LocalFile:
    row = {**IREADY_ROW, "Academic Year": "2025-2026", "Overall Scale Score": str(score)}
    row |= {"Start Date": "9/3/2025", "Completion Date": "9/3/2025"}
    return local(folder / f"diagnostic ela {day}.csv", to_csv([row]), written=written)


def land(night: Run, layout: str, files: Sequence[LocalFile]) -> list[str]:
    """Land these files as one attempt does, oldest first; returns how each ended."""
    policy = {"max_rows": 20, "max_pct": 10}
    vendor: FilesConfig = source(layout, school_years=[2026], delete_policy=policy)
    return [result.status for result in land_files(night, layout, vendor, files)]


def grades(night: Run, term: str = FALL) -> dict[str, int]:
    """How many live rows of a term are of which day's export."""
    found: dict[str, int] = {}
    for key, payload in current(night.dsn, ROSTER).items():
        if key.startswith(term):
            found[payload["grade"]] = found.get(payload["grade"], 0) + 1
    return found


def scores(night: Run) -> list[str]:
    return [row["overall_scale_score"] for row in current(night.dsn, RESULTS).values()]


def test_a_parked_file_is_superseded_by_a_newer_good_one(tonight: Run, tmp_path: Path) -> None:
    sunday = roster(tmp_path, "sunday", SUNDAY, 300)
    monday = roster(tmp_path, "monday", MONDAY, 200)
    tuesday = roster(tmp_path, "tuesday", TUESDAY, 310)
    land(tonight, "map_growth", [sunday])
    with pytest.raises(ParkedFeedError):
        land(tonight, "map_growth", [sunday, monday, tuesday])
    assert grades(tonight) == {"tuesday": 310}

    # the retry and every later night, released or not
    for night in (tonight, replace(tonight, release_parked=True)):
        assert land(night, "map_growth", [sunday, monday, tuesday]) == ["skipped"] * 3
        assert grades(tonight) == {"tuesday": 310}

    monday_on_the_books = query(
        tonight.dsn,
        "select status, notes ->> 'superseded' from ops.loads where load_window = %s"
        " order by load_id desc limit 1",
        monday.name,
    )
    assert monday_on_the_books == [("skipped", "superseded by a newer file")]
    assert landing.failed_last(tonight.dsn, "map_growth") == []


def test_a_parked_file_that_is_the_newest_loads_when_it_is_released(
    tonight: Run, tmp_path: Path
) -> None:
    files = [
        roster(tmp_path, "sunday", SUNDAY, 300),
        roster(tmp_path, "monday", MONDAY, 200),
    ]
    with pytest.raises(ParkedFeedError, match="run again with release_parked"):
        land(tonight, "map_growth", files)

    land(replace(tonight, release_parked=True), "map_growth", files)

    assert grades(tonight) == {"monday": 200}


def test_after_a_passing_fault_of_the_older_file_the_retry_ends_in_the_newer_state(
    tonight: Run, tmp_path: Path
) -> None:
    files = [roster(tmp_path, "monday", MONDAY, 300), roster(tmp_path, "tuesday", TUESDAY, 301)]
    with psycopg.connect(tonight.dsn, autocommit=True) as connection:
        connection.execute(FULL_DISK.format(table=ROSTER.table))
    with pytest.raises(DiskFullError):
        land(tonight, "map_growth", files)
    with psycopg.connect(tonight.dsn, autocommit=True) as connection:
        connection.execute(f"drop trigger full_disk on raw.{ROSTER.table}")

    land(tonight, "map_growth", files)

    assert grades(tonight) == {"tuesday": 301}


def test_a_file_of_another_term_supersedes_nothing(tonight: Run, tmp_path: Path) -> None:
    fall = roster(tmp_path, "sunday", SUNDAY, 300, FALL)
    smaller_fall = roster(tmp_path, "monday", MONDAY, 200, FALL)
    winter = roster(tmp_path, "tuesday", TUESDAY, 310, WINTER)
    with pytest.raises(ParkedFeedError):
        land(tonight, "map_growth", [fall, smaller_fall, winter])

    land(replace(tonight, release_parked=True), "map_growth", [fall, smaller_fall, winter])

    assert grades(tonight, FALL) == {"monday": 200}
    assert grades(tonight, WINTER) == {"tuesday": 310}


def test_of_a_file_of_two_terms_the_superseded_one_is_left_out(
    tonight: Run, tmp_path: Path
) -> None:
    both = roster(tmp_path, "monday", MONDAY, 200, FALL, WINTER)
    winter = roster(tmp_path, "tuesday", TUESDAY, 310, WINTER)
    land(tonight, "map_growth", [winter])

    assert land(tonight, "map_growth", [both]) == ["loaded"]

    assert grades(tonight, FALL) == {"monday": 200}
    assert grades(tonight, WINTER) == {"tuesday": 310}
    (counts,) = query(
        tonight.dsn,
        "select rows_seen, rows_new, rows_unchanged, rows_deleted, notes -> 'scopes',"
        " notes -> 'superseded_scopes' from ops.loads where load_window = %s",
        both.name,
    )
    assert counts == (200, 200, 0, 0, [f"{FALL} | North"], [f"{WINTER} | North"])


def test_an_older_delta_is_followed_by_the_newer_one_again(tonight: Run, tmp_path: Path) -> None:
    older = diagnostic(tmp_path, "monday", MONDAY, 424)
    newer = diagnostic(tmp_path, "tuesday", TUESDAY, 430)
    land(tonight, "iready", [newer])

    # the older one could be read at last: nothing of it is lost, nor is the correction
    assert land(tonight, "iready", [older, newer]) == ["loaded", "loaded"]

    assert scores(tonight) == ["430"]
    assert land(tonight, "iready", [older, newer]) == ["skipped", "skipped"]


def test_a_full_refresh_applies_deltas_oldest_first(tonight: Run, tmp_path: Path) -> None:
    files = [
        diagnostic(tmp_path, "monday", MONDAY, 424),
        diagnostic(tmp_path, "tuesday", TUESDAY, 430),
    ]
    land(tonight, "iready", files)

    assert land(replace(tonight, full_refresh=True), "iready", files) == ["loaded", "loaded"]

    assert scores(tonight) == ["430"]


def test_a_full_refresh_that_broke_off_is_made_good_by_the_next_night(
    tonight: Run, tmp_path: Path
) -> None:
    files = [
        diagnostic(tmp_path, "monday", MONDAY, 424),
        diagnostic(tmp_path, "tuesday", TUESDAY, 430),
    ]
    land(tonight, "iready", files)
    land(replace(tonight, full_refresh=True), "iready", files[:1])

    land(tonight, "iready", files)

    assert scores(tonight) == ["430"]


def test_a_full_refresh_of_snapshots_reads_the_newest_again(tonight: Run, tmp_path: Path) -> None:
    files = [roster(tmp_path, "sunday", SUNDAY, 300), roster(tmp_path, "monday", MONDAY, 310)]
    land(tonight, "map_growth", files)

    # had Sunday's state come back, its ten missing students would be deleted and new again
    assert land(replace(tonight, full_refresh=True), "map_growth", files) == [
        "skipped",
        "unchanged",
    ]

    assert grades(tonight) == {"monday": 310}


def test_a_clock_that_runs_ahead_does_not_shut_out_the_files_after_it(
    tonight: Run, tmp_path: Path
) -> None:
    ahead = roster(tmp_path, "sunday", datetime(2199, 1, 1, tzinfo=UTC), 300)
    land(tonight, "map_growth", [ahead])
    after = roster(tmp_path, "monday", datetime(2198, 1, 1, tzinfo=UTC), 301)

    land(tonight, "map_growth", [after, ahead])

    assert grades(tonight) == {"monday": 301}


def test_two_deliveries_of_one_layout_delete_nothing_of_each_other(
    tonight: Run, tmp_path: Path
) -> None:
    vendor = source("map_growth", school_years=[2026])
    sources = {"map_growth": vendor, "map_south": vendor}
    district = tonight.district.model_copy(update={"sources": sources})
    tonight = replace(tonight, district=district)
    for name, school in (("map_growth", "North"), ("map_south", "South")):
        file = roster(tmp_path, "monday", MONDAY, 3)
        text = file.path.read_text().replace("North", school)
        same_name = local(file.path, text, written=MONDAY)
        land_files(tonight, name, vendor, [same_name])
        land_files(tonight, name, vendor, [same_name])

    assert len(current(tonight.dsn, ROSTER)) == 6


def of_school(folder: Path, school: str, written: datetime, *numbers: int) -> LocalFile:
    """An export of one term, of one school."""
    rows = [
        {**MAP_ROW, "TermName": FALL, "SchoolName": school, "StudentID": f"{n}", "TestID": f"{n}"}
        | {"DistrictName": "Ours", "TestStartDate": "09/16/2025"}
        for n in numbers
    ]
    return local(folder / f"AssessmentResults {school}.csv", to_csv(rows), written=written)


def test_two_files_of_one_term_in_one_delivery_delete_nothing_of_each_other(
    tonight: Run, tmp_path: Path
) -> None:
    north = of_school(tmp_path, "North", SUNDAY, 1, 2, 3)
    south = of_school(tmp_path, "South", SUNDAY, 4, 5, 6)

    assert land(tonight, "map_growth", [north, south]) == ["loaded", "loaded"]

    assert len(current(tonight.dsn, TESTS)) == 6


def test_a_test_gone_from_one_of_two_files_of_a_term_is_deleted(
    tonight: Run, tmp_path: Path
) -> None:
    schools = {"North": (1, 2, 3), "South": (4, 5, 6)}
    first = [of_school(tmp_path, school, SUNDAY, *n) for school, n in schools.items()]
    land(tonight, "map_growth", first)

    south = of_school(tmp_path, "South", MONDAY, 4, 6)
    land(tonight, "map_growth", [of_school(tmp_path, "North", MONDAY, 1, 2, 3), south])
    assert sorted(current(tonight.dsn, TESTS)) == ["1|1", "2|2", "3|3", "4|4", "6|6"]

    # and when the file of one of them comes alone
    land(tonight, "map_growth", [of_school(tmp_path, "North", TUESDAY, 1, 2)])
    assert sorted(current(tonight.dsn, TESTS)) == ["1|1", "2|2", "4|4", "6|6"]


def test_a_student_who_moved_between_the_files_of_a_term_stays(
    tonight: Run, tmp_path: Path
) -> None:
    first = [of_school(tmp_path, "North", SUNDAY, 1, 2), of_school(tmp_path, "South", SUNDAY, 3)]
    land(tonight, "map_growth", first)
    moved = [of_school(tmp_path, "North", MONDAY, 1), of_school(tmp_path, "South", MONDAY, 2, 3)]

    land(tonight, "map_growth", moved)
    assert len(current(tonight.dsn, TESTS)) == 3
    # whichever file is read first
    back = [of_school(tmp_path, "South", TUESDAY, 3), of_school(tmp_path, "North", TUESDAY, 1, 2)]
    land(tonight, "map_growth", back)
    assert len(current(tonight.dsn, TESTS)) == 3


def test_another_districts_file_leaves_what_is_loaded(tonight: Run, tmp_path: Path) -> None:
    ours = roster(tmp_path, "monday", MONDAY, 40)
    land(tonight, "map_growth", [ours])
    text = ours.path.read_text().replace("North", "East")
    foreign = local(tmp_path / "StudentsBySchool east.csv", text, written=TUESDAY)

    with pytest.raises(WrongDistrictError):
        land(tonight, "map_growth", [ours, foreign])

    assert grades(tonight) == {"monday": 40}
    assert land(replace(tonight, release_parked=True), "map_growth", [foreign]) == ["loaded"]


def test_files_of_one_moment_supersede_nothing(tonight: Run, tmp_path: Path) -> None:
    # a server that keeps no times dates all files alike; then they load as they come
    land(tonight, "map_growth", [roster(tmp_path, "tuesday", MONDAY, 300)])

    assert land(tonight, "map_growth", [roster(tmp_path, "monday", MONDAY, 301)]) == ["loaded"]

    assert grades(tonight) == {"monday": 301}


def test_a_member_that_is_gone_from_a_later_zip_is_mentioned(
    tonight: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = {**IREADY_ROW, "Academic Year": "2025-2026"}
    row |= {"Start Date": "9/3/2025", "Completion Date": "9/3/2025"}
    ela = to_csv([row])
    land(tonight, "iready", [zipped(tmp_path / "d.zip", {"a ela.csv": ela, "b ela.csv": ela})])
    land(
        replace(tonight, run_id="next"), "iready", [zipped(tmp_path / "d.zip", {"a ela.csv": ela})]
    )
    assert "d.zip: no longer in it: b ela.csv" in caplog.text
