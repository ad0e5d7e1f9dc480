"""What layouts say of results stands in the database, and the rows of their feeds in one view."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from include import landing
from include.records import Feed, LayoutCode, LayoutColumn, LayoutData
from tests.landing.support import Script, request, upsert

ONE, TWO = Feed("one", "results"), Feed("two", "results")


def data(*feeds: Feed, rank: str = "rank", unread: frozenset[str] = frozenset()) -> LayoutData:
    return LayoutData(
        tuple(
            LayoutColumn(f.source, f.entity, "", "score", 0, rank, method="percentile", lowest=0.5)
            for f in feeds
        ),
        tuple(LayoutCode(f.source, f.entity, "", "level", 0, None, "low", "below") for f in feeds),
        unread,
    )


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def sources(url: str, table: str = "layout_columns") -> list[str]:
    return [source for (source,) in read(url, f"select source from raw.{table} order by 1")]


@pytest.fixture
def described(warehouse: str) -> str:
    """A warehouse that knows the layouts of two sources, with a record of each."""
    landing.prepare(warehouse, [ONE, TWO], data(ONE, TWO))
    for feed in (ONE, TWO):
        landing.land(warehouse, Script([[upsert(f"of {feed.source}")]]), request(feed=feed))
    return warehouse


def test_the_rows_of_all_described_feeds_are_shown_with_their_source(described: str) -> None:
    assert read(described, "select source, entity, record_key from raw.layout_rows order by 1") == [
        ("one", "results", "of one"),
        ("two", "results", "of two"),
    ]


def test_a_layout_that_goes_takes_nothing_from_raw(described: str) -> None:
    landing.prepare(described, [ONE], data(ONE))
    assert sources(described) == sources(described, "layout_codes") == ["one"]
    assert read(described, "select source from raw.layout_rows") == [("one",)]
    assert read(described, "select record_key from raw.two__results") == [("of two",)]


def test_without_any_layout_there_are_no_rows(described: str) -> None:
    landing.prepare(described, [], LayoutData())
    assert read(described, "select * from raw.layout_rows") == []


def test_of_a_layout_that_nobody_could_read_what_stood_stays(described: str) -> None:
    landing.prepare(described, [ONE], data(ONE, rank="place", unread=frozenset({"two"})))
    found = read(described, "select source, column_name from raw.layout_columns order by 1")
    assert found == [("one", "place"), ("two", "rank")]
    assert len(read(described, "select * from raw.layout_rows")) == 2


def test_what_stands_already_waits_for_nobody(described: str) -> None:
    with psycopg.connect(described) as reader:
        # a build under way holds the view and its tables
        reader.execute("select * from raw.layout_rows, raw.layout_columns, raw.layout_codes")
        held = "select xmin::text, ctid::text from raw.layout_columns order by 1, 2"
        before = read(described, held)
        landing.prepare(described, [ONE, TWO], data(TWO, ONE))
        assert read(described, held) == before


def test_without_layouts_what_stands_stays(described: str) -> None:
    landing.prepare(described, [ONE])
    assert sources(described) == ["one", "two"]


def test_a_limit_that_changes_in_its_seventh_digit_is_written(described: str) -> None:
    for lowest in (1234567.0, 1234568.0):
        said = data(ONE)
        column = said.columns[0]._replace(lowest=lowest)
        landing.prepare(described, [ONE], LayoutData((column,), said.codes))
    assert read(described, "select lowest from raw.layout_columns") == [(1234568,)]
