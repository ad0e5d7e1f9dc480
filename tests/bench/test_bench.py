"""The benchmark runs on a small input; what it measures is printed, never asserted."""

from __future__ import annotations

from pathlib import Path

from bench import features, landing, landing_csv, landing_workload

ROUNDS = 2


def test_loads_are_measured_in_every_round(pg_server_url: str, tmp_path: Path) -> None:
    workload = landing_workload.generate(tmp_path, 200)
    measures = landing.measure_loads(pg_server_url, workload, ROUNDS)
    assert [(len(m.seconds), len(m.peer_seconds)) for m in measures] == [(ROUNDS, ROUNDS)] * 2


def test_a_file_is_measured_in_every_round(pg_server_url: str, tmp_path: Path) -> None:
    file = landing_csv.generate(tmp_path / "diagnostic_results_math.csv", 50)
    measure = landing_csv.measure(pg_server_url, file, 50, ROUNDS)
    assert (len(measure.seconds), len(measure.peer_seconds)) == (ROUNDS, ROUNDS)


def test_every_as_of_date_of_the_drawn_district_has_features(
    pg_server_url: str, tmp_path: Path
) -> None:
    # ends with an error when a date is missing
    assert "rows" in features.measure(pg_server_url, tmp_path / "features", 40).beside
