"""Extraction and landing of a very large Ed-Fi resource: the memory of the reading process.

Three processes: the benchmark, the simulated ODS/API, which makes its records on demand, and the
reader, which is the one that is measured.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date

from bench.landing_report import Memory
from bench.landing_workload import VOLATILE, attendance_event
from bench.peak import peak_mb
from bench.scratch import fresh_database
from demo.simulators.edfi.server import KEY, SECRET, serve
from demo.simulators.edfi.store import Store
from include import landing
from include.connections import Connection
from include.records import Change, RunContext, Told
from include.sources import edfi
from include.sources.edfi.config import EdfiConfig

_NAME = "studentSchoolAttendanceEvents"
_RESOURCE = next(resource for resource in edfi.RESOURCES if resource.name == _NAME)
_RUN = RunContext("bench", date(2026, 1, 15), "bench", "bench")
_LOADS = ("loaded", "unchanged")  # a first load, and the same again


def measure(server_url: str, count: int) -> Memory:
    """Peak memory of a process that reads and lands `count` records twice."""
    dsn = fresh_database(server_url, "memory_bench")
    landing.prepare(dsn, [_RESOURCE.feed])
    with _process("serve", str(count)) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        started = time.perf_counter()
        with _process("read", dsn, url, str(count)) as reader:
            assert reader.stdout is not None
            peaks = [int(line) for line in reader.stdout]
            if reader.wait() != 0:
                raise SystemExit("the reading process failed; its message stands above")
    seconds = time.perf_counter() - started
    return Memory("Ed-Fi to raw, first and again", len(_LOADS) * count, seconds, peaks)


@contextlib.contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of this module; the end of its input ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.edfi_memory", *arguments],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _serve(count: str) -> None:
    store = Store("aggregate")
    store.generate(
        _NAME, int(count), lambda number: attendance_event(random.Random(number), number)
    )
    with serve(store) as running:
        _say(running.url)
        sys.stdin.read()


class _Watched:
    """A feed that prints the peak memory of its process every tenth of the way."""

    def __init__(self, stream: edfi.EdfiStream, count: int) -> None:
        self._stream, self._every = stream, count // 10

    def batches(self) -> Iterator[list[Change]]:
        passed = 0
        for batch in self._stream.batches():
            yield batch
            before, passed = passed, passed + len(batch)
            if passed // self._every > before // self._every:
                _say(str(peak_mb()))

    def told(self) -> Told:
        return self._stream.told()


def _read(dsn: str, url: str, count: str) -> None:
    connection = Connection("bench", host=url, login=KEY, password=SECRET)
    client = edfi.Client(connection, EdfiConfig(kind="edfi", connection="bench"))
    for expected in _LOADS:
        stream = edfi.open_stream(
            client, _RESOURCE, ceiling=client.newest_change_version(), since=None
        )
        request = landing.LoadRequest(_RESOURCE.feed, stream.kind, "full", _RUN, volatile=VOLATILE)
        result = landing.land(dsn, _Watched(stream, int(count)), request)
        if (result.status, result.rows_seen) != (expected, int(count)):
            raise SystemExit(f"seen {result}, expected {count} rows, {expected}")
        _say(str(peak_mb()))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(*sys.argv[2:])
    else:
        _read(*sys.argv[2:])
