"""A service desk, simulated: the tickets of ConnectWise PSA's REST API, as far as they are used.

python -m demo.simulators.psa --port 8092 --kept kept.jsonl

Basic authentication and the header clientId; create (201), search by `conditions`, PATCH. Each line
of the kept file is one change: created or patched, with the ticket after it. It opens a second
ticket for the same externalXRef without a word, as the real one does.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.simulators.receiver import Fault, Faults, Kept, listening, refusal

BASE = "/v4_6_release/apis/3.0"
LOGIN, PASSWORD, CLIENT_ID = "district+publicKey", "privateKey", "simulated-client-id"
CLOSED = "Closed"
MAX_TEXT = 100
_CONDITION = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|(true|false))')


@dataclass
class Running:
    """A running desk and its levers."""

    url: str
    kept: Kept
    faults: Faults

    @property
    def tickets(self) -> dict[int, dict[str, Any]]:
        """The tickets as they stand."""
        return {record["ticket"]["id"]: record["ticket"] for record in self.kept.records}


class _Desk:
    def __init__(self, kept: Kept, faults: Faults, login: tuple[str, str]) -> None:
        self._kept, self._faults = kept, faults
        self._key = base64.b64encode(":".join(login).encode()).decode()
        self._lock = threading.Lock()

    async def tickets(self, request: Request) -> Response:
        body = await request.body()
        if denied := self._denied(request):
            return denied
        fault = self._faults.strike(request)
        if fault is not None and not fault.kind.startswith("keep"):
            return await refusal(fault)
        answer = self._search(request) if request.method == "GET" else self._create(body)
        return await refusal(fault) if fault is not None else answer

    async def ticket(self, request: Request) -> Response:
        body = await request.body()
        if denied := self._denied(request):
            return denied
        fault = self._faults.strike(request)
        if fault is not None and not fault.kind.startswith("keep"):
            return await refusal(fault)
        answer = self._patch(int(request.path_params["number"]), body)
        return await refusal(fault) if fault is not None else answer

    def _denied(self, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Basic {self._key}":
            return _error(401, "Unauthorized", "wrong login")
        if request.headers.get("clientid") != CLIENT_ID:
            return _error(401, "Unauthorized", "clientId is missing or unknown")
        return None

    def _standing(self) -> dict[int, dict[str, Any]]:
        return {record["ticket"]["id"]: record["ticket"] for record in self._kept.records}

    def _search(self, request: Request) -> Response:
        wanted = {
            name: text if flag == "" else flag == "true"
            for name, text, flag in _CONDITION.findall(request.query_params.get("conditions", ""))
        }
        found = [
            ticket
            for _, ticket in sorted(self._standing().items())
            if all(ticket.get(name) == value for name, value in wanted.items())
        ]
        size = min(int(request.query_params.get("pageSize", "25")), 1000)
        return JSONResponse(found[:size])

    def _create(self, body: bytes) -> Response:
        try:
            given = dict(json.loads(body))
        except (ValueError, TypeError):
            return _error(400, "InvalidObject", "the body is no object")
        for name in ("summary", "board", "company"):
            if not given.get(name):
                return _error(400, "InvalidObject", f"{name} is required")
        for name in ("summary", "externalXRef"):
            if len(given.get(name, "")) > MAX_TEXT:
                return _error(400, "InvalidObject", f"{name} is longer than {MAX_TEXT}")
        with self._lock:
            number = max(self._standing(), default=1000) + 1
            ticket = {**given, "id": number, "status": {"name": "New"}, "closedFlag": False}
            self._kept.add({"change": "created", "ticket": ticket})
        # the description is taken and never returned
        return JSONResponse({k: v for k, v in ticket.items() if k != "initialDescription"}, 201)

    def _patch(self, number: int, body: bytes) -> Response:
        try:
            changes = {op["path"].strip("/"): op["value"] for op in json.loads(body)}
        except (ValueError, TypeError, KeyError):
            return _error(400, "InvalidObject", "the body is no list of operations")
        with self._lock:
            ticket = self._standing().get(number)
            if ticket is None:
                return _error(404, "NotFound", "no such ticket")
            changed = {**ticket, **changes}
            changed["closedFlag"] = changed["status"]["name"] == CLOSED
            self._kept.add({"change": "patched", "ticket": changed})
        return JSONResponse(changed)


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "errors": []}, status)


@contextlib.contextmanager
def serve(
    *,
    port: int = 0,
    kept: Path | None = None,
    faults: Faults | None = None,
    login: tuple[str, str] = (LOGIN, PASSWORD),
) -> Iterator[Running]:
    """Serve until the block ends."""
    keeping, striking = Kept(kept), faults or Faults()
    desk = _Desk(keeping, striking, login)
    app = Starlette(
        routes=[
            Route(f"{BASE}/service/tickets", desk.tickets, methods=["GET", "POST"]),
            Route(f"{BASE}/service/tickets/{{number:int}}", desk.ticket, methods=["PATCH"]),
        ]
    )
    with listening(app, port) as base:
        yield Running(f"{base}{BASE}", keeping, striking)


def main() -> int:
    """Serve until interrupted; prints one line when ready."""
    parser = argparse.ArgumentParser(prog="demo.simulators.psa", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--kept", type=Path, help="JSON lines of the changes of tickets")
    parser.add_argument("--login", default=LOGIN)
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--control", type=Path, help="file of JSON lines, one fault each")
    parser.add_argument("--fault", action="append", default=[], help='e.g. {"kind": "throttle"}')
    options = parser.parse_args()
    faults = Faults(*(Fault(**json.loads(f)) for f in options.fault), control=options.control)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve(
        port=options.port,
        kept=options.kept,
        faults=faults,
        login=(options.login, options.password),
    ) as running:
        sys.stdout.write(f"service desk at {running.url}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
