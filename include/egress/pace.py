"""How fast a channel is used, and when a failed message is tried again.

The pace has two parts: a gap between two requests, kept here, and a number per hour, counted from
the disclosure log. A rate-limiting library would keep its counts in memory and forget them with
each task's process, or bring tables and a pool of its own; the log has the counts already, for
every process.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]

FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 3600.0
# A receiver that takes nothing from us is asked again after this time at the earliest.
BLOCKED_WAIT = timedelta(minutes=15)


class Pace:
    """Keeps a gap between the starts of two requests."""

    def __init__(self, gap_s: float, clock: Clock, sleep: Sleep) -> None:
        self._gap = timedelta(seconds=gap_s)
        self._clock, self._sleep = clock, sleep
        self._last: datetime | None = None

    def __call__(self) -> None:
        """Wait until a request may start, and count it."""
        if self._last is not None:
            wait = (self._last + self._gap - self._clock()).total_seconds()
            if wait > 0:
                self._sleep(wait)
        self._last = self._clock()


def wait_after(attempts: int, retry_after_s: float | None, draw: random.Random) -> timedelta:
    """How long a message rests after its n-th attempt failed: doubling, with up to a quarter more
    so that districts do not come back together, and never less than the receiver asked for."""
    backoff = min(FIRST_WAIT_S * 2 ** max(0, attempts - 1), LONGEST_WAIT_S)
    backoff *= 1 + draw.random() / 4
    return timedelta(seconds=max(backoff if retry_after_s is None else 0.0, retry_after_s or 0.0))
