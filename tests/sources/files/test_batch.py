"""Rows are read by column where nothing is to be said of any; what they say is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.records import Change, Upsert
from include.sources.files.rows import RowBuilder
from tests.sources.files.helpers import IREADY_ROW, MAP_ROW, STAR_ROW, feeds_of, local, to_csv

_ID, _DAY = "AssessmentID", "CompletedDateLocal"
# a layout, a row of it, what tells its rows apart, and what one row among good ones says
_ODD: list[tuple[str, dict[str, str], str, dict[str, str]]] = [
    ("star", STAR_ROW, _ID, {}),
    ("star", STAR_ROW, _ID, {"ScaledScore": "lots"}),
    ("star", STAR_ROW, _ID, {"ScaledScore": " 513 "}),
    ("star", STAR_ROW, _ID, {"ScaledScore": ""}),
    ("star", STAR_ROW, _ID, {_DAY: "soon"}),
    ("star", STAR_ROW, _ID, {_DAY: ""}),
    ("star", STAR_ROW, _ID, {_DAY: "2026-12-24"}),
    ("star", STAR_ROW, _ID, {_ID: ""}),
    ("star", STAR_ROW, _ID, {_ID: "a|b\\c"}),
    ("star", STAR_ROW, _ID, {_ID: "   "}),
    ("star", STAR_ROW, _ID, {_ID: " 77 "}),
    ("star", STAR_ROW, _ID, {"SchoolYear": ""}),
    ("star", STAR_ROW, _ID, {"SchoolYear": "2025-2026"}),
    ("star", STAR_ROW, _ID, {"SchoolYear": "this one"}),
    ("star", STAR_ROW, _ID, {"InstructionalReadingLevel": "a, b"}),
    ("star", STAR_ROW, _ID, {"InstructionalReadingLevel": "x\0y"}),
    ("star", STAR_ROW, _ID, dict.fromkeys(STAR_ROW, "")),
    ("star", {**STAR_ROW, "SomethingNew": "7"}, _ID, {"SomethingNew": ""}),
    ("map_growth", MAP_ROW, "TestID", {}),
    ("map_growth", MAP_ROW, "TestID", {"TermName": ""}),
    ("map_growth", MAP_ROW, "TestID", {"TermName": "FALL  2026-27"}),
    ("map_growth", MAP_ROW, "TestID", {"TestStartTime": "8:54"}),
    ("map_growth", MAP_ROW, "TestID", {"TestStartDate": "9/16/2026"}),
    ("iready", IREADY_ROW, "Student ID", {}),
    ("iready", IREADY_ROW, "Student ID", {"Start Date": "never"}),
    ("iready", IREADY_ROW, "Student ID", {"Completion Date": ""}),
    ("iready", IREADY_ROW, "Student ID", {"Student ID": ""}),
]
_NAMES = {"star": "SR.csv", "map_growth": "AssessmentResults.csv", "iready": "diagnostic_ela.csv"}


@pytest.mark.parametrize("case", _ODD, ids=[f"{o[0]}-{o[3]}"[:48] for o in _ODD])
def test_rows_read_by_column_say_what_each_says_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, dict[str, str], str, dict[str, str]],
) -> None:
    layout, row, key, odd = case
    rows = [{**row, key: f"7{n}"} for n in range(6)]
    rows[3] |= odd
    path = tmp_path / _NAMES[layout]
    path.write_text(to_csv(rows))

    together = _said(path, layout)
    monkeypatch.setattr(RowBuilder, "build_all", lambda *_: None)

    assert together == _said(path, layout)
    assert len(together[0]) >= 5


def test_good_rows_are_read_by_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / _NAMES["star"]
    path.write_text(to_csv([{**STAR_ROW, _ID: str(n)} for n in range(6)]))
    monkeypatch.setattr(RowBuilder, "build", None)

    assert len(_said(path, "star")[0]) == 6


def _said(path: Path, layout: str) -> tuple[list[Any], set[str], dict[str, Any]]:
    """All that a reading says, with the digests of lines."""
    (feed,) = feeds_of(local(path, path.read_bytes()), layout)
    feed.stream.leave_out_known(b"k" * 32, lambda _: iter(()))
    changes = [_plain(change) for batch in feed.stream.batches() for change in batch]
    return changes, feed.stream.told().scopes, feed.stream._notes


def _plain(change: Change) -> Any:
    return change._replace(payload=dict(change.payload)) if isinstance(change, Upsert) else change
