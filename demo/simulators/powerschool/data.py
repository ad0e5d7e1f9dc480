"""Fill a store from a folder of `<table>.jsonl[.gz]`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from demo.simulators.powerschool.store import Row, Store


def load_folder(store: Store, folder: Path) -> dict[str, int]:
    """Load every file; returns rows per table."""
    counts: dict[str, int] = {}
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        table = path.name.split(".")[0]
        counts[table] = counts.get(table, 0) + store.load(table, _read(path))
    return counts


def _read(path: Path) -> Iterator[Row]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
