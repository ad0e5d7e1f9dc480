"""What absence means: deletion within the scope of a snapshot, and nothing elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include import landing
from include.errors import ParkedFeedError
from include.records import Change, DeletePolicy, Feed, FeedKind, Reject, Seen, Tombstone, Upsert
from tests.landing.support import FEED, RUN, current, land, last_ledger_row, upsert, version_count

TIGHT = DeletePolicy(max_rows=2, max_pct=10)


def _fill(warehouse: str, count: int, scope: str | None = None) -> None:
    land(warehouse, [upsert(f"k{number}", scope=scope) for number in range(count)])


def test_what_is_missing_from_a_snapshot_is_deleted(warehouse: str) -> None:
    _fill(warehouse, 3)

    result = land(warehouse, [upsert("k0"), upsert("k2")], FeedKind.SNAPSHOT)

    assert result.rows_deleted == 1
    assert set(current(warehouse)) == {"k0", "k2"}


def test_what_is_missing_from_a_delta_stays(warehouse: str) -> None:
    _fill(warehouse, 3)

    land(warehouse, [upsert("k0", 2)])

    assert len(current(warehouse)) == 3


def test_a_snapshot_deletes_only_within_its_scopes(warehouse: str) -> None:
    land(warehouse, [upsert("a", scope="math"), upsert("b", scope="ela"), upsert("c")])

    land(warehouse, [upsert("d", scope="math")], FeedKind.SNAPSHOT, stream={"scopes": {"math"}})

    assert set(current(warehouse)) == {"b", "c", "d"}


def test_a_record_that_moves_to_another_scope_is_deleted_with_that_scope(warehouse: str) -> None:
    land(warehouse, [upsert("a", scope="math")])
    land(
        warehouse,
        [upsert("a", scope="ela"), upsert("b", scope="ela")],
        FeedKind.SNAPSHOT,
        stream={"scopes": {"ela"}},
    )

    land(warehouse, [upsert("c", scope="math")], FeedKind.SNAPSHOT, stream={"scopes": {"math"}})

    assert set(current(warehouse)) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "mark",
    [Seen("k1"), Reject("bad_date", "column x", "row 2", key="k1")],
    ids=["seen", "rejected"],
)
def test_a_key_that_arrived_without_its_record_is_not_missing(
    warehouse: str, mark: Seen | Reject
) -> None:
    _fill(warehouse, 2)

    land(warehouse, [upsert("k0"), mark], FeedKind.SNAPSHOT)

    assert current(warehouse)["k1"] == {"value": 1}


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([], id="alone"),
        pytest.param([Reject("bad_date", "column x", "row 9", key="k2")], id="beside a reject"),
        pytest.param([Seen("k2")], id="beside a mark"),
        pytest.param([upsert("n"), upsert("n", 2)], id="beside a new one twice"),
        pytest.param([upsert("k2", scope="ela")], id="beside one of another scope"),
        pytest.param([upsert("gone")], id="beside one that returns"),
    ],
)
def test_a_record_twice_in_a_snapshot_is_one_record(warehouse: str, others: list[Change]) -> None:
    land(warehouse, [*(upsert(f"k{n}", scope="math") for n in range(3)), upsert("gone")])
    land(warehouse, [Tombstone("gone", "deletes")])
    changes = [upsert("k0", scope="math"), upsert("k1", scope="math"), *others]
    once = {change.key for change in changes if isinstance(change, Upsert)}

    result = land(
        warehouse,
        [*changes, upsert("k0", 2, scope="math")],
        FeedKind.SNAPSHOT,
        stream={"scopes": {"math", "ela"}},
    )

    upserts = 1 + sum(isinstance(change, Upsert) for change in changes)
    assert result.rows_duplicate == upserts - len(once)
    assert result.rows_new + result.rows_changed + result.rows_unchanged == len(once)
    assert current(warehouse)["k0"] == {"value": 2}


def test_a_snapshot_of_distinct_records_counts_none_twice(warehouse: str) -> None:
    land(warehouse, [*(upsert(f"k{n}") for n in range(3)), upsert("gone")])
    land(warehouse, [Tombstone("gone", "deletes")])

    result = land(
        warehouse,
        [upsert("k0"), upsert("k1", 2), upsert("gone"), upsert("n")],
        FeedKind.SNAPSHOT,
        stream={"source_count": 4},
    )

    assert result.rows_duplicate == 0
    assert (result.rows_new, result.rows_changed, result.rows_unchanged) == (2, 1, 1)
    assert result.rows_deleted == 1


def test_a_snapshot_that_deletes_too_much_is_parked(warehouse: str) -> None:
    _fill(warehouse, 10)

    with pytest.raises(ParkedFeedError, match=r"3 of 10 records \(30.0 %\)"):
        land(
            warehouse,
            [upsert(f"k{n}", 2) for n in range(7)],
            FeedKind.SNAPSHOT,
            delete_policy=TIGHT,
            stream={"watermark": "5"},
        )

    assert version_count(warehouse) == 10
    row = last_ledger_row(warehouse)
    assert (row["status"], row["error_class"]) == ("parked", "ParkedFeedError")


def test_a_parked_snapshot_loads_once_it_is_released(warehouse: str) -> None:
    _fill(warehouse, 10)

    result = land(
        warehouse,
        [upsert(f"k{n}") for n in range(7)],
        FeedKind.SNAPSHOT,
        delete_policy=TIGHT,
        release_parked=True,
    )

    assert (result.status, result.rows_deleted) == ("loaded", 3)


@pytest.mark.parametrize(
    ("total", "deleted"),
    [(10, 2), (30, 3)],
    ids=["many percent but few rows", "many rows but few percent"],
)
def test_one_exceeded_limit_alone_does_not_park(warehouse: str, total: int, deleted: int) -> None:
    _fill(warehouse, total)

    result = land(
        warehouse,
        [upsert(f"k{n}") for n in range(total - deleted)],
        FeedKind.SNAPSHOT,
        delete_policy=TIGHT,
    )

    assert result.rows_deleted == deleted


def test_the_share_of_deletions_is_measured_within_the_scope(warehouse: str) -> None:
    _fill(warehouse, 10, scope="math")
    land(warehouse, [upsert(f"e{n}", scope="ela") for n in range(90)])

    with pytest.raises(ParkedFeedError, match="3 of 10"):
        land(
            warehouse,
            [upsert(f"k{n}", scope="math") for n in range(7)],
            FeedKind.SNAPSHOT,
            delete_policy=TIGHT,
            stream={"scopes": {"math"}},
        )


def _tombstones(count: int) -> list[Tombstone]:
    return [Tombstone(f"k{number}", f"deletes row {number}") for number in range(count)]


def test_the_share_of_deletions_is_measured_among_living_records(warehouse: str) -> None:
    land(warehouse, [upsert(str(n)) for n in range(20)])
    land(warehouse, [Tombstone(str(n), "gone") for n in range(10)])
    # 4 of the 10 that live, not of the 20 that ever were
    policy = DeletePolicy(max_rows=1, max_pct=30)

    with pytest.raises(ParkedFeedError, match="4 of 10 records"):
        land(
            warehouse,
            [upsert(str(n)) for n in range(10, 16)],
            FeedKind.SNAPSHOT,
            delete_policy=policy,
        )


def test_a_delta_that_deletes_too_much_is_parked(warehouse: str) -> None:
    _fill(warehouse, 10)
    land(warehouse, [], stream={"watermark": "4"})

    with pytest.raises(ParkedFeedError, match=r"3 of 10 records .* run again with release_parked"):
        land(warehouse, _tombstones(3), delete_policy=TIGHT, stream={"watermark": "5"})

    assert len(current(warehouse)) == version_count(warehouse) == 10
    assert landing.read_watermark(warehouse, FEED) == "4"
    assert last_ledger_row(warehouse)["status"] == "parked"


def test_a_parked_delta_loads_once_it_is_released(warehouse: str) -> None:
    _fill(warehouse, 10)

    result = land(
        warehouse,
        _tombstones(3),
        delete_policy=TIGHT,
        release_parked=True,
        stream={"watermark": "5"},
    )

    assert (result.status, result.rows_deleted) == ("loaded", 3)
    assert landing.read_watermark(warehouse, FEED) == "5"


@pytest.mark.parametrize(("total", "deleted"), [(10, 2), (30, 3)], ids=["rows", "percent"])
def test_a_delta_exactly_at_a_limit_loads(warehouse: str, total: int, deleted: int) -> None:
    _fill(warehouse, total)

    result = land(warehouse, _tombstones(deleted), delete_policy=TIGHT)

    assert result.rows_deleted == deleted


def test_tombstones_and_missing_records_of_a_snapshot_count_together(warehouse: str) -> None:
    _fill(warehouse, 10)
    kept = [upsert(f"k{n}") for n in range(3, 10)]

    with pytest.raises(ParkedFeedError, match="with full_refresh and release_parked"):
        land(warehouse, [*_tombstones(2), *kept], FeedKind.SNAPSHOT, delete_policy=TIGHT)


USUAL = DeletePolicy()


def _shrink(warehouse: str, before: int, after: int, **values: Any) -> None:
    _fill(warehouse, before)
    kept = [upsert(f"k{number}") for number in range(after)]
    land(warehouse, kept, FeedKind.SNAPSHOT, delete_policy=USUAL, **values)


def test_a_small_feed_that_loses_more_than_half_is_parked(warehouse: str) -> None:
    # a term of 40 tests, replaced by the 15 of another delivery
    with pytest.raises(ParkedFeedError, match=r"25 of 40 records \(62.5 %\)"):
        _shrink(warehouse, 40, 15)

    assert len(current(warehouse)) == 40


@pytest.mark.parametrize(
    ("before", "after"), [(40, 20), (7, 2)], ids=["exactly half", "five of seven"]
)
def test_a_small_feed_at_its_limits_loads(warehouse: str, before: int, after: int) -> None:
    _shrink(warehouse, before, after)

    assert len(current(warehouse)) == after


def test_a_small_delta_that_deletes_nearly_all_is_parked(warehouse: str) -> None:
    _fill(warehouse, 8)

    with pytest.raises(ParkedFeedError, match="6 of 8"):
        land(warehouse, _tombstones(6), delete_policy=USUAL)


@pytest.mark.parametrize(
    ("before", "gone"), [(4, 2), (30, 4), (1, 1)], ids=["two of four", "four of thirty", "the last"]
)
def test_a_feed_that_others_refer_to_is_parked_sooner(
    warehouse: str, before: int, gone: int
) -> None:
    _fill(warehouse, before)

    with pytest.raises(ParkedFeedError, match=f"{gone} of {before} records"):
        land(warehouse, _tombstones(gone), delete_policy=USUAL, is_referred_to=True)


@pytest.mark.parametrize(("before", "after"), [(4, 3), (20, 18)], ids=["one", "a tenth"])
def test_a_feed_that_others_refer_to_loads_at_its_limits(
    warehouse: str, before: int, after: int
) -> None:
    _shrink(warehouse, before, after, is_referred_to=True)

    assert len(current(warehouse)) == after


OTHER = Feed(FEED.source, "parts")
TOGETHER = frozenset({FEED.entity, OTHER.entity})


def _two_feeds(warehouse: str) -> None:
    landing.prepare(warehouse, [OTHER])
    _fill(warehouse, 10)
    land(warehouse, [upsert("p0"), upsert("p1")], feed=OTHER)


def _park_the_first(warehouse: str, **values: Any) -> None:
    with pytest.raises(ParkedFeedError):
        land(
            warehouse,
            _tombstones(3),
            delete_policy=USUAL,
            is_referred_to=True,
            together=TOGETHER,
            **values,
        )


def test_what_belongs_to_a_parked_feed_deletes_nothing_either(warehouse: str) -> None:
    _two_feeds(warehouse)
    _park_the_first(warehouse)

    with pytest.raises(ParkedFeedError, match=r"1 of 2 records .* 2 feeds wait \(parts, things\)"):
        land(
            warehouse,
            [Tombstone("p0", "deletes")],
            feed=OTHER,
            delete_policy=USUAL,
            together=TOGETHER,
        )

    assert set(current(warehouse, OTHER)) == {"p0", "p1"}


@pytest.mark.parametrize(
    "values",
    [
        {"together": TOGETHER, "run": None},
        {"together": TOGETHER, "instance": "beside"},
        {"together": frozenset()},
    ],
)
def test_a_feed_of_another_run_delivery_or_family_holds_nothing_back(
    warehouse: str, values: dict[str, Any]
) -> None:
    _two_feeds(warehouse)
    _park_the_first(warehouse)
    if "run" in values:
        values = {**values, "run": replace(RUN, run_id="the next")}

    land(warehouse, [upsert("p0")], feed=OTHER, instance=values.get("instance", ""))

    deleted = land(
        warehouse, [Tombstone("p0", "deletes")], feed=OTHER, delete_policy=USUAL, **values
    )

    assert deleted.rows_deleted == 1


def test_what_belongs_to_a_parked_feed_still_brings_what_is_new(warehouse: str) -> None:
    _two_feeds(warehouse)
    _park_the_first(warehouse)

    land(warehouse, [upsert("p2")], feed=OTHER, delete_policy=USUAL, together=TOGETHER)

    assert set(current(warehouse, OTHER)) == {"p0", "p1", "p2"}
