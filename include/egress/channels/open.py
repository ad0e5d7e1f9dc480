"""From a district's channel setting to an open line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from include.config import Channel, TeamsChannel
from include.connections import Connection
from include.egress.channels.base import Line
from include.egress.channels.psa import PsaLine
from include.egress.channels.teams import TeamsLine


def open_line(
    channel: Channel,
    connection: Connection,
    *,
    district_name: str,
    pause: Callable[[], None],
    clock: Callable[[], datetime],
) -> Line:
    """The line of one channel; raises ConfigError for a connection that cannot be right."""
    if isinstance(channel, TeamsChannel):
        return TeamsLine(channel, connection, district_name=district_name, pause=pause, clock=clock)
    return PsaLine(channel, connection, district_name=district_name, pause=pause, clock=clock)
