"""One bearer token for all threads: fetched once, renewed before it expires, dropped on a 401.

The API allows fifteen live tokens per key, so a token per thread would shut others out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

REFRESH_BEFORE_S = 120.0


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and when to renew it, on the keeper's clock. Its repr shows no secret."""

    value: str = field(repr=False)
    renew_at: float


class TokenKeeper:
    """Hands out the current token; only one thread at a time fetches a new one."""

    def __init__(self, fetch: Callable[[], tuple[str, float]], clock: Callable[[], float]) -> None:
        self._fetch, self._clock = fetch, clock
        self._token: Token | None = None
        self._lock = threading.Lock()

    def current(self) -> str:
        """A token that lives for a while yet."""
        with self._lock:
            if self._token is None or self._clock() >= self._token.renew_at:
                asked_at = self._clock()
                value, lifetime_s = self._fetch()
                # a token shorter than four minutes would otherwise be renewed on every call
                early = min(REFRESH_BEFORE_S, lifetime_s / 2)
                self._token = Token(value, asked_at + lifetime_s - early)
            return self._token.value

    def reject(self, value: str) -> None:
        """The API refused this token; a newer one that another thread fetched stays."""
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._token = None
