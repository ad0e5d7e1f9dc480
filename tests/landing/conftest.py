"""A prepared warehouse for each landing test."""

from __future__ import annotations

import pytest

from include import landing
from tests.landing.support import FEED


@pytest.fixture
def warehouse(database_url: str) -> str:
    """URL of a database in which the test feed is prepared and empty."""
    landing.prepare(database_url, [FEED])
    return database_url


@pytest.fixture(params=["staged", "bulk"])
def first_load_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with both ways into an empty table."""
    if request.param == "bulk":
        monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    return str(request.param)
