"""Cells and lines that are too long to be an export's: named as such, and held in no memory."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path

import pytest

from include.errors import UnreadableFileError
from tests.sources.files.helpers import (
    STAR_ROW,
    feeds_of,
    local,
    read,
    rejects,
    to_csv,
    upserts,
    zipped,
)

LONG = csv.field_size_limit() + 1


def _lines(count: int) -> list[str]:
    return to_csv([{**STAR_ROW, "AssessmentID": str(n)} for n in range(count)]).splitlines()


def test_a_cell_that_is_too_long_costs_its_own_row_and_is_called_so(tmp_path: Path) -> None:
    lines = _lines(3)
    lines[2] = lines[2].replace("Alder", "x" * LONG, 1)
    (feed,) = feeds_of(local(tmp_path / "SR.csv", "\n".join(lines)), "star")
    changes = read(feed)
    assert [row.key for row in upserts(changes)] == ["SR|0", "SR|2"]
    (refused,) = rejects(changes)
    assert (refused.reason, refused.source_ref) == ("field_count", "SR.csv:3")
    assert refused.detail == "a cell of more than 131,072 characters; expected 12"


def test_a_stray_quote_is_called_so(tmp_path: Path) -> None:
    lines = _lines(2)
    lines[1] = lines[1].replace("2026-2027", '"2026"-2027', 1)
    (feed,) = feeds_of(local(tmp_path / "SR.csv", "\n".join(lines)), "star")
    assert rejects(read(feed))[0].detail == "not CSV (a stray quote); expected 12"


def test_a_cell_that_grows_too_long_over_several_lines_stops_the_feed_and_is_called_so(
    tmp_path: Path,
) -> None:
    lines = _lines(2)
    lines[1] = lines[1].replace("Alder", '"Alder', 1)
    lines.insert(2, "x" * LONG)
    (feed,) = feeds_of(local(tmp_path / "SR.csv", "\n".join(lines)), "star")
    expected = r"a cell of more than 131,072 characters, lines 2 to 3; expected .* quotes in pairs"
    with pytest.raises(UnreadableFileError, match=expected):
        read(feed)


def test_a_line_without_end_is_held_in_no_memory_and_costs_its_own_row(tmp_path: Path) -> None:
    lines = _lines(3)
    lines[2] = lines[2].replace("Alder", "x" * 20_000_000, 1)
    file = zipped(tmp_path / "District.zip", {"SR.csv": "\n".join(lines)})
    del lines
    (feed,) = feeds_of(file, "star", max_unpack_ratio=2_000)
    tracemalloc.start()
    try:
        changes = read(feed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [row.key for row in upserts(changes)] == ["SR|0", "SR|2"]
    assert [r.detail for r in rejects(changes)] == [
        "a cell of more than 131,072 characters; expected 12"
    ]
    assert peak < 20_000_000


@pytest.mark.parametrize("kind", ["plain", "in a ZIP"])
def test_a_record_without_end_stops_the_feed_with_its_line(tmp_path: Path, kind: str) -> None:
    lines = _lines(3)
    # each cell is short, and so is each line
    lines[2] += ',"x\n' + '","x\n' * 300_000
    text = "\n".join(lines)
    file = local(tmp_path / "SR.csv", text)
    if kind == "in a ZIP":
        file = zipped(tmp_path / "District.zip", {"SR.csv": text})
    del lines, text
    (feed,) = feeds_of(file, "star")
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFileError, match=r"a record of more than .* lines 3 to "):
            read(feed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000


def test_many_short_records_with_quotes_are_no_record_without_end(tmp_path: Path) -> None:
    rows = [
        {**STAR_ROW, "AssessmentID": f"{n}", "StudentLastName": "x\n" * 500} for n in range(1200)
    ]
    (feed,) = feeds_of(local(tmp_path / "SR.csv", to_csv(rows)), "star")
    assert len(upserts(read(feed))) == 1200
