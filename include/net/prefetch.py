"""Read ahead in threads, a few pages and no more, so that memory does not grow with the feed."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
_POLL_S = 0.1


class _Failed(Generic[T]):
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Done:
    pass


def read_ahead(parts: list[Callable[[], Iterator[T]]], *, threads: int, depth: int) -> Iterator[T]:
    """Items of all parts; each part is read by one thread, in its own order.

    At most `depth` items wait. An error in any part ends the whole; closing the iterator stops
    the threads.
    """
    waiting: deque[Callable[[], Iterator[T]]] = deque(parts)
    out: queue.Queue[T | _Failed[T] | _Done] = queue.Queue(maxsize=depth)
    stop = threading.Event()

    def put(item: T | _Failed[T] | _Done) -> bool:
        while not stop.is_set():
            try:
                out.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            while not stop.is_set():
                try:
                    part = waiting.popleft()
                except IndexError:
                    break
                for item in part():
                    if not put(item):
                        return
        except BaseException as error:  # noqa: BLE001 - raised again in the reading thread
            put(_Failed(error))
        finally:
            put(_Done())

    workers = [
        threading.Thread(target=work, name=f"source-read-{n}", daemon=True)
        for n in range(min(threads, len(parts)))
    ]
    for worker in workers:
        worker.start()
    running = len(workers)
    try:
        while running:
            item = out.get()
            if isinstance(item, _Done):
                running -= 1
            elif isinstance(item, _Failed):
                raise item.error
            else:
                yield item
    finally:
        stop.set()
