"""From a district's channel setting to an open channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from include.config import Channel, TeamsChannel
from include.connections import Connection
from include.egress.channels.base import OpenChannel
from include.egress.channels.psa import PsaDesk
from include.egress.channels.teams import TeamsWebhook


def open_channel(
    channel: Channel,
    connection: Connection,
    *,
    district_name: str,
    pause: Callable[[], None],
    clock: Callable[[], datetime],
) -> OpenChannel:
    """One channel, open for sending; raises ConfigError for a connection that cannot be right."""
    if isinstance(channel, TeamsChannel):
        return TeamsWebhook(
            channel, connection, district_name=district_name, pause=pause, clock=clock
        )
    return PsaDesk(channel, connection, district_name=district_name, pause=pause, clock=clock)
