"""Whatever the cells hold, they arrive as they were, and damage never moves them."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from include.errors import FeedError
from include.sources.files.content import Content, inspect
from tests.sources.files.helpers import STAR_ROW, read_rows, rejects, to_csv, upserts

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_HEADER = ["SchoolYear", "AssessmentID", "StudentIdentifier", "StudentLastName",
           "InstructionalReadingLevel", "CompletedDateLocal", "ScaledScore", "Note"]  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(cells=st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=5))
def test_any_text_survives(cells: list[tuple[str, str]]) -> None:
    rows = [
        {**STAR_ROW, "AssessmentID": str(n), "StudentLastName": name, "Note": note}
        for n, (name, note) in enumerate(cells)
    ]
    with tempfile.TemporaryDirectory() as folder:
        changes = read_rows(Path(folder) / "SR.csv", to_csv(rows), "star")
    found = [
        (r.payload.get("student_last_name", ""), r.payload.get("_unknown", {}).get("note", ""))
        for r in upserts(changes)
    ]
    assert found == cells
    assert rejects(changes) == []


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_damage_to_the_number_of_cells_never_shifts_a_value(data: st.DataObject) -> None:
    good = [["2026-2027", str(n), f"id{n}", "name", "3", "2026-09-03", "512", f"note{n}"]
            for n in range(4)]  # fmt: skip
    rows = [list(row) for row in good]
    victims = data.draw(st.sets(st.integers(0, 3), min_size=1, max_size=3))
    for victim in victims:
        place = data.draw(st.integers(0, len(_HEADER) - 1))
        if data.draw(st.booleans()):
            rows[victim].insert(place, "extra")
        else:
            del rows[victim][place]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_HEADER, *rows])
    with tempfile.TemporaryDirectory() as folder:
        changes = read_rows(Path(folder) / "SR.csv", text.getvalue(), "star")
    assert [r.key for r in upserts(changes)] == [f"SR|{n}" for n in range(4) if n not in victims]
    assert all(r.payload["student_identifier"] == f"id{r.key[3:]}" for r in upserts(changes))
    assert len(rejects(changes)) == len(victims)


@settings(deadline=None, max_examples=150)
@given(content=st.binary(max_size=200))
def test_no_bytes_break_the_reader_in_another_way_than_a_feed_error(content: bytes) -> None:
    header = ",".join(_HEADER).encode()
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.suppress(FeedError):
            read_rows(Path(folder) / "SR.csv", header + b"\n" + content, "star")


_PIECES = ["a", ",", '"', "\n", "\r\n", " ", "é", "\0", '""', '","']


def _rows_of(content: Content, *, line_by_line: bool) -> list[list[str] | str]:
    """The rows, and what stopped them."""
    found: list[list[str] | str] = []
    try:
        if line_by_line:
            found.extend(row for batch in content.records(3) for *_, row in batch)
        else:
            found.extend(content.rows())
    except FeedError as error:
        found.append(str(error))
    return found


@settings(deadline=None, max_examples=300)
@given(pieces=st.lists(st.sampled_from(_PIECES)))
def test_a_file_read_by_lines_says_what_the_csv_reader_says(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    content = inspect("a file", lambda: io.BytesIO(data))

    assert _rows_of(content, line_by_line=True) == _rows_of(content, line_by_line=False)
