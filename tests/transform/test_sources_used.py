"""Which sources the models of a district unite, and which staging of files is built for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include import dbt_values, landing
from include.errors import SourceError
from include.records import Feed, FeedKind
from include.run import Run
from tests.landing.support import Script
from tests.transform.conftest import NightOf

STUDENTS = Feed("powerschool", "students")


@pytest.fixture
def current(database_url: str, night_of: NightOf) -> Run:
    """A night of a district whose file names Ed-Fi and files."""
    landing.prepare(database_url, [STUDENTS])
    return night_of(database_url)


def sources_of(night: Run) -> object:
    return dbt_values.lasting_values(night)["sources"]


def files_of(night: Run) -> object:
    return dbt_values.lasting_values(night)["file_sources"]


def with_files(night: Run, *layouts: str) -> Run:
    """A night of the district with Ed-Fi and files of these layouts alone."""
    known = night.district.sources
    a_file = next(source for source in known.values() if source.kind == "files")
    files = {name: a_file.model_copy(update={"layout": name}) for name in layouts}
    sources = {"edfi": known["edfi"], **files}
    return replace(night, district=night.district.model_copy(update={"sources": sources}))


def request_of(night: Run, feed: Feed = STUDENTS) -> landing.LoadRequest:
    return landing.LoadRequest(feed, FeedKind.DELTA, "all", night.context)


def test_the_kinds_of_the_district_file_are_united(current: Run) -> None:
    assert sources_of(current) == ["edfi"]


def test_a_district_without_a_student_system_unites_nothing(current: Run) -> None:
    files = {n: s for n, s in current.district.sources.items() if s.kind == "files"}
    alone = current.district.model_copy(update={"sources": files})
    assert sources_of(replace(current, district=alone)) == []


def test_a_student_system_of_before_stays_in_the_union(current: Run) -> None:
    landing.land(current.dsn, Script([[]]), request_of(current))
    assert sources_of(current) == ["edfi", "powerschool"]


def test_a_source_that_never_loaded_anything_is_none(current: Run) -> None:
    landing.record_failed(
        current.dsn,
        request_of(current),
        SourceError("here", seen="x", expected="y", next_step="z"),
    )
    assert sources_of(current) == ["edfi"]


def test_a_database_without_a_ledger_has_no_source_of_before(
    database_url: str, night_of: NightOf
) -> None:
    assert landing.raw_names_loaded(database_url) == set()


def test_files_that_the_district_does_not_name_are_not_staged(current: Run) -> None:
    assert files_of(with_files(current, "iready", "star")) == ["iready", "star"]


def test_a_district_without_files_stages_none(current: Run) -> None:
    assert files_of(with_files(current)) == []


def test_files_whose_layout_says_what_they_hold_share_one_staging(current: Run) -> None:
    assert files_of(with_files(current, "cmas", "dibels_8")) == ["layouts"]


def test_files_of_before_stay_staged(current: Run) -> None:
    tests = Feed("star", "results")
    landing.prepare(current.dsn, [tests])
    landing.land(current.dsn, Script([[]]), request_of(current, tests))
    assert files_of(with_files(current, "cmas")) == ["layouts", "star"]


def test_results_of_a_layout_that_cannot_be_read_stay_staged(current: Run) -> None:
    tests = Feed("a_layout_of_before", "results")
    landing.prepare(current.dsn, [tests])
    landing.land(current.dsn, Script([[]]), request_of(current, tests))
    assert files_of(with_files(current)) == ["layouts"]
