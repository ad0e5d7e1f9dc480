"""What a signal raises, told to a library that only knows Ctrl-C.

A scheduler's time limit is a signal whose handler raises an exception of its own. dbt winds down on
KeyboardInterrupt alone: it then cancels its queries. Whatever else hits it leaves them running on
the server, where the next attempt waits for their locks.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGALRM, signal.SIGTERM)


@dataclass(slots=True)
class Interruption:
    """What a handler raised, or None."""

    cause: BaseException | None = None


@contextmanager
def as_keyboard_interrupt() -> Iterator[Interruption]:
    """Let exceptions of signal handlers arrive as KeyboardInterrupt within the `with` block.

    The original is kept for the caller to raise. Outside the main thread no handler ever runs, so
    there is nothing to do.
    """
    found = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return

    def wrapped(handler: Any) -> Any:
        def handle(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except BaseException as error:
                found.cause = error
                raise KeyboardInterrupt from error

        return handle

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, wrapped(handler))
    try:
        yield found
    finally:
        for number, handler in before.items():
            # a handler that was set outside Python cannot be set again from here: it was left alone
            if callable(handler):
                signal.signal(number, handler)
