"""The records of the landing benchmarks: made once, written to files, read by both sides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from include.records import Change, Told, Upsert

PAGE_SIZE = 500
VOLATILE = frozenset({"_etag", "_lastModifiedDate"})
_REASONS = (
    "The student is ill",
    "Medical appointment",
    "Family emergency",
    "Left early, with note",
)
_CATEGORIES = ("Excused Absence", "Unexcused Absence", "Tardy", "Early departure")


@dataclass(frozen=True, slots=True)
class Workload:
    """The same records twice: one JSON record per line, and one page (JSON array) per line."""

    records: Path
    pages: Path
    count: int


def generate(folder: Path, count: int, *, seed: int = 20260901) -> Workload:
    """Write `count` records of the shape of an Ed-Fi student school attendance event."""
    generator = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    workload = Workload(folder / "records.jsonl", folder / "pages.jsonl", count)
    with workload.records.open("wb") as records, workload.pages.open("wb") as pages:
        for start in range(0, count, PAGE_SIZE):
            page = [
                attendance_event(generator, number)
                for number in range(start, min(start + PAGE_SIZE, count))
            ]
            pages.write(orjson.dumps(page) + b"\n")
            records.writelines(orjson.dumps(record) + b"\n" for record in page)
    return workload


@dataclass
class PagedStream:
    """A FeedStream over the pages of a workload, parsed as the Ed-Fi client parses them."""

    pages: Path
    watermark: str | None = "1"
    source_count: int | None = None
    scopes: set[str] = field(default_factory=set)

    def batches(self) -> Iterator[list[Change]]:
        with self.pages.open("rb") as pages:
            for number, page in enumerate(pages):
                yield [
                    Upsert(record["id"], record, f"page {number} row {row}")
                    for row, record in enumerate(orjson.loads(page))
                ]

    def told(self) -> Told:
        return Told(self.source_count, self.watermark)


def attendance_event(generator: random.Random, number: int) -> dict[str, Any]:
    """Record `number`, invented."""

    def link(rel: str, path: str) -> dict[str, str]:
        return {"rel": rel, "href": f"/ed-fi/{path}/{generator.getrandbits(128):032x}"}

    return {
        "id": f"{generator.getrandbits(128):032x}",
        "schoolReference": {
            "schoolId": 100_000_000 + number % 40,
            "link": link("School", "schools"),
        },
        "sessionReference": {
            "schoolId": 100_000_000 + number % 40,
            "schoolYear": 2026,
            "sessionName": "2025-2026 Fall Semester",
            "link": link("Session", "sessions"),
        },
        "studentReference": {
            "studentUniqueId": f"bench-{number // 20}",
            "link": link("Student", "students"),
        },
        "attendanceEventCategoryDescriptor": "uri://ed-fi.org/AttendanceEventCategoryDescriptor#"
        + _CATEGORIES[number % len(_CATEGORIES)],
        "eventDate": f"2025-{9 + number % 4:02d}-{1 + number % 28:02d}",
        "attendanceEventReason": _REASONS[number % len(_REASONS)],
        "_etag": str(5_250_000_000_000_000_000 + number),
        "_lastModifiedDate": "2026-01-10T17:05:31.123456Z",
    }
