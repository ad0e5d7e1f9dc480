"""Tables that are written otherwise: delimiters, where the header stands, fixed width."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import ConfigError, EmptyFeedError, UnreadableFileError
from include.records import Change
from include.sources.files import FileFeed, open_feeds
from include.sources.files.layout_folders import load_layout
from tests.sources.files.helpers import local, read, rejects, source, upserts

TOY = """
source: toy
title: Toy Test
docs: docs/sources/toy.md
files:
  - name: toy results
    entity: results
    kind: delta
    names: ['^toy']
    header: {has: [Points]}
    key: [[Pupil ID, Played On]]
    required: [Pupil ID, Points]
    school_year: [Played On]
    test_date: [Played On]
    dates: {Played On: ["%m/%d/%Y"]}
    columns: [Pupil ID, Played On, Points, Reading Score, Math Score, School]
"""
FIXED = """
source: toy
title: Toy Test
docs: docs/sources/toy.md
files:
  - name: toy results
    entity: results
    kind: delta
    names: ['^toy']
    format:
      fixed_width: {Pupil ID: [1, 5], Played On: [6, 8], Points: [16, 3]}
    header: {has: [Points]}
    key: [[Pupil ID, Played On]]
    required: [Pupil ID, Points]
    school_year: [Played On]
    test_date: [Played On]
    dates: {Played On: ["%m%d%Y"]}
"""


def opened(folder: Path, text: str | bytes, layout: str, name: str = "toy.txt") -> list[FileFeed]:
    (folder / "toy.yaml").write_text(layout)
    return open_feeds(local(folder / name, text), source("toy"), 2027, layouts=folder)


def changes(folder: Path, text: str | bytes, layout: str) -> list[Change]:
    (feed,) = opened(folder, text, layout)
    return read(feed)


def written_as(said: str) -> str:
    return TOY.replace("    header:", f"    format: {said}\n    header:")


@pytest.mark.parametrize(("name", "sign"), [("semicolon", ";"), ("tab", "\t"), ("pipe", "|")])
def test_another_delimiter_is_read_where_the_layout_says_so(
    tmp_path: Path, name: str, sign: str
) -> None:
    text = 'Pupil ID,Played On,Points\n007,09/03/2026,"8"\n'.replace(",", sign)
    (row,) = upserts(changes(tmp_path, text, written_as(f"{{delimiter: {name}}}")))
    assert (row.key, row.payload["points"]) == ("007|2026-09-03", "8")


def test_a_delimiter_that_the_layout_does_not_say_stops_the_feed(tmp_path: Path) -> None:
    text = "Pupil ID,Played On,Points\n007,09/03/2026,8\n"
    with pytest.raises(UnreadableFileError, match=r"by comma.*by semicolon"):
        changes(tmp_path, text, written_as("{delimiter: semicolon}"))


def test_a_header_on_a_later_row_is_found_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    text = "Report of November\n\nPupil ID,Played On,Points\n007,09/03/2026,8\n008,soon,9\n"
    found = changes(tmp_path, text, written_as("{header_rows: [3]}"))
    assert [(row.key, row.source_ref) for row in upserts(found)] == [
        ("007|2026-09-03", "toy.txt:4")
    ]
    assert [(r.reason, r.source_ref) for r in rejects(found)] == [("bad_date", "toy.txt:5")]


def test_a_header_over_two_rows_is_read_as_one(tmp_path: Path) -> None:
    text = (
        "Pupil ID,Played On,Points,Reading,,Math\n"
        ",,,Score,Level,Score\n"
        "007,09/03/2026,8,410,Low,390\n"
    )
    (row,) = upserts(changes(tmp_path, text, written_as("{header_rows: [1, 2]}")))
    assert row.payload["reading_score"] == "410"
    assert row.payload["math_score"] == "390"
    assert row.payload["_unknown"] == {"readinglevel": "Low"}


def test_a_file_that_ends_before_its_header_is_empty(tmp_path: Path) -> None:
    (feed,) = opened(tmp_path, "Report of November\n", written_as("{header_rows: [3]}"))
    with pytest.raises(EmptyFeedError):
        read(feed)


def test_columns_of_fixed_width_are_cut_by_their_places(tmp_path: Path) -> None:
    text = b"007  09032026    8\r\n008  09042026   10\r\n"
    found = changes(tmp_path, text, FIXED)
    assert [row.payload["points"] for row in upserts(found)] == ["8", "10"]
    assert [row.source_ref for row in upserts(found)] == ["toy.txt:1", "toy.txt:2"]
    assert [row.key for row in upserts(found)] == ["007|2026-09-03", "008|2026-09-04"]


def test_a_line_of_another_width_is_rejected_and_never_shifted(tmp_path: Path) -> None:
    long, short = "007  09032026    8 and more", "008  09042026"
    found = changes(tmp_path, f"{long}\n{short}\n009  09052026    9\n", FIXED)
    # blanks at the end of a line may have been left out
    assert [row.key for row in upserts(found)] == ["008|2026-09-04", "009|2026-09-05"]
    assert [(r.reason, r.source_ref) for r in rejects(found)] == [("field_count", "toy.txt:1")]


def test_accents_in_fixed_width_count_as_one_character(tmp_path: Path) -> None:
    for text in ("Zoë  09032026    8\n".encode(), "Zoë  09032026    8\n".encode("cp1252")):
        (row,) = upserts(changes(tmp_path, text, FIXED))
        assert (row.payload["pupil_id"], row.payload["points"]) == ("Zoë", "8")


def test_of_several_formats_of_one_vendor_each_file_is_read_by_its_own(tmp_path: Path) -> None:
    second = TOY.split("files:\n")[1].replace("'^toy'", "'^tab'").replace("results", "tabbed")
    layout = TOY + second.replace("    header:", "    format: {delimiter: tab}\n    header:")
    text = "Pupil ID\tPlayed On\tPoints\n007\t09/03/2026\t8\n"
    for name in ("tab.txt", "without a name of ours.txt"):
        (feed,) = opened(tmp_path, text, layout, name)
        assert feed.feed.entity == "tabbed"
        assert len(upserts(read(feed))) == 1


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{delimiter: colon}", "delimiter"),
        ("{header_rows: [1, 3]}", r"`header_rows`: seen \[1, 3\]"),
        ("{header_rows: []}", r"`header_rows`: seen \[\]"),
        ("{header_rows: [0]}", "greater than or equal to 1"),
        ("{fixed_width: {Points: [1, 5], School: [5, 2]}}", "'School' begins within 'Points'"),
        ("{fixed_width: {Points: [1, 5]}, delimiter: tab}", "neither a delimiter nor a header"),
        ("{fixed_width: {Points: [1, 5]}}", "seen others than those of `fixed_width`"),
        ("{width: 3}", "format.width"),
    ],
)
def test_a_format_that_cannot_be_is_refused_by_name(tmp_path: Path, said: str, says: str) -> None:
    path = tmp_path / "toy.yaml"
    path.write_text(written_as(said))
    with pytest.raises(ConfigError, match=r"layout toy\.yaml.*" + says):
        load_layout(path)
