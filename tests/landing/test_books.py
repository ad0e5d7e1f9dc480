"""What the ledger is asked: whether a file was loaded, and whether a feed is half loaded."""

from __future__ import annotations

import pytest

from include import landing
from include.errors import FirstbellError, ParkedFeedError, ServerError
from include.records import DeletePolicy, Feed, FeedKind
from tests.landing.support import FEED, land, last_ledger_row, request, upsert


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


def test_a_feed_that_failed_is_told_until_it_loads(warehouse: str) -> None:
    land(warehouse, [upsert("a")])
    with pytest.raises(FirstbellError):
        land(warehouse, [upsert("a")], stream={"source_count": 9})
    assert landing.failed_last(warehouse, FEED.source) == [FEED.entity]

    land(warehouse, [upsert("a")])

    assert landing.failed_last(warehouse, FEED.source) == []


def test_a_parked_feed_is_told(warehouse: str) -> None:
    land(warehouse, [upsert(str(n)) for n in range(10)])
    few = [upsert(str(n)) for n in range(5)]

    with pytest.raises(ParkedFeedError):
        land(warehouse, few, FeedKind.SNAPSHOT, delete_policy=DeletePolicy(max_rows=1, max_pct=1))

    assert landing.failed_last(warehouse, FEED.source) == [FEED.entity]


def test_the_watermarks_of_a_source_are_told_by_entity(warehouse: str) -> None:
    ahead = Feed(FEED.source, "others")
    elsewhere = Feed("another_source", "things")
    landing.prepare(warehouse, [ahead, elsewhere])
    land(warehouse, [upsert("a")], stream={"watermark": "10"})
    land(warehouse, [upsert("a")], feed=ahead, stream={"watermark": "12"})
    land(warehouse, [upsert("a")], feed=elsewhere, stream={"watermark": "99"})

    assert landing.watermarks(warehouse, FEED.source) == {FEED.entity: "10", "others": "12"}


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
    assert landing.failed_last(warehouse, FEED.source) == [FEED.entity]


def test_when_the_database_is_gone_too_the_first_error_is_the_one_to_hear() -> None:
    error = ServerError("Ed-Fi things", seen="503", expected="200", next_step="Wait.")

    landing.record_failed("postgresql://127.0.0.1:1/gone", request(), error)

    assert error.__notes__ == ["The ledger has no row of it either: OperationalError."]
