"""`results` of layouts: what a row says of tests, refused by name where it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from include.errors import ConfigError
from include.records import Cells, Change, LayoutCode
from include.settings import ROOT, Settings
from include.sources import registry
from include.sources.files import FileFeed, get_layout, load_layouts, open_feeds
from include.sources.files.as_data import as_data
from include.sources.files.formats import Format
from include.sources.files.layout_folders import load_layout
from include.sources.files.results import OUR_REASONS, Invalid, Part, Result, Score, Student
from tests.sources.files.helpers import feeds_of, local, read, rejects, source, upserts

TOY = """
source: toy
title: Toy Test
docs: docs/toy.md
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
    dates: {Played On: ["%m/%d/%Y"], Born: ["%m/%d/%Y"]}
    domains:
      Points: {number: integer, min: 0, max: 10}
      Rank: {number: integer, min: 1, max: 99, words: [Stopped]}
    student: {local: Pupil ID, birth_date: Born}
    results:
      - title: Toy Test
        subject: {column: Board, codes: {chess: [C, K], checkers: [D]}}
        scores:
          - {column: Points, method: scale_score}
          - {column: Rank, method: percentile, norm_set: toy norms}
        level: {column: Mark, codes: {below: [Low], met: [High]}}
        parts: [{code: opening, name: Opening, level: Opening Mark}]
        invalid: [{column: Void, any: voided}]
    columns: [Pupil ID, Born, Played On, Points, Rank, Board, Mark, Opening Mark, Void]
