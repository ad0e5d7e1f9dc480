"""Tokens of the simulated PowerSchool: client credentials of the plugin, by Basic only."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demo.simulators.powerschool.answers import unauthorized
from demo.simulators.powerschool.config import Behaviour


class Tokens:
    """Issues and checks bearer tokens. `issued` counts them, for tests."""

    def __init__(
        self, clients: dict[str, str], clock: Callable[[], float], behaviour: Behaviour
    ) -> None:
        self.clients, self.clock, self.behaviour = clients, clock, behaviour
        self.issued = 0
        self._live: dict[str, float] = {}
        self._lock = threading.Lock()

    def expire_all(self) -> None:
        with self._lock:
            self._live.clear()

    async def issue(self, request: Request) -> Response:
        """POST /oauth/access_token."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        if "x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return JSONResponse({"error": "invalid_request"}, 400)
        if form.get("grant_type") != ["client_credentials"]:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        client, secret = _basic(request.headers.get("authorization", ""))
        known = self.clients.get(client, secrets.token_hex())
        if not secrets.compare_digest(known.encode(), secret.encode()):
            return JSONResponse({"error": "invalid_client"}, 401)
        lifetime = self.behaviour.token_lifetime_s
        with self._lock:
            self.issued += 1
            token = secrets.token_hex(16)
            self._live[token] = self.clock() + lifetime
        expires = str(lifetime) if self.behaviour.expires_as_text else lifetime
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": expires})

    def check(self, header: str | None) -> None:
        """Raise 401 unless the header carries a live token."""
        scheme, _, token = (header or "").partition(" ")
        with self._lock:
            ends = self._live.get(token, 0.0)
        if scheme.lower() != "bearer" or self.clock() >= ends:
            raise unauthorized()


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret
