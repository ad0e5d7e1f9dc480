"""A feed that a release reads no more: its rows stay, and nothing waits for it."""

from __future__ import annotations

import pytest

from include import landing
from include.errors import FirstbellError
from include.ingest import upgrade
from include.records import Feed
from include.run import Run
from tests.landing.support import FEED, land, upsert

BEHIND = Feed(FEED.source, "left_behind")


def behind(url: str) -> tuple[list[str], dict[str, str]]:
    """What is asked to see whether the source is half loaded."""
    return landing.failed_last(url, FEED.source), landing.watermarks(url, FEED.source)


@pytest.fixture
def with_a_feed_behind(warehouse: str) -> str:
    """URL of a warehouse in which one feed failed and stayed behind the other of its source."""
    landing.prepare(warehouse, [BEHIND])
    land(warehouse, [upsert("a")], feed=BEHIND, stream={"watermark": "10"})
    with pytest.raises(FirstbellError):
        land(warehouse, [upsert("b")], feed=BEHIND, stream={"source_count": 9})
    land(warehouse, [upsert("a")], stream={"watermark": "12"})
    assert behind(warehouse) == ([BEHIND.entity], {FEED.entity: "12", BEHIND.entity: "10"})
    return warehouse


def test_nothing_waits_for_a_feed_that_is_read_no_more(with_a_feed_behind: str) -> None:
    landing.list_retired_feeds(with_a_feed_behind, [FEED])
    assert behind(with_a_feed_behind) == ([], {FEED.entity: "12"})


def test_rows_of_a_feed_that_is_read_no_more_stay(with_a_feed_behind: str) -> None:
    landing.list_retired_feeds(with_a_feed_behind, [FEED])
    landing.prepare(with_a_feed_behind, [FEED])
    assert landing.records_held(with_a_feed_behind, [BEHIND]) == 1


def test_a_feed_that_is_read_again_is_waited_for_again(with_a_feed_behind: str) -> None:
    landing.list_retired_feeds(with_a_feed_behind, [FEED])
    landing.list_retired_feeds(with_a_feed_behind, [FEED, BEHIND])
    assert behind(with_a_feed_behind)[0] == [BEHIND.entity]
    assert set(behind(with_a_feed_behind)[1]) == {FEED.entity, BEHIND.entity}


def test_every_run_lists_what_it_does_not_read(tonight: Run) -> None:
    landing.prepare(tonight.dsn, [BEHIND])
    with pytest.raises(FirstbellError):
        land(tonight.dsn, [upsert("b")], feed=BEHIND, stream={"source_count": 9})
    upgrade(tonight)
    assert behind(tonight.dsn) == ([], {})
