"""A prepared warehouse and the two simulated receivers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulators import psa, teams
from include import landing
from tests.conftest import copied, filled_once
from tests.egress.support import DESK, House, Ticks, build_reports, grant_roles


@pytest.fixture
def webhook() -> Iterator[teams.Running]:
    with teams.serve(clock=Ticks()) as running:
        yield running


@pytest.fixture
def desk() -> Iterator[psa.Running]:
    with psa.serve() as running:
        yield running


def _fill(url: str) -> None:
    landing.prepare(url, [])
    build_reports(url)
    built = House(url, "http://127.0.0.1:9")
    built.register()
    built.register(DESK)


@pytest.fixture(scope="session")
def registered(pg_server_url: str) -> Iterator[str]:
    """The name of a database with both recipients; nothing has crossed, no feed was loaded."""
    with filled_once(pg_server_url, _fill) as name:
        yield name


@pytest.fixture
def house(
    pg_server_url: str, registered: str, webhook: teams.Running, desk: psa.Running
) -> Iterator[House]:
    """Both recipients are registered; nothing has crossed and no feed was loaded."""
    with copied(pg_server_url, registered) as url:
        grant_roles(url)
        yield House(url, webhook.url, desk.url)
