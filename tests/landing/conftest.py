"""A prepared warehouse for each landing test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from include import landing
from tests.conftest import copied, filled_once
from tests.landing.support import FEED


@pytest.fixture(scope="session")
def prepared(pg_server_url: str) -> Iterator[str]:
    """The name of a database in which the test feed is prepared and empty."""
    with filled_once(pg_server_url, lambda url: landing.prepare(url, [FEED])) as name:
        yield name


@pytest.fixture
def warehouse(pg_server_url: str, prepared: str) -> Iterator[str]:
    """URL of a database in which the test feed is prepared and empty."""
    with copied(pg_server_url, prepared) as url:
        yield url


@pytest.fixture(params=["staged", "bulk"])
def first_load_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with both ways into an empty table."""
    if request.param == "bulk":
        monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    return str(request.param)
