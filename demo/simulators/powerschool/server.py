"""Run the simulator on a loopback port, in a thread, for as long as a `with` block lasts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.simulators.faults import Faults
from demo.simulators.powerschool.app import Application
from demo.simulators.powerschool.auth import Tokens
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.control import Control
from demo.simulators.powerschool.plugin import Plugin
from demo.simulators.powerschool.store import Store
from demo.simulators.powerschool.tables import Schema
from demo.simulators.serving import listening

CLIENT, SECRET = "simulated-client", "simulated-secret"


@dataclass
class Running:
    """A running simulator and its levers."""

    url: str
    store: Store
    behaviour: Behaviour
    tokens: Tokens
    faults: Faults
    requests: list[str]
    client: str = CLIENT
    secret: str = SECRET


@contextlib.contextmanager
def serve(
    store: Store,
    plugin: Plugin,
    behaviour: Behaviour | None = None,
    *,
    faults: Faults | None = None,
    clock: Callable[[], float] = time.monotonic,
    port: int = 0,
    control: Path | None = None,
    clients: dict[str, str] | None = None,
) -> Iterator[Running]:
    """Serve a database to an installed plugin until the block ends; port 0 takes a free one."""
    behaviour = behaviour or Behaviour()
    store.keep_discipline_in(behaviour.discipline)
    tokens = Tokens(clients or {CLIENT: SECRET}, clock, behaviour)
    faults = faults or Faults()
    schema = Schema(store, behaviour, plugin)
    application = Application(
        store, behaviour, schema, tokens, faults,
        clock=clock, control=Control(control) if control else None,
    )  # fmt: skip
    with listening(application.build(), "powerschool-simulator", port=port) as url:
        yield Running(url, store, behaviour, tokens, faults, application.requests)
