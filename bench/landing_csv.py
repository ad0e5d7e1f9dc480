"""An assessment CSV to raw, against pandas.to_sql of the same file."""

from __future__ import annotations

import csv
import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import psycopg
from sqlalchemy import create_engine

from bench.landing_report import Measure
from bench.scratch import fresh_database
from include import landing
from include.records import RunContext
from include.sources.files import LocalFile, load_layouts, open_feeds
from include.sources.files.config import FilesConfig, FolderDelivery
from include.sources.files.local import sha256_of

_SOURCE = FilesConfig(
    kind="files",
    layout="iready",
    delivery=FolderDelivery(kind="folder", connection="bench", pattern="*.csv"),
)
_RUN = RunContext("bench", date(2026, 5, 1), "bench", "bench")
_SCHOOL_YEAR = 2026
_DOMAINS = (
    "Number and Operations",
    "Algebra and Algebraic Thinking",
    "Measurement and Data",
    "Geometry",
)


def generate(path: Path, rows: int, *, seed: int = 20260902) -> LocalFile:
    """Write a diagnostic results file with invented students."""
    generator = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(_row(generator, 0)))
        writer.writeheader()
        writer.writerows(_row(generator, number) for number in range(rows))
    modified_at = datetime(2026, 4, 30, tzinfo=UTC)
    return LocalFile(path, path.name, sha256_of(path), modified_at)


def measure(server_url: str, file: LocalFile, rows: int, rounds: int) -> Measure:
    """Seconds from the file to a table: ours through the layout, the peer's as text columns."""
    ours, peer = [], []
    for _ in range(rounds):
        dsn = fresh_database(server_url, "csv_bench")
        landing.prepare(dsn, [feed for layout in load_layouts().values() for feed in layout.feeds])
        peer.append(_pandas(dsn, file.path, rows))
        ours.append(_landed(dsn, file, rows))
    size = file.path.stat().st_size
    return Measure("assessment CSV to raw", "pandas.to_sql multi, 1000", ours, peer, 50, rows, size)


def _landed(dsn: str, file: LocalFile, rows: int) -> float:
    started = time.perf_counter()
    landed = [
        landing.land(
            dsn,
            feed.stream,
            landing.LoadRequest(feed.feed, feed.kind, feed.window, _RUN, file_hash=feed.file_hash),
        )
        for feed in open_feeds(file, _SOURCE, _SCHOOL_YEAR, as_of_date=_RUN.as_of_date)
    ]
    seconds = time.perf_counter() - started
    if sum(result.rows_new for result in landed) != rows:
        raise SystemExit(f"CSV: not all of {rows} rows landed: {landed}")
    return seconds


def _pandas(dsn: str, path: Path, rows: int) -> float:
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg2://", 1))
    started = time.perf_counter()
    frame = pd.read_csv(path, dtype=str)
    frame.to_sql(
        "peer_csv", engine, if_exists="replace", index=False, method="multi", chunksize=1000
    )
    seconds = time.perf_counter() - started
    engine.dispose()
    with psycopg.connect(dsn) as connection:
        row = connection.execute("select count(*) from peer_csv").fetchone()
    if row != (rows,):
        raise SystemExit(f"pandas wrote {row}, not {rows} rows")
    return seconds


def _row(generator: random.Random, number: int) -> dict[str, str]:
    day = (date(2025, 9, 1) + timedelta(days=number % 60)).isoformat()
    row = {
        "Last Name": f"Bench{number % 997}",
        "First Name": f"Student{number % 499}",
        "Student ID": f"bench-{number}",
        "Student Grade": str(1 + number % 8),
        "Academic Year": "2025-2026",
        "School": f"Bench School {number % 20}",
        "Subject": "Math",
        "Activity Id": f"activity-{number}",
        "Start Date": day,
        "Completion Date": day,
        "Norming Window": "Fall",
        "Baseline Diagnostic (Y/N)": "Y",
        "Most Recent Diagnostic YTD (Y/N)": "Y",
        "Duration (min)": str(generator.randint(20, 90)),
        "Overall Scale Score": str(generator.randint(350, 600)),
        "Overall Placement": "Level 3",
        "Overall Relative Placement": "1 Grade Level Below",
        "Percentile": str(generator.randint(1, 99)),
        "Mid On Grade Level Scale Score": "480",
    }
    for domain in _DOMAINS:
        row[f"{domain} Scale Score"] = str(generator.randint(350, 600))
        row[f"{domain} Placement"] = "Level 3"
        row[f"{domain} Relative Placement"] = "1 Grade Level Below"
    return row
