"""Faults to inject: what goes wrong, where, from which matching request on, and how often."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

Kind = Literal[
    "unauthorized", "throttle", "error", "hang", "truncate", "cut", "count", "mutate",
    "redirect", "drip", "flood", "html",
]  # fmt: skip


@dataclass
class Fault:
    """One fault. `match` is a part of the path; the first `after` matching requests are spared."""

    kind: Kind
    match: str = "/data/"
    after: int = 0
    times: int = 1
    status: int = 500  # error: which status
    retry_after: str | None = None  # throttle: the header's value; None: no header
    seconds: float = 30.0  # hang: how long
    by: int = 0  # count: how much is added to Total-Count; flood: how many megabytes are sent
    to: str = ""  # redirect: the address
    action: Callable[[], None] | None = None  # mutate: called before the request is served
    seen: int = field(default=0, compare=False)

    def hits(self, path: str) -> bool:
        if self.match not in path:
            return False
        self.seen += 1
        return self.after < self.seen <= self.after + self.times


class Faults:
    """The faults in force; safe to change while the server runs."""

    def __init__(self, *faults: Fault) -> None:
        self._faults = list(faults)
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def strike(self, path: str) -> list[Fault]:
        """The faults that this request meets."""
        with self._lock:
            return [fault for fault in self._faults if fault.hits(path)]


def from_json(values: dict[str, Any]) -> Fault:
    """A fault as the control file writes it: {"kind": "throttle", "match": "students"}."""
    return Fault(**{k: v for k, v in values.items() if k not in {"action", "seen"}})


async def _drip() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.02)


async def _flood(megabytes: int) -> AsyncIterator[bytes]:
    for _ in range(megabytes):
        yield b" " * 1_000_000
    yield b"[]"


def damage(fault: Fault, response: Response) -> Response:
    """The answer as the fault leaves it."""
    if fault.kind == "redirect":
        return RedirectResponse(fault.to)
    if fault.kind == "html":  # a log-in page or a portal, with the status of success
        return HTMLResponse("<html><body><h1>Sign in</h1></body></html>")
    if fault.kind in ("drip", "flood"):
        # drip: always another byte before a client's patience for one ends
        endless = _drip() if fault.kind == "drip" else _flood(fault.by)
        return StreamingResponse(endless, media_type="application/json")
    body = bytes(response.body)
    if fault.kind not in ("truncate", "cut"):
        return response
    # truncate: valid HTTP around half a document
    half = Response(body[: len(body) // 2], media_type="application/json")
    if fault.kind == "cut":  # the connection ends before Content-Length is reached
        half.headers["content-length"] = str(len(body))
    return half
