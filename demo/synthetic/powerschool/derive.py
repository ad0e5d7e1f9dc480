"""Derive what PowerSchool holds from a district that the synthetic generator wrote."""

from __future__ import annotations

import shutil
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


def district_number(district: Path) -> str:
    """What PowerSchool calls the district: the number that Ed-Fi has of it."""
    (path,) = (district / "edfi").glob("localEducationAgencies.*")
    return str(orjson.loads(path.read_bytes().splitlines()[0])["localEducationAgencyId"])


def _records(folder: Path) -> Records:
    records: Records = {}
    for path in sorted(folder.glob("*.jsonl")):
        known = records.setdefault(path.name.split(".")[0], {})
        for line in path.read_bytes().splitlines():
            record = orjson.loads(line)
            known[record["id"]] = record
    return records
