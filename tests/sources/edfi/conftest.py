"""A simulated ODS/API in both behaviours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulators.edfi import Behaviour, Running, serve
from tests.sources.edfi.helpers import store_of


@pytest.fixture(params=["7.3", "5.4"])
def behaviour(request: pytest.FixtureRequest) -> Behaviour:
    return Behaviour(version=request.param)


@pytest.fixture
def server(behaviour: Behaviour) -> Iterator[Running]:
    """95 students, loaded before change tracking."""
    with serve(store_of(95, behaviour), behaviour) as running:
        yield running
