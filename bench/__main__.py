"""`python -m bench`: what landing, nights and models cost, beside a peer or a limit of the run."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import (
    edfi_memory,
    features,
    landing,
    landing_csv,
    landing_workload,
    ml_speed,
    night,
    oulad_report,
    system_of_record,
    wide_file,
)  # fmt: skip
from bench.landing_report import HEADER, Limit, Measure, Memory, Peak
from include.local import postgres

_FOLDER = Path(__file__).parents[1] / ".runtime" / "bench"
_SAMPLES = Path(
    os.environ.get("FIRSTBELL_SAMPLES", Path(__file__).parents[2] / "shared" / "samples")
)
_PARTS = ["landing", "csv", "wide", "memory", "night", "features", "record", "oulad", "ml"]


def main() -> int:
    """Run every benchmark; 1 when a target is missed."""
    arguments = _arguments()
    missed = 0
    _say(HEADER)
    for measure in _measures(arguments):
        _say(str(measure))
        missed += not measure.passed
    for told in _models(arguments):
        _say(str(told))
        missed += isinstance(told, ml_speed.Figure) and not told.passed
    return min(missed, 1)


def _measures(arguments: argparse.Namespace) -> Iterator[Measure | Memory | Peak | Limit]:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER) as name:
        folder = Path(name)
        # no settings of our own: durability as Postgres ships it
        with postgres.running(folder / "postgres") as server:
            if "landing" in arguments.only:
                workload = landing_workload.generate(folder / "loads", arguments.records)
                yield from landing.measure_loads(server.url(), workload, arguments.rounds)
            if "csv" in arguments.only:
                file = landing_csv.generate(
                    folder / "csv" / "diagnostic_results_math.csv", arguments.csv_rows
                )
                yield landing_csv.measure(server.url(), file, arguments.csv_rows, arguments.rounds)
            if "wide" in arguments.only:
                wide = wide_file.generate(folder / "wide", arguments.wide_rows)
                # one round: a million rows take minutes, and vary little
                yield from wide_file.measure(server.url(), wide, 1, arguments.last_build)
            if "memory" in arguments.only:
                yield edfi_memory.measure(server.url(), arguments.memory_records)
            if "night" in arguments.only:
                yield from night.measure(server.url(), folder / "night")
                yield from night.beside(server, folder / "second", arguments.night_build)
            if "features" in arguments.only:
                yield features.measure(server.url(), folder / "features", arguments.students)
            if "record" in arguments.only:
                yield system_of_record.measure(server.url(), folder / "record", arguments.students)


def _models(arguments: argparse.Namespace) -> Iterator[ml_speed.Figure | str]:
    if "oulad" in arguments.only:
        yield from oulad_report.measure(_SAMPLES / "oulad")
    if "ml" in arguments.only:
        yield from ml_speed.measure(arguments.snapshots, arguments.snapshots * 2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, one round")
    parser.add_argument("--records", type=int)
    parser.add_argument("--memory-records", type=int)
    parser.add_argument("--csv-rows", type=int)
    parser.add_argument("--wide-rows", type=int)
    parser.add_argument(
        "--last-build",
        default=wide_file.LAST_BUILD,
        help="the commit to compare the wide file with",
    )
    parser.add_argument(
        "--night-build",
        default=night.EARLIER,
        help="the commit to compare the second night with",
    )
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--students", type=int)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=_PARTS,
        default=_PARTS,
    )
    arguments = parser.parse_args()
    share, rounds = (10, 1) if arguments.quick else (1, 3)
    arguments.records = arguments.records or 500_000 // share
    arguments.memory_records = arguments.memory_records or 1_000_000 // share
    arguments.csv_rows = arguments.csv_rows or 20_000 // share
    arguments.wide_rows = arguments.wide_rows or 1_000_000 // share
    arguments.rounds = arguments.rounds or rounds
    arguments.snapshots = 50_000 // share
    arguments.students = arguments.students or 100_000 // share
    return arguments


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
