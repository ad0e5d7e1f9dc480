"""Short hands for the Ed-Fi tests: a district of made-up students, a client, a read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.simulators.edfi import Behaviour, Running, Store
from include.connections import Connection
from include.records import Change
from include.sources import edfi
from include.sources.edfi.config import EdfiConfig

STUDENTS = next(r for r in edfi.RESOURCES if r.name == "students")
PATH = "/ed-fi/students"


def record_id(number: int) -> str:
    return hashlib.md5(f"student {number}".encode()).hexdigest()


def student(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": record_id(number),
        "studentUniqueId": f"S{number:05}",
        "firstName": f"Test{number}",
        "lastSurname": "Student",
        **more,
    }


def store_of(count: int, behaviour: Behaviour | None = None, *, tracked: bool = False) -> Store:
    """A store with that many students, before change tracking unless `tracked`."""
    store = Store("id" if behaviour and behaviour.version == "5.4" else "aggregate")
    store.load("students", (student(n) for n in range(count)), untracked=not tracked)
    return store


def no_sleep(seconds: float) -> None:
    """Retries in tests do not wait."""


def client_for(
    running: Running,
    *,
    sleep: Callable[[float], None] = no_sleep,
    clock: Callable[[], float] = lambda: 0.0,
    secret: str | None = None,
    extra: dict[str, Any] | None = None,
    tokens: Path | None = None,
    **options: Any,
) -> edfi.Client:
    options = {"page_size": 10, "threads": 1, "timeout_s": 5, **options}
    return edfi.Client(
        Connection(
            "test_edfi",
            host=running.url,
            login=running.key,
            password=secret or running.secret,
            extra=extra or {},
        ),
        EdfiConfig(kind="edfi", connection="test_edfi", **options),
        sleep=sleep,
        clock=clock,
        tokens=tokens,
    )


def read(stream: edfi.EdfiStream) -> list[Change]:
    return [change for batch in stream.batches() for change in batch]


def full(client: edfi.Client, resource: edfi.Resource = STUDENTS) -> edfi.EdfiStream:
    return edfi.open_stream(client, resource, ceiling=client.newest_change_version(), since=None)


def keys(changes: list[Change], kind: type) -> list[str]:
    return [change.key for change in changes if isinstance(change, kind)]  # type: ignore[attr-defined]
