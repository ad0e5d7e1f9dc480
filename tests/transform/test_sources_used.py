"""Which kinds of sources the models of a district unite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include import dbt_command, landing
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
    return dbt_command.lasting_values(night)["sources"]


def request_of(night: Run) -> landing.LoadRequest:
    return landing.LoadRequest(STUDENTS, FeedKind.DELTA, "all", night.context)


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
