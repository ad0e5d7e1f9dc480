"""One HTTP request, and what can be known about what became of it.

The difference that matters: did the receiver certainly not get it (then it may be sent again), or
may it have got it although no answer came? So each request has a connection of its own: one that
is kept open could be closed by the receiver just when the next message leaves.

The connection is opened to `Address.host` itself, the string that the gate judged, and no URL is
parsed here. The path may be a secret, so nothing here repeats it.
"""

from __future__ import annotations

import base64
import email.utils
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from include.connections import Connection
from include.egress.address import Address
from include.errors import ConfigError

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Of a whole answer, headers included: what we read of a receiver's answer is a few lines.
MAX_ANSWER_BYTES = 1_000_000
LONGEST_CONNECT_S = 10.0
LONGEST_PAUSE_S = 3600.0


class NotReceivedError(Exception):
    """The message did not begin to leave: the receiver has seen nothing of it."""


class UntrustedError(NotReceivedError):
    """The receiver's certificate is not one that this machine trusts."""


class UnclearError(Exception):
    """The request left, and no whole answer came: the receiver may have taken it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Header names are in lower case; its repr shows no content."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes)"


def trust(connection: Connection) -> ssl.SSLContext:
    """Whom a channel's connection trusts: the usual authorities, or those of extra `verify`.

    TLS is never left unchecked: what is sent is about children. Raises ConfigError.
    """
    verify = connection.extra.get("verify", True)
    path = DEFAULT_CA_BUNDLE_PATH if verify in (True, None, "") else str(verify)
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen=f"extra verify that names no certificates ({type(error).__name__})",
            expected="true, or the path of a file of certificates to trust: a receiver without a"
            " certificate that can be checked gets nothing",
            next_step="Give `verify` the path of the authority's certificate, or leave it out.",
        ) from None


class Http:
    """Sends requests to one address: no proxy, no redirects, no hidden retries, no cookies.

    A redirect would carry the message to a host that the registry has not seen. `timeout_s` is for
    all of a request, from connecting to the answer's last byte, however it drips.
    """

    def __init__(
        self,
        address: Address,
        *,
        timeout_s: float,
        pause: Callable[[], None],
        trusted: ssl.SSLContext,
        headers: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._pause = pause
        self._trusted = trusted
        self._headers = {"Host": address.authority, "Connection": "close", **headers}
        self._clock = clock

    def call(
        self,
        method: str,
        target: str,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; `pause` was called before, for the receiver's rate limit."""
        self._pause()
        ends = self._clock() + self._timeout_s
        over = self._connect(ends)
        try:
            talk = http.client.HTTPConnection(self._address.host, self._address.port)
            # http.client uses a socket that is there, and needs of it no more than _Wire has
            talk.sock = cast("socket.socket", _Wire(over, ends, self._clock))
            talk.request(method, target, body=data, headers={**self._headers, **(headers or {})})
            response = talk.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            # not without a number: room would be made for as many bytes as the receiver announces
            body = response.read(MAX_ANSWER_BYTES)
            if response.length:
                raise http.client.IncompleteRead(body)
            return Reply(response.status, names, body)
        except TimeoutError:
            raise UnclearError("no answer in time") from None
        except _TooLargeError:
            raise UnclearError(f"an answer of more than {MAX_ANSWER_BYTES} bytes") from None
        except ssl.SSLError:
            raise UnclearError("TLS broke") from None
        except (OSError, http.client.HTTPException) as error:
            raise UnclearError(type(error).__name__) from None
        finally:
            over.close()

    def _connect(self, ends: float) -> socket.socket:
        """A connection to the address, over TLS where it says so; nothing of the request left."""
        plain = self._reach(min(ends, self._clock() + LONGEST_CONNECT_S))
        if not self._address.is_tls:
            return plain
        try:
            plain.settimeout(_left(ends, self._clock))
            return self._trusted.wrap_socket(plain, server_hostname=self._address.host)
        except ssl.SSLCertVerificationError:
            plain.close()
            raise UntrustedError("its certificate is not trusted") from None
        except TimeoutError:
            plain.close()
            raise NotReceivedError("no TLS connection in time") from None
        except OSError:
            plain.close()
            raise NotReceivedError("no TLS connection") from None

    def _reach(self, ends: float) -> socket.socket:
        """The first of the host's addresses that answers, all of them in one time."""
        try:
            found = socket.getaddrinfo(
                self._address.host, self._address.port, type=socket.SOCK_STREAM
            )
        except OSError:
            raise NotReceivedError("its host name is not known") from None
        note = "no connection"
        for family, kind, protocol, _, where in found:
            candidate = socket.socket(family, kind, protocol)
            try:
                candidate.settimeout(_left(ends, self._clock))
                candidate.connect(where)
            except TimeoutError:
                candidate.close()
                note = "no connection in time"
            except OSError:
                candidate.close()
            else:
                return candidate
        raise NotReceivedError(note)


class _TooLargeError(Exception):
    """The answer is larger than any that we could use."""


class _Wire(io.RawIOBase):
    """A socket as http.client uses it, with one end in time and one in size for all of it.

    A socket's own timeout is for each read: a receiver that sends a byte now and then would never
    reach it.
    """

    def __init__(self, over: socket.socket, ends: float, clock: Callable[[], float]) -> None:
        self._over, self._ends, self._clock = over, ends, clock
        self._read = 0

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._over.settimeout(_left(self._ends, self._clock))
            rest = rest[self._over.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._over.settimeout(_left(self._ends, self._clock))
        number = self._over.recv_into(buffer)
        self._read += number
        if self._read > MAX_ANSWER_BYTES:
            raise _TooLargeError
        return number

    def close(self) -> None:
        """Nothing: http.client closes it before it reads the body. Who opened the socket does."""


def _left(ends: float, clock: Callable[[], float]) -> float:
    """How many seconds are left; raises TimeoutError when none are."""
    seconds = ends - clock()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def basic_auth(login: str, password: str) -> dict[str, str]:
    """The header of HTTP's basic authentication."""
    pair = base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the receiver asks us to wait: seconds or a date; None when it does not say."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_PAUSE_S)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_PAUSE_S)
