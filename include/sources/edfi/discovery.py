"""The discovery document: every URL of the API comes from here, none is built by hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from include.errors import ConfigError, ProtocolError
from include.net.address import is_private
from include.net.wire import origin

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Api:
    """Where one ODS/API answers, and what it can do."""

    version: tuple[int, ...]  # (7, 3); empty when the document does not say
    data_url: str  # ends with a slash
    token_url: str
    changes_url: str | None  # None: change queries are off

    @property
    def has_cursor_paging(self) -> bool:
        return self.version >= (7, 3)

    @property
    def has_use_snapshot(self) -> bool:
        """`Use-Snapshot` since 7.0; before that snapshots have identifiers."""
        return self.version >= (7,)


def read_discovery(
    document: object, where: str, context: Mapping[str, Any], *, hosts: Collection[str] = ()
) -> Api:
    """Parse the document; `context` fills placeholders such as {tenantIdentifier}.

    Its addresses are of the host that gave it, or of one of `hosts`: they get the secret, and with
    it everything that the key may read.
    """
    if not isinstance(document, dict) or not isinstance(document.get("urls"), dict):
        raise ProtocolError(
            where,
            seen="an answer without `urls`",
            expected="the discovery document of an Ed-Fi ODS/API",
            next_step="Check the connection's host and extra `path`: is this the API's root?",
        )
    urls = {str(name).lower(): str(url) for name, url in document["urls"].items() if url}

    def url(name: str) -> str | None:
        found = urls.get(name.lower())
        return None if found is None else _fill(found, where, context)

    data, token, changes = url("dataManagementApi"), url("oauth"), url("changeQueries")
    if data is None or token is None:
        raise ProtocolError(
            where,
            seen=f"a discovery document with only {', '.join(sorted(urls)) or 'no URLs'}",
            expected="`dataManagementApi` and `oauth`",
            next_step="Ask the host of the ODS/API to switch these features on.",
        )
    for address in filter(None, (data, token, changes)):
        _check_address(address, where, hosts)
    return Api(
        version=tuple(int(part) for part in re.findall(r"\d+", str(document.get("version") or ""))),
        data_url=data.rstrip("/") + "/",
        token_url=token,
        changes_url=None if changes is None else changes.rstrip("/") + "/",
    )


def _check_address(url: str, where: str, hosts: Collection[str]) -> None:
    found, own = origin(url), origin(where)
    # plain http on loopback is for an API that is reached so itself
    is_weaker = found is not None and own is not None and found[0] == "http" != own[0]
    if found is not None and (is_weaker or not is_private(url)):
        raise ProtocolError(
            where,
            seen="a discovery document that names an address without TLS",
            expected="https; nothing was sent there",
            next_step="Ask the host to forward X-Forwarded-Proto, so that its addresses say https.",
        )
    is_ours = found is not None and own is not None and found[1:] == own[1:]
    if found is None or not (is_ours or found[1] in {name.lower() for name in hosts}):
        raise ProtocolError(
            where,
            seen="a discovery document that names another host or port",
            expected="addresses of the host that gave it; nothing was sent there",
            next_step="Ask the host of the ODS/API whether this is meant; then name the other host "
            "in the connection's extra `hosts`, a list.",
        )


def _fill(url: str, where: str, context: Mapping[str, Any]) -> str:
    for name in PLACEHOLDER.findall(url):
        if name not in context:
            raise ConfigError(
                where,
                seen=f"the API's URLs hold the placeholder {{{name}}}",
                expected="the address of one tenant and school year",
                next_step="Add /<tenant>/<context> to the connection's extra `path`, "
                f'or set its extra `context` to {{"{name}": …}}.',
            )
        url = url.replace(f"{{{name}}}", str(context[name]))
    return url
