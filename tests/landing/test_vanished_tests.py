"""A test that is gone from a newer complete export of its vendor is deleted, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.errors import ParkedFeedError, WrongDistrictError
from include.records import Feed
from include.run import Run
from include.sources.files import LocalFile
from tests.landing.support import current, land_files, query
from tests.sources.files.helpers import IREADY_ROW, STAR_ROW, local, source, to_csv, zipped

SUNDAY, MONDAY, TUESDAY = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (1, 2, 3))
FALL, WINTER = "Fall", "Winter"
FEEDS = {"star": Feed("star", "results"), "iready": Feed("iready", "diagnostic_results")}
NAMES = {"star": "SR.csv", "iready": "diagnostic_results_ela.csv"}
VENDORS = pytest.mark.parametrize("vendor", FEEDS)


def row(vendor: str, number: int, window: str, school: str) -> dict[str, str]:
    """The test of one student in a window, at a school."""
    if vendor == "star":
        return {
            **STAR_ROW,
            "SchoolYear": "2025-2026",
            "StudentIdentifier": f"{number:04}",
            "AssessmentID": f"{window}-{number}",
            "CompletedDateLocal": "2025-09-03T09:07:55Z",
            "ScreeningPeriodWindowName": window,
            "SchoolIdentifier": school,
        }
    day = "9/3/2025" if window == FALL else "1/12/2026"
    return {
        **IREADY_ROW,
        "Student ID": f"{number:04}",
        "Academic Year": "2025-2026",
        "Start Date": day,
        "Completion Date": day,
        "Norming Window": f"{window} (of the year)",
        "School": school,
    }


def rows_of(
    vendor: str, fall: Iterable[int], winter: Iterable[int] = (), *, school: str = "North"
) -> list[dict[str, str]]:
    fall_rows = [row(vendor, number, FALL, school) for number in fall]
    return fall_rows + [row(vendor, number, WINTER, school) for number in winter]


def export(
    folder: Path,
    vendor: str,
    written: datetime,
    rows: list[dict[str, str]],
    *,
    broken: bool = False,
) -> LocalFile:
    text = to_csv(rows)
    place = folder / f"{written:%A}"
    place.mkdir(exist_ok=True)
    return local(place / NAMES[vendor], text[:-30] if broken else text, written=written)


def land(night: Run, vendor: str, *files: LocalFile, complete: bool = True) -> list[str]:
    vendors = source(vendor, school_years=[2026], absent_is_deleted=complete)
    return [result.status for result in land_files(night, vendor, vendors, files)]


def held(night: Run, vendor: str) -> int:
    return len(current(night.dsn, FEEDS[vendor]))


@VENDORS
def test_a_test_gone_from_a_newer_export_is_deleted_and_comes_back(
    tonight: Run, tmp_path: Path, vendor: str
) -> None:
    whole = export(tmp_path, vendor, SUNDAY, rows_of(vendor, range(10), range(10)))
    fewer = export(tmp_path, vendor, MONDAY, rows_of(vendor, range(9), range(10)))
    again = export(tmp_path, vendor, TUESDAY, rows_of(vendor, range(10), range(10)))
    land(tonight, vendor, whole)

    land(tonight, vendor, fewer)
    assert held(tonight, vendor) == 19
    versions = query(
        tonight.dsn,
        f"select is_deleted, payload is not null from raw.{FEEDS[vendor].table}"
        " where superseded_by is null and is_deleted",
    )
    assert versions == [(True, True)]

    land(tonight, vendor, again)
    assert held(tonight, vendor) == 20


@VENDORS
@pytest.mark.parametrize("part", ["a window", "a school"])
def test_an_export_of_a_part_deletes_nothing_of_the_others(
    tonight: Run, tmp_path: Path, vendor: str, part: str
) -> None:
    north, south = rows_of(vendor, range(6), range(6)), rows_of(vendor, range(6, 9), school="South")
    land(tonight, vendor, export(tmp_path, vendor, SUNDAY, north + south))

    rows = rows_of(vendor, range(6)) if part == "a window" else north
    assert land(tonight, vendor, export(tmp_path, vendor, MONDAY, rows)) == ["unchanged"]
    assert held(tonight, vendor) == 15


@VENDORS
@pytest.mark.parametrize("why", ["the district says so", "a column is missing", "it breaks off"])
def test_a_file_that_does_not_say_that_it_is_complete_deletes_nothing(
    tonight: Run, tmp_path: Path, vendor: str, why: str
) -> None:
    rows = rows_of(vendor, range(10))
    whole = export(tmp_path, vendor, SUNDAY, rows)
    fewer = rows[:8]
    if why == "a column is missing":
        unsaid = {"ScreeningPeriodWindowName", "Norming Window"}
        fewer = [{k: v for k, v in row.items() if k not in unsaid} for row in fewer]
    part = export(tmp_path, vendor, MONDAY, fewer, broken=why == "it breaks off")
    later = export(tmp_path, vendor, TUESDAY, rows[:9])
    land(tonight, vendor, whole)

    land(tonight, vendor, part, complete=why != "the district says so")
    assert held(tonight, vendor) == 10

    # and takes no test out of what the next complete one speaks of
    land(tonight, vendor, later)
    assert held(tonight, vendor) == 9


@VENDORS
def test_an_export_that_lacks_too_much_is_parked(tonight: Run, tmp_path: Path, vendor: str) -> None:
    land(tonight, vendor, export(tmp_path, vendor, SUNDAY, rows_of(vendor, range(20))))
    cut = export(tmp_path, vendor, MONDAY, rows_of(vendor, range(8)))

    with pytest.raises(ParkedFeedError, match="12 of 20"):
        land(tonight, vendor, cut)
    assert held(tonight, vendor) == 20

    land(replace(tonight, release_parked=True), vendor, cut)
    assert held(tonight, vendor) == 8


@VENDORS
def test_an_export_of_another_district_is_refused(
    tonight: Run, tmp_path: Path, vendor: str
) -> None:
    land(tonight, vendor, export(tmp_path, vendor, SUNDAY, rows_of(vendor, range(9))))
    foreign = rows_of(vendor, range(9, 18), school="Elsewhere")

    with pytest.raises(WrongDistrictError):
        land(tonight, vendor, export(tmp_path, vendor, MONDAY, foreign))
    assert held(tonight, vendor) == 9


@VENDORS
def test_an_older_export_deletes_nothing_that_a_newer_one_holds(
    tonight: Run, tmp_path: Path, vendor: str
) -> None:
    older = export(tmp_path, vendor, SUNDAY, rows_of(vendor, range(8)))
    newer = export(tmp_path, vendor, MONDAY, rows_of(vendor, range(10)))
    land(tonight, vendor, newer)

    assert land(tonight, vendor, older) == ["skipped"]
    assert held(tonight, vendor) == 10


def test_products_of_one_zip_delete_nothing_of_each_other(tonight: Run, tmp_path: Path) -> None:
    reading = rows_of("star", range(9))
    math = [
        {k: v for k, v in row.items() if k != "InstructionalReadingLevel"} | {"Audio": "No"}
        for row in reading
    ]
    files = [
        zipped(tmp_path / "a.zip", {"SR.csv": to_csv(reading), "SM.csv": to_csv(math)}),
        zipped(tmp_path / "b.zip", {"SR.csv": to_csv(reading[:8]), "SM.csv": to_csv(math)}),
    ]
    for file, written in zip(files, (SUNDAY, MONDAY), strict=True):
        land(tonight, "star", replace(file, modified_at=written))

    assert held(tonight, "star") == 17
