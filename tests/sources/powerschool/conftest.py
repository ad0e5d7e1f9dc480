"""A simulated PowerSchool with our plugin installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulators.powerschool import Behaviour, Running, serve
from tests.sources.powerschool.helpers import PLUGIN, store_of


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour(max_page=10)


@pytest.fixture
def server(behaviour: Behaviour) -> Iterator[Running]:
    """95 students; pages of ten."""
    with serve(store_of(95), PLUGIN, behaviour, clock=lambda: 0.0) as running:
        yield running
