"""A prepared warehouse for each landing test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from include import landing
from include.config import get_district
from include.connections import Connection
from include.run import Run
from include.settings import Settings
from tests.conftest import copied, filled_once
from tests.landing.deliveries import MAP, STAR, Deliveries
from tests.landing.support import FEED, RESULTS, ROSTER

FILE_FEEDS = [
    ROSTER,
    RESULTS,
    STAR,
    MAP,
]


@pytest.fixture(scope="session")
def prepared(pg_server_url: str) -> Iterator[str]:
    """The name of a database in which the feeds of the tests are prepared and empty."""
    with filled_once(pg_server_url, lambda url: landing.prepare(url, [FEED, STAR, MAP])) as name:
        yield name


@pytest.fixture
def warehouse(pg_server_url: str, prepared: str) -> Iterator[str]:
    """URL of a database in which the feeds of the tests are prepared and empty."""
    with copied(pg_server_url, prepared) as url:
        yield url


@pytest.fixture
def stars(warehouse: str, tmp_path: Path) -> Deliveries:
    return Deliveries(warehouse, tmp_path / "SR.csv", "star")


@pytest.fixture
def maps(warehouse: str, tmp_path: Path) -> Deliveries:
    return Deliveries(warehouse, tmp_path / "AssessmentResults.csv", "map_growth")


@pytest.fixture(params=["staged", "bulk"])
def first_load_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with both ways into an empty table."""
    if request.param == "bulk":
        monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    return str(request.param)


@pytest.fixture
def tonight(database_url: str, tmp_path: Path) -> Run:
    """A night whose warehouse is prepared for feeds of vendors' files."""
    landing.prepare(database_url, FILE_FEEDS)
    given = conninfo_to_dict(database_url)
    connection = Connection(
        conn_id="warehouse",
        host=given.get("host"),
        port=int(given.get("port") or 5432),
        login=given.get("user"),
        password=given.get("password"),
        schema=given.get("dbname"),
    )
    return Run(
        district=get_district("grand_bend"),
        as_of_date=date(2026, 3, 4),
        run_id="a night",
        connect=lambda _: connection,
        settings=Settings(work_dir=tmp_path / "work"),
    )