"""
SECOND = TOY.split("files:\n")[1].replace("toy results", "toy retests").replace("'^toy'", "'^re'")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("level: {column: Mark", "level: {colum: Mark", "level"),
        ("        parts:", "        portions:", "portions"),
        ("- {column: Points, method", "- {column: Point, method", "`results`: seen 'point'"),
        ("Rank: {number: integer, min: 1", "Rank: {number: integer, min: 100", "min 100 above max"),
        ("min: 0, max: 10}", "min: 0.2, max: 0.8}", "no whole number from 0.2 to 0.8"),
        ("min: 1, max: 99", "min: 1, max: 200", "1 to 200 or Stopped for 'rank'; expected 0 to"),
        ("      Points: {number: integer, min: 0, max: 10}\n", "", "no range of 'points'"),
        (", norm_set: toy norms", "", "expected a `norm_set` with a percentile"),
        ("method: scale_score}", "method: points}", "scores.0.method"),
        ("method: scale_score}", "method: scale_score, to_window: fall}", "`from_window` and"),
        (
            "method: percentile, norm_set: toy norms}",
            "method: growth_percentile}\n          - {column: Mark, method: growth_percentile}",
            "seen growth_percentile of unknown windows twice .rank, mark.; expected one",
        ),
        (
            "method: percentile, norm_set: toy norms}",
            "method: growth_percentile, from_window: fall, to_window: spring}\n          - {column:"
            " Mark, method: growth_percentile, from_window: fall, to_window: spring}",
            "seen growth_percentile of fall to spring twice .rank, mark.; expected one",
        ),
        (
            "{local: Pupil ID, birth_date: Born}",
            "{local: Pupil ID, state: PUPIL_ID}",
            "`student`: seen 'pupil_id' as `local` and as `state`; expected one of them",
        ),
        ("{local: Pupil ID, birth_date: Born}", "{birth_date: Born}", "`student`: seen no id"),
        ("local: Pupil ID, birth_date: Born", "local: Pupil ID", "neither `birth_date` nor both"),
        ("birth_date: Born}", "last_name: Born}", "neither `birth_date` nor both `first_name` and"),
        ("birth_date: Born}", "first_name: Mark, last_name: Born}", None),
        ("birth_date: Born}", "birth_date: Board}", "`results`: seen 'board'; expected one of `da"),
        ("    test_date: [Played On]\n", "", "`test_date`: seen none"),
        ("met: [High]", "met: [low]", "seen 'low' as below and as met"),
        ("below: [Low]", "bad: [Low]", "level.codes.bad"),
        ("{column: Void, any: voided}", "{column: Void}", "neither `codes` nor `any`"),
        (
            "{column: Void, any: voided}",
            "{column: Void, any: no_date}",
            "files.0.*`results`: `invalid` of 'void': seen 'no_date'; expected a word of your own",
        ),
        (
            "{column: Void, any: voided}",
            "{column: Void, codes: {superseded: [S], same_sitting: [T]}}",
            "`invalid` of 'void': seen 'same_sitting', 'superseded'; expected a word of your own",
        ),
        ("name: Opening, level: Opening Mark", "name: Opening", "'opening' has neither"),
        ("checkers: [D]}}", "go: [D]}, languages: {reading: spanish}}", "`languages` of reading"),
        ("      - title:", "      - &t\n        title:", None),
        ("    columns:", "    codes: {Marks: {1: Low}}\n    columns:", "`codes`: seen 'marks'"),
        (
            "    columns:",
            "    codes: {Mark: {k: Low, K: High}}\n    columns:",
            "`codes.mark`: seen 'k' and 'K'; expected codes that differ in more than case",
        ),
        (
            "    columns:",
            "    codes: {Mark: {1: Low, 2: low}}\n    columns:",
            "`codes.mark`: seen 'Low' and 'low'; expected one spelling of a label",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_a_file_is_read(
    tmp_path: Path, old: str, new: str, says: str | None
) -> None:
    assert old in TOY
    path = tmp_path / "toy.yaml"
    path.write_text(TOY.replace(old, new, 1))
    if says is None:
        load_layout(path)
        return
    with pytest.raises(ConfigError, match=r"layout toy\.yaml.*" + says):
        load_layout(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Toy Test", "title: Toy Retest"),
        ("entity: results", "entity: retests"),
        ("checkers: [D]", "go: [D]"),
    ],
)
def test_two_files_tell_one_thing_in_one_way(tmp_path: Path, old: str, new: str) -> None:
    other = SECOND.replace(old, new, 1)
    if old.startswith("checkers"):
        other = other.replace("entity: results", "entity: retests")
    path = tmp_path / "toy.yaml"
    path.write_text(TOY + other)
    if old.startswith("entity"):
        load_layout(path)
        return
    with pytest.raises(ConfigError, match=r"of toy results and toy retests: seen .* in two ways"):
        load_layout(path)


def test_the_words_that_a_layout_may_not_use_are_those_of_the_model() -> None:
    model = ROOT / "dbt_project/models/intermediate/assessment/int_assessment__results.sql"
    cases = re.findall(r"case\b(?:(?!\bcase\b).)*?end as invalid_reason", model.read_text(), re.S)
    assert [set(re.findall(r"then '(\w+)'", case)) for case in cases] == [OUR_REASONS]


def test_several_tests_in_a_row_need_a_code_each(tmp_path: Path) -> None:
    path = tmp_path / "toy.yaml"
    second = "      - {title: B, subject: go, level: {column: Mark}}\n    columns:"
    path.write_text(TOY.replace("    columns:", second))
    with pytest.raises(ConfigError, match="without a `code` of their own"):
        load_layout(path)


def opened(folder: Path, text: str, layout: str = TOY) -> FileFeed:
    (folder / "toy.yaml").write_text(layout)
    (feed,) = open_feeds(local(folder / "toy.csv", text), source("toy"), 2027, layouts=folder)
    return feed


def changes(folder: Path, text: str, layout: str = TOY) -> list[Change]:
    return read(opened(folder, text, layout))


def test_a_birth_date_comes_as_iso_and_one_that_cannot_be_read_costs_itself_alone(
    tmp_path: Path,
) -> None:
    found = changes(
        tmp_path,
        "Pupil ID,Born,Played On,Points\n7,01/31/2014,09/03/2026,8\n8,31/01/2014,09/03/2026,9\n",
    )
    assert [row.payload.get("_birth_date") for row in upserts(found)] == ["2014-01-31", None]
    assert [(r.reason, r.column) for r in rejects(found)] == [("bad_value", "born")]


def test_words_beside_numbers_are_no_findings(tmp_path: Path) -> None:
    rows = "7,09/03/2026,8,Stopped\n8,09/03/2026,8,stopped by rain\n9,09/03/2026,8,99\n"
    found = changes(tmp_path, f"Pupil ID,Played On,Points,Rank\n{rows}")
    assert [r.source_ref for r in rejects(found)] == ["toy.csv:3"]
    assert "expected a whole number 1 to 99 or Stopped" in rejects(found)[0].detail


def test_a_row_of_who_was_not_tested_needs_no_date_where_the_layout_says_so(
    tmp_path: Path,
) -> None:
    text = "Pupil ID,Term,Played On,Points\n7,2026-27,,\n8,2026-27,soon,\n"
    layout = TOY.replace("[[Pupil ID, Played On]]", "[[Pupil ID]]").replace(
        "school_year: [Played On]", "school_year: [Term]"
    )
    layout = layout.replace("columns: [", "columns: [Term, ")
    assert [r.reason for r in rejects(changes(tmp_path, text, layout))] == ["no_date", "bad_date"]
    lenient = layout.replace("    dates:", "    may_lack_date: true\n    dates:")
    found = changes(tmp_path, text, lenient)
    assert [row.key for row in upserts(found)] == ["7"]
    assert [r.reason for r in rejects(found)] == ["bad_date"]


def test_a_layout_as_data_names_columns_as_raw_does(tmp_path: Path) -> None:
    feed = opened(tmp_path, "Pupil ID,Played On,Points\n7,09/03/2026,8\n")
    (row,) = upserts(read(feed))
    data = as_data([load_layout(tmp_path / "toy.yaml")])
    named = {column.column_name for column in data.columns if column.column_name}
    # every column that dbt will ask for has its place in the row, whether this file has it or not
    assert isinstance(row.payload, Cells)
    assert named <= set(row.payload.names)
    rank = next(column for column in data.columns if column.column_name == "rank")
    assert (rank.role, rank.method, rank.norm_set) == ("score", "percentile", "toy: toy norms")
    assert (rank.lowest, rank.highest, rank.is_whole) == (1, 99, True)
    assert LayoutCode("toy", "results", "", "subject", 0, None, "k", "chess") in data.codes


@pytest.mark.parametrize(
    ("path", "layout", "year"),
    [
        ("Dibels_8_Benchmark", "dibels_8", 2024),
        ("CMAS", "cmas", 2023),
        ("STAAR_Interim", "staar_interim", 2023),
    ],
)
def test_the_published_samples_arrive_whole_and_without_what_nobody_needs(
    samples: Path, tmp_path: Path, path: str, layout: str, year: int
) -> None:
    text = (samples / "assessments" / path / "sample_anonymized_file.csv").read_bytes()
    (feed,) = feeds_of(local(tmp_path / f"{layout}.csv", text), layout, school_years=[year])
    found = read(feed)
    assert len({row.key for row in upserts(found)}) == 5
    assert rejects(found) == []
    # each line of one sample ends in a comma, that of its header too
    assert set(feed.notes["unknown_columns"]) <= {"column 85"}
    kept = set(upserts(found)[0].payload)
    personal = {"gender", "sex", "sex_code", "race", "migrant_status", "home_language"}
    assert not kept & personal


PAGE = Path(__file__).parents[3] / "docs" / "add-an-assessment.md"


def test_the_example_of_the_page_reads_its_file(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    text, layout = (block.split("\n", 1)[1] for block in page.split("```")[1:4:2])
    (tmp_path / "river.yaml").write_text(layout)
    file = local(tmp_path / "River Reading fall.csv", text)
    (feed,) = open_feeds(file, source("river"), 2027, layouts=tmp_path)
    found = read(feed)
    assert [row.key for row in upserts(found)] == ["0007001|BOY|2026-09-15"]
    assert rejects(found) == []
    assert feed.notes["unknown_columns"] == []


@pytest.mark.parametrize("kind", [Result, Format, Score, Part, Invalid, Student])
def test_the_page_tells_every_key(kind: type[BaseModel]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in kind.model_fields if name not in page] == []


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the installation's own layouts."""
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(tmp_path))
    folder = Settings().own_layouts_dir
    folder.mkdir()
    return folder


