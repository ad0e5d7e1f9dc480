"""A full disk is named, changes nothing, and the next load brings everything."""

from __future__ import annotations

import json
import tempfile
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from include import landing, night
from include.errors import DiskFullError
from include.landing.locks import exclusive
from tests.landing.support import current, land, last_ledger_row, query, upsert

_FULL = """
    create function raw.full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: student A' using errcode = 'disk_full'; end $$;
    create trigger full_disk before insert on raw.test__things
    for each row execute function raw.full_disk();
"""


def _lose(url: str, connection: psycopg.Connection) -> None:
    """Fail under the lock, on a connection that is gone and does not know it yet."""
    with exclusive(connection, "a test"):
        query(url, "select pg_terminate_backend(%s, 5000)", connection.info.backend_pid)
        raise ValueError("the first")


def test_a_full_warehouse_is_named_and_heals(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1)], stream={"watermark": "5"})
    with psycopg.connect(warehouse) as connection:
        connection.execute(_FULL)
    with pytest.raises(DiskFullError, match="the warehouse's disk is full") as caught:
        land(warehouse, [upsert("a", 2), upsert("b")], stream={"watermark": "9"})
    assert "student A" not in str(caught.value)
    assert last_ledger_row(warehouse)["error_class"] == "DiskFullError"
    assert query(warehouse, "select watermark from ops.watermarks") == [("5",)]
    with psycopg.connect(warehouse) as connection:
        connection.execute("drop trigger full_disk on raw.test__things")
    land(warehouse, [upsert("a", 2), upsert("b")], stream={"watermark": "9"})
    assert current(warehouse) == {"a": {"value": 2}, "b": {"value": 1}}


def test_a_full_working_folder_is_named(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_full_disk(**options: Any) -> Any:
        # every write to it fails as on a full disk
        return open("/dev/full", "w+b", buffering=options["buffering"])

    monkeypatch.setattr(tempfile, "TemporaryFile", on_full_disk)
    with pytest.raises(DiskFullError, match="FIRSTBELL_WORK_DIR"):
        land(warehouse, [upsert("a", "x" * 200_000)])
    assert last_ledger_row(warehouse)["error_class"] == "DiskFullError"


def test_a_server_that_goes_down_does_not_hide_the_first_error(warehouse: str) -> None:
    with psycopg.connect(warehouse, autocommit=True) as connection:
        with pytest.raises(ValueError, match="the first"):
            _lose(warehouse, connection)


def test_a_night_without_a_warehouse_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_GRAND_BEND_WAREHOUSE",
        '{"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "schema": "x"}',
    )
    with pytest.raises(SystemExit) as caught:
        night.main(["--district", "grand_bend", "--as-of", "2022-05-27"])
    said = str(caught.value)
    assert said.startswith("connection grand_bend_warehouse: connection to server at ")
    assert said.endswith("is the server up?")
    assert "\n" not in said


def test_a_night_on_a_full_disk_ends_in_one_sentence(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        with open("/dev/full", "wb", buffering=0) as handle:
            handle.write(b"x")

    monkeypatch.setattr(landing, "prepare", full)
    parts = urlsplit(warehouse)
    connection = {
        "conn_type": "postgres", "host": parts.hostname, "port": parts.port,
        "login": parts.username, "password": parts.password, "schema": parts.path.lstrip("/"),
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_GRAND_BEND_WAREHOUSE", json.dumps(connection))
    with pytest.raises(SystemExit, match=r"working files: the disk of .* is full"):
        night.main(["--district", "grand_bend", "--as-of", "2022-05-27"])
