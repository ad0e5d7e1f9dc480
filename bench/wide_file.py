"""A wide vendor file to raw: against COPY into text columns, and against an earlier build."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from bench.landing_report import Measure, Peak
from bench.scratch import check_out, fresh_database
from include.sources.files import load_layouts

# the last commit that reads a row into an object before it knows whether the row is new
LAST_BUILD = "7e7d6c8"
_CODE = Path(__file__).parents[1]
_FILE = "Star Reading results"
_CHUNK_BYTES = 256 * 1024
_SCORES = {"ScaledScore", "UnifiedScore"}
_PERCENTS = {"PercentileRank", "NormalCurveEquivalent", "CurrentSGP"}
_ERRORS = {"StandardErrorOfMeasurement"}
_DISTRICT = ("RenaissanceClientID", "DistrictIdentifier", "DistrictStateID", "DistrictName")
_ALWAYS = {"Grade", "InstructionalReadingLevel"}


@dataclass(frozen=True, slots=True)
class WideFile:
    """A file of Star's header."""

    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class _Landed:
    """What a process that landed the file twice says."""

    seconds: list[float]
    peak_mb: int


def generate(folder: Path, rows: int, *, seed: int = 20260903) -> WideFile:
    """Write a file of the layout's newest columns with invented students, all cells filled."""
    generator = random.Random(seed)
    layout = load_layouts()["star"]
    header = next(file.columns for file in layout.files if file.name == _FILE)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "star_reading.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        for number in range(rows):
            known = _known(generator, number)
            writer.writerow(
                known.get(column) or _other(generator, column, place, number)
                for place, column in enumerate(header)
            )
    return WideFile(path, rows)


def measure(
    server_url: str, file: WideFile, rounds: int, last_build: str | None = LAST_BUILD
) -> Iterator[Measure | Peak]:
    """First load and the same again, beside COPY and an earlier build in the same rounds."""
    build = file.path.parent / "last_build"
    has_build = last_build is not None and check_out(last_build, build, ["include"], "wide file")
    copied, first, again, earlier, peaks = [], [], [], [], []
    for _ in range(rounds):
        dsn = fresh_database(server_url, "wide_bench")
        copied.append(_copy(dsn, file))
        landed = _land(dsn, file, _CODE)
        first.append(landed.seconds[0])
        again.append(landed.seconds[1])
        peaks.append(landed.peak_mb)
        if has_build:
            earlier.append(_land(fresh_database(server_url, "wide_bench"), file, build).seconds[0])
    size, peer = file.path.stat().st_size, "COPY into text columns"
    yield Measure("wide file to raw", peer, first, copied, 0.35, file.rows, size)
    yield Measure("wide file again, 0 rows written", peer, again, copied, 0.8, file.rows, size)
    if has_build:
        name = f"build {last_build} of the same run"
        yield Measure("wide file, an earlier build", name, first, earlier, 3.5, file.rows, size)
    yield Peak("wide file, memory", max(peaks), file.rows)


def _land(dsn: str, file: WideFile, code: Path) -> _Landed:
    # the script by its path: imported as a module, it would bring this build's `include` along
    script = str(_CODE / "bench" / "wide_load.py")
    run = subprocess.run(
        [sys.executable, "-P", script, dsn, str(file.path)],
        env={**os.environ, "PYTHONPATH": str(code)},
        cwd=code,
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(run.stdout)
    # an export is good data; a finding in each row would measure the writing of rejects
    if said.get("rejected"):
        raise SystemExit(f"wide file: {said['rejected']} findings in values that should be good")
    if said["written"] != [file.rows, 0]:
        raise SystemExit(f"wide file: {said['written']} rows written of {file.rows}, then of none")
    return _Landed(said["seconds"], said["peak_mb"])


def _copy(dsn: str, file: WideFile) -> float:
    """Seconds for COPY of the file as it stands into a table of text columns."""
    with file.path.open(encoding="utf-8", newline="") as handle:
        header = next(csv.reader(handle))
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in header)
    with psycopg.connect(dsn) as connection:
        connection.execute(sql.SQL("create table public.peer_wide ({})").format(columns))
        connection.commit()
        started = time.perf_counter()
        with (
            connection.cursor().copy("copy public.peer_wide from stdin (format csv, header)") as to,
            file.path.open("rb") as handle,
        ):
            while chunk := handle.read(_CHUNK_BYTES):
                to.write(chunk)
        connection.commit()
        return time.perf_counter() - started


def _known(generator: random.Random, number: int) -> dict[str, str]:
    """The cells that a layout reads for keys, scopes and years."""
    day = date(2025, 9, 1) + timedelta(days=number % 60)
    school = f"School {number % 20}"
    return {
        "AssessmentID": f"{generator.getrandbits(64):016x}-{number}",
        "StudentIdentifier": f"bench-{number // 3}",
        "CompletedDateLocal": f"{day}T{number % 24:02d}:{number % 60:02d}:{number // 60 % 60:02d}",
        "SchoolYear": "2025-2026",
        "ScreeningPeriodWindowName": ("Fall", "Winter", "Spring")[number % 3],
        "SchoolIdentifier": school,
        "SchoolName": school,
        **dict.fromkeys(_DISTRICT, "district 1"),
    }


def _other(generator: random.Random, column: str, place: int, number: int) -> str:
    if column in _SCORES:
        return str(generator.randint(300, 1200))
    if column in _PERCENTS or column.startswith("StudentGrowthPercentile"):
        return str(generator.randint(1, 99))
    if column in _ERRORS:
        return f"{generator.randint(10, 30)}.{generator.randint(0, 9)}"
    if place % 2 and column not in _ALWAYS:
        return f"v{generator.randint(0, 9999)}"
    return f"Level {number % 5}"
