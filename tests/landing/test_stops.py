"""What stops a load, and what it leaves behind: data as it was, and a ledger row that says why."""

from __future__ import annotations

import psycopg
import pytest

from include import landing
from include.errors import (
    CountMismatchError,
    EmptyFeedError,
    ServerError,
    StorageError,
    WatermarkError,
)
from include.records import Change, FeedKind, Reject, Seen, Upsert
from tests.landing.support import (
    FEED,
    Breaking,
    current,
    land,
    last_ledger_row,
    query,
    request,
    upsert,
    version_count,
)


@pytest.mark.parametrize(
    "changes", [[], [Reject("bad_date", "column x", "row 1")]], ids=["no rows", "only rejects"]
)
def test_an_empty_snapshot_is_refused(warehouse: str, changes: list[Change]) -> None:
    land(warehouse, [upsert("a")])

    with pytest.raises(EmptyFeedError):
        land(warehouse, changes, FeedKind.SNAPSHOT)

    assert set(current(warehouse)) == {"a"}
    assert last_ledger_row(warehouse)["error_class"] == "EmptyFeedError"


def test_an_empty_file_is_refused_whatever_its_kind(warehouse: str) -> None:
    with pytest.raises(EmptyFeedError):
        land(warehouse, [], file_hash="f" * 64)


def test_a_file_of_rejects_alone_is_not_empty(warehouse: str) -> None:
    result = land(warehouse, [Reject("bad_date", "column x", "row 1")], file_hash="f" * 64)

    assert (result.status, result.rows_rejected) == ("unchanged", 1)
    assert query(warehouse, "select reason from ops.rejects") == [("bad_date",)]


def test_a_delta_without_rows_is_unchanged_and_moves_the_watermark(warehouse: str) -> None:
    result = land(warehouse, [], stream={"watermark": "12"})

    assert result.status == "unchanged"
    assert landing.read_watermark(warehouse, FEED) == "12"


@pytest.mark.usefixtures("first_load_way")
def test_fewer_rows_than_the_source_says_stops_the_load(warehouse: str) -> None:
    # the same row twice is what a shifted page looks like
    with pytest.raises(CountMismatchError, match="2 distinct rows"):
        land(
            warehouse,
            [upsert("a"), upsert("b"), upsert("b")],
            FeedKind.SNAPSHOT,
            stream={"source_count": 3, "watermark": "9"},
        )

    assert version_count(warehouse) == 0
    assert landing.read_watermark(warehouse, FEED) is None
    row = last_ledger_row(warehouse)
    assert (row["status"], row["source_count"]) == ("failed", 3)


@pytest.mark.usefixtures("first_load_way")
def test_rejected_and_seen_rows_count_as_received(warehouse: str) -> None:
    result = land(
        warehouse,
        [
            upsert("a"),
            Seen("b"),
            Reject("bad_row", "row too short", "row 3"),
            Reject("bad_date", "column x", "row 4", key="d"),
            Reject("bad_date", "column y", "row 4", key="d"),
        ],
        FeedKind.SNAPSHOT,
        stream={"source_count": 4},
    )

    assert (result.status, result.source_count) == ("loaded", 4)
    checked = query(warehouse, "select expected, found, is_match from ops.reconciliation")
    assert checked == [(4, 4, True)]


def test_a_delta_whose_watermark_goes_backwards_is_refused(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "10"})

    with pytest.raises(WatermarkError):
        land(
            warehouse, [upsert("a", 2)], stream={"watermark": "9"},
            goes_back=lambda stored, received: int(received) < int(stored),
        )  # fmt: skip

    assert current(warehouse) == {"a": {"value": 1}}


def test_watermarks_that_their_source_does_not_compare_are_only_stored(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "2026-09-30T10:00"})
    land(warehouse, [upsert("a", 2)], stream={"watermark": "2026-09-30T9:00"})

    assert landing.read_watermark(warehouse, FEED) == "2026-09-30T9:00"


def test_a_delta_that_ends_where_the_last_one_ended_loads(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "10"})

    land(warehouse, [upsert("a", 2)], stream={"watermark": "10"})

    assert current(warehouse) == {"a": {"value": 2}}


def test_a_full_read_may_set_the_watermark_back(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "10"})

    land(warehouse, [upsert("a")], FeedKind.SNAPSHOT, stream={"watermark": "3"})

    assert landing.read_watermark(warehouse, FEED) == "3"


@pytest.mark.parametrize("kind", [FeedKind.DELTA, FeedKind.SNAPSHOT])
def test_a_full_read_without_a_watermark_forgets_the_old_one(
    warehouse: str, kind: FeedKind
) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "50"})
    changes = [] if kind is FeedKind.DELTA else [upsert("a")]

    land(warehouse, changes, kind, is_full_read=True)

    assert landing.read_watermark(warehouse, FEED) is None
    land(warehouse, [], stream={"watermark": "20"})
    assert landing.read_watermark(warehouse, FEED) == "20"


