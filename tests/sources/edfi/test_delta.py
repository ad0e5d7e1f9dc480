"""Changes since a version: rows, deletes and key changes under one ceiling."""

from __future__ import annotations

from typing import Any

import pytest

from demo.simulators.edfi import Behaviour, Fault, Running, serve
from include.errors import AuthenticationError, ProtocolError, WatermarkError
from include.records import Change, FeedKind, KeyChange, Reject, Told, Tombstone, Upsert
from include.sources import edfi
from include.sources.edfi.resources import Resource
from tests.sources.edfi.helpers import (
    PATH,
    STUDENTS,
    client_for,
    keys,
    read,
    record_id,
    store_of,
    student,
)


def delta(client: edfi.Client, since: int, resource: Resource = STUDENTS) -> edfi.EdfiStream:
    return edfi.open_stream(client, resource, ceiling=client.newest_change_version(), since=since)


def apply(state: dict[str, dict[str, Any]], changes: list[Change]) -> None:
    """What a landing does with the changes, in the plainest form."""
    for change in changes:
        if isinstance(change, Upsert):
            state[change.key] = change.payload
        elif isinstance(change, Tombstone):
            state.pop(change.key, None)
        elif isinstance(change, KeyChange):
            state[change.key].update(change.new)


def test_rows_from_before_change_tracking_come_with_the_first_load_only(server: Running) -> None:
    client = client_for(server)
    first = edfi.open_stream(client, STUDENTS, ceiling=0, since=None)
    assert len(keys(read(first), Upsert)) == 95
    server.store.upsert("students", student(1, middleName="New"))
    second = delta(client, since=0)
    assert keys(read(second), Upsert) == [record_id(1)]
    assert (second.kind, second.told()) == (FeedKind.DELTA, Told(1, "1"))


def test_loads_in_sequence_end_in_the_state_of_the_source(server: Running) -> None:
    client, store, state = client_for(server), server.store, {}
    apply(state, read(edfi.open_stream(client, STUDENTS, ceiling=0, since=None)))
    since = 0
    for night in range(3):
        for number in range(night * 20, night * 20 + 15):
            store.upsert("students", student(number, middleName=f"night {night}"))
        store.delete("students", record_id(90 - night))
        store.change_key("students", record_id(80 - night), {"studentUniqueId": f"R{night}"})
        store.upsert("students", student(500 + night))
        stream = delta(client, since)
        apply(state, read(stream))
        assert stream.told().watermark is not None
        since = int(stream.told().watermark)
        expected = {row.id: row.record for row in store.tables["students"].rows.values()}
        assert set(state) == set(expected)
        names = ("studentUniqueId", "middleName")
        for key, record in expected.items():
            assert [state[key].get(n) for n in names] == [record.get(n) for n in names]


def test_key_changes_come_first_and_a_recreated_record_outlives_its_delete(
    server: Running,
) -> None:
    store = server.store
    store.change_key("students", record_id(5), {"studentUniqueId": "NEW"})
    store.delete("students", record_id(6))
    store.upsert("students", student(6))
    changes = read(delta(client_for(server), since=0))
    assert [type(change).__name__ for change in changes] == [
        "KeyChange",
        "Tombstone",
        "Upsert",
        "Upsert",
    ]
    assert isinstance(changes[0], KeyChange)
    assert (changes[0].old, changes[0].new) == (
        {"studentUniqueId": "S00005"},
        {"studentUniqueId": "NEW"},
    )
    state: dict[str, dict[str, Any]] = {record_id(5): {}}
    apply(state, changes)
    assert record_id(6) in state


def test_many_deletes_are_paged_and_all_arrive(server: Running) -> None:
    for number in range(45):
        server.store.delete("students", record_id(number))
    assert sorted(keys(read(delta(client_for(server), since=0)), Tombstone)) == sorted(
        record_id(number) for number in range(45)
    )


@pytest.mark.parametrize("count", [3, 25])
def test_the_newest_of_several_key_changes_of_one_record_has_the_last_word(
    server: Running, count: int
) -> None:
    for number in range(count):
        server.store.change_key("students", record_id(1), {"studentUniqueId": f"N{number}"})
    changes = [c for c in read(delta(client_for(server), since=0)) if isinstance(c, KeyChange)]
    assert changes[-1].new["studentUniqueId"] == f"N{count - 1}"
    if count <= 10:  # one page: every step arrives
        assert [change.new["studentUniqueId"] for change in changes] == ["N0", "N1", "N2"]


