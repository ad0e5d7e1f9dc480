"""Where a connection's API answers, and whom we trust there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from include.connections import Connection
from include.errors import ConfigError
from include.net.wire import origin

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# how people write that they want no check
_UNCHECKED = frozenset({"", "false", "no", "off", "0", "none"})


def base_url(
    connection: Connection, what: str = "the API", example: str = "https://sis.example.org"
) -> str:
    """The address of an API: host (with or without scheme), port, extra `path`.

    Raises ConfigError where others could read what is sent; `what` names the API in errors.
    """
    if not connection.host:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no host",
            expected=f"the base URL of {what}, e.g. {example}",
            next_step="Set the connection's host.",
        )
    host = connection.host.rstrip("/")
    if "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    if connection.port and urlsplit(host).port is None:
        scheme, rest = host.split("://", 1)
        name, slash, path = rest.partition("/")
        host = f"{scheme}://{name}:{connection.port}{slash}{path}"
    path = str(connection.extra.get("path") or "").strip("/")
    url = f"{host}/{path}" if path else host
    if not is_private(url):
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen=f"{urlsplit(url).scheme} to another machine, without TLS, or no plain host name",
            expected="https://…: what is read are records of children, and a secret is sent",
            next_step="Set the connection's host to the API's https address. Plain http is for "
            "this machine alone.",
        )
    return url


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    found = origin(url)
    return found is not None and (
        found[0] == "https" or (found[0] == "http" and found[1] in LOOPBACK)
    )


def host_of(url: str) -> str:
    """Scheme and host of a URL, for messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def trusted(connection: Connection) -> bool | str:
    """Whom the connection trusts: the usual authorities, or those of the file in extra `verify`.

    TLS is never left unchecked. JSON made by hand, and Airflow's form, write values as text.
    """
    given = connection.extra.get("verify", True)
    if given is True or str(given).lower() == "true":
        return True
    path = Path(given) if isinstance(given, str) and given.lower() not in _UNCHECKED else None
    if path is not None and path.exists():
        return str(path)
    raise ConfigError(
        f"connection {connection.conn_id}",
        seen="extra `verify` that switches TLS off"
        if path is None
        else "extra `verify`: no such file",
        expected="true, or the path of a file of certificates to trust",
        next_step="Leave it out, or give it the path of the host's CA file on every worker: an API "
        "whose certificate nobody checks could be anybody's.",
    )
