"""A Teams Workflows webhook, simulated: what Power Automate answers, and what it does afterwards.

python -m demo.simulators.teams --port 8091 --kept kept.jsonl

It answers 202 before the flow runs. Each line of the kept file is one run of the flow, with its
`outcome`: posted, or failed (the message too large once Teams has wrapped it, no attachments, or a
fault), which the caller never hears of.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.simulators.receiver import Fault, Faults, Kept, listening, refusal

PATH = "/workflows/{flow}/triggers/manual/paths/invoke"
FLOW, SIGNATURE = "5f1b1f0c8e7d4a55", "simulated-signature"
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MAX_MESSAGE_BYTES = 28 * 1024
# What Teams' wrapping adds: a request of 24,453 bytes was measured as 28,897.
WRAPPING = 28_897 / 24_453
MAX_PER_SECOND = 4


@dataclass
class Running:
    """A running webhook and its levers."""

    url: str
    kept: Kept
    faults: Faults

    @property
    def posted(self) -> list[dict[str, Any]]:
        """The cards that a reader of the channel sees."""
        return [record["card"] for record in self.kept.records if record["outcome"] == "posted"]


class _Webhook:
    def __init__(
        self, kept: Kept, faults: Faults, *, signature: str, clock: Callable[[], float]
    ) -> None:
        self._kept, self._faults = kept, faults
        self._signature, self._clock = signature, clock
        self._recent: deque[float] = deque(maxlen=MAX_PER_SECOND)

    async def invoke(self, request: Request) -> Response:
        if request.path_params["flow"] != FLOW:
            return _error(404, "WorkflowNotFound")
        if request.query_params.get("sig") != self._signature:
            return _error(401, "DirectApiAuthorizationRequired")
        now = self._clock()
        if len(self._recent) == MAX_PER_SECOND and now - self._recent[0] < 1:
            return _error(429, "TooManyRequests")
        self._recent.append(now)
        body = await request.body()
        fault = self._faults.strike(request)
        if fault is not None and fault.kind in ("throttle", "error", "hang"):
            return await refusal(fault)
        run_id = secrets.token_hex(16)
        self._kept.add(_run(run_id, body, fails=fault is not None and fault.kind == "fail_later"))
        if fault is not None and fault.kind in ("keep_then_hang", "keep_then_error"):
            return await refusal(fault)
        return Response(status_code=202, headers={"x-ms-workflow-run-id": run_id})


def _run(run_id: str, body: bytes, *, fails: bool) -> dict[str, Any]:
    """What the flow makes of a request: an entry of its run history."""
    run: dict[str, Any] = {"run": run_id, "bytes": len(body), "outcome": "failed", "card": None}
    try:
        attachments = json.loads(body)["attachments"]
        card = next(a["content"] for a in attachments if a["contentType"] == CARD_TYPE)
    except (ValueError, KeyError, TypeError, StopIteration):
        return {**run, "error": "NothingToPost"}
    if len(body) * WRAPPING > MAX_MESSAGE_BYTES:
        return {**run, "error": "MessageSizeExceeded"}
    if fails:
        return {**run, "error": "BotNotInConversationRoster"}
    return {**run, "outcome": "posted", "card": card}


def _error(status: int, code: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": "simulated"}}, status)


def webhook_url(base: str, signature: str = SIGNATURE) -> str:
    """The whole URL of the flow, as its owner copies it: a secret, for it holds the signature."""
    query = f"api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={signature}"
    return f"{base}{PATH.format(flow=FLOW)}?{query}"


@contextlib.contextmanager
def serve(
    *,
    port: int = 0,
    kept: Path | None = None,
    faults: Faults | None = None,
    signature: str = SIGNATURE,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Running]:
    """Serve until the block ends."""
    keeping, striking = Kept(kept), faults or Faults()
    webhook = _Webhook(keeping, striking, signature=signature, clock=clock)
    app = Starlette(routes=[Route(PATH, webhook.invoke, methods=["POST"])])
    with listening(app, port) as base:
        yield Running(webhook_url(base, signature), keeping, striking)


def main() -> int:
    """Serve until interrupted; prints one line when ready. The URL holds the signature."""
    parser = argparse.ArgumentParser(prog="demo.simulators.teams", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--kept", type=Path, help="JSON lines of the flow's runs")
    parser.add_argument("--signature", default=SIGNATURE)
    parser.add_argument("--control", type=Path, help="file of JSON lines, one fault each")
    parser.add_argument("--fault", action="append", default=[], help='e.g. {"kind": "throttle"}')
    options = parser.parse_args()
    faults = Faults(*(Fault(**json.loads(f)) for f in options.fault), control=options.control)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve(
        port=options.port, kept=options.kept, faults=faults, signature=options.signature
    ) as running:
        sys.stdout.write(f"Teams webhook at {running.url}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
