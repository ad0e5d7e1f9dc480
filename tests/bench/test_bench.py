"""The benchmark runs on a small input; what it measures is printed, never asserted."""

from __future__ import annotations

from pathlib import Path

import psycopg

from bench import (
    edfi_memory,
    features,
    landing,
    landing_csv,
    landing_workload,
    ml_speed,
    system_of_record,
    wide_file,
)

ROUNDS = 2


def test_loads_are_measured_in_every_round(pg_server_url: str, tmp_path: Path) -> None:
    workload = landing_workload.generate(tmp_path, 200)
    measures = landing.measure_loads(pg_server_url, workload, ROUNDS)
    assert [(len(m.seconds), len(m.peer_seconds)) for m in measures] == [(ROUNDS, ROUNDS)] * 2


def test_a_file_is_measured_in_every_round(pg_server_url: str, tmp_path: Path) -> None:
    file = landing_csv.generate(tmp_path / "diagnostic_results_math.csv", 50)
    measure = landing_csv.measure(pg_server_url, file, 50, ROUNDS)
    assert (len(measure.seconds), len(measure.peer_seconds)) == (ROUNDS, ROUNDS)


def test_a_wide_file_is_measured_beside_copy_and_an_earlier_build(
    pg_server_url: str, tmp_path: Path
) -> None:
    file = wide_file.generate(tmp_path, 20)
    said = [str(m) for m in wide_file.measure(pg_server_url, file, 1, last_build="HEAD")]
    assert [line.split("  ")[0] for line in said] == [
        "wide file to raw",
        "wide file again, 0 rows written",
        "wide file, an earlier build",
        "wide file, memory",
    ]


def test_every_as_of_date_of_the_drawn_district_has_features(
    pg_server_url: str, tmp_path: Path
) -> None:
    students, dates = 40, 60
    # ends with an error of its own when a date is missing
    said = features.measure(pg_server_url, tmp_path / "features", students).beside
    rows = int(said.split(" rows")[0].replace(",", ""))
    assert 0.9 * students * dates < rows <= students * dates


def test_both_systems_of_the_drawn_district_tell_the_same_of_every_student(
    database_url: str,
) -> None:
    system_of_record.fill(database_url, 50)
    with psycopg.connect(database_url) as connection:
        counted = [
            connection.execute(
                f"select (select count(*) from given.first__{entity}),"
                f" (select count(*) from given.second__{entity})".encode()
            ).fetchone()
            for entity in ("enrollments", "section_enrollments", "marks", "attendance_events")
        ]
    assert counted == [(50, 50), (350, 350), (700, 700), (550, 550)]


def test_a_model_is_measured_beside_the_script() -> None:
    figures = ml_speed.measure(2000, 200)
    assert [figure.unit for figure in figures] == ["x", "", "s"]


def test_the_memory_of_a_reading_process_is_measured_all_along(pg_server_url: str) -> None:
    count = 2000
    found = edfi_memory.measure(pg_server_url, count)
    assert found.rows == 2 * count
    # at least once in each load, and after each
    assert len(found.peaks) >= 4
