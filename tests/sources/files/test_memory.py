"""A longer file must not need more memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from tests.sources.files.helpers import STAR_ROW, feeds_of, local, to_csv


def _peak_bytes(path: Path, rows: int) -> int:
    text = to_csv([{**STAR_ROW, "AssessmentID": str(number)} for number in range(rows)])
    file = local(path, text)
    (feed,) = feeds_of(file, "star")
    tracemalloc.start()
    try:
        assert sum(len(batch) for batch in feed.stream.batches()) == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_by_the_key_hashes_alone(tmp_path: Path) -> None:
    small = _peak_bytes(tmp_path / "SR.csv", 4_000)
    large = _peak_bytes(tmp_path / "SR.csv", 24_000)
    # eight bytes a row, twice while the hashes are sorted, and as much for their comparison
    assert large - small < 20_000 * 40
