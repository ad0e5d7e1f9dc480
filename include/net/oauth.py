"""OAuth 2.0 client credentials: requests with a bearer token that all who read share."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from include.connections import Connection
from include.errors import ProtocolError, TokenRefusedError
from include.net.problems import Problem, RefusedError
from include.net.tokens import TokenFile, TokenKeeper
from include.net.transport import Answer, Transport


class OAuth:
    """Sends requests with the token of a connection's login and password. Thread-safe.

    `token_url` is asked for when a token is, because some hosts say it themselves. `folder` is
    where the clients of several processes share one token; None: none do. `refused` and `strange`
    make the error for credentials that were refused and for an answer that holds no token.
    """

    def __init__(
        self,
        transport: Transport,
        connection: Connection,
        *,
        token_url: Callable[[], str],
        usual_lifetime_s: float,
        refused: Callable[[Problem], TokenRefusedError],
        strange: Callable[[str], ProtocolError],
        clock: Callable[[], float],
        folder: Path | None,
    ) -> None:
        self._transport, self._token_url = transport, token_url
        self._login, self._password = connection.login or "", connection.password or ""
        self._usual_lifetime_s, self._refused, self._strange = usual_lifetime_s, refused, strange
        self._tokens = TokenKeeper(
            self._fetch,
            clock,
            None if folder is None else lambda: self._file(folder),
            system=transport.manner.system,
        )

    def get(self, url: str, *, what: str, **options: Any) -> Answer:
        """GET JSON as Transport.get does."""
        return self._sent(self._transport.get, url, what, options)

    def post(self, url: str, *, what: str, **options: Any) -> Answer:
        """POST and read JSON as Transport.post does."""
        return self._sent(self._transport.post, url, what, options)

    def _sent(
        self, call: Callable[..., Answer], url: str, what: str, options: dict[str, Any]
    ) -> Answer:
        others = options.pop("headers", {})
        token = self._tokens.current()
        try:
            return call(url, what=what, headers=others | _bearer(token), **options)
        except RefusedError as error:
            if error.problem.status != HTTPStatus.UNAUTHORIZED:
                raise
        # expired or revoked in the middle of a read: once more with a new one
        self._tokens.reject(token)
        token = self._tokens.current()
        return call(url, what=what, headers=others | _bearer(token), **options)

    def _file(self, folder: Path) -> TokenFile:
        return TokenFile(folder, address=self._token_url(), key=self._login, secret=self._password)

    def _fetch(self) -> tuple[str, float]:
        """A new token and the seconds it lives."""
        try:
            answer = self._transport.post(
                self._token_url(),
                what="token",
                auth=(self._login.encode(), self._password.encode()),
                data={"grant_type": "client_credentials"},
            )
        except RefusedError as error:
            raise self._refused(error.problem) from None
        body = answer.body if isinstance(answer.body, dict) else {}
        token = body.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._strange("an answer without access_token")
        try:
            # a number, or a number as text
            return token, float(body.get("expires_in") or self._usual_lifetime_s)
        except (TypeError, ValueError):
            return token, self._usual_lifetime_s


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
