"""A file that is loaded is read again once what decides how it is read has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include import landing
from include.errors import MissingColumnsError
from include.records import Feed
from include.run import Run
from include.settings import Settings
from include.sources.files import LocalFile
from tests.landing.support import current, land_files, query
from tests.sources.files.helpers import local, source
from tests.sources.files.test_results import TOY

RESULTS = Feed("toy", "results")
MONDAY, TUESDAY = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (2, 3))
ROWS = "Pupil ID,Played On,Points,Board\n7,09/03/2025,8,C\n8,09/04/2025,3,D\n"
STRICTER = TOY.replace("min: 0, max: 10", "min: 0, max: 5")
Land = Callable[..., list[str]]


@pytest.fixture
def land(tonight: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Lands files as a night does that reads them by this layout; says how each ended."""
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(tmp_path))
    folder = Settings().own_layouts_dir
    folder.mkdir()
    landing.prepare(tonight.dsn, [RESULTS])

    def run(layout: str, *files: LocalFile, night: str = "a night", **settings: Any) -> list[str]:
        (folder / "toy.yaml").write_text(layout)
        results = land_files(
            replace(tonight, run_id=night), "toy", source("toy", **settings), files
        )
        return [result.status for result in results]

    return run


@pytest.fixture
def file(tmp_path: Path) -> LocalFile:
    return local(tmp_path / "toy.csv", ROWS, written=MONDAY)


def test_a_changed_layout_reads_its_file_again_once(
    land: Land, tonight: Run, file: LocalFile
) -> None:
    assert [land(TOY, file), land(TOY, file)] == [["loaded"], ["skipped"]]
    assert [land(STRICTER, file), land(STRICTER, file)] == [["unchanged"], ["skipped"]]
    found = query(tonight.dsn, "select reason, source_ref from ops.rejects")
    assert found == [("bad_value", "toy.csv:2")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("- title: Toy Test", "- title: Toy Retest"), ("docs/toy.md", "docs/new.md")],
    ids=["what dbt reads", "what nobody reads"],
)
def test_what_does_not_decide_how_a_file_is_read_reads_nothing_again(
    land: Land, file: LocalFile, old: str, new: str
) -> None:
    assert old in TOY
    land(TOY, file)
    assert land(TOY.replace(old, new, 1), file) == ["skipped"]


def test_a_setting_that_lets_rows_in_brings_those_of_a_file_that_is_loaded(
    land: Land, tonight: Run, file: LocalFile
) -> None:
    layout = TOY.replace("files:", "owner: {district: [Board]}\nfiles:", 1)
    # of two rows, so that neither has most of the file
    land(layout, file, owner={"Board": ["C"]})
    assert len(current(tonight.dsn, RESULTS)) == 1
    assert land(layout, file, owner={"Board": ["C", "D"]}) == ["loaded"]
    assert len(current(tonight.dsn, RESULTS)) == 2


def test_a_file_loaded_before_this_was_noted_is_judged_by_the_nights_since(
    land: Land, tonight: Run, file: LocalFile
) -> None:
    land(TOY, file)
    with psycopg.connect(tonight.dsn) as connection:
        connection.execute("update ops.loads set notes = notes - 'read_by'")
    assert [land(TOY, file), land(STRICTER, file)] == [["skipped"], ["unchanged"]]


def test_a_superseded_file_is_not_read_again_each_night(
    land: Land, tonight: Run, tmp_path: Path
) -> None:
    complete = "kind: snapshot\n    scope: [Board]"
    before, after = (text.replace("kind: delta", complete, 1) for text in (TOY, STRICTER))
    older = local(tmp_path / "toy monday.csv", ROWS, written=MONDAY)
    newer = local(tmp_path / "toy tuesday.csv", ROWS, written=TUESDAY)
    assert land(before, older, newer) == ["loaded", "unchanged"]
    assert land(after, older, newer, night="the change") == ["skipped", "unchanged"]
    assert land(after, older, newer, night="the next") == ["skipped", "skipped"]
    told = "select run_id from ops.loads where notes ? 'superseded'"
    assert query(tonight.dsn, told) == [("the change",)]


def test_a_layout_that_does_not_fit_says_so_until_it_does(land: Land, file: LocalFile) -> None:
    wrong = TOY.replace("required: [Pupil ID, Points]", "required: [Pupil ID, Points, Mark]")
    land(TOY, file)
    for _ in range(2):
        with pytest.raises(MissingColumnsError):
            land(wrong, file)
    assert land(TOY, file) == ["skipped"]
