"""Layouts are data: a new vendor is a file, and a wrong one says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import ConfigError
from include.records import Feed
from include.sources.files import load_layouts, open_feeds
from include.sources.files.headers import canonical
from include.sources.files.layout_folders import get_layout, load_layout
from tests.sources.files.helpers import local, read, rejects, source, upserts

TOY = """
source: toy
title: Toy Test
docs: docs/sources/toy.md
aliases: {Pupil ID: [PupilNo]}
drop: [Eye Colour]
files:
  - name: toy results
    entity: results
    kind: snapshot
    scope: Term
    names: ['^toy.*\\.csv$']
    header: {has: [Points]}
    constants: {_subject: chess}
    key: [[Pupil ID, Played On]]
    required: [Pupil ID, Points]
    school_year: [Played On]
    test_date: [Played On]
    dates: {Played On: ["%d.%m.%Y"]}
    domains: {Points: {number: decimal, min: 0, max: 10}}
    columns: [Term, Pupil ID, Played On, Points, Eye Colour]
"""


def test_a_new_vendor_needs_a_layout_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "toy.yaml").write_text(TOY)
    text = "Term,PupilNo,Played On,Points,Eye Colour\nFall,007,03.09.2026,11,green\n"
    file = local(tmp_path / "toy_1.csv", text)
    (feed,) = open_feeds(file, source("toy"), 2027, layouts=tmp_path)
    changes = read(feed)
    (row,) = upserts(changes)
    assert (row.key, row.scope) == ("007|2026-09-03", "Fall")
    assert row.payload == {
        "term": "Fall", "pupil_id": "007", "played_on": "03.09.2026", "points": "11",
        "_subject": "chess", "_test_date": "2026-09-03",
    }  # fmt: skip
    assert [r.column for r in rejects(changes)] == ["points"]


def test_the_feeds_are_those_of_the_contract() -> None:
    feeds = {str(feed) for layout in load_layouts().values() for feed in layout.feeds}
    assert feeds >= {
        "star.results", "star.standards", "star.skill_areas", "map_growth.assessment_results",
        "map_growth.students_by_school", "map_growth.combined", "iready.diagnostic_results",
    }  # fmt: skip
    assert load_layouts()["iready"].feeds == [Feed("iready", "diagnostic_results")]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("StudentIdentifier", "student_identifier"),
        ("StudentGrowthPercentileFallFall", "student_growth_percentile_fall_fall"),
        ("CurrentSGP", "current_sgp"),
        ("TestRITScore", "test_rit_score"),
        ("GrowthMeasureYN", "growth_measure_yn"),
        ("Student_StateID", "student_state_id"),
        ("Baseline Diagnostic (Y/N)", "baseline_diagnostic_y_n"),
        ("Comprehension: Overall Scale Score", "comprehension_overall_scale_score"),
    ],
)
def test_our_name_of_a_column(header: str, name: str) -> None:
    assert canonical(header) == name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: snapshot", "kind: weekly", "files.0.kind"),
        ("required: [Pupil ID, Points]", "required: [Pupil ID, Score]", "not among.*score"),
        ("    scope: Term\n", "", "needs a `scope`"),
        ("'^toy.*\\.csv$'", "'^toy(('", "regular expression"),
        ("docs:", "doc:", "doc"),
        ("source: toy", "source: toys", "file's name"),
        ("source: toy", "source: toy__b", "source: .*pattern"),
        ("source: toy", "source: Toy", "source: .*pattern"),
        ("entity: results", "entity: b__results", "files.0.entity: .*pattern"),
        ("entity: results", "entity: Results", "files.0.entity: .*pattern"),
        (
            "entity: results",
            f"entity: {'r' * 59}",
            "`entity` of toy results: seen 64 letters in the table toy__rrr",
        ),
        ('dates: {Played On: ["%d.%m.%Y"]}', "dates: {}", "without formats"),
        ('["%d.%m.%Y"]', "['dd.mm.yyyy']", "`dates.played_on`: seen 'dd.mm.yyyy'"),
        ('["%d.%m.%Y"]', "['%d.%m']", "`dates.played_on`: seen '%d.%m'"),
        ('["%d.%m.%Y"]', "[]", "`dates.played_on`: seen no format"),
        (
            "    domains:",
            "    class_columns: [Club]\n    domains:",
            "`class_columns`: seen 'club'",
        ),
        (
            "    domains:",
            "    class_columns: [Pupil ID]\n    domains:",
            "`class_columns`: seen 'pupil_id'; expected a column that tells no two tests apart",
        ),
        ("drop: [Eye Colour]", "drop: [Eye Color]", "`drop`: seen 'eye_color'"),
        ("{has: [Points]}", "{has: [Point]}", "`header.has`: seen 'point'"),
        ("source: toy", "source: toy\ncolour: red", r"colour: not a known key; .*docs/add-an"),
        ("source: toy", "source: toy\nformat: {}", "format: a key of each entry of `files`"),
        ("    entity:", "    drop: []\n    entity:", "files.0.drop: a key of the layout, beside"),
        ("{has: [Points]}", "{has: [Points], lacks: [Mark]}", "`header.lacks`: seen 'mark'"),
        ("key: [[Pupil ID, Played On]]", "key: []", "`key`: seen an empty key"),
        ("key: [[Pupil ID, Played On]]", "key: [[Pupil ID], []]", "`key`: seen an empty key"),
        (
            "    constants:",
            "    blank_in_key: [Term]\n    constants:",
            "`blank_in_key`: seen 'term'",
        ),
        ("    constants:", "    times: {Term: ['%I:%M']}\n    constants:", "`times.term`: seen"),
        ("    constants:", "    variants: {old: [Punkte]}\n    constants:", "`variants` of toy"),
        ("{Pupil ID: [PupilNo]}", "{Pupil Id No: [PupilNo]}", "`aliases`: seen 'pupil_id_no'"),
        ("{Pupil ID: [PupilNo]}", "{Pupil ID: [X], Term: [X]}", "'X' for pupil_id and term"),
        ("{Pupil ID: [PupilNo]}", "{Pupil ID: [Term]}", "`aliases.pupil_id`: seen 'Term'"),
        ("domains: {Points:", "domains: {Point:", "`domains`: seen 'Point'"),
        ("min: 0, max: 10", "min: 11, max: 10", "min 11 above max 10"),
        ("{number: decimal, min: 0, max: 10}", "{values: []}", "at least one value"),
        ("Points, Eye Colour]", "Points, Eye Colour, PointS]", "in 2 spellings"),
    ],
)
def test_a_wrong_layout_says_where(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TOY
    path = tmp_path / "toy.yaml"
    path.write_text(TOY.replace(old, new))
    with pytest.raises(ConfigError, match=r"layout toy\.yaml.*" + says):
        load_layout(path)


def test_a_layout_is_judged_once_and_again_when_its_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "toy.yaml"
    path.write_text(TOY)
    first = load_layout(path)
    # each command of dbt asks for all layouts, several times
    assert load_layout(path) is first
    path.write_text(TOY.replace("title: Toy Test", "title: Another"))
    assert load_layout(path).title == "Another"
    path.write_text(TOY.replace("max: 10", "max: 0, min: 1"))
    with pytest.raises(ConfigError):
        load_layout(path)


def test_an_unknown_layout_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"iready, map_growth, .*star"):
        get_layout("../layouts/star")
