"""A byte that is not UTF-8 changes its own cell and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import UnreadableFileError
from tests.sources.files.helpers import (
    MAP_ROW,
    STAR_ROW,
    feeds_of,
    local,
    read,
    read_rows,
    rejects,
    to_csv,
    upserts,
)

ROWS = [
    {**STAR_ROW, "AssessmentID": str(n), "StudentLastName": name, "StudentFirstName": "José"}
    for n, name in enumerate(["Muñoz", "O’Neill", "Ålder"])
]


def _with(raw: bytes, old: str, new: bytes) -> bytes:
    assert old.encode() in raw
    return raw.replace(old.encode(), new)


def test_one_byte_that_is_not_utf8_leaves_the_other_rows_as_they_are(tmp_path: Path) -> None:
    raw = _with(to_csv(ROWS).encode(), "O’Neill", b"O\x92Neill")
    (feed,) = feeds_of(local(tmp_path / "SR.csv", raw), "star")
    rows = upserts(read(feed))
    names = [(r.payload["student_last_name"], r.payload["student_first_name"]) for r in rows]
    assert names == [("Muñoz", "José"), ("O’Neill", "José"), ("Ålder", "José")]
    assert feed.notes["encoding"] == "utf-8, and cp1252 in 1 rows"


def test_a_file_wholly_in_cp1252_is_read_as_such(tmp_path: Path) -> None:
    rows = upserts(read_rows(tmp_path / "SR.csv", to_csv(ROWS).encode("cp1252"), "star"))
    assert [r.payload["student_last_name"] for r in rows] == ["Muñoz", "O’Neill", "Ålder"]


def test_a_header_in_cp1252_is_read_as_such(tmp_path: Path) -> None:
    raw = to_csv([{**STAR_ROW, "Größe": "7"}]).encode("cp1252")
    (feed,) = feeds_of(local(tmp_path / "SR.csv", raw), "star")
    assert len(upserts(read(feed))) == 1
    assert feed.notes["unknown_columns"] == ["Größe"]


def test_a_row_with_a_byte_of_no_known_encoding_is_rejected_alone(tmp_path: Path) -> None:
    raw = _with(to_csv(ROWS).encode(), "O’Neill", b"O\x81Neill")
    changes = read_rows(tmp_path / "SR.csv", raw, "star")
    assert [r.key for r in upserts(changes)] == ["SR|0", "SR|2"]
    (reject,) = rejects(changes)
    assert (reject.reason, reject.key, reject.source_ref) == ("bad_character", "SR|1", "SR.csv:3")
    assert "Neill" not in reject.detail


def test_a_header_of_no_known_encoding_stops_the_feed(tmp_path: Path) -> None:
    raw = _with(to_csv(ROWS).encode(), "StudentEmail", b"Student\x81Email")
    (feed,) = feeds_of(local(tmp_path / "SR.csv", raw), "star")
    with pytest.raises(UnreadableFileError, match="header"):
        read(feed)


@pytest.mark.parametrize("bad", [b"\x81", b"\0"], ids=["no text", "NUL"])
def test_a_row_that_is_no_text_does_not_replace_a_good_one_of_its_key(
    tmp_path: Path, bad: bytes
) -> None:
    raw = to_csv([STAR_ROW, {**STAR_ROW, "StudentLastName": "?"}]).encode()
    changes = read_rows(tmp_path / "SR.csv", _with(raw, ",?,", b"," + bad + b","), "star")
    assert [row.source_ref for row in upserts(changes)] == ["SR.csv:2"]
    assert [r.reason for r in rejects(changes)] == ["bad_character"]


def test_a_nul_in_utf16_rejects_its_row(tmp_path: Path) -> None:
    text = to_csv([{**MAP_ROW, "TestName": "a\0b"}, {**MAP_ROW, "TestID": "2"}])
    changes = read_rows(tmp_path / "AssessmentResults.csv", text.encode("utf-16"), "map_growth")
    assert [r.reason for r in rejects(changes)] == ["bad_character"]
    assert "\0" not in repr(changes)
    assert len(upserts(changes)) == 1
