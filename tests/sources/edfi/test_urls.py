"""Discovery drives every URL; snapshots are asked for by header."""

from __future__ import annotations

import pytest

from demo.simulators.edfi import Behaviour, serve
from include.connections import Connection
from include.errors import ConfigError, ProtocolError
from include.net.address import base_url
from include.records import Upsert
from include.sources import edfi
from include.sources.edfi.config import EdfiConfig
from tests.sources.edfi.helpers import client_for, full, keys, read, store_of, student


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(version="7.3", context="tenant1/2023"), id="tenant and context"),
        pytest.param(Behaviour(version="5.4", year=2022), id="year-specific"),
        pytest.param(Behaviour(version="7.3", links=False), id="without links"),
    ],
)
def test_every_layout_of_urls_is_read_from_discovery(behaviour: Behaviour) -> None:
    with serve(store_of(30, behaviour), behaviour) as server:
        assert len(keys(read(full(client_for(server))), Upsert)) == 30


def test_placeholders_of_a_multi_tenant_root_say_what_to_set() -> None:
    behaviour = Behaviour(version="7.3", context="tenant1/2023")
    with serve(store_of(3), behaviour) as server:
        root = server.url.removesuffix("/tenant1/2023")
        connection = Connection("c", host=root, login=server.key, password=server.secret)
        with pytest.raises(ConfigError, match=r"\{tenantIdentifier\}.*extra `path`"):
            full(edfi.Client(connection, EdfiConfig(kind="edfi", connection="c")))
        with_path = Connection(
            "c",
            host=root,
            login=server.key,
            password=server.secret,
            extra={"path": "tenant1/2023"},
        )
        with_context = Connection(
            "c",
            host=root,
            login=server.key,
            password=server.secret,
            extra={"context": {"tenantIdentifier": "tenant1", "schoolYearFromRoute": 2023}},
        )
        for connection in (with_path, with_context):
            client = edfi.Client(connection, EdfiConfig(kind="edfi", connection="c"))
            assert len(keys(read(full(client)), Upsert)) == 3


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        (Connection("c", host="edfi.example.org"), "https://edfi.example.org"),
        (Connection("c", host="edfi.example.org", port=8443), "https://edfi.example.org:8443"),
        (Connection("c", host="127.0.0.1", schema="http"), "http://127.0.0.1"),
        (Connection("c", host="https://x.org/api/"), "https://x.org/api"),
        (Connection("c", host="https://x.org/api", port=81), "https://x.org:81/api"),
        (Connection("c", host="x.org", extra={"path": "/t/2023/"}), "https://x.org/t/2023"),
    ],
)
def test_base_url_of_a_connection(connection: Connection, expected: str) -> None:
    assert base_url(connection) == expected


def test_version_keys_in_any_case(behaviour: Behaviour) -> None:
    store = store_of(0, behaviour)
    with serve(store, behaviour) as server:
        store.upsert("students", student(1))
        assert client_for(server).newest_change_version() == 1


def test_a_snapshot_is_used_when_the_district_asks(behaviour: Behaviour) -> None:
    behaviour.snapshot_exists = True
    with serve(store_of(30, behaviour), behaviour) as server:
        assert len(keys(read(full(client_for(server, use_snapshot=True))), Upsert)) == 30


def test_a_missing_snapshot_says_so(behaviour: Behaviour) -> None:
    with serve(store_of(30, behaviour), behaviour) as server:
        with pytest.raises(ProtocolError, match=r"snapshot.*use_snapshot: false"):
            full(client_for(server, use_snapshot=True))


def test_a_snapshot_that_vanishes_says_so(behaviour: Behaviour) -> None:
    behaviour.snapshot_exists = True
    with serve(store_of(30, behaviour), behaviour) as server:
        stream = full(client_for(server, use_snapshot=True))
        behaviour.snapshot_exists = False
        with pytest.raises(ProtocolError, match="the snapshot is missing"):
            read(stream)


def test_missing_credentials_are_found_before_any_request() -> None:
    with pytest.raises(ConfigError, match="login"):
        edfi.Client(Connection("c", host="x"), EdfiConfig(kind="edfi", connection="c"))
