"""Tickets about feeds in a service desk's REST API, in the shape of ConnectWise PSA 3.0.

A ticket carries our reference as `externalXRef` and in its summary. Before one is created it is
looked for, so whatever went wrong before, a repetition opens no second. It never holds anything
about a student: not even the load's error text or the name of its file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from include.config import PsaChannel
from include.connections import Connection
from include.egress import http
from include.egress.address import Address, AddressError
from include.egress.channels.base import Ending, NeededElements, Outcome, Payload
from include.egress.gate import DataElement, Purpose
from include.egress.outbox import Item
from include.errors import ConfigError

MAX_SUMMARY = 100
_TAKES_NOTHING = frozenset({401, 403, 404})
# 409: somebody has the record open.
_TAKES_IT_LATER = frozenset({408, 409, 429, 500, 502, 503, 504})


class _RequestEndedError(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.note)
        self.outcome = outcome


class PsaDesk:
    """One service desk, open for sending."""

    purpose = Purpose.PIPELINE_HEALTH
    wanted = NeededElements(required=frozenset({DataElement.PIPELINE}))
    can_look_up = True

    def __init__(
        self,
        channel: PsaChannel,
        connection: Connection,
        *,
        district_name: str,
        pause: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._base = _base_address(connection)
        self._extra = connection.extra
        self._district_name = district_name
        self._clock = clock
        self._http = http.Http(
            self._base,
            timeout_s=channel.timeout_s,
            pause=pause,
            trusted=http.trust(connection),
            headers={
                "clientId": str(connection.extra["client_id"]),
                **http.basic_auth(connection.login or "", connection.password or ""),
            },
        )

    @property
    def host(self) -> str:
        return self._base.host

    def render(self, item: Item, permitted: frozenset[DataElement]) -> Payload:
        build = self._closing if item.action == "close_ticket" else self._opening
        return Payload(orjson.dumps(build(item)), permitted)

    def deliver(self, item: Item, payload: Payload) -> Outcome:
        try:
            ticket = self._find(item.reference)
            if item.action == "close_ticket":
                return self._close(ticket, payload)
            if ticket is not None:
                return Outcome(
                    Ending.ACCEPTED, "the ticket was there already", external_id=str(ticket["id"])
                )
            created = self._call("POST", "/service/tickets", payload.body)
        except _RequestEndedError as stopped:
            return stopped.outcome
        return Outcome(Ending.ACCEPTED, "created", external_id=str(created["id"]))

    def _opening(self, item: Item) -> dict[str, Any]:
        facts = item.facts
        feed = f"{facts['source']}.{facts['entity']}"
        summary = f"[{item.reference}] {self._district_name}: feed {feed} {facts['last_status']}"
        return {
            "summary": summary[:MAX_SUMMARY],
            "board": {"name": self._extra["board"]},
            "company": {"identifier": self._extra["company"]},
            "externalXRef": item.reference,
            "initialDescription": "\n".join(
                (
                    f"Feed: {feed}",
                    f"How it stands: {facts['last_status']}, on {facts['as_of_date']}",
                    f"Last good data: {facts['last_good_at'] or 'never'}",
                    f"What was seen: {facts['see']}.",
                    "What to do: docs/runbooks/open_tickets.md.",
                    "This ticket closes by itself when the feed brings good data again.",
                )
            ),
        }

    def _closing(self, item: Item) -> list[dict[str, Any]]:
        status = {"name": self._extra["closed_status"]}
        return [{"op": "replace", "path": "status", "value": status}]

    def _find(self, reference: str) -> dict[str, Any] | None:
        """Our ticket, open or closed; the oldest one, should a person have copied it."""
        found = self._call(
            "GET",
            "/service/tickets",
            params={"conditions": f'externalXRef="{reference}"', "orderBy": "id", "pageSize": "1"},
        )
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            raise _RequestEndedError(
                Outcome(Ending.AGAIN, "the search's answer is no list of tickets")
            )
        # a server that ignores the condition would hand us somebody else's ticket
        return next((t for t in found if t.get("externalXRef") == reference), None)

    def _close(self, ticket: dict[str, Any] | None, payload: Payload) -> Outcome:
        if ticket is None:
            return Outcome(Ending.ACCEPTED, "there is no ticket to close")
        if not ticket.get("closedFlag"):
            self._call("PATCH", f"/service/tickets/{ticket['id']}", payload.body)
        return Outcome(Ending.ACCEPTED, "closed", external_id=str(ticket["id"]))

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        params: dict[str, str] | None = None,
    ) -> Any:
        headers = {"Content-Type": "application/json"} if body else {}
        target = f"{self._base.target.rstrip('/')}{path}"
        if params:
            target = f"{target}?{urlencode(params)}"
        try:
            reply = self._http.call(method, target, data=body, headers=headers)
        except http.UntrustedError as error:
            raise _RequestEndedError(Outcome(Ending.BLOCKED, str(error))) from None
        except http.NotReceivedError as error:
            raise _RequestEndedError(
                Outcome(Ending.AGAIN, str(error), holds_channel=True)
            ) from None
        except http.UnclearError as error:
            # it may have been taken: the next attempt looks for the ticket first
            raise _RequestEndedError(
                Outcome(Ending.AGAIN, str(error), holds_channel=True, is_certain=method == "GET")
            ) from None
        note = f"HTTP {reply.status} to {method}"
        if reply.status in (200, 201):
            try:
                return orjson.loads(reply.body)
            except orjson.JSONDecodeError:
                raise _RequestEndedError(Outcome(Ending.AGAIN, f"{note}, but no JSON")) from None
        if reply.status in _TAKES_IT_LATER:
            wait = http.retry_after_s(reply.headers, self._clock())
            raise _RequestEndedError(
                Outcome(
                    Ending.AGAIN,
                    note,
                    retry_after_s=wait,
                    holds_channel=reply.status == 429 or wait is not None,
                    is_certain=method == "GET" or reply.status in (409, 429),
                )
            )
        if reply.status in _TAKES_NOTHING:
            raise _RequestEndedError(Outcome(Ending.BLOCKED, note))
        raise _RequestEndedError(Outcome(Ending.REJECTED, note))


def _base_address(connection: Connection) -> Address:
    missing = [
        name
        for name in ("client_id", "company", "board", "closed_status")
        if not connection.extra.get(name)
    ]
    seen = f"extra without {', '.join(missing)}"
    if not missing:
        try:
            base = Address.read(connection.host or "")
            if "?" not in base.target:
                return base
            seen = "a URL with a query as host"
        except AddressError as error:
            seen = f"{error} as host"
    raise ConfigError(
        f"connection {connection.conn_id}",
        seen=seen,
        expected="the base URL as host, https; client_id, company, board, closed_status as extra",
        next_step="Complete the connection, as .env.example shows.",
    )
