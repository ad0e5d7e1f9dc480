"""A least time between two requests: PowerSchool serves a district's own people too."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Pace:
    """Waits before a request that comes too soon after the last one. Thread-safe."""

    def __init__(
        self, interval_s: float, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._interval_s, self._clock, self._sleep = interval_s, clock, sleep
        self._next = float("-inf")
        self._lock = threading.Lock()

    def keep(self) -> None:
        with self._lock:
            now = self._clock()
            # a clock that was set back must not make us wait for long
            wait = min(max(self._next - now, 0.0), self._interval_s)
            self._next = now + wait + self._interval_s
        if wait:
            self._sleep(wait)
