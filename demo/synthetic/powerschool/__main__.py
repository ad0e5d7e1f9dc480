"""`python -m demo.synthetic.powerschool --district DIR`: derive PowerSchool from a district.

DIR is what `python -m demo.synthetic` wrote. `DIR/powerschool` gets the tables of the opening, and
`DIR/powerschool/days` the commands of every later school day.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo.synthetic.powerschool.derive import derive
from demo.synthetic.settings import OPENING


def main() -> int:
    """Derive; prints the rows by table."""
    parser = argparse.ArgumentParser(prog="demo.synthetic.powerschool", description=__doc__)
    parser.add_argument("--district", type=Path, required=True, help="a generated district")
    parser.add_argument("--opening", default=OPENING.isoformat(), help="its --as-of")
    options = parser.parse_args()
    if not (options.district / "edfi").is_dir():
        parser.error(f"--district: {options.district} holds no folder edfi")
    for name, count in sorted(derive(options.district, opening=options.opening).items()):
        sys.stdout.write(f"  {name:<30}{count:>12,}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
