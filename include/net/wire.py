"""One HTTP request under a total deadline and a greatest size, followed to no other host."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
_CHUNK = 1 << 16
_USUAL_PORTS = {"http": 80, "https": 443}


class TooLateError(Exception):
    """The whole answer did not come in time, however it dripped."""


class TooLargeError(Exception):
    """The answer is larger than it may be."""


class RedirectedError(Exception):
    """The answer leads to another host, or in a circle; the text says which."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout_s` is for connecting, and between two bytes; `deadline_s` for a whole answer."""

    timeout_s: float
    deadline_s: float
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Raw:
    """A whole answer."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


def origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None where a URL says a user, or parsers disagree about its host.

    The parser that connects decides, and the other one must not read another host.
    """
    try:
        parts, plain = urllib3.util.parse_url(url), urlsplit(url)
        host, port = (parts.host or "").strip("[]"), parts.port
        is_same = host.lower() == (plain.hostname or "") and port == plain.port
    except (urllib3.exceptions.LocationParseError, ValueError):
        return None
    if not host or parts.auth is not None or not is_same:
        return None
    scheme = (parts.scheme or "").lower()
    return scheme, host.lower(), port or _USUAL_PORTS.get(scheme)


class Wire:
    """A session of requests. Thread-safe: no proxy, no netrc, no hidden retries."""

    def __init__(self, limits: Limits, *, connections: int, verify: bool | str) -> None:
        self.limits = limits
        self._session = requests.Session()
        self._session.verify = verify
        # a ~/.netrc entry for the host would silently replace our Authorization header
        self._session.trust_env = False
        self._session.headers["Accept"] = "application/json"
        for scheme in _USUAL_PORTS:
            self._session.mount(f"{scheme}://", _Adapter(limits.deadline_s, connections))

    def close(self) -> None:
        self._session.close()

    def send(self, method: str, url: str, **options: Any) -> Raw:
        """Send one request and read all of its answer.

        Redirects of a GET are followed on the host itself; a form with a secret never is.
        """
        ends = time.monotonic() + self.limits.deadline_s
        for _ in range(MAX_REDIRECTS):
            answer = self._once(method, url, ends, options)
            target = answer.headers.get("Location")
            if answer.status not in REDIRECTS or target is None:
                return answer
            target = urljoin(url, target)
            if method != "GET" or origin(target) is None or origin(target) != origin(url):
                raise RedirectedError("redirected to another host")
            # the new address is whole
            url, options = target, {**options, "params": None}
        raise RedirectedError("redirected again and again")

    def _once(self, method: str, url: str, ends: float, options: dict[str, Any]) -> Raw:
        timeout = (min(10.0, self.limits.timeout_s), self.limits.timeout_s)
        try:
            with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **options
            ) as response:
                body = b"".join(self._chunks(response, ends))
                return Raw(response.status_code, response.headers, body)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            if time.monotonic() >= ends:
                raise TooLateError from None
            if isinstance(error, urllib3.exceptions.HTTPError):
                # raised while we read the body: requests would wrap it likewise
                raise requests.exceptions.ChunkedEncodingError(type(error).__name__) from None
            raise

    def _chunks(self, response: requests.Response, ends: float) -> Iterator[bytes]:
        held = 0
        # what has arrived, never waiting for a whole chunk: a drip would hold that for ever
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            held += len(chunk)
            if held > self.limits.max_bytes:
                raise TooLargeError
            if time.monotonic() >= ends:
                raise TooLateError
            yield chunk


class _Deadline:
    """Mixed into a connection: its answer's first lines have the deadline too.

    They are read inside the library, byte by byte if they come so; ending the socket is the only
    way out of there.
    """

    deadline_s = 0.0

    def getresponse(self) -> Any:
        over = getattr(self, "sock", None)
        timer = threading.Timer(self.deadline_s, _end, (over,))
        timer.daemon = True
        timer.start()
        try:
            return super().getresponse()  # type: ignore[misc]
        finally:
            timer.cancel()


def _end(over: socket.socket | None) -> None:
    if over is not None:
        # of the plain socket, under TLS too: TLS would wait for the other side to agree
        with contextlib.suppress(OSError):
            socket.socket.shutdown(over, socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """An adapter whose connections know the deadline."""

    def __init__(self, deadline_s: float, connections: int) -> None:
        self._deadline_s = deadline_s
        super().__init__(pool_connections=2, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        known = {"deadline_s": self._deadline_s}
        plain = type("Plain", (_Deadline, HTTPConnection), known)
        secure = type("Secure", (_Deadline, HTTPSConnection), known)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
