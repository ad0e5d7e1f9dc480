"""Whose a file is: another district's is refused where the file says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from include.errors import ConfigError, WrongDistrictError
from include.records import Change
from include.sources.files import open_feeds
from include.sources.files.layout_folders import load_layout
from include.sources.files.owner import digest_of
from tests.sources.files.helpers import (
    MAP_ROW,
    STAR_ROW,
    YEAR,
    local,
    read,
    rejects,
    source,
    to_csv,
    upserts,
)

OURS = {"DistrictName": "Test Hills USD", "SchoolName": "North"}
OTHER = {"DistrictName": "Other Lakes USD", "SchoolName": "East"}


def digests(**said: Sequence[str]) -> dict[str, list[str]]:
    """What a file that says this leaves in its notes."""
    return {column: sorted(map(digest_of, values)) for column, values in said.items()}


LEARNED = [digests(district_name=["Test Hills USD"], school_name=["North", "South"])]


def _read(
    folder: Path,
    marks: Sequence[Mapping[str, str]],
    learned: Sequence[Mapping[str, Sequence[str]]] = (),
    *,
    owner: Mapping[str, Sequence[str]] | None = None,
    **more: Any,
) -> tuple[list[Change], dict[str, Any]]:
    """Changes and notes of a MAP file whose rows bear these marks."""
    rows = [{**MAP_ROW, "TestID": str(n), **mark} for n, mark in enumerate(marks)]
    file = local(folder / "AssessmentResults.csv", to_csv(rows))
    vendor = source("map_growth", owner=owner or {})
    (feed,) = open_feeds(file, vendor, YEAR, learned=learned, **more)
    return read(feed), feed.notes


def test_a_file_of_another_district_than_those_before_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongDistrictError, match="2 of 3 rows") as caught:
        _read(tmp_path, [OURS, OTHER, OTHER], LEARNED)
    assert "Lakes" not in str(caught.value)


@pytest.mark.parametrize("name", ["Test Hills USD", " test  hills usd"])
def test_our_own_file_is_known_whatever_its_case_and_spaces(tmp_path: Path, name: str) -> None:
    changes, _ = _read(tmp_path, [{**OURS, "DistrictName": name, "SchoolName": "New"}], LEARNED)
    assert len(upserts(changes)) == 1


def test_the_first_file_says_who_we_are(tmp_path: Path) -> None:
    _, notes = _read(tmp_path, [OURS, {**OURS, "SchoolName": "South"}])
    assert notes["owner"] == digests(
        district_name=["Test Hills USD"], school_name=["North", "South"]
    )


def test_no_cell_of_a_first_file_stands_in_its_notes(tmp_path: Path) -> None:
    shifted = {**OURS, "SchoolName": "Doe, Jane"}
    _, notes = _read(tmp_path, [shifted])
    assert "jane" not in str(notes).casefold()


def test_a_few_rows_of_another_district_teach_nothing(tmp_path: Path) -> None:
    changes, notes = _read(tmp_path, [OURS, OURS, OTHER], LEARNED)
    assert len(upserts(changes)) == 3
    assert "district_name" not in notes["owner"]


def test_what_the_district_file_names_comes_before_what_was_learned(tmp_path: Path) -> None:
    with pytest.raises(WrongDistrictError):
        _read(tmp_path, [OURS], LEARNED, owner={"DistrictName": ["Other Lakes USD"]})
    _read(tmp_path, [OTHER], LEARNED, owner={"DistrictName": ["Other Lakes USD"]})


def test_a_row_of_another_district_is_rejected_where_the_district_file_names_ours(
    tmp_path: Path,
) -> None:
    changes, _ = _read(tmp_path, [OURS, OURS, OTHER], owner={"DistrictName": ["Test Hills USD"]})
    assert len(upserts(changes)) == 2
    (reject,) = rejects(changes)
    assert (reject.reason, reject.payload) == ("wrong_district", None)


def test_an_operator_may_let_a_file_in_and_its_names_are_learned(tmp_path: Path) -> None:
    changes, notes = _read(tmp_path, [OTHER], LEARNED, is_released=True)
    assert len(upserts(changes)) == 1
    assert notes["owner"]["district_name"] == [digest_of("Other Lakes USD")]


@pytest.mark.parametrize(
    ("schools", "is_ours"), [(["North", "East", "West"], True), (["East", "West"], False)]
)
def test_a_file_that_names_no_district_is_known_by_its_schools(
    tmp_path: Path, schools: list[str], is_ours: bool
) -> None:
    marks = [{"SchoolName": school} for school in schools]
    if is_ours:
        _read(tmp_path, marks, LEARNED)
        return
    with pytest.raises(WrongDistrictError, match="school_name"):
        _read(tmp_path, marks, LEARNED)


def test_the_clients_number_decides_before_a_name(tmp_path: Path) -> None:
    learned = [digests(renaissance_client_id=["77"], district_name=["Test Hills USD"])]
    renamed = {**STAR_ROW, "RenaissanceClientID": "77", "DistrictName": "Test Hills Unified"}
    for client, is_ours in (("77", True), ("78", False)):
        file = local(tmp_path / "SR.csv", to_csv([{**renamed, "RenaissanceClientID": client}]))
        (feed,) = open_feeds(file, source("star"), YEAR, learned=learned)
        if is_ours:
            read(feed)
            continue
        with pytest.raises(WrongDistrictError, match="renaissance_client_id"):
            read(feed)


def test_a_column_that_says_nothing_of_the_owner_is_refused_in_the_district_file(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="columns test_name; expected some of district_state_id"):
        _read(tmp_path, [OURS], owner={"TestName": ["x"]})


def test_a_layouts_owner_column_must_be_one_of_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "{source: x, title: X, docs: x.md, owner: {district: [Distrct]}, files: [{name: X,"
        " entity: x, kind: delta, names: [x], header: {has: [ID]}, columns: [ID],"
        " key: [[ID]], required: [ID]}]}"
    )
    with pytest.raises(ConfigError, match="`owner`: seen 'distrct'"):
        load_layout(path)
