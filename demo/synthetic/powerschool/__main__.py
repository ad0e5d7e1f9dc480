"""`python -m demo.synthetic.powerschool --district DIR`: derive PowerSchool from a district.

DIR is what `python -m demo.synthetic` wrote. `DIR/powerschool` gets the tables of the opening, and
`DIR/powerschool/days` the commands of every later school day.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import Counter
from pathlib import Path

import orjson

from demo.synthetic.powerschool.setup import Records
from demo.synthetic.powerschool.system import System
from demo.synthetic.settings import OPENING


def derive(district: Path, *, opening: str = OPENING.isoformat()) -> Counter[str]:
    """Write the tables and the days; returns rows by table, and commands as `days`."""
    out = district / "powerschool"
    shutil.rmtree(out, ignore_errors=True)
    (out / "days").mkdir(parents=True)
    system = System(_records(district / "edfi"), opening)
    counts: Counter[str] = Counter()
    files = {}
    for (table, _), row in system.rows.items():
        if table not in files:
            files[table] = (out / f"{table}.jsonl").open("wb")
        files[table].write(orjson.dumps(row) + b"\n")
        counts[table] += 1
    for file in files.values():
        file.close()
    for path in sorted((district / "days").glob("*.jsonl")):
        commands = system.move_on(path.stem, map(orjson.loads, path.read_bytes().splitlines()))
        lines = b"".join(orjson.dumps(command) + b"\n" for command in commands)
        (out / "days" / path.name).write_bytes(lines)
        counts["days"] += len(commands)
    return counts


def _records(folder: Path) -> Records:
    records: Records = {}
    for path in sorted(folder.glob("*.jsonl")):
        known = records.setdefault(path.name.split(".")[0], {})
        for line in path.read_bytes().splitlines():
            record = orjson.loads(line)
            known[record["id"]] = record
    return records


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