def test_changes_beyond_the_ceiling_wait_for_the_next_run(server: Running) -> None:
    server.store.upsert("students", student(1, middleName="New"))
    client = client_for(server)
    stream = delta(client, since=0)
    server.store.upsert("students", student(2, middleName="Later"))
    server.store.delete("students", record_id(3))
    assert len(read(stream)) == 1
    assert stream.told().watermark == "1"
    assert len(read(delta(client, since=1))) == 2


def test_nothing_new_needs_no_request(server: Running) -> None:
    server.store.upsert("students", student(1))
    client = client_for(server)
    client.newest_change_version()
    before = len(server.requests)
    stream = edfi.open_stream(client, STUDENTS, ceiling=1, since=1)
    assert read(stream) == []
    assert (stream.kind, stream.told()) == (FeedKind.DELTA, Told(0, "1"))
    assert len(server.requests) == before


def test_versions_that_went_backwards_stop_the_run(server: Running) -> None:
    with pytest.raises(WatermarkError, match=r"newest change version 0.*full_refresh"):
        delta(client_for(server), since=7)


def test_an_old_run_repeated_after_a_newer_one_changes_nothing(server: Running) -> None:
    for number in range(5):
        server.store.upsert("students", student(number))
    stream = edfi.open_stream(client_for(server), STUDENTS, ceiling=2, since=5)
    assert read(stream) == []
    assert (stream.kind, stream.told().watermark) == (FeedKind.DELTA, "5")


def test_a_key_without_read_changes_is_told_apart(server: Running) -> None:
    server.behaviour.read_changes = False
    server.store.upsert("students", student(1))
    with pytest.raises(AuthenticationError, match=r"students/.*claim set.*ReadChanges"):
        read(delta(client_for(server), since=0))


def test_missing_deletes_stop_because_a_deletion_would_be_lost(server: Running) -> None:
    server.behaviour.deletes_absent.add("students")
    server.store.upsert("students", student(1))
    with pytest.raises(ProtocolError, match=r"students/deletes.*full_refresh"):
        read(delta(client_for(server), since=0))


def test_a_delete_without_an_id_is_rejected_and_the_rest_goes_on(server: Running) -> None:
    server.store.delete("students", record_id(1))
    server.store.delete("students", record_id(2))
    del server.store.tables["students"].deletes[0]["id"]
    changes = read(delta(client_for(server), since=0))
    assert keys(changes, Tombstone) == [record_id(2)]
    assert [c.reason for c in changes if isinstance(c, Reject)] == ["delete_without_id"]


def test_an_optional_resource_that_is_absent_leaves_what_we_hold(server: Running) -> None:
    optional = next(r for r in edfi.RESOURCES if r.name == "studentDemographics")
    stream = edfi.open_stream(client_for(server), optional, ceiling=0, since=None)
    assert stream.absent
    assert read(stream) == []
    assert (stream.kind, stream.told()) == (FeedKind.DELTA, Told(None, None))


def test_bad_rows_are_rejected_with_their_place_and_the_rest_goes_on(
    behaviour: Behaviour,
) -> None:
    store = store_of(3, behaviour)
    rows = store.tables["students"].rows
    rows[record_id(0)].record = {"studentUniqueId": "1", "telephones": ["private"]}
    rows[record_id(1)].record = {"id": "not-an-id", "studentUniqueId": "2"}
    with serve(store, behaviour) as server:
        changes = read(edfi.open_stream(client_for(server), STUDENTS, ceiling=0, since=None))
    rejects = [change for change in changes if isinstance(change, Reject)]
    assert keys(changes, Upsert) == [record_id(2)]
    assert [(r.reason, r.column) for r in rejects] == [("bad_id", "id"), ("bad_id", "id")]
    assert all("row" in reject.source_ref for reject in rejects)
    assert not any("telephones" in (reject.payload or {}) for reject in rejects)
    assert not any("not-an-id" in reject.detail for reject in rejects)


def test_rows_that_are_deleted_while_a_delta_is_read_do_not_fail_the_count(
    server: Running,
) -> None:
    for number in range(30):
        server.store.upsert("students", student(number, middleName="New"))

    server.faults.add(
        Fault(
            "mutate",
            match=f"{PATH}?",
            after=2,
            action=lambda: server.store.delete("students", record_id(0)),
        )
    )
    stream = delta(client_for(server), since=0)
    assert len(keys(read(stream), Upsert)) in {29, 30}
    assert stream.told().source_count == 29
