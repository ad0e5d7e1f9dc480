"""A simulated PowerSchool with our plugin installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulators.powerschool import Behaviour, Running, Store, serve
from tests.sources.powerschool.helpers import PLUGIN, store_of


@pytest.fixture(scope="session")
def one_server() -> Iterator[Running]:
    """One server for all tests: starting and ending it takes longer than most of them."""
    with serve(Store(), PLUGIN, clock=lambda: 0.0) as running:
        yield running


@pytest.fixture
def server(one_server: Running) -> Running:
    """95 students; pages of ten; nothing that an earlier test did."""
    one_server.store.empty()
    store_of(95, one_server.store)
    vars(one_server.behaviour).update(vars(Behaviour(max_page=10)))
    one_server.faults.clear()
    one_server.tokens.expire_all()
    one_server.tokens.issued = 0
    one_server.requests.clear()
    return one_server
