"""A prepared warehouse and the two simulated receivers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulators import psa, teams
from include import landing
from tests.egress.support import DESK, House, Ticks, build_reports


@pytest.fixture
def webhook() -> Iterator[teams.Running]:
    with teams.serve(clock=Ticks()) as running:
        yield running


@pytest.fixture
def desk() -> Iterator[psa.Running]:
    with psa.serve() as running:
        yield running


@pytest.fixture
def house(database_url: str, webhook: teams.Running, desk: psa.Running) -> House:
    """Both recipients are registered; nothing has crossed and no feed was loaded."""
    landing.prepare(database_url, [])
    build_reports(database_url)
    built = House(database_url, webhook.url, desk.url)
    built.register()
    built.register(DESK)
    return built
