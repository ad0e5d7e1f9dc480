"""`python -m bench`: what landing costs, each figure beside a peer measured in the same run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import landing, landing_csv, landing_workload
from include.local import postgres

_MEMORY_LIMIT_MB = 300


def main() -> int:
    """Run every benchmark; 1 when a target is missed."""
    arguments = _arguments()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="firstbell-bench-") as name:
        folder = Path(name)
        # no settings of our own: durability as Postgres ships it
        with postgres.running(folder / "postgres") as server:
            workload = landing_workload.generate(folder / "loads", arguments.records)
            for measure in landing.measure_loads(server.url(), workload, arguments.rounds):
                _say(str(measure))
                missed += measure.ratio < measure.target
            _forget(workload)

            csv_file = landing_csv.generate(
                folder / "csv" / "diagnostic_results_math.csv", arguments.csv_rows
            )
            csv_measure = landing_csv.measure(server.url(), csv_file, arguments.csv_rows)
            _say(str(csv_measure))
            missed += csv_measure.ratio < csv_measure.target

            long_one = landing_workload.generate(folder / "memory", arguments.memory_records)
            peaks = landing.measure_memory(server.url(), long_one)
            missed += max(peaks) >= _MEMORY_LIMIT_MB
            _say(
                f"memory, {arguments.memory_records:,} records, first load and reload: peak"
                f" {max(peaks)} MB (limit {_MEMORY_LIMIT_MB} MB), after each tenth: {peaks}"
            )
    return min(missed, 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--memory-records", type=int, default=1_000_000)
    parser.add_argument("--csv-rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _forget(workload: landing_workload.Workload) -> None:
    workload.records.unlink()
    workload.pages.unlink()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
