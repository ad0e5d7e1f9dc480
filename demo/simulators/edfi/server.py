"""Run the simulator on a loopback port, in a thread, for as long as a `with` block lasts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.simulators.edfi.app import Application
from demo.simulators.edfi.auth import Tokens
from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.control import Control
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Faults
from demo.simulators.serving import listening

KEY, SECRET = "simulated-key", "simulated-secret"


@dataclass
class Running:
    """A running simulator and its levers."""

    url: str
    store: Store
    behaviour: Behaviour
    tokens: Tokens
    faults: Faults
    requests: list[str]
    key: str = KEY
    secret: str = SECRET


@contextlib.contextmanager
def serve(
    store: Store | None = None,
    behaviour: Behaviour | None = None,
    *,
    faults: Faults | None = None,
    clock: Callable[[], float] = time.monotonic,
    port: int = 0,
    control: Path | None = None,
    clients: dict[str, str] | None = None,
    certificate: Path | None = None,
) -> Iterator[Running]:
    """Serve until the block ends; port 0 takes a free one, a certificate with its key means TLS."""
    behaviour = behaviour or Behaviour()
    # 7.3 sorts by AggregateId, earlier versions by the random id
    order = "aggregate" if behaviour.version == "7.3" else "id"
    store = store or Store("aggregate" if order == "aggregate" else "id")
    tokens = Tokens(clients or {KEY: SECRET}, clock, behaviour)
    faults = faults or Faults()
    application = Application(
        store, behaviour, tokens, faults, Control(control) if control else None
    )
    with listening(
        application.build(), "edfi-simulator", port=port, certificate=certificate
    ) as root:
        url = f"{root}{behaviour.prefix}"
        yield Running(url, store, behaviour, tokens, faults, application.requests)
