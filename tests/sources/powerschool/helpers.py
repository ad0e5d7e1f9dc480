"""Short hands for the PowerSchool tests: a small database, and requests as a plugin sends them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import requests

from demo.simulators.powerschool import Running, Store, install
from include.connections import Connection
from include.records import Change
from include.sources.powerschool.client import Client
from include.sources.powerschool.config import PowerSchoolConfig
from include.sources.powerschool.cursor import Cursor
from include.sources.powerschool.stream import PowerSchoolStream
from include.sources.powerschool.tables import TABLES, Table

PLUGIN = install(Path(__file__).parents[3] / "include/sources/powerschool/plugin")
QUERY = "/ws/schema/query/org.firstbell.sis"


def student(number: int, **more: Any) -> dict[str, Any]:
    return {
        "dcid": number + 100,
        "id": number,
        "student_number": str(90_000 + number),
        "first_name": f"Test{number}",
        "last_name": "Student",
        "dob": "2015-03-04",
        "ssn": "000-00-0000",
        "grade_level": 5,
        "schoolid": 12,
        "enrollment_schoolid": 12,
        "enroll_status": 0,
        "entrydate": "2026-08-19",
        "exitdate": "2027-05-28",
        "transaction_date": f"2026-09-01 08:00:{number % 60:02}",
        **more,
    }


def store_of(count: int, store: Store | None = None) -> Store:
    """A database with that many students and the setup of one school."""
    store = store or Store()
    store.load("students", (student(n) for n in range(1, count + 1)))
    store.load("schools", [{"dcid": 1, "id": 1, "school_number": 12, "district_number": "990100"}])
    store.load("schools", [{"dcid": 9, "id": 9, "school_number": 999999}])
    year = {"yearid": 36, "firstday": "2026-08-19", "lastday": "2027-05-27", "isyearrec": 1}
    store.load("terms", [{"dcid": 1, "id": 3600, "schoolid": 12, "portion": 1, **year}])
    store.load("calendar_day", [{"dcid": 1, "id": 1, "schoolid": 12, "date_value": "2026-08-19"}])
    return store


def bearer(server: Running) -> str:
    answer = requests.post(
        f"{server.url}/oauth/access_token",
        data={"grant_type": "client_credentials"},
        auth=(server.client, server.secret),
        timeout=5,
    )
    return str(answer.json()["access_token"])


def get(server: Running, path: str, **headers: str) -> requests.Response:
    told = {"Accept": "application/json", "Authorization": f"Bearer {bearer(server)}", **headers}
    return requests.get(f"{server.url}{path}", headers=told, timeout=5)


def post(server: Running, path: str, body: dict[str, Any]) -> requests.Response:
    told = {"Accept": "application/json", "Authorization": f"Bearer {bearer(server)}"}
    return requests.post(f"{server.url}{path}", json=body, headers=told, timeout=5)


TODAY = date(2026, 11, 20)
VALUES = {"first_yearid": 0, "first_day": "1900-01-01", "log_type": -100000}


def table(name: str) -> Table:
    return next(found for found in TABLES if found.name == name)


STUDENTS = table("students")


def no_sleep(seconds: float) -> None:
    """Retries in tests do not wait."""


def config_of(**options: Any) -> PowerSchoolConfig:
    options = {"min_interval_s": 0, "timeout_s": 5, "district_number": "990100", **options}
    return PowerSchoolConfig(connection="test_powerschool", **options)


def connection_of(running: Running, *, secret: str | None = None, **extra: Any) -> Connection:
    return Connection(
        "test_powerschool",
        host=running.url,
        login=running.client,
        password=secret or running.secret,
        extra=extra,
    )


def client_for(
    running: Running,
    *,
    sleep: Callable[[float], None] = no_sleep,
    clock: Callable[[], float] = lambda: 0.0,
    secret: str | None = None,
    tokens: Path | None = None,
    **options: Any,
) -> Client:
    connection = connection_of(running, secret=secret)
    return Client(connection, config_of(**options), sleep=sleep, clock=clock, tokens=tokens)


def stream(
    client: Client, of: Table = STUDENTS, *, since: str | None = None, today: date = TODAY
) -> PowerSchoolStream:
    cursor = Cursor.parse(since) if since else None
    return PowerSchoolStream(client, of, VALUES, today=today, since=cursor)


def read(found: PowerSchoolStream) -> list[Change]:
    return [change for batch in found.batches() for change in batch]


def keys(changes: list[Change], kind: type) -> list[str]:
    return [change.key for change in changes if isinstance(change, kind)]  # type: ignore[union-attr,misc]
