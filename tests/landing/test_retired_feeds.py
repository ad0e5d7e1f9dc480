"""A feed that a release reads no more: its rows stay, and nothing waits for it."""

from __future__ import annotations

import pytest

from include import landing
from include.errors import FirstbellError
from include.night import Night, upgrade
from include.records import Feed
from tests.landing.support import FEED, land, upsert

BEHIND = Feed(FEED.source, "left_behind")


@pytest.fixture
def with_a_feed_behind(warehouse: str) -> str:
    """URL of a warehouse in which one feed failed and stayed behind the other of its source."""
    landing.prepare(warehouse, [BEHIND])
    land(warehouse, [upsert("a")], feed=BEHIND, stream={"watermark": 10})
    with pytest.raises(FirstbellError):
        land(warehouse, [upsert("b")], feed=BEHIND, stream={"source_count": 9})
    land(warehouse, [upsert("a")], stream={"watermark": 12})
    assert landing.half_loaded(warehouse, FEED.source) == [BEHIND.entity]
    return warehouse


def test_nothing_waits_for_a_feed_that_is_read_no_more(with_a_feed_behind: str) -> None:
    landing.list_retired_feeds(with_a_feed_behind, [FEED])
    assert landing.half_loaded(with_a_feed_behind, FEED.source) == []


def test_rows_of_a_feed_that_is_read_no_more_stay(with_a_feed_behind: str) -> None:
    landing.list_retired_feeds(with_a_feed_behind, [FEED])
    landing.prepare(with_a_feed_behind, [FEED])
    assert landing.records_held(with_a_feed_behind, [BEHIND]) == 1


def test_a_feed_that_is_read_again_is_waited_for_again(with_a_feed_behind: str) -> None:
    landing.list_retired_feeds(with_a_feed_behind, [FEED])
    landing.list_retired_feeds(with_a_feed_behind, [FEED, BEHIND])
    assert landing.half_loaded(with_a_feed_behind, FEED.source) == [BEHIND.entity]


def test_every_run_lists_what_it_does_not_read(tonight: Night) -> None:
    landing.prepare(tonight.dsn, [BEHIND])
    with pytest.raises(FirstbellError):
        land(tonight.dsn, [upsert("b")], feed=BEHIND, stream={"source_count": 9})
    upgrade(tonight)
    assert landing.half_loaded(tonight.dsn, BEHIND.source) == []
