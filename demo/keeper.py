"""Keep Airflow up: `python -m demo.keeper`, one of the demo's own processes.

A part of Airflow that loses its database ends, and nothing starts it again (Airflow 3.3.2). On a
server of one's own a supervisor does this work: docs/server.md.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from demo import airflow
from demo.processes import Processes
from demo.runtime import current

NAME = "keeper"
_LOOK_SECONDS = 2.0
# What lasts, as a database that is away, must not be met with a start every two seconds.
_LONGEST_PAUSE = 60.0
# After that long a part counts as well again.
_WELL_SECONDS = 300.0
_LOG_BYTES = 5_000_000


@dataclass
class Keeper:
    """Starts again what has ended, at growing intervals."""

    is_running: Callable[[str], bool]
    start: Callable[[str], None]
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _starts: dict[str, list[float]] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)

    def look(self, names: Collection[str]) -> None:
        """Look at each part once."""
        for name in names:
            if self.is_running(name):
                self._ended.discard(name)
                continue
            now, starts = self.clock(), self._starts.setdefault(name, [])
            if name not in self._ended:
                self._ended.add(name)
                if starts and now - starts[-1] > _WELL_SECONDS:
                    starts.clear()
            pause = min(_LONGEST_PAUSE, 2.0 ** len(starts)) if starts else 0.0
            if starts and now - starts[-1] < pause:
                continue
            self.say(f"{name} has ended (its log: {name}.log); started again")
            starts.append(now)
            self.start(name)


def shorten(path: Path, most: int = _LOG_BYTES) -> bool:
    """Move the text of a log that has grown beyond `most` bytes to `<name>.1`; returns whether.

    The writer keeps its open file: it appends, so that an emptied file begins anew.
    """
    if path.stat().st_size <= most:
        return False
    path.with_name(f"{path.name}.1").write_bytes(path.read_bytes())
    os.truncate(path, 0)
    return True


def shorten_all(logs: Path) -> None:
    """Shorten what the demo's processes write, and what the DAG processor writes of each file."""
    for log in (*logs.glob("*.log"), *logs.glob("tasks/dag_processor/**/*.log")):
        shorten(log)


def main() -> None:
    """Look after Airflow's parts and the logs until somebody ends this process."""
    runtime = current()
    processes = Processes(runtime.processes, runtime.logs)

    def say(sentence: str) -> None:
        sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {sentence}\n")
        sys.stdout.flush()

    keeper = Keeper(
        is_running=processes.is_running,
        start=lambda name: airflow.start_part(processes, os.environ, name),
        say=say,
    )
    # in the midst of a start it would leave a process that no record names
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.wait(_LOOK_SECONDS):
        try:
            keeper.look(airflow.COMPONENTS)
            shorten_all(runtime.logs)
        except OSError as error:
            # a full disk, a log that is gone: nothing looks after the one who looks
            say(f"{error.strerror or type(error).__name__}; looks again")


if __name__ == "__main__":
    main()
