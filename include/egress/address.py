r"""The address of a receiver: its URL is read once, here, and nothing parses it again.

The gate judges `Address.host`, and the connection is opened to that very string. Two parsers that
read `https://a\@b/` differently would send a message to a host that the registry never saw. So
nothing is repaired: what could be read in two ways is refused.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# The port of a scheme that a message may leave by.
_PORTS = {"https": 443, "http": 80}
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
# A name that ends so is an IP address, written in one of the forms that only some parsers know.
_NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")


class AddressError(ValueError):
    """A URL that is no address of a receiver. The reason repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect, and what to ask for there. Its repr shows no path: that may be a secret."""

    is_tls: bool
    # Lower case; an IPv6 address without brackets.
    host: str
    port: int
    # Path and query, as they go into the request.
    target: str = field(repr=False)

    @classmethod
    def read(cls, url: str) -> Self:
        """The address in a URL; raises AddressError."""
        if not re.fullmatch(r"[!-~]+", url) or "\\" in url:
            raise AddressError("a URL with a character that no URL may hold")
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname or ""
        except ValueError:
            raise AddressError("no URL") from None
        if "@" in parts.netloc:
            raise AddressError("a URL with user info before its host")
        if not host:
            raise AddressError("no URL with a host")
        if not is_host(host):
            raise AddressError("a host that is no host name and no IP address")
        if parts.scheme != "https" and (parts.scheme != "http" or host not in LOOPBACK):
            raise AddressError("no https URL")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme == "https", host, port or _PORTS[parts.scheme], target)

    @property
    def authority(self) -> str:
        """Host and port, as a request's Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == _PORTS["https" if self.is_tls else "http"]
        return host if is_usual else f"{host}:{self.port}"


def is_host(text: str) -> bool:
    """Whether the text is a host name in lower case, or an IP address in its one plain form."""
    if _is_ip(text):
        return True
    return len(text) <= 253 and bool(_NAME.fullmatch(text)) and not _NUMBER.fullmatch(text)


def is_endpoint(text: str) -> bool:
    """Whether the registry may name it: an IP address, or a host name of two labels or more.

    `*.` before a name stands for its subdomains. `*.com` would be half of the world.
    """
    if _is_ip(text):
        return True
    name = text.removeprefix("*.")
    return is_host(name) and not _is_ip(name) and "." in name


def _is_ip(text: str) -> bool:
    try:
        return str(ipaddress.ip_address(text)) == text and "%" not in text
    except ValueError:
        return False
