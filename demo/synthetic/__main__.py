"""`python -m demo.synthetic --out DIR`: generate the district `maple_valley`."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

from demo.synthetic.settings import YEARS, Plan
from demo.synthetic.write import write


def main() -> int:
    """Generate; prints rows and seconds."""
    plan = Plan()
    parser = argparse.ArgumentParser(prog="demo.synthetic", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder; its contents are replaced")
    parser.add_argument("--students", type=int, default=plan.students)
    parser.add_argument("--as-of", type=date.fromisoformat, default=plan.as_of)
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument(
        "--noisy-group", action="store_true",
        help="English learners: the same latent risk, noisier records",
    )  # fmt: skip
    parser.add_argument(
        "--oracle-draws", type=int, default=plan.oracle_draws,
        help="draws per student and period for the true probability; 0: none is written",
    )  # fmt: skip
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if not date(YEARS[-1] - 1, 9, 15) <= options.as_of <= date(YEARS[-1], 5, 1):
        parser.error("--as-of: a day of the last school year, from 15 September to 1 May")
    if options.students < 200:
        parser.error("--students: at least 200, or the planted defects find nobody")
    plan = Plan(
        options.students, options.as_of, options.seed, options.noisy_group, options.oracle_draws
    )
    started = perf_counter()
    written = write(options.out, plan, workers=options.workers)
    rows, later = sum(written.rows.values()), sum(written.commands.values())
    sys.stdout.write(
        f"{options.students:,} students: {rows:,} records and {later:,} commands of "
        f"{len(written.commands)} later school days in {perf_counter() - started:.1f} s\n"
    )
    for resource, count in written.rows.items():
        sys.stdout.write(f"  {resource:<50}{count:>12,}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