def test_a_layout_of_ones_own_lies_beside_the_district_files(own: Path) -> None:
    (own / "toy.yaml").write_text(TOY)
    assert get_layout("toy").title == "Toy Test"
    assert {"toy", "star"} <= set(load_layouts())
    assert "toy" in {column.source for column in registry.layouts().columns}


def test_an_own_layout_wins_over_the_one_of_its_name(own: Path) -> None:
    (own / "cmas.yaml").write_text(TOY.replace("source: toy", "source: cmas"))
    assert get_layout("cmas").title == "Toy Test"


def test_a_broken_layout_of_ones_own_stops_nobody_but_who_uses_it(own: Path) -> None:
    (own / "toy.yaml").write_text("source: [")
    assert "toy" not in load_layouts()
    assert registry.layouts().unread == {"toy"}
    with pytest.raises(ConfigError, match=r"layout toy\.yaml.*not YAML"):
        get_layout("toy")


def test_a_layout_that_a_district_names_and_that_is_gone_was_not_read(own: Path) -> None:
    delivery = {"kind": "folder", "connection": "drop", "pattern": "*.csv"}
    config = registry.configured({"kind": "files", "layout": "toy", "delivery": delivery})
    assert registry.layouts([config]).unread == {"toy"}


@pytest.mark.parametrize("kind", ["edfi", "powerschool", "files"])
def test_an_own_layout_takes_no_name_of_a_kind_of_source(own: Path, kind: str) -> None:
    """Its rows would stand in that kind's raw tables, and its failures hold tiers back."""
    before = registry.feeds()
    (own / f"{kind}.yaml").write_text(TOY.replace("source: toy", f"source: {kind}"))
    assert registry.feeds() == before
    with pytest.raises(
        ConfigError, match=rf"layout {kind}\.yaml.*`source`: seen '{kind}'; expected"
    ):
        get_layout(kind)
    assert registry.layouts().unread == set()
    config = source(kind)
    assert registry.of(config).raw_name_of(config) == f"files__{kind}"
    assert registry.layouts([config]).unread == {f"files__{kind}"}


