"""Paging while others write: nothing that stays is lost, in either way of paging."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.simulators.edfi import Behaviour, Fault, Running, serve
from include.errors import CountMismatchError, ProtocolError
from include.records import FeedKind, Seen, Told, Upsert
from tests.sources.edfi.helpers import (
    PATH,
    STUDENTS,
    client_for,
    full,
    keys,
    read,
    record_id,
    store_of,
    student,
)

EVERYONE = {record_id(n) for n in range(95)}


def test_every_row_comes_exactly_once(server: Running) -> None:
    stream = full(client_for(server))
    found = keys(read(stream), Upsert)
    assert sorted(found) == sorted(EVERYONE)
    assert (stream.kind, stream.told()) == (FeedKind.SNAPSHOT, Told(95, "0"))


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20])
def test_edges_of_a_page(behaviour: Behaviour, count: int) -> None:
    with serve(store_of(count, behaviour), behaviour) as server:
        assert len(keys(read(full(client_for(server))), Upsert)) == count


def test_a_collection_without_rows_never_deletes_and_is_read_whole_next_time(
    behaviour: Behaviour,
) -> None:
    with serve(store_of(0, behaviour), behaviour) as server:
        stream = full(client_for(server))
        assert read(stream) == []
        assert (stream.kind, stream.told()) == (FeedKind.DELTA, Told(0, None))


def test_offset_reads_are_one_after_the_other_and_backward() -> None:
    behaviour = Behaviour(version="5.4")
    with serve(store_of(95, behaviour), behaviour) as server:
        read(full(client_for(server, threads=4)))
        offsets = [
            int(path.split("offset=")[1].split("&")[0])
            for path in server.requests
            if "offset=" in path
        ]
    assert offsets == sorted(offsets, reverse=True)
    assert offsets[-1] == 0


@pytest.mark.parametrize("paging", ["cursor", "offset"])
def test_rows_that_shift_between_pages_are_not_lost(paging: str) -> None:
    behaviour = Behaviour(version="7.3")
    store = store_of(95)
    with serve(store, behaviour) as server:
        gone = [record_id(3), record_id(94), record_id(50)]

        def shift() -> None:
            store.upsert("students", student(1000 + len(store.ids("students"))))
            if gone:
                store.delete("students", gone.pop())

        server.faults.add(Fault("mutate", match=PATH, after=2, times=3, action=shift))
        changes = read(full(client_for(server, paging=paging)))
    found = keys(changes, Upsert)
    assert EVERYONE - {record_id(3), record_id(94), record_id(50)} <= set(found)
    assert len(found) == len(set(found))


def test_a_row_changed_while_we_read_is_seen_and_so_not_deleted(server: Running) -> None:
    def change() -> None:
        server.store.upsert("students", student(7, middleName="New"))

    # after the ceiling was taken and the rows were counted, before the first page
    server.faults.add(Fault("mutate", match=PATH, after=1, action=change))
    changes = read(full(client_for(server)))
    assert record_id(7) not in keys(changes, Upsert)
    assert keys(changes, Seen) == [record_id(7)]


def test_more_threads_read_the_same_rows_by_partition() -> None:
    store = store_of(12_000)
    with serve(store) as server:
        changes = read(full(client_for(server, page_size=500, threads=3)))
        assert any("/partitions?" in path for path in server.requests)
    assert sorted(keys(changes, Upsert)) == sorted(store.ids("students"))
    upserts = [change for change in changes if isinstance(change, Upsert)]
    assert any(upsert.source_ref.startswith("partition 2 page 1 row") for upsert in upserts)


def test_source_ref_tells_page_row_and_place(behaviour: Behaviour) -> None:
    with serve(store_of(25, behaviour), behaviour) as server:
        upserts = [c for c in read(full(client_for(server))) if isinstance(c, Upsert)]
    refs = {upsert.source_ref for upsert in upserts}
    expected = "page 1 row 5, offset 20" if behaviour.version == "5.4" else "page 1 row 5"
    assert expected in refs


@pytest.mark.parametrize("lie", [5, -50])
def test_a_wrong_total(server: Running, lie: int) -> None:
    server.faults.add(Fault("count", match="totalCount", by=lie, times=99))
    if lie > 0:
        with pytest.raises(CountMismatchError, match=r"95 rows.*100"):
            read(full(client_for(server)))
    else:  # too low: the pages themselves tell where the end is
        assert set(keys(read(full(client_for(server))), Upsert)) == EVERYONE


def test_a_lower_page_size_of_the_host_is_respected(behaviour: Behaviour) -> None:
    behaviour.max_limit = 30
    with serve(store_of(95, behaviour), behaviour) as server:
        assert set(keys(read(full(client_for(server, page_size=500))), Upsert)) == EVERYONE


def test_cursor_paging_that_the_host_lacks_is_an_error_when_demanded() -> None:
    behaviour = Behaviour(version="5.4")
    with serve(store_of(5, behaviour), behaviour) as server:
        with pytest.raises(ProtocolError, match="Next-Page-Token"):
            read(full(client_for(server, paging="cursor")))


def test_without_change_queries_a_full_read_survives_shifts() -> None:
    behaviour = Behaviour(version="5.4", change_queries=False)
    store = store_of(95, behaviour)
    numbers = iter(range(1000, 2000))
    with serve(store, behaviour) as server:

        def insert() -> None:
            for _ in range(15):
                store.upsert("students", student(next(numbers)))

        server.faults.add(Fault("mutate", match=PATH, after=3, times=3, action=insert))
        client = client_for(server)
        assert client.newest_change_version() is None
        stream = full(client)
        found = keys(read(stream), Upsert)
    assert set(found) >= EVERYONE
    assert stream.told().watermark is None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(0, 60),
    page_size=st.integers(1, 12),
    way=st.sampled_from(["7.3 cursor", "7.3 offset", "5.4 offset", "5.4 off"]),
    weights=st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
)
def test_whatever_happens_between_pages_nothing_that_stays_is_lost(
    seed: int, count: int, page_size: int, way: str, weights: tuple[int, int, int]
) -> None:
    version, paging = way.split()
    behaviour = Behaviour(
        version="7.3" if version == "7.3" else "5.4", change_queries=paging != "off"
    )
    store = store_of(count, behaviour)
    chance = random.Random(seed)
    present = set(store.ids("students"))
    staying, numbers = set(present), iter(range(1000, 10_000))

    def write() -> None:
        """Between any two requests: inserts, deletes and updates, in random places."""
        kinds = ["insert"] * weights[0] + ["delete"] * weights[1] + ["update"] * weights[2]
        for kind in chance.choices(kinds, k=chance.randint(0, 6)) if kinds else []:
            if kind == "insert":
                present.add(store.upsert("students", student(next(numbers))))
            elif present:
                victim = chance.choice(sorted(present))
                if kind == "delete":
                    store.delete("students", victim)
                    present.discard(victim)
                    staying.discard(victim)
                else:
                    store.upsert("students", {**store.tables["students"].rows[victim].record})

    with serve(store, behaviour) as server:
        # writers are busy for 40 requests; then the night is quiet
        server.faults.add(Fault("mutate", match=PATH, after=1, times=40, action=write))
        client = client_for(
            server,
            page_size=page_size,
            paging="cursor" if paging == "cursor" else "offset",
        )
        stream = full(client, STUDENTS)
        try:
            changes = read(stream)
        except CountMismatchError:
            # without a ceiling the totals are a guess; the load stops and nothing is lost
            assert paging == "off"
            return
    found = keys(changes, Upsert)
    assert staying <= set(found) | set(keys(changes, Seen))
    assert len(found) == len(set(found))
