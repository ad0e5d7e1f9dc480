"""Tokens of the simulated ODS/API: client credentials, 1,800 seconds, fifteen live per client."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.errors import unauthenticated

LIVE_TOKENS_PER_CLIENT = 15


class Tokens:
    """Issues and checks bearer tokens. `issued` counts them, for tests."""

    def __init__(
        self, clients: dict[str, str], clock: Callable[[], float], behaviour: Behaviour
    ) -> None:
        self.clients, self.clock, self.behaviour = clients, clock, behaviour
        self.issued = 0
        self._live: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def expire_all(self) -> None:
        with self._lock:
            self._live.clear()

    async def issue(self, request: Request) -> Response:
        """POST /oauth/token."""
        form = _form(request.headers.get("content-type", ""), await request.body())
        try:
            key, secret = _credentials(request.headers.get("authorization"), form)
        except _RefusalError as refusal:
            return _refuse(refusal.status, refusal.error)
        if form.get("grant_type") != "client_credentials":
            return _refuse(400, "unsupported_grant_type")
        known = self.clients.get(key, secrets.token_hex())
        if not secrets.compare_digest(known.encode(), secret.encode()):
            return _refuse(401, "invalid_client")
        scope = form.get("scope")
        if scope and not scope.isdigit():
            return JSONResponse(
                {"error": "invalid_scope", "error_description": "The scope is not an integer."}, 400
            )
        if self.behaviour.token_limit == "refuse" and self._is_at_limit(key):
            return self._refuse_another()
        return JSONResponse(
            {
                "access_token": self._new(key),
                "expires_in": self.behaviour.token_lifetime_s,
                "token_type": "bearer",
            }
        )

    def check(self, header: str | None) -> None:
        """Raise 401 unless the header carries a live token."""
        if header is None:
            raise unauthenticated("Authorization header is missing.")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise unauthenticated("Unknown Authorization header scheme.")
        if not token:
            raise unauthenticated("Missing Authorization header bearer token value.")
        with self._lock:
            _, expires = self._live.get(token, ("", 0.0))
        if self.clock() >= expires:
            raise unauthenticated("Invalid Authorization header.")

    def _is_at_limit(self, key: str) -> bool:
        with self._lock:
            live = [
                1 for owner, ends in self._live.values() if owner == key and self.clock() < ends
            ]
        return len(live) >= LIVE_TOKENS_PER_CLIENT

    def _refuse_another(self) -> JSONResponse:
        if not self.behaviour.problem_details:
            return _refuse(401, "invalid_client")
        problem = {"type": "urn:ed-fi:api:too-many-tokens", "title": "Too Many Tokens"}
        return JSONResponse({**problem, "status": 429}, 429)

    def _new(self, key: str) -> str:
        with self._lock:
            self.issued += 1
            token = secrets.token_hex(16)
            mine = [t for t, (owner, _) in self._live.items() if owner == key]
            for oldest in mine[: max(0, len(mine) - LIVE_TOKENS_PER_CLIENT + 1)]:
                del self._live[oldest]
            self._live[token] = (key, self.clock() + self.behaviour.token_lifetime_s)
            return token


class _RefusalError(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def _credentials(header: str | None, form: dict[str, str]) -> tuple[str, str]:
    in_form = "client_id" in form or "client_secret" in form
    if header and in_form:
        raise _RefusalError(400, "invalid_client")
    if header is None:
        if not in_form:
            raise _RefusalError(401, "invalid_request")
        return form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise _RefusalError(401, "invalid_client")
    try:
        key, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _RefusalError(400, "invalid_request") from None
    if not colon:
        raise _RefusalError(400, "invalid_client")
    return key, secret


def _form(content_type: str, body: bytes) -> dict[str, str]:
    if "json" in content_type:
        try:
            values = json.loads(body or b"{}")
        except json.JSONDecodeError:
            return {}
        return {str(k): str(v) for k, v in values.items()} if isinstance(values, dict) else {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _refuse(status: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status)
