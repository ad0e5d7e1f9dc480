"""What stops a load, and what it leaves behind: data as it was, and a ledger row that says why."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from include import landing
from include.config import DeletePolicy
from include.errors import (
    CountMismatchError,
    EmptyFeedError,
    FirstbellError,
    ParkedFeedError,
    ServerError,
    StorageError,
    WatermarkError,
)
from include.landing.locks import exclusive
from include.records import Change, Feed, FeedKind, Reject, Seen, Upsert
from tests.landing.support import (
    FEED,
    Script,
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
    result = land(warehouse, [], stream={"watermark": 12})

    assert result.status == "unchanged"
    assert landing.read_watermark(warehouse, FEED) == 12


@pytest.mark.usefixtures("first_load_way")
def test_fewer_rows_than_the_source_says_stops_the_load(warehouse: str) -> None:
    # the same row twice is what a shifted page looks like
    with pytest.raises(CountMismatchError, match="2 distinct rows"):
        land(
            warehouse,
            [upsert("a"), upsert("b"), upsert("b")],
            FeedKind.SNAPSHOT,
            stream={"source_count": 3, "watermark": 9},
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
    land(warehouse, [upsert("a")], stream={"watermark": 10})

    with pytest.raises(WatermarkError):
        land(warehouse, [upsert("a", 2)], stream={"watermark": 9})

    assert current(warehouse) == {"a": {"value": 1}}


def test_a_delta_that_ends_where_the_last_one_ended_loads(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": 10})

    land(warehouse, [upsert("a", 2)], stream={"watermark": 10})

    assert current(warehouse) == {"a": {"value": 2}}


def test_a_full_read_may_set_the_watermark_back(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": 10})

    land(warehouse, [upsert("a")], FeedKind.SNAPSHOT, stream={"watermark": 3})

    assert landing.read_watermark(warehouse, FEED) == 3


@pytest.mark.parametrize("kind", [FeedKind.DELTA, FeedKind.SNAPSHOT])
def test_a_full_read_without_a_watermark_forgets_the_old_one(
    warehouse: str, kind: FeedKind
) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": 50})
    changes = [] if kind is FeedKind.DELTA else [upsert("a")]

    land(warehouse, changes, kind, is_full_read=True)

    assert landing.read_watermark(warehouse, FEED) is None
    land(warehouse, [], stream={"watermark": 20})
    assert landing.read_watermark(warehouse, FEED) == 20


def test_a_delta_without_a_watermark_keeps_the_old_one(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": 50})

    land(warehouse, [upsert("b")])

    assert landing.read_watermark(warehouse, FEED) == 50


def test_a_full_read_that_fails_keeps_the_old_watermark(warehouse: str) -> None:
    land(warehouse, [upsert("a")], stream={"watermark": 50})

    with pytest.raises(CountMismatchError):
        land(warehouse, [], stream={"source_count": 1}, is_full_read=True)

    assert landing.read_watermark(warehouse, FEED) == 50


class _Breaking(Script):
    """A stream whose source fails after its batches."""

    def __init__(self, played: list[list[Change]], error: BaseException) -> None:
        super().__init__(played)
        self.error = error

    def batches(self) -> Iterator[list[Change]]:
        yield from self.played
        raise self.error


@pytest.mark.usefixtures("first_load_way")
def test_a_source_that_breaks_off_leaves_nothing_but_a_ledger_row(warehouse: str) -> None:
    broken = ServerError("test source", seen="500", expected="200", next_step="Run again.")

    with pytest.raises(ServerError):
        landing.land(warehouse, _Breaking([[upsert("a")], [upsert("b")]], broken), request())

    assert version_count(warehouse) == 0
    row = last_ledger_row(warehouse)
    assert (row["status"], row["error_class"]) == ("failed", "ServerError")
    assert row["error"] == str(broken)


def test_an_unexpected_error_is_booked_without_its_text(warehouse: str) -> None:
    with pytest.raises(KeyError):
        landing.land(warehouse, _Breaking([], KeyError("jane.doe")), request())

    row = last_ledger_row(warehouse)
    assert row["error_class"] == "KeyError"
    assert "jane" not in row["error"]


class _TaskTimeout(BaseException):
    """What a scheduler raises inside a task that takes too long: no Exception."""


def test_a_task_timeout_is_booked_and_raised(warehouse: str) -> None:
    with pytest.raises(_TaskTimeout):
        landing.land(warehouse, _Breaking([[upsert("a")]], _TaskTimeout()), request())

    row = last_ledger_row(warehouse)
    assert (row["status"], row["error_class"]) == ("failed", "_TaskTimeout")
    assert version_count(warehouse) == 0


def test_an_interrupted_statement_does_not_hide_the_interrupt(warehouse: str) -> None:
    def interrupted() -> None:
        with (
            psycopg.connect(warehouse, autocommit=True) as connection,
            exclusive(connection, "a test"),
        ):
            connection.pgconn.send_query(b"select pg_sleep(60)")
            raise _TaskTimeout

    with pytest.raises(_TaskTimeout):
        interrupted()

    with psycopg.connect(warehouse, autocommit=True) as another, exclusive(another, "a test"):
        assert not another.closed


def test_a_lock_timeout_after_the_rows_were_read_is_not_staged_again(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", 1)
    broken = _Breaking([[upsert("a")]], psycopg.errors.LockNotAvailable())
    broken.watermark = 7

    with pytest.raises(StorageError):
        landing.land(warehouse, broken, request())

    assert last_ledger_row(warehouse)["status"] == "failed"
    assert landing.read_watermark(warehouse, FEED) is None


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


def test_a_file_is_known_by_its_content_once_committed(warehouse: str) -> None:
    assert not landing.was_loaded(warehouse, FEED, "f.csv", "abc")

    land(warehouse, [upsert("a")], file_hash="abc", window="f.csv")

    assert landing.was_loaded(warehouse, FEED, "f.csv", "abc")


def test_a_file_that_failed_is_not_known(warehouse: str) -> None:
    with pytest.raises(FirstbellError):
        land(warehouse, [], file_hash="abc", window="f.csv")

    assert not landing.was_loaded(warehouse, FEED, "f.csv", "abc")


def test_a_correction_taken_back_is_loaded_again(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1)], file_hash="first", window="f.csv")
    land(warehouse, [upsert("a", 2)], file_hash="corrected", window="f.csv")

    assert not landing.was_loaded(warehouse, FEED, "f.csv", "first")


def test_an_older_file_beside_a_newer_one_stays_known(warehouse: str) -> None:
    land(warehouse, [upsert("a")], file_hash="one", window="fall.csv")
    land(warehouse, [upsert("b")], file_hash="two", window="winter.csv")

    assert landing.was_loaded(warehouse, FEED, "fall.csv", "one")


def test_a_feed_is_half_loaded_until_it_loads(warehouse: str) -> None:
    land(warehouse, [upsert("a")])
    with pytest.raises(FirstbellError):
        land(warehouse, [upsert("a")], stream={"source_count": 9})
    assert landing.half_loaded(warehouse, FEED.source) == [FEED.entity]

    land(warehouse, [upsert("a")])

    assert landing.half_loaded(warehouse, FEED.source) == []


def test_a_parked_feed_is_half_loaded(warehouse: str) -> None:
    land(warehouse, [upsert(str(n)) for n in range(10)])
    few = [upsert(str(n)) for n in range(5)]

    with pytest.raises(ParkedFeedError):
        land(warehouse, few, FeedKind.SNAPSHOT, delete_policy=DeletePolicy(max_rows=1, max_pct=1))

    assert landing.half_loaded(warehouse, FEED.source) == [FEED.entity]


def test_a_feed_that_stayed_behind_its_source_is_half_loaded(warehouse: str) -> None:
    # a killed task writes no ledger row: only its watermark shows it
    ahead = Feed(FEED.source, "others")
    elsewhere = Feed("another_source", "things")
    landing.prepare(warehouse, [ahead, elsewhere])
    land(warehouse, [upsert("a")], stream={"watermark": 10})
    land(warehouse, [upsert("a")], feed=ahead, stream={"watermark": 12})
    land(warehouse, [upsert("a")], feed=elsewhere, stream={"watermark": 99})
    assert landing.half_loaded(warehouse, FEED.source) == [FEED.entity]

    land(warehouse, [], stream={"watermark": 12})

    assert landing.half_loaded(warehouse, FEED.source) == []


def test_a_skipped_file_has_a_ledger_row(warehouse: str) -> None:
    result = landing.record_skipped(warehouse, request(file_hash="abc"))

    assert result.status == "skipped"
    assert last_ledger_row(warehouse)["status"] == "skipped"


def test_a_failure_before_landing_has_a_ledger_row(warehouse: str) -> None:
    error = ServerError("test source", seen="500", expected="200", next_step="Run again.")

    landing.record_failed(warehouse, request(file_hash="abc"), error)

    row = last_ledger_row(warehouse)
    assert (row["status"], row["error_class"], row["error"]) == (
        "failed",
        "ServerError",
        str(error),
    )
    assert not landing.was_loaded(warehouse, FEED, "a test", "abc")
    assert landing.half_loaded(warehouse, FEED.source) == [FEED.entity]


def test_when_the_database_is_gone_too_the_first_error_is_the_one_to_hear() -> None:
    error = ServerError("Ed-Fi things", seen="503", expected="200", next_step="Wait.")

    landing.record_failed("postgresql://127.0.0.1:1/gone", request(), error)

    assert error.__notes__ == ["The ledger has no row of it either: OperationalError."]
