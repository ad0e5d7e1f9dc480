"""A Teams channel behind a Workflows webhook ("When a Teams webhook request is received").

The webhook answers 202 and posts later. A flow that fails after that tells nobody but its owner:
what can be known here is that the message was accepted, and the id of the flow's run where the
answer carries one. A webhook has no idempotency key and cannot be asked, so a request without an
answer is UNKNOWN and never repeated by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from include.config import TeamsChannel
from include.connections import Connection
from include.egress import http
from include.egress.address import Address, AddressError
from include.egress.channels import card
from include.egress.channels.base import Ending, NeededElements, Outcome, Payload
from include.egress.gate import DataElement, Purpose
from include.egress.outbox import Item
from include.errors import ConfigError

_TAKES_NOTHING = frozenset({401, 403, 404, 410})
_TAKES_IT_LATER = frozenset({429, 500, 503})
# A gateway gave up waiting for the flow: it may have started.
_NOBODY_KNOWS = frozenset({408, 502, 504})
# The older connectors answer 200 and name the error in the text.
_ERROR_IN_TEXT = re.compile(rb"HTTP error (\d{3})")
_RUN_ID = "x-ms-workflow-run-id"


class TeamsWebhook:
    """One webhook, open for sending."""

    purpose = Purpose.ALERT
    wanted = NeededElements(
        required=frozenset({DataElement.ENROLLMENT, DataElement.TIER}),
        welcome=frozenset({DataElement.STUDENT_NAME, DataElement.REASONS}),
    )
    can_look_up = False

    def __init__(
        self,
        channel: TeamsChannel,
        connection: Connection,
        *,
        district_name: str,
        pause: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._address = _webhook(connection)
        self._link = str(channel.link) if channel.link else None
        self._district_name = district_name
        self._clock = clock
        self._http = http.Http(
            self._address,
            timeout_s=channel.timeout_s,
            pause=pause,
            trusted=http.trust(connection),
            headers={"Content-Type": "application/json"},
        )

    @property
    def host(self) -> str:
        return self._address.host

    def render(self, item: Item, permitted: frozenset[DataElement]) -> Payload:
        body = card.message(
            item.facts,
            reference=item.reference,
            district_name=self._district_name,
            permitted=permitted,
            link=self._link,
        )
        return Payload(body, permitted)

    def deliver(self, item: Item, payload: Payload) -> Outcome:
        try:
            reply = self._http.call("POST", self._address.target, data=payload.body)
        except http.UntrustedError as error:
            return Outcome(Ending.BLOCKED, str(error))
        except http.NotReceivedError as error:
            return Outcome(Ending.AGAIN, str(error), holds_channel=True)
        except http.UnclearError as error:
            return Outcome(Ending.UNKNOWN, str(error))
        return self._read(reply)

    def _read(self, reply: http.Reply) -> Outcome:
        status = reply.status
        if status in (200, 202) and (named := _ERROR_IN_TEXT.search(reply.body)):
            status = int(named.group(1))
        note = f"HTTP {status}"
        if status in (200, 202):
            return Outcome(Ending.ACCEPTED, note, external_id=reply.headers.get(_RUN_ID))
        if status in _TAKES_IT_LATER:
            wait = http.retry_after_s(reply.headers, self._clock())
            return Outcome(
                Ending.AGAIN,
                note,
                retry_after_s=wait,
                holds_channel=status == 429 or wait is not None,
            )
        if status in _NOBODY_KNOWS:
            return Outcome(Ending.UNKNOWN, note)
        if status in _TAKES_NOTHING:
            return Outcome(Ending.BLOCKED, note)
        return Outcome(Ending.REJECTED, note)


def _webhook(connection: Connection) -> Address:
    """The address in the connection's password; raises ConfigError that does not repeat it."""
    try:
        return Address.read(connection.password or "")
    except AddressError as error:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen=f"{error} as password",
            expected="the whole webhook URL as password, https: it is a secret",
            next_step="Copy the URL from the flow's trigger into the connection's password.",
        ) from None
