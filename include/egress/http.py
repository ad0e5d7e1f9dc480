"""One HTTP request, and what can be known about its fate afterwards.

The difference that matters: did the receiver certainly not get it (then it may be sent again), or
may it have got it although no answer came? The URL may be a secret, so nothing here repeats it.
"""

from __future__ import annotations

import email.utils
import io
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

MAX_BODY_BYTES = 1_000_000
LONGEST_PAUSE_S = 3600.0


class NotReceivedError(Exception):
    """The message did not begin to leave: the receiver has seen nothing of it."""


class UntrustedError(NotReceivedError):
    """The receiver's certificate is not one that this machine trusts."""


class UnclearError(Exception):
    """The request left, and no answer came: the receiver may have taken it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Its repr shows no content."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes)"


class _HideTargets(logging.Filter):
    """Keeps urllib3's debug line, which quotes the path and query, out of every log."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        return not any(secret in text for secret in _SECRETS)


_SECRETS: set[str] = set()
logging.getLogger("urllib3.connectionpool").addFilter(_HideTargets("urllib3.connectionpool"))


def hide(url: str) -> None:
    """Keep this URL's path and query out of the logs of the HTTP library."""
    parts = urlsplit(url)
    _SECRETS.update(part for part in (parts.path.strip("/"), parts.query) if part)


class Http:
    """Sends requests one after the other: no proxy, no netrc, no redirects, no hidden retries.

    A redirect would carry the message to a host that the registry has not seen.
    """

    def __init__(
        self,
        *,
        timeout_s: float,
        pause: Callable[[], None],
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        verify: bool | str = True,
    ) -> None:
        self._timeout = (min(10.0, timeout_s), timeout_s)
        self._pause = pause
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = auth
        self._session.verify = verify
        self._session.headers.update(headers or {})

    def close(self) -> None:
        self._session.close()

    def call(self, method: str, url: str, *, data: bytes | None = None, **options: Any) -> Reply:
        """Send one request; `pause` was called before, for the receiver's rate limit."""
        self._pause()
        body = _Body(data) if data else None
        try:
            with self._session.request(
                method,
                url,
                data=body,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                answer = response.raw.read(MAX_BODY_BYTES, decode_content=True)
                return Reply(response.status_code, response.headers, answer)
        except requests.exceptions.RequestException as error:
            raise _fate(error, is_unsent=body is not None and not body.was_read) from None
        except urllib3.exceptions.HTTPError as error:
            raise UnclearError(type(error).__name__) from None


class _Body(io.BytesIO):
    """A request's body that knows whether the sending of it has begun."""

    was_read = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.was_read = True
        return super().read(size)


def _fate(error: requests.exceptions.RequestException, *, is_unsent: bool) -> Exception:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotReceivedError("no connection in time")
    if isinstance(error, requests.exceptions.SSLError):
        # TLS can break in the handshake, and as well after the receiver has read all of it
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            return UntrustedError("its certificate is not trusted")
        return NotReceivedError("no TLS connection") if is_unsent else UnclearError("TLS broke")
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return NotReceivedError("no connection")
    if isinstance(error, requests.exceptions.Timeout):
        return UnclearError("no answer in time")
    return UnclearError(type(error).__name__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was made from: the libraries keep that as an argument or a reason."""
    while error is not None:
        yield error
        inner = getattr(error, "reason", None) or next(iter(error.args), None)
        error = inner if isinstance(inner, BaseException) else None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the receiver asks us to wait: seconds or a date; None when it does not say."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return min(float(text), LONGEST_PAUSE_S)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_PAUSE_S)
