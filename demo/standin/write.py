"""Write the invented district to disk: one JSON-lines file per resource, and the vendors' files."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from demo.standin import learning, people, support, vendors
from demo.standin.shapes import Row, with_id

SEED = 20220527
STUDENTS = 240


def write(edfi: Path, vendor_files: Path, *, students: int = STUDENTS) -> dict[str, int]:
    """Write everything; returns the rows per Ed-Fi resource. The same bytes on every run."""
    edfi.mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {}
    for resource, row in rows(students):
        lines.setdefault(resource, []).append(json.dumps(with_id(resource, row)))
    for resource, found in lines.items():
        (edfi / f"{resource}.jsonl").write_text("\n".join(found) + "\n", encoding="utf-8")
    vendors.write(vendor_files, random.Random(SEED))
    return {resource: len(found) for resource, found in lines.items()}


def rows(students: int = STUDENTS) -> Iterator[tuple[str, Row]]:
    """Every record of the district with the name of its resource."""
    dice = random.Random(SEED)
    pupils = people.pupils(students, dice)
    return chain(
        people.organisations(),
        people.students(pupils),
        people.attendance(pupils, dice),
        learning.teaching(),
        learning.marks(pupils, dice),
        learning.tests(pupils, dice),
        support.programs(pupils),
        support.behavior(pupils),
    )