def test_what_is_wrong_with_a_layout_is_logged_once(
    own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (own / "toy.yaml").write_text("source: {")
    for _ in range(2):
        load_layouts()
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_sitting_that_ed_fi_tells_too_is_of_the_family_of_the_file() -> None:
    names = {
        (code.code, code.meaning) for code in registry.layouts().codes if code.role == "family"
    }
    assert {("dibels", "dibels"), ("cmas", "cmas"), ("staar interim", "staar_interim")} <= names


def test_words_of_another_name_are_compared_as_such(tmp_path: Path) -> None:
    told = "title: Toy Test\n        also_told_as: [Toy_Test - 8th, toys]"
    (tmp_path / "toy.yaml").write_text(TOY.replace("- title: Toy Test", f"- {told}"))
    codes = as_data([load_layout(tmp_path / "toy.yaml")]).codes
    said = [(code.code, code.meaning) for code in codes if code.role == "family"]
    assert said == [("toy test 8th", "toy"), ("toys", "toy")]


def test_a_name_without_a_word_is_refused(tmp_path: Path) -> None:
    told = "title: Toy Test\n        also_told_as: ['--']"
    (tmp_path / "toy.yaml").write_text(TOY.replace("- title: Toy Test", f"- {told}"))
    with pytest.raises(ConfigError, match="also_told_as"):
        load_layout(tmp_path / "toy.yaml")


def test_a_percentile_within_a_state_decides_nothing() -> None:
    """Once a year, and of other students than the national norms: no rule may compare by it."""
    methods = {
        column.method
        for column in as_data([get_layout("cmas")]).columns
        if column.column_name == "percentile_rank"
    }
    assert methods == {"local_percentile"}


@pytest.mark.parametrize(
    "vendor", sorted(name for name, one in load_layouts().items() if one.files[0].results)
)
def test_a_vendor_of_a_layout_is_named_nowhere_else(vendor: str) -> None:
    root = Path(__file__).parents[3]
    files = [
        path
        for room in ("include", "dbt_project", "dags", "demo", "plugins")
        for path in (root / room).rglob("*")
        if path.suffix in (".py", ".sql", ".yml", ".yaml", ".csv")
    ]
    assert len(files) > 300
    naming = [path for path in files if vendor in path.read_text(encoding="utf-8")]
    assert [path.name for path in naming] == [f"{vendor}.yaml"]
