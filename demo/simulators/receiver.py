"""What the simulated receivers share: faults, a file of what they kept, a server in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Kind = Literal["throttle", "error", "hang", "keep_then_hang", "keep_then_error", "fail_later"]


@dataclass
class Fault:
    """One fault. `match` is `METHOD path` or a part of it; the first `after` are spared."""

    kind: Kind
    match: str = ""
    after: int = 0
    times: int = 1
    status: int = 500  # error, keep_then_error: which status
    retry_after: str | None = None  # throttle: the header's value; None: no header
    seen: int = field(default=0, compare=False)

    def hits(self, request: str) -> bool:
        if self.match not in request:
            return False
        self.seen += 1
        return self.after < self.seen <= self.after + self.times


class Kept:
    """What the receiver took, as a list and, with a path, as JSON lines on disk."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.records: list[dict[str, Any]] = []
        if path is not None and path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            self.records = [json.loads(line) for line in lines]

    def add(self, record: dict[str, Any]) -> None:
        with self._lock:
            self.records.append(record)
            if self._path is None:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())


class Faults:
    """The faults in force: given at the start, added by a test, or read from a control file."""

    def __init__(self, *faults: Fault, control: Path | None = None) -> None:
        self._faults = list(faults)
        self._control = control
        self._read = 0
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def strike(self, request: Request) -> Fault | None:
        """The fault that this request meets."""
        with self._lock:
            self._read_new()
            text = f"{request.method} {request.url.path}"
            return next((fault for fault in self._faults if fault.hits(text)), None)

    def _read_new(self) -> None:
        """Take up new whole lines of the control file: one fault each."""
        if self._control is None or not self._control.exists():
            return
        lines = self._control.read_text(encoding="utf-8").split("\n")[:-1]
        self._faults += [Fault(**json.loads(line)) for line in lines[self._read :] if line.strip()]
        self._read = len(lines)


async def refusal(fault: Fault) -> Response:
    """The answer of a request that meets a fault; a hanging one waits for its caller to go."""
    if fault.kind in ("hang", "keep_then_hang"):
        await asyncio.Event().wait()
    if fault.kind == "throttle":
        headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
        return JSONResponse({"code": "TooManyRequests"}, 429, headers)
    return JSONResponse({"code": "Error", "message": "simulated"}, fault.status)


@contextlib.contextmanager
def listening(app: Starlette, port: int = 0) -> Iterator[str]:
    """Serve on loopback until the block ends; yields the base URL. Port 0 takes a free one."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise RuntimeError("the simulated receiver did not start")
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