def test_a_delta_without_a_watermark_keeps_the_old_one(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "50"})

    land(warehouse, [upsert("b")])

    assert landing.read_watermark(warehouse, FEED) == "50"


def test_a_full_read_that_fails_keeps_the_old_watermark(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": "50"})

    with pytest.raises(CountMismatchError):
        land(warehouse, [], stream={"source_count": 1}, is_full_read=True)

    assert landing.read_watermark(warehouse, FEED) == "50"


@pytest.mark.usefixtures("first_load_way")
def test_a_source_that_breaks_off_leaves_nothing_but_a_ledger_row(warehouse: str) -> None:
    broken = ServerError("test source", seen="500", expected="200", next_step="Run again.")

    with pytest.raises(ServerError):
        landing.land(warehouse, Breaking([[upsert("a")], [upsert("b")]], broken), request())

    assert version_count(warehouse) == 0
    row = last_ledger_row(warehouse)
    assert (row["status"], row["error_class"]) == ("failed", "ServerError")
    assert row["error"] == str(broken)


def test_an_unexpected_error_is_booked_without_its_text(warehouse: str) -> None:
    with pytest.raises(KeyError):
        landing.land(warehouse, Breaking([], KeyError("jane.doe")), request())

    row = last_ledger_row(warehouse)
    assert row["error_class"] == "KeyError"
    assert "jane" not in row["error"]


def test_a_large_first_load_does_not_wait_for_a_reader(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    with psycopg.connect(warehouse) as reader:
        reader.execute(f"select count(*) from raw.{FEED.table}")

        result = land(warehouse, [upsert("a"), upsert("b")])

    assert result.rows_new == 2
    assert set(current(warehouse)) == {"a", "b"}


def test_a_database_error_repeats_no_value(warehouse: str) -> None:
    with psycopg.connect(warehouse) as connection:
        connection.execute(
            f"alter table raw.{FEED.table} add check (record_key <> 'student 604822')"
        )

    with pytest.raises(StorageError) as caught:
        land(warehouse, [upsert("student 604822", "secret")])

    shown = f"{caught.value} {last_ledger_row(warehouse)['error']}"
    assert "604822" not in shown
    assert "secret" not in shown
    assert caught.value.__cause__ is None
    assert "CheckViolation" in shown


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"v": "a\x00b"}, "nul_character"),
        ({"v": "\ud800"}, "not_json"),
        ({"v": 2**70}, "not_json"),
    ],
    ids=["nul", "lone surrogate", "integer beyond 64 bits"],
)
@pytest.mark.usefixtures("first_load_way")
def test_a_record_that_postgres_cannot_store_is_rejected_and_the_rest_loads(
    warehouse: str, payload: dict[str, object], reason: str
) -> None:
    result = land(warehouse, [upsert("a"), Upsert("bad", payload, "row 2"), upsert("c")])

    assert (result.rows_new, result.rows_rejected) == (2, 1)
    assert query(warehouse, "select reason, record_key from ops.rejects") == [(reason, "bad")]


@pytest.mark.usefixtures("first_load_way")
def test_a_volatile_field_that_postgres_cannot_store_is_rejected_too(warehouse: str) -> None:
    result = land(
        warehouse,
        [upsert("a"), Upsert("bad", {"v": 1, "_etag": "a\x00b"}, "row 2")],
        volatile=frozenset({"_etag"}),
    )

    assert (result.rows_new, result.rows_rejected) == (1, 1)


@pytest.mark.usefixtures("first_load_way")
def test_a_text_that_only_spells_the_escape_is_stored_as_it_is(warehouse: str) -> None:
    result = land(warehouse, [upsert("a", "a\\u0000b")])

    assert result.rows_rejected == 0
    assert current(warehouse) == {"a": {"value": "a\\u0000b"}}


def test_a_reject_keeps_its_place_reason_and_payload(warehouse: str) -> None:
    reject = Reject(
        "bad_date", "column test_date: not a date", "f.csv row 7", "k", "test_date", {"d": "?\x00"}
    )

    result = land(warehouse, [upsert("a"), reject])

    rows = query(
        warehouse,
        "select load_id, reason, detail, source_ref, record_key, column_name, payload"
        " from ops.rejects",
    )
    assert rows == [
        (
            result.load_id,
            "bad_date",
            "column test_date: not a date",
            "f.csv row 7",
            "k",
            "test_date",
            {"d": "?\ufffd"},
        )
    ]
