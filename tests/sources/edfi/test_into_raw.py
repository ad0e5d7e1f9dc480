"""Ed-Fi feeds through the real landing into a real Postgres: raw ends as the source stands."""

from __future__ import annotations

from datetime import date

import psycopg

from demo.simulators.edfi import Fault, Running
from include import landing
from include.records import DeletePolicy, RunContext
from include.sources import edfi
from tests.sources.edfi.helpers import PATH, STUDENTS, client_for, record_id, student

RUN = RunContext("test", date(2022, 5, 27), "run", "test")
VOLATILE = frozenset({"_etag", "_lastModifiedDate"})


def load(dsn: str, client: edfi.Client, *, full: bool = False) -> landing.LoadResult:
    stored = None if full else landing.read_watermark(dsn, STUDENTS.feed)
    since = None if stored is None else int(stored)
    ceiling = client.newest_change_version()
    stream = edfi.open_stream(client, STUDENTS, ceiling=ceiling, since=since)
    request = landing.LoadRequest(
        feed=STUDENTS.feed,
        kind=stream.kind,
        window=f"{since}-{ceiling}",
        run=RUN,
        delete_policy=DeletePolicy(),
        volatile=VOLATILE,
    )
    return landing.land(dsn, stream, request)


def current(dsn: str) -> dict[str, tuple[str, str | None]]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select record_key, payload->>'studentUniqueId', payload->>'middleName'"
            " from raw.edfi__students where superseded_by is null and not is_deleted"
        ).fetchall()
    return {key: (unique_id, middle_name) for key, unique_id, middle_name in rows}


def held(server: Running) -> dict[str, tuple[str, str | None]]:
    return {
        row.id: (row.record["studentUniqueId"], row.record.get("middleName"))
        for row in server.store.tables["students"].rows.values()
    }


def test_nights_in_a_row_keep_raw_equal_to_the_source(server: Running, database_url: str) -> None:
    landing.prepare(database_url, [STUDENTS.feed])
    client, store = client_for(server), server.store
    assert load(database_url, client).rows_new == 95
    assert current(database_url) == held(server)

    store.upsert("students", student(1, middleName="Changed"))
    store.upsert("students", student(200))
    store.delete("students", record_id(2))
    store.change_key("students", record_id(3), {"studentUniqueId": "RENAMED"})
    store.delete("students", record_id(4))
    store.upsert("students", student(4, middleName="Back"))
    second = load(database_url, client)
    assert current(database_url) == held(server)
    assert (second.rows_new, second.rows_deleted) == (1, 1)
    assert landing.read_watermark(database_url, STUDENTS.feed) == str(store.newest)

    assert load(database_url, client).rows_changed == 0
    again = load(database_url, client, full=True)
    assert (again.rows_new, again.rows_changed, again.rows_deleted) == (0, 0, 0)


def test_rows_that_change_during_a_full_read_are_not_deleted(
    server: Running, database_url: str
) -> None:
    landing.prepare(database_url, [STUDENTS.feed])
    client = client_for(server)
    load(database_url, client)
    server.faults.add(
        Fault(
            "mutate",
            match=PATH,
            after=2,
            action=lambda: [
                server.store.upsert("students", student(n, middleName="Late")) for n in range(40)
            ],
        )
    )
    assert load(database_url, client, full=True).rows_deleted == 0
    load(database_url, client)
    assert current(database_url) == held(server)
